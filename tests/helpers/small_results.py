"""A small data set and the outputs of a network, as tables and files, for figures and reports."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa

from pentrace import schema, tables
from pentrace.ink import Ink, to_table
from pentrace.windows.windows import command as windows
from tests.helpers.commands import invoke

SPLITS = ["train", "train", "validation", "test", None]
POINTS, STROKES = 90, 3
SCALE = 20.0  # tablet units per normalised unit


def waves(samples: int = 5) -> Ink:
    """Samples of `STROKES` strokes of loops, recorded with y downward, and a dot at the end."""
    along = np.arange(POINTS)
    x = np.concatenate([30 * along + 40 * np.cos(along / 3 + i) for i in range(samples)])
    y = np.concatenate([60 * np.sin(along / 3 + i) for i in range(samples)])
    stroke = np.tile(np.append(along[:-1] * STROKES // POINTS, STROKES), samples)
    return Ink(
        ids=[f"s{i}" for i in range(samples)],
        starts=np.arange(samples + 1) * POINTS,
        x=np.round(x).astype(np.float32),
        y=np.round(y).astype(np.float32),
        stroke=stroke.astype(np.int32),
        t=np.tile(along * 0.01, samples),
        channels={},
    )


def build_dataset(folder: Path) -> Path:
    """Points, cleaned points, offsets, windows, samples, rejects and normalisation of `waves`."""
    ink = waves()
    for name in ("points", "cleaned"):
        tables.write(folder / name / "00.parquet", schema.POINTS, [to_table(ink)])
    tables.write(folder / "offsets" / "00.parquet", schema.OFFSETS, [offsets(ink)])
    rows = [_sample(name, split) for name, split in zip(ink.ids, SPLITS, strict=True)]
    rows.append(_sample("s9", "train") | {"dropped_by": "too-short", "n_points": 0})
    tables.write_rows(folder / "samples.parquet", schema.SAMPLES, rows)
    tables.write_rows(folder / "rejects.parquet", schema.REJECTS, REJECTS)
    normalisation = {"recipe": "graves", "mean": [0.0, 0.0], "sd": [SCALE, SCALE], "cap": None,
                     "n_samples": 2, "n_steps": 178, "split": ["train"]}  # fmt: skip
    (folder / "normalisation.json").write_text(json.dumps(normalisation))
    arguments = ["--offsets", folder / "offsets", "--samples", folder / "samples.parquet"]
    arguments += ["--out", folder / "windows", "--settings", '{"length": 50, "stride": 49}']
    invoke(windows, *arguments)
    return folder


def offsets(ink: Ink) -> pa.Table:
    """Rows of `schema.OFFSETS` of `ink`, whose y is downward."""
    first = ink.first_of_sample()
    steps = np.stack([np.diff(ink.x, prepend=0), -np.diff(ink.y, prepend=0)], 1) / SCALE
    steps[first] = 0
    names = pa.array(np.array(ink.ids)[ink.owner]).dictionary_encode()
    columns = [names, *steps.T.astype(np.float32), ink.last_of_stroke().astype(np.uint8)]
    return pa.table(dict(zip(schema.OFFSETS.names, columns, strict=True))).cast(schema.OFFSETS)


def _sample(name: str, split: str | None) -> dict:
    return {
        "dataset": "small", "sample_id": name, "kind": "line", "writer": "w" + name[-1],
        "form": "f", "text": "loops", "split": split, "genuine": None,
        "n_points_recorded": POINTS, "n_strokes_recorded": STROKES + 1, "n_points": POINTS,
        "n_strokes": STROKES + 1, "x_min": 0.0, "x_max": 1.0, "y_min": 0.0, "y_max": 1.0,
        "y_axis": "down", "source": name + ".xml", "sha256": "00", "shard": "00",
        "dropped_by": None,
    }  # fmt: skip


def _reject(sample: str, stage: str, rule: str, lost: str, count: int, reason: str) -> dict:
    return {"dataset": "small", "sample_id": sample, "source": sample + ".xml", "stage": stage,
            "rule": rule, "lost": lost, "count": count, "reason": reason}  # fmt: skip


REJECTS = [
    _reject("bad", "parse", "xml-syntax", "sample", 1, "<script>alert('file')</script>"),
    _reject("s1", "label", "placeholder", "text", 1, 'has "Please Enter" & nothing else'),
    _reject("s0", "clean", "duplicate", "points", 7, "7 of 90 points"),
    _reject("s1", "clean", "duplicate", "points", 1005, "1005 of 90 points"),
    _reject("s9", "clean", "too-short", "sample", 1, "too few points left: 3 (limit 20)"),
]
HISTORY = [
    {"step": 10 * i, "epoch": i / 2, "points": 1000 * i, "train_loss": 2.0 - i,
     "validation_loss": loss, "learning_rate": 1e-3}
    for i, loss in enumerate([1.5, 0.5, -0.25, 0.125], 1)
]  # fmt: skip


def metrics() -> dict:
    """A small version of what `pentrace evaluate` writes, with a published row."""
    bins = [
        {"from": k / 10, "to": (k + 1) / 10, "steps": 10 * (10 - k), "mean_probability": k / 10,
         "share_of_ends": k / 12}
        for k in range(10)
    ]  # fmt: skip
    bins[4] |= {"steps": 0, "mean_probability": None, "share_of_ends": None}
    side = {"count": 9, "mean": 1.0, "sd": 2.0, "median": 0.5}
    histogram = {"edges": [0.0, 1.0, 2.0], "real": [0.5, 0.5], "generated": [0.9, 0.1],
                 "real_outside": 0.0, "generated_outside": 0.0}  # fmt: skip
    quantity = {"unit": "unit", "wasserstein": 2.0, "wasserstein_sd": 0.4,
                "wasserstein_sd_real": 0.05, "real": side, "generated": side,
                "histogram": histogram}  # fmt: skip
    measured = {"model": "prediction 1 x 8", "source": "measured", "split": "validation",
                "role": "early stopping", "lines": 1, "lines_in_split": 1, "steps": 89,
                "log_loss_per_sequence": -1234.5, "log_loss_per_point": -1.75,
                "log_loss_raw_per_sequence": 2345.5, "log_loss_raw_per_point": 2.25,
                "squared_error_per_point": 0.321, "end_of_stroke_accuracy": 0.9871,
                "sigma": [20.0, 20.0], "recipe": "graves", "filter": {"spike": 100.0}}  # fmt: skip
    published = {"model": "prediction 3 x 400", "source": "Graves 2013", "split": "validation",
                 "lines": 1438, "log_loss_per_sequence": -1041.0, "recipe": "graves",
                 "squared_error_per_point": 0.41, "filter": "not published"}  # fmt: skip
    calibration = {"brier": 0.01, "expected_calibration_error": 0.02, "share_of_ends": 0.04,
                   "mean_probability": 0.05, "bins": bins}  # fmt: skip
    return {
        "table": [measured, published],
        "calibration": {"validation": calibration},
        "distributions": {"split": "validation", "unit": "tablet unit", "generated_lines": 4,
                          "generated_steps": 60, "bias": 0,
                          "quantities": {"dx": quantity, "speed": None}},
        "network": {"settings": {"kind": "prediction", "layers": 1, "train": {"steps": 5}},
                    "weights": 4321},
        "normalisation": {"recipe": "graves"},
        "definitions": {"log_loss": "minus the log-density"},
    }  # fmt: skip


def build_outputs(folder: Path) -> Path:
    """History, metrics and samples of a network, but no model."""
    tables.write_rows(folder / "history.parquet", schema.HISTORY, HISTORY)
    (folder / "metrics.json").write_text(json.dumps(metrics()))
    ink = waves(3)
    ink = Ink(["bias-0-00", "bias-1-00", "bias-1-after-s2"], *list(vars(ink).values())[1:])
    tables.write(folder / "samples" / "points.parquet", schema.POINTS, [to_table(ink)])
    index = [
        {"sample_id": name, "bias": bias, "seed": 1, "prime": prime, "primer_points": primer,
         "points": POINTS}
        for name, bias, prime, primer in zip(
            ink.ids, (0.0, 1.0, 1.0), (None, None, "s2"), (0, 0, 40), strict=True
        )
    ]  # fmt: skip
    (folder / "samples" / "samples.json").write_text(json.dumps(index))
    for name in ink.ids:
        drawn = '<svg xmlns="http://www.w3.org/2000/svg"/>'
        (folder / "samples" / f"{name}.svg").write_text(drawn)
    return folder
