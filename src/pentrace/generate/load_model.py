"""Opening the trained networks that draw ink or text, without PyTorch."""

from pathlib import Path

from pentrace.errors import PentraceError
from pentrace.generate.numpy_networks import FusedNetwork, FusedText
from pentrace.networks.model_file import NAME, fitting, kind, located, read
from pentrace.networks.settings import OF_INK, Kind
from pentrace.normalise.units import checked

RESULTS = Path("results")


def find_model(given: Path | None, root: Path = RESULTS, wanted: Kind = "synthesis") -> Path:
    """The model file of `given`, or else that of the only network of the kind `wanted` in `root`.

    `root` is a folder of data sets, or the folder of one. Raises `PentraceError` if there are
    several networks, which it lists, and if there is none.
    """
    if given is not None:
        return located(given)
    found = [path for path in models(root) if kind(path) == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        raise PentraceError(
            f"there are several {wanted} networks: {', '.join(map(str, found))}; choose one with "
            "--model"
        )
    make = "make text" if wanted == "text" else "make"
    raise PentraceError(
        f"no {wanted} network in {root}; train one with {make}, or give a file with --model"
    )


def models(root: Path) -> list[Path]:
    """The model files of all networks of a folder of data sets, or of the folder of one."""
    return sorted({*root.glob(f"*/{NAME}"), *root.glob(f"*/*/{NAME}")})


def load_ink(path: Path, *kinds: Kind) -> tuple[FusedNetwork, dict]:
    """The network at `path`, and the normalisation it was trained with.

    Raises `PentraceError` if it is not a complete model file, or not of one of `kinds`. Without
    `kinds`, all networks that draw ink are accepted.
    """
    weights, settings, normalisation = read(path, "np", kinds or OF_INK)
    with fitting(path):
        return FusedNetwork(weights, settings), normalisation


def load_ink_for(path: Path, normalisation: Path, *kinds: Kind) -> tuple[FusedNetwork, dict]:
    """The network at `path`, and the normalisation of the data in the file `normalisation`.

    Raises `PentraceError` as `load_ink` does, and if it was trained on offsets in other units.
    """
    network, trained_with = load_ink(path, *kinds)
    return network, checked(path, trained_with, normalisation)


def load_text(path: str | Path) -> FusedText:
    """The text network at `path`.

    Raises `PentraceError` if it is not a complete model file, or not of a text network.
    """
    weights, settings, _ = read(path, "np", ("text",))
    with fitting(path):
        return FusedText(weights, settings)
