"""Random numbers that any language draws alike: Philox 4x32-10 (Salmon et al. 2011).

A block of four numbers is a function of a key and a counter. So any part of a table can be made
first, and programs that are not NumPy, such as a page in a browser, get the same numbers.
"""

import numpy as np

ROUNDS = 10
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
INCREMENTS = (0x9E3779B9, 0xBB67AE85)  # of the two words of the key, after each round
WORD = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
# Last word of the counter: what the numbers are for, so that no two uses share one.
STEPS, SEEDS, LINES, LATENTS = 0, 1, 2, 3


def words(key: int, counters: np.ndarray) -> np.ndarray:
    """uint32 (N, 4): the block of each counter (N, 4), words of 32 bits; key in [0, 2**64)."""
    a, b, c, d = np.asarray(counters).astype(np.uint64).T & WORD
    low, high = key & 0xFFFFFFFF, key >> 32
    for _ in range(ROUNDS):
        first, second = (x * np.uint64(m) for x, m in zip((a, c), MULTIPLIERS, strict=True))
        a, b = (second >> HALF) ^ b ^ np.uint64(low), second & WORD
        c, d = (first >> HALF) ^ d ^ np.uint64(high), first & WORD
        low, high = ((k + i) & 0xFFFFFFFF for k, i in zip((low, high), INCREMENTS, strict=True))
    return np.stack([a, b, c, d], 1).astype(np.uint32)


def uniform(bits: np.ndarray) -> np.ndarray:
    """float32 in [0, 1) of uint32 of any shape: the upper 24 bits, so that none is rounded to 1."""
    return (bits >> np.uint32(8)).astype(np.float32) * np.float32(2**-24)


def normal(bits: np.ndarray) -> np.ndarray:
    """float64 (N, 2) of uint32 (N, 2): two standard normals of each row (Box and Muller 1958)."""
    share = (bits.astype(np.float64) + 0.5) * 2.0**-32  # never 0 or 1
    length, angle = np.sqrt(-2 * np.log(share[:, 0])), 2 * np.pi * share[:, 1]
    return np.stack([length * np.cos(angle), length * np.sin(angle)], 1)
