"""Words and numbers in the text files of ink."""

import re
from xml.sax.saxutils import escape, quoteattr

import numpy as np

STEPS = 1000  # coordinates in mm are rounded to a STEPSth
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escaped(words: str) -> str:
    """`words` as text of XML, without the characters that XML does not allow."""
    return escape(_NOT_XML.sub("", words))


def quoted(words: str) -> str:
    """`words` as the value of an attribute of XML, with its quotes."""
    return quoteattr(_NOT_XML.sub("", words))


def rounded(values: np.ndarray) -> str:
    """mm to a `STEPS`th, as short as possible, separated by spaces."""
    flat = ((np.rint(values * STEPS) + 0.0) / STEPS).ravel().tolist()
    return " ".join(["%.12g"] * len(flat)) % tuple(flat)


def fixed(values: np.ndarray, places: int) -> np.ndarray:
    """Each of `values` (N,) as text with `places` decimals, str (N,)."""
    return np.char.mod(f"%.{places}f", values + 0.0)


def decimals(xy: np.ndarray) -> int:
    """Number of decimals that keeps a 100,000th of the extent of xy (N, 2), in any unit."""
    size = float(np.ptp(xy, axis=0).max()) if len(xy) else 0.0
    return int(np.clip(np.ceil(5 - np.log10(size)), 0, 12)) if size > 0 else 3
