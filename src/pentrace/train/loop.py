"""Gradient descent with validation, early stopping and exact resume."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from pentrace.errors import PentraceError
from pentrace.networks.settings import NetworkSettings
from pentrace.train.average import copied
from pentrace.train.checkpoint import (
    Checkpoint,
    Position,
    Weights,
    load_checkpoint,
    save_checkpoint,
)
from pentrace.train.data import Data
from pentrace.train.distributed import Processes
from pentrace.train.events import Watch, ignore
from pentrace.train.optimisers import learning_rate
from pentrace.train.plan import plan_epoch, points_of_run, total
from pentrace.train.progress import Progress
from pentrace.train.step import Descent
from pentrace.windows.batches import Batch, line_batches, stream_batches

# Reading a loss waits for the device, so on a GPU the losses of several steps are read at once.
STEPS_PER_CHECK = {"cpu": 1, "cuda": 16}
# Losses this far above that of the first batch, in nats per point or character, are no noise: the
# weights have exploded, although no number is infinite yet. The median of some batches is compared,
# since one wild point can make the loss of its batch large. The divergence of latents, which costs
# little at first, may be larger; so may the loss of other lines, if those of the training are
# learnt by heart.
FAR, HUGE = 10.0, 1000.0
RECENT = 20  # batches


class Training:
    """One run: network, optimiser, position. Everything that changes is saved in checkpoints."""

    def __init__(
        self,
        settings: NetworkSettings,
        train: Data,
        validation: Data,
        checkpoint: Path,
        processes: Processes,
        progress: Progress,
        start: Weights | None = None,
        watch: Watch = ignore,
    ) -> None:
        """`start`: weights to begin with, instead of random ones; `watch` gets each new row."""
        self.watch = watch
        self.settings, self.train, self.validation = settings.train, train, validation
        self.far = HUGE if settings.kind == "variational" else FAR
        self.per = f"per {settings.counted}"
        # With weight noise a network may not reach the loss at the start for long, and patience
        # would end the training.
        self.taken_over = start is not None and self.settings.weight_noise is None
        self.checkpoint, self.processes, self.progress = checkpoint, processes, progress
        self.plan = plan_epoch(train.lines, self.settings, 0)
        self.points = points_of_run(train.lines, self.settings)
        self.descent = Descent(settings, processes, start, total(settings, train))
        self.position = Position()
        self.saved = 0  # step of the last checkpoint
        self.best: Weights = copied(self.descent.network)
        self.pending: list[tuple[str, int, Tensor]] = []
        of_text, size = settings.kind == "text", self.settings.batch_size
        # One stream would need one step per character; several streams change almost nothing.
        self.validation_plan = (
            stream_batches(validation.lines, self.settings.piece, size)
            if of_text
            else line_batches(validation.lines, size, 0, 0)
        )

    def run(self) -> tuple[Weights, list[dict]]:
        """Train to the end; the best weights on the validation lines, and the history.

        Raises `PentraceError` if a loss or a weight stops being finite, or a loss explodes. A
        `KeyboardInterrupt` is raised again, and says how to continue.
        """
        try:
            return self._run()
        except KeyboardInterrupt:
            step, saved = self.position.step, self.saved
            if not saved and self.checkpoint.exists():  # interrupted just after it was written
                saved = step
            how = f"continues from step {saved}" if saved else "starts again"
            raise KeyboardInterrupt(f"stopped at step {step}; the same command {how}") from None

    def _run(self) -> tuple[Weights, list[dict]]:
        self._resume()
        for row in self.position.history:
            self.watch(row)
        if self.taken_over and not self.position.history:
            self._validate()  # the loss with the weights that it starts from
        self._say_left_out()
        self.progress.start(self.position.points)
        while not self._finished():
            self._train_step()
            self._report()
        if not self.position.history or self._validated_at() < self.position.step:
            self._validate()
            self._save()
        return self.best, self.position.history

    def _resume(self) -> None:
        found = load_checkpoint(self.checkpoint)
        if found is None:
            return
        self.position, self.best = found.position, found.best
        self.saved = self.position.step
        self.descent.network.load_state_dict(found.weights)
        self.descent.optimiser.load_state_dict(found.optimiser)
        if self.descent.noise is not None and found.noise is not None:
            self.descent.noise.load_state_dict(found.noise)
        if self.descent.average is not None and found.average is not None:
            self.descent.average.weights = found.average
        self.descent.state = found.state
        self.plan = plan_epoch(self.train.lines, self.settings, self.position.epoch)
        self.progress.say(f"continues from step {self.position.step} of {self.checkpoint}")

    def _finished(self) -> bool:
        p, s = self.position, self.settings
        return (
            (s.steps is not None and p.step >= s.steps)
            or (s.epochs is not None and p.epoch + p.batch // len(self.plan) >= s.epochs)
            or (s.patience is not None and p.misses >= s.patience)
        )

    def _epochs(self) -> float:
        return self.position.epoch + self.position.batch / len(self.plan)

    def _validated_at(self) -> int:
        history = self.position.history
        return history[-1]["step"] if history else 0

    def _train_step(self) -> None:
        """One batch, then a check of the losses, a validation and a checkpoint, if they are due."""
        p, s = self.position, self.settings
        batch = self._next_batch()
        points, counted, loss = self.descent.step(self.train, batch, p.step, p.epoch)
        self.pending.append((self._name(batch), counted, loss))
        p.step, p.batch, p.points = p.step + 1, p.batch + 1, p.points + points
        if len(self.pending) >= STEPS_PER_CHECK[self.processes.device.type]:
            self._check_losses()
        if p.step % s.validate_every == 0:
            self._validate()
        if p.step % s.checkpoint_every == 0:
            self._save()

    def _next_batch(self) -> Batch:
        p = self.position
        if p.batch == len(self.plan):
            p.epoch, p.batch = p.epoch + 1, 0
            self.plan = plan_epoch(self.train.lines, self.settings, p.epoch)
        return self.plan[p.batch]

    def _name(self, batch: Batch) -> str:
        """A description of the batch: its position, and samples in it."""
        p = self.position
        names = ", ".join(self.train.lines.ids[i] for i in batch.sample[:3])
        return f"batch {p.batch} of epoch {p.epoch} (step {p.step + 1}; samples {names}, ...)"

    def _check_losses(self) -> None:
        """Add the pending losses to the position.

        Raises `PentraceError` naming the first batch whose loss is not finite.
        """
        parts = torch.stack([part for *_, part in self.pending]).tolist() if self.pending else []
        losses = self.processes.sums(parts)
        for (name, counted, _), loss in zip(self.pending, losses, strict=True):
            if not np.isfinite(loss):
                raise self._stopped(f"the loss of {name} is {loss}")
            self.position.loss_sum += loss
            self.position.loss_count += counted
            self._add_recent(loss / max(counted, 1))
        self.pending.clear()
        if len(self.position.recent) == RECENT:
            self._refuse_exploded()

    def _add_recent(self, loss: float) -> None:
        """Add the loss of a batch, in nats per point or character, to the last ones."""
        p = self.position
        if p.first_loss is None:
            p.first_loss = loss
        p.recent = [*p.recent, loss][-RECENT:]

    def is_far(self, loss: float) -> bool:
        """Whether `loss`, in nats per point or character, is far above that of the first batch."""
        first = self.position.first_loss
        return first is not None and loss > first + self.far

    def _refuse_exploded(self) -> None:
        """Raise `PentraceError` if the losses of the last batches are far above the first."""
        p = self.position
        loss = float(np.median(p.recent)) if p.recent else -np.inf
        if self.is_far(loss):
            raise self._exploded(loss, "training loss")

    def _exploded(self, loss: float, what: str) -> PentraceError:
        p = self.position
        return self._stopped(
            f"the {what} is {loss:.3g} nats {self.per} at step {p.step}, and the loss was "
            f"{p.first_loss:.3g} at the first: the weights have exploded"
        )

    def _stopped(self, reason: str) -> PentraceError:
        kept = f"the last checkpoint, {self.checkpoint}, is kept" if self.saved else "nothing saved"
        return PentraceError(f"{reason}; {kept}. Lower learning_rate or set clip_norm")

    def _validate(self) -> None:
        """Add a row to the history; keep the weights if they are the best so far."""
        self._check_losses()
        p = self.position
        with self.descent.averaged():
            loss = self.descent.whole_lines(self.validation, self.validation_plan)
            weights = copied(self.descent.network)
        if not np.isfinite(loss):
            raise self._stopped(f"the validation loss is {loss} after step {p.step}")
        if self.is_far(loss):
            self._refuse_exploded()
        if self.is_far(loss - HUGE):
            raise self._exploded(loss, "validation loss")
        p.history.append(self._row(loss))
        self.watch(p.history[-1])
        p.loss_sum, p.loss_count = 0.0, 0
        p.misses += 1
        if loss < p.best_loss:
            p.best_loss, p.misses, self.best = loss, 0, weights
        self._say_row(p.history[-1])

    def _row(self, validation_loss: float) -> dict:
        p, s = self.position, self.settings
        return {
            "step": p.step,
            "epoch": self._epochs(),
            "points": p.points,
            "train_loss": p.loss_sum / p.loss_count if p.step else None,
            "validation_loss": validation_loss,
            "learning_rate": learning_rate(s, max(p.step - 1, 0), p.epoch),
        }

    def _save(self) -> None:
        """Write a checkpoint; weights that exploded never replace an earlier one."""
        self._check_losses()
        if self.position.recent and self.is_far(self.position.recent[-1]):
            return
        state = Checkpoint(
            self.position,
            copied(self.descent.network),
            self.best,
            self.descent.optimiser.state_dict(),
            None if self.descent.noise is None else self.descent.noise.state_dict(),
            self.descent.state,
            None if self.descent.average is None else self.descent.average.weights,
        )
        if self.processes.first:
            save_checkpoint(self.checkpoint, state)
        self.saved = self.position.step

    def _say_left_out(self) -> None:
        """Report how many lines or windows are too short to train on; streams lose only steps."""
        if self.plan.left_out and self.settings.batches != "streams":
            what = "windows" if self.settings.batches == "windows" else "lines"
            self.progress.say(f"{self.plan.left_out} {what} are too short and left out")

    def _report(self) -> None:
        p = self.position
        of = f"/{self.settings.steps}" if self.settings.steps else ""
        loss = f"  loss {p.loss_sum / p.loss_count:.3f}" if p.loss_count else ""
        text = f"step {p.step}{of}  epoch {self._epochs():.2f}{loss}"
        self.progress.show(text, p.points, self.points)

    def _say_row(self, row: dict) -> None:
        best = "  (best)" if self.position.misses == 0 else ""
        learnt = f"train {row['train_loss']:.4f}  " if row["step"] else ""
        self.progress.say(
            f"step {row['step']}  epoch {row['epoch']:.2f}  {learnt}"
            f"validation {row['validation_loss']:.4f} nats {self.per}{best}"
        )
