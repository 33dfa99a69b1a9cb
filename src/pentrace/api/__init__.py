"""What `import pentrace` gives: networks that write, ink, and data sets in Python."""
