"""Weights as text in a page: half precision, compressed, in base64."""

import base64
import zlib
from typing import NamedTuple

import numpy as np


class PackedWeights(NamedTuple):
    """The weights of one network."""

    arrays: list[tuple[str, list[int]]]  # name and shape of each, in the order of the text
    text: str  # base64 of zlib of all lower bytes, then all upper bytes, of float16


def packed(weights: dict[str, np.ndarray]) -> PackedWeights:
    """The weights by name, rounded to half precision.

    The upper bytes contain the exponents, which are alike, so they are compressed to half their
    size. The lower bytes are nearly random.
    """
    arrays = [(name, list(array.shape)) for name, array in weights.items()]
    flat = np.concatenate([array.ravel() for array in weights.values()]).astype("<f2")
    planes = flat.view(np.uint8).reshape(-1, 2).T.tobytes()
    return PackedWeights(arrays, base64.b64encode(zlib.compress(planes, 9)).decode())
