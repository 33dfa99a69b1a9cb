"""The folder results/: the files that a configuration makes there, the lock, and old files."""

import errno
import fcntl
import shutil
from pathlib import Path
from typing import IO

from pentrace import shards
from pentrace.config.schema import Config
from pentrace.errors import PentraceError
from pentrace.figure_table import DATASET_FIGURES, NETWORK_FIGURES, Figure, Need
from pentrace.files import remove_partial

MEASURES = (
    "metrics.json",
    "sample-metrics.json",
    "recognition.json",
    "style.json",
    "discriminate.json",
)

NO_LOCKS = (errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK, errno.EINVAL)  # of a file system

_held: list[IO[str]] = []  # the lock ends when the process ends, since that closes its file


def network_figures(config: Config, network: str) -> list[Figure]:
    """The figures of a network, in the order of the table."""
    kind, met = config.networks[network].kind, _met(config, network)
    return [f for f in NETWORK_FIGURES if kind in f.kinds and all(met[need] for need in f.needs)]


def dataset_figures(config: Config, dataset: str) -> list[Figure]:
    """The figures of a data set of ink, in the order of the table."""
    verified = dataset in config.verified
    return [f for f in DATASET_FIGURES if verified or "verifiers" not in f.needs]


def _met(config: Config, network: str) -> dict[Need, bool]:
    """For each condition of `pentrace.figure_table`, whether the configuration meets it."""
    settings = config.networks[network]
    return {
        "pen_states": settings.pen_states == 3,
        "lines": settings.pen_states == 2,
        "recogniser": config.recogniser is not None,
        "aligns": network == config.recogniser,
        "transfer": settings.starts_elsewhere,
        "generated_lines": config.evaluate.generated_lines > 0,
        "validation": "validation" in config.evaluate.splits,
    }


def network_files(config: Config, network: str) -> list[str]:
    """The files and folders of a network that the report shows, relative to its folder."""
    settings = config.networks[network]
    files = ["history.parquet"]
    if settings.kind != "recognition":
        files += ["metrics.json", "samples"]
    if settings.kind == "text":
        files += ["sample-metrics.json"]
    if settings.kind == "recognition" or (settings.writes_text and config.recogniser):
        files += ["recognition.json"]
    if settings.writes_text:
        files += ["style.json"]
    if settings.kind in ("prediction", "synthesis", "variational") and settings.pen_states == 2:
        files += ["discriminate.json"]
    if network == config.recogniser:
        files += ["alignments.parquet", "fits.parquet"]
    if settings.pen_states == 3:
        files += ["fictional"]
    return files + [f"plots/{figure.name}.png" for figure in network_figures(config, network)]


def lock(folder: Path) -> str:
    """Keep other processes out of `folder` until this process ends, even if it is killed.

    Returns a warning, which is empty unless the file system has no locks, as on some clusters.
    Raises `PentraceError` if another process holds the lock.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / ".lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise PentraceError(
            f"{folder}/: another run is using this folder; wait until it ends, or stop it"
        ) from None
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
        return (
            f"{folder}/: its file system has no locks ({error.strerror}). Do not start a second "
            "run with this folder before this one ends."
        )
    _held.append(file)
    return ""


def prune(config: Config, folder: Path) -> None:
    """Remove from `folder` the files that killed runs and other configurations have left.

    The report shows every figure and measure that it finds, so figures and measures that the
    configuration does not make are removed. So are the shards beyond the number of a data set.
    """
    remove_partial(folder)
    for dataset in config.run:
        shards.prune(folder / dataset, config.datasets[dataset].shards)
        _prune_verification(config, dataset, folder / dataset)
    for dataset, network in config.trained:
        _prune_network(folder / dataset / network, set(network_files(config, network)))


def _prune_verification(config: Config, dataset: str, folder: Path) -> None:
    """Remove the error rates and figures of verification that the data set has no longer."""
    kept = {figure.name for figure in dataset_figures(config, dataset)}
    for figure in DATASET_FIGURES:
        if figure.name not in kept:
            (folder / "plots" / f"{figure.name}.png").unlink(missing_ok=True)
    if dataset not in config.verified:
        (folder / "verification.json").unlink(missing_ok=True)


def _prune_network(folder: Path, wanted: set[str]) -> None:
    possible = {*MEASURES, *(f"plots/{figure.name}.png" for figure in NETWORK_FIGURES)}
    for name in possible - wanted:
        (folder / name).unlink(missing_ok=True)
    if "fictional" not in wanted:
        shutil.rmtree(folder / "fictional", ignore_errors=True)
