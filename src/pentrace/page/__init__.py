"""Ink on a page in millimetres, and the files made of it: SVG, PNG, GIF, InkML, sheets."""
