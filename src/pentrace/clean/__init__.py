"""Named rules that remove what is not handwriting, and count every loss."""
