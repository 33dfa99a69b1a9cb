"""Measures of style as `pentrace style` writes them, and lines of several hands."""

import json
from pathlib import Path

import numpy as np

from pentrace import schema, tables
from tests.helpers import small_model, small_synthesis
from tests.helpers.small_data import edit_samples, write_data

HANDS = [f"w{i}" for i in range(20)]
RATE = {"rate": 0.4, "low": 0.3, "high": 0.55}
LINES = 6  # of each writer of `write`


def measures(folder: Path) -> None:
    """style.json and style.parquet of twenty hands."""
    methods = {
        name: {"nearest": RATE, "rank": 3.5} for name in ("embedding", "letters", "features")
    }
    table = [
        {"origin": origin, "lines": 80, "failed": 2, "methods": methods,
         "character_error_rate": RATE}
        for origin in ("real", "styled", "unstyled")
    ]  # fmt: skip
    followed = {"feature": "slant", "real": 0.98, "styled": 0.5, "unstyled": None}
    found = {"hands": HANDS, "table": table, "features": [followed], "definitions": {"rank": "a"}}
    (folder / "style.json").write_text(json.dumps(found))
    rows = [
        {"origin": "styled", "sample_id": f"styled/{hand}", "hand": hand, "method": "embedding",
         "nearest": HANDS[i // 2], "rank": 2, "own": 2.0, "others": 3.0}
        for i, hand in enumerate(HANDS)
    ]  # fmt: skip
    tables.write_rows(folder / "style.parquet", schema.STYLE, rows)


def write(folder: Path) -> Path:
    """A data set of four writers, whose lines differ in slant and size; returns a network for it.

    Writers w0 and w1 are in the training split, w2 and w3 in the validation split.
    """
    splits: dict[str, dict[str, np.ndarray]] = {"train": {}, "validation": {}}
    for writer in range(4):
        for i in range(LINES):
            split = "train" if writer < 2 else "validation"
            splits[split][f"w{writer}-{i}"] = line(writer, i)
    texts = {name: "abba cab" for lines in splits.values() for name in lines}
    write_data(folder, splits, texts)
    edit_samples(folder, lambda row: row | {"writer": row["sample_id"].split("-")[0]})
    small_model.normalise_by(folder, {})
    return small_synthesis.save(folder / "synthesis" / "model.safetensors", pace=0.05)


def line(writer: int, number: int) -> np.ndarray:
    """Normalised steps (T, 3) of strokes that lean and are as high as this writer makes them."""
    random = np.random.default_rng([writer, number])
    time = np.arange(160) / 20
    height = (1 + 0.4 * writer) * np.sin(2 * np.pi * time) + random.normal(0, 0.02, len(time))
    x = 2 * time + (0.3 * writer - 0.4) * height
    steps = np.diff(np.stack([x, height], 1), axis=0, prepend=[[x[0], height[0]]])
    ends = np.arange(len(time)) % 20 == 19
    return np.column_stack([20 * steps, ends]).astype(np.float32)
