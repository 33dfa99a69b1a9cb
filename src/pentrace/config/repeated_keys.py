"""Repeated keys in one section of a YAML file: YAML would silently use the last."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from pentrace.errors import PentraceError


def refuse_repeated_keys(paths: Iterable[str | Path]) -> None:
    """Raise `PentraceError` with file, line and key of each repeated key.

    A file that is missing, or not YAML, is left to the code that reads it.
    """
    mistakes = [mistake for path in paths if Path(path).is_file() for mistake in _in_file(path)]
    if mistakes:
        raise PentraceError("\n".join(["The configuration has mistakes:", *mistakes]))


def _in_file(path: str | Path) -> list[str]:
    try:
        root = yaml.compose(Path(path).read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError):
        return []
    found = (key for section in _sections(root, set()) for key in _repeated(section))
    return [
        f"{path}, line {key.start_mark.line + 1}: {key.value} is repeated in its section; keep one"
        for key in found
    ]


def _sections(node: yaml.Node | None, seen: set[int]) -> Iterator[yaml.MappingNode]:
    """The mappings in `node`, each once, even if several aliases point to it."""
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        yield node
    children = node.value if isinstance(node, yaml.CollectionNode) else []
    for child in children:
        for part in child if isinstance(child, tuple) else (child,):
            yield from _sections(part, seen)


def _repeated(section: yaml.MappingNode) -> list[yaml.ScalarNode]:
    keys = [key for key, _ in section.value if isinstance(key, yaml.ScalarNode)]
    first = {key.value: key for key in reversed(keys)}
    return [key for key in keys if first[key.value] is not key]
