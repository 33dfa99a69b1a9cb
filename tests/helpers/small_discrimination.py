"""Data in which written lines differ from real ones, and measures of them."""

import json
from pathlib import Path

import numpy as np

from pentrace import schema, tables
from pentrace.discriminate.features import FEATURES
from pentrace.generate.written_files import offsets_table, unified
from tests.helpers import small_model
from tests.helpers.small_data import edit_samples, write_data

LINES = 10  # of each writer
WRITERS = 6


def write(folder: Path, noise: float = 0.0) -> Path:
    """A data set of `WRITERS` writers, and a folder of lines with their texts; returns the folder.

    The written lines are by the same writers. They differ from the real ones only by `noise`, in
    normalised units, that is added to their steps.
    """
    names = [f"w{w}-{i}" for w in range(WRITERS) for i in range(LINES)]
    lines = {name: line(name, 0) for name in names}
    texts = {name: f"text of {name}" for name in names}
    write_data(folder, {"validation": lines}, texts)
    edit_samples(folder, lambda row: row | {"writer": row["sample_id"].split("-")[0]})
    small_model.normalise_by(folder, {})
    rows, offsets = [], []
    for name in names:
        own = f"bias-0.5/{name}"
        rows.append({"sample_id": own, "text": texts[name], "bias": 0.5, "seed": 1, "prime": None,
                     "attempts": 1, "finished": True, "missed": "", "failed": False,
                     "read": None})  # fmt: skip
        offsets.append(offsets_table(own, line(name, 1, noise)))
    written = folder / "rewritten"
    tables.write_rows(written / "lines.parquet", schema.WRITTEN, rows)
    tables.write(written / "offsets.parquet", schema.OFFSETS, unified(offsets))
    return written


def line(name: str, take: int, noise: float = 0.0) -> np.ndarray:
    """Normalised steps (T, 3) of waves: their size is that of the writer, the rest is random.

    Lines of the same writer and another `take` differ only by chance.
    """
    writer, number = name[1:].split("-")
    random = np.random.default_rng([int(writer), int(number), take])
    time = np.arange(120 + 2 * random.integers(0, 20)) / 20
    height = 1 + 0.2 * int(writer) + random.normal(0, 0.1)
    y = height * np.sin(2 * np.pi * time + random.uniform(0, 6))
    steps = np.diff(np.stack([2 * time + 0.3 * y, y], 1), axis=0, prepend=0)
    steps[0] = 0
    steps[1:] += random.normal(0, 0.01 + noise, (len(time) - 1, 2))
    ends = np.arange(len(time)) % 20 == 19
    return np.column_stack([3 * steps, ends]).astype(np.float32)


def measures(folder: Path) -> dict:
    """discriminate.json and trajectory-features.parquet, as `pentrace discriminate` writes them."""
    one = {"auc": 0.8, "low": 0.7, "high": 0.9}
    test = {"mmd2": 0.0123, "p": 0.042}
    compared = [("rewritten", 0.0), ("rewritten", 1.0), ("halves", None), ("other hands", None)]
    table = [
        {"origin": origin, "bias": bias, "lines": 60, "groups": 6, "folds": 5, "points": 500.0,
         "classifiers": {"logistic": one, "boosting": one},
         "tests": {"features": test, "embedding": test}}
        for origin, bias in compared
    ]  # fmt: skip
    features = [
        {"origin": origin, "bias": bias, "feature": name, "auc": (i % 9) / 9 + 0.05,
         "importance": 0.1 / (i + 1), "real": 1.0, "other": 2.0}
        for origin, bias in compared
        for i, name in enumerate(FEATURES)
    ]  # fmt: skip
    random = np.random.default_rng(0)
    values = [
        {"origin": origin, "bias": bias, "pair": i, "sample_id": f"s{i}", "other": other,
         "feature": name, "value": float(random.normal())}
        for origin, bias in compared[:1]
        for other in (False, True)
        for i in range(20)
        for name in FEATURES
    ]  # fmt: skip
    found = {"table": table, "features": features, "meanings": FEATURES,
             "definitions": {"p": "a share"}}  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "discriminate.json").write_text(json.dumps(found))
    tables.write_rows(folder / "trajectory-features.parquet", schema.TRAJECTORY_FEATURES, values)
    return found
