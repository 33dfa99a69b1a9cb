"""The style that is asked for: files of ink, ink, named hands, or samples of a data set."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from pentrace.errors import PentraceError, UsageError
from pentrace.generate.lines import Hand, Primer
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.numpy_style import mixed
from pentrace.networks.alphabet import knows
from pentrace.write import style as styles
from pentrace.write.named_hands import INVENTED, hand_file, hands_by_seed, similar_hand
from pentrace.write.own_ink import OwnInk
from pentrace.write.settings import WriteSettings

T = TypeVar("T")
Ink = str | Path | OwnInk  # the name of a hand, a file or the id of a sample; a path; or ink


def chosen(
    given: Sequence[T],
    model: Path,
    settings: WriteSettings,
    text: str | None = None,
    mix: tuple[Any, float] | None = None,
) -> list[T | str]:
    """The styles that are `given`; without any, the name of a hand, chosen by the seed.

    Only the network of the package, at `model`, gets this hand, and only if no other option about a
    style is given: `text` and `mix` as for `find_style`. The style `INVENTED` is none. Raises
    `UsageError` if it is given with other styles.
    """
    if any(map(_is_invented, given)):
        _refuse_with_invented(given, text, mix)
        return []
    by_seed = hands_by_seed(model)
    if given or text is not None or mix is not None or settings.many_hands or not by_seed:
        return [*given]
    return [by_seed[settings.seed % len(by_seed)]]


def _is_invented(given: Any) -> bool:
    return isinstance(given, str) and given.lower() == INVENTED


def _refuse_with_invented(given: Sequence[Any], text: str | None, mix: Any) -> None:
    if len(given) > 1:
        raise UsageError(f"--style {INVENTED} is given with another --style; remove one of them")
    if text is not None or mix is not None:
        option = "--style-text" if mix is None else "--style-mix"
        raise UsageError(
            f"{option} is not for a hand that the network invents; give --style a hand of pentrace "
            "list or a file of ink"
        )


def find_style(
    given: Sequence[Ink],
    text: str | None,
    data: Path | None,
    normalisation: dict,
    network: FusedNetwork,
    mix: tuple[Ink, float] | None = None,
    ink_name: str = "the ink",
) -> Primer | Hand | None:
    """The style of the ink that is `given`, if any: named hands, files, ink, or samples of `data`.

    Text that is the name of a hand is this hand, and ./name a file; a `Path` is always a file.

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
    _refuse_no_ink(given, mix)
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
    remedy = "\n".join(one.remedy for one in (*own, *other) if one.remedy)
    if 0 < share < 1:
        one, two = (network.encoder.vector([r.steps for r in hand]) for hand in (own, other))
        return Hand(mixed(one, two, share), None, warning, remedy)
    hand = other if share else own
    known = [r for r in hand if knows(network.settings, r.text)]
    primer = next((Primer(r.steps, r.text) for r in known), None)
    return Hand(network.encoder.vector([r.steps for r in hand]), primer, warning, remedy)


def _refuse_without_style(text: str | None, mix: tuple[Ink, float] | None) -> None:
    if text is not None:
        raise UsageError("--style-text is the text of a --style; give one")
    if mix is not None:
        raise UsageError("--style-mix is a second hand beside --style; give --style too")


def _refuse_no_ink(given: Sequence[Ink], mix: tuple[Ink, float] | None) -> None:
    """Raise `UsageError` for an empty name, and for an invented hand that would be mixed."""
    if "" in given or (mix is not None and mix[0] == ""):
        option = "--style" if "" in given else "--style-mix"
        raise UsageError(f"{option} is empty; give a hand of pentrace list or a file of ink")
    if mix is not None and _is_invented(mix[0]):
        raise UsageError(
            f"--style-mix takes no hand that the network invents, so not {mix[0]}; give a hand of "
            "pentrace list or a file of ink"
        )


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
    elif file := _file(given, data):
        primer = styles.from_file(file, text, normalisation)
    else:
        assert data is not None
        from pentrace.write.sample_style import from_sample  # it takes time to import

        primer = from_sample(name, data, normalisation)
    return styles.known(primer, network.settings, name)


def _reference(
    given: Ink, text: str | None, data: Path | None, normalisation: dict, ink_name: str
) -> styles.Reference:
    """Ink that shows a hand, with or without its text."""
    name = _named(given, data, text, ink_name)
    if isinstance(given, OwnInk):
        return styles.reference(given, text, normalisation, name)
    if file := _file(given, data):
        return styles.reference_of_file(file, text, normalisation)
    assert data is not None
    from pentrace.write.sample_style import reference_of_sample  # as above

    return reference_of_sample(name, data, normalisation)


def _named(given: Ink, data: Path | None, text: str | None, ink_name: str) -> str:
    """The name for messages; raises `PentraceError` for options that do not go together."""
    if isinstance(given, OwnInk):
        if data is not None:
            raise UsageError("the style is ink, not the id of a sample; remove --data")
        return ink_name
    name = str(given)
    if text is not None and hand_file(name) and _file(given, data) == hand_file(name):
        raise UsageError(f"{name}: its text is known; remove --style-text")
    if data is None and _file(given, data) is None:
        raise _missing(given)
    if data is not None and text is not None and _file(given, data) is None:
        raise UsageError("--style-text is not for a sample of --data; remove --style-text")
    return name


def _file(given: str | Path, data: Path | None) -> Path | None:
    """The file of ink that is `given`; None if it is the id of a sample of `data`, or nothing.

    A hand comes before a file of its name, and a sample before a hand. A `Path` is a file if there
    is one.
    """
    hand = hand_file(given) if isinstance(given, str) else None
    file = Path(given) if Path(given).exists() else None
    if data is not None and isinstance(given, str) and (hand or file) and _is_sample(given, data):
        return None
    return hand or file


def _is_sample(name: str, data: Path) -> bool:
    from pentrace.write.sample_style import is_sample  # it takes time to import

    return is_sample(name, data)


def style_name(given: str | Path, data: Path | None) -> str:
    """What is stored with the ink about a style: the id of a sample, or the name of a file."""
    return str(given) if data is not None and _file(given, data) is None else Path(given).name


def _missing(given: str | Path) -> PentraceError:
    """The error for a style that is neither a file nor a hand."""
    name = str(given)
    if isinstance(given, Path) or Path(name).name != name or Path(name).suffix:
        return PentraceError(
            f"{name}: no such file; give a file of ink, or the id of a sample with --data"
        )
    near = similar_hand(name)
    return PentraceError(
        f"{name}: no such file or hand; "
        + (f"did you mean {near}? " if near else "")
        + "give a hand of pentrace list, a file of ink, or the id of a sample with --data"
    )
