"""Why Snakemake runs a job, in words that name the setting or the file that changed."""

import ast
import json
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from pentrace.config.schema import Config
from pentrace.networks.settings import NetworkSettings

SHOWN = 3  # files or settings of one cause
LONGEST = 50  # characters of a value
# Snakemake forces jobs that were stopped before it has noted their end.
FORCED = "forced, or stopped in the last run"
MISSING = "no output yet"
FOLLOWS = "its input is made again"
# What a reason of Snakemake begins with -> the same in plain words; {} is a list of files.
WORDS = {
    "Forced execution": FORCED,
    "Missing output files": MISSING,
    "Incomplete output files": "the last run was stopped",
    "Updated input files": "changed: {}",
    "Input files updated by another job": FOLLOWS,
    "Set of input files has changed": "it has other inputs",
    "Code has changed": "the command of its rule changed",
    "Software environment": "its environment changed",
}
PARAMS = re.compile(
    r"(?:; )?Params have changed since last execution: .*? before: (.*) now: (.*?)\s*"
    r"(?=; Software environment|$)",
    re.DOTALL,
)
# Rules with a checksum as a parameter, without what follows `_` in their names.
CHECKSUMS = {"collect": "a raw file changed", "configuration": "the settings changed"}
NOTHING = "<nothing exclusive>"
ABSENT = object()


def causes(reason: str, rule: str, network: str = "NAME") -> list[str]:
    """The causes in a `reason` of Snakemake, one phrase each, without repetition.

    A changed setting is named by its key in config.yaml, with the old and the new value. `rule` and
    `network` are those of the job. Reasons in an unknown form are left out.
    """
    params = PARAMS.search(reason)
    found = [words for part in PARAMS.sub("", reason).split("; ") if (words := _in_words(part))]
    if params:
        found += changes(_values(params[1]), _values(params[2]), rule, network)
    return list(dict.fromkeys(found))


def _in_words(part: str) -> str:
    start, _, files = part.partition(": ")
    words = next((text for known, text in WORDS.items() if start.startswith(known)), "")
    return words.format(_some(files.split(", ")))


def _some(names: list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _values(text: str) -> list[Any]:
    """The parameters that Snakemake has printed; none if they are in no form that is known."""
    try:
        return [] if text == NOTHING else list(ast.literal_eval(f"[{text}]"))
    except (ValueError, SyntaxError):
        return []


def changes(old: list[Any], new: list[Any], rule: str, network: str = "NAME") -> list[str]:
    """The differences between the parameters of the last run and of this one, as `key: a -> b`.

    Settings are JSON, in parameters or in options that are in parameters. Other differences are
    not named one by one.
    """
    before, now = _sections(old), _sections(new)
    found = [line for section in now for line in _compared(section, before, network)]
    if not found:
        return [CHECKSUMS.get(rule.partition("_")[0], "its options changed")]
    return found if len(found) <= SHOWN else [*found[:SHOWN], f"{len(found) - SHOWN} more"]


def _sections(values: list[Any]) -> list[dict[str, Any]]:
    """The JSON objects in parameters, or among the options in them."""
    texts = [v for v in values if isinstance(v, str)]
    words = [word for text in texts for word in ([text] if text[:1] == "{" else _split(text))]
    return [found for word in words if isinstance(found := _json(word), dict)]


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return []


def _json(word: str) -> Any:
    try:
        return json.loads(word)
    except ValueError:
        return None


def _compared(section: dict[str, Any], before: list[dict[str, Any]], network: str) -> Iterator[str]:
    """The differences to the section of `before` that has most keys in common."""
    alike = [other for other in before if section.keys() & other.keys()]
    if not alike:
        return
    old = max(alike, key=lambda other: len(section.keys() & other.keys()))
    name = _name(section, network)
    for key, values in _differing(old, section, (name,) if name else ()):
        yield f"{key}: {' -> '.join(map(_shown, values))}"


def _name(section: Mapping[str, Any], network: str) -> str:
    """The key of config.yaml whose settings have the keys of `section`."""
    if section.keys() <= NetworkSettings.model_fields.keys():
        return f"networks.{network}"
    models = {name: field.annotation for name, field in Config.model_fields.items()}
    fitting = [
        name
        for name, model in models.items()
        if isinstance(model, type)
        and issubclass(model, BaseModel)
        and section.keys() <= model.model_fields.keys()
    ]
    return fitting[0] if fitting else ""


def _differing(old: Any, new: Any, path: tuple[str, ...]) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Key and both values wherever two sections differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*new, *old]):
            yield from _differing(old.get(key, ABSENT), new.get(key, ABSENT), (*path, key))
    elif old != new:
        yield ".".join(path), (old, new)


def _shown(value: Any) -> str:
    if value is ABSENT:
        return "nothing"
    if isinstance(value, float):
        return f"{value:g}"
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
