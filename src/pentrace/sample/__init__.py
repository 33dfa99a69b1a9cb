"""New ink from a trained network, and its files."""
