"""The Triton kernels of the soft window against PyTorch's operations.

On a GPU they run as they are; without one Triton's interpreter runs them in NumPy, where Triton is
installed: PyTorch's builds for a CPU come without it, and then every test here skips.
"""

import os

import pytest
import torch

if not torch.cuda.is_available():
    os.environ.setdefault("TRITON_INTERPRET", "1")  # read where kernels are declared
pytest.importorskip("triton", reason="Triton is not installed: it comes with PyTorch for CUDA")

from pentrace.networks.soft_window import check as kernel_check
from pentrace.networks.soft_window import kernels as window_kernels
from pentrace.networks.soft_window import steps as window_steps
from pentrace.networks.soft_window.check import Sizes

DEVICE = torch.device("cuda", 0) if torch.cuda.is_available() else torch.device("cpu")
BOTH = pytest.mark.parametrize("exponential", [True, False])


@BOTH
@pytest.mark.parametrize(
    "sizes", [(5, 3, 4, 1), (130, 10, 70, 33), (128, 16, 64, 32)], ids=["tiny", "odd", "even"]
)
def test_forward_and_backward_equal_the_operations(exponential, sizes):
    assert (
        kernel_check.largest_difference(window_kernels, Sizes(exponential, *sizes, DEVICE)) < 2e-5
    )


@BOTH
def test_kernels_are_used_if_they_agree(exponential):
    assert kernel_check.kernels_for(Sizes(exponential, 6, 2, 5, 7, DEVICE)) is window_kernels


def test_wrong_kernels_are_detected():
    class Wrong:
        """Kernels whose cell does not forget what it should."""

        def __getattr__(self, name):
            return getattr(window_kernels, name)

        def cell_forward(self, gates, memory, after, hidden):
            window_kernels.cell_forward(gates, memory.flip(1).contiguous(), after, hidden)

    sizes = Sizes(True, 6, 2, 5, 7, DEVICE)
    assert kernel_check.largest_difference(Wrong(), sizes) > kernel_check.TOLERANCE


@BOTH
def test_small_and_large_raw_numbers_are_activated_as_by_pytorch(exponential):
    raw = torch.tensor([[-30.0, -9, -3, -0.2, -1e-3, 0, 1e-3, 0.5, 3, 14, 16, 90]], device=DEVICE)
    components = raw.shape[1] // 3
    state = [torch.zeros(1, components, device=DEVICE) for _ in range(2)]
    bumps, seen = raw.new_empty(1, components, 3), raw.new_empty(1, 2)
    symbols, real = torch.zeros(1, 3, dtype=torch.int64, device=DEVICE), raw.new_ones(1, 3)
    values = torch.empty_like(raw)
    window_kernels.window_forward(raw, values, *state, bumps, symbols, real, seen, exponential)
    wanted = window_steps.activate(raw, exponential)
    torch.testing.assert_close(values, wanted, rtol=1e-5, atol=0)
    assert bumps.isfinite().all() and seen.isfinite().all()


def test_cells_far_from_0_and_close_to_it():
    memory = torch.tensor([[-90.0, -5, -0.11, -0.09, -1e-6, 0, 1e-6, 0.05, 0.2, 90]], device=DEVICE)
    gates = torch.cat([torch.full_like(memory, 20.0)] * 3 + [memory], 1)
    after, hidden = torch.empty_like(memory), torch.empty_like(memory)
    window_kernels.cell_forward(gates, memory, after, hidden)
    torch.testing.assert_close(gates[:, -10:], memory.tanh(), rtol=2e-6, atol=0)
    torch.testing.assert_close(after, memory + memory.tanh(), rtol=2e-6, atol=0)
    torch.testing.assert_close(hidden, after.tanh(), rtol=2e-6, atol=0)
