"""Verification: how well genuine signatures are told from forgeries, by several methods."""
