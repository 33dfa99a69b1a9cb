"""`pentrace report`: the results of a run, in one page that needs no other file."""

import os
from pathlib import Path
from typing import Any

import click
import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from pentrace import __version__
from pentrace.errors import PentraceError
from pentrace.figure_table import DATASET_CATEGORIES, NETWORK_CATEGORIES
from pentrace.files import read_keys, write_text
from pentrace.options import Command, Input, file_option, out_file_option
from pentrace.report import rulegraph
from pentrace.report.contents import DatasetPart, NetworkPart, dataset_part, network_part

NAMED = (str, Input())
RUN = ("date", "commit", "versions", "machine", "stages")  # keys of the facts of a run


@click.command("report", cls=Command)
@file_option("--config", help="The configuration, YAML.")
@file_option("--rulegraph", "graph", required=False, help="Output of snakemake --rulegraph.")
@file_option("--run", required=False, help="Facts of the run, from pentrace run-facts.")
@click.option("--dataset", "datasets", type=NAMED, multiple=True, metavar="NAME FOLDER",
              help="Name and folder of a data set. Repeat for several.")  # fmt: skip
@click.option("--network", "networks", type=NAMED, multiple=True, metavar="NAME FOLDER",
              help="Data set/name and folder of a network. Repeat for several.")  # fmt: skip
@file_option("--page", required=False, help="Output of pentrace page, to link.")
@out_file_option(suffix=".html", help="Page to write, HTML.")
def command(
    config: Path,
    graph: Path | None,
    run: Path | None,
    datasets: tuple[tuple[str, Path], ...],
    networks: tuple[tuple[str, Path], ...],
    page: Path | None,
    out: Path,
) -> None:
    """Write the results of data sets and networks to one self-contained page."""
    text = _text(config)
    notes = _notes(text, config)
    drawn = rulegraph.svg(rulegraph.parse_dot(_text(graph), str(graph))) if graph else ""
    made = render(
        config=text,
        graph=drawn,
        run=read_keys(run, *RUN) if run else None,
        datasets=[dataset_part(name, path, notes.get(name, "")) for name, path in datasets],
        networks=[
            network_part(name, path, notes.get(name.split("/")[0], "")) for name, path in networks
        ],
        link=os.path.relpath(page, out.parent) if page else "",
    )
    write_text(out, made)
    click.echo(f"{out}: {len(datasets)} data sets, {len(networks)} networks, {len(made):,} bytes")


def render(
    config: str,
    graph: str,
    datasets: list[DatasetPart],
    networks: list[NetworkPart],
    run: dict[str, Any] | None = None,
    link: str = "",
) -> str:
    """The page as HTML. All text is escaped, except `graph`, which is SVG of `rulegraph`.

    `run` has the facts of a run, and `link` is the address of the page that writes texts. The rest
    depends only on the results.
    """
    environment = Environment(
        loader=PackageLoader("pentrace.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": count, "decimals": decimals, "words": words, "duration": duration
    }  # fmt: skip
    return environment.get_template("report.html.j2").render(
        version=__version__,
        config=config,
        graph=graph,
        run=run,
        link=link,
        datasets=datasets,
        networks=networks,
        filters=lettered(networks),
        dataset_categories=DATASET_CATEGORIES,
        network_categories=NETWORK_CATEGORIES,
    )


def count(value: float | None) -> str:
    """12,345, or a dash where there is none."""
    return "–" if value is None else f"{value:,.0f}".replace("-", "−")


def decimals(value: float | None, places: int = 3) -> str:
    """A number with so many decimals and a true minus, or a dash where there is none."""
    return "–" if value is None else f"{value:,.{places}f}".replace("-", "−")


def duration(seconds: float) -> str:
    """Such as 2.4 s, 3 min 20 s, or 1 h 05 min."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def lettered(networks: list[NetworkPart]) -> list[tuple[str, Any]]:
    """Each distinct filter of the networks, with its letter in the page: A, B, ..., Z, 27, ..."""
    found: list[Any] = []
    for part in networks:
        found += [kept for kept in part.filters if kept not in found]
    return [(chr(ord("A") + i) if i < 26 else str(i + 1), kept) for i, kept in enumerate(found)]


def words(value: Any) -> str:
    """Settings as people write them: key value, key value; off for null and false."""
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {words(v)}" for key, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(words(v) for v in value)
    if value is None or value is False:
        return "off"
    return "on" if value is True else f"{value:g}" if isinstance(value, float) else str(value)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PentraceError(f"{path}: no such file; build it with snakemake") from None


def _notes(text: str, path: Path) -> dict[str, str]:
    """Data set -> its note in the configuration, which is also in its figures."""
    try:
        datasets = (yaml.safe_load(text) or {}).get("datasets", {})
    except (yaml.YAMLError, AttributeError) as error:
        raise PentraceError(
            f"{path}: not a configuration in YAML ({error}); build it with snakemake"
        ) from None
    return {name: str((entry or {}).get("note") or "") for name, entry in datasets.items()}
