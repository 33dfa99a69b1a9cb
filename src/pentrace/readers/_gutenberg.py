"""Removing the header and footer of Project Gutenberg, found by their marks.

Since about 2003 a book is between `*** START OF THE PROJECT GUTENBERG EBOOK ... ***` and
`*** END OF ...`. Older files have "small print" before the book, which ends with
`*END*THE SMALL PRINT! ... *END*`, and `End of Project Gutenberg's ...` after the book. For some
years the small print was after this line.
"""

import re

# The first mark may continue on two more lines, up to its closing asterisks.
_MARK = re.compile(
    r"^ *\*{3}[ *]*START OF (?:THE |THIS )?PROJECT GUTENBERG"
    r"(?P<book>[^\n*]*(?:\n[^\n*]+){0,2}\*{3}[ *]*$|[^\n]*$)"
    r"|^ *\**START\** ?THE SMALL PRINT!(?P<small>[^\n]*$)"
    r"|^ *\*END\** ?THE SMALL PRINT!(?P<printed>[^\n]*(?:\n[^\n*]+)?\*END\*[ *]*$|[^\n]*$)"
    r"|^ *(?:\*{3}[ *]*)?END OF (?:THE |THIS )?PROJECT GUTENBERG(?P<end>[^\n]*$)",
    re.M | re.I,
)
# Pairs of marks that have a book between them; "" is the beginning of the text. Small print after
# an end belongs to the previous or the next book: to the next if another end follows.
_BOOKS = {
    ("", "end"), ("book", "end"), ("book", "book"), ("book", "printed"),
    ("printed", "end"), ("printed", "printed"), ("end printed", "end"),
}  # fmt: skip
_BLANK = re.compile(r"\s*\Z")


def without_gutenberg(text: str) -> str:
    """The text between the marks of Project Gutenberg; all of a text without marks.

    A text of several books keeps the text between every pair of marks. Without a mark before the
    book it is kept from the beginning, and without a mark after the book it is kept to the end.
    """
    kept: list[str] = []
    start, kind, small_print = 0, "", -1
    for mark in _MARK.finditer(text):
        found = str(mark.lastgroup)
        if found == "small":
            small_print = mark.start()
            continue
        stop = small_print if found == "printed" and small_print >= 0 else mark.start()
        after_end = not kind and found == "printed" and _BLANK.match(text, mark.end())
        if (kind, found) in _BOOKS or after_end:
            kept.append(text[start:stop])
        kind = "end printed" if (kind, found) == ("end", "printed") else found
        start, small_print = mark.end(), -1
    return "".join([*kept, text[start:] if kind != "end" else ""])
