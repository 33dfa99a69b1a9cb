"""`pentrace learn`: a network that writes in the hand of one person."""

from pathlib import Path
from tempfile import TemporaryDirectory

import click
import torch

from pentrace.generate.load_model import find_model
from pentrace.generate.numpy_style import FusedStyleEncoder
from pentrace.learn.recordings import as_lines, find_recordings, held_out, load_recording
from pentrace.learn.settings import LearnSettings
from pentrace.networks.alphabet import encode
from pentrace.networks.kinds import build
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import arrays, load_model, save_model
from pentrace.networks.training import TrainSettings
from pentrace.networks.transfer import with_hand
from pentrace.options import Command, file_option, out_file_option, settings_option, threads_option
from pentrace.train.checkpoint import Weights
from pentrace.train.data import Data
from pentrace.train.distributed import Processes
from pentrace.train.loop import Training
from pentrace.train.precision import set_arithmetic
from pentrace.train.progress import Progress
from pentrace.windows.lines import Lines

FEW = 5  # fewer lines show only a part of a hand


@click.command("learn", cls=Command)
@click.argument("folder", type=click.Path(path_type=Path))
@out_file_option(help="Network to write, safetensors.")
@file_option(
    "--model", required=False,
    help="Synthesis network to start from; default: pretrained, which comes with Pentrace.",
)  # fmt: skip
@threads_option
@settings_option(LearnSettings)
def command(
    folder: Path, out: Path, model: Path | None, threads: int, settings: LearnSettings
) -> None:
    """Train a network further on the lines in FOLDER, so that it writes in their hand.

    Each file has one line, in a format that --style reads. Its text is in the file, or in a .txt
    file of the same name. Then: pentrace write --model me.safetensors "any text you like".
    """
    path = find_model(model)
    network, found, normalisation = load_model(path, "synthesis")
    files = find_recordings(folder)
    primers = [load_recording(file, normalisation, found) for file in files]
    for message in (primer.warning for primer in primers if primer.warning):
        click.echo(message, err=True)
    if len(files) < FEW:
        click.echo(
            f"{folder}: only {len(files)} lines; record {FEW} or more, for more of the hand",
            err=True,
        )
    own, aside = held_out(len(files), settings.held_out, settings.seed)
    lines = as_lines([file.name for file in files], primers)
    weights, plain = network.state_dict(), found
    if found.style_size:
        encoder = FusedStyleEncoder(arrays(network))
        vector = torch.from_numpy(encoder.vector([lines[i] for i in own]))
        plain, weights = with_hand(weights, found, vector)
    plain = plain.model_copy(update={"train": _training(settings, len(own))})
    best, rows = _train(plain, lines, own, aside, weights, threads)
    learnt = build(plain)
    learnt.load_state_dict(best)
    save_model(out, learnt, plain.model_copy(update={"train": found.train}), normalisation)
    first, last = rows[0]["validation_loss"], min(row["validation_loss"] for row in rows)
    click.echo(
        f"{out}: {len(own)} lines learnt, {len(aside)} held out: {first:.3f} to {last:.3f} nats a "
        "point"
    )


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
    set_arithmetic(settings.train, process.device, threads)
    train, validation = (_data(lines.take(part), settings) for part in (own, aside))
    with TemporaryDirectory() as folder:
        checkpoint = Path(folder) / "checkpoint.pt"
        run = Training(settings, train, validation, checkpoint, process, Progress(), start)
        return run.run()


def _data(lines: Lines, settings: NetworkSettings) -> Data:
    return Data(lines, encode([text or "" for text in lines.texts], settings, "fold"))
