"""Room for the steps of all lines: memory, or a file that is mapped where memory is short."""

import tempfile

import numpy as np
import psutil

SHARE = 0.25  # of the free memory, that one array may take; training may hold three


def empty(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """An array to be filled. Its values are 0 or undefined.

    If it would take more than `SHARE` of the free memory, it is a nameless file in the folder for
    temporary files (TMPDIR), mapped into memory. The system then keeps in memory what is used, and
    removes the file when no array needs it.
    """
    size = int(np.prod(shape)) * dtype.itemsize
    if not size or size <= SHARE * psutil.virtual_memory().available:
        return np.empty(shape, dtype)
    with tempfile.TemporaryFile() as file:
        return np.asarray(np.memmap(file, dtype, "w+", shape=shape))
