"""Where the raw files of each reader are; one module per reader, fast to import."""
