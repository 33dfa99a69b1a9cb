"""Networks that are not trained, because the data set has too few lines for them."""

from pathlib import Path
from typing import NamedTuple

import click
from torch import Tensor

from pentrace.errors import PentraceError
from pentrace.networks.model_file import read
from pentrace.networks.settings import SHAPE, NetworkSettings
from pentrace.windows.lines import load_texts

NEVER = -30.0  # bias of characters that the network does not know: it never reads them


class Instead(NamedTuple):
    """A trained network, and the number of lines below which it is taken as it is."""

    model: Path | None
    fewest_lines: int


def untrained(
    data: Path, settings: NetworkSettings, start: Path | None, instead: Instead, recipe: str | None
) -> tuple[NetworkSettings, Path | None]:
    """The settings and the start of the network: with too few lines, those of `instead`, 0 steps.

    Lines of the training splits count if they have a text. `recipe` is that of the offsets. Raises
    `PentraceError` if there are too few lines, and the network `instead` reads other offsets.
    """
    if instead.model is None:
        return settings, start
    found = sum(bool(text) for text in load_texts(data, settings.train.train_on))
    if found >= instead.fewest_lines:
        return settings, start
    few = (
        f"{data}: {found} training line{'s' * (found != 1)} with a text, fewer than fewest_lines "
        f"({instead.fewest_lines})"
    )
    _, taken, units = read(instead.model, "np", (settings.kind,))
    if units["recipe"] != recipe:
        raise PentraceError(
            f"{few}, and {instead.model} reads only offsets of the recipe {units['recipe']}; set "
            "recogniser and judge to null, or lower fewest_lines"
        )
    click.echo(f"{few}: no training, {instead.model} is used as it is", err=True)
    return _shaped(settings, taken), instead.model


def _shaped(settings: NetworkSettings, taken: NetworkSettings) -> NetworkSettings:
    """Settings with the size of the network `taken`, and no step of training."""
    s = settings.train
    train = {"train_on": s.train_on, "validate_on": s.validate_on, "seed": s.seed}
    train |= {"batch_size": s.batch_size, "steps": 0}
    shape = {key: getattr(taken, key) for key in SHAPE}
    return NetworkSettings.model_validate(
        {**shape, "start": settings.start, "alphabet": settings.alphabet, "train": train}
    )


def never_read(weights: dict[str, Tensor], alphabet: str, added: str) -> None:
    """Change the `weights` of a recogniser with this alphabet, so that it never reads `added`.

    Weights of characters that were added are random, and would be read anywhere without training.
    """
    for character in added:
        weights["output.bias"][alphabet.index(character)] = NEVER
