"""Small synthesis networks whose window moves as a test needs it, without any training."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import save_file

from pentrace.generate.load_model import load_ink
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.networks.kinds import build
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import save_model
from tests.helpers.small_model import NORMALISATION

ALPHABET = " abcdefghijklmnopqrstuvwxyz.,TQ"


def save(path: Path, pace: float = 0.1, counts: Any = None, **given: object) -> Path:
    """A model whose window moves by `pace` characters per step, and is at one at a time.

    `counts` says how often it saw each character in training.
    """
    torch.manual_seed(1)
    wanted = {"kind": "synthesis", "alphabet": ALPHABET, "layers": 2, "hidden": 16}
    settings = NetworkSettings.model_validate(wanted | {"components": 4} | given)
    network = build(settings)
    with torch.no_grad():
        window = network.first
        window.weight_window.zero_()
        window.bias_window.zero_()
        count = settings.window_components
        window.bias_window[count : 2 * count] = np.log(4)
        window.bias_window[2 * count :] = np.log(pace)
    save_model(path, network, settings, NORMALISATION, counts=counts)
    return path


def in_half_precision(path: Path, normalisation: dict) -> Path:
    """The model at `path`, as the networks of the package are stored, with this normalisation."""
    with safe_open(path, "np") as file:
        content = json.loads(file.metadata()["pentrace"])
        weights = {name: file.get_tensor(name).astype(np.float16) for name in file.keys()}  # noqa: SIM118
    content["normalisation"] = normalisation
    del content["sha256"]  # of the weights before
    save_file(weights, path, {"pentrace": json.dumps(content)})
    return path


def steady(folder: Path, pace: float = 0.1, **given: object) -> FusedNetwork:
    """The same, ready to write."""
    return load_ink(save(folder / "steady.safetensors", pace, **given))[0]
