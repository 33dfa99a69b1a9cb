"""The line that gives its handwriting style to all lines of a page."""

from collections.abc import Sequence

import numpy as np

from pentrace.generate.lines import LineOptions, Primer, WrittenLine, write_lines
from pentrace.generate.numpy_networks import FusedNetwork

LEADING = 15  # characters that are enough to show a hand
LEADS = 3  # most attempts to find a line that all others can continue
# Characters, at least, that the other lines are primed with, up to the end of a word. Behind a long
# primer, a small network loses its place in the text.
PRIMING = 8


def leading_line(
    network: FusedNetwork, texts: Sequence[str], how: LineOptions
) -> tuple[int, WrittenLine] | None:
    """The number of a line that gives its handwriting style to all lines of `texts`, and the line.

    It is the first line of `LEADING` characters, or else the longest. If it fails, the next line of
    this length is tried, at most `LEADS` in all; None if all of them fail.
    """
    order = sorted(range(len(texts)), key=lambda i: (-min(len(texts[i]), LEADING), i))
    for number in order[:LEADS]:
        (line,) = write_lines(network, [texts[number]], how, number)
        if not line.failed:
            return number, line
    return None


def primer_of(line: WrittenLine) -> Primer:
    """The first words of `line`, `PRIMING` characters or more, with complete strokes."""
    end = line.text.find(" ", PRIMING)
    if end < 0:
        return Primer(line.steps, line.text)
    own = int(np.flatnonzero(line.character < end).max(initial=0))
    lifted = np.flatnonzero(line.steps[:, 2] > 0.5)
    last = int(lifted[np.abs(lifted - own).argmin()])
    return Primer(line.steps[: last + 1], line.text[:end])
