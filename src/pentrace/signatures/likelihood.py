"""How much likelier a signature is under a network of its user than under one of other users.

The background network is a prediction network (Graves 2013, section 4.1), trained on genuine
signatures of the users of other folds. The network of a user is the same one, after some steps of
training on the references.
"""

import copy
from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from pentrace.networks.mixture import step_loss
from pentrace.networks.prediction import PredictionNetwork
from pentrace.networks.settings import NetworkSettings
from pentrace.signatures.protocol import Trial
from pentrace.signatures.settings import VerifierSettings
from pentrace.signatures.signals import Signature

BATCH = 16  # signatures in a batch
COMPONENTS = 5  # Gaussians in the mixture
EVERY = 2  # which points are kept: pens report more than the network needs
CLIP = 5.0  # largest norm of the gradient


def scores(
    many: Sequence[Signature], trials: Sequence[Trial], method: VerifierSettings, seed: int
) -> list[np.ndarray]:
    """float64 (T,) for each trial: nats per point of the user's network minus the background's."""
    torch.set_num_threads(1)
    found: dict[int, np.ndarray] = {}
    for fold in sorted({trial.fold for trial in trials}):
        seen = _known([trial for trial in trials if trial.fold != fold])
        ink = steps(many, seen)
        network = trained([ink[i] for i in sorted_by_ink(seen, ink)], method, seed + fold)
        plain: dict[int, float] = {}
        for i, trial in enumerate(trials):
            if trial.fold == fold:
                found[i] = _score(network, ink, trial, plain, method)
    return [found[i] for i in range(len(trials))]


def _known(trials: Iterable[Trial]) -> list[int]:
    """Genuine signatures of the users of `trials`."""
    parts = [p for t in trials for p in (t.references, t.tested[t.kinds == 0])]
    return np.unique(np.concatenate(parts)).tolist() if parts else []


def sorted_by_ink(chosen: Sequence[int], ink: Sequence[Tensor]) -> list[int]:
    """The signatures in an order that depends only on the ink, and not on names."""
    return sorted(chosen, key=lambda i: ink[i].numpy().tobytes())


def steps(many: Sequence[Signature], scale_of: Sequence[int]) -> list[Tensor]:
    """float32 (T, 3) for each signature: dx, dy and end of stroke.

    Offsets are divided by the standard deviation, over both axes, of the signatures `scale_of`,
    or of all if there are none.
    """
    raw = [_offsets(one) for one in many]
    of = [raw[i][:, :2] for i in scale_of] or [one[:, :2] for one in raw]
    sd = float(np.concatenate(of).std()) or 1.0
    return [torch.from_numpy((one / [sd, sd, 1.0]).astype(np.float32)) for one in raw]


def _offsets(one: Signature) -> np.ndarray:
    """float64 (T, 3): offsets between the points that are kept, in tablet units; the first is 0.

    Points in the air are left out, as in the offsets that other networks read.
    """
    down = one.down > 0
    last = down & np.append(~down[1:], True)
    kept = down & (np.arange(len(down)) % EVERY == 0) | last
    if not kept.any():
        return np.zeros((2, 3))
    place = np.stack([one.x, one.y], 1)[kept]
    return np.column_stack([np.diff(place, axis=0, prepend=place[:1]), last[kept]])


def trained(ink: Sequence[Tensor], method: VerifierSettings, seed: int) -> PredictionNetwork:
    """The background network; with random weights if there are no signatures."""
    random = np.random.default_rng([seed, 4])
    settings = NetworkSettings(hidden=method.hidden, components=COMPONENTS)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = PredictionNetwork(settings)
    if ink:
        optimiser = torch.optim.Adam(network.parameters(), lr=method.learning_rate)
        rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, method.learning_rate, method.steps)
        for _ in range(method.steps):
            chosen = random.integers(len(ink), size=BATCH)
            _move(network, [ink[i] for i in chosen], optimiser)
            rate.step()
    return network


def adapted(
    network: PredictionNetwork, ink: Sequence[Tensor], method: VerifierSettings
) -> PredictionNetwork:
    """The network after some steps of training on `ink`."""
    own = copy.deepcopy(network)
    moved = own.parameters() if method.adapt == "all" else own.output.parameters()
    optimiser = torch.optim.Adam(list(moved), lr=method.adapt_rate)
    for _ in range(method.adapt_steps):
        _move(own, ink, optimiser)
    return own


def _move(
    network: PredictionNetwork, ink: Sequence[Tensor], optimiser: torch.optim.Optimizer
) -> None:
    """Move the weights by one batch."""
    loss = nats(network, ink).mean()
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), CLIP)
    optimiser.step()


def nats(network: PredictionNetwork, ink: Sequence[Tensor]) -> Tensor:
    """float32 (B,): minus the log-density of each signature, in nats per point."""
    counts = torch.tensor([max(len(one) - 1, 1) for one in ink])
    batch = pad_sequence(list(ink), batch_first=True)
    raw, _ = network(batch[:, :-1])
    mask = torch.arange(raw.shape[1]) < counts[:, None]
    return step_loss(raw, batch[:, 1:]).where(mask, 0.0).sum(1) / counts


def _score(
    network: PredictionNetwork,
    ink: Sequence[Tensor],
    trial: Trial,
    plain: dict[int, float],
    method: VerifierSettings,
) -> np.ndarray:
    """Scores (T,) of a trial; `plain` keeps the nats of the background network."""
    own = adapted(network, [ink[i] for i in sorted_by_ink(trial.references.tolist(), ink)], method)
    compared = sorted({*trial.tested.tolist(), *trial.references.tolist(), *trial.cohort.tolist()})
    plain |= _nats(network, ink, [i for i in compared if i not in plain])
    after = _nats(own, ink, compared)
    tested, near, far = (
        np.array([after[i] - plain[i] for i in part])
        for part in (trial.tested.tolist(), trial.references.tolist(), trial.cohort.tolist())
    )
    return normalised(tested, near, far)


def normalised(tested: np.ndarray, near: np.ndarray, far: np.ndarray) -> np.ndarray:
    """(T,): 0 at the mean of the references (R,), 1 at that of the cohort (C,)."""
    gap = far.mean() - near.mean() if len(far) else -near.mean()
    return (tested - near.mean()) / max(float(gap), 1e-3)


def _nats(
    network: PredictionNetwork, ink: Sequence[Tensor], chosen: Sequence[int]
) -> dict[int, float]:
    """Nats per point of the signatures `chosen`, in batches of similar length."""
    found: dict[int, float] = {}
    order = sorted(chosen, key=lambda i: len(ink[i]))
    with torch.no_grad():
        for first in range(0, len(order), BATCH):
            part = order[first : first + BATCH]
            found |= dict(zip(part, nats(network, [ink[i] for i in part]).tolist(), strict=True))
    return found
