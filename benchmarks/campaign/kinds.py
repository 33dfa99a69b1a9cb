"""What a kind of case is, and what its result can be."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal, NamedTuple

Status = Literal["right", "rejected", "wrong", "crashed", "slow", "large"]
STATUSES: tuple[Status, ...] = ("right", "rejected", "wrong", "crashed", "slow", "large")


class Outcome(NamedTuple):
    """The result of one case."""

    status: Status
    detail: str = ""  # what is wrong, or the reason of the rejection
    content: bytes = b""  # the damaged file


Run = Callable[[Random], Outcome]


@dataclass(frozen=True)
class Kind:
    """Cases of one kind. `prepare` makes what they share, in a separate empty folder."""

    name: str
    share: float  # of all cases, relative to the other kinds
    prepare: Callable[[Path], Run]


def refused(reason: str, content: bytes) -> Outcome:
    """A rejection, which must give a reason that can be printed."""
    if not reason.strip() or "\x00" in reason:
        return Outcome("wrong", f"rejected without a reason that can be read: {reason!r}", content)
    return Outcome("rejected", reason, content)
