"""Texts into characters, split into train, validation and test."""
