"""How much the filter changes the log-loss of a network of ink, as JSON.

    snakemake tables --cores all --configfile out/repeated.yaml
    python benchmarks/filters.py MODEL ... --data results-repeated/iam --out filters.json

The tables are those of `clean: {duplicate: false}`, so points at the position of the previous point
are in them, and MODEL was trained on them. For each filter, only the losses of the steps that it
keeps are added. Offsets are divided by the standard deviations of these steps in the training
split. The network still reads all steps. A network that is trained with the filter would give
other figures.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from pentrace.networks.mixture import step_loss
from pentrace.networks.store import load_trained
from pentrace.normalise.units import read_normalisation
from pentrace.train.data import Data, read
from pentrace.windows.batches import Batch, Lines, gather, load_lines

FAR = 500.0  # tablet units
LONG = 300  # points
SIZE, CHUNK = 32, 256  # lines at once, steps at once


class Steps:
    """The steps to predict of some lines, with what a filter asks of them."""

    def __init__(self, lines: Lines, normalisation: dict) -> None:
        mean, sd = (np.array(normalisation[key]) for key in ("mean", "sd"))
        later = np.ones(len(lines.steps), bool)
        later[lines.starts[:-1]] = False  # the null step that begins a line
        lifted = np.append(0, lines.steps[:-1, 2])[later] > 0
        self.offsets = (lines.steps[:, :2].astype(float) * sd + mean)[later]  # tablet units
        length = np.hypot(*self.offsets.T)
        self.rests, self.far = (length < 0.5) & ~lifted, length > FAR
        self.line = np.repeat(np.arange(len(lines.ids)), lines.n_steps)

    def kept(self) -> dict[str, np.ndarray]:
        """Filter -> bool (N,): the steps that it keeps."""
        moves, near = ~self.rests, ~self.far
        return {
            "all steps": np.ones(len(moves), bool),
            "without repeated points": moves,
            "without steps above 500 units": near,
            "without both": moves & near,
        }


@torch.inference_mode()
def losses(network: torch.nn.Module, data: Data) -> np.ndarray:
    """The loss of every step to predict, float64 (N,), nats, in the order of the lines."""
    lines = data.lines
    found: list[np.ndarray] = [np.zeros(0)] * len(lines.ids)
    order = np.argsort(-lines.n_steps, kind="stable")
    for rows in np.split(order, range(SIZE, len(order), SIZE)):
        batch = Batch(rows, np.zeros_like(rows), lines.n_steps[rows])
        x, y, _ = (torch.from_numpy(values) for values in gather(lines, batch))
        symbols = data.text(batch)
        text = () if symbols is None else (torch.from_numpy(symbols),)
        parts, state = [], None
        for t in range(0, x.shape[1], CHUNK):
            raw, state = network(x[:, t : t + CHUNK], state, *text)
            parts.append(step_loss(raw.double(), y[:, t : t + CHUNK].double()))
        for row, values in zip(rows, torch.cat(parts, 1).numpy(), strict=True):
            found[row] = values[: lines.n_steps[row]]
    return np.concatenate(found)


def measured(model: Path, data: Path, split: str) -> dict:
    """Filter -> mean log-losses of the lines of `split`, nats, and what the filter keeps."""
    file = data / "normalisation.json"
    network, settings, _ = load_trained(model, file)
    normalisation = read_normalisation(file)
    some = read(data, settings, [split])
    train_lines = load_lines(data, ["train"])
    here, train = (Steps(lines, normalisation) for lines in (some.lines, train_lines))
    tablet = losses(network, some) + np.log(normalisation["sd"]).sum()
    rows: dict[str, dict | float] = {}
    for (name, kept), train_kept in zip(here.kept().items(), train.kept().values(), strict=True):
        sd = train.offsets[train_kept].std(0)
        rows[name] = row(here.line[kept], tablet[kept] - np.log(sd).sum()) | {
            "sd": sd.tolist(),
            "tablet units": tablet[kept].sum() / len(some.lines.ids),
        }
    rows["only repeated points, nats each"] = float(
        (tablet - np.log(normalisation["sd"]).sum())[here.rests].mean()
    )
    return rows


def row(line: np.ndarray, loss: np.ndarray) -> dict:
    """Mean log-loss (nats) over all lines, and over those of `LONG` points or more."""
    sums, points = np.bincount(line, loss), np.bincount(line) + 1  # the first point is given
    return {
        "lines": len(sums),
        "points a line": float(points.mean()),
        "sd per axis": float(sums.mean()),
        "300 points or more": float(sums[points >= LONG].mean()),
        "a point": float(loss.mean()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path, nargs="+", metavar="MODEL")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", default="validation")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    found = {str(model): measured(model, given.data, given.split) for model in given.models}
    text = json.dumps(found, indent=2)
    given.out.write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
