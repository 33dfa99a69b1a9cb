"""TensorBoard events of a training, an option that needs the package tensorboardX."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pentrace.errors import PentraceError

Watch = Callable[[dict[str, Any]], None]
# Columns of the history -> names of curves.
CURVES = {
    "train_loss": "loss/train",
    "validation_loss": "loss/validation",
    "learning_rate": "learning_rate",
}


def ignore(row: dict[str, Any]) -> None:
    """Where no events are written."""


@contextmanager
def event_writer(folder: Path | None) -> Iterator[Watch]:
    """A function that adds a row of the history to new events in `folder`; others are removed.

    Raises `PentraceError` if the package is missing.
    """
    if folder is None:
        yield ignore
        return
    try:
        from tensorboardX import SummaryWriter
    except ImportError:
        raise PentraceError(
            "--out-events needs the package tensorboardX; install it with pip install tensorboardX"
        ) from None
    for earlier in folder.glob("events.out.tfevents.*"):
        earlier.unlink()
    with SummaryWriter(str(folder), flush_secs=10) as writer:

        def add(row: dict[str, Any]) -> None:
            for column, curve in CURVES.items():
                if row[column] is not None:
                    writer.add_scalar(curve, row[column], row["step"])

        yield add
