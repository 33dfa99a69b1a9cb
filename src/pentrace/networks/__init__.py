"""Networks over offsets and texts, their settings and their model files."""
