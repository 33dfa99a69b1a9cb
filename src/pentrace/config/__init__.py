"""The configuration: what can be set, the checks, and repeated keys."""
