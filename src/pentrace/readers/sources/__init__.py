"""Where each reader's raw files are; one module per reader, light to import."""
