"""Preparing a text: the lines for a network to write."""

import numpy as np

from pentrace.errors import PentraceError
from pentrace.generate.lines import Primer
from pentrace.networks.alphabet import encode, substituted
from pentrace.networks.settings import NetworkSettings
from pentrace.write.scale import character_width, line_height
from pentrace.write.settings import WriteSettings
from pentrace.write.wrap import NO_BREAK, unbroken, wrap

FULL = 0.9  # share of the width that a usual line fills, so that a wide one still fits


def prepared(text: str, network: NetworkSettings, characters: int, substitute: bool) -> list[str]:
    """The lines of `text` in the alphabet of the network; empty lines separate paragraphs.

    Raises `PentraceError` if the text is empty, and for characters that the network does not know:
    it lists them and the alphabet.
    """
    if not text.strip():
        raise PentraceError("the text is empty; give a text to write")
    if substitute:
        known = network.alphabet or ""
        text = "\n".join(_substituted(line, known) for line in unbroken(text).splitlines())
    lines = wrap(text, characters)
    nothing = "no known character is similar to them; reword the text"
    remedy = nothing if substitute else "reword the text, or try --substitute"
    encode(lines, network, remedy=remedy)
    return lines


def _substituted(line: str, known: str) -> str:
    return NO_BREAK.join(substituted(part, known) for part in line.split(NO_BREAK))


def characters_in_a_line(
    settings: WriteSettings, normalisation: dict, primer: Primer | None
) -> int:
    """How many characters of this size fit between the margins, up to the longest line."""
    if settings.page == "line":
        return settings.longest_line
    character = character_width(normalisation)
    if primer is not None:
        steps = primer.steps[1:, 0] * normalisation["sd"][0] + normalisation["mean"][0]
        x = np.append(0, np.cumsum(steps))
        character = float(np.ptp(x)) / len(primer.text)
    inner = settings.paper[0] - 2 * settings.edge
    fitting = FULL * inner * line_height(normalisation) / (settings.size * max(character, 1e-9))
    return int(min(max(fitting, 1), settings.longest_line))
