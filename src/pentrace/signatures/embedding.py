"""A recurrent network that turns a signature into a vector: those of one user are near.

It is trained with a triplet loss (Weinberger and Saul 2009) on the users of other folds.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from pentrace.errors import PentraceError
from pentrace.signatures.protocol import Trial
from pentrace.signatures.settings import VerifierSettings
from pentrace.signatures.signals import Signature, stacked
from pentrace.signatures.warping import normalised

POINTS = 100  # of a signature, at equal distances in its sequence of points
USERS, EACH = 8, 3  # in a batch: users, and genuine signatures and forgeries of each

EXPLODED = 100.0  # weights begin below 1, and saturate the layers long before this


class Encoder(nn.Module):
    """Two recurrent layers in both directions, then the mean over the points."""

    def __init__(self, signals: int, hidden: int) -> None:
        super().__init__()
        self.layers = nn.GRU(signals, hidden, 2, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * hidden, hidden)

    def forward(self, ink: torch.Tensor) -> torch.Tensor:
        """float32 (B, hidden) with norm 1, from signals (B, POINTS, D)."""
        found, _ = self.layers(ink)
        return functional.normalize(self.out(found.mean(1)), dim=1)


class User(NamedTuple):
    """The signatures of a user to learn from, as indices."""

    genuine: np.ndarray
    forged: np.ndarray  # skilled forgeries; may be empty


def scores(
    many: Sequence[Signature], trials: Sequence[Trial], method: VerifierSettings, seed: int
) -> list[np.ndarray]:
    """float64 (T,) for each trial: the mean distance from the references, normalised."""
    torch.set_num_threads(1)
    ink = inputs(many, method.signals)
    found: dict[int, np.ndarray] = {}
    for fold in sorted({trial.fold for trial in trials}):
        network = trained(ink, _users(trials, fold, ink), method, seed + fold)
        with torch.no_grad():
            vectors = network(ink).double().numpy()
        found |= {i: _score(vectors, t) for i, t in enumerate(trials) if t.fold == fold}
    return [found[i] for i in range(len(trials))]


def inputs(many: Sequence[Signature], names: Sequence[str]) -> torch.Tensor:
    """float32 (S, POINTS, D): the signals of these names, and the logarithm of the duration."""
    rows = []
    for one in many:
        signals = stacked(one, names)
        at = np.linspace(0, len(signals) - 1, POINTS)
        columns = [np.interp(at, np.arange(len(signals)), column) for column in signals.T]
        seconds = 0.0 if one.t is None else float(np.log(one.t[-1] + 0.1))
        rows.append(np.stack([*columns, np.full(POINTS, seconds)], 1))
    return torch.from_numpy(np.array(rows, np.float32))


def _users(trials: Sequence[Trial], fold: int, ink: torch.Tensor) -> list[User]:
    """The users of the other folds, with their signatures in an order that depends on the ink."""

    def ordered(parts: list[np.ndarray]) -> np.ndarray:
        found = np.unique(np.concatenate(parts))
        return np.array(sorted(found, key=lambda i: ink[i].numpy().tobytes()), np.int64)

    own: dict[str, list[Trial]] = {}
    for trial in trials:
        if trial.fold != fold:
            own.setdefault(trial.user, []).append(trial)
    return [
        User(
            ordered([part for t in of for part in (t.references, t.tested[t.kinds == 0])]),
            ordered([t.tested[t.kinds == 1] for t in of]),
        )
        for of in own.values()
    ]


def trained(ink: torch.Tensor, users: list[User], method: VerifierSettings, seed: int) -> Encoder:
    """A network trained on the signatures of `users`; with random weights for fewer than two.

    Raises `PentraceError` if the loss or a weight stops being finite, or the weights explode.
    """
    random = np.random.default_rng([seed, 3])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Encoder(ink.shape[2], method.hidden)
    if len(users) < 2:
        return network
    optimiser = torch.optim.Adam(network.parameters(), lr=method.learning_rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, method.learning_rate, method.steps)
    for step in range(method.steps):
        chosen, owner, genuine = _batch(users, random)
        loss = triplet_loss(network(ink[chosen]), owner, genuine, method.margin)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        _check(network, loss.item(), step + 1)
    return network


def _check(network: Encoder, loss: float, step: int) -> None:
    largest = max(float(part.detach().abs().max()) for part in network.parameters())
    if not np.isfinite(loss) or not largest < EXPLODED:
        raise PentraceError(
            f"method embedding: the loss is {loss:.3g} and the largest weight {largest:.3g} after "
            f"step {step}: the training has exploded; lower learning_rate"
        )


def _batch(users: list[User], random: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Indices (B,) of signatures, the number (B,) of the user of each, and bool (B,) genuine."""
    parts = []
    for number in random.permutation(len(users))[:USERS]:
        for written, own in ((True, users[number].genuine), (False, users[number].forged)):
            some = random.permutation(own)[:EACH]
            parts.append((some, np.full(len(some), number), np.full(len(some), written)))
    return tuple(np.concatenate(part) for part in zip(*parts, strict=True))


def triplet_loss(
    vectors: torch.Tensor, owner: np.ndarray, genuine: np.ndarray, margin: float
) -> torch.Tensor:
    """The mean over all triplets with a loss: pairs of genuine signatures of one user, and others.

    The other is a forgery of the user, or a genuine signature of another user. It should be
    farther from the first of the pair than the second is, by `margin`.
    """
    apart = (vectors[:, None] - vectors[None]).square().sum(2)
    same = owner[:, None] == owner[None]
    near = same & genuine[:, None] & genuine[None] & ~np.eye(len(owner), dtype=bool)
    far = genuine[:, None] & (same & ~genuine[None] | ~same & genuine[None])
    anchor, positive = np.nonzero(near)
    loss = functional.relu(apart[anchor, positive][:, None] - apart[anchor] + margin)
    loss = loss[torch.from_numpy(far[anchor])]
    return loss.sum() / (loss > 0).sum().clamp(min=1)


def _score(vectors: np.ndarray, trial: Trial) -> np.ndarray:
    own = vectors[trial.references]

    def apart(others: np.ndarray) -> np.ndarray:
        return np.linalg.norm(vectors[others][:, None] - own, axis=2)

    count = len(own)
    near = apart(trial.references).sum() / (count * (count - 1)) if count > 1 else np.nan
    tested, cohort = (apart(part).mean(1) for part in (trial.tested, trial.cohort))
    return normalised(tested, np.array(near), cohort)
