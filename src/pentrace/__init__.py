"""Online handwriting, from raw pen recordings to networks and new ink."""

__version__ = "0.1.0"
