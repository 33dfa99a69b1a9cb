"""How well 60 everyday sentences can be read, as a network writes them.

    python benchmarks/legibility.py [--model results/demo-iam/synthesis] [--data results/demo-iam]

A recogniser chooses among the candidates of each line, as in `pentrace write`. Another one, which
never chooses, judges them: by default `benchmarks/judge`, which was trained on synthetic lines. The
sentences are in `sentences.txt`. They are written twice: each in a separate hand, and all in one.
With --data, the real lines of its validation split are judged too.

The judge may have been trained on offsets in other units: then it reads the same ink in its units.
Sentences with characters that the network or the judge does not know are left out.
"""

import argparse
import json
from itertools import pairwise
from pathlib import Path

import numpy as np

from pentrace.generate import reading
from pentrace.generate.lines import WrittenLine
from pentrace.generate.load_model import find_model, load_ink, named_reader, reader_for
from pentrace.generate.numpy_recogniser import FusedRecogniser
from pentrace.ink import Ink
from pentrace.networks.alphabet import knows
from pentrace.networks.model_file import read
from pentrace.normalise.positions import positions, unit
from pentrace.normalise.recipes import to_offsets
from pentrace.normalise.units import differing, read_normalisation
from pentrace.recognise.error_rates import CLASSES, INSERTIONS, by_class
from pentrace.windows.batches import load_lines
from pentrace.write.lines import write_text
from pentrace.write.scale import line_height
from pentrace.write.settings import WriteSettings

HERE = Path(__file__).parent


def converted(steps: np.ndarray, own: dict, other: dict) -> np.ndarray:
    """The ink of offsets (T, 3), normalised as `own` says, as offsets normalised as `other` says.

    Ink in tablet units keeps its size. If only one of them is in line heights, usual writing gets
    the same height. Points are not resampled, except as the recipe of `other` says.
    """
    if not differing(own, other):
        return steps
    x, y, t, stroke = positions(steps, own)
    scale = 1.0 if unit(own) == unit(other) else line_height(other) / line_height(own)
    x, y = (scale * np.array([x, y])).astype(np.float32)
    ink = Ink(["line"], np.array([0, len(t)]), x, y, stroke, t, {})
    return to_offsets(ink, np.ones(1), other)[0]


def rates(texts: list[str], read: list[str]) -> dict[str, float]:
    """Character error rate, and the share of wrong characters of each class."""
    lines = [by_class(a, b) for a, b in zip(texts, read, strict=True)]
    sums = {name: np.sum([line[name] for line in lines], 0) for name in (*CLASSES, INSERTIONS)}
    of, wrong = np.sum([*sums.values()], 0)
    return {"all": wrong / of} | {name: sums[name][1] / max(sums[name][0], 1) for name in CLASSES}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, help="synthesis network; default: pretrained")
    parser.add_argument("--reader", type=Path, help="recogniser that chooses")
    parser.add_argument("--check", choices=("reader", "window"), default="reader")
    parser.add_argument("--judge", type=Path, default=HERE / "judge")
    parser.add_argument("--data", type=Path, help="data set whose real lines are judged too")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="JSON file to write")
    arguments = parser.parse_args()
    path = find_model(arguments.model)
    network, normalisation = load_ink(path, "synthesis")
    chooser = reader_for(arguments.check, arguments.reader, path, normalisation).network
    weights, settings, units = read(named_reader(arguments.judge), "np", ("recognition",))
    judge = FusedRecogniser(weights, settings)
    rows = []

    def add(what: str, texts: list[str], steps: list[np.ndarray], own: dict, **more: float) -> None:
        found = reading.read(judge, [converted(one, own, units) for one in steps])
        row = {"lines": what, "number": len(texts)} | more | rates(texts, found)
        rows.append({**row, "texts": texts, "read": found})
        shown = "  ".join(f"{k} {v:.1%}" for k, v in row.items() if isinstance(v, float))
        print(f"{what} ({len(texts)} lines, {more.get('failed', 0)} failed): {shown}", flush=True)

    if arguments.data:
        lines = load_lines(arguments.data, ["validation"]).with_text()
        ink = [lines.steps[a:b] for a, b in pairwise(lines.starts)]
        real = read_normalisation(arguments.data / "normalisation.json")
        add("real", [text or "" for text in lines.texts], ink, real)
    every = (HERE / "sentences.txt").read_text().splitlines()
    known = [s for s in every if knows(network.settings, s) and knows(settings, s)]
    print(f"{len(known)} of {len(every)} sentences", flush=True)
    for bias in (0.5, 1.0):
        for many in (True, False):
            how = WriteSettings(
                bias=bias, seed=arguments.seed, many_hands=many, longest_line=60, page="400x3000",
                check=arguments.check,
            )  # fmt: skip
            written = write_text(network, normalisation, "\n".join(known), how, None, chooser)
            made: list[WrittenLine] = written.lines
            seen = [(m.reading.edits, len(m.text)) for m in made if m.reading]
            edits, characters = np.sum(seen, 0) if seen else (np.nan, 1)
            what = f"bias {bias:g}, {'a hand for each line' if many else 'one hand'}"
            more = {"failed": sum(m.failed for m in made), "own estimate": edits / characters}
            add(what, [m.text for m in made], [m.steps for m in made], normalisation, **more)
    if arguments.out:
        arguments.out.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
