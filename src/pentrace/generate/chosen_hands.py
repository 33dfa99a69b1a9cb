"""Which hands are imitated, and which of their real lines are used for what."""

from collections import defaultdict
from collections.abc import Container, Mapping
from typing import NamedTuple

import numpy as np

from pentrace.generate.settings import ImitateSettings


class HandLines(NamedTuple):
    """A writer, and the names of real lines by this writer. No line is used twice."""

    writer: str
    references: list[str]  # the network imitates these
    compared: list[str]  # written lines are compared with these
    texts: list[str]  # the network writes the texts of these


def choose_hands(
    writers: Mapping[str, str], known: Container[str], settings: ImitateSettings
) -> list[HandLines]:
    """At most `settings.hands` writers with enough lines, in the order of their labels.

    `writers` has the writer of each usable line. Writers in `known` are left out, since networks
    were trained on them. The seed chooses writers and lines.
    """
    lines: dict[str, list[str]] = defaultdict(list)
    for name in sorted(writers):
        lines[writers[name]].append(name)
    able = [w for w in sorted(lines) if w not in known and len(lines[w]) >= settings.lines]
    order = np.random.default_rng([settings.seed, 5]).permutation(len(able))
    chosen = np.sort(order[: settings.hands])
    return [_hand(able[i], lines[able[i]], settings) for i in chosen]


def _hand(writer: str, names: list[str], settings: ImitateSettings) -> HandLines:
    """The lines of a writer in an order that depends only on the seed and on their number."""
    order = np.random.default_rng([settings.seed, 6]).permutation(len(names))
    shuffled = [names[i] for i in order]
    first, second = settings.references, settings.references + settings.compared
    return HandLines(
        writer, shuffled[:first], shuffled[first:second], shuffled[second : settings.lines]
    )
