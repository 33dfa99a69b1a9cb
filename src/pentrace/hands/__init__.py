"""Whose handwriting a line is: hands are compared, and styles are measured."""
