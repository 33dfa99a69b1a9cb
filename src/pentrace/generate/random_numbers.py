"""The random numbers of new ink: a table that is made before anything is drawn.

So line i of a seed is the same in every batch, and a bias changes how neat the handwriting is, not
which handwriting it is.
"""

import numpy as np


def chances(seed: int, index: int, steps: int) -> np.ndarray:
    """float32 (steps, 4) for sample `index`: uniform [0, 1), two standard normals, uniform."""
    # Two streams, each filled row by row, so that more steps do not change the first ones.
    uniform = np.random.default_rng([seed, index, 0]).random((steps, 2)).astype(np.float32)
    normal = np.random.default_rng([seed, index, 1]).standard_normal((steps, 2), np.float32)
    # Rounding to float32 may give 1, which would not end a stroke whose end is certain.
    uniform = np.minimum(uniform, np.nextafter(np.float32(1), np.float32(0)))
    return np.column_stack([uniform[:, 0], normal, uniform[:, 1]])


def another_seed(seed: int, attempt: int) -> int:
    """The seed of attempt number `attempt`, from 0; the first attempt has the `seed` itself."""
    if attempt == 0:
        return seed
    return int(np.random.SeedSequence([seed, attempt]).generate_state(1)[0])
