"""The style that is asked for: files of ink, ink, named hands, or samples of a data set."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pentrace.errors import PentraceError, UsageError
from pentrace.generate.lines import Hand, Primer
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.numpy_style import mixed
from pentrace.networks.alphabet import knows
from pentrace.networks.model_file import SHIPPED
from pentrace.write import style as styles
from pentrace.write.named_hands import INVENTED, hand_file, hand_of_seed, similar_hand
from pentrace.write.own_ink import OwnInk
from pentrace.write.settings import WriteSettings

T = TypeVar("T")
Ink = str | Path | OwnInk  # a file, the name of a hand, the id of a sample, or ink


def chosen(given: Sequence[T], model: Path, settings: WriteSettings, alone: bool) -> list[T | str]:
    """The styles that are `given`; without any, the name of a hand, chosen by the seed.

    Only the network of the package, at `model`, gets this hand, and only if `alone`: no other
    option about a style is given. The style `INVENTED` is none.
    """
    if [*map(str, given)] == [INVENTED]:
        return []
    shipped = model.resolve() == SHIPPED.resolve()
    if given or not alone or settings.many_hands or not shipped:
        return [*given]
    return [hand_of_seed(settings.seed)]


def find_style(
    given: Sequence[Ink],
    text: str | None,
    data: Path | None,
    normalisation: dict,
    network: FusedNetwork,
    mix: tuple[Ink, float] | None = None,
    ink_name: str = "the ink",
) -> Primer | Hand | None:
    """The style of the ink that is `given`, if any: files, ink, named hands, or samples of `data`.

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
    elif file := _file(name, data):
        primer = styles.from_file(file, text, normalisation)
    else:
        assert data is not None
        primer = styles.from_sample(name, data, normalisation)
    return styles.known(primer, network.settings, name)


def _reference(
    given: Ink, text: str | None, data: Path | None, normalisation: dict, ink_name: str
) -> styles.Reference:
    """Ink that shows a hand, with or without its text."""
    name = _named(given, data, text, ink_name)
    if isinstance(given, OwnInk):
        return styles.reference(given, text, normalisation, name)
    if file := _file(name, data):
        return styles.reference_of_file(file, text, normalisation)
    assert data is not None
    return styles.Reference(*styles.sample(name, data, normalisation))


def _named(given: Ink, data: Path | None, text: str | None, ink_name: str) -> str:
    """The name for messages; raises `PentraceError` for options that do not go together."""
    if isinstance(given, OwnInk):
        if data is not None:
            raise UsageError("the style is ink, not the id of a sample; remove --data")
        return ink_name
    name = str(given)
    if text is not None and hand_file(name) and _file(name, data) == hand_file(name):
        raise UsageError(f"{name}: its text is known; remove --style-text")
    if data is None and _file(name, data) is None:
        raise _missing(name)
    if data is not None and text is not None:
        raise UsageError("the text of a sample is in --data; remove --style-text")
    return name


def _file(name: str, data: Path | None) -> Path | None:
    """The file of ink that `name` is; None if it is the id of a sample of `data`, or nothing.

    A file or a sample with the name of a hand comes before the hand.
    """
    if data is None:
        return Path(name) if Path(name).exists() else hand_file(name)
    file = hand_file(name)
    return file if file and not styles.is_sample(name, data) else None


def _missing(name: str) -> PentraceError:
    """The error for a style that is neither a file nor a hand."""
    if Path(name).name != name or Path(name).suffix:
        return PentraceError(
            f"{name}: no such file; give a file of ink, or the id of a sample with --data"
        )
    near = similar_hand(name)
    return PentraceError(
        f"{name}: no such file or hand; "
        + (f"did you mean {near}? " if near else "")
        + "give a hand of pentrace list, a file of ink, or the id of a sample with --data"
    )
