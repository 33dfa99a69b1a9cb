"""The attribute `transform` of SVG, and lists of numbers; in linear time."""

import re
from itertools import islice

import numpy as np

from pentrace.readers._assemble import Malformed

NUMBER = re.compile(r"[-+]?+(?:\d++(?:\.\d*+)?+|\.\d++)(?:[eE][-+]?+\d++)?+")
ONE = re.compile(r"\s*+([A-Za-z]++)\s*+\(([^()]*+)\)[\s,]*+")
IDENTITY = np.eye(3)
LARGEST = 1e9
MOST = 200_000  # numbers of one attribute


def numbers(text: str, place: str) -> list[float]:
    """The numbers of a list; raises `Malformed` if there is something else between them."""
    if re.search(r"[^\s,]", NUMBER.sub("", text)):
        raise Malformed("path-syntax", f"{place}: not a list of numbers: {text[:40]!r}")
    found = [float(one[0]) for one in islice(NUMBER.finditer(text), MOST + 1)]
    if len(found) > MOST:
        raise Malformed("too-many-points", f"{place}: more than {MOST:,} numbers")
    if any(not abs(one) <= LARGEST for one in found):
        raise Malformed("out-of-range", f"{place}: a number is larger than {LARGEST:g}")
    return found


def matrix(text: str, place: str) -> np.ndarray:
    """The transform as a matrix, float64 (3, 3)."""
    found, at = IDENTITY, 0
    while at < len(text.rstrip()):
        one = ONE.match(text, at)
        if one is None:
            raise Malformed("transform", f"{place}: not a transform: {text[at : at + 40]!r}")
        found, at = found @ _single(one[1], numbers(one[2], place), place), one.end()
    return found


def _single(name: str, given: list[float], place: str) -> np.ndarray:
    match name, given:
        case "matrix", [a, b, c, d, e, f]:
            return np.array([[a, c, e], [b, d, f], [0, 0, 1]])
        case "translate", [x]:
            return np.array([[1, 0, x], [0, 1, 0], [0, 0, 1]])
        case "translate", [x, y]:
            return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]])
        case "scale", [s]:
            return np.diag([s, s, 1])
        case "scale", [x, y]:
            return np.diag([x, y, 1])
        case "rotate", [angle]:
            return _turn(angle)
        case "rotate", [angle, x, y]:
            there, back = _single("translate", [x, y], place), _single("translate", [-x, -y], place)
            return there @ _turn(angle) @ back
        case "skewX", [angle]:
            return np.array([[1, np.tan(np.radians(angle)), 0], [0, 1, 0], [0, 0, 1]])
        case "skewY", [angle]:
            return np.array([[1, 0, 0], [np.tan(np.radians(angle)), 1, 0], [0, 0, 1]])
    raise Malformed("transform", f"{place}: not a transform: {name[:20]} of {len(given)} numbers")


def _turn(angle: float) -> np.ndarray:
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
