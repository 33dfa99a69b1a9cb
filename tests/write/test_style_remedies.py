"""Ink that disagrees with its file, and what a user reads when a style is a poor one."""

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

import pentrace
from pentrace.options import FAILED
from pentrace.write.own_ink import read
from pentrace.write.write import command
from tests.helpers.commands import invoke
from tests.helpers.small_synthesis import save
from tests.readers.test_own import line

DOWN = 'y_axis is "up", but by the ink y grows downward; if the writing is upside down, write'
TEXT = "a minimum of letters, of thirty"


def strokes(sign: int) -> list:
    """A line of letters; y grows upward in it if `sign` is 1, and downward if it is -1."""
    xy, stroke = line()
    return [(xy[stroke == i] * [1, sign]).tolist() for i in range(30)]


def file(path: Path, sign: int, **content: object) -> Path:
    path.write_text(json.dumps({"text": TEXT, "strokes": strokes(sign), **content}))
    return path


def notes(path: Path) -> str:
    return "\n".join(read(path).notes)


@pytest.mark.parametrize(("axis", "sign"), [("up", 1), ("down", -1)])
def test_ink_that_disagrees_with_its_direction_of_y_is_doubted_and_followed(tmp_path, axis, sign):
    right = read(file(tmp_path / "right.json", sign, y_axis=axis))
    wrong = read(file(tmp_path / "wrong.json", -sign, y_axis=axis))
    other = "down" if axis == "up" else "up"
    assert right.notes == ()
    assert wrong.notes == (
        f'y_axis is "{axis}", but by the ink y grows {other}ward; if the writing is upside down, '
        f'write "y_axis": "{other}" into the file',
    )
    np.testing.assert_array_equal(wrong.xy, right.xy * [1, -1])


def test_so_is_ink_of_a_format_that_states_the_direction(tmp_path):
    points = [[{"x": x, "y": y} for x, y in stroke] for stroke in strokes(1)]
    (tmp_path / "pad.json").write_text(json.dumps(points))
    paths = "".join(f'<polyline points="{_svg(stroke)}"/>' for stroke in strokes(1))
    (tmp_path / "a.svg").write_text(f"<svg>{paths}</svg>")
    traces = "".join(f"<trace>{_svg(stroke)}</trace>" for stroke in strokes(1))
    (tmp_path / "a.inkml").write_text(f"<ink>{traces}</ink>")
    for name in ("pad.json", "a.svg", "a.inkml"):
        found = notes(tmp_path / name)
        assert "y grows downward, but by the ink y grows upward; if the writing" in found, name
        assert found.endswith("change the sign of y"), name


def _svg(stroke: list) -> str:
    return ", ".join(f"{x:.2f} {y:.2f}" for x, y in stroke)


def test_a_found_direction_has_the_remedy_of_its_format(tmp_path):
    assert notes(file(tmp_path / "a.json", -1)).endswith('write "y_axis": "up" into the file')
    (tmp_path / "b.json").write_text(json.dumps(strokes(-1)))
    assert notes(tmp_path / "b.json").endswith("upside down, change the sign of y")


def test_the_remedy_of_the_style_is_the_last_line_if_lines_fail(tmp_path):
    model = save(tmp_path / "model.safetensors")
    style = file(tmp_path / "me-up.json", -1, y_axis="up")
    short = file(tmp_path / "short.json", 1, y_axis="up", text="sum")
    given = ("a cab", "--model", model, "--quiet", "-o", tmp_path / "a.json", "--attempts", 2)
    for path, remedy in ((style, DOWN), (short, "check that the text is what the ink says")):
        fails = ("--style", path, "--steps-per-character", 3)
        *before, last = invoke(command, *given, *fails, status=FAILED).stderr.splitlines()
        assert remedy in last and last.startswith(f"{path}: ")
        assert not any(remedy in one for one in before)
        assert any(one.startswith("try another seed, a higher bias") for one in before)
        assert remedy in invoke(command, *given, "--style", path, "--check", "none").stderr


def test_python_doubts_the_same_ink(tmp_path):
    path = file(tmp_path / "me-up.json", -1, y_axis="up")
    with pytest.warns(UserWarning, match=DOWN):
        ink = pentrace.read_ink(path)
    network = pentrace.load(save(tmp_path / "model.safetensors"))
    with pytest.warns(UserWarning, match="y must grow upward, but by the ink y grows downward"):
        network.write("a cab", style=ink, check="none")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pentrace.read_ink(file(path, -1, y_axis="down"))
