"""What Project Gutenberg puts before and behind a book, told by the marks that it sets.

Since about 2003 a book stands between `*** START OF THE PROJECT GUTENBERG EBOOK ... ***` and
`*** END OF ...`. Before, "small print" that ends by `*END*THE SMALL PRINT! ... *END*` went ahead,
and `End of Project Gutenberg's ...` came behind; for some years the small print was behind that.
"""

import re

# The first mark may go on over two more lines, to the asterisks that close it.
_MARK = re.compile(
    r"^ *\*{3}[ *]*START OF (?:THE |THIS )?PROJECT GUTENBERG"
    r"(?P<book>[^\n*]*(?:\n[^\n*]+){0,2}\*{3}[ *]*$|[^\n]*$)"
    r"|^ *\**START\** ?THE SMALL PRINT!(?P<small>[^\n]*$)"
    r"|^ *\*END\** ?THE SMALL PRINT!(?P<printed>[^\n]*(?:\n[^\n*]+)?\*END\*[ *]*$|[^\n]*$)"
    r"|^ *(?:\*{3}[ *]*)?END OF (?:THE |THIS )?PROJECT GUTENBERG(?P<end>[^\n]*$)",
    re.M | re.I,
)
# The stretches that are books, by the marks around them; "" is the beginning of the text. Small
# print behind an end belongs to either book: the next one is there if an end comes after it.
_BOOKS = {
    ("", "end"), ("book", "end"), ("book", "book"), ("book", "printed"),
    ("printed", "end"), ("printed", "printed"), ("end printed", "end"),
}  # fmt: skip
_BLANK = re.compile(r"\s*\Z")


def without_gutenberg(text: str) -> str:
    """What stands between the marks of Project Gutenberg; all of a text that has none.

    A text of several books keeps what stands between every pair of marks. One that is only ended by
    a mark is kept from its beginning, and one that is only begun by one to its end.
    """
    kept: list[str] = []
    start, kind, small_print = 0, "", -1
    for mark in _MARK.finditer(text):
        found = str(mark.lastgroup)
        if found == "small":
            small_print = mark.start()
            continue
        stop = small_print if found == "printed" and small_print >= 0 else mark.start()
        behind = not kind and found == "printed" and _BLANK.match(text, mark.end())
        if (kind, found) in _BOOKS or behind:
            kept.append(text[start:stop])
        kind = "end printed" if (kind, found) == ("end", "printed") else found
        start, small_print = mark.end(), -1
    return "".join([*kept, text[start:] if kind != "end" else ""])
