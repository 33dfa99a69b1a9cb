"""Make the files of the hands that come with Pentrace: a line of ink by a synthetic writer each.

    python benchmarks/named_hands.py --out src/pentrace/weights/hands
    python benchmarks/named_hands.py --picture docs/hands.png

The second command writes a sentence in each hand.

The letter forms are those of the Hershey print font. Other than the writers of the synthetic data,
each of these has only one form of a letter, and writes evenly. The same files are made each time.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

import pentrace
from pentrace.demo.hands import LETTERS, Hand, draw_hand
from pentrace.demo.layout import plan_line
from pentrace.demo.recording import RecordedLine, record
from pentrace.files import write_text
from pentrace.page.outputs import save
from pentrace.page.sheet import SampleInk, sheet
from pentrace.write.named_hands import descriptions

TEXT = "The quick brown fly has jumped"
UNIT = 70  # of x and y: this many in the mean width of a character
SENTENCE = "Thank you for 3 lovely days by the sea!"
WIDE = 1500  # pixels of the picture
MOST = 620  # points of a line, so that the files stay small


class Writer(NamedTuple):
    """A hand, in the units of `demo.hands.Hand`."""

    description: str
    joined: float  # share of the pairs of letters between which the pen stays down
    slant: float
    width: float
    ascender: float
    descender: float
    gap: float
    bends: float  # how far letters differ from those of the font; 1: as in the synthetic data
    seed: tuple[int, str]  # of all that is random: of the line; of the hand, this and the name
    space: float = 0.85  # between words
    curve: tuple[float, float] | None = None  # of all stems: how far (x-heights), and its phase


WRITERS = {
    "anna": Writer("round print, upright", 0, 0.0, 1.0, 1.15, 1.0, 0.12, 0.5, (6, "f01")),
    "bruno": Writer("narrow, slanted", 0, 0.3, 0.72, 1.3, 1.1, 0.08, 0.5, (0, "f02")),
    "clara": Writer("tall and narrow", 0, -0.02, 0.62, 1.6, 1.2, 0.1, 0.5, (0, "f03")),
    "david": Writer("leans backward", 0, -0.42, 1.0, 1.2, 1.0, 0.15, 0.6, (1, "g02")),
    "emma": Writer("wide and low", 0, 0.1, 1.2, 1.0, 0.8, 0.25, 0.8, (2, "f06")),
    "finn": Writer("strongly slanted", 0.5, 0.45, 0.9, 1.3, 1.2, 0.1, 0.7, (7, "f07")),
    "greta": Writer("narrow, long stems", 0, 0.05, 0.8, 2.3, 1.9, 0.14, 0.5, (0, "x"), 1.0),
    "hugo": Writer(
        "slightly curved stems", 0, 0.08, 1.0, 1.15, 1.0, 0.1, 0.5, (0, "x"), curve=(0.18, 1.6)
    ),
    "ida": Writer("lightly slanted", 1, 0.22, 0.85, 1.2, 1.0, 0.05, 0.5, (17, "f04")),
    "jonas": Writer("narrow, lively", 0, 0.05, 0.65, 1.1, 1.0, -0.05, 1.2, (0, "f10")),
}


def drawn(writer: Writer) -> Hand:
    """The hand of a writer."""
    line, name = writer.seed
    rng = np.random.default_rng([line, *name.encode()])
    hand = draw_hand(rng)
    links = np.zeros_like(hand.links)
    letters = np.ix_(*2 * [[ord(char) for char in LETTERS]])
    links[letters] = rng.random((26, 26)) < writer.joined
    bends = hand.bends * writer.bends
    if writer.curve:
        bends[:, 3:] = writer.curve
    return replace(
        hand, face="print", faces={}, links=links, slant=writer.slant, width=writer.width,
        ascender=writer.ascender, descender=writer.descender, gap=writer.gap, space=writer.space,
        size=140, bends=bends, slope=0.0, wobble=0.012, tremor=0.3,
    )  # fmt: skip


def written(writer: Writer) -> dict[str, Any]:
    """The content of the file of a writer."""
    rng, hand = np.random.default_rng([writer.seed[0], 9]), drawn(writer)
    line = record(plan_line(TEXT, hand, rng), hand, 0j, 0, rng)
    about = {"text": TEXT, "description": writer.description, "y_axis": "down"}
    return about | {"strokes": [stroke.tolist() for stroke in thinned(line)]}


def thinned(line: RecordedLine) -> list[np.ndarray]:
    """The strokes of a line, integers (n, 3): x, y and t (ms), about `MOST` points in all."""
    scale = UNIT * len(TEXT) / np.ptp(line.x)
    x, y = (np.rint((v - v.min()) * scale).astype(int) for v in (line.x, line.y))
    points = np.column_stack([x, y, (line.t - line.t[0]) * 10])
    strokes = np.split(points, np.flatnonzero(np.diff(line.stroke)) + 1)
    share = min(1.0, MOST / len(points))
    return [stroke[_spread(len(stroke), max(2, round(len(stroke) * share)))] for stroke in strokes]


def _spread(count: int, kept: int) -> np.ndarray:
    """The places of about `kept` of `count` points, with the first and the last."""
    return np.unique(np.rint(np.linspace(0, count - 1, kept)).astype(int))


def picture(out: Path) -> None:
    """Write `SENTENCE` in each hand, two columns, as a PNG with few colours."""
    network, samples = pentrace.load(), []
    for name, description in descriptions().items():
        ink = network.write(SENTENCE, style=name, page="line", drift=0).ink
        points = np.column_stack([ink.x, ink.y, ink.own.t])
        samples.append(SampleInk(points, ink.stroke, 0, f"{name}: {description}"))
    save(sheet(samples, 1.0, columns=2), out)
    with Image.open(out) as image:
        small = image.convert("L").resize((WIDE, round(image.height * WIDE / image.width)))
    small.quantize(16).save(out, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="folder to write the files to")
    parser.add_argument("--picture", type=Path, help="PNG to write, of a sentence in each hand")
    arguments = parser.parse_args()
    if arguments.picture:
        picture(arguments.picture)
    if not arguments.out:
        return
    for name, writer in WRITERS.items():
        content = json.dumps(written(writer), separators=(",", ":"))
        write_text(arguments.out / f"{name}.json", content + "\n")


if __name__ == "__main__":
    main()
