"""The configuration: what can be set, how it is checked, and where keys are repeated."""
