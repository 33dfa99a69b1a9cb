"""The base of all settings: unknown keys are errors, and mistakes are explained in plain words."""

import difflib
from collections.abc import Collection
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator

GIVEN = 80  # characters of a wrong value that a message shows

# What is expected in place of a wrong value, by pydantic's name of the mistake.
EXPECTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "text",
    "path_type": "a path",
    "none_required": "null",
    "list_type": "a list, such as {example}",
    "tuple_type": "a list, such as {example}",
    "dict_type": "a section of keys and values",
    "model_type": "a section of keys and values",
    "literal_error": "{expected}",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "too_short": "a list of {min_length} or more",
    "too_long": "a list of {max_length} or fewer",
    "string_too_short": "{min_length} or more characters",
    "string_too_long": "{max_length} or fewer characters",
}


class Settings(BaseModel):
    """Base of all settings: frozen; unknown keys, and bools for numbers, are errors."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False
    )

    @field_validator("*", mode="before")
    @classmethod
    def _no_bool_as_a_number(cls, value: Any, info: ValidationInfo) -> Any:
        # Otherwise YAML's true would be read as 1.
        types = _types_in(cls.model_fields[str(info.field_name)].annotation)
        given = value if isinstance(value, list | tuple) else [value]
        if bool not in types and types & {int, float} and any(isinstance(v, bool) for v in given):
            raise ValueError("expected a number, not true or false")
        return value


def _types_in(annotation: Any) -> set[type]:
    """The classes that `annotation` contains, such as int and None in `int | None`."""
    inner = {kind for part in get_args(annotation) for kind in _types_in(part)}
    return inner | {annotation} if isinstance(annotation, type) else inner


def explain(
    model: type[BaseModel],
    error: ValidationError,
    where: str,
    options: Collection[tuple[str, ...]] = (),
) -> str:
    """One line per mistake: the key, the expected value, and the given value.

    Keys are named below `where`; the keys in `options` are named as options of the command line.
    """
    mistakes: dict[str, list[Any]] = {}
    for item in filter(_counts, error.errors()):
        keys, _, example = _follow(model, item["loc"])
        item["ctx"] = {"example": example, **item.get("ctx", {})}
        mistakes.setdefault(_named(keys, where, options), []).append(item)
    return "\n".join(_explain_one(model, key, items) for key, items in mistakes.items())


def _counts(item: Any) -> bool:
    """Whether a mistake is reported: a list may be too short only because its items are wrong."""
    return item["type"] != "too_short" or len(item["input"]) < item["ctx"]["min_length"]


def _named(keys: list[str], where: str, options: Collection[tuple[str, ...]]) -> str:
    """`where.key.key`, or `--key.key` where that is an option that was given."""
    for path in options:
        if tuple(keys[: len(path)]) == path:
            return option_name(path)
    return ".".join([where, *keys] if where else keys)


def option_name(path: tuple[str, ...]) -> str:
    """The option of the setting at `path`, such as --train.batch-size."""
    return f"--{'.'.join(path).replace('_', '-')}"


def _explain_one(model: type[BaseModel], key: str, items: list[Any]) -> str:
    """The line for the mistakes at `key`; there are several if its type is a union."""
    first, head = items[0], f"{key}: " if key else ""
    if first["type"] == "missing":
        return f"{head}missing; give a value"
    if first["type"] == "extra_forbidden":
        return head + _unknown_key(model, first)
    wrong = " or ".join(dict.fromkeys(map(_expected, items)))
    message = wrong if any(item["type"] not in EXPECTED for item in items) else f"expected {wrong}"
    # A check of a section names the values in its message.
    if first["type"] == "value_error" and isinstance(first["input"], dict):
        return head + message
    return f"{head}{message}; got {_cut(repr(first['input']))}"


def _expected(item: Any) -> str:
    if item["type"] in EXPECTED:
        context = {k: f"{v:g}" if isinstance(v, float) else v for k, v in item["ctx"].items()}
        return EXPECTED[item["type"]].format(**context)
    return item["msg"].removeprefix("Value error, ")


def _unknown_key(model: type[BaseModel], item: Any) -> str:
    allowed = list(_follow(model, item["loc"][:-1])[1].model_fields)
    near = difflib.get_close_matches(str(item["loc"][-1]), allowed, 1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"unknown key; {hint}allowed here: {', '.join(allowed) or 'none'}"


def _cut(text: str) -> str:
    return text if len(text) <= GIVEN else text[: GIVEN - 3] + "..."


def _follow(model: type[BaseModel], path: tuple) -> tuple[list[str], Any, str]:
    """The keys on `path` from `model` on, the type of the value there, and a list as an example.

    Pydantic's names for the branches of a union are in `path`, but are not keys.
    """
    keys: list[str] = []
    at: Any = model
    example: Any = None
    for part in path:
        mapping, fields = get_origin(at) is dict, getattr(at, "model_fields", None)
        if mapping or fields is not None or isinstance(part, int):
            keys.append(str(part))
        if mapping:
            at = get_args(at)[1]
        elif fields is not None:
            example = fields[part].default if part in fields else None
            at = fields[part].annotation if part in fields else None
    shown = ", ".join(map(str, example)) if isinstance(example, list | tuple) else ""
    return keys, at, f"[{shown or 'a, b'}]"
