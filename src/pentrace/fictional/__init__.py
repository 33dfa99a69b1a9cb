"""Characters that do not exist, and the real ones that they come nearest to."""
