"""Messages about wrong settings, in plain words."""

from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import Field, ValidationError, field_validator

from pentrace.errors import PentraceError
from pentrace.options import settings_from
from pentrace.settings import Settings, explain


class Section(Settings):
    steps: int = Field(10, ge=1, description="steps")


class Sample(Settings):
    count: int = Field(4, gt=0, le=9, description="count")
    share: float = Field(0.5, ge=0, lt=1, description="share")
    limit: float | None = Field(None, description="limit")
    bias: tuple[float, ...] = Field((0.5, 1.0), min_length=1, description="bias")
    names: list[str] = Field([], max_length=2, description="names")
    form: Literal["svg", "png"] = Field("svg", description="form")
    states: Literal[2, 3] = Field(2, description="states")
    note: str = Field("", max_length=4, description="note")
    words: Path | None = Field(None, description="words")
    prime: int | tuple[str, ...] | None = Field(1, description="prime")
    shown: bool = Field(True, description="shown")
    part: Section = Field(default_factory=Section, description="part")
    by_name: dict[str, Section] = Field(default_factory=dict, description="by name")
    must: int = Field(..., description="must")

    @field_validator("note")
    @classmethod
    def _no_x(cls, value: str) -> str:
        if value == "x":
            raise ValueError("x is taken; give another")
        return value


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"count": "hello"}, "count: expected a whole number; got 'hello'"),
        ({"count": [1]}, "count: expected a whole number; got [1]"),
        ({"count": 2.5}, "count: expected a whole number; got 2.5"),
        ({"count": True}, "count: expected a number, not true or false; got True"),
        ({"count": 0}, "count: expected more than 0; got 0"),
        ({"count": 10}, "count: expected at most 9; got 10"),
        ({"share": "hello"}, "share: expected a number; got 'hello'"),
        ({"share": None}, "share: expected a number; got None"),
        ({"share": -0.5}, "share: expected at least 0; got -0.5"),
        ({"share": 1}, "share: expected less than 1; got 1"),
        ({"share": float("nan")}, "share: expected a finite number; got nan"),
        ({"limit": "far"}, "limit: expected a number; got 'far'"),
        ({"bias": "hello"}, "bias: expected a list, such as [0.5, 1.0]; got 'hello'"),
        ({"bias": ["a"]}, "bias.0: expected a number; got 'a'"),
        ({"bias": []}, "bias: expected a list of 1 or more; got []"),
        ({"names": "x"}, "names: expected a list, such as [a, b]; got 'x'"),
        ({"names": ["a", "b", "c"]}, "names: expected a list of 2 or fewer; got ['a', 'b', 'c']"),
        ({"form": "gif"}, "form: expected 'svg' or 'png'; got 'gif'"),
        ({"states": 4}, "states: expected 2 or 3; got 4"),
        ({"note": 3}, "note: expected text; got 3"),
        ({"note": "too long"}, "note: expected 4 or fewer characters; got 'too long'"),
        ({"note": "x"}, "note: x is taken; give another; got 'x'"),
        ({"words": 3}, "words: expected a path; got 3"),
        (
            {"prime": {}},
            "prime: expected a whole number or a list, such as [a, b]; got {}",
        ),
        ({"shown": "maybe"}, "shown: expected true or false; got 'maybe'"),
        ({"shown": [1]}, "shown: expected true or false; got [1]"),
        ({"part": 3}, "part: expected a section of keys and values; got 3"),
        ({"part": {"steps": 0}}, "part.steps: expected at least 1; got 0"),
        ({"by_name": [1]}, "by_name: expected a section of keys and values; got [1]"),
        ({"by_name": {"a": {"steps": "b"}}}, "by_name.a.steps: expected a whole number; got 'b'"),
        ({"must": None}, "must: expected a whole number; got None"),
        (
            {"part": {"step": 1}},
            "part.step: unknown key; did you mean 'steps'? allowed here: steps",
        ),
    ],
)
def test_a_mistake_is_explained_in_plain_words(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as error:
        Sample.model_validate({"must": 1, **values})
    assert explain(Sample, error.value, "") == message


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ValidationError) as error:
        Sample.model_validate({})
    assert explain(Sample, error.value, "top") == "top.must: missing; give a value"


def test_a_mistake_has_the_name_that_was_typed() -> None:
    given = {("part", "steps"): "0", ("by_name",): "3"}
    with pytest.raises(PentraceError) as error:
        settings_from(Sample, '{"must": 1, "share": 2}', given)
    assert str(error.value).splitlines() == [
        "--settings.share: expected less than 1; got 2",
        "--part.steps: expected at least 1; got '0'",
        "--by-name: expected a section of keys and values; got '3'",
    ]


@pytest.mark.parametrize("text", ["{", "[1]", "3", '"a"', ""])
def test_settings_are_an_object(text: str) -> None:
    with pytest.raises(PentraceError, match=r'^--settings: .*\{"key": value\}'):
        settings_from(Section, text, {})


def test_an_option_overrides_the_json() -> None:
    text = '{"must": 1, "count": 3, "part": {"steps": 5}}'
    found = settings_from(Sample, text, {("count",): "7", ("part", "steps"): "6"})
    assert (found.must, found.count, found.part.steps) == (1, 7, 6)
    with pytest.raises(PentraceError, match=r"--settings.part: expected a section"):
        settings_from(Sample, '{"must": 1, "part": 3}', {("part", "steps"): "6"})
