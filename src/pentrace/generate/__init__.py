"""Drawing ink and text with a trained network, one step at a time, without PyTorch."""
