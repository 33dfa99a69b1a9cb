"""Products of a matrix of weights with the columns of a few lines."""

import numpy as np

BLOCK, FEW = 64, 16  # rows of a block of weights; most columns that are multiplied by blocks


def laid_out(weights: np.ndarray, batch: int) -> np.ndarray:
    """The matrix (R, C) in the memory order in which BLAS multiplies `batch` columns fastest.

    With one column, memory limits the speed, and column order is faster. With 64 columns,
    arithmetic limits the speed, and row order is faster by a third. For a few columns the result is
    a stack (R / BLOCK, BLOCK, C) of blocks in column order: OpenBLAS copies large matrices before
    it multiplies them, which takes longer than the product, and small ones it does not.
    """
    weights = weights.reshape(-1, weights.shape[-1])
    rows = len(weights)
    if not 1 < batch <= FEW or rows % BLOCK:
        return np.asarray(weights, order="F" if batch == 1 else "C")
    blocks = weights.reshape(rows // BLOCK, BLOCK, -1).transpose(0, 2, 1)
    return np.ascontiguousarray(blocks).transpose(0, 2, 1)


def product(weights: np.ndarray, columns: np.ndarray, out: np.ndarray) -> np.ndarray:
    """`out` (R, B), filled with the product of weights from `laid_out` and `columns` (C, B)."""
    np.matmul(weights, columns, out=out.reshape(*weights.shape[:-1], -1))
    return out
