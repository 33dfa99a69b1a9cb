"""How well 60 everyday sentences can be read, as a network writes them.

    python benchmarks/legibility.py [--model results/demo-iam/synthesis] [--data results/demo-iam]

A recogniser chooses among the candidates of each line, as in `pentrace write`. Another one, which
never chooses, judges them: `benchmarks/judge` for the network that comes with the package. The
sentences are in `sentences.txt`. They are written twice: each in a separate hand, and all in one.
With --data, the real lines of its validation split are judged too.
"""

import argparse
import json
from itertools import pairwise
from pathlib import Path

import numpy as np

from pentrace.generate import reading
from pentrace.generate.lines import WrittenLine
from pentrace.generate.load_model import (
    find_model,
    load_ink,
    load_reader,
    reader_for,
)
from pentrace.recognise.error_rates import CLASSES, INSERTIONS, by_class
from pentrace.windows.batches import load_lines
from pentrace.write.lines import write_text
from pentrace.write.settings import WriteSettings

HERE = Path(__file__).parent


def rates(texts: list[str], read: list[str]) -> dict[str, float]:
    """Character error rate, and the share of wrong characters of each class."""
    lines = [by_class(a, b) for a, b in zip(texts, read, strict=True)]
    sums = {name: np.sum([line[name] for line in lines], 0) for name in (*CLASSES, INSERTIONS)}
    of, wrong = np.sum([*sums.values()], 0)
    return {"all": wrong / of} | {name: sums[name][1] / max(sums[name][0], 1) for name in CLASSES}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--judge", type=Path, default=HERE / "judge")
    parser.add_argument("--data", type=Path, help="data set whose real lines are judged too")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="JSON file to write")
    arguments = parser.parse_args()
    path = find_model(arguments.model)
    network, normalisation = load_ink(path, "synthesis")
    judge = load_reader(arguments.judge, normalisation)
    rows = []

    def add(what: str, texts: list[str], steps: list[np.ndarray], failed: int, own: float) -> None:
        row = {"lines": what, "number": len(texts), "failed": failed, "own estimate": own}
        rows.append(row | rates(texts, reading.read(judge, steps)))
        shown = "  ".join(f"{k} {v:.1%}" for k, v in rows[-1].items() if isinstance(v, float))
        print(f"{what} ({len(texts)} lines, {failed} failed): {shown}", flush=True)

    if arguments.data:
        lines = load_lines(arguments.data, ["validation"]).with_text()
        starts = lines.starts
        ink = [lines.steps[a:b] for a, b in pairwise(starts)]
        add("real", [text or "" for text in lines.texts], ink, 0, float("nan"))
    sentences = (HERE / "sentences.txt").read_text().splitlines()
    for bias in (0.5, 1.0):
        for many in (True, False):
            settings = WriteSettings(
                bias=bias, seed=arguments.seed, many_hands=many, longest_line=60, page="400x3000"
            )
            chooser = reader_for("reader", None, path, normalisation).network
            written = write_text(
                network, normalisation, "\n".join(sentences), settings, None, chooser
            )
            made: list[WrittenLine] = written.lines
            own = sum(m.reading.edits for m in made if m.reading) / sum(len(m.text) for m in made)
            what = f"bias {bias:g}, {'a hand for each line' if many else 'one hand'}"
            failed = sum(m.failed for m in made)
            add(what, [m.text for m in made], [m.steps for m in made], failed, own)
    if arguments.out:
        arguments.out.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
