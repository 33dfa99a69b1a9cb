"""Measures of networks on whole lines and whole texts, next to published results."""
