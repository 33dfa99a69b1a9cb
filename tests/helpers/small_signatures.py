"""Signatures of a few users, so simple that a good method makes no error."""

from pathlib import Path

import numpy as np

from pentrace import schema, tables
from pentrace.ink import Ink, to_table
from tests.helpers.commands import pentrace
from tests.helpers.rows import filled

GENUINE, FORGED = 6, 3


def points(user: int, forged: bool, random: np.random.Generator) -> np.ndarray:
    """float64 (T, 7): x, y, time in s, stroke, pressure, azimuth, altitude.

    Users differ in shape; a forger is slower, and presses otherwise.
    """
    count = int((60 + 4 * user) * (1.5 if forged else 1) * random.uniform(0.97, 1.03))
    at = np.linspace(0, 1, count)
    x = 900 * at + 120 * np.sin(2 * np.pi * (2 + user) * at) + random.normal(0, 2, count)
    y = 300 * np.sin(2 * np.pi * (1 + user % 3) * at + user) + random.normal(0, 2, count)
    wave = np.sin(2 * np.pi * (3 if forged else 1 + user) * at)
    pressure = 500 + 200 * wave + random.normal(0, 5, count)
    angles = (1200 + 100 * at, 500 + 50 * at * (1 + user))
    stroke = (at > 0.5).astype(float)
    return np.stack([x, y, 0.01 * np.arange(count), stroke, pressure, *angles], 1)


def write(folder: Path, users: int = 4, task: str = "task2/", columns: int = 7) -> None:
    """The tables `points` and `samples` of a data set of `users` users, in two shards.

    `columns` is 7, or 4 for ink without pressure and angles.
    """
    random = np.random.default_rng(3)
    made = {
        f"{task}U{user}S{number}": points(user, number > GENUINE, random)[:, :columns]
        for user in range(1, users + 1)
        for number in range(1, GENUINE + FORGED + 1)
    }
    names = list(made)
    for shard in range(2):
        own = names[shard::2]
        pieces = [to_table(_ink({name: made[name] for name in own}))]
        tables.write(folder / "points" / f"{shard:02d}.parquet", schema.POINTS, pieces)
    rows = [_row(name) for name in names]
    tables.write_rows(folder / "samples.parquet", schema.SAMPLES, rows)


def measures(folder: Path) -> None:
    """What `pentrace verify` and `pentrace verify-rates` write for two methods."""
    random = np.random.default_rng(2)
    rows = [
        {
            "method": method, "left_out": channel, "task": "task2", "draw": draw, "user": user,
            "references": ["task2/U1S1"], "sample_id": f"task2/{user}S{number}", "kind": kind,
            "score": random.normal({"genuine": 1, "skilled": 2, "random": 4}[kind], 0.6),
        }
        for method in ("dtw", "features")
        for channel in (None, "pressure", "azimuth", "altitude", "time", "pen")
        for draw in range(2)
        for user in ("U1", "U2", "U3")
        for kind in ("genuine", "skilled", "random")
        for number in range(10)
    ]  # fmt: skip
    tables.write_rows(folder / "verify" / "dtw.parquet", schema.COMPARISONS, rows)
    pentrace("verify-rates", "--scores", folder / "verify" / "dtw.parquet",
             "--out", folder / "verification.json")  # fmt: skip


def _row(name: str) -> dict:
    user, _, number = name.rpartition("/")[2].partition("S")
    known = {"sample_id": name, "writer": user, "genuine": int(number) <= GENUINE}
    return filled(schema.SAMPLES, kind="signature", y_axis="up", **known)


def _ink(made: dict[str, np.ndarray]) -> Ink:
    rows = np.concatenate(list(made.values()))
    pen = ("pressure", "azimuth", "altitude")
    return Ink(
        ids=list(made),
        starts=np.cumsum([0, *map(len, made.values())]),
        x=rows[:, 0].astype(np.float32),
        y=rows[:, 1].astype(np.float32),
        stroke=rows[:, 3].astype(np.int32),
        t=rows[:, 2],
        channels={
            n: rows[:, 4 + i].astype(np.float32) for i, n in enumerate(pen[: len(rows[0]) - 4])
        },
    )
