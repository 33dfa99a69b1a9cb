"""Synthetic recordings in the true raw formats: the embedded default data."""
