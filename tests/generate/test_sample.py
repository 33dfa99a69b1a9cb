"""Drawing from a network: statistics of the draws, the carried state, seeds and primers."""

import numpy as np
import pytest
import torch

from pentrace.errors import PentraceError
from pentrace.generate.conditional import choose_texts, generate_from_text
from pentrace.generate.ink_loop import draw
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.random_numbers import chances
from pentrace.generate.settings import SampleSettings
from pentrace.generate.unconditional import batch
from pentrace.networks.prediction import PredictionNetwork
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import arrays
from pentrace.windows.lines import Lines
from tests.helpers.small_synthesis import steady

N = 200_000
ERROR = 5 / np.sqrt(N)  # five standard errors of a mean of unit variance


def raw_of(
    weights: list[float],
    mean: list[tuple[float, float]],
    sd: list[tuple[float, float]],
    rho: list[float],
    end: float = 0.5,
) -> np.ndarray:
    """Raw outputs (6M + 1,) that ask for the given mixture."""
    parts = [
        [np.log(end / (1 - end))],
        np.log(weights),
        np.transpose(mean).ravel(),
        np.log(np.transpose(sd)).ravel(),
        np.arctanh(rho),
    ]
    return np.concatenate(parts).astype(np.float32)


def many(raw: np.ndarray, bias: float = 0.0, seed: int = 1) -> np.ndarray:
    return draw(np.tile(raw, (N, 1)), chances(seed, 0, N), bias).astype(float)


@pytest.mark.parametrize("rho", [-0.95, 0.0, 0.6, 0.999])
def test_mean_sd_and_correlation_are_those_asked_for(rho: float) -> None:
    steps = many(raw_of([1.0], [(3.0, -2.0)], [(0.1, 2.5)], [rho]))
    np.testing.assert_allclose(steps[:, 0].mean(), 3.0, atol=ERROR * 0.1)
    np.testing.assert_allclose(steps[:, 1].mean(), -2.0, atol=ERROR * 2.5)
    np.testing.assert_allclose(steps[:, :2].std(axis=0), [0.1, 2.5], rtol=2 * ERROR)
    np.testing.assert_allclose(np.corrcoef(steps[:, :2].T)[0, 1], rho, atol=ERROR)


def test_components_are_chosen_by_weight() -> None:
    weights = [0.5, 0.2, 0.05, 0.25]
    apart = [(-10.0, 0.0), (0.0, 10.0), (10.0, 0.0), (0.0, -10.0)]
    steps = many(raw_of(weights, apart, [(0.1, 0.1)] * 4, [0.0] * 4))
    nearest = np.linalg.norm(steps[:, None, :2] - np.array(apart), axis=2).argmin(axis=1)
    np.testing.assert_allclose(np.bincount(nearest) / N, weights, atol=ERROR)


def test_end_of_stroke_is_drawn_not_thresholded() -> None:
    ends = many(raw_of([1.0], [(0.0, 0.0)], [(1.0, 1.0)], [0.0], end=0.03))[:, 2]
    assert set(np.unique(ends)) == {0.0, 1.0}
    np.testing.assert_allclose(ends.mean(), 0.03, atol=ERROR)


def test_component_offset_and_end_do_not_depend_on_one_another() -> None:
    steps = many(raw_of([0.5, 0.5], [(-50.0, 0.0), (50.0, 0.0)], [(1.0, 1.0)] * 2, [0.0] * 2))
    side = np.sign(steps[:, 0])
    columns = [side, steps[:, 0] - 50 * side, steps[:, 1], steps[:, 2]]
    correlation = np.corrcoef(columns)
    np.testing.assert_allclose(correlation, np.eye(4), atol=ERROR)


@pytest.mark.parametrize("bias", [0.5, 2.0])
def test_bias_sharpens_weights_and_narrows_sd(bias: float) -> None:
    weights = np.array([0.6, 0.3, 0.1])
    apart = [(-40.0, 0.0), (0.0, 40.0), (40.0, 0.0)]
    raw = raw_of(weights.tolist(), apart, [(1.0, 3.0)] * 3, [0.7] * 3, end=0.2)
    steps = many(raw, bias)
    nearest = np.linalg.norm(steps[:, None, :2] - np.array(apart), axis=2).argmin(axis=1)
    sharp = weights ** (1 + bias) / (weights ** (1 + bias)).sum()
    np.testing.assert_allclose(np.bincount(nearest, minlength=3) / N, sharp, atol=ERROR)
    around = (steps[:, :2] - np.array(apart)[nearest])[nearest == 0]
    np.testing.assert_allclose(around.std(axis=0), np.exp(-bias) * np.array([1, 3]), rtol=0.02)
    np.testing.assert_allclose(np.corrcoef(around.T)[0, 1], 0.7, atol=0.01)
    np.testing.assert_allclose(steps[:, 2].mean(), 0.2, atol=ERROR)


def test_impossible_ends_and_components_are_never_drawn() -> None:
    raw = np.zeros(13, np.float32)
    raw[0], raw[1], raw[2] = -200.0, -300.0, 300.0
    raw[3], raw[4] = 5.0, -5.0  # mean x
    raw[7:11] = -10.0
    chance = np.zeros((3, 4), np.float32)
    chance[0, 0] = 1e-16
    chance[1, [0, 3]] = chance[2, [0, 3]] = np.nextafter(np.float32(1), np.float32(0))
    steps = draw(np.tile(raw, (3, 1)), chance)
    assert (steps[:, 0] == -5).all()
    assert (steps[1:, 2] == 0).all()


@pytest.fixture(scope="module")
def network() -> PredictionNetwork:
    torch.manual_seed(3)
    settings = NetworkSettings.model_validate({"layers": 2, "hidden": 12, "components": 3})
    made = PredictionNetwork(settings).eval()
    with torch.no_grad():
        for weight in made.parameters():
            weight.mul_(2)  # away from 0, so that what was written before matters
    return made


def fused(network: PredictionNetwork) -> FusedNetwork:
    return FusedNetwork(arrays(network), network.settings)


def redrawn(network: PredictionNetwork, steps: np.ndarray, first: int, bias: float) -> np.ndarray:
    """The steps predicted after the steps (T, 3) from `first` on, by one run over all of them."""
    with torch.no_grad():
        raw, _ = network(torch.from_numpy(steps[None, :-1]))
    chance = chances(5, 0, len(steps) - first)
    return draw(raw[0, first - 1 :].numpy(), chance, bias)


def test_state_is_carried_sampling_equals_the_teacher_forced_run(
    network: PredictionNetwork,
) -> None:
    (steps,) = batch(fused(network), 1, 40, 5, 0.5)
    assert steps.shape == (41, 3) and not steps[0].any()
    again = redrawn(network, steps, 1, 0.5)
    np.testing.assert_allclose(again, steps[1:], atol=1e-4, rtol=1e-4)
    # The check has teeth: a network that forgets its state draws something else.
    with torch.no_grad():
        fed = torch.from_numpy(steps[:-1, None])
        forgetful = draw(network(fed)[0][:, 0].numpy(), chances(5, 0, 40), 0.5)
    assert np.abs(forgetful - steps[1:]).max() > 0.01


def test_the_complete_primer_is_read(network: PredictionNetwork) -> None:
    line = np.random.default_rng(0).normal(size=(17, 3)).astype(np.float32)
    line[:, 2] = line[:, 2] > 1
    (steps,) = batch(fused(network), 1, 5, 5, after=line)
    np.testing.assert_array_equal(steps[:17], line)
    again = redrawn(network, steps, 17, 0)
    np.testing.assert_allclose(again, steps[17:], atol=1e-4, rtol=1e-4)
    assert np.abs(steps[17:] - batch(fused(network), 1, 5, 5)[0][1:]).max() > 0.01


def test_primer_of_one_point_is_a_blank_start(network: PredictionNetwork) -> None:
    null = np.zeros((1, 3), np.float32)
    (given,) = batch(fused(network), 1, 5, 5, after=null)
    np.testing.assert_array_equal(given, batch(fused(network), 1, 5, 5)[0])


def test_same_seed_same_bytes_another_seed_another_hand(network: PredictionNetwork) -> None:
    first = np.stack(batch(fused(network), 2, 30, 5))
    assert first.tobytes() == np.stack(batch(fused(network), 2, 30, 5)).tobytes()
    assert np.abs(first - np.stack(batch(fused(network), 2, 30, 6))).max() > 0.01
    assert np.abs(first[0] - first[1]).max() > 0.01


def test_a_sample_does_not_depend_on_its_batch(network: PredictionNetwork) -> None:
    together = batch(fused(network), 7, 30, 5)
    for number in (0, 6):
        (alone,) = batch(fused(network), 1, 30, 5, first=number)
        np.testing.assert_allclose(alone, together[number], atol=1e-4)


def test_longer_ink_begins_as_the_shorter(network: PredictionNetwork) -> None:
    (long,), (short,) = (batch(fused(network), 1, steps, 5) for steps in (50, 20))
    np.testing.assert_array_equal(long[:21], short)


def test_damaged_network_is_refused(network: PredictionNetwork) -> None:
    broken = fused(network)
    broken.stack.bias = np.full_like(broken.stack.bias, np.nan)
    with pytest.raises(PentraceError, match="not finite"):
        batch(broken, 1, 3, 5)


def test_samples_of_texts_are_in_the_order_of_their_numbers(tmp_path):
    settings = SampleSettings(lines=101, bias=(0.5, 1.0), attempts=1)
    names = [s.name for s in generate_from_text(steady(tmp_path, pace=0.5), settings, ["a"], {})]
    assert names[:3] == ["bias-0.5-00", "bias-1-00", "bias-0.5-01"]
    assert names[-3:] == ["bias-1-99", "bias-0.5-100", "bias-1-100"]


def test_texts_that_cannot_be_written_are_named():
    network = NetworkSettings(kind="synthesis", alphabet=" ab")
    lines = Lines(np.zeros((2, 3), np.float32), np.array([0, 2]), ["x"], [None])
    with pytest.raises(PentraceError, match=r"^sample\.texts: .*seen z;.* reword sample\.texts$"):
        choose_texts(SampleSettings(texts=("az",)), lines, network)
    with pytest.raises(PentraceError, match=r"no validation line .* sample\.texts"):
        choose_texts(SampleSettings(), lines, network)
