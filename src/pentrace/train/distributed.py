"""One process, or several that share each batch: rank and device of each, and what they exchange.

All sums are taken in the order of the parts of a batch (see `TrainSettings.parts`), so that their
rounding does not depend on the number of processes.
"""

import math
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor

from pentrace.errors import PentraceError
from pentrace.networks.training import TrainSettings


@dataclass(frozen=True)
class Processes:
    """The processes of one training run. Only process 0 writes and reports."""

    rank: int
    world: int
    device: torch.device

    @property
    def first(self) -> bool:
        """Whether this process writes files and reports."""
        return self.rank == 0

    def own(self, parts: int) -> range:
        """The parts of a batch that this process computes."""
        each = parts // self.world
        return range(self.rank * each, (self.rank + 1) * each)

    def filled(self, values: Tensor) -> Tensor:
        """`values` in which each process has set some and left the others at 0; all have them then.

        Every process must call it.
        """
        if self.world > 1:
            with _named_loss():
                dist.all_reduce(values)
        return values

    def sums(self, rows: list[list[float]]) -> list[float]:
        """The sum of each row; each process has set some of its values, and the others are 0."""
        if not rows:
            return []
        values = torch.tensor(rows, dtype=torch.float64, device=self.device)
        return [math.fsum(row) for row in self.filled(values).tolist()]

    def summed(self, parts: list[Tensor]) -> Tensor:
        """The sum, in order, of what the processes have computed for their parts of a batch."""
        mine = torch.stack(parts)
        everything = [torch.empty_like(mine) for _ in range(self.world)]
        with _named_loss():
            dist.all_gather(everything, mine)
        first, *others = torch.cat(everything).unbind()
        for other in others:
            first = first.add_(other)
        return first

    def wait(self) -> None:
        """Return when every process has called this."""
        self.sums([[0.0]])


@contextmanager
def _named_loss() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        raise PentraceError(
            f"another process of this training has ended ({str(error).splitlines()[0]}); the same "
            "command continues from the last checkpoint"
        ) from None


def parts_of(settings: TrainSettings, group: Processes) -> int:
    """The number of parts of each batch: at least one for each process.

    Raises `PentraceError` if the processes cannot share them equally.
    """
    parts = max(settings.parts, group.world)
    if parts % group.world:
        raise PentraceError(
            f"train.parts: {group.world} processes cannot share {parts} parts equally; set it to "
            f"1 or a multiple of {group.world}"
        )
    return parts


Work = Callable[[Processes], None]


def run(count: int, work: Work) -> None:
    """Call `work` in this process as one of `count`, or as torchrun started it.

    The other processes are started here, and end with this one; `work` must be possible to pickle.
    """
    if count == 1 or "RANK" in os.environ:
        with processes() as group:
            work(group)
        return
    with tempfile.TemporaryDirectory() as folder:
        meeting = Path(folder, "meeting").as_uri()
        spawn = get_context("spawn")
        others = [
            spawn.Process(target=_other, args=(rank, count, meeting, work), daemon=True)
            for rank in range(1, count)
        ]
        for other in others:
            other.start()
        try:
            with _joined(0, count, meeting) as group:
                work(group)
            for other in others:
                other.join()
        finally:
            for other in others:
                other.kill()


def _other(rank: int, count: int, meeting: str, work: Work) -> None:
    """A process after the first, which is the only one that reports."""
    try:
        with (
            Path(os.devnull).open("w") as nothing,
            redirect_stdout(nothing),
            redirect_stderr(nothing),
            _joined(rank, count, meeting) as group,
        ):
            work(group)
    except (PentraceError, KeyboardInterrupt):
        sys.exit(1)


@contextmanager
def processes() -> Iterator[Processes]:
    """This process, alone or as torchrun started it: nccl between GPUs, gloo between CPUs."""
    rank, world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    if world == 1:
        yield Processes(0, 1, _device(0))
        return
    with _joined(rank, world, "env://") as group:
        yield group


@contextmanager
def _joined(rank: int, world: int, meeting: str) -> Iterator[Processes]:
    device = _device(int(os.environ.get("LOCAL_RANK", rank)))
    if meeting.startswith("file:") and sys.platform == "linux":  # all are on this machine
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    backend = "nccl" if device.type == "cuda" else "gloo"
    dist.init_process_group(backend, init_method=meeting, rank=rank, world_size=world)
    try:
        yield Processes(rank, world, device)
    finally:
        dist.destroy_process_group()


def _device(local_rank: int) -> torch.device:
    if not torch.cuda.is_available():
        return torch.device("cpu")
    device = torch.device("cuda", local_rank)
    torch.cuda.set_device(device)
    return device
