"""Figures: one sub-command of `pentrace plot` each. Functions return a figure, `style` saves it."""
