"""One update of the weights by one batch, and the loss of whole lines."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from pentrace.networks import kinds
from pentrace.networks.layers import State
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.synthesis import SynthesisState
from pentrace.networks.variational import HeldLatentNetwork
from pentrace.train.augmentation import distort, jittered, misleading, scaled, unread
from pentrace.train.average import WeightAverage
from pentrace.train.checkpoint import Weights
from pentrace.train.clipping import DerivativeClipping
from pentrace.train.data import Data
from pentrace.train.distributed import Processes, parts_of
from pentrace.train.optimisers import learning_rate, make_optimiser
from pentrace.train.weight_noise import WeightNoise
from pentrace.windows.batches import Batch, Plan, gather

ALL = 2**31  # instead of the number of a part: random numbers that are the same in all


class Arrays(NamedTuple):
    """A batch as input of the network."""

    x: np.ndarray  # float32 (B, T, 3), or int64 (B, T) of a text
    y: np.ndarray  # as x
    mask: np.ndarray  # bool (B, T), true where y is a step
    text: np.ndarray | None  # int64 (B, U), -1 for padding; None if the network takes none
    # float32 (B, R, 4), reference ink; None without style_size, and without a latent of a writer
    style: np.ndarray | None = None
    places: np.ndarray | None = None  # float32 (B, T), see `Data.places`; None without window loss


class Descent:
    """A network on its device, with the optimiser that moves its weights."""

    def __init__(
        self,
        settings: NetworkSettings,
        processes: Processes,
        start: Weights | None = None,
        total: int = 1,
    ) -> None:
        """The network begins with fresh weights, or with those of `start`.

        `total` is the number of sequences, or points, that the loss of the complete training set
        sums over. Weight noise weighs that loss against the divergence of the weights.
        """
        self.settings, self.processes, self.total = settings.train, processes, total
        self.parts = parts_of(self.settings, processes)
        self.kind = settings.kind
        torch.manual_seed(self.settings.seed)
        self.network = kinds.build(settings)
        if start is not None:
            self.network.load_state_dict(start)
        self.network.to(processes.device)
        sd = self.settings.weight_noise
        self.noise = None if sd is None else WeightNoise(self.network, sd)
        learned = [*self.network.parameters(), *(self.noise.parameters() if self.noise else ())]
        self.optimiser = make_optimiser(learned, self.settings)
        self.clipping = DerivativeClipping(self.settings)
        decay = self.settings.average
        self.average = None if decay is None else WeightAverage(self.network, decay)
        self.state: State | None = None  # of streams, after the last batch

    def step(self, data: Data, batch: Batch, step: int, epoch: int) -> tuple[int, int, Tensor]:
        """Move the weights by `batch`.

        Returns its points, the units of its loss (see `kinds.counted`), and the loss in nats of
        each part (parts,), 0 where another process computes it.
        """
        s = self.settings
        self._prepare(step, epoch)
        state = self._carried(batch)
        arrays = self._distorted(self._arrays(data, batch, step), data.rest, step)
        weight = self._window_weight(epoch)
        if weight:
            arrays = arrays._replace(places=data.places(batch))
        counted = kinds.counted(self.network, arrays.mask, arrays.text)
        self.clipping.weight = 1 / (counted if s.loss_per == "point" else len(arrays.x))
        with self._noisy(step), self.clipping.on(self.network):
            losses = self._descend(arrays, state, weight, step)
        if self.noise is not None:
            self.noise.add_divergence(1 / self.total)
        if s.clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), s.clip_norm)
        self.optimiser.step()
        if self.average is not None:
            self.average.add(step)
        return int(arrays.mask.sum()), counted, losses

    def _descend(self, arrays: Arrays, state: State | None, weight: float, step: int) -> Tensor:
        """Set the gradient of a batch, and the state after it; the loss of own parts, (parts,)."""
        losses = torch.zeros(self.parts, device=self.processes.device)
        gradients, carried = [], {}
        for part in self.processes.own(self.parts):
            piece = _part(arrays, part, self.parts)
            if len(piece.x):
                # Dropout, in the layers too, needs no random state in the checkpoint.
                torch.manual_seed(self._seed(step, part))
                loss, carried[part] = self._loss(piece, _rows(state, part, self.parts))
                extra = weight * self._window_loss(piece, carried[part]) if weight else 0.0
                if self.kind == "variational":
                    share = self._divergence_weight(step)
                    extra = kinds.relief(carried[part], share, self.settings.free_nats)
                ((loss + extra) * self.clipping.weight).backward()
                losses[part] = loss.detach()
            if self.processes.world > 1:
                gradients.append(self._take_gradient())
        if gradients:
            self._set_gradient(self.processes.summed(gradients))
        self.state = self._joined(carried, len(arrays.x)) if self.kind == "text" else None
        return losses

    def _take_gradient(self) -> Tensor:
        """The gradient of all parameters, one after the other; it is removed from them."""
        parameters = list(self.network.parameters())
        found = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
        self.network.zero_grad(set_to_none=True)
        return torch.cat([gradient.flatten() for gradient in found])

    def _set_gradient(self, flat: Tensor) -> None:
        parameters = list(self.network.parameters())
        for parameter, values in zip(
            parameters, flat.split([p.numel() for p in parameters]), strict=True
        ):
            parameter.grad = values.view_as(parameter)

    def _joined(self, states: dict[int, State], rows: int) -> State:
        """The state of a complete batch of `rows` streams, from those of own parts."""
        if self.parts == 1:
            return states[0]
        joined: State = []
        for layer in range(len(self.network.layers)):
            pair = []
            for which in (0, 1):
                size = self.network.settings.cells[layer]
                whole = torch.zeros(1, rows, size, device=self.processes.device)
                for part, state in states.items():
                    whole[:, part :: self.parts] = state[layer][which]
                pair.append(self.processes.filled(whole))
            joined.append((pair[0], pair[1]))
        return joined

    @torch.no_grad()
    def whole_lines(self, data: Data, plan: Plan) -> float:
        """Mean loss on whole lines, each from the zero state, in nats per unit of `kinds.counted`.

        For a text, `plan` contains streams, and the state is carried on.
        """
        self.network.eval()
        of_text, group = self.kind == "text", self.processes
        parts = self.parts if of_text else 1
        found = np.zeros((2, len(plan), parts))  # losses, and what they are counted in
        states: dict[int, State] = {}
        for number in range(0 if of_text else group.rank, len(plan), 1 if of_text else group.world):
            # Latents are the same in each validation, also after an interruption.
            torch.manual_seed(self._seed(number, ALL))
            arrays = self._arrays(data, plan[number])
            for part in group.own(parts) if of_text else (0,):
                piece = _part(arrays, part, parts)
                if len(piece.x):
                    loss, after = self._loss(piece, states.get(part))
                    counted = kinds.counted(self.network, piece.mask, piece.text)
                    found[:, number, part] = loss.item(), counted
                    states |= {part: after} if of_text else {}
        total, of = group.sums(found.reshape(2, -1).tolist())
        return total / of

    def averaged(self) -> AbstractContextManager[None]:
        """In this block the network has its averaged weights, if the settings ask for them."""
        return nullcontext() if self.average is None else self.average.in_place()

    def _arrays(self, data: Data, batch: Batch, step: int | None = None) -> Arrays:
        """The batch; in training, at `step`, with random references."""
        style = None
        known = self.network.settings.latent == "writer" and step is None  # the line is enough
        if data.writers is not None and not known:
            random = None if step is None else np.random.default_rng([self._seed(step, ALL), 1])
            style = data.style(batch, random, self.settings.style_dropout)
        return Arrays(*gather(data.lines, batch), data.text(batch), style)

    def _window_weight(self, epoch: int) -> float:
        """Weight of the loss of the window in this epoch."""
        return self.settings.window_loss * max(1 - epoch / self.settings.window_epochs, 0)

    def _divergence_weight(self, step: int) -> float:
        """Weight of the divergence of latents at this step."""
        return min((step + 1) / (self.settings.divergence_warmup or 1), 1.0)

    def _window_loss(self, arrays: Arrays, after: SynthesisState) -> Tensor:
        assert arrays.places is not None
        device = self.processes.device
        places, mask = (torch.from_numpy(a).to(device) for a in (arrays.places, arrays.mask))
        return kinds.window_loss(after.positions, places, mask)

    def _carried(self, batch: Batch) -> State | None:
        """The state that streams continue from; None at their start, and for all other batches."""
        s, start = self.settings, int(batch.start[0])
        if s.batches != "streams" or start == 0 or (s.reset_every and start % s.reset_every == 0):
            return None
        # The state of a checkpoint is on the CPU.
        device = self.processes.device
        return self.state and [(hidden.to(device), cell.to(device)) for hidden, cell in self.state]

    def _prepare(self, step: int, epoch: int) -> None:
        """Set the learning rate for batch `step`, and remove the last gradient."""
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.settings, step, epoch)
        self.optimiser.zero_grad(set_to_none=True)
        self.network.train()

    def _noisy(self, step: int) -> AbstractContextManager[None]:
        """Weights with the noise of batch `step`, the same in all processes."""
        if self.noise is None:
            return nullcontext()
        generator = torch.Generator(self.processes.device)
        return self.noise.drawn(generator.manual_seed(self._seed(step, ALL)))

    def _distorted(self, arrays: Arrays, rest: tuple[float, float], step: int) -> Arrays:
        """The batch, distorted, scaled or jittered if the settings say so."""
        s, (x, y) = self.settings, arrays[:2]
        ways = (s.distort, s.scaling, s.jitter, s.style_distort, s.input_dropout)
        if not any(ways):
            return arrays
        random = np.random.default_rng(self._seed(step, ALL))
        if s.style_distort and (styled := self._styled(arrays)).any():
            x = misleading(x, styled, s.style_distort, random)
        if s.distort:
            return arrays._replace(x=distort(x, arrays.mask, random))
        if s.scaling:
            x, y = scaled(x, y, s.scaling, rest, random)
        if s.jitter:
            x, y = jittered(x, y, s.jitter, random)
        if s.input_dropout:
            x = unread(x, s.input_dropout, random)
        return arrays._replace(x=x, y=y)

    def _styled(self, arrays: Arrays) -> np.ndarray:
        """Which lines (B,) the network reads with a style, or with a latent that is held."""
        if isinstance(self.network, HeldLatentNetwork):
            return np.full(len(arrays.x), True)
        return np.any(arrays.style[..., 3], 1) if arrays.style is not None else np.zeros(0, bool)

    def _seed(self, step: int, who: int) -> int:
        """A function of seed, step and part, so that a resumed run needs no random state."""
        numbers = (self.settings.seed, step, who)
        return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0]) >> 1

    def _loss(self, arrays: Arrays, state: State | None) -> tuple[Tensor, Any]:
        """Sum of the loss of a batch, in nats, and the state after it."""
        device = self.processes.device
        half = self.settings.precision == "bf16"
        x, y, mask = (torch.from_numpy(a).to(device) for a in arrays[:3])
        text, style = (None if a is None else torch.from_numpy(a).to(device) for a in arrays[3:5])
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            return kinds.loss(self.kind, self.network, x, y, mask, text, state, style)


def _part(arrays: Arrays, part: int, parts: int) -> Arrays:
    """Every row of a batch whose number is `part` modulo `parts`; there may be none."""
    return Arrays(*(None if a is None else a[part::parts] for a in arrays))  # type: ignore[arg-type]


def _rows(state: State | None, part: int, parts: int) -> State | None:
    """The state of those rows."""
    if state is None or parts == 1:
        return state
    return [(h[:, part::parts].contiguous(), c[:, part::parts].contiguous()) for h, c in state]
