"""The table of measures: every likelihood with its sigma, its filter and its split.

The keys are described in docs/evaluation.md.
"""

import math

import numpy as np

from pentrace.evaluate.measures import Sums
from pentrace.networks.settings import NetworkSettings

ONE_SD = 56.04462  # of IAM-OnDB, both axes together, in tablet units (Chung et al. 2015)


def role(split: str, settings: NetworkSettings) -> str:
    """How the training of a network used `split`."""
    if split in settings.train.train_on:
        return "training"
    return "early stopping" if split == settings.train.validate_on else "unseen"


def name(settings: NetworkSettings) -> str:
    """A network as the paper names it: prediction 3 x 400, or text 1000 + 800."""
    noise = ", adaptive weight noise" if settings.train.weight_noise else ""
    latent = f", a latent for each {settings.latent}" * (settings.kind == "variational")
    text = ", with a text" * settings.with_text
    return f"{settings.kind} {settings.size}{text}{latent}{noise}"


def raw_log_loss(sums: Sums, log_area: np.ndarray) -> np.ndarray:
    """Log-loss (L,) of lines in tablet units, nats.

    Offsets in tablet units are `sigma` times the normalised ones, so their density is lower by
    the area of a normalised unit: `log_area` (L,), sum of ln sigma over x and y, on every step.
    """
    return sums.log_loss.numpy() + sums.steps.numpy() * log_area


def measured(sums: Sums, log_area: np.ndarray) -> dict:
    """The measured keys of a row, of one or more lines."""
    lines, steps = len(sums.steps), float(sums.steps.sum())
    loss, raw = float(sums.log_loss.sum()), float(raw_log_loss(sums, log_area).sum())
    return {
        "lines": lines,
        "steps": int(steps),
        "log_loss_per_sequence": loss / lines,
        "log_loss_per_point": loss / steps,
        "log_loss_raw_per_sequence": raw / lines,
        "log_loss_raw_per_point": raw / steps,
        "squared_error_per_point": float(sums.squared_error.sum()) / steps,
        "end_of_stroke_accuracy": float(sums.correct.sum()) / steps,
    }


def one_sd(row: dict) -> dict:
    """The log-loss of a measured row for offsets that are all divided by `ONE_SD`."""
    lines, steps = row["lines"], row["steps"]
    units = 2 * math.log(ONE_SD) * steps / lines
    return {"log_loss_one_sd_per_sequence": row["log_loss_raw_per_sequence"] - units}


def conditions(normalisation: dict) -> dict:
    """The keys of a row that state the units and the data of a loss."""
    return {
        "sigma": normalisation["sd"],
        "recipe": normalisation["recipe"],
        "filter": normalisation.get("filter"),
    }


def line_rows(
    names: list[str], split: str, sums: Sums, log_area: np.ndarray
) -> list[dict[str, object]]:
    """Rows of `schema.LINES` for the lines `names` (L,) of a split."""
    columns = {
        "sample_id": names,
        "split": [split] * len(names),
        "n_steps": sums.steps.int().tolist(),
        "log_loss": sums.log_loss.tolist(),
        "log_loss_raw": raw_log_loss(sums, log_area).tolist(),
        "squared_error": sums.squared_error.tolist(),
        "end_of_stroke_correct": sums.correct.int().tolist(),
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
