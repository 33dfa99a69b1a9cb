"""Points to normalised offsets (y grows upward), and back."""
