"""The contents of the folders of data sets and networks, as the page shows them."""

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from PIL import Image

from pentrace import schema, tables
from pentrace.figure_table import FIGURES
from pentrace.files import read_json
from pentrace.networks import model_file
from pentrace.split_names import SPLITS

BY_NAME = {figure.name: figure for figure in FIGURES}
EXAMPLES = 3  # reasons shown for a rule
CSS_DPI = 132  # letters of 8 points are easy to read at this resolution
KINDS = {".png": "image/png", ".svg": "image/svg+xml"}
WINDOW = ("window_components", "window_parametrisation", "style_size")
LATENT = ("latent", "latent_size", "latent_hidden", "with_text")
CELL = ("cell", "recurrent_dropout", "hyper_hidden", "hyper_embedding")
FOR_INK = ("sizes", "embedding", "components", "pen_states")
# For each kind of network, the settings that apply only to other kinds.
FOREIGN = {
    "prediction": ("sizes", "embedding", "alphabet", "fold_rare", *WINDOW, *LATENT),
    "synthesis": ("sizes", "embedding", "pen_states", *CELL, *LATENT),
    "variational": ("sizes", "embedding", "pen_states", "style_size", *CELL),
    "recognition": (*FOR_INK, "skips", *WINDOW, *CELL, *LATENT),
    "text": ("sizes", "layers", "hidden", *FOR_INK[2:], *WINDOW, *CELL, *LATENT),
}
# Key of the record of a transfer -> what happened to the weights of these characters.
TRANSFER = {
    "kept": "in both data sets: weights of the other network",
    "added": "only in this data set: random weights",
    "not_in_the_corpus": "only in the other data set: weights of the other network",
}


@dataclass(frozen=True)
class Picture:
    """An image inside the page."""

    name: str
    category: str  # the heading above it
    title: str
    caption: str
    uri: str  # data:
    width: int | None = None  # CSS pixels; None: the image may be as wide as the page


@dataclass(frozen=True)
class DatasetPart:
    """The content of the page for one data set."""

    name: str
    note: str  # such as: synthetic
    splits: list[dict[str, Any]]  # a row for each split, and one for their sum
    rejects: list[dict[str, Any]]  # a row for each stage, rule and kind of loss
    normalisation: dict[str, Any] | None
    pictures: list[Picture]
    text: dict[str, Any] | None = None  # of a text data set: documents and vocabulary
    verification: dict[str, Any] | None = None  # error rates on signatures


@dataclass(frozen=True)
class NetworkPart:
    """The content of the page for one trained network."""

    name: str
    note: str  # that of its data set
    weights: int | None
    settings: dict[str, Any]  # those that apply to its kind
    trained: dict[str, Any]  # the settings of its training
    history: dict[str, Any] | None
    metrics: dict[str, Any] | None
    recognition: dict[str, Any] | None
    style: dict[str, Any] | None  # which hand its lines are nearest to
    discrimination: dict[str, Any] | None  # whether its lines differ from real ones
    filters: list[dict[str, Any] | str]  # the distinct filters in the rows of the metrics
    samples: list[dict[str, Any]]
    pictures: list[Picture]
    drawn: list[Picture] = field(default_factory=list)  # one for each sample
    language: dict[str, Any] | None = None  # the measures of a text network
    texts: list[dict[str, Any]] = field(default_factory=list)  # texts that it generated
    sampled: dict[str, Any] | None = None  # the measures of these texts
    transfer: dict[str, Any] | None = None  # the network of another corpus that it started from
    fictional: list[dict[str, Any]] = field(default_factory=list)  # distances to real characters


def dataset_part(name: str, folder: Path, note: str) -> DatasetPart:
    """Read samples.parquet, rejects.parquet, normalisation.json and plots/, if they exist."""
    samples = _frame(folder / "samples.parquet", schema.SAMPLES)
    rejects = _frame(folder / "rejects.parquet", schema.REJECTS)
    return DatasetPart(
        name=name,
        note=note,
        splits=[] if samples is None else split_rows(samples),
        rejects=[] if rejects is None else reject_rows(rejects),
        normalisation=_json(folder / "normalisation.json"),
        pictures=pictures(folder / "plots"),
        text=text_of(folder),
        verification=_json(folder / "verification.json"),
    )


def text_of(folder: Path) -> dict[str, Any] | None:
    """Documents with their sum, and characters by frequency; None if the data are not text."""
    documents = _frame(folder / "documents.parquet", schema.DOCUMENTS)
    vocabulary = _frame(folder / "vocabulary.parquet", schema.VOCABULARY)
    if documents is None or vocabulary is None:
        return None
    counts = ["characters", "cut", "train", "validation", "test"]
    total = {"sample_id": "all", "encoding": "", **documents[counts].sum().to_dict()}
    ordered = vocabulary.sort_values(["train", "code"], ascending=[False, True])
    return {
        "documents": [*documents.to_dict("records"), total],
        "vocabulary": [_visible(character) for character in ordered["character"]],
        "unseen": ordered[ordered["train"] == 0]["character"].tolist(),
    }


def _visible(character: str) -> str:
    """The character itself, or its name if it is invisible."""
    if character.isprintable() and not character.isspace():
        return character
    return {"\n": "[line end]", " ": "[blank]"}.get(character, f"[U+{ord(character):04X}]")


def network_part(name: str, folder: Path, note: str) -> NetworkPart:
    """Read the history, the measures, samples/ and plots/, if they exist."""
    history = _frame(folder / "history.parquet", schema.HISTORY)
    metrics = _json(folder / "metrics.json")
    index = _json(folder / "samples" / "samples.json") or []
    recognition = _json(folder / "recognition.json")
    network = (metrics or {}).get("network") or (recognition or {}).get("recogniser") or {}
    settings = network.get("settings", {})
    nearest = _frame(folder / "fictional" / "nearest.parquet", schema.NEAREST)
    language = metrics if metrics and metrics.get("kind") == "text" else None
    metrics = None if language else metrics
    return NetworkPart(
        name=name,
        note=note,
        weights=network.get("weights"),
        settings=shown(settings),
        trained=settings.get("train", {}),
        history=None if history is None or history.empty else best_of(history),
        metrics=metrics,
        recognition=recognition,
        style=_json(folder / "style.json"),
        discrimination=_json(folder / "discriminate.json"),
        filters=_filters(metrics),
        samples=index,
        pictures=pictures(folder / "plots"),
        drawn=_drawn(folder / "samples", index),
        language=language,
        texts=_json(folder / "samples" / "texts.json") or [],
        sampled=_json(folder / "sample-metrics.json"),
        transfer=transfer_of((language or {}).get("transfer") or _started(folder)),
        fictional=[] if nearest is None else nearest_rows(nearest),
    )


def shown(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings that apply to this kind of network, without those of the training."""
    kind = settings.get("kind", "")
    foreign = {"train", "alphabet", *FOREIGN.get(kind, ())}
    found = {key: value for key, value in settings.items() if key not in foreign}
    if settings.get("cell") != "hyper":
        found = {key: value for key, value in found.items() if not key.startswith("hyper_")}
    if kind == "text":
        found["cells"] = settings["sizes"] or [settings["hidden"]] * settings["layers"]
    if not found.get("start"):
        found.pop("start", None)
    if settings.get("alphabet"):
        found["alphabet"] = " ".join(map(_visible, settings["alphabet"]))
    return found


def transfer_of(record: dict[str, str] | None) -> dict[str, Any] | None:
    """The record of `networks.transfer`, with its characters made visible."""
    if not record:
        return None
    rows = [(title, list(map(_visible, record[key]))) for key, title in TRANSFER.items()]
    return {"model": record["model"], "rows": rows if any(found for _, found in rows) else []}


def _started(folder: Path) -> dict[str, str] | None:
    """The record of `networks.transfer` of the network in this folder; None if it has none."""
    path = folder / model_file.NAME
    return model_file.transfer(path) if path.is_file() else None


def nearest_rows(nearest: pd.DataFrame) -> list[dict[str, Any]]:
    """Two rows from those of `schema.NEAREST`: one for fictional, one for real characters."""
    return [
        {
            "origin": origin,
            "characters": len(group),
            "ended": int(group["ended"].sum()),
            "copies": int(group["copy"].sum()) if group["copy"].notna().all() else None,
            "median": float(group["distance"].median()),
            "least": float(group["distance"].min()),
        }
        for origin, group in nearest.groupby("origin")
    ]


def split_rows(samples: pd.DataFrame) -> list[dict[str, Any]]:
    """Counts by split: recordings, kept ones, points, writers, texts, genuine and forged."""
    split = samples["split"].fillna("in no split")
    names = [*SPLITS, *sorted(set(split) - set(SPLITS))]
    rows = [{"split": n, **_counts(samples[split == n])} for n in names if (split == n).any()]
    return [*rows, {"split": "all", **_counts(samples)}]


def _counts(samples: pd.DataFrame) -> dict[str, int]:
    kept = samples[samples["dropped_by"].isna()]
    return {
        "recordings": len(samples),
        "kept": len(kept),
        "points_recorded": int(samples["n_points_recorded"].sum()),
        "points": int(samples["n_points"].sum()),
        "strokes": int(samples["n_strokes"].sum()),
        "writers": int(samples["writer"].nunique()),
        "texts": int(samples["text"].notna().sum()),
        "genuine": int((samples["genuine"] == True).sum()),  # noqa: E712
        "forged": int((samples["genuine"] == False).sum()),  # noqa: E712
    }


def reject_rows(rejects: pd.DataFrame) -> list[dict[str, Any]]:
    """Losses by stage, rule and kind, with the number of samples and example reasons."""
    rows = []
    for (stage, rule, lost), group in rejects.groupby(["stage", "rule", "lost"]):
        some = group.head(EXAMPLES)
        rows.append(
            {
                "stage": stage,
                "rule": rule,
                "lost": lost,
                "count": int(group["count"].sum()),
                "samples": int(group["sample_id"].nunique()),
                "examples": list(zip(some["sample_id"], some["reason"], strict=True)),
            }
        )
    order = {"parse": 0, "characters": 0, "label": 1, "clean": 2}
    return sorted(rows, key=lambda r: (order.get(r["stage"], 3), r["lost"], -r["count"]))


def best_of(history: pd.DataFrame) -> dict[str, Any]:
    """The row of `schema.HISTORY` with the lowest validation loss, and the last one."""
    loss = history["validation_loss"]
    best = history.iloc[int(loss.fillna(float("inf")).to_numpy().argmin())]
    return {"best": best.to_dict(), "last": history.iloc[-1].to_dict()}


def pictures(folder: Path) -> list[Picture]:
    """The figures in a folder, in the order of the table; none if it does not exist.

    Figures that are not in the table come last, under "Other figures".
    """
    paths = [path for path in sorted(folder.glob("*")) if path.suffix in KINDS]
    known = [path for name in BY_NAME for path in paths if path.stem == name]
    return [_picture(path) for path in known + [p for p in paths if p.stem not in BY_NAME]]


def _picture(path: Path) -> Picture:
    figure, uri, width = BY_NAME.get(path.stem), data_uri(path), _shown_width(path)
    if figure is None:
        return Picture(path.stem, "Other figures", path.stem, "", uri, width)
    return Picture(figure.name, figure.category, figure.title, figure.caption, uri, width)


def _shown_width(path: Path) -> int | None:
    """The width in CSS pixels at which the letters of all figures have one size."""
    if path.suffix != ".png":
        return None
    with Image.open(path) as image:
        dots = image.info.get("dpi", (220, 220))[0]
        return round(CSS_DPI * image.width / dots)


def data_uri(path: Path) -> str:
    """The image at `path` (.png or .svg) as a data URI."""
    content = base64.b64encode(path.read_bytes()).decode("ascii")
    return f"data:{KINDS[path.suffix]};base64,{content}"


def _drawn(folder: Path, index: list[dict]) -> list[Picture]:
    """A drawing of each sample of samples.json: SVG if there is one, else PNG."""
    found = []
    for row in index:
        stem = row["sample_id"]
        paths = [folder / f"{stem}{ending}" for ending in (".svg", ".png")]
        path = next((p for p in paths if p.is_file()), None)
        if path:
            primer = f", primed by {row['prime']}" if row["prime"] is not None else ""
            text = f", text “{row['text']}”" if row.get("text") else ""
            caption = f"bias {row['bias']:g}{primer}, {row['points']} points{text}"
            found.append(Picture(stem, "Samples", stem, caption, data_uri(path)))
    return found


def _filters(metrics: dict | None) -> list[dict[str, Any] | str]:
    found: list[dict[str, Any] | str] = []
    for row in (metrics or {}).get("table", []):
        kept = row.get("filter")
        if kept and kept not in found:
            found.append(kept)
    return found


def _frame(path: Path, columns: pa.Schema) -> pd.DataFrame | None:
    return tables.read(path, columns).to_pandas() if path.is_file() else None


def _json(path: Path) -> Any:
    if not path.is_file():
        return None
    return read_json(path)
