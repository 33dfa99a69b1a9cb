"""The random numbers of new ink: a table that is made before anything is drawn.

So line i of a seed is the same in every batch, and a bias changes how neat the handwriting is, not
which handwriting it is.
"""

import numpy as np

from pentrace.philox import SEEDS, STEPS, normal, uniform, words


def chances(seed: int, index: int, steps: int) -> np.ndarray:
    """float32 (steps, 4) for sample `index`: uniform [0, 1), two standard normals, uniform."""
    # A block for each step, so that more steps do not change the first ones.
    counters = np.zeros((steps, 4), np.uint64)
    counters[:, 0], counters[:, 1], counters[:, 3] = np.arange(steps), index, STEPS
    bits = words(seed, counters)
    table = np.empty((steps, 4), np.float32)
    table[:, ::3] = uniform(bits[:, ::3])
    table[:, 1:3] = normal(bits[:, 1:3])
    return table


def another_seed(seed: int, attempt: int) -> int:
    """The seed of attempt number `attempt`, from 0; the first attempt has the `seed` itself."""
    if attempt == 0:
        return seed
    return int(words(seed, np.array([[attempt, 0, 0, SEEDS]]))[0, 0])
