"""Trained networks in Python: writing texts and drawing samples, without PyTorch."""

import warnings
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Unpack

from pentrace.api.handwriting import Handwriting
from pentrace.api.keywords import SampleArguments, WriteArguments, WriteKeywords, checked, path_of
from pentrace.api.messages import python_errors
from pentrace.api.written import WrittenText
from pentrace.errors import PentraceError
from pentrace.generate.lines import Hand, Primer
from pentrace.generate.load_model import find_model, load_ink, reader_for
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.unconditional import STEPS, batch
from pentrace.networks.settings import Kind, NetworkSettings
from pentrace.normalise.positions import positions, unit
from pentrace.write.find_style import Ink, chosen, find_style, style_name
from pentrace.write.pages import model_notes, notes, write_pages
from pentrace.write.prepare import prepared

Style = str | PathLike[str] | Handwriting


class Model:
    """A trained synthesis or prediction network, opened by `load`.

    path: the model file.
    normalisation: `recipe`, `mean` and `sd` (dx, dy) of the offsets that it was trained on.
    """

    def __init__(self, path: Path, network: FusedNetwork, normalisation: dict[str, Any]) -> None:
        self.path, self.normalisation = path, normalisation
        self._network = network

    @property
    def settings(self) -> NetworkSettings:
        """The settings of the network: `kind`, `layers`, `hidden`, `alphabet` and so on."""
        return self._network.settings

    def __repr__(self) -> str:
        given = self.settings
        return f"<Model {self.path}: {given.kind}, {given.layers} layers of {given.hidden} cells>"

    def write(
        self,
        text: str,
        *,
        style: Style | Sequence[Style] | None = None,
        style_mix: tuple[Style, float] | None = None,
        style_text: str | None = None,
        data: str | PathLike[str] | None = None,
        substitute: bool = False,
        reader: str | PathLike[str] | None = None,
        **settings: Unpack[WriteKeywords],
    ) -> WrittenText:
        """Write `text` as handwriting; equal arguments give the same pages as in `pentrace write`.

        style: handwriting whose style is followed: the name of a hand that comes with Pentrace, a
            file as for `read_ink`, `Handwriting`, or the id of a sample of `data`; or several of
            one hand. "./anna" and Path("anna") are a file with the name of a hand. None: with the
            network of the package, a hand that comes with Pentrace, by the seed. "invented", and
            None with other networks: a hand that the network invents.
        style_mix: another hand, and its share of the style, from 0 to 1.
        style_text: the text of the ink in `style`, if the file does not contain it.
        data: a `Dataset`, or its folder.
        substitute: replace characters that the network does not know by similar ones.
        reader: the recogniser that chooses among the candidates of a line, a file or folder; None:
            the one next to the network, such as results/demo-iam/recogniser.
        settings: those of `pentrace write --help`, such as bias (0 to 20, neater if higher), seed,
            page ("a4", "a6-landscape", "100x150" in mm, "line"), size and margin in mm.

        Up to `attempts` candidates of each line are drawn, and the one that is read best is kept.
        `report` of the result has what was read, and the error rate of each line. If too much is
        misread, there is a warning.
        Raises `PentraceError` for a wrong setting or style, for characters that the network does
        not know, and for a network that cannot write texts.
        """
        own = {"text": text, "style_text": style_text, "substitute": substitute}
        given = checked(WriteArguments, {**own, **settings})
        self._needs("synthesis", "it is not conditioned on text; use .sample()")
        _check_mix(style_mix)
        with python_errors():
            of_hand = chosen(_several(style), self.path, given, style_text, style_mix)
            hand = self._hand(of_hand, style_mix, style_text, data)
            ready = prepared(text, self.settings, given.substitute)
            path = None if reader is None else Path(reader)
            reads = reader_for(given.check, path, self.path, self.normalisation)
            about = model_notes(self.path, reads)
            folder = None if data is None else path_of("data", data)
            mix = None if style_mix is None else (_name(style_mix[0], folder), style_mix[1])
            made = notes(about, given, [_name(one, folder) for one in of_hand], mix)
            pages, report = write_pages(
                self._network, self.normalisation, ready, given, hand, made, reads
            )
        if report.messages:
            warnings.warn("\n".join(report.messages), stacklevel=2)
        return WrittenText(pages, report, given.pen)

    def _hand(
        self,
        styles: Sequence[Style],
        mix: tuple[Style, float] | None,
        text: str | None,
        data: str | PathLike[str] | None,
    ) -> Primer | Hand | None:
        folder = None if data is None else path_of("data", data)
        inks = [_ink("style", one) for one in styles]
        other = None if mix is None else (_ink("style_mix", mix[0]), float(mix[1]))
        name = next((one.name for one in styles if isinstance(one, Handwriting)), "")
        return find_style(inks, text, folder, self.normalisation, self._network, other, name)

    def sample(
        self, count: int = 1, *, bias: float = 0.0, seed: int = 1, steps: int = STEPS
    ) -> list[Handwriting]:
        """Draw `count` samples of at most `steps` points with a prediction or variational network.

        x and y start at (0, 0), y upward, in the units of the data that the network was trained on;
        t in s, or None. Sample i of a seed does not depend on `count`, except for rounding. Raises
        `PentraceError` for a wrong argument, and for a synthesis network.
        """
        wanted = {"count": count, "bias": bias, "seed": seed, "steps": steps}
        given = checked(SampleArguments, wanted)
        if self._network.window is not None:
            self._needs("prediction", "it is conditioned on text; use .write(text)")
        drawn = batch(self._network, given.count, given.steps, given.seed, given.bias)
        return [self._handwriting(one, f"sample {i}") for i, one in enumerate(drawn)]

    def _handwriting(self, steps: Any, name: str) -> Handwriting:
        x, y, t, stroke = positions(steps, self.normalisation)
        return Handwriting(x, y, stroke, t, None, unit(self.normalisation), name)

    def _needs(self, kind: Kind, remedy: str) -> None:
        if self.settings.kind != kind:
            raise PentraceError(f"{self.path}: a {self.settings.kind} network; {remedy}")


def _ink(argument: str, style: Style) -> Ink:
    """`style` as `find_style` takes it: text remains text, since it may be the name of a hand."""
    if isinstance(style, Handwriting):
        return style.own
    path = path_of(argument, style)
    return style if isinstance(style, str) else path


def _several(style: Style | Sequence[Style] | None) -> list[Style]:
    """All ink that is given as a style, checked by its reader later."""
    if isinstance(style, list | tuple):
        return list(style)
    return [] if style is None else [style]  # type: ignore[list-item]


def _name(style: Style, data: Path | None) -> str:
    """What is stored with the ink about `style`."""
    if isinstance(style, Handwriting):
        return Path(style.name).name
    return style_name(style if isinstance(style, str) else Path(style), data)


def _check_mix(mix: Any) -> None:
    """Raise `PentraceError` if `mix` is not None and not a style and a share from 0 to 1."""
    if mix is not None and not (isinstance(mix, list | tuple) and len(mix) == 2):
        raise PentraceError(
            f'style_mix: expected a style and its share, such as ("clara", 0.5); got {mix!r}'
        )
    if mix is not None and not (isinstance(mix[1], int | float) and 0 <= mix[1] <= 1):
        raise PentraceError(f"style_mix: the share is {mix[1]!r}; give a number from 0 to 1")


def load(model: str | PathLike[str] | None = None) -> Model:
    """The trained network at `model`, for writing texts or drawing samples.

    `model` is a model file, or a folder with model.safetensors, such as
    results/demo-iam/synthesis. None, or "pretrained": the synthesis network that comes with the
    package. PyTorch is not needed. Raises `PentraceError` if there is no such file, it is not
    complete, or its network draws no ink.
    """
    with python_errors():
        path = find_model(None if model is None else path_of("model", model))
        network, normalisation = load_ink(path)
    return Model(path, network, normalisation)
