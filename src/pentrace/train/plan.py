"""The batches of each pass over the training splits, and how many points a run trains on."""

import math

from pentrace.errors import PentraceError
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.training import TrainSettings
from pentrace.train.data import Data
from pentrace.windows.batches import (
    Lines,
    Plan,
    crop_batches,
    line_batches,
    stream_batches,
    window_batches,
)


def plan_epoch(lines: Lines, settings: TrainSettings, epoch: int) -> Plan:
    """The batches of one pass, which depend only on the seed and the number of the pass.

    Raises `PentraceError` if no line is long enough for a batch.
    """
    plan = _plan(lines, settings, epoch)
    if not len(plan):
        raise PentraceError(f"training splits: {_too_short(lines, settings)}")
    return plan


def _too_short(lines: Lines, s: TrainSettings) -> str:
    if s.batches in ("lines", "windows"):
        return f"none of the {s.batches} has a step to predict; set train.train_on to other splits"
    is_text = lines.steps.ndim == 1  # one line of symbols, never used as a whole line
    what = f"{len(lines.steps)} characters are not" if is_text else "no line is long"
    return (
        f"{what} enough for {s.batches} of length {s.piece}; lower train.length, or set "
        f"train.batches to {'streams' if is_text else 'lines'}"
    )


def _plan(lines: Lines, s: TrainSettings, epoch: int) -> Plan:
    if s.batches == "lines":
        return line_batches(lines, s.batch_size, s.seed, epoch, longest(lines, s, epoch))
    if s.batches == "windows":
        return window_batches(lines, s.batch_size, s.seed, epoch)
    if s.batches == "crops":
        return crop_batches(lines, s.piece, s.batch_size, s.seed, epoch)
    return stream_batches(lines, s.piece, s.batch_size)


def total(settings: NetworkSettings, data: Data) -> int:
    """The number of points, characters or sequences that the loss of a complete pass sums over."""
    s = settings.train
    whole = s.model_copy(update={"first_length": None})
    plan = plan_epoch(data.lines, whole, 0)
    if s.loss_per == "sequence":
        return len(plan.items.sample)
    if settings.counted == "character" and data.symbols is not None:
        return int((data.symbols[plan.items.sample] >= 0).sum())
    return plan.n_steps


def longest(lines: Lines, s: TrainSettings, epoch: int) -> int | None:
    """Steps after which a line is cut off in pass `epoch`; None if no line is."""
    if s.first_length is None or epoch >= s.grow_epochs:
        return s.max_length
    last = s.max_length or int(lines.n_steps.max(initial=0))
    return round(s.first_length * (last / s.first_length) ** (epoch / s.grow_epochs))


def points_of_run(lines: Lines, s: TrainSettings) -> int | None:
    """Points, or characters, of a run that patience does not end; None if nothing else ends it.

    All passes have the same number of batches, but lines that grow have more points in later ones.
    A last pass that is not complete is counted by its share of the batches.
    """
    batches = len(plan_epoch(lines, s, 0))
    limits = [n for n in (s.steps, s.epochs and s.epochs * batches) if n is not None]
    if not limits:
        return None
    passes = min(limits) / batches
    # From this pass on, all have the same number of points.
    last = min(s.grow_epochs, math.ceil(passes)) if s.first_length else 0
    shares = [*(min(passes - epoch, 1) for epoch in range(last)), passes - last]
    points = (max(share, 0) * plan_epoch(lines, s, e).n_steps for e, share in enumerate(shares))
    return round(sum(points))
