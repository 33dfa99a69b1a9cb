"""Online handwriting, from raw pen recordings to networks and new ink.

In Python, `load` opens a trained network, `read_ink` reads a file of ink, and `Dataset` gives the
tables of a data set.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pentrace.api.dataset import Dataset
    from pentrace.api.handwriting import Handwriting, read_ink
    from pentrace.api.model import Model, load
    from pentrace.api.written import WrittenText
    from pentrace.errors import PentraceError

__version__ = "0.1.0"
__all__ = ["Dataset", "Handwriting", "Model", "PentraceError", "WrittenText", "load", "read_ink"]

# Name -> its module, which is imported when the name is first used: commands need none of them.
_PLACES = {
    "Dataset": "pentrace.api.dataset",
    "Handwriting": "pentrace.api.handwriting",
    "Model": "pentrace.api.model",
    "PentraceError": "pentrace.errors",
    "WrittenText": "pentrace.api.written",
    "load": "pentrace.api.model",
    "read_ink": "pentrace.api.handwriting",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, *(name for name in globals() if name.startswith("__"))])
