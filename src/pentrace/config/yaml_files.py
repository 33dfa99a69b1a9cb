"""Files of settings: whether each can be read, and which of them sets a value."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from pentrace.errors import PentraceError, explained


def check_file(path: str | Path) -> None:
    """Raise `PentraceError`, with the line if it is known, unless the file has settings in YAML."""
    if not isinstance(_read(path), yaml.MappingNode):
        raise PentraceError(
            f"{path}: no settings; write each as in config.yaml, such as: threads: 1"
        )


def _read(path: str | Path) -> yaml.Node | None:
    """The file as nodes of YAML; None if it has only comments."""
    try:
        return yaml.compose(Path(path).read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise PentraceError(explained(error)) from None
    except UnicodeDecodeError:
        raise PentraceError(f"{path}: not text in UTF-8; save the file in UTF-8") from None
    except yaml.MarkedYAMLError as error:
        marks = (error.context_mark, error.problem_mark)
        lines = sorted({mark.line + 1 for mark in marks if mark is not None})
        where = " to ".join(map(str, lines))
        raise PentraceError(f"{path}: not YAML: {error.problem}; correct line {where}") from None
    except yaml.YAMLError:
        raise PentraceError(f"{path}: not YAML: it has control characters; remove them") from None


def with_places(message: str, values: Mapping[str, Any], paths: Sequence[str | Path]) -> str:
    """The message of an error in `values`, with file and line before each key that a file sets.

    `values` are merged from the files at `paths`; earlier ones override later ones. A value that
    is missing, or is of the command line, gets no place.
    """
    files = [(path, root) for path in paths if (root := _read(path)) is not None]
    return "\n".join(_place(line, values, files) + line for line in message.splitlines())


def _place(line: str, values: Any, files: list[tuple[str | Path, yaml.Node]]) -> str:
    keys = line.partition(":")[0].split(".")
    places = ((path, _line(root, values, keys)) for path, root in files)
    return next((f"{path}, line {number}: " for path, number in places if number), "")


def _line(node: yaml.Node, value: Any, keys: list[str]) -> int | None:
    """The line that sets `value` at `keys`, or at the first of them; None if another file does."""
    line = None
    for key in keys:
        if not isinstance(value, Mapping) or key not in value:
            break
        found = _pair(node, key)
        if found is None:
            return None
        line, node, value = found[0].start_mark.line + 1, found[1], value[key]
    return line if yaml.SafeLoader("").construct_document(node) == value else None


def _pair(node: yaml.Node, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((pair for pair in pairs if pair[0].value == key), None)
