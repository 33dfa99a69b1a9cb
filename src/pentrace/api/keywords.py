"""The keyword arguments of the functions, checked as the options of the commands are."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypedDict, TypeVar

import numpy as np
from pydantic import Field, ValidationError

from pentrace.errors import PentraceError
from pentrace.generate.unconditional import STEPS
from pentrace.settings import Settings, explain
from pentrace.write.settings import WriteSettings

S = TypeVar("S", bound=Settings)


class WriteKeywords(TypedDict, total=False):
    """The fields of `WriteSettings`, for type checkers and editors; lengths in mm."""

    bias: float
    seed: int
    attempts: int
    check: Literal["reader", "window", "none"]
    error_limit: float
    steps_per_character: int
    many_hands: bool
    longest_line: int | None
    page: str
    margin: float | None
    size: float
    spacing: float | None
    drift: float
    pen: Literal["brush", "plotter"]
    pen_width: float


class WriteArguments(WriteSettings):
    """All arguments of `Model.write`, so that a wrong name is compared with each of them."""

    text: str = Field("", strict=True)
    style: Any = None
    style_mix: Any = None
    style_text: str | None = Field(None, strict=True)
    data: Any = None
    substitute: bool = False
    reader: Any = None


class SampleArguments(Settings):
    """The keyword arguments of `Model.sample`."""

    count: int = Field(1, ge=1, le=10_000)
    bias: float = Field(0.0, ge=0, le=20)
    seed: int = Field(1, ge=0, lt=2**63)
    steps: int = Field(STEPS, ge=1, le=100_000)


def path_of(name: str, value: Any) -> Path:
    """`value`, the argument `name`, as a path. Raises `PentraceError` if it cannot be one."""
    text = os.fspath(value) if isinstance(value, str | os.PathLike) else None
    if not isinstance(text, str) or not text or "\0" in text:
        raise PentraceError(f"{name}: expected a path, as text or pathlib.Path; got {value!r}")
    return Path(text)


def checked(model: type[S], given: Mapping[str, Any]) -> S:
    """`given` as `model`. Raises `PentraceError` with one line for each wrong name or value."""
    values = {k: v.item() if isinstance(v, np.generic) else v for k, v in given.items()}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise PentraceError(explain(model, error, "")) from None
