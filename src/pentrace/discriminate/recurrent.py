"""A recurrent network on offsets that is trained to distinguish written from real lines."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from pentrace.discriminate.settings import DiscriminateSettings

HIDDEN = 48
CROP = 200  # offsets of a line that are read in a step of training
BATCH = 32  # half of them real
RATE = 0.004


class RecurrentClassifier(nn.Module):
    """Convolution and a GRU in both directions; the mean over all steps gives the score."""

    def __init__(self) -> None:
        super().__init__()
        self.shorten = nn.Conv1d(3, HIDDEN, kernel_size=5, stride=2, padding=2)
        self.recur = nn.GRU(HIDDEN, HIDDEN, batch_first=True, bidirectional=True)
        self.score = nn.Linear(2 * HIDDEN, 1)

    def forward(self, offsets: torch.Tensor) -> torch.Tensor:
        """Scores (B,) of offsets (B, T, 3); the higher, the more like a written line."""
        short = torch.tanh(self.shorten(offsets.transpose(1, 2))).transpose(1, 2)  # (B, T / 2, H)
        hidden, _ = self.recur(short)
        return self.score(hidden.mean(1))[:, 0]


def recurrent_scores(
    real: list[np.ndarray],
    written: list[np.ndarray],
    fold: np.ndarray,
    settings: DiscriminateSettings,
) -> np.ndarray:
    """float64 (2, P): scores of real and of written lines, float32 (T, 3) each.

    The score of a line is from the network that was trained on the other folds, int (P,).
    """
    found = np.zeros((2, len(fold)))
    for number in range(fold.max() + 1):
        train = np.flatnonzero(fold != number)
        network = _trained([real[i] for i in train], [written[i] for i in train], settings, number)
        for row, lines in zip(found, (real, written), strict=True):
            for i in np.flatnonzero(fold == number):
                row[i] = _score(network, lines[i])
    return found


def _trained(
    real: list[np.ndarray], written: list[np.ndarray], settings: DiscriminateSettings, number: int
) -> RecurrentClassifier:
    torch.manual_seed(settings.seed + number)
    random = np.random.default_rng([settings.seed, 17, number])
    network = RecurrentClassifier()
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, settings.recurrent)
    label = torch.tensor([0.0, 1.0]).repeat(BATCH // 2)
    for _ in range(settings.recurrent):
        chosen = random.integers(len(real), size=BATCH // 2)
        crops = [_crop(side[i], random) for i in chosen for side in (real, written)]
        # The size of a hand says nothing about who moved the pen.
        size = np.exp(random.normal(0, 0.2, (BATCH, 1, 1))).astype(np.float32)
        batch = np.stack(crops)
        batch[..., :2] *= size
        loss = binary_cross_entropy_with_logits(network(torch.from_numpy(batch)), label)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    return network.eval()


def _crop(line: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """float32 (CROP, 3): any part of a line; a short line is repeated."""
    start = random.integers(max(len(line) - CROP, 0) + 1)
    return np.resize(line[start : start + CROP], (CROP, 3))


@torch.inference_mode()
def _score(network: RecurrentClassifier, line: np.ndarray) -> float:
    return float(network(torch.from_numpy(line[None]))[0])
