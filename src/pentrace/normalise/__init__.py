"""Points to normalised offsets, y upward, and back."""
