"""Texts as symbols of an alphabet, which comes from the data and is stored with the weights."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Literal

import numpy as np

from pentrace.errors import PentraceError
from pentrace.networks.settings import NetworkSettings
from pentrace.unicode_nfc import nfc

Unknown = Literal["error", "fold"]

PADDING = -1
# Characters that look alike on paper, but have different decompositions in Unicode.
ALIKE = {
    **dict.fromkeys("‘’‚‛′´`", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "\t": " ",
    "\n": " ",
    "ß": "ss",
    "æ": "ae",
    "Æ": "AE",
    "œ": "oe",
    "Œ": "OE",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
}

# What text programs write instead of the signs on a keyboard.
TYPOGRAPHIC = "‘’‚‛“”„‟‐‑‒–—―−…"


def alphabet_of(texts: Iterable[str], fold_rare: int = 0) -> str:
    """The characters of all texts (NFC), sorted, without those seen less than `fold_rare` times.

    Pass the transcripts of all splits: a character that is only in validation lines is written
    badly, but is not an error. Raises `PentraceError` if no character remains.
    """
    counts = Counter(chain.from_iterable(nfc(text) for text in texts))
    kept = "".join(sorted(c for c, count in counts.items() if count >= fold_rare))
    if not kept:
        raise PentraceError(
            f"no alphabet: {len(counts)} different characters in the transcripts, fold_rare is "
            f"{fold_rare}; use a data set with transcripts, or lower fold_rare"
        )
    return kept


def with_alphabet(settings: NetworkSettings, texts: Iterable[str]) -> NetworkSettings:
    """The settings, with the alphabet of texts if they need one and have none."""
    if not settings.reads_text or settings.alphabet is not None:
        return settings
    return settings.model_copy(update={"alphabet": alphabet_of(texts, settings.fold_rare)})


def symbol_count(settings: NetworkSettings) -> int:
    """V: the number of characters in the alphabet, and 1 more if rare characters are folded."""
    if settings.alphabet is None:
        raise ValueError("the settings have no alphabet; call with_alphabet first")
    return len(settings.alphabet) + (settings.fold_rare > 0)


def encode(
    texts: Sequence[str],
    settings: NetworkSettings,
    unknown: Unknown = "error",
    about: str = "",
    remedy: str = "reword the text",
) -> np.ndarray:
    """Symbols (B, U) int64 of texts (NFC), padded with -1 to the longest.

    Characters outside the alphabet raise a `PentraceError` that lists them and the alphabet. With
    `fold`, for training and evaluation, they become the symbol of rare characters if the network
    has one. The message begins with `about` and ends with `remedy`.
    """
    alphabet = settings.alphabet or ""
    normal = [nfc(text) for text in texts]
    if unknown != "fold" or settings.fold_rare == 0:
        _check_known(normal, alphabet, about, remedy)
    index = {character: number for number, character in enumerate(alphabet)}
    symbols = np.full((len(normal), max(map(len, normal), default=0)), PADDING, np.int64)
    for row, text in zip(symbols, normal, strict=True):
        row[: len(text)] = [index.get(character, len(alphabet)) for character in text]
    return symbols


def knows(settings: NetworkSettings, text: str | None) -> bool:
    """Whether there is a text, and the alphabet contains each of its characters."""
    known = set(settings.alphabet or "")
    return bool(text) and set(nfc(text or "")) <= known


def substituted(text: str, alphabet: str) -> str:
    """text with each unknown character replaced by the nearest known ones, if there are any.

    The order is: a character that looks alike (quotes, dashes, blanks, ligatures), the
    letter without its marks (é to e), the other case (Q to q).
    """
    known = set(alphabet)
    return "".join(_nearest(character, known) for character in text)


def replacements(text: str, alphabet: str) -> dict[str, str]:
    """Unknown character -> what `substituted` puts in its place, without those that stay."""
    known = set(alphabet)
    found = {c: _nearest(c, known) for c in sorted(set(text) - known)}
    return {c: near for c, near in found.items() if near != c}


def _nearest(character: str, known: set[str]) -> str:
    plain = ALIKE.get(character, character)
    decomposed = unicodedata.normalize("NFKD", plain)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    bare = "".join(ALIKE.get(c, c) for c in bare)
    choices = (character, plain, bare, plain.swapcase(), bare.swapcase())
    return next((choice for choice in choices if choice and set(choice) <= known), character)


def symbols_of(codes: np.ndarray, settings: NetworkSettings) -> np.ndarray:
    """Symbols int64 (N,) of a text given as code points int32 (N,); rare characters folded.

    Raises `PentraceError` as `encode` does.
    """
    alphabet = settings.alphabet or ""
    points = np.array([ord(character) for character in alphabet], np.int32)
    order = np.argsort(points)
    place = np.searchsorted(points, codes, sorter=order).clip(max=len(points) - 1)
    symbols = order[place]
    unknown = points[symbols] != codes
    if unknown.any() and settings.fold_rare == 0:
        found = "".join(map(chr, np.unique(codes[unknown]).tolist()))
        _check_known(
            [found], alphabet, "in the text, ", "set alphabet to null, or fold_rare above 0"
        )
    symbols[unknown] = len(alphabet)
    return symbols


def alphabet_in(codes: np.ndarray, fold_rare: int = 0) -> str:
    """As `alphabet_of`, for a text given as code points int32 (N,)."""
    found, counts = np.unique(codes, return_counts=True)
    kept = "".join(map(chr, found[counts >= fold_rare].tolist()))
    if not kept:
        raise PentraceError(
            f"no alphabet: {len(found)} different characters in the text, fold_rare is "
            f"{fold_rare}; use a longer text, or lower fold_rare"
        )
    return kept


def _check_known(texts: Sequence[str], alphabet: str, about: str, remedy: str) -> None:
    unknown = sorted(set(chain.from_iterable(texts)) - set(alphabet))
    if unknown:
        raise PentraceError(
            f"{about}the network has never seen {' '.join(map(shown, unknown))}; it knows "
            f"{_ranges(alphabet)}; {remedy}"
        )


def _ranges(alphabet: str) -> str:
    """The characters in order, runs of more than five neighbours as "a to z"."""
    codes = sorted(map(ord, alphabet))
    runs: list[list[int]] = []
    for code in codes:
        if runs and code == runs[-1][-1] + 1:
            runs[-1].append(code)
        else:
            runs.append([code])
    return " ".join(map(_range, runs))


def _range(run: list[int]) -> str:
    """Neighbouring code points, the first and the last if there are more than five."""
    short = len(run) > 5
    return (" to " if short else " ").join(
        shown(chr(code)) for code in ([run[0], run[-1]] if short else run)
    )


def shown(character: str) -> str:
    """The character itself, or its name if it is not visible when printed."""
    visible = character.isprintable() and not character.isspace()
    return character if visible else f"[{unicodedata.name(character, repr(character)).lower()}]"
