"""What the settings of all stages share: unknown keys are errors, and JSON on the command line."""

import difflib
from collections.abc import Callable
from typing import Any, TypeVar, get_args, get_origin

import click
from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator

from pentrace.errors import PentraceError

GIVEN = 80  # characters of a wrong value that a message shows


class Settings(BaseModel):
    """Base of every stage's settings: frozen; unknown keys, and bools for numbers, are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    @field_validator("*", mode="before")
    @classmethod
    def _no_bool_as_a_number(cls, value: Any, info: ValidationInfo) -> Any:
        # YAML's true would be read as 1, which nobody who writes it means.
        types = _types_in(cls.model_fields[str(info.field_name)].annotation)
        given = value if isinstance(value, list | tuple) else [value]
        if bool not in types and types & {int, float} and any(isinstance(v, bool) for v in given):
            raise ValueError("allowed is a number, not true or false")
        return value


def _types_in(annotation: Any) -> set[type]:
    """The classes that `annotation` is put together from, such as int and None of `int | None`."""
    inner = {kind for part in get_args(annotation) for kind in _types_in(part)}
    return inner | {annotation} if isinstance(annotation, type) else inner


Model = TypeVar("Model", bound=BaseModel)


def explain(model: type[BaseModel], error: ValidationError, where: str) -> str:
    """One line per mistake: the key, what was given, and what is allowed there."""
    return "\n".join(_explain_one(model, item, where) for item in error.errors())


def _explain_one(model: type[BaseModel], item: Any, where: str) -> str:
    keys, _ = _follow(model, item["loc"])
    key = ".".join([where, *keys] if where else keys)
    if item["type"] == "missing":
        return f"{key}: {item['msg']}"
    if item["type"] != "extra_forbidden":
        return f"{key}: {_wrong(item)}" if key else _wrong(item)
    allowed = list(_follow(model, item["loc"][:-1])[1].model_fields)
    near = difflib.get_close_matches(keys[-1], allowed, 1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"{key}: unknown key; {hint}allowed here: {', '.join(allowed) or 'none'}"


def _wrong(item: Any) -> str:
    """What is wrong, and what was given, unless it is a whole section: its checks name values."""
    message = item["msg"].removeprefix("Value error, ")
    if item["type"] == "value_error" and isinstance(item["input"], dict):
        return message
    return f"{message} (given: {_cut(repr(item['input']))})"


def _cut(text: str) -> str:
    return text if len(text) <= GIVEN else text[: GIVEN - 3] + "..."


def _follow(model: type[BaseModel], path: tuple) -> tuple[list[str], Any]:
    """The keys on `path` from `model` on, and the type of what stands there.

    Pydantic's names for the branches of a union stand in `path`, but are no keys.
    """
    keys: list[str] = []
    at: Any = model
    for part in path:
        mapping, fields = get_origin(at) is dict, getattr(at, "model_fields", None)
        if mapping or fields is not None or isinstance(part, int):
            keys.append(str(part))
        if mapping:
            at = get_args(at)[1]
        elif fields is not None:
            at = fields[part].annotation if part in fields else None
    return keys, at


def settings_option(model: type[Model]) -> Callable:
    """A click option `--settings` that takes `model` as JSON; its help lists the fields."""

    def parse(_ctx: click.Context, _param: click.Parameter, value: str) -> Model:
        try:
            return model.model_validate_json(value)
        except ValidationError as error:
            raise PentraceError(explain(model, error, "--settings")) from None

    fields = "; ".join(
        f"{name} (default {field.get_default(call_default_factory=True)!r})"
        for name, field in model.model_fields.items()
    )
    return click.option(
        "--settings", default="{}", callback=parse, metavar="JSON", help=f"JSON object of: {fields}"
    )
