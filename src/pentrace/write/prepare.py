"""Preparing a text: the lines for a network to write."""

import numpy as np

from pentrace.errors import UsageError
from pentrace.generate.lines import Primer
from pentrace.networks.alphabet import TYPOGRAPHIC, encode, replacements, shown, substituted
from pentrace.networks.settings import NetworkSettings
from pentrace.normalise.positions import positions
from pentrace.page.layout import level
from pentrace.write.scale import breadth, character_width, line_height
from pentrace.write.settings import WriteSettings
from pentrace.write.wrap import NO_BREAK, unbroken

NAMED = 12  # most replacements that a message names


def prepared(text: str, network: NetworkSettings, substitute: bool) -> str:
    """`text` in the alphabet of the network, as `wrap.unbroken` gives it.

    Typographic quotes, dashes and dots that the network does not know become those of a keyboard.
    Raises `UsageError` if the text is empty, and `PentraceError` for characters that the network
    does not know: it lists them and the alphabet.
    """
    if not text.strip():
        raise UsageError("the text is empty; give a text to write")
    known = network.alphabet or ""
    text = _typed(unbroken(text), known)
    if substitute:
        text = "\n".join(_substituted(line, known) for line in text.splitlines())
    nothing = "no known character is similar to them; reword the text"
    remedy = nothing if substitute else _remedy(text, known)
    encode(text.replace(NO_BREAK, " ").splitlines(), network, remedy=remedy)
    return text


def replaced(text: str, network: NetworkSettings) -> str:
    """What --substitute replaces in `text`, and by what; empty if nothing is replaced."""
    known = network.alphabet or ""
    found = replacements(_plain(_typed(unbroken(text), known)), known)
    return ", ".join(f"{shown(c)} by {near}" for c, near in found.items())


def _plain(text: str) -> str:
    return text.replace(NO_BREAK, " ").replace("\n", "")


def _typed(text: str, known: str) -> str:
    """The text with the signs of a keyboard for typographic ones that are not known."""
    return "".join(substituted(c, known) if c in TYPOGRAPHIC else c for c in text)


def _remedy(text: str, known: str) -> str:
    """What to do about unknown characters, with those that --substitute would replace."""
    plain = _plain(text)
    found = replacements(plain, known)
    if not found:
        return "reword the text; --substitute cannot replace them"
    left = sorted(set(plain) - set(known) - set(found))
    pairs = [f"{shown(c)} by {near}" for c, near in list(found.items())[:NAMED]]
    more = " and others" if len(found) > NAMED else ""
    but = f"; it has nothing for {' '.join(map(shown, left))}" if left else ""
    return f"reword the text, or use --substitute, which replaces {', '.join(pairs)}{more}{but}"


def _substituted(line: str, known: str) -> str:
    return NO_BREAK.join(substituted(part, known) for part in line.split(NO_BREAK))


def usual_width(normalisation: dict, primer: Primer | None) -> float:
    """Mean width of a character before any is written, in units of the ink before normalising."""
    if primer is None:
        return character_width(normalisation)
    return mean_width(primer.steps, primer.text, normalisation)


def mean_width(steps: np.ndarray, text: str, normalisation: dict) -> float:
    """Mean width of a character in the hand of a line, level, in the same units.

    It does not depend on whether the characters of this `text` are narrow or wide.
    """
    x, y = positions(steps, normalisation)[:2]
    flat = level(np.column_stack([x, y]), text)
    return float(np.ptp(flat[:, 0])) / breadth(text)


def fitting(settings: WriteSettings, longest: int, normalisation: dict, width: float) -> int:
    """How many characters of mean `width` fit between the margins, at least 1.

    A page that is cut to the ink takes the `longest` line.
    """
    if settings.page == "line":
        return longest
    inner = settings.paper[0] - 2 * settings.edge
    fit = inner * line_height(normalisation) / (settings.size * max(width, 1e-9))
    return int(np.clip(fit, 1, 1e6))
