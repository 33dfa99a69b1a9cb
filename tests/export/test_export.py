"""A network as an ONNX model, run by onnxruntime, against PyTorch and NumPy."""

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from pentrace.errors import PentraceError, UsageError
from pentrace.export.export import command
from pentrace.generate.load_model import load_ink
from pentrace.networks.alphabet import encode
from pentrace.networks.kinds import build
from pentrace.networks.model_file import SHIPPED
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import save_model
from tests.helpers.commands import invoke
from tests.helpers.small_model import NORMALISATION, SETTINGS

SMALL = {"hidden": 12, "components": 4}
WRITING = {"kind": "synthesis", "alphabet": " abcde", **SMALL}
KINDS = [
    {"layers": 1, **SMALL},
    {"layers": 3, **SMALL, "pen_states": 3},
    {"layers": 4, "skips": False, **SMALL},
    {"layers": 1, **WRITING},
    {"layers": 3, **WRITING},
    {"layers": 2, **WRITING, "style_size": 8},
    {"layers": 2, **WRITING, "window_parametrisation": "softplus", "fold_rare": 1},
]
TEXTS = ["a bad cab", "dad"]
STEPS = 30


def exported(model: Path, folder: Path, *more: str) -> onnxruntime.InferenceSession:
    invoke(command, "--model", model, *more, "-o", folder / "model.onnx")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(folder / "model.onnx", options)


def run(
    session: onnxruntime.InferenceSession,
    x: np.ndarray,
    text: np.ndarray | None,
    style: np.ndarray | None = None,
) -> tuple:
    """Raw outputs (B, T, O) and phi (B, T, U + 1) after each of the steps x (B, T, 3)."""
    shapes = {one.name: one.shape for one in session.get_inputs()}
    sizes = {name: [len(x) if n == "B" else n for n in shape] for name, shape in shapes.items()}
    given = {name: np.zeros(size, np.float32) for name, size in sizes.items()
             if name not in ("step", "text", "style")}  # fmt: skip
    fixed = {} if text is None else {"text": text}
    fixed |= {} if style is None else {"style": style}
    names = [one.name for one in session.get_outputs()]
    raw, phi = [], []
    for n in range(x.shape[1]):
        made = dict(zip(names, session.run(None, {"step": x[:, n], **fixed, **given}), strict=True))
        given = {name: made[f"next_{name}"] for name in given}
        raw.append(made["raw"])
        phi.append(made.get("phi"))
    return np.stack(raw, 1), phi


@pytest.mark.parametrize("given", KINDS)
@torch.no_grad()
def test_every_step_equals_that_of_pytorch(given: dict, tmp_path: Path) -> None:
    torch.manual_seed(1)
    settings = NetworkSettings.model_validate(given)
    network = build(settings)
    for parameter in network.parameters():
        parameter.mul_(1.5)
    save_model(tmp_path / "model.safetensors", network, settings, NORMALISATION)
    x = np.random.default_rng(2).standard_normal((2, STEPS, 3), np.float32)
    text = encode(TEXTS, settings) if settings.kind == "synthesis" else None
    hands = np.random.default_rng(4).standard_normal((2, settings.style_size), np.float32)
    style = hands if settings.style_size else None
    raw, phi = run(exported(tmp_path / "model.safetensors", tmp_path), x, text, style)
    extra = [torch.from_numpy(one) for one in (text, style) if one is not None]
    expected = network(torch.from_numpy(x), None, *extra)[0].numpy()
    np.testing.assert_allclose(raw, expected, rtol=2e-5, atol=2e-5)
    if text is not None:
        seen = network.attention(torch.from_numpy(x), None, *extra)[0].numpy()
        np.testing.assert_allclose(np.stack(phi, 1), seen, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_the_encoder_of_hands_equals_that_of_pytorch(tmp_path: Path) -> None:
    torch.manual_seed(1)
    settings = NetworkSettings.model_validate({"layers": 1, **WRITING, "style_size": 8})
    network = build(settings)
    save_model(tmp_path / "model.safetensors", network, settings, NORMALISATION)
    session = exported(tmp_path / "model.safetensors", tmp_path, "--encoder")
    for length in (40, 57):
        ink = np.random.default_rng(length).standard_normal((1, length, 3), np.float32)
        padded = np.concatenate([ink, np.ones((1, length, 1), np.float32)], 2)
        (style,) = session.run(None, {"ink": ink})
        np.testing.assert_allclose(style, network.encoder(torch.from_numpy(padded)), atol=1e-5)


def test_the_network_of_the_package_equals_that_in_numpy(tmp_path: Path) -> None:
    session = exported(SHIPPED, tmp_path)
    fused, normalisation = load_ink(SHIPPED)
    x = np.random.default_rng(3).standard_normal((2, STEPS, 3), np.float32) / 4
    text = encode(TEXTS, fused.settings)
    style = np.random.default_rng(4).standard_normal((2, fused.settings.style_size), np.float32)
    raw, _ = run(session, x, text, style)
    fused.start(2, text, style)
    expected = np.stack([fused.step(x[:, n]) for n in range(STEPS)], 1)
    np.testing.assert_allclose(raw, expected, rtol=1e-4, atol=1e-4)
    notes = session.get_modelmeta().custom_metadata_map
    assert json.loads(notes["normalisation"]) == normalisation
    assert json.loads(notes["settings"])["alphabet"] == fused.settings.alphabet


def test_other_networks_and_formats_are_errors(tmp_path: Path) -> None:
    recogniser = SHIPPED.parents[1] / "recogniser" / SHIPPED.name
    with pytest.raises(PentraceError, match="a recognition network; give a prediction or"):
        invoke(command, "--model", recogniser, "-o", tmp_path / "a.onnx")
    save_model(tmp_path / "a.safetensors", build(SETTINGS), SETTINGS, NORMALISATION)
    with pytest.raises(PentraceError, match="no encoder of hands; remove --encoder"):
        invoke(
            command, "--model", tmp_path / "a.safetensors", "--encoder", "-o", tmp_path / "a.onnx"
        )
    with pytest.raises(UsageError, match=r"name it .*\.onnx"):
        invoke(command, "-o", tmp_path / "a.pt")
