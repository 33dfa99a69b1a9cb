"""Grouping raw files, byte for byte, from archives or trees into shards."""
