"""Opening trained networks that draw ink or text, or read ink, without PyTorch."""

from pathlib import Path
from typing import NamedTuple

from pentrace.errors import PentraceError, UsageError
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.numpy_recogniser import FusedRecogniser
from pentrace.generate.numpy_text import FusedText
from pentrace.generate.numpy_variational import fused
from pentrace.generate.settings import Check
from pentrace.generate.trial_step import try_ink, try_recogniser, try_text
from pentrace.networks.model_file import NAME, SHIPPED, counts, fitting, kind, located, read
from pentrace.networks.settings import OF_INK, PRETRAINED, Kind
from pentrace.normalise.units import checked, differing

RESULTS = Path("results")
NOBODY = (
    "no recogniser next to the network, so lines were only checked for skipped characters; give "
    "one with --reader, or --check window"
)
READER = "recogniser"  # the network of this name reads, if a data set has several recognisers
SHIPPED_READER = SHIPPED.parents[1] / READER / NAME


def find_model(given: Path | None, root: Path | None = None, wanted: Kind = "synthesis") -> Path:
    """The model file of `given`, or else that of the only network of the kind `wanted` in `root`.

    `root` is a folder of data sets, or the folder of one. If it is None too, the file is that of
    the network that comes with the package, or for other kinds that in results/. Raises
    `PentraceError` if there are several networks, which it lists, and if there is none.
    """
    if given is not None:
        return located(given)
    if root is None and wanted == "synthesis":
        return SHIPPED
    root = root or RESULTS
    found = [path for path in models(root) if kind(path) == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        raise PentraceError(
            f"there are several {wanted} networks: {', '.join(map(str, found))}; choose one with "
            "--model"
        )
    make = "make text" if wanted == "text" else "make"
    use = "give a file with --model"
    if wanted == "synthesis":
        use = f"use the one that comes with Pentrace: --model {PRETRAINED}"
    raise PentraceError(f"no {wanted} network in {root}; train one with {make}, or {use}")


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
        return try_ink(fused(weights, settings, counts(path))), normalisation


def load_ink_for(path: Path, normalisation: Path, *kinds: Kind) -> tuple[FusedNetwork, dict]:
    """The network at `path`, and the normalisation of the data in the file `normalisation`.

    Raises `PentraceError` as `load_ink` does, and if it was trained on offsets in other units.
    """
    network, trained_with = load_ink(path, *kinds)
    return network, checked(path, trained_with, normalisation)


def load_writer(path: Path) -> tuple[FusedNetwork, dict]:
    """The network at `path`, which writes a text; otherwise as `load_ink`.

    Raises `PentraceError` if it is not a synthesis network, or a variational one with a text.
    """
    network, normalisation = load_ink(path, "synthesis", "variational")
    if network.window is None:
        raise PentraceError(
            f"{path}: a variational network without a text; give a network that is conditioned on "
            "text"
        )
    return network, normalisation


def load_writer_for(path: Path, normalisation: Path) -> tuple[FusedNetwork, dict]:
    """As `load_writer`, and the normalisation of the data in the file `normalisation`.

    Raises `PentraceError` also if it was trained on offsets in other units.
    """
    network, trained_with = load_writer(path)
    return network, checked(path, trained_with, normalisation)


def load_recogniser_for(path: Path, normalisation: Path) -> FusedRecogniser:
    """The recogniser at `path`.

    Raises `PentraceError` if it is not a complete model file, of another kind, or trained on
    offsets in other units than those of the file `normalisation`: it would read nonsense.
    """
    network, trained_with = _recogniser(path)
    checked(path, trained_with, normalisation)
    return network


class Reader(NamedTuple):
    """Who reads the candidates of lines."""

    network: FusedRecogniser | None = None  # None: nobody; then at most the window is checked
    path: Path | None = None  # its model file
    message: str = ""  # why nobody reads, if somebody should


def reader_for(check: Check, given: Path | None, model: Path, normalisation: dict) -> Reader:
    """The recogniser for `check` at `given`, or else next to the network at `model`.

    If there is none, it is the one that comes with the package, for offsets in the same units.
    `normalisation` is that of the network. Raises `PentraceError` as `load_reader` does, and for a
    recogniser that `check` does not use.
    """
    if check != "reader":
        if given is not None:
            raise UsageError(f"--reader is not used with --check {check}; remove one of them")
        return Reader()
    path = named_reader(given) if given else find_reader(model) or _shipped(normalisation)
    if path is None:
        return Reader(message=NOBODY)
    return Reader(load_reader(path, normalisation), path)


def named_reader(given: Path) -> Path:
    """The model file of the recogniser that the user names; "pretrained" comes with the package.

    Raises `PentraceError` if there is no such file.
    """
    if str(given) == PRETRAINED and not given.exists():
        return SHIPPED_READER
    path = located(given)
    if not path.exists():
        raise PentraceError(
            f"{path}: no such file; give --reader a recogniser, such as "
            "results/demo-iam/recogniser, or remove --reader"
        )
    return path


def load_reader(path: Path, normalisation: dict) -> FusedRecogniser:
    """The recogniser at `path`, for lines of a network with this `normalisation`.

    Raises `PentraceError` as `load_recogniser_for` does.
    """
    network, trained_with = _recogniser(path)
    for key in differing(trained_with, normalisation):
        raise PentraceError(
            f"{path}: trained on offsets with another {key} than the synthesis network; give "
            "--reader a recogniser of the same data set, or --check window"
        )
    return network


def _recogniser(path: Path) -> tuple[FusedRecogniser, dict]:
    weights, settings, normalisation = read(path, "np", ("recognition",))
    with fitting(path):
        return try_recogniser(FusedRecogniser(weights, settings)), normalisation


def find_reader(model: Path) -> Path | None:
    """The recogniser that is next to the synthesis network at `model`, in the same data set.

    It is the only one, or else the one in the folder `READER`; None if there is none.
    """
    found = sorted(
        path
        for path in located(model).resolve().parent.parent.glob(f"*/{NAME}")
        if kind(path) == "recognition"
    )
    named = [path for path in found if path.parent.name == READER]
    return found[0] if len(found) == 1 else named[0] if named else None


def _shipped(normalisation: dict) -> Path | None:
    """The recogniser that comes with the package, if it reads offsets in these units."""
    differs = differing(_recogniser(SHIPPED_READER)[1], normalisation)
    return None if differs else SHIPPED_READER


def load_text(path: str | Path) -> FusedText:
    """The text network at `path`.

    Raises `PentraceError` if it is not a complete model file, or not of a text network.
    """
    weights, settings, _ = read(path, "np", ("text",))
    with fitting(path):
        return try_text(FusedText(weights, settings))
