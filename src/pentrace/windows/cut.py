"""Cutting samples into windows."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Cuts:
    """W windows of S samples."""

    sample: np.ndarray  # int64 (W,), index of the sample
    window: np.ndarray  # int64 (W,), window in the sample, from 0
    start: np.ndarray  # int64 (W,), first offset in the sample
    valid: np.ndarray  # int64 (W,), offsets in the window


def cut(lengths: np.ndarray, length: int, stride: int) -> Cuts:
    """Windows over samples of int (S,) `lengths`, `stride` < `length` apart.

    The last window of a sample is the first that reaches its end; an empty sample has none.
    """
    more = -(-np.maximum(lengths - length, 0) // stride)
    counts = np.where(lengths > 0, 1 + more, 0)
    sample = np.repeat(np.arange(len(lengths)), counts)
    window = np.arange(len(sample)) - np.repeat(np.cumsum(counts) - counts, counts)
    start = window * stride
    return Cuts(sample, window, start, np.minimum(lengths[sample] - start, length))


def padded(values: np.ndarray, first: np.ndarray, valid: np.ndarray, length: int) -> np.ndarray:
    """(W, length): `valid` of `values` (N,) from index `first` on, then 0; int (W,) both."""
    inside = np.arange(length) < valid[:, None]
    rows = np.zeros((len(first), length), values.dtype)
    rows[inside] = values[(first[:, None] + np.arange(length))[inside]]
    return rows
