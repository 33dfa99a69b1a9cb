"""The command `write`: style, scale, line breaks, and composing a page."""
