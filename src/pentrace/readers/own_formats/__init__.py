"""Files of ink that people have: one module per format, and what the formats do not state.

`read.read_own` chooses the module by the suffix of the file. A module converts the content of a
file to `Raw`s, one for each sample in it; `complete.completed` finds out what a format leaves open:
the direction of y, the unit of time, and whether numbers are positions or offsets.
"""
