"""What the settings of all stages share: unknown keys are errors, and JSON on the command line."""

import difflib
from collections.abc import Callable
from typing import Any, TypeVar

import click
from pydantic import BaseModel, ConfigDict, ValidationError

from pentrace.errors import PentraceError


class Settings(BaseModel):
    """Base of every stage's settings: frozen, and strict about unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


Model = TypeVar("Model", bound=BaseModel)


def explain(model: type[BaseModel], error: ValidationError, where: str) -> str:
    """One line per mistake: the key, what was given, and what is allowed there."""
    return "\n".join(_explain_one(model, item, where) for item in error.errors())


def _explain_one(model: type[BaseModel], item: Any, where: str) -> str:
    path = [str(part) for part in item["loc"]]
    key = ".".join([where, *path]) if where else ".".join(path)
    if item["type"] != "extra_forbidden":
        return f"{key}: {item['msg']} (given: {item['input']!r})"
    allowed = _keys_at(model, item["loc"][:-1])
    near = difflib.get_close_matches(path[-1], allowed, 1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"{key}: unknown key; {hint}allowed here: {', '.join(allowed) or 'none'}"


def _keys_at(model: type[BaseModel], path: tuple) -> list[str]:
    """Names of the fields of the model that stands at `path` inside `model`."""
    for part in path:
        field = model.model_fields.get(str(part))
        if field is None:
            continue  # the key of a mapping
        inner = _models_in(field.annotation)
        if inner:
            model = inner[0]
    return list(model.model_fields)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for part in getattr(annotation, "__args__", ()) for m in _models_in(part)]


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
