"""Training curves."""

from pathlib import Path
from typing import Literal

import click
import numpy as np
import pyarrow as pa
from matplotlib.figure import Figure
from pydantic import Field

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.options import Command, file_option, settings_option
from pentrace.plot import legends, style
from pentrace.plot.options import figure_options
from pentrace.settings import Settings


class TrainingFigureSettings(Settings):
    """How `pentrace plot training` labels the losses."""

    counted: Literal["point", "character"] = Field(
        "point",
        description="unit of the losses: character for recognition and text networks",
    )


def training_figure(history: pa.Table, counted: str = "point") -> Figure:
    """Training and validation loss of `schema.HISTORY` rows, with the best row marked.

    `counted` is the unit of the losses: per point, or per character. Raises `PentraceError` if the
    history is empty.
    """
    if not len(history):
        raise PentraceError("the history is empty; train until the first validation")
    step = history["step"].to_numpy()
    train, validation = (history[f"{n}_loss"].to_numpy() for n in ("train", "validation"))
    best = int(np.nanargmin(validation)) if np.isfinite(validation).any() else 0
    made = style.figure(3.0, 4.8)
    axes = made.add_subplot()
    if np.isfinite(train).any():  # else it was not trained
        axes.plot(
            step, train, color=style.BLUE, label="training split", marker="s", ms=2.5, ls="--"
        )
    axes.plot(step, validation, color=style.RED, label="validation split", marker="o", ms=2.5)
    axes.plot(
        step[best], validation[best], "o", mfc="none", mec=style.INK, ms=7,
        label=f"kept: step {step[best]:,}, {validation[best]:.3f}".replace("-", "−"),
    )  # fmt: skip
    axes.set(xlabel="training step (batches)", ylabel=f"loss (nats per {counted})")
    axes.grid(axis="y")
    if len(step) == 1:
        axes.set_xticks(step)
    legends.key(made, list(zip(*axes.get_legend_handles_labels(), strict=True)))
    _epochs(axes, step, history["epoch"].to_numpy())
    return made


def _epochs(axes, step: np.ndarray, epoch: np.ndarray) -> None:  # type: ignore[no-untyped-def]
    """A second axis above, in passes over the training split."""
    rate = float(step[-1]) / float(epoch[-1]) if epoch[-1] > 0 else 0.0
    if rate > 0:
        above = axes.secondary_xaxis("top", (lambda s: s / rate, lambda e: e * rate))
        above.set_xlabel("epoch")


@click.command(cls=Command)
@file_option("--history", help="History that pentrace train wrote.")
@settings_option(TrainingFigureSettings)
@figure_options
def command(history: Path, settings: TrainingFigureSettings) -> Figure:
    """Training and validation loss over the training steps."""
    return training_figure(tables.read(history, schema.HISTORY), settings.counted)
