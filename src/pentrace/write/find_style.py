"""The style that is asked for: files of ink, ink, or samples of a data set."""

from collections.abc import Sequence
from pathlib import Path

from pentrace.errors import PentraceError, UsageError
from pentrace.generate.lines import Hand, Primer
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.numpy_style import mixed
from pentrace.networks.alphabet import knows
from pentrace.write import style as styles
from pentrace.write.own_ink import OwnInk

Ink = str | Path | OwnInk  # a file, the id of a sample, or ink


def find_style(
    given: Sequence[Ink],
    text: str | None,
    data: Path | None,
    normalisation: dict,
    network: FusedNetwork,
    mix: tuple[Ink, float] | None = None,
    ink_name: str = "the ink",
) -> Primer | Hand | None:
    """The style of the ink that is `given`, if any: files, ink, or samples of `data`.

    A network with an encoder of hands gets the hand of all ink that is `given`, and continues the
    first line whose text is known. `mix` is ink of another hand with its share, from 0 to 1. It
    continues no line of a mixture; a share of 0 is no mixture, and of 1 the other hand only.
    Another network continues the one line that is given. `text` is that of the ink, if there is
    only one and its file does not contain it; messages call `OwnInk` `ink_name`. Raises
    `PentraceError` that names the style and the remedy.
    """
    if not given:
        _refuse_without_style(text, mix)
        return None
    if text is not None and len(given) > 1:
        raise UsageError("--style-text is for one --style; put the texts into the files")
    if network.encoder is None:
        if len(given) > 1 or mix is not None:
            raise UsageError(
                "this network has no encoder of hands, so it continues one line: give one --style "
                "and no --style-mix. The network that comes with Pentrace takes several: remove "
                "--model and --data, or give --model pretrained"
            )
        return _primer(given[0], text, data, normalisation, network, ink_name)
    own = [_reference(one, text, data, normalisation, ink_name) for one in given]
    other, share = [], 0.0
    if mix is not None:
        other, share = [_reference(mix[0], None, data, normalisation, ink_name)], mix[1]
    warning = "\n".join(one.warning for one in (*own, *other) if one.warning)
    if 0 < share < 1:
        one, two = (network.encoder.vector([r.steps for r in hand]) for hand in (own, other))
        return Hand(mixed(one, two, share), None, warning)
    hand = other if share else own
    known = [r for r in hand if knows(network.settings, r.text)]
    primer = next((Primer(r.steps, r.text) for r in known), None)
    return Hand(network.encoder.vector([r.steps for r in hand]), primer, warning)


def _refuse_without_style(text: str | None, mix: tuple[Ink, float] | None) -> None:
    if text is not None:
        raise UsageError("--style-text is the text of a --style; give one")
    if mix is not None:
        raise UsageError("--style-mix is a second hand beside --style; give --style too")


def _primer(
    given: Ink,
    text: str | None,
    data: Path | None,
    normalisation: dict,
    network: FusedNetwork,
    ink_name: str,
) -> Primer:
    """A line to continue, whose text is known."""
    name = _named(given, data, text, ink_name)
    if isinstance(given, OwnInk):
        primer = styles.from_ink(given, text, normalisation, name)
    elif data is None:
        primer = styles.from_file(Path(given), text, normalisation)
    else:
        primer = styles.from_sample(name, data, normalisation)
    return styles.known(primer, network.settings, name)


def _reference(
    given: Ink, text: str | None, data: Path | None, normalisation: dict, ink_name: str
) -> styles.Reference:
    """Ink that shows a hand, with or without its text."""
    name = _named(given, data, text, ink_name)
    if isinstance(given, OwnInk):
        return styles.reference(given, text, normalisation, name)
    if data is None:
        return styles.reference_of_file(Path(given), text, normalisation)
    return styles.Reference(*styles.sample(name, data, normalisation))


def _named(given: Ink, data: Path | None, text: str | None, ink_name: str) -> str:
    """The name for messages; raises `PentraceError` for options that do not go together."""
    if isinstance(given, OwnInk):
        if data is not None:
            raise UsageError("the style is ink, not the id of a sample; remove --data")
        return ink_name
    if data is None and not Path(given).exists():
        raise PentraceError(
            f"{given}: no such file; give a file of ink, or the id of a sample with --data"
        )
    if data is not None and text is not None:
        raise UsageError("the text of a sample is in --data; remove --style-text")
    return str(given)
