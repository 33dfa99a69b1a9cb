"""The whole configuration, checked before any job.

The `label`, `clean`, `normalise` and so on of a data set are merged over those at the top. The
`windows` of a text are merged over `OF_TEXT`, since those at the top are counted in points of ink.
"""

import difflib
import re
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import ValidationError

from pentrace.config.schema import Config
from pentrace.errors import PentraceError
from pentrace.evaluate.published import PUBLISHED
from pentrace.networks.model_file import settings, shipped
from pentrace.networks.settings import PRETRAINED, SHAPE, Kind, NetworkSettings, start_shape
from pentrace.readers.names import READERS
from pentrace.settings import explain
from pentrace.windows.settings import OF_TEXT

PER_DATASET = ("parse", "label", "clean", "normalise", "characters", "windows")
NAME = r"[A-Za-z0-9][A-Za-z0-9_-]*"
# The networks of a data set are folders next to its tables, so no network has one of these names.
FOLDERS = (
    "raw", "points", "parsed", "cleaned", "cleaned-rejects", "offsets", "frames", "windows",
    "plots", "verify",
)  # fmt: skip


def load(values: Mapping[str, Any]) -> Config:
    """Check `values`, as read from YAML, and return the configuration.

    Raises `PentraceError` with one line per mistake: the key, what was given, what is allowed.
    """
    config = _validated(values)
    checks = (_results, _spelling, _names, _readers, _published, _recogniser)
    mistakes = [mistake for check in checks for mistake in check(config)]
    later = (_kinds, _verifiers, _starts, _shapes, _unseen_validation, _words)
    if mistakes := mistakes or [mistake for check in later for mistake in check(config)]:
        raise PentraceError("\n".join(["The configuration has mistakes:", *mistakes]))
    return config


def _validated(values: Mapping[str, Any]) -> Config:
    # The top is checked before it is merged into each data set, so a mistake is reported once.
    _check(_without_sections(values))
    values = {**values, "networks": _sized_networks(values["networks"])}
    return _check({**values, "datasets": _merged_datasets(values)})


def _check(values: Mapping[str, Any]) -> Config:
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        mistakes = explain(Config, error, "")
        raise PentraceError(f"The configuration has mistakes:\n{mistakes}") from None


def _without_sections(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` without the sections of data sets, which are complete only after merging."""
    datasets = values.get("datasets")
    if not isinstance(datasets, Mapping):
        return dict(values)
    return {
        **values,
        "datasets": {name: _without_section(entry) for name, entry in datasets.items()},
    }


def _without_section(entry: Any) -> Any:
    if not isinstance(entry, Mapping):
        return entry
    return {k: v for k, v in entry.items() if k not in PER_DATASET or not isinstance(v, Mapping)}


def _merged_datasets(values: Mapping[str, Any]) -> dict[str, Any]:
    """Each data set with the top's sections under its own, or `OF_TEXT` under a text's windows."""
    datasets = {}
    for name, entry in values["datasets"].items():
        top = {**values, "windows": OF_TEXT} if entry["reader"] == "text" else values
        sections = {s: {**top.get(s, {}), **entry.get(s, {})} for s in PER_DATASET}
        datasets[name] = {**entry, **sections}
    return datasets


def _sized_networks(networks: Mapping[str, Any]) -> dict[str, Any]:
    """Each network with the size of the one that it starts from, where it sets none."""
    return {name: _sized(networks, name, ()) for name in networks}


def _sized(networks: Mapping[str, Any], name: str, seen: tuple[str, ...]) -> dict[str, Any]:
    own = networks[name]
    start = own.get("start")
    first = origin("", start)[1] if start else ""
    if start == PRETRAINED:
        found = shipped_settings(own.get("kind"))
    elif first in networks and first not in (*seen, name):
        found = _sized(networks, first, (*seen, name))
    else:
        return dict(own)
    kind = NetworkSettings.model_fields["kind"].default
    found = start_shape(found, own)
    if own.get("kind", kind) != found.get("kind", kind):
        return dict(own)  # the kind is reported, not what it brings
    return found | dict(own)


def shipped_settings(kind: Kind | None) -> dict[str, Any]:
    """The settings of the network of the package that one of this kind starts from."""
    found = settings(shipped(kind))
    return found.model_dump(mode="json") if found else {}


def _results(config: Config) -> list[str]:
    """Mistakes in `results`; old files are removed in that folder, so its name is restricted."""
    if re.fullmatch(rf"results(-{NAME})?", config.results):
        return []
    return [
        f"results: {config.results!r} is not a folder of results; use results, or results-NAME "
        "with a NAME of letters, digits, - and _"
    ]


def _spelling(config: Config) -> list[str]:
    """Names of data sets and networks that cannot be names of their folders."""
    mistakes = []
    for key, names in (
        ("datasets", config.datasets),
        ("networks", config.networks),
        ("verifiers", config.verifiers),
    ):
        for name in names:
            if not re.fullmatch(NAME, name):
                mistakes.append(
                    f"{key}: not a name for a folder: {name!r}; use letters, digits, - and _, with "
                    "a letter or digit first"
                )
    if PRETRAINED in config.networks:
        mistakes.append(
            f"networks: {PRETRAINED!r} is the name of the networks that come with Pentrace; use "
            "another name"
        )
    for name in config.networks:
        if name in FOLDERS:
            mistakes.append(
                f"networks: {name!r} is a folder of tables; use none of: {', '.join(FOLDERS)}"
            )
    return mistakes


def _names(config: Config) -> list[str]:
    """Mistakes in names: data sets and networks that are asked for but not defined."""
    mistakes = []
    lists: list[tuple[str, list[str], Collection[str]]] = [
        ("run", config.run, config.datasets),
        ("train", config.train, config.networks),
        ("verify.methods", config.verify.methods, config.verifiers),
    ]
    lists += [
        (f"datasets.{name}.verify", entry.verify, config.verifiers)
        for name, entry in config.datasets.items()
        if isinstance(entry.verify, list)
    ]
    lists += [
        (f"verifiers.{name}.of", entry.of, config.verifiers)
        for name, entry in config.verifiers.items()
    ]
    lists += [
        (f"datasets.{name}.train", entry.train, config.networks)
        for name, entry in config.datasets.items()
        if isinstance(entry.train, list)
    ]
    for key, asked, known in lists:
        for name in asked:
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                hint = f"did you mean {near[0]!r}? " if near else ""
                mistakes.append(
                    f"{key}: unknown name {name!r}; {hint}use one of: {', '.join(known)}"
                )
        if len(set(asked)) < len(asked):
            mistakes.append(f"{key}: a name is repeated; name each once: {', '.join(asked)}")
    return mistakes


def _readers(config: Config) -> list[str]:
    """Mistakes in `reader`; a reader is a module of `pentrace.readers.sources`."""
    known = ", ".join(READERS)
    return [
        f"datasets.{name}.reader: unknown reader {entry.reader!r}; use one of: {known}"
        for name, entry in config.datasets.items()
        if entry.reader not in READERS
    ]


def _shapes(config: Config) -> list[str]:
    """Networks that would start from one of another kind or size."""
    return [
        f"networks.{name}.{key}: is {getattr(own, key)!r}, but {own.start}, which {name} starts "
        f"from, has {first[key]!r}; remove it, or give both the same value"
        for name in config.learners
        if (own := config.networks[name]).start
        for first in [_first(config, own)]
        for key in SHAPE
        if key in first and getattr(own, key) != first[key]
    ]


def _first(config: Config, own: NetworkSettings) -> dict[str, Any]:
    """The settings of the network that `own` starts from; empty if they are not known."""
    if own.start == PRETRAINED:
        found = shipped_settings(own.kind)
    else:
        first = config.networks.get(origin("", own.start or "")[1])
        found = first.model_dump(mode="json") if first else {}
    return start_shape(found, own.model_dump())


def _kinds(config: Config) -> list[str]:
    """Networks for text that would be trained on ink, and the reverse."""
    return [
        f"datasets.{dataset}.train: {name!r} is of kind {config.networks[name].kind} and cannot be "
        f"trained on data of the reader {config.datasets[dataset].reader}; use networks of: "
        f"{', '.join(_fitting(config, dataset))}"
        for dataset in config.run
        for name in config.named(dataset)
        if name not in _fitting(config, dataset)
    ]


def _verifiers(config: Config) -> list[str]:
    """Methods that join methods of the same kind, and data sets that have no signatures."""
    fusions = [name for name, entry in config.verifiers.items() if entry.kind == "fusion"]
    return [
        f"verifiers.{name}.of: {other!r} is itself of kind fusion; use methods of other kinds"
        for name in fusions
        for other in config.verifiers[name].of
        if other in fusions
    ] + [
        f"datasets.{dataset}.verify: the reader text reads no signatures; remove it"
        for dataset in config.verified
        if config.datasets[dataset].reader == "text"
    ]


def _fitting(config: Config, dataset: str) -> list[str]:
    """The networks that can be trained on a data set."""
    text = config.datasets[dataset].reader == "text"
    return [name for name, network in config.networks.items() if (network.kind == "text") == text]


def _starts(config: Config) -> list[str]:
    """Networks that would start from one that is not trained, or from themselves, by a cycle."""
    allowed = dict.fromkeys(
        n if d == dataset else f"{d}/{n}" for dataset in config.run for d, n in config.trained
    )
    wrong = [(d, n) for d, n in config.trained if not _begins(config, d, n)]
    return [
        f"networks.{name}.start: {config.networks[name].start!r} is not trained before {name} on "
        f"{dataset}; add it to `train` and its data set to `run`, or start from a trained network: "
        f"{', '.join(a for a in allowed if a != name) or 'there is none'}"
        for dataset, name in {n: (d, n) for d, n in reversed(wrong)}.values()
    ]


def _begins(config: Config, dataset: str, name: str) -> bool:
    """Whether the chain of networks that `name` starts from ends, and all of it is trained."""
    seen = [(dataset, name)]
    while (start := config.networks[name].start) is not None:
        if start == PRETRAINED:
            return True
        dataset, name = origin(dataset, start)
        if (dataset, name) in seen or (dataset, name) not in config.trained:
            return False
        seen.append((dataset, name))
    return True


def origin(dataset: str, start: str) -> tuple[str, str]:
    """Data set and network that `start` of a network trained on `dataset` names."""
    other, _, name = start.rpartition("/")
    return other or dataset, name


def _recogniser(config: Config) -> list[str]:
    """Mistakes in `recogniser` and `judge`."""
    known = [name for name, network in config.networks.items() if network.kind == "recognition"]
    mistakes = [
        f"{key}: {name!r} is not a network of kind recognition; use one of: "
        f"{', '.join(['null', *known])}"
        for key, name in (("recogniser", config.recogniser), ("judge", config.judge))
        if name is not None and name not in known
    ]
    if config.recogniser is None:
        mistakes += [
            f"networks.{name}.train: misfit and window_loss need a recogniser; set "
            "`recogniser`, or remove them"
            for name in config.learners
            if config.networks[name].train.misfit is not None
            or config.networks[name].train.window_loss
        ]
    if config.judge is not None and config.judge == config.recogniser:
        mistakes.append(
            f"judge: {config.judge!r} is also the recogniser, which cannot judge the lines that it "
            "chose; use another network, or null"
        )
    return mistakes


def _words(config: Config) -> list[str]:
    """Mistakes in `evaluate_text.words`."""
    path = config.evaluate_text.words
    if path is None or path.is_file() or not config.of_kind("text"):
        return []
    return [
        f"evaluate_text.words: no file {str(path)!r}; give a file with one word per line, or null"
    ]


def _published(config: Config) -> list[str]:
    """Mistakes in `published`."""
    return [
        f"datasets.{name}.published: unknown {entry.published!r}; use: {', '.join(PUBLISHED)}"
        for name, entry in config.datasets.items()
        if entry.published is not None and entry.published not in PUBLISHED
    ]


def _unseen_validation(config: Config) -> list[str]:
    """Networks that would be validated on lines from which the statistics were taken."""
    return [
        f"datasets.{dataset}.normalise.splits: {split!r} is also networks.{network}.train."
        "validate_on; remove it from one of them"
        for dataset, network in config.trained
        for split in config.datasets[dataset].normalise.splits
        if split == config.networks[network].train.validate_on
    ]
