"""Writing: a trained network, run one point at a time without PyTorch, draws ink."""
