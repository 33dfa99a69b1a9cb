"""A vector of a hand from any ink of it: what a synthesis network is conditioned on.

Convolutions over the offsets see a letter or two. The mean and the spread of what they find over
the line describe the hand. No text is needed: letters differ from line to line, the hand does not.
"""

import torch
from torch import Tensor, nn

# Channels and width of the filters of each convolution; each halves the number of points.
CONVOLUTIONS = ((32, 5), (64, 5), (96, 3), (96, 3))
INPUTS = 4  # dx, dy, end of stroke, and 1 where there is ink
_LEAST_VARIANCE = 1e-3


class StyleEncoder(nn.Module):
    """Reference ink to vectors with mean 0 and variance 1; no ink gives zeros."""

    def __init__(self, size: int) -> None:
        super().__init__()
        below = [INPUTS, *(channels for channels, _ in CONVOLUTIONS)]
        self.convolutions = nn.ModuleList(
            nn.Conv1d(a, channels, width, 2, width // 2)
            for a, (channels, width) in zip(below, CONVOLUTIONS, strict=False)
        )
        self.project = nn.Linear(2 * below[-1], size)

    def forward(self, reference: Tensor) -> Tensor:
        """Vectors (B, S) of reference (B, R, 4): dx, dy, end of stroke, 1; zeros after the end."""
        raw = self.project(self.pooled(reference))
        vector = nn.functional.layer_norm(raw, (self.project.out_features,))
        return vector * reference[..., 3].any(1, keepdim=True)

    def pooled(self, reference: Tensor) -> Tensor:
        """Means and spreads of what the convolutions find, (B, 2C) of reference (B, R, 4)."""
        found, real = reference.transpose(1, 2), reference[..., 3:].transpose(1, 2)
        for layer in self.convolutions:
            real = real[..., ::2]
            found = torch.relu(layer(found)) * real  # as if there were nothing after the end
        count = real.sum(-1).clamp(min=1)
        mean = found.sum(-1) / count
        variance = ((found - mean.unsqueeze(-1)).square() * real).sum(-1) / count
        return torch.cat([mean, (variance + _LEAST_VARIANCE).sqrt()], -1)
