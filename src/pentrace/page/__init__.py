"""Ink on a page in millimetres, and all files it becomes: SVG, PNG, GIF, InkML, sheets."""
