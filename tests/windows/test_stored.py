"""Stored windows: what training reads, and how other programs load them."""

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from pentrace import tables
from pentrace.errors import PentraceError
from pentrace.windows import windows as stage
from pentrace.windows.stored import load_text_windows, load_windows
from tests.helpers import small_corpus
from tests.helpers.commands import invoke
from tests.helpers.processes import python
from tests.helpers.small_data import cut, write_data

LENGTH = 11


def lines(split: str, lengths: list[int]) -> dict[str, np.ndarray]:
    """Random steps of samples, the null step first."""
    random = np.random.default_rng(len(split))
    found = {f"{split}-{i}": random.normal(size=(n, 3)) for i, n in enumerate(lengths)}
    for steps in found.values():
        steps[0, :2], steps[:, 2] = 0, steps[:, 2] > 0
    return {name: steps.astype(np.float32) for name, steps in found.items()}


SPLITS = {"train": lines("train", [25, 1, 11, 12, 40]), "validation": lines("validation", [21, 2])}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data set with windows in several row groups, and two splits without any."""
    monkeypatch.setattr(stage, "GROUP", 2)
    write_data(tmp_path, SPLITS)
    cut(tmp_path, LENGTH, LENGTH - 1)
    return tmp_path


def rows_of(folder: Path, split: str) -> list[dict]:
    return tables.read(folder / f"windows/{split}.parquet").to_pylist()


def test_item_i_is_the_valid_part_of_row_i(folder: Path) -> None:
    found = load_windows(folder, ["train", "validation"])
    rows = rows_of(folder, "train") + rows_of(folder, "validation")
    assert found.ids == [row["sample_id"] for row in rows]
    assert found.n_steps.tolist() == [row["valid"] - 1 for row in rows]
    for i, row in enumerate(rows):
        wanted = np.stack([row[name] for name in ("dx", "dy", "end_of_stroke")], 1)
        np.testing.assert_array_equal(found[i], wanted[: row["valid"]].astype(np.float32))


def test_other_windows_are_used_unchanged(folder: Path) -> None:
    cut(folder, 6, 2)
    assert load_windows(folder, ["validation"]).n_steps.tolist() == [5] * 8 + [4, 1]


def test_the_end_of_a_sample_is_only_at_its_last_window(folder: Path) -> None:
    found = load_windows(folder, ["train", "validation"], ends=True)
    plain = load_windows(folder, ["train", "validation"])
    last = {name: i for i, name in enumerate(found.ids)}
    for i, name in enumerate(found.ids):
        assert (found[i][-1, 2] == 2) == (i == last[name])
        np.testing.assert_array_equal(found[i][:-1], plain[i][:-1])


def test_a_split_without_windows_gives_none(folder: Path) -> None:
    found = load_windows(folder, ["test"], ends=True)
    assert (found.ids, found.steps.shape, found.starts.tolist()) == ([], (0, 3), [0])


def test_the_windows_of_a_text_are_used_unchanged(tmp_path: Path) -> None:
    small_corpus.build(tmp_path, {"a.txt": small_corpus.VERSE.encode()})
    found = load_text_windows(tmp_path, ["train"])
    rows = rows_of(tmp_path, "train")
    assert (found.n_steps + 1).tolist() == [row["valid"] for row in rows]
    for i, row in enumerate(rows):
        assert found[i].tolist() == row["codes"][: row["valid"]]
    # Neighbours share a character, so that each but the first is predicted once.
    assert [row["start"] for row in rows] == list(range(0, 15 * len(rows), 15))


def by_duckdb(path: Path) -> np.ndarray:
    """In a separate process: DuckDB reports leaks when a process with PyTorch ends."""
    out = path.with_suffix(".npy")
    line = f'np.stack(duckdb.sql(f"select dx from \'{path}\'").fetchnumpy()["dx"])'
    program = f"import duckdb, numpy as np\nnp.save({str(out)!r}, {line})"
    python("-c", program)
    return np.load(out)


# Each is the expression in docs/tables.md that loads a column as one array.
LOADERS = {
    "pandas": lambda path: np.stack(pd.read_parquet(path)["dx"]),
    "pyarrow": lambda path: pq.read_table(path)["dx"].combine_chunks().flatten().to_numpy()
    .reshape(-1, LENGTH),
    "polars": lambda path: pl.read_parquet(path)["dx"].to_numpy(),
    "duckdb": by_duckdb,
    "torch": lambda path: torch.from_numpy(np.stack(pd.read_parquet(path)["dx"])).numpy(),
}  # fmt: skip


@pytest.mark.parametrize("loader", LOADERS)
def test_one_line_loads_a_column(folder: Path, loader: str) -> None:
    path = folder / "windows/train.parquet"
    assert pq.ParquetFile(path).num_row_groups > 1
    found = LOADERS[loader](path)
    rows = rows_of(folder, "train")
    assert found.dtype == np.float32 and found.shape == (len(rows), LENGTH)
    np.testing.assert_array_equal(found, np.array([row["dx"] for row in rows], np.float32))


@pytest.mark.parametrize("loader", ["pyarrow", "polars"])
def test_one_line_loads_a_split_without_windows(folder: Path, loader: str) -> None:
    assert LOADERS[loader](folder / "windows/test.parquet").shape == (0, LENGTH)


def test_the_documentation_has_these_lines() -> None:
    page = (Path(__file__).parents[2] / "docs" / "tables.md").read_text(encoding="utf-8")
    for line in (
        'np.stack(pd.read_parquet(path)["dx"])',
        'pl.read_parquet(path)["dx"].to_numpy()',
        'pq.read_table(path)["dx"].combine_chunks().flatten().to_numpy().reshape(-1, length)',
        'torch.from_numpy(np.stack(pd.read_parquet(path)["dx"]))',
        'np.stack(duckdb.sql(f"select dx from \'{path}\'").fetchnumpy()["dx"])',
    ):
        assert line in page


def test_a_length_of_text_windows_needs_no_stride(tmp_path: Path) -> None:
    small_corpus.build(tmp_path, {"a.txt": b"to be or not to be, " * 99})
    given = ("--characters", tmp_path / "characters.parquet", "--out", tmp_path / "longer")
    invoke(stage.command, *given, "--length", 201)
    assert pq.read_schema(tmp_path / "longer/train.parquet").field("codes").type.list_size == 201


def test_windows_of_another_form_are_refused_with_the_remedy(folder: Path) -> None:
    path = folder / "windows/train.parquet"
    table = pq.read_table(path)
    lists = pa.array(table["dx"].to_pylist(), pa.list_(pa.float32()))
    pq.write_table(table.set_column(table.schema.get_field_index("dx"), "dx", lists), path)
    with pytest.raises(PentraceError, match=r"train\.parquet: not windows of a fixed length"):
        load_windows(folder, ["train"])


def test_more_valid_offsets_than_a_window_has_are_refused(folder: Path) -> None:
    path = folder / "windows/train.parquet"
    table = pq.read_table(path)
    valid = pa.array([LENGTH + 1] * len(table), pa.int32())
    pq.write_table(table.set_column(table.schema.get_field_index("valid"), "valid", valid), path)
    with pytest.raises(PentraceError, match="valid offsets of 11; delete"):
        load_windows(folder, ["train"])
