"""The size of a network's ink, known before any is drawn."""

import unicodedata
from collections.abc import Mapping
from typing import Any

# Medians over the lines of IAM-OnDB and of the synthetic hand, which agree within 3 %.
CHARACTER = 4.45  # width of a character, in standard deviations of dx
HEIGHT = 8.4  # from the 5th to the 95th percentile of y, in standard deviations of dy
# Standard deviations on the tablet of IAM-OnDB, for the recipe write-rnn, which has fixed units.
TABLET = (43.0, 36.7)
# Widths of characters in mean widths, so that those of English text have a mean of 1. By least
# squares over 20,990 lines of the synthetic corpus of the network that comes with Pentrace; there,
# the width of a line divided by this sum has an sd of 5 %, and divided by its characters 8 %.
WIDTHS = {
    **dict.fromkeys("ijl|,.:;!'`¡°", 0.54),
    **dict.fromkeys('I()[]{}"-tf\\', 0.74),
    **dict.fromkeys("wABCDEFGHKNOPQRSUVXYZ&@%#=_+", 1.38),
    **dict.fromkeys("mMWæÆœŒ", 1.87),
}
OTHERS = 1.03


def breadth(text: str) -> float:
    """The usual width of `text`, in mean widths of a character; a letter counts without accents."""
    return sum(WIDTHS.get(unicodedata.normalize("NFD", c)[0], OTHERS) for c in text)


def character_width(normalisation: Mapping[str, Any]) -> float:
    """Mean width of characters and spaces, in units of the ink before normalising."""
    if normalisation["recipe"] == "write-rnn":
        return CHARACTER * TABLET[0]
    return float(CHARACTER * normalisation["sd"][0])


def line_height(normalisation: Mapping[str, Any]) -> float:
    """Distance between the 5th and 95th percentile of y of a line, in the same units."""
    if normalisation["recipe"] == "line-height":
        return 1.0
    sd = TABLET[1] if normalisation["recipe"] == "write-rnn" else normalisation["sd"][1]
    return float(HEIGHT * sd)
