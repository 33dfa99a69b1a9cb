"""`pentrace export`: a network that draws ink as an ONNX model, for other runtimes."""

import json
from pathlib import Path

import click

from pentrace.errors import PentraceError
from pentrace.files import whole_file
from pentrace.generate.load_model import find_model
from pentrace.networks import model_file
from pentrace.options import Command, file_option, out_file_option


@click.command("export", cls=Command)
@file_option("--model", required=False, help="Network that draws ink; default: pretrained.")
@out_file_option(suffix=".onnx", help="ONNX model to write.")
@click.option("--encoder", is_flag=True, help="Write the encoder of hands of a synthesis network.")
def command(model: Path | None, out: Path, encoder: bool) -> None:
    """Write one step of a synthesis or prediction network as an ONNX model.

    It reads a state and returns the next. The metadata contain the settings, with the alphabet, and
    the normalisation, as JSON.
    """
    try:
        from pentrace.export import onnx_graph
    except ImportError:
        raise PentraceError(
            'the package onnx is not installed; pip install "pentrace[export]"'
        ) from None
    path = find_model(model)
    weights, settings, normalisation = model_file.read(path, "np", ("prediction", "synthesis"))
    if settings.cell != "lstm":
        raise PentraceError(
            f"{path}: a network with the cell {settings.cell} cannot be exported; give one with "
            "the cell lstm"
        )
    notes = {"settings": settings.model_dump_json(), "normalisation": json.dumps(normalisation)}
    if encoder and not settings.style_size:
        raise PentraceError(f"{path}: no encoder of hands; remove --encoder")
    with model_file.fitting(path):
        made = (onnx_graph.encoder if encoder else onnx_graph.model)(weights, settings, notes)
    content = made.SerializeToString()
    with whole_file(out) as partial:
        partial.write_bytes(content)
    click.echo(f"{out}: {settings.kind} network {settings.size}, {len(content):,} bytes")
