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
    """Fill `d` as results/<dataset>/ is, less the plots."""
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
    points = ("--points", d / "points/00.parquet")
    parsed = ("--samples", d / "parsed/00.samples.parquet")
    cleaned = ("--cleaned", d / "cleaned/00.parquet")
    labels = ("--labels", d / "labels.parquet")
    label_rejects = d / "label-rejects.parquet"
    samples = ("--samples", d / "samples.parquet")
    statistics = d / "normalisation.json"
    for only in ("ink-00", "labels"):
        pentrace("collect", *reader, "--raw", d / "data", "--shards", 1, "--only", only,
                 "--out", d / "raw")  # fmt: skip
    pentrace("parse", *kanji, *reader, *points, *parsed, "--raw", d / "raw/ink-00.parquet",
             "--rejects", d / "parsed/00.rejects.parquet")  # fmt: skip
    pentrace("label", *kanji, *reader, *labels, "--raw", d / "raw/labels.parquet",
             "--samples-from", d / "parsed", "--rejects", label_rejects,
             "--settings", '{"split": "form", "max_reject_share": 0.05}')  # fmt: skip
    pentrace("clean", *kanji, *points, *parsed, *labels, *cleaned,
             "--rejects", d / "cleaned-rejects/00.parquet",
             "--settings", '{"too_short": 4, "spike": null}')  # fmt: skip
    pentrace("samples", *kanji, *labels, *samples, "--parsed", d / "parsed",
             "--cleaned", d / "cleaned", "--label-rejects", label_rejects,
             "--cleaned-rejects", d / "cleaned-rejects",
             "--rejects", d / "rejects.parquet")  # fmt: skip
    pentrace("statistics", *samples, "--cleaned", d / "cleaned", "--out", statistics)
    pentrace(
        "normalise",
        *cleaned,
        *parsed,
        "--statistics",
        statistics,
        "--offsets",
        d / "offsets/00.parquet",
        "--frames",
        d / "frames/00.parquet",
    )
    pentrace("windows", *samples, "--offsets", d / "offsets", "--out", d / "windows")
