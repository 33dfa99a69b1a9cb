"""The presets of `workflow/presets/`: their names, files and descriptions.

`python -m pentrace.config.presets real graves-3x400` prints the paths for `make CONFIG=...`.
"""

import difflib
import re
import sys
from pathlib import Path

from pentrace.errors import PentraceError

FOLDER = Path("workflow/presets")


def presets(folder: Path = FOLDER) -> dict[str, str]:
    """Name -> first sentence of its file, in order of the names."""
    return {path.stem: _sentence(path.read_text("utf-8")) for path in sorted(folder.glob("*.yaml"))}


def _sentence(text: str) -> str:
    """The first sentence of the comment that `text` begins with."""
    comment = re.match(r"(#.*\n)*", text)
    words = re.sub(r"^#", "", comment[0] if comment else "", flags=re.MULTILINE).split()
    return re.split(r"(?<!et al)\. ", " ".join(words))[0].rstrip(".")


def located(given: str, folder: Path = FOLDER) -> Path:
    """The file of the preset `given`, or `given` itself, if it is a path.

    Raises `PentraceError` with a suggestion if there is neither.
    """
    names = list(presets(folder))
    if given in names:
        return folder / f"{given}.yaml"
    if Path(given).is_file():
        return Path(given)
    near = difflib.get_close_matches(Path(given).stem, names, 1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise PentraceError(f"no preset or file {given!r}; {hint}presets: {', '.join(names)}")


if __name__ == "__main__":
    try:
        print(*(located(name) for name in sys.argv[1:]))
    except PentraceError as error:
        sys.exit(f"CONFIG: {error}")
