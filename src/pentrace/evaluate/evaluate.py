"""`pentrace evaluate`: measures a trained network on whole lines.

The keys of `metrics.json` are described in docs/evaluation.md.
"""

from functools import partial
from itertools import chain, cycle, islice
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
import torch

from pentrace import dataset, schema, tables
from pentrace.dataset import data_option
from pentrace.evaluate import baseline, distributions, measures, table
from pentrace.evaluate.bounds import Bounds, measure_bounds
from pentrace.evaluate.device import chosen
from pentrace.evaluate.inputs import Split, load_splits, log_areas
from pentrace.evaluate.line_losses import Predictor, measure
from pentrace.evaluate.measures import Sums
from pentrace.evaluate.published import PUBLISHED
from pentrace.evaluate.settings import EvaluateSettings
from pentrace.files import write_json
from pentrace.generate.lines import LineOptions, write_lines
from pentrace.generate.numpy_variational import fused
from pentrace.generate.unconditional import batch
from pentrace.networks.alphabet import knows
from pentrace.networks.kinds import InkNetwork, Latent
from pentrace.networks.settings import OF_INK, NetworkSettings
from pentrace.networks.store import arrays, load_trained
from pentrace.networks.synthesis import SynthesisNetwork
from pentrace.normalise.positions import seconds_per_step, unit
from pentrace.options import Command, file_option, settings_option, threads_option
from pentrace.windows.batches import Lines, load_lines

DEFINITIONS = {
    "log_loss": "minus the natural logarithm of the predicted density of each step of a complete "
    "line, with the state carried, in nats; of a variational network, an upper bound of it, with "
    "one latent or several",
    "squared_error": "squared distance from a step to the mean of the predicted mixture, x plus "
    "y, normalised units",
    "end_of_stroke_accuracy": "share of steps at which the end of stroke was predicted correctly, "
    "at probability 0.5",
    "role": "use of the split by the network: training, early stopping or unseen",
}


class Setup(NamedTuple):
    """What is the same for all splits."""

    network: InkNetwork
    trained: NetworkSettings
    normalisation: dict
    settings: EvaluateSettings
    device: str


@click.command("evaluate", cls=Command)
@file_option("--model", help="Network that draws ink.")
@data_option
@file_option("--out-metrics", help="Measures to write, JSON.")
@file_option("--out-lines", help="Table of lines to write, Parquet.")
@threads_option
@click.option(
    "--published",
    type=click.Choice(["none", *PUBLISHED]),
    default="none",
    show_default=True,
    help="Published results on this data set to add to the table.",
)
@settings_option(EvaluateSettings)
def command(
    model: Path,
    data: Path,
    out_metrics: Path,
    out_lines: Path,
    threads: int,
    published: str,
    settings: EvaluateSettings,
) -> None:
    """Measure a network on whole lines: log-loss, squared error, ends of strokes."""
    torch.set_num_threads(threads)
    network, trained, units = load_trained(model, dataset.normalisation(data), *OF_INK)
    assert isinstance(network, InkNetwork)
    device = chosen(settings.device, "evaluate.device")
    setup = Setup(network.to(device), trained, units, settings, device)
    splits = load_splits(data, log_areas(units, data), settings, trained)
    results, bounds = {}, {}
    for split in splits:
        if trained.kind == "variational":
            bounds[split.name] = found = _bounds(setup, split)
            results[split.name] = found.sums
        else:
            results[split.name] = _measure(setup, network, split)
    rows = _table(setup, splits, results, bounds, _baselines(data, settings, trained))
    if published != "none":
        rows = [{**row, **table.one_sd(row)} for row in rows]
    report = {
        "table": rows + PUBLISHED.get(published, []),
        "calibration": {name: measures.calibration(r.bins) for name, r in results.items()},
        "distributions": _distributions(setup, data),
        "network": _network(network, trained),
        "normalisation": units,
        "definitions": DEFINITIONS,
    }
    write_json(out_metrics, report)
    per_line = [table.line_rows(s.names, s.name, results[s.name], s.log_area) for s in splits]
    tables.write_rows(out_lines, schema.LINES, list(chain.from_iterable(per_line)))
    click.echo("\n".join(_log_line(row) for row in rows))


def _measure(setup: Setup, network: Predictor, split: Split) -> Sums:
    return measure(
        network,
        split.lines,
        split.chosen,
        split.symbols if isinstance(network, SynthesisNetwork) else None,
        batch_size=setup.settings.batch_size,
        chunk=setup.settings.chunk,
        device=setup.device,
    )


def _bounds(setup: Setup, split: Split) -> Bounds:
    """The measures of a split by a variational network."""
    network, s = setup.network, setup.settings
    assert isinstance(network, Latent)
    return measure_bounds(
        network,
        split.lines,
        split.chosen,
        split.symbols,
        samples=s.bound_samples,
        seed=s.seed,
        device=setup.device,
    )


def _baselines(
    data: Path, settings: EvaluateSettings, trained: NetworkSettings
) -> dict[str, baseline.Constant]:
    """Name -> a density without memory, fitted to the training split."""
    lines = load_lines(data, ["train"])
    lines = lines.with_ends() if trained.pen_states == 3 else lines
    steps = np.delete(lines.steps, lines.starts[:-1][np.diff(lines.starts) > 0], axis=0)
    if len(steps) < 2:
        return {}
    sizes = sorted({1, settings.baseline_components})
    return {
        f"baseline: {k} Gaussian{'s' * (k > 1)}, no memory": baseline.fit(
            steps, k, settings.seed, trained.pen_states
        )
        for k in sizes
    }


def _table(
    setup: Setup,
    splits: list[Split],
    results: dict[str, Sums],
    bounds: dict[str, Bounds],
    fits: dict[str, baseline.Constant],
) -> list[dict]:
    """The measured rows: for each split the network, then the baselines."""
    rows = []
    for split in splits:
        common = {
            "source": "measured",
            "split": split.name,
            "lines_in_split": split.recorded,
            **table.conditions(setup.normalisation),
        }
        measured = {table.name(setup.trained): results[split.name]}
        if split.name in bounds:
            several = f"{table.name(setup.trained)}, {setup.settings.bound_samples} latents"
            found = bounds[split.name]
            measured[several] = found.sums._replace(log_loss=found.weighted)
        measured |= {name: _measure(setup, fit, split) for name, fit in fits.items()}
        for model, sums in measured.items():
            known = table.role(split.name, setup.trained) if model not in fits else None
            row = table.measured(sums, split.log_area)
            if split.name in bounds and model not in fits:
                apart = float(bounds[split.name].divergence.mean())
                row["divergence_per_sequence"] = apart
            rows.append({"model": model, "role": known, **common, **row})
    return rows


def _distributions(setup: Setup, data: Path) -> dict | None:
    """Real ink of one split against ink drawn from the network, in the units of the data."""
    settings, normalisation = setup.settings, setup.normalisation
    real = load_lines(data, [settings.compare_with])
    if not settings.generated_lines or len(real.steps) <= len(real.ids):
        return None
    drawn = _drawn(setup, real)
    if not drawn:
        return None
    starts = np.cumsum([0, *map(len, drawn)])
    other = load_lines(data, ["train"]) if settings.compare_with != "train" else None
    ends = setup.trained.reads_text or setup.trained.pen_states == 3
    return {
        "split": settings.compare_with,
        "unit": unit(normalisation),
        "generated_lines": len(drawn),
        "generated_steps": None if ends else settings.generated_steps,
        "bias": 0,
        "quantities": distributions.compare(
            _values(real.steps, real.starts, normalisation),
            _values(np.concatenate(drawn), starts, normalisation),
            _values(other.steps, other.starts, normalisation) if other else None,
        ),
    }


def _drawn(setup: Setup, real: Lines) -> list[np.ndarray]:
    """Lines float32 (T, 3) from the network, with null step; of real texts if it takes text."""
    s, network = setup.settings, setup.network.cpu()
    drawing = fused(arrays(network), setup.trained)
    if drawing.window is not None:
        known = real.with_text(partial(knows, setup.trained))
        texts = [text or "" for text in islice(cycle(known.texts), s.generated_lines)]
        how = LineOptions(seed=s.seed, attempts=1)
        return [x.steps for x in write_lines(drawing, texts, how)]
    return batch(drawing, s.generated_lines, s.generated_steps, s.seed)


def _values(steps: np.ndarray, starts: np.ndarray, normalisation: dict) -> dict[str, np.ndarray]:
    wide = np.array(steps, np.float64)
    wide[:, :2] = wide[:, :2] * normalisation["sd"] + normalisation["mean"]
    return distributions.values(wide, starts, seconds_per_step(normalisation))


def _network(network: InkNetwork, settings: NetworkSettings) -> dict:
    weights = sum(weight.numel() for weight in network.parameters())
    return {"settings": settings.model_dump(mode="json"), "weights": weights}


def _log_line(row: dict) -> str:
    return (
        f"{row['split']}: {row['model']}: {row['log_loss_per_sequence']:.1f} nats per sequence, "
        f"{row['log_loss_per_point']:.4f} per point, squared error "
        f"{row['squared_error_per_point']:.3f}, {row['lines']} of {row['lines_in_split']} lines"
    )
