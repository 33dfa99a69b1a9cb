"""Files that are empty or no ink, given to `write` and `learn`."""

import json
from pathlib import Path

import pytest

from pentrace.errors import PentraceError, UsageError
from pentrace.learn.learn import command as learn
from pentrace.learn.recordings import find_recordings
from pentrace.write.own_ink import read
from pentrace.write.write import command
from tests.helpers import small_style
from tests.helpers.commands import invoke

NAMES = ("a.json", "a.ndjson", "a.csv", "a.npy", "a.npz", "a.svg", "a.txt", "a.svc", "a.inkml",
         "a.xml", "a.unp", "a.parquet", "a")  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_file_of_ink_is_called_empty(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(PentraceError, match=f"{name}: the file is empty; record one line of hand"):
        invoke(command, "a", "--style", tmp_path / name, "-o", tmp_path / "out.svg")


@pytest.mark.parametrize(
    "content",
    ["hello\nyou\n", "1 2 3 4\n5 6 7 8\n", "2\n1 2 3 9e9\n1 2 3 1\n", "2\n1 2 3 300\n" * 2],
)
def test_a_text_that_is_no_ink_has_a_remedy_without_settings(tmp_path: Path, content: str) -> None:
    (tmp_path / "some.txt").write_text(content)
    mine = small_style.save(tmp_path / "me.json", small_style.waves())
    remedy = r"line \d: .*; give a complete SVC2004 file, .*: pentrace page -o write\.html$"
    given = ("-o", tmp_path / "out.safetensors")
    for run in (
        lambda: invoke(command, "a", "--style", tmp_path / "some.txt", "-o", tmp_path / "a.svg"),
        lambda: invoke(learn, tmp_path / "some.txt", mine, *given),
    ):
        with pytest.raises(PentraceError, match=remedy) as error:
            run()
        assert "parse." not in str(error.value)


def test_a_text_beside_its_ink_may_be_named(tmp_path: Path) -> None:
    mine = small_style.save(tmp_path / "me.json", small_style.waves())
    (tmp_path / "me.txt").write_text("minimum sum")
    found = find_recordings([mine, tmp_path / "me.txt"], tmp_path / "scratch")
    assert [one.path for one in found.recordings] == [mine]


@pytest.mark.parametrize("content", ["", " \n"])
def test_a_file_without_a_text_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "empty.txt").write_text(content)
    for words, name in (
        (("--file", tmp_path / "empty.txt"), "empty.txt"),
        (("-",), "standard input"),
    ):
        with pytest.raises(UsageError, match=f"{name}: no text in it; give a text to write$"):
            invoke(command, *words, "-o", tmp_path / "out.svg", stdin=content)


def test_other_keys_may_look_like_known_ones(tmp_path: Path) -> None:
    points = [{"x": x, "y": x % 7, "t": 10 * x, "Time": "noon"} for x in range(40)]
    content = {"strokes": [points], "text": "a", "y_axis": "up", "Data": "of writer 3"}
    (tmp_path / "me.json").write_text(json.dumps(content))
    assert len(read(tmp_path / "me.json").xy) == 40


def test_a_letter_that_begins_at_its_foot_is_not_doubted(tmp_path: Path) -> None:
    stroke = [[0.2 * n, n, 10 * n] for n in range(40)]
    content = {"strokes": [stroke], "text": "l", "y_axis": "up"}
    (tmp_path / "l.json").write_text(json.dumps(content))
    assert not read(tmp_path / "l.json").notes
