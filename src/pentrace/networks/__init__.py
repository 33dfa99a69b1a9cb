"""Networks over offsets: they know tensors and nothing of files, formats or rules."""
