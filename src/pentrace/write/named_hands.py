"""The hands that come with Pentrace: a line of synthetic ink each, a style by its name."""

import difflib
import json
from functools import cache
from pathlib import Path
from typing import Any

from pentrace.networks.model_file import SHIPPED

FOLDER = SHIPPED.parents[1] / "hands"
INVENTED = "invented"  # as a style: a hand that the network invents


def hand_names() -> list[str]:
    """The names of all hands, in alphabetical order."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def hand_file(name: str) -> Path | None:
    """The file of ink of the hand `name`, in upper or lower case; None if there is no such hand."""
    return FOLDER / f"{name.lower()}.json" if name.lower() in hand_names() else None


@cache
def hand_content(name: str) -> dict[str, Any]:
    """The file of the hand `name`: a style as in docs/writing.md, with its `description`."""
    content: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return content


def descriptions() -> dict[str, str]:
    """Name -> what the hand looks like, in a few words."""
    return {name: hand_content(name)["description"] for name in hand_names()}


def hands_by_seed(model: Path) -> list[str]:
    """The hands that the network at `model` writes in, if no style is given, for seeds 0, 1, ...

    After the last hand, the first follows again. Only the network of the package has such hands;
    for other networks the list is empty.
    """
    if model.resolve() != SHIPPED.resolve():
        return []
    *others, last = hand_names()
    return [last, *others]


def similar_hand(name: str) -> str:
    """The name of the hand that `name` resembles most, or `INVENTED`; empty if none does."""
    near = difflib.get_close_matches(name.lower(), [*hand_names(), INVENTED], 1)
    return near[0] if near else ""
