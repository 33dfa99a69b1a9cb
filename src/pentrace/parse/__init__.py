"""Raw recordings into points."""
