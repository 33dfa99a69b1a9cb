"""Shared by the benchmarks: CPU time, and matrix products to compare with."""

import time
from collections.abc import Callable

import torch
from torch import Tensor


def cpu_time(work: Callable[[], object]) -> float:
    """CPU seconds of `work` in this process."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def product(rows: int, inner: int, columns: int, transposed: str = "") -> Callable[[], Tensor]:
    """A product of (rows, inner) with (inner, columns), ready to be timed.

    `transposed` names the factor, left or right, whose axes are exchanged in memory.
    """
    a = torch.randn(inner, rows).t() if transposed == "left" else torch.randn(rows, inner)
    b = torch.randn(columns, inner).t() if transposed == "right" else torch.randn(inner, columns)
    out = torch.empty(rows, columns)
    return lambda: torch.mm(a, b, out=out)


def run_all(needed: list[tuple[int, Callable[[], Tensor]]]) -> None:
    """Run every product of a step as often as the step does."""
    for times, work in needed:
        for _ in range(times):
            work()
