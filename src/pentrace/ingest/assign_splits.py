"""The seeded split: no group (writer, form or sample) is in two splits."""

from collections import defaultdict

import numpy as np
from sklearn.model_selection import GroupShuffleSplit

from pentrace.readers.settings import LabelSettings

HELD_OUT = ("test", "validation", "validation2")
FILLED_FIRST = ("validation", "test", "validation2")  # with few groups


def seeded_split(rows: list[dict], settings: LabelSettings) -> list[str]:
    """Split of each of `rows` (of `schema.LABELS`), from `settings.seed`.

    The order of `rows` does not matter: groups are drawn by name. Each fraction is a share of the
    groups, rounded, and at least one group. With too few groups for that, the training split has
    the first one, validation the second, test the third, and the others are empty.
    """
    groups = np.array([group(row, settings.split) for row in rows])
    fractions = {name: getattr(settings, name) for name in HELD_OUT}
    sizes = _sizes(len(np.unique(groups)), fractions)
    splits = np.full(len(rows), "train", dtype=object)
    rest = np.arange(len(rows))
    for name, size in sizes.items():
        shuffle = GroupShuffleSplit(n_splits=1, test_size=size, random_state=settings.seed)
        kept, taken = next(shuffle.split(rest, groups=groups[rest]))
        splits[rest[taken]] = name
        rest = rest[kept]
    return splits.tolist()


def group(row: dict, kind: str) -> str:
    """The group that must stay in one split: the writer, else the form, else the sample."""
    names = ["writer", "form"] if kind in ("official", "writer") else ["form"] * (kind == "form")
    known = next((f"{name} {row[name]}" for name in names if row[name] is not None), None)
    return known or f"sample {row['sample_id']}"


def _sizes(n_groups: int, fractions: dict[str, float]) -> dict[str, int]:
    """Number of groups in each split that is held out."""
    sizes = {name: max(1, round(share * n_groups)) for name, share in fractions.items() if share}
    if sum(sizes.values()) < n_groups:
        return sizes
    filled = [name for name in FILLED_FIRST if name in sizes][: max(n_groups - 1, 0)]
    return {name: 1 for name in sizes if name in filled}


def shared_writers(rows: list[dict]) -> set[str]:
    """Writers with samples in more than one split."""
    splits = defaultdict(set)
    for row in rows:
        if row["writer"] is not None and row["split"] is not None:
            splits[row["writer"]].add(row["split"])
    return {writer for writer, found in splits.items() if len(found) > 1}
