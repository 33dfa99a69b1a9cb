"""How `--help` shows a setting, from its JSON schema: metavar, bounds, default, sentence."""

import re
from typing import Any, NamedTuple

NONE = "none"  # null or an empty list, on the command line
METAVARS = {"integer": "INTEGER", "number": "FLOAT", "string": "TEXT", "path": "FILE"}


class Shape(NamedTuple):
    """The values that a setting may have: a single value, a list, or null."""

    singles: list[dict]  # schemas of a single value
    items: dict | None  # schema of the items, if the setting may be a list
    null: bool
    empty: bool  # whether `none` means an empty list


def shape(schema: dict) -> Shape:
    """The values that the JSON schema of a field allows."""
    parts = schema.get("anyOf", [schema])
    lists = [part for part in parts if part.get("type") == "array"]
    return Shape(
        [part for part in parts if part.get("type") not in ("array", "null")],
        lists[0]["items"] if lists else None,
        any(part.get("type") == "null" for part in parts),
        bool(lists) and not lists[0].get("minItems") and schema["default"] != [],
    )


def value(form: Shape, given: str | tuple[str, ...]) -> Any:
    """The value that an option gives its field: text, which the model converts, None, or a list.

    `given` is a tuple for an option that may be repeated.
    """
    if given in (NONE, (NONE,)) and (form.null or form.empty):
        return None if form.null else []
    if isinstance(given, str):
        return _chosen(form, given)
    return _chosen(form, given[0]) if len(given) == 1 and _is_single(form, given[0]) else given


def _chosen(form: Shape, text: str) -> Any:
    """The value that `text` names, if the schema lists the values; they may be numbers."""
    allowed = [value for schema in form.singles for value in schema.get("enum", [])]
    return next((value for value in allowed if str(value) == text), text)


def _is_single(form: Shape, text: str) -> bool:
    """Whether `text` is a single value, if the setting may also be a list."""
    number = re.fullmatch(r"-?\d+", text)
    return any(
        schema.get("const") == text or (schema["type"] == "integer" and number)
        for schema in form.singles
    )


def bounds(form: Shape) -> str:
    """The range of a number, such as 0<=x<1; empty if it has none."""
    schema = form.items or form.singles[0]
    lower = schema.get("minimum", schema.get("exclusiveMinimum"))
    upper = _power(schema.get("maximum", schema.get("exclusiveMaximum")))
    above = "<" if "exclusiveMinimum" in schema else "<="
    below = "<" if "exclusiveMaximum" in schema else "<="
    if upper is None:
        return "" if lower is None else f"x{above.replace('<', '>')}{lower}"
    return f"{'' if lower is None else f'{lower}{above}'}x{below}{upper}"


def _power(limit: float | None) -> float | str | None:
    """The limit of a seed as a power of two, which is easier to read."""
    seeds = {2**bits: f"2^{bits}" for bits in (32, 63)}
    return limit if limit is None else seeds.get(int(limit), limit)


def metavar(form: Shape) -> str:
    """The value in `--help`: INTEGER, FLOAT|none, [brush|plotter]."""
    parts = [*form.singles, *([form.items] if form.items else [])]
    words = [word for part in parts for word in _words(part)]
    text = "|".join([*words, *([NONE] if form.null or form.empty else [])])
    return f"[{text}]" if any("enum" in part for part in parts) else text


def _words(schema: dict) -> list[str]:
    if "const" in schema:
        return [str(schema["const"])]
    kind = METAVARS["path" if schema.get("format") == "path" else schema["type"]]
    return [str(value) for value in schema.get("enum", [kind])]


def shown(value: Any) -> str:
    """A default as it is typed on the command line."""
    if value is None or value == []:
        return NONE
    if isinstance(value, list):
        return ", ".join(map(shown, value))
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value) or '""'


def sentence(text: str) -> str:
    """A description as a sentence of the help, in which null is written as none."""
    text = re.sub(r"\bnull\b", NONE, text)
    return f"{text[:1].upper()}{text[1:]}." if text else text
