"""A few drawn characters, taken by command from SVG files to a network with three pen states."""

import json
from pathlib import Path

import numpy as np
from click.testing import CliRunner

from pentrace.__main__ import cli


def run(*words: object) -> str:
    done = CliRunner().invoke(cli, [str(word) for word in words])
    if done.exception is not None:
        raise done.exception
    return done.output


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


def build(d: Path) -> Path:
    """Fill `d` as results/<dataset>/ is, less the plots."""
    raw = d / "data" / "kanji"
    raw.mkdir(parents=True)
    for i in range(24):
        (raw / f"{0x4E00 + i:05x}.svg").write_text(character(i))
    (raw / "04e00-Kaisho.svg").write_text(character(0))
    (raw / "04f00.svg").write_text("<svg")
    reader = ("--reader", "kanjivg")
    named = ("--dataset", "kanji")
    for only in ("ink", "labels"):
        run(
            "collect",
            *reader,
            "--raw",
            d / "data",
            "--shards",
            1,
            "--only",
            "ink-00" if only == "ink" else only,
            "--out",
            d / "raw",
        )
    run(
        "parse",
        *named,
        *reader,
        "--raw",
        d / "raw/ink-00.parquet",
        "--out-points",
        d / "points/00.parquet",
        "--out-samples",
        d / "parsed/00.samples.parquet",
        "--out-rejects",
        d / "parsed/00.rejects.parquet",
    )
    run(
        "label",
        *named,
        *reader,
        "--raw",
        d / "raw/labels.parquet",
        "--parsed",
        d / "parsed",
        "--out-labels",
        d / "labels.parquet",
        "--out-rejects",
        d / "label-rejects.parquet",
        "--settings",
        '{"split": "form", "max_reject_share": 0.05}',
    )
    run(
        "clean",
        *named,
        "--points",
        d / "points/00.parquet",
        "--samples",
        d / "parsed/00.samples.parquet",
        "--labels",
        d / "labels.parquet",
        "--out-points",
        d / "cleaned/00.parquet",
        "--out-rejects",
        d / "cleaned-rejects/00.parquet",
        "--settings",
        '{"too_short": 4, "spike": null}',
    )
    run(
        "samples",
        *named,
        "--parsed",
        d / "parsed",
        "--labels",
        d / "labels.parquet",
        "--label-rejects",
        d / "label-rejects.parquet",
        "--cleaned",
        d / "cleaned",
        "--cleaned-rejects",
        d / "cleaned-rejects",
        "--out-samples",
        d / "samples.parquet",
        "--out-rejects",
        d / "rejects.parquet",
    )
    run(
        "statistics",
        "--cleaned",
        d / "cleaned",
        "--samples",
        d / "samples.parquet",
        "--out",
        d / "normalisation.json",
    )
    run(
        "normalise",
        "--cleaned",
        d / "cleaned/00.parquet",
        "--samples",
        d / "parsed/00.samples.parquet",
        "--normalisation",
        d / "normalisation.json",
        "--out-offsets",
        d / "offsets/00.parquet",
        "--out-frames",
        d / "frames/00.parquet",
    )
    run(
        "windows",
        "--offsets",
        d / "offsets",
        "--samples",
        d / "samples.parquet",
        "--out",
        d / "windows",
    )
    network = {
        "layers": 1,
        "hidden": 16,
        "components": 3,
        "pen_states": 3,
        "train": {"steps": 30, "batch_size": 8, "jitter": 0.05, "validate_every": 30},
    }
    run(
        "train",
        "--windows",
        d / "windows",
        "--normalisation",
        d / "normalisation.json",
        "--settings",
        json.dumps(network),
        "--model",
        d / "model.safetensors",
        "--history",
        d / "history.parquet",
        "--checkpoints",
        d / "checkpoints",
    )
    return d
