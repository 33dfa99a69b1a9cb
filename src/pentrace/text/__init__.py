"""New text from a trained network, a character at a time, without PyTorch."""
