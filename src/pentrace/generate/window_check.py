"""What the soft window shows of a line that was written: characters that were skipped.

It does not show whether a letter can be read.
"""

import numpy as np

NEAR = 0.25  # share of the largest window weight from which a character counts as visited
SEEN = 1e-4  # smaller weights occur far from the text, where they are alike for all characters
LEAST = 2  # fewest steps at a character that draw something


def missed(phi: np.ndarray, largest: np.ndarray, text: str) -> str:
    """The characters of `text` that the window did not visit in order.

    phi (T, U): the window weights of these characters; largest (T,): the largest weight of any
    character. A character counts as visited at a step if its weight is at least `NEAR` of the
    largest. So a narrow letter next to a wide one, whose weight is never the largest, is not
    missed. A character is missed if it has fewer than `LEAST` visits, or if all of its visits are
    before the first visit of an earlier character. So a window may jump ahead and come back, or
    look back. A window that jumps over a word visits its letters in no step, or in one. Spaces
    draw nothing and are never missed.
    """
    at = phi >= np.maximum(NEAR * largest, SEEN)[:, None]  # (T, U)
    enough = at.sum(0) >= LEAST
    came = at.argmax(0)
    last = len(at) - 1 - at[::-1].argmax(0)
    # The step at which all earlier characters have had their first visit.
    before = np.maximum.accumulate(np.append(0, np.where(enough, came, 0)))[:-1]
    passed = enough & (last >= before)
    return "".join(c for c, ok in zip(text, passed, strict=True) if not ok and not c.isspace())
