"""Synthetic recordings in the raw formats of the real data sets: the default data."""
