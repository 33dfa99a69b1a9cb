"""How often a network saw each character in training, and which ones are rare."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from pentrace.networks.alphabet import shown
from pentrace.unicode_nfc import nfc

# Characters that IAM-OnDB has less than 30 times were misread in 77 of 80 written; in real lines in
# 7 of 9. Of those with 30 to 100, half were misread, real or written (docs/results.md).
RARE = 30
NAMED = 12  # most characters that a message names

Counts = Mapping[str, int]  # of each character of an alphabet


def counted(
    texts: Iterable[str | None], alphabet: str | None, before: Counts | None = None
) -> dict[str, int]:
    """How often each character of `alphabet` is in the texts (NFC), and was seen `before`."""
    found = Counter(chain.from_iterable(nfc(text or "") for text in texts))
    before = before or {}
    return {c: found[c] + before.get(c, 0) for c in alphabet or ""}


def rare(texts: Iterable[str], counts: Counts | None) -> dict[str, int]:
    """The characters of the texts (NFC) that are in `counts` less than `RARE` times, in order.

    Characters that are not in `counts`, and all of them if it is None, are left out.
    """
    found = sorted(set(chain.from_iterable(nfc(text) for text in texts)) & set(counts or {}))
    return {c: n for c in found if (n := (counts or {})[c]) < RARE}


def rare_warning(texts: Sequence[str], counts: Counts | None, remedy: str) -> str:
    """A sentence about the rare characters of the texts, with a `remedy`; empty if there are none.

    `counts` is None for a network that does not record what it saw.
    """
    found = rare(texts, counts)
    if not found:
        return ""
    named = ", ".join(f"{shown(c)} {_times(n)}" for c, n in list(found.items())[:NAMED])
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return f"rare in the training of this network, so hard to read: {named}{more}; {remedy}"


def _times(count: int) -> str:
    """Such as: (never), (once), (3 times)."""
    return {0: "(never)", 1: "(once)"}.get(count, f"({count} times)")
