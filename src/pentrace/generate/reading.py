"""Lines that a recogniser reads: how far what it reads is from the text that was wanted."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from rapidfuzz.distance import Levenshtein

from pentrace.generate.numpy_recogniser import FusedRecogniser
from pentrace.networks import ctc
from pentrace.networks.alphabet import PADDING
from pentrace.unicode_nfc import nfc

Found = TypeVar("Found")

# Characters that look the same if they are a whole word, such as I in "I will"; and those that only
# their size or height tells apart, if they are a whole line.
SAME_SHAPE = ("lI1|", "O0")
SAME_ALONE = ("lI1|", "O0o", "Cc", "Kk", "Pp", "Ss", "Uu", "Vv", "Ww", "Xx", "Zz", "-_", ",'")
AS_A_WORD, AS_A_LINE = (
    {character: group[0] for group in groups for character in group}
    for groups in (SAME_SHAPE, SAME_ALONE)
)

TOGETHER = 64  # lines in a batch; changes only memory and speed


class Reading(NamedTuple):
    """What a recogniser reads in one line."""

    text: str  # by best path
    edits: int  # from the wanted text to this, without those for characters it cannot read
    characters: int  # of the wanted text
    log_probability: float  # of the wanted text, in nats per character

    @property
    def error_rate(self) -> float:
        """Character error rate; may exceed 1."""
        return self.edits / max(self.characters, 1)


def edits(text: str, read: str) -> int:
    """Smallest number of insertions, deletions and substitutions, after conversion to NFC."""
    return Levenshtein.distance(nfc(text), nfc(read))


def visible_edits(text: str, read: str) -> int:
    """The same, but words of one character are equal if nobody can tell them apart, as l and I."""
    return min(edits(text, read), edits(_alike(text), _alike(read)))


def _alike(text: str) -> str:
    """The text with one character of each group in place of the others, where they are a word."""
    words = text.split(" ")
    same = AS_A_LINE if len(words) == 1 else AS_A_WORD
    return " ".join(same.get(word, word) for word in words)


def read(recogniser: FusedRecogniser, lines: Sequence[np.ndarray]) -> list[str]:
    """The text of each of `lines` by best path; lines as for `decoded`."""
    return decoded(recogniser, lines, ctc.decode)


def decoded(
    recogniser: FusedRecogniser,
    lines: Sequence[np.ndarray],
    decode: Callable[[np.ndarray, np.ndarray, str], list[Found]],
) -> list[Found]:
    """What `decode` finds in each of `lines`, float32 (T, 3), the null step first.

    `decode` takes what the recogniser returns for some lines, and the alphabet.
    """
    alphabet = recogniser.settings.alphabet or ""
    # Similar lengths together: little padding.
    order = sorted(range(len(lines)), key=lambda i: (len(lines[i]), i))
    texts: dict[int, Found] = {}
    for start in range(0, len(order), TOGETHER):
        some = order[start : start + TOGETHER]
        found = decode(*recogniser.read([lines[i] for i in some]), alphabet)
        texts |= zip(some, found, strict=True)
    return [texts[i] for i in range(len(lines))]


def readings(
    recogniser: FusedRecogniser,
    texts: Sequence[str],
    lines: Sequence[np.ndarray],
    count: Callable[[str, str], int] = edits,
) -> list[Reading]:
    """What is read in each of `lines` (as for `read`, in one batch), against `texts`.

    `count` counts the errors.
    """
    alphabet = recogniser.settings.alphabet or ""
    log_probabilities, lengths = recogniser.read(lines)
    found = ctc.decode(log_probabilities, lengths, alphabet)
    normal = [nfc(text) for text in texts]
    nats = ctc.log_probability(log_probabilities, lengths, _symbols(normal, alphabet))
    totals = zip(normal, nats.tolist(), strict=True)
    per_character = [total / max(len(text), 1) for text, total in totals]
    return [
        Reading(one, max(count(text, one) - _unknown(text, alphabet), 0), len(text), total)
        for text, one, total in zip(normal, found, per_character, strict=True)
    ]


def _unknown(text: str, alphabet: str) -> int:
    """The number of characters that cannot be read, and so are no errors of the line."""
    return sum(character not in alphabet for character in text)


def _symbols(texts: Sequence[str], alphabet: str) -> np.ndarray:
    """Symbols int64 (B, U) of texts without the characters that cannot be read, padded with -1."""
    known = [[alphabet.index(c) for c in text if c in alphabet] for text in texts]
    symbols = np.full((len(texts), max(map(len, known), default=0)), PADDING, np.int64)
    for row, line in zip(symbols, known, strict=True):
        row[: len(line)] = line
    return symbols
