"""Products in bfloat16: gradients of all kinds of network against float64, on a CPU."""

import pytest
import torch

from pentrace.networks.kinds import build, loss
from pentrace.networks.settings import NetworkSettings

KINDS = {
    "prediction": {},
    "synthesis": {"alphabet": "abcdefgh"},
    "recognition": {"alphabet": "abcdefgh"},
    "text": {"alphabet": "abcdefgh", "train": {"batches": "streams"}},
}
BATCH, STEPS = 4, 40


def _inputs(kind: str, dtype: torch.dtype) -> tuple:
    random = torch.Generator().manual_seed(1)
    x, y = torch.randn(2, BATCH, STEPS, 3, generator=random).to(dtype).unbind(0)
    y[..., 2] = (y[..., 2] > 1).to(dtype)
    symbols = torch.randint(0, 8, (BATCH, STEPS), generator=random)
    mask = torch.ones(BATCH, STEPS, dtype=torch.bool)
    mask[1, 30:] = False
    if kind == "text":
        return symbols, symbols.roll(-1, 1), mask, None
    return x, y, mask, None if kind == "prediction" else symbols[:, :5]


def _gradient(kind: str, dtype: torch.dtype, half: bool) -> tuple[float, torch.Tensor]:
    torch.manual_seed(0)
    settings = {"kind": kind, "layers": 3, "hidden": 32, **KINDS[kind]}
    network = build(NetworkSettings.model_validate(settings)).to(dtype)
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        value, _ = loss(kind, network, *_inputs(kind, dtype))
    value.backward()
    assert all(p.grad.dtype == dtype for p in network.parameters())
    return value.item(), torch.cat([p.grad.flatten() for p in network.parameters()])


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_of_half_products_are_near_those_of_float64(kind):
    right, exact = _gradient(kind, torch.float64, half=False)
    value, ours = _gradient(kind, torch.float32, half=True)
    assert value == pytest.approx(right, rel=2e-3)
    distance = (ours - exact).norm() / exact.norm()
    assert 1e-4 < distance < 0.02  # float32 would be below 1e-4
