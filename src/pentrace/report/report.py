"""`pentrace report`: the results of a run, in one page that needs no other file."""

from pathlib import Path
from typing import Any

import click
import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from pentrace import __version__
from pentrace.errors import PentraceError
from pentrace.figure_table import DATASET_CATEGORIES, NETWORK_CATEGORIES
from pentrace.files import write_text
from pentrace.options import Command, file_option, out_file_option
from pentrace.report import rulegraph
from pentrace.report.contents import DatasetPart, NetworkPart, dataset_part, network_part

NAMED = (str, click.Path(path_type=Path))


@click.command("report", cls=Command)
@file_option("--config", help="The configuration, YAML.")
@file_option("--rulegraph", "graph", required=False, help="Output of snakemake --rulegraph.")
@click.option("--dataset", "datasets", type=NAMED, multiple=True, metavar="NAME FOLDER",
              help="Name and folder of a data set. Repeat for several.")  # fmt: skip
@click.option("--network", "networks", type=NAMED, multiple=True, metavar="NAME FOLDER",
              help="Data set/name and folder of a network. Repeat for several.")  # fmt: skip
@out_file_option(help="Page to write, HTML.")
def command(
    config: Path,
    graph: Path | None,
    datasets: tuple[tuple[str, Path], ...],
    networks: tuple[tuple[str, Path], ...],
    out: Path,
) -> None:
    """Write the results of data sets and networks to one self-contained page."""
    text = _text(config)
    notes = _notes(text, config)
    drawn = rulegraph.svg(rulegraph.parse_dot(_text(graph), str(graph))) if graph else ""
    page = render(
        config=text,
        graph=drawn,
        datasets=[dataset_part(name, path, notes.get(name, "")) for name, path in datasets],
        networks=[
            network_part(name, path, notes.get(name.split("/")[0], "")) for name, path in networks
        ],
    )
    write_text(out, page)
    click.echo(f"{out}: {len(datasets)} data sets, {len(networks)} networks, {len(page):,} bytes")


def render(
    config: str, graph: str, datasets: list[DatasetPart], networks: list[NetworkPart]
) -> str:
    """The page as HTML. All text is escaped, except `graph`, which is SVG of `rulegraph`."""
    environment = Environment(
        loader=PackageLoader("pentrace.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"count": count, "decimals": decimals, "words": words}
    return environment.get_template("report.html.j2").render(
        version=__version__,
        config=config,
        graph=graph,
        datasets=datasets,
        networks=networks,
        dataset_categories=DATASET_CATEGORIES,
        network_categories=NETWORK_CATEGORIES,
    )


def count(value: float | None) -> str:
    """12,345, or a dash where there is none."""
    return "–" if value is None else f"{value:,.0f}".replace("-", "−")


def decimals(value: float | None, places: int = 3) -> str:
    """A number with so many decimals and a true minus, or a dash where there is none."""
    return "–" if value is None else f"{value:,.{places}f}".replace("-", "−")


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
