"""A small corpus, and networks that are quickly trained on it."""

import hashlib
import json
from pathlib import Path

from pentrace import schema, tables
from pentrace.ingest.characters import command as characters
from pentrace.train.train import command as train
from pentrace.windows.windows import command as windows
from tests.helpers.commands import invoke, train_options

VERSE = "the cat sat on the mat, and the dog sat on the log.\nwho sat? the cat sat!\n"


def raw_table(path: Path, files: dict[str, bytes]) -> Path:
    rows = [
        {"path": name, "sha256": hashlib.sha256(content).hexdigest(), "content": content}
        for name, content in files.items()
    ]
    tables.write_rows(path, schema.RAW, rows)
    return path


def build(folder: Path, files: dict[str, bytes], settings: dict | None = None) -> str:
    """All tables of a corpus in `folder`; returns the output of `pentrace characters`."""
    raw_table(folder / "raw" / "ink-00.parquet", files)
    outputs = ("characters", "vocabulary", "documents", "rejects")
    arguments = ["--dataset", "small", "--raw", folder / "raw"]
    arguments += [a for name in outputs for a in (f"--out-{name}", folder / f"{name}.parquet")]
    given = {"max_reject_share": 1, **(settings or {"validation": 0.2, "test": 0.2})}
    arguments += ["--settings", json.dumps(given)]
    done = invoke(characters, *arguments)
    arguments = ["--characters", folder / "characters.parquet", "--out", folder / "windows"]
    arguments += ["--settings", '{"length": 20, "stride": 15}']
    invoke(windows, *arguments)
    return done.output


NETWORK = {"kind": "text", "layers": 2, "hidden": 12, "embedding": 5}
TRAIN = {"batches": "streams", "length": 10, "batch_size": 4, "steps": 30, "validate_every": 10,
         "checkpoint_every": 5, "learning_rate": 0.02}  # fmt: skip


def arguments(folder: Path, name: str, network: dict | None = None, **how: object) -> list[str]:
    settings = {**NETWORK, **(network or {}), "train": {**TRAIN, **how}}
    return train_options(folder, folder / name, settings)


def trained(folder: Path, name: str = "run", network: dict | None = None, **how: object) -> Path:
    """The model file of a network trained on the data set in `folder`."""
    given = arguments(folder, name, network, **how)
    invoke(train, *given)
    return folder / name / "model.safetensors"
