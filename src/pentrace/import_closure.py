"""The modules that a module imports, so that a rule can list the code that it depends on.

Snakemake sees the text of a rule, not the modules that its command imports. Each rule therefore
lists them as an input, and editing one module reruns only the stages that import it.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent
PACKAGE = ROOT.name


def closure(*modules: str) -> list[Path]:
    """Files of `modules` (dotted, inside this package) and of all they import from it, sorted.

    Imports inside functions are included. Imports for type checkers are not: they never run. Names
    built at run time are not found; name those modules in `modules`.
    """
    found: set[str] = set()
    todo = list(modules)
    while todo:
        name = todo.pop()
        if name not in found and _file(name):
            found.add(name)
            todo += [*_imports(name), name.rpartition(".")[0]]
    return sorted(path for name in found if (path := _file(name)))


def _file(module: str) -> Path | None:
    """The source file of a module of this package, if there is one."""
    first, *parts = module.split(".")
    if first != PACKAGE:
        return None
    base = ROOT.joinpath(*parts)
    return next((p for p in (base.with_suffix(".py"), base / "__init__.py") if p.is_file()), None)


@cache
def _imports(module: str) -> tuple[str, ...]:
    """Dotted names that `module` imports; some of them may be modules."""
    path = _file(module)
    assert path is not None
    names: list[str] = []
    for node in _nodes(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(names)


def _nodes(parent: ast.AST) -> Iterator[ast.AST]:
    """All nodes below `parent`, without those in `if TYPE_CHECKING:`."""
    for node in ast.iter_child_nodes(parent):
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield node
            yield from _nodes(node)
