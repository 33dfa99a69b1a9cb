"""The predictions of a network along one line, as arrays in the units of the page."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from pentrace import dataset
from pentrace.errors import PentraceError
from pentrace.networks import mixture
from pentrace.networks.alphabet import encode
from pentrace.networks.kinds import InkNetwork, run
from pentrace.networks.model_file import read
from pentrace.networks.settings import Kind, NetworkSettings
from pentrace.networks.store import load_model
from pentrace.normalise.recipes import from_offsets
from pentrace.normalise.units import checked
from pentrace.plot.data import page_unit
from pentrace.plot.drawing import Drawing

KINDS: tuple[Kind, ...] = ("prediction", "synthesis")  # without a latent


@dataclass(frozen=True)
class Predicted:
    """Parameters of the density of step i + 1, predicted after step i, for T steps of one line."""

    name: str
    unit: str  # of the page: tablet units, or line heights
    position: np.ndarray  # float64 (T, 2), units of the page, rightward and upward, from (0, 0)
    ends: np.ndarray  # bool (T,), the pen is lifted after this point
    end_chance: np.ndarray  # float64 (T - 1,), probability of `ends` for points 1 to T - 1
    weight: np.ndarray  # float64 (T - 1, M)
    mean: np.ndarray  # float64 (T - 1, M, 2), offset, units of the page
    covariance: np.ndarray  # float64 (T - 1, M, 2, 2), units of the page squared

    @property
    def drawing(self) -> Drawing:
        """The line itself."""
        x, y = self.position.T
        return Drawing(self.name, x, y, np.cumsum(self.ends) - self.ends)


def predict(model: str | Path, name: str, steps: np.ndarray, text: str | None = None) -> Predicted:
    """Run the network at `model` over the normalised steps (T, 3) of a complete line.

    Raises `PentraceError` if the line has no step to predict, or lacks a text that the network
    needs.
    """
    torch.set_num_threads(1)  # several figures are drawn at once, each on one core
    network, settings, normalisation = load_model(model, *KINDS)
    assert isinstance(network, InkNetwork)
    if len(steps) < 2:
        raise PentraceError(f"{name}: has fewer than two points; give another --line")
    mean, sd = (np.asarray(normalisation[key], np.float64) for key in ("mean", "sd"))
    symbols = _symbols(name, text, settings)
    with torch.inference_mode():
        x = torch.from_numpy(np.ascontiguousarray(steps[None, :-1], np.float32))
        raw, _ = run(network, x, None, symbols)
    parts = mixture.split(raw[0].double())
    return Predicted(
        name=name,
        unit=page_unit(normalisation),
        position=np.stack(from_offsets(steps, normalisation), 1),
        ends=steps[:, 2] > 0.5,
        end_chance=torch.sigmoid(parts.end_logit).numpy(),
        weight=parts.log_weights.exp().numpy(),
        mean=parts.mean.transpose(-1, -2).numpy() * sd + mean,
        covariance=_covariance(parts, sd),
    )


def reads_text(model: Path, data: Path) -> bool:
    """Whether the network at `model` needs the text of a line of the data set in `data`.

    Raises `PentraceError` if it was trained on offsets in other units: the figure would be wrong.
    """
    _, settings, normalisation = read(model, "np", KINDS)
    checked(model, normalisation, dataset.normalisation(data))
    return settings.kind == "synthesis"


def _symbols(name: str, text: str | None, settings: NetworkSettings) -> torch.Tensor | None:
    if settings.kind == "prediction":
        return None
    if not text:
        raise PentraceError(
            f"{name}: has no transcript, which this network needs; give another --line"
        )
    return torch.from_numpy(encode([text], settings, "fold"))


def _covariance(parts: mixture.Mixture, sd: np.ndarray) -> np.ndarray:
    """Covariances float64 (T - 1, M, 2, 2) in the units of the page; `sd` (2,) normalised them."""
    x, y = np.moveaxis(parts.log_sd.exp().numpy(), -2, 0) * sd[:, None, None]
    xy = np.tanh(parts.correlation.numpy()) * x * y
    return np.stack([np.stack([x * x, xy], -1), np.stack([xy, y * y], -1)], -1)
