"""The precision that `auto` chooses: by the machine, never by a measurement."""

import pytest
import torch

from pentrace.networks.training import TrainSettings
from pentrace.train import precision

CPU, GPU = torch.device("cpu"), torch.device("cuda")


def _resolved(device: torch.device, **given: str) -> str:
    return precision.resolved(TrainSettings.model_validate(given), device).precision


@pytest.mark.parametrize("fast", [True, False])
def test_auto_follows_the_instructions_of_the_cpu(monkeypatch, fast):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: fast, raising=False)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False, raising=False)
    assert _resolved(CPU, precision="auto") == ("bf16" if fast else "float32")
    assert _resolved(GPU, precision="auto") == "tf32"


@pytest.mark.parametrize("chosen", ["float32", "tf32", "bf16"])
def test_a_precision_that_is_set_is_kept(chosen):
    assert _resolved(CPU, precision=chosen) == chosen
