"""`pentrace learn`: a network that writes in the hand of one person."""

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import torch

from pentrace.generate.load_model import find_model
from pentrace.generate.numpy_style import FusedStyleEncoder
from pentrace.learn.recordings import as_lines, find_recordings, held_out, load_recordings
from pentrace.learn.settings import LearnSettings
from pentrace.networks.alphabet import encode
from pentrace.networks.kinds import build
from pentrace.networks.model_file import counts
from pentrace.networks.seen import counted, rare_warning
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import arrays, load_model, save_model
from pentrace.networks.training import TrainSettings
from pentrace.networks.transfer import with_hand
from pentrace.options import (
    FAILED,
    Command,
    Input,
    file_option,
    out_file_option,
    settings_option,
    threads_option,
)
from pentrace.train.checkpoint import Weights
from pentrace.train.data import Data
from pentrace.train.distributed import Processes
from pentrace.train.loop import Training
from pentrace.train.precision import resolved, set_arithmetic
from pentrace.train.progress import Progress
from pentrace.windows.lines import Lines
from pentrace.write.report import count

FEW = 20  # fewer lines make a network that follows the hand no better than a style does
ONLY = (
    "only {lines}, and {few} or more are needed to copy a hand, so what the network writes may be "
    "hard to read; compare it with the style of one of the lines: "
    'pentrace write "any text you like" --style LINE'
)
NOTHING = (
    "the lines that were held out did not get better: {out} {kept}; record more lines, check that "
    "their texts are right, or lower --learning-rate"
)
VECTOR = "writes in this hand only as pentrace write --style does"
START = "is the network that it started from"


@click.command("learn", cls=Command)
@click.argument("lines", type=Input(), nargs=-1, required=True, metavar="LINES...")
@out_file_option(suffix=".safetensors", help="Network to write, safetensors.")
@file_option(
    "--model", required=False,
    help="Synthesis network to start from; default: pretrained, which comes with Pentrace.",
)  # fmt: skip
@threads_option
@settings_option(LearnSettings)
def command(
    lines: tuple[Path, ...], out: Path, model: Path | None, threads: int, settings: LearnSettings
) -> None:
    """Train a network further on recorded LINES, so that it writes in their hand.

    LINES are folders, .zip archives or files. Each file has one line, in a format that --style
    reads. Its text is in the file, or in a .txt file of the same name.
    Then: pentrace write "any text you like" --model me.safetensors -o page.svg.

    If the lines that are held out do not get better, the exit status is 3.
    """
    path = find_model(model)
    network, found, normalisation = load_model(path, "synthesis")
    recorded = _recorded(lines, out, normalisation, found)
    own, aside = held_out(len(recorded.ids), settings.held_out, settings.seed)
    before = counts(path)
    texts = [text or "" for text in recorded.texts]
    _say(rare_warning(texts, before, "record more lines with them"))
    weights, plain = network.state_dict(), found
    if found.style_size:
        encoder = FusedStyleEncoder(arrays(network))
        vector = torch.from_numpy(encoder.vector([recorded[i] for i in own]))
        plain, weights = with_hand(weights, found, vector)
    plain = plain.model_copy(update={"train": _training(settings, len(own))})
    best, rows = _train(plain, recorded, own, aside, weights, threads)
    learnt = build(plain)
    learnt.load_state_dict(best)
    seen = before and counted((texts[i] for i in own), found.alphabet, before)
    plain = plain.model_copy(update={"train": found.train})
    save_model(out, learnt, plain, normalisation, counts=seen)
    first, last = rows[0]["validation_loss"], min(row["validation_loss"] for row in rows)
    click.echo(
        f"{out}: {count(len(own), 'line')} learnt, {len(aside)} held out: {first:.3f} to "
        f"{last:.3f} nats a point"
    )
    if not last < first:
        _say(NOTHING.format(out=out, kept=VECTOR if found.style_size else START))
    if len(recorded.ids) < FEW:
        _say(ONLY.format(lines=count(len(recorded.ids), "line"), few=FEW))
    if not last < first:
        sys.exit(FAILED)


def _recorded(
    paths: Sequence[Path], out: Path, normalisation: dict, network: NetworkSettings
) -> Lines:
    """The lines that can be used; messages say what was left out or is doubtful."""
    with TemporaryDirectory() as scratch:
        files = find_recordings(paths, Path(scratch), out)
        names, primers, messages = load_recordings(files, normalisation, network)
    for message in messages:
        _say(message)
    return as_lines(names, primers)


def _say(message: str) -> None:
    if message:
        click.echo(message, err=True)


def _training(settings: LearnSettings, lines: int) -> TrainSettings:
    return TrainSettings.model_validate(
        {
            "batch_size": min(settings.batch_size, lines),
            "learning_rate": settings.learning_rate,
            "steps": settings.steps,
            "warmup": min(10, settings.steps - 1),
            "clip_norm": 1.0,
            "validate_every": settings.validate_every,
            "checkpoint_every": settings.steps,
            "patience": settings.patience,
            "precision": settings.precision,
            "seed": settings.seed,
        }
    )


def _train(
    settings: NetworkSettings,
    lines: Lines,
    own: list[int],
    aside: list[int],
    start: Weights,
    threads: int,
) -> tuple[Weights, list[dict]]:
    """The best weights on the lines `aside`, those of `start` included, and the history."""
    process = Processes(0, 1, torch.device("cpu"))
    settings = settings.model_copy(update={"train": resolved(settings.train, process.device)})
    set_arithmetic(settings.train, process.device, threads)
    train, validation = (_data(lines.take(part), settings) for part in (own, aside))
    with TemporaryDirectory() as folder:
        checkpoint = Path(folder) / "checkpoint.pt"
        run = Training(settings, train, validation, checkpoint, process, Progress(), start)
        return run.run()


def _data(lines: Lines, settings: NetworkSettings) -> Data:
    return Data(lines, encode([text or "" for text in lines.texts], settings, "fold"))
