"""Fixed-length windows of offsets, and batches made from them."""
