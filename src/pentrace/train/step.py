"""One update of the weights by one batch, and the loss of whole lines."""

import numpy as np
import torch
from torch import Tensor, nn

from pentrace.networks.mixture import log_loss
from pentrace.networks.prediction import PredictionNetwork
from pentrace.networks.settings import NetworkSettings
from pentrace.train.derivatives import DerivativeClipping
from pentrace.train.optimisers import learning_rate, make_optimiser
from pentrace.train.processes import Processes
from pentrace.windows.batches import Batch, Lines, Plan, gather


class Descent:
    """A network on its device, with the optimiser that moves its weights."""

    def __init__(self, settings: NetworkSettings, processes: Processes) -> None:
        self.settings, self.processes = settings.train, processes
        torch.manual_seed(self.settings.seed)
        self.network = PredictionNetwork(settings).to(processes.device)
        self.wrapped = processes.wrap(self.network)
        self.optimiser = make_optimiser(self.network.parameters(), self.settings)
        self.clipping = DerivativeClipping(self.settings)

    def step(self, lines: Lines, batch: Batch, step: int, epoch: int) -> tuple[int, Tensor]:
        """Move the weights by `batch`: its points, and this process's part of its loss in nats."""
        s, world = self.settings, self.processes.world
        self._prepare(step, epoch)
        x, y, mask = gather(lines, batch)
        points = int(mask.sum())
        # DistributedDataParallel averages the gradients of the processes; times world, it sums.
        self.clipping.weight = world / (points if s.loss_per == "point" else len(x))
        with self.clipping.on(self.network):
            loss = self._loss(self.wrapped, *_part(x, y, mask, self.processes))
            (loss * self.clipping.weight).backward()
        if s.clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), s.clip_norm)
        self.optimiser.step()
        return points, loss.detach()

    @torch.no_grad()
    def whole_lines(self, lines: Lines, plan: Plan) -> float:
        """Loss in nats per point on whole lines, each from the zero state."""
        self.network.eval()
        loss, points = 0.0, 0
        for number in range(self.processes.rank, len(plan), self.processes.world):
            x, y, mask = gather(lines, plan[number])
            loss += self._loss(self.network, x, y, mask).item()
            points += int(mask.sum())
        total, count = self.processes.total([loss, points])
        return total / count

    def _prepare(self, step: int, epoch: int) -> None:
        """Learning rate, gradients and dropout as batch `step` wants them."""
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.settings, step, epoch)
        self.optimiser.zero_grad(set_to_none=True)
        self.network.train()
        if self.network.dropout.p:
            # A function of seed, step and process, so that a resumed run needs no random state.
            numbers = (self.settings.seed, step, self.processes.rank)
            seed = np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0]
            torch.manual_seed(int(seed) >> 1)

    def _loss(self, network: nn.Module, x: np.ndarray, y: np.ndarray, mask: np.ndarray) -> Tensor:
        """Sum of the loss over the steps of a batch, in nats."""
        device = self.processes.device
        half = self.settings.precision == "bf16" and device.type == "cuda"
        inputs, target, valid = (torch.from_numpy(a).to(device) for a in (x, y, mask))
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            raw, _ = network(inputs)
        return log_loss(raw, target, valid).sum()


def _part(
    x: np.ndarray, y: np.ndarray, mask: np.ndarray, processes: Processes
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """This process's rows of a batch; where it has none, one row that counts for nothing."""
    rows = np.arange(processes.rank, len(x), processes.world)
    if len(rows) == 0:
        return x[:1], y[:1], np.zeros_like(mask[:1])
    return x[rows], y[rows], mask[rows]
