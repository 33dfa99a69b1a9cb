"""How many points a small synthesis network needs until its soft window is at the right letter.

    python benchmarks/window_lock.py DATA ALIGNMENTS [SETTING=VALUE ...] [--steps N] [--seed N]

DATA is the folder of a data set, such as results/demo-iam, and ALIGNMENTS the table of `pentrace
align` there. The network has 2 x 96 cells, and is trained as `synthesis` of config.yaml, with the
settings of `train` that are given, such as window_loss=0.5 window_epochs=4. Every 50 steps it reads
48 lines of the validation split. `right` is the share of their points at which the centre of the
window is less than 1.5 characters from the place of the alignment.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import torch
import yaml

from pentrace.networks.settings import NetworkSettings
from pentrace.networks.synthesis import SynthesisNetwork
from pentrace.train.data import Data, aligned, load
from pentrace.train.distributed import processes
from pentrace.train.loop import Training
from pentrace.train.precision import set_arithmetic
from pentrace.train.progress import Progress
from pentrace.windows.batches import gather, line_batches
from pentrace.windows.letters import first_points

LINES, NEAR, EVERY = 48, 1.5, 50
SMALL = {"hidden": 96}


class Watched(Training):
    """A training that stops after `last` steps, and prints where the window is."""

    last: int

    def _finished(self) -> bool:
        return self.position.step >= self.last

    def _row(self, validation_loss: float) -> dict:
        row = super()._row(validation_loss)
        share = right(self.descent.network, self.validation)
        print(
            f"step {row['step']:5}  points {row['points']:9,}  "
            f"validation {validation_loss:7.3f} nats per point  right {share:.3f}",
            flush=True,
        )
        return row


@torch.no_grad()
def right(network: torch.nn.Module, data: Data) -> float:
    """The share of points at which the centre of the window is near the letter."""
    assert isinstance(network, SynthesisNetwork)
    near, count = 0, 0
    for batch in line_batches(data.lines, 16, 0, 0):
        x, _, mask = gather(data.lines, batch)
        text = data.text(batch)
        assert text is not None
        phi, _ = network.attention(torch.from_numpy(x), None, torch.from_numpy(text))
        u = torch.arange(1, phi.shape[-1] + 1)
        centre = ((phi * u).sum(-1) / phi.sum(-1).clamp(min=1e-9)).numpy()
        near += int((np.abs(centre - data.places(batch))[mask] < NEAR).sum())
        count += int(mask.sum())
    return near / count


def main() -> None:
    """Train, and print a line for each validation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("alignments", type=Path)
    parser.add_argument("given", nargs="*")
    parser.add_argument("--steps", type=int, default=1900)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    network = yaml.safe_load(Path("config.yaml").read_text())["networks"]["synthesis"]
    network |= SMALL
    network["train"] |= {"validate_every": EVERY, "checkpoint_every": 10**6, "seed": asked.seed}
    network["train"] |= {k: json.loads(v) for k, v in (pair.split("=") for pair in asked.given)}
    settings, train, validation = load(asked.data, NetworkSettings.model_validate(network))
    train = aligned(train, asked.alignments, settings.train)
    kept = list(range(0, len(validation.lines.ids), len(validation.lines.ids) // LINES))[:LINES]
    lines = validation.lines.take(kept)
    assert validation.symbols is not None
    some = Data(lines, validation.symbols[kept], first_points(asked.alignments, lines))
    with processes() as group, tempfile.TemporaryDirectory() as folder:
        set_arithmetic(settings.train, group.device, 1)
        progress = Progress(quiet=True, unit="point", name="window_lock")
        run = Watched(settings, train, some, Path(folder) / "none.pt", group, progress)
        run.last = asked.steps
        run.run()


if __name__ == "__main__":
    main()
