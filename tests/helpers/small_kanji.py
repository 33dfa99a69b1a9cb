"""A few drawn characters, taken by command from SVG files to a network with three pen states."""

from pathlib import Path

import numpy as np

from tests.helpers.commands import pentrace, train_options


def character(i: int) -> str:
    """A character of three or four strokes, each a little different."""
    random = np.random.default_rng(i)
    strokes = [
        f"M{x:.1f},{y:.1f}c5,{i % 5},20,1,{30 + i % 7},{dy}"
        for x, y, dy in zip(*random.uniform(5, 50, (2, 3)), (2, 30, 40), strict=True)
    ]
    strokes += ["M10,90h80"] * (i % 2)
    paths = "".join(f'<path d="{data}"/>' for data in strokes)
    return f'<svg xmlns="http://www.w3.org/2000/svg"><g>{paths}</g></svg>'


NETWORK = {"layers": 1, "hidden": 16, "components": 3, "pen_states": 3}
TRAIN = {"steps": 30, "batch_size": 8, "jitter": 0.05, "validate_every": 30}


def build(d: Path) -> Path:
    """Fill `d` like results/<dataset>/, without the plots."""
    raw = d / "data" / "kanji"
    raw.mkdir(parents=True)
    for i in range(24):
        (raw / f"{0x4E00 + i:05x}.svg").write_text(character(i))
    (raw / "04e00-Kaisho.svg").write_text(character(0))
    (raw / "04f00.svg").write_text("<svg")
    build_tables(d)
    train = train_options(d, d, {**NETWORK, "train": TRAIN})
    pentrace("train", *train)
    return d


def build_tables(d: Path) -> None:
    """The tables of the characters in `d`/data, one shard of them."""
    kanji = ("--dataset", "kanji")
    reader = ("--reader", "kanjivg")
    points, parsed = d / "points/00.parquet", d / "parsed/00.samples.parquet"
    cleaned, labels, samples = d / "cleaned/00.parquet", d / "labels.parquet", d / "samples.parquet"
    label_rejects, normalisation = d / "label-rejects.parquet", d / "normalisation.json"
    for only in ("ink-00", "labels"):
        pentrace("collect", *reader, "--raw", d / "data", "--shards", 1, "--only", only,
                 "--out", d / "raw")  # fmt: skip
    pentrace("parse", *kanji, *reader, "--raw", d / "raw/ink-00.parquet", "--out-points", points,
             "--out-samples", parsed, "--out-rejects", d / "parsed/00.rejects.parquet")  # fmt: skip
    pentrace("label", *kanji, *reader, "--raw", d / "raw/labels.parquet", "--parsed", d / "parsed",
             "--out-labels", labels, "--out-rejects", label_rejects,
             "--split", "form", "--max-reject-share", 0.05)  # fmt: skip
    pentrace("clean", *kanji, "--points", points, "--samples", parsed, "--labels", labels,
             "--out-points", cleaned, "--out-rejects", d / "cleaned-rejects/00.parquet",
             "--too-short", 4, "--spike", "none")  # fmt: skip
    pentrace("samples", *kanji, "--labels", labels, "--parsed", d / "parsed",
             "--cleaned", d / "cleaned", "--label-rejects", label_rejects,
             "--cleaned-rejects", d / "cleaned-rejects",
             "--out-samples", samples, "--out-rejects", d / "rejects.parquet")  # fmt: skip
    pentrace("statistics", "--samples", samples, "--cleaned", d / "cleaned", "--out", normalisation)
    pentrace("normalise", "--cleaned", cleaned, "--samples", parsed,
             "--normalisation", normalisation, "--out-offsets", d / "offsets/00.parquet",
             "--out-frames", d / "frames/00.parquet")  # fmt: skip
    pentrace("windows", "--samples", samples, "--offsets", d / "offsets", "--out", d / "windows")
