"""Three states of the pen: the loss, the draws, the end of a character, and what is refused."""

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from pentrace.evaluate import baseline, measures
from pentrace.generate.ink_loop import draw, write
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.random_numbers import chances
from pentrace.generate.unconditional import batch, beginning, ended
from pentrace.networks.kinds import build
from pentrace.networks.mixture import log_density, split, step_loss, width
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import arrays
from pentrace.train.augmentation import jittered
from pentrace.windows.batches import Batch, gather
from pentrace.windows.lines import Lines
from tests.helpers import reference

M = 3
N = 100_000
SETTINGS = NetworkSettings.model_validate(
    {"layers": 1, "hidden": 8, "components": M, "pen_states": 3}
)


def numbers(seed: int, *shape: int) -> tuple[torch.Tensor, torch.Tensor]:
    random = np.random.default_rng(seed)
    raw = random.normal(0, 1.5, (*shape, width(M, 3)))
    target = random.normal(0, 1, (*shape, 3))
    target[..., 2] = random.integers(0, 3, shape)
    return torch.from_numpy(raw), torch.from_numpy(target)


def test_the_loss_is_that_of_softmax_and_mixture():
    raw, target = numbers(1, 40, 5)
    pen = raw[..., :3].numpy()
    states = target[..., 2].numpy().astype(int)
    chance = np.exp(pen) / np.exp(pen).sum(-1, keepdims=True)
    of_pen = -np.log(np.take_along_axis(chance, states[..., None], -1)[..., 0])
    # The mixture behind is the same as with two states.
    two = torch.cat([torch.zeros(40, 5, 1, dtype=raw.dtype), raw[..., 3:]], -1)
    of_step = -log_density(split(two), target[..., :2]).numpy()
    expected = of_pen + of_step
    np.testing.assert_allclose(step_loss(raw, target).numpy(), expected, rtol=1e-12, atol=1e-12)
    single = step_loss(raw.float(), target.float()).numpy()
    np.testing.assert_allclose(single, expected, rtol=1e-5, atol=1e-5)


def test_derivatives_equal_finite_differences():
    raw, target = numbers(2, 6)
    raw.requires_grad_()
    assert torch.autograd.gradcheck(lambda r: step_loss(r, target), (raw,))


@pytest.mark.parametrize("fill", [-3e38, -100.0, 0.0, 100.0, 3e38])
def test_finite_at_the_corners(fill):
    for part in range(3):
        raw = torch.zeros(1, width(M, 3))
        raw[:, part] = fill
        raw.requires_grad_()
        for state in range(3):
            loss = step_loss(raw, torch.tensor([[0.0, 0.0, float(state)]]))
            assert loss.isfinite().all()
            assert torch.autograd.grad(loss.sum(), raw)[0].isfinite().all()


def test_end_of_stroke_is_any_lift_in_the_measures():
    raw, target = numbers(3, 4, 50)
    chance = torch.softmax(raw[..., :3], -1)[..., 1:].sum(-1)
    torch.testing.assert_close(torch.sigmoid(split(raw).end_logit), chance)
    mask = torch.ones(4, 50, dtype=torch.bool)
    found = measures.sums(raw, target, mask)
    right = (chance > 0.5) == (target[..., 2] > 0)
    torch.testing.assert_close(found.correct, right.sum(1).double())
    assert found.bins[:, 2].sum() == (target[..., 2] > 0).sum()


def test_the_loss_of_the_baseline_includes_the_end_of_character():
    steps = np.random.default_rng(0).normal(size=(500, 3))
    steps[:, 2] = np.arange(500) % 10 == 9
    steps[99::100, 2] = 2
    found = baseline.fit(steps, 1, 1, pen_states=3).raw
    expected = np.array([451, 46, 6]) / 503
    np.testing.assert_allclose(torch.softmax(found[:3], -1).numpy(), expected)
    assert len(found) == width(1, 3)


# Drawing


def drawn(pen: list[float]) -> np.ndarray:
    raw = torch.zeros(width(M, 3))
    raw[:3] = torch.tensor(pen).log()
    chance = chances(1, 0, N)
    steps = draw(raw.numpy()[None].repeat(N, 0), chance)
    plain = reference.draw(raw.expand(N, -1), torch.from_numpy(chance)).numpy()
    assert (steps[:, 2] != plain[:, 2]).sum() <= 2  # rounding of chances at the border
    np.testing.assert_allclose(steps[:, :2], plain[:, :2], rtol=1e-4, atol=1e-4)
    return steps


@pytest.mark.parametrize(
    "pen", [[0.9, 0.07, 0.03], [0.2, 0.0, 0.8], [0.1, 0.9, 0.0], [0.5, 0.3, 0.2]]
)
def test_states_are_drawn_with_their_probabilities(pen):
    states = drawn(pen)[:, 2]
    assert set(np.unique(states)) <= {0.0, 1.0, 2.0}
    share = np.bincount(states.astype(int), minlength=3) / N
    np.testing.assert_allclose(share, pen, atol=5 * np.sqrt(0.25 / N))
    assert (share[np.array(pen) == 0] == 0).all()


def network(end: float) -> FusedNetwork:
    """An untrained network whose probability of an end of character is about `end` at each step."""
    torch.manual_seed(1)
    made = build(SETTINGS).eval()
    with torch.no_grad():
        made.output.weight.mul_(0.01)
        made.output.bias[:3] = torch.tensor([0.8 - end, 0.2, end]).log()
    return FusedNetwork(arrays(made), SETTINGS)


def test_each_character_is_drawn_to_its_end():
    samples = batch(network(0.05), 300, 400, seed=1)
    lengths = np.array([len(s) - 1 for s in samples])
    assert all(ended(s) for s in samples) and len(set(lengths)) > 20
    np.testing.assert_allclose(lengths.mean(), 20, rtol=0.25)  # geometric
    for sample in samples:
        assert not sample[0].any()
        assert (sample[:-1, 2] < 2).all()
    # A sample is the same in every batch and for every limit.
    alone = batch(network(0.05), 1, 100, seed=1)[0]
    np.testing.assert_allclose(alone, samples[0][: len(alone)], atol=1e-4)


def test_drawing_stops_at_the_limit_and_no_later_than_all_have_ended():
    given_up = batch(network(1e-9), 2, 30, seed=1)
    assert [len(s) for s in given_up] == [31, 31] and not any(ended(s) for s in given_up)
    chance = np.stack([chances(1, i, 5000) for i in range(3)])
    written = write(network(0.5), chance)
    assert written.stopped.all() and written.length.max() < 60
    assert not written.steps[:, written.length.max() :].any()
    for steps, length in zip(written.steps, written.length, strict=True):
        assert (steps[: length - 1, 2] < 2).all() and steps[length - 1, 2] == 2


def test_a_primer_is_the_first_half_of_the_strokes():
    line = np.zeros((12, 3), np.float32)
    line[[2, 5, 8, 11], 2] = 1
    assert len(beginning(line)) == 6
    line[8, 2] = 0
    assert len(beginning(line)) == 6
    one_stroke = np.zeros((5, 3), np.float32)
    one_stroke[-1, 2] = 1
    assert len(beginning(one_stroke)) == 1


# Training


def lines() -> Lines:
    random = np.random.default_rng(0)
    steps = random.normal(size=(20, 3)).astype(np.float32)
    steps[:, 2] = 0
    steps[[3, 8, 14, 19], 2] = 1
    return Lines(steps, np.array([0, 9, 9, 20]), ["a", "b", "c"], [None] * 3)


def test_the_last_step_of_a_sample_ends_it_and_is_never_read():
    plain, marked = lines(), lines().with_ends()
    assert np.flatnonzero(marked.steps[:, 2] == 2).tolist() == [8, 19]
    assert (plain.steps[:, 2] < 2).all()
    whole = Batch(np.array([0, 2]), np.array([0, 0]), plain.n_steps[[0, 2]])
    x, y, _ = gather(marked, whole)
    assert x[..., 2].max() == 1
    assert (y[..., 2] == 2).sum() == 2 and y[0, 7, 2] == 2 and y[1, 9, 2] == 2
    part = gather(marked, Batch(np.array([2]), np.array([1]), np.array([6])))
    assert part[1][..., 2].max() == 1


def test_jitter_moves_inputs_and_not_targets():
    x, y, _ = gather(lines(), Batch(np.array([0, 2]), np.array([0, 0]), np.array([8, 8])))
    read, target = jittered(x, y, 0.1, np.random.default_rng(1))
    moved = np.cumsum(read - x, 1)[..., :2]
    assert not moved[:, 0].any() and 0.05 < moved[:, 1:].std() < 0.2
    np.testing.assert_allclose(np.cumsum(read, 1) + target, np.cumsum(x, 1) + y, atol=1e-5)
    np.testing.assert_array_equal(read[..., 2], x[..., 2])


def test_settings_that_do_not_fit_are_refused():
    with pytest.raises(ValidationError, match="pen_states"):
        NetworkSettings.model_validate({"pen_states": 4})
    with pytest.raises(ValidationError, match="pen_states 3 is for kind prediction only"):
        NetworkSettings.model_validate({"pen_states": 3, "kind": "synthesis"})
    with pytest.raises(ValidationError, match="jitter is for networks that draw"):
        NetworkSettings.model_validate({"kind": "recognition", "train": {"jitter": 0.1}})
