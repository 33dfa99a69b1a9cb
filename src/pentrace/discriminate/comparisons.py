"""Which lines are compared: written with real ones, and real ones with one another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pentrace.discriminate.features import LEAST
from pentrace.discriminate.trajectories import Trajectory, pair

FEWEST = 2  # pairs, and groups of pairs, without which nothing can be cross-validated
HALVES, OTHER_HANDS = "halves", "other hands"

T = TypeVar("T")


class Source(NamedTuple):
    """What is known of a real line."""

    writer: str  # or its form, or its own name, if the writer is not known
    text: str | None
    split: str | None


@dataclass(frozen=True)
class WrittenLine:
    """A line that a network wrote."""

    origin: str  # rewritten, styled, unstyled or sampled
    bias: float
    name: str
    source: str | None  # the real line with the same text; None: it has no text
    line: Trajectory


@dataclass(frozen=True)
class Comparison:
    """P pairs of lines of equal lengths: a real line, and one that is compared with it."""

    origin: str  # of the other lines: that of `WrittenLine`, `HALVES` or `OTHER_HANDS`
    bias: float | None
    names: list[tuple[str, str]]  # P
    real: list[Trajectory]  # P
    other: list[Trajectory]  # P
    group: np.ndarray  # int64 (P,): pairs of one group share a writer or a text

    @property
    def usable(self) -> bool:
        """Whether there are enough pairs for a cross-validation."""
        return len(self.names) >= FEWEST and len(np.unique(self.group)) >= FEWEST


def groups(known: Mapping[str, Source]) -> dict[str, int]:
    """Name -> number of its group: lines with the same writer, or with the same text, share one."""
    names = sorted(known)
    labels = [[known[n].writer for n in names], [known[n].text or f"/{n}" for n in names]]
    writer, text = (np.unique(of, return_inverse=True)[1] for of in labels)
    offset = int(writer.max(initial=-1)) + 1
    size = offset + int(text.max(initial=-1)) + 1
    graph = coo_array((np.ones(len(names)), (writer, text + offset)), shape=(size, size))
    _, found = connected_components(graph, directed=False)
    return dict(zip(names, found[writer].tolist(), strict=True))


def written_pairs(
    real: Mapping[str, Trajectory],
    known: Mapping[str, Source],
    written: Iterable[WrittenLine],
    points: int,
    lines: int | None,
    seed: int,
) -> list[Comparison]:
    """A comparison for each origin and bias: each written line with the real line of its text.

    A line without a text is paired with a real line that is drawn by `seed`.
    """
    by_origin: dict[tuple[str, float], list[WrittenLine]] = {}
    for one in written:
        by_origin.setdefault((one.origin, one.bias), []).append(one)
    found = []
    for (origin, bias), own in by_origin.items():
        order = np.random.default_rng([seed, 15]).permutation(len(own))
        chosen = [own[i] for i in np.sort(order[:lines])]
        spare = iter(_shuffled(sorted(real), seed))
        pairs = [(one.source or next(spare, ""), one.name, one.line) for one in chosen]
        some = [(a, b, line) for a, b, line in pairs if a in real]
        found.append(_comparison(origin, bias, some, real, known, points))
    return found


def real_pairs(
    real: Mapping[str, Trajectory],
    known: Mapping[str, Source],
    points: int,
    lines: int | None,
    seed: int,
) -> list[Comparison]:
    """Two comparisons of real lines: of the same writers (`HALVES`), and of different ones."""
    by_writer: dict[str, list[str]] = {}
    for name in _shuffled(sorted(real), seed):
        by_writer.setdefault(known[name].writer, []).append(name)
    same = [
        both for names in by_writer.values() for both in zip(names[::2], names[1::2], strict=False)
    ]
    writers = _shuffled(sorted(by_writer), seed)
    sides = [[n for w in writers[i::2] for n in by_writer[w]] for i in range(2)]
    apart = list(zip(*(_shuffled(side, seed) for side in sides), strict=False))
    # In the second, a classifier may know the hands: only the texts differ from fold to fold.
    texts = {name: Source(name, source.text, None) for name, source in known.items()}
    found = []
    for origin, pairs, by in ((HALVES, same, known), (OTHER_HANDS, apart, texts)):
        chosen = _with_lines(_shuffled(pairs, seed)[:lines], real)
        found.append(_comparison(origin, None, chosen, real, by, points))
    return found


def _with_lines(
    pairs: Sequence[tuple[str, str]], real: Mapping[str, Trajectory]
) -> list[tuple[str, str, Trajectory]]:
    return [(one, other, real[other]) for one, other in pairs]


def _comparison(
    origin: str,
    bias: float | None,
    pairs: Sequence[tuple[str, str, Trajectory]],
    real: Mapping[str, Trajectory],
    known: Mapping[str, Source],
    points: int,
) -> Comparison:
    """Of pairs of names, and the second line of each; pairs that are too short are left out."""
    long = [row for row in pairs if min(len(real[row[0]]), len(row[2])) >= LEAST]
    cut = [pair(real[one], line, points) for one, _, line in long]
    return Comparison(
        origin,
        bias,
        [(one, other) for one, other, _ in long],
        [one for one, _ in cut],
        [other for _, other in cut],
        _pair_groups([(one, other) for one, other, _ in long], known),
    )


def _pair_groups(pairs: Sequence[tuple[str, str]], known: Mapping[str, Source]) -> np.ndarray:
    """int64 (P,): the group of each pair; of two real lines, their groups are one.

    If all pairs are of one group, as with a single writer, those with the same text share one.
    """
    own = {name: known[name] for both in pairs for name in both if name in known}
    found = _joined(pairs, groups(own))
    if len(set(found.tolist())) >= FEWEST:
        return found
    texts = {name: Source(name, source.text, None) for name, source in own.items()}
    return _joined(pairs, groups(texts))


def _joined(pairs: Sequence[tuple[str, str]], group: Mapping[str, int]) -> np.ndarray:
    """The group of the first line of each pair, after the groups of both lines are joined."""
    ends = [(group[one], group.get(other, group[one])) for one, other in pairs]
    size = max(group.values(), default=-1) + 1
    if not ends:
        return np.zeros(0, np.int64)
    one, other = np.array(ends).T
    graph = coo_array((np.ones(len(one)), (one, other)), shape=(size, size))
    _, found = connected_components(graph, directed=False)
    return np.asarray(found[one], np.int64)


def _shuffled(items: Sequence[T], seed: int) -> list[T]:
    order = np.random.default_rng([seed, 16]).permutation(len(items))
    return [items[i] for i in order]
