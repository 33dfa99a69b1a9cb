"""`pentrace align`: the points of each character, and lines whose text does not fit."""

from pathlib import Path

import numpy as np
import pytest
import torch

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.networks.recognition import RecognitionNetwork
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import save_model
from pentrace.recognise.align import command
from pentrace.recognise.letters import letters
from pentrace.train.data import fitting, read
from tests.helpers import small_model
from tests.helpers.commands import invoke
from tests.helpers.small_data import edit_samples

SETTINGS = NetworkSettings.model_validate(
    {"kind": "recognition", "layers": 1, "hidden": 8, "alphabet": " abc"}
)
TEXTS = {"train-0": "ab", "train-2": "aaaaaaaaaaaaaaaaaaaa", "validation-0": "b a?", "test-1": "?"}


def line_of(*strokes: tuple[float, float, int]) -> tuple[np.ndarray, np.ndarray]:
    """x and ends of strokes: each goes from one place to another in some points."""
    x = np.concatenate([np.linspace(*stroke) for stroke in strokes])
    ends = np.cumsum([stroke[2] for stroke in strokes]) - 1
    return x, np.isin(np.arange(len(x)), ends)


def path_of(steps: int, **symbols: int) -> np.ndarray:
    """A path of blanks but for the symbols, each at one step: `_0=2` is symbol 0 at step 2."""
    path = np.zeros(steps, int)
    for name, step in sorted(symbols.items(), key=lambda item: item[1]):
        symbol = int(name[1:])
        path[step:] = 2 * symbol + 2
        path[step] = 2 * symbol + 1
    return path


def test_a_letter_ends_where_its_stroke_ends() -> None:
    x, end = line_of((0, 10, 9), (12, 22, 15))
    found = letters("ab", [0, 1], path_of(6, _0=1, _1=4), np.full(6, -0.5), x, end)
    assert [(one.at, one.points) for one in found] == [(0, (0, 8)), (1, (9, 23))]
    assert found[0].log_probability == -0.5


def test_joined_letters_end_half_way() -> None:
    x, end = line_of((0, 20, 24))
    first, second = letters("ab", [0, 1], path_of(6, _0=1, _1=4), np.zeros(6), x, end)
    assert (first.points, second.points) == ((0, 11), (12, 23))


def test_a_letter_of_two_strokes_ends_at_the_longest_jump_rightward() -> None:
    x, end = line_of((0, 10, 8), (5, 6, 4), (14, 24, 12))
    first, second = letters("ib", [0, 1], path_of(6, _0=0, _1=4), np.zeros(6), x, end)
    assert (first.points, second.points) == ((0, 11), (12, 23))


def test_blanks_have_no_ink_and_late_strokes_no_letter() -> None:
    # A word of two joined letters, the cross of its first one, and another word.
    x, end = line_of((0, 20, 24), (2, 5, 4), (40, 50, 12))
    found = letters("ta b", [0, 1, 2, 3], path_of(10, _0=1, _1=4, _2=6, _3=8), np.zeros(10), x, end)
    assert [one.points for one in found] == [(0, 11), (12, 23), None, (28, 39)]


def test_a_line_that_was_not_aligned_has_no_letters() -> None:
    x, end = line_of((0, 20, 24))
    assert letters("ab", [0, 1], np.full(6, -1), np.zeros(6), x, end) == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Lines with texts in three splits, and a recogniser."""
    small_model.write(tmp_path)
    edit_samples(tmp_path, lambda row: row | {"text": TEXTS.get(row["sample_id"])})
    torch.manual_seed(0)
    network = RecognitionNetwork(SETTINGS)
    save_model(tmp_path / "model.safetensors", network, SETTINGS, small_model.NORMALISATION)  # type: ignore[arg-type]
    return tmp_path


def run(folder: Path, out: Path) -> str:
    options = [*small_model.options(folder), "--out-characters", str(out / "characters.parquet")]
    return invoke(command, *options, "--out-lines", str(out / "lines.parquet")).output


def test_every_character_of_every_line_is_a_row(folder: Path) -> None:
    assert "3 lines aligned, 1 not" in run(folder, folder)
    found = tables.read(folder / "characters.parquet")
    assert found.schema.equals(schema.ALIGNMENTS)
    rows: dict[str, list[dict]] = {}
    for row in found.to_pylist():
        rows.setdefault(row["sample_id"], []).append(row)
    assert {name: "".join(r["character"] for r in of) for name, of in rows.items()} == TEXTS
    assert all([r["index"] for r in of] == list(range(len(of))) for of in rows.values())
    a, b = rows["train-0"]
    assert a["first_point"] == 0 and a["last_point"] + 1 == b["first_point"]
    assert a["log_probability"] < 0
    # Twenty equal letters need 39 steps; a blank has no ink; the question mark is not known.
    assert all(r["first_point"] is r["log_probability"] is None for r in rows["train-2"])
    assert [r["first_point"] is None for r in rows["validation-0"]] == [False, True, False, True]
    lines = {row["sample_id"]: row for row in tables.read(folder / "lines.parquet").to_pylist()}
    assert lines["train-2"]["misfit"] is None
    assert [lines[name]["unknown"] for name in TEXTS] == [0, 0, 1, 1]
    assert all(lines[name]["misfit"] > -1 for name in TEXTS if name != "train-2")


def test_same_input_same_bytes(folder: Path, tmp_path: Path) -> None:
    for name in ("first", "second"):
        run(folder, tmp_path / name)
    for name in ("characters.parquet", "lines.parquet"):
        first, second = ((tmp_path / n / name).read_bytes() for n in ("first", "second"))
        assert first == second


def test_no_transcripts_are_refused(folder: Path) -> None:
    edit_samples(folder, lambda row: row | {"text": None})
    with pytest.raises(PentraceError, match="no line with a transcript"):
        run(folder, folder)


def test_training_leaves_out_lines_that_do_not_fit(folder: Path) -> None:
    settings = NetworkSettings.model_validate({"kind": "synthesis", "alphabet": " ab"})
    data = read(folder, settings, ["train"])
    assert data.lines.ids == ["train-0", "train-2"]
    fits = folder / "fits.parquet"
    keys = {"text": "", "read": "", "unknown": 0}
    rows = [{"sample_id": "train-0", "misfit": 1.5}, {"sample_id": "train-2", "misfit": 2.5}]
    tables.write_rows(fits, schema.FITS, [row | keys for row in rows])
    assert fitting(data, fits, None) is data
    some = fitting(data, fits, 2.0)
    assert some.lines.ids == ["train-0"] and len(some.symbols) == 1  # type: ignore[arg-type]
    with pytest.raises(PentraceError, match="all lines have misfits above 1"):
        fitting(data, fits, 1.0)
    with pytest.raises(PentraceError, match="give it with --fits"):
        fitting(data, None, 2.0)
