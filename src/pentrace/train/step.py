"""One update of the weights by one batch, and the loss of whole lines."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from pentrace.networks import kinds
from pentrace.networks.layers import State
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.synthesis import SynthesisState
from pentrace.train.augmentation import distort, jittered, misleading, scaled
from pentrace.train.checkpoint import Weights
from pentrace.train.clipping import DerivativeClipping
from pentrace.train.data import Data
from pentrace.train.distributed import Processes
from pentrace.train.optimisers import learning_rate, make_optimiser
from pentrace.train.weight_noise import WeightNoise
from pentrace.windows.batches import Batch, Plan, gather

ALL = 2**31  # instead of the number of a process: random numbers that are the same in all


class Arrays(NamedTuple):
    """A batch as input of the network."""

    x: np.ndarray  # float32 (B, T, 3), or int64 (B, T) of a text
    y: np.ndarray  # as x
    mask: np.ndarray  # bool (B, T), true where y is a step
    text: np.ndarray | None  # int64 (B, U), -1 for padding; None if the network takes none
    style: np.ndarray | None = None  # float32 (B, R, 4), reference ink; None without style_size
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
        self.kind = settings.kind
        torch.manual_seed(self.settings.seed)
        self.network = kinds.build(settings)
        if start is not None:
            self.network.load_state_dict(start)
        self.network.to(processes.device)
        self.wrapped = processes.wrap(self.network)
        sd = self.settings.weight_noise
        self.noise = None if sd is None else WeightNoise(self.network, sd)
        learned = [*self.network.parameters(), *(self.noise.parameters() if self.noise else ())]
        self.optimiser = make_optimiser(learned, self.settings)
        self.clipping = DerivativeClipping(self.settings)
        self.state: State | None = None  # of streams, after the last batch

    def step(self, data: Data, batch: Batch, step: int, epoch: int) -> tuple[int, int, Tensor]:
        """Move the weights by `batch`.

        Returns its points, the units of its loss (see `kinds.counted`), and this process's part of
        its loss in nats.
        """
        s, world = self.settings, self.processes.world
        self._prepare(step, epoch)
        state = self._carried(batch)
        arrays = self._distorted(self._arrays(data, batch, step), step)
        weight = self._window_weight(epoch)
        if weight:
            arrays = arrays._replace(places=data.places(batch))
        counted = kinds.counted(self.network, arrays.mask, arrays.text)
        # DistributedDataParallel averages the gradients of the processes; times world, it sums.
        self.clipping.weight = world / (counted if s.loss_per == "point" else len(arrays.x))
        with self._noisy(step), self.clipping.on(self.network):
            part = _part(arrays, self.processes)
            loss, after = self._loss(self.wrapped, part, state)
            extra = weight * self._window_loss(part, after) if weight else 0.0
            if self.kind == "variational":
                extra = kinds.relief(after, self._divergence_weight(step), s.free_nats)
            ((loss + extra) * self.clipping.weight).backward()
        self.state = after if self.kind == "text" else None
        if self.noise is not None:
            self.noise.add_divergence(1 / self.total)
        if s.clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), s.clip_norm)
        self.optimiser.step()
        return int(arrays.mask.sum()), counted, loss.detach()

    @torch.no_grad()
    def whole_lines(self, data: Data, plan: Plan) -> float:
        """Mean loss on whole lines, each from the zero state, in nats per unit of `kinds.counted`.

        For a text, `plan` contains streams, and the state is carried on.
        """
        self.network.eval()
        # Latents are the same in each validation, also after an interruption.
        torch.manual_seed(self._seed(0, ALL))
        loss, count, state = 0.0, 0, None
        for number in range(self.processes.rank, len(plan), self.processes.world):
            arrays = self._arrays(data, plan[number])
            of_batch, after = self._loss(self.network, arrays, state)
            state = after if self.kind == "text" else None
            loss += of_batch.item()
            count += kinds.counted(self.network, arrays.mask, arrays.text)
        total, of = self.processes.total([loss, count])
        return total / of

    def _arrays(self, data: Data, batch: Batch, step: int | None = None) -> Arrays:
        """The batch; in training, at `step`, with random references."""
        style = None
        if data.writers is not None:
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
        """Set learning rate, gradients and dropout for batch `step`."""
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.settings, step, epoch)
        self.optimiser.zero_grad(set_to_none=True)
        self.network.train()
        # Dropout, in the layers too, needs no random state in the checkpoint.
        torch.manual_seed(self._seed(step, self.processes.rank))

    def _noisy(self, step: int) -> AbstractContextManager[None]:
        """Weights with the noise of batch `step`, the same in all processes."""
        if self.noise is None:
            return nullcontext()
        generator = torch.Generator(self.processes.device)
        return self.noise.drawn(generator.manual_seed(self._seed(step, ALL)))

    def _distorted(self, arrays: Arrays, step: int) -> Arrays:
        """The batch, distorted, scaled or jittered if the settings say so."""
        s, (x, y) = self.settings, arrays[:2]
        if not s.distort and not s.scaling and not s.jitter and not s.style_distort:
            return arrays
        random = np.random.default_rng(self._seed(step, ALL))
        if s.style_distort and arrays.style is not None:
            x = misleading(x, arrays.style, s.style_distort, random)
        if s.distort:
            return arrays._replace(x=distort(x, arrays.mask, random))
        if s.scaling:
            x, y = scaled(x, y, s.scaling, random)
        if s.jitter:
            x, y = jittered(x, y, s.jitter, random)
        return arrays._replace(x=x, y=y)

    def _seed(self, step: int, who: int) -> int:
        """A function of seed, step and process, so that a resumed run needs no random state."""
        numbers = (self.settings.seed, step, who)
        return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0]) >> 1

    def _loss(self, network: nn.Module, arrays: Arrays, state: State | None) -> tuple[Tensor, Any]:
        """Sum of the loss of a batch, in nats, and the state after it."""
        device = self.processes.device
        half = self.settings.precision == "bf16"
        x, y, mask = (torch.from_numpy(a).to(device) for a in arrays[:3])
        text, style = (None if a is None else torch.from_numpy(a).to(device) for a in arrays[3:5])
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            return kinds.loss(self.kind, network, x, y, mask, text, state, style)


def _part(arrays: Arrays, processes: Processes) -> Arrays:
    """This process's rows of a batch; if it has none, one row that does not count."""
    own = np.arange(processes.rank, len(arrays.x), processes.world)
    rows = own if len(own) else np.zeros(1, np.int64)
    x, y, mask = (a[rows] for a in arrays[:3])
    text, style, places = (None if a is None else a[rows] for a in arrays[3:])
    return Arrays(x, y, mask if len(own) else np.zeros_like(mask), text, style, places)
