"""The random numbers of new ink: a table that is made before anything is drawn.

So line i of a seed is the same in every batch, and a bias changes how neat the handwriting is, not
which handwriting it is.
"""

from collections.abc import Sequence

import numpy as np

from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.philox import LATENTS, SEEDS, STEPS, normal, uniform, words


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


def latents(seed: int, index: int, steps: int, size: int) -> np.ndarray:
    """float32 (steps, size): standard normals for the latents of sample `index`."""
    blocks = (size + 3) // 4
    counters = np.zeros((steps, blocks, 4), np.uint64)
    counters[..., 0], counters[..., 1] = np.arange(steps)[:, None], index
    counters[..., 2], counters[..., 3] = np.arange(blocks), LATENTS
    pairs = normal(words(seed, counters.reshape(-1, 4)).reshape(-1, 2))
    return pairs.reshape(steps, -1)[:, :size].astype(np.float32)


def drawn_latents(
    network: FusedNetwork, which: Sequence[tuple[int, int]], steps: int
) -> np.ndarray | None:
    """Latents, as `ink_loop.write` takes them, for lines `which`, each a seed and a number.

    None for a network without latents.
    """
    if network.latents is None:
        return None
    size = network.settings.latent_size
    if network.latents == "line":
        return np.concatenate([latents(seed, index, 1, size) for seed, index in which])
    return np.stack([latents(seed, index, steps, size) for seed, index in which])


def another_seed(seed: int, attempt: int) -> int:
    """The seed of attempt number `attempt`, from 0; the first attempt has the `seed` itself."""
    if attempt == 0:
        return seed
    return int(words(seed, np.array([[attempt, 0, 0, SEEDS]]))[0, 0])
