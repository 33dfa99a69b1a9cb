"""The tables and the configuration in words."""
