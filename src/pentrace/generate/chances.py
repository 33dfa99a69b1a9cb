"""The chance in new ink: a table of numbers made before anything is drawn.

Line i of a seed is therefore the same whatever the batch, and a bias changes how a hand writes,
not which hand it is.
"""

import numpy as np


def chances(seed: int, index: int, steps: int) -> np.ndarray:
    """float32 (steps, 4) for sample `index`: uniform [0, 1), two standard normals, uniform."""
    # A stream each, row after row: more steps do not change the first ones.
    uniform = np.random.default_rng([seed, index, 0]).random((steps, 2)).astype(np.float32)
    normal = np.random.default_rng([seed, index, 1]).standard_normal((steps, 2), np.float32)
    # Rounding to float32 may give 1, which would not end a stroke whose end is certain.
    uniform = np.minimum(uniform, np.nextafter(np.float32(1), np.float32(0)))
    return np.column_stack([uniform[:, 0], normal, uniform[:, 1]])


def another_seed(seed: int, attempt: int) -> int:
    """The seed of try `attempt` (from 0) at what began with `seed`; the first try keeps it."""
    if attempt == 0:
        return seed
    return int(np.random.SeedSequence([seed, attempt]).generate_state(1)[0])
