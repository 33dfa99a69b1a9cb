"""Training: gradient descent on batches of offsets, resumable to the byte."""
