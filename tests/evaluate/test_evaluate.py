"""Measures on complete lines, against a plain float64 loop and against analytic values."""

import copy
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal
from torch import Tensor

from pentrace.evaluate import baseline, distributions, measures, table
from pentrace.evaluate import line_losses as lines
from pentrace.evaluate.measures import Sums
from pentrace.networks.prediction import PredictionNetwork
from pentrace.networks.settings import NetworkSettings
from pentrace.windows.batches import Lines

SETTINGS = NetworkSettings.model_validate({"layers": 2, "hidden": 10, "components": 3})


@pytest.fixture(scope="module")
def network() -> PredictionNetwork:
    torch.manual_seed(4)
    made = PredictionNetwork(SETTINGS).eval()
    with torch.no_grad():
        for weight in made.parameters():
            weight.mul_(2)  # away from 0, so that the state matters
    return made


def ink(lengths: list[int], seed: int = 0) -> Lines:
    """Random normalised lines."""
    random = np.random.default_rng(seed)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(int)
    steps = random.normal(size=(starts[-1], 3)).astype(np.float32)
    steps[:, 2] = steps[:, 2] > 1
    steps[starts[:-1][np.array(lengths) > 0], :2] = 0
    names = [f"line-{i}" for i in range(len(lengths))]
    return Lines(steps, starts, names, [None] * len(lengths))


def plain_line(network: PredictionNetwork, line: np.ndarray) -> tuple[float, float, int]:
    """Log-loss, squared error and right ends of one line: the textbook, a step at a time."""
    with torch.no_grad():
        raw = copy.deepcopy(network).double()(torch.from_numpy(line[None, :-1]).double())[0][0]
    loss, error, right = 0.0, 0.0, 0
    for row, (dx, dy, ended) in zip(raw.numpy(), line[1:].astype(float), strict=True):
        end, w, x, y, sx, sy, rho = np.split(row, np.cumsum([1, 3, 3, 3, 3, 3]))
        weight = np.exp(w) / np.exp(w).sum()
        sx, sy, rho = np.exp(sx), np.exp(sy), np.tanh(rho)
        density = sum(
            weight[j]
            * multivariate_normal(
                [x[j], y[j]],
                [[sx[j] ** 2, rho[j] * sx[j] * sy[j]], [rho[j] * sx[j] * sy[j], sy[j] ** 2]],
            ).pdf([dx, dy])
            for j in range(3)
        )
        chance = 1 / (1 + math.exp(-end[0]))
        loss -= math.log(density) + math.log(chance if ended else 1 - chance)
        error += (weight @ x - dx) ** 2 + (weight @ y - dy) ** 2
        right += (chance > 0.5) == bool(ended)
    return loss, error, right


def close(first: Sums, second: Sums, tolerance: float = 1e-6) -> None:
    for a, b in zip(first, second, strict=True):
        torch.testing.assert_close(a, b, rtol=tolerance, atol=tolerance)


def test_equals_a_plain_loop_over_whole_lines(network: PredictionNetwork) -> None:
    made = ink([40, 2, 90, 25])
    sums = lines.measure(network, made, np.arange(4), batch_size=3, chunk=16)
    plain = [plain_line(network, made[i]) for i in range(4)]
    assert sums.steps.tolist() == [39, 1, 89, 24]
    measured = torch.stack([sums.log_loss, sums.squared_error, sums.correct], 1).numpy()
    np.testing.assert_allclose(measured, plain, rtol=1e-5)


@pytest.mark.parametrize(("batch_size", "chunk"), [(1, 1000), (2, 7), (5, 1), (100, 33)])
def test_batches_and_chunks_change_nothing(
    network: PredictionNetwork, batch_size: int, chunk: int
) -> None:
    made = ink([40, 2, 90, 25, 61, 3])
    chosen = np.array([0, 2, 3, 4, 5, 1])
    whole = lines.measure(network, made, chosen, batch_size=6, chunk=1000)
    parts = lines.measure(network, made, chosen, batch_size=batch_size, chunk=chunk)
    close(parts, whole, 1e-5)


def test_state_is_carried_over_chunks(network: PredictionNetwork) -> None:
    made = ink([60])
    carried = lines.measure(network, made, np.array([0]), chunk=10)

    def forgetful(x: Tensor, _state: object) -> tuple[Tensor, None]:
        return network(x)[0], None

    forgotten = lines.measure(forgetful, made, np.array([0]), chunk=10)
    assert abs(float(carried.log_loss - forgotten.log_loss)) > 0.01


def test_known_gaussians_give_the_analytic_value() -> None:
    # Steps are drawn from the density that is predicted: the loss is its entropy.
    random = np.random.default_rng(1)
    covariance = np.array([[0.04, 0.03], [0.03, 0.09]])
    count, rate = 100_000, 0.1
    steps = np.zeros((count + 1, 3), np.float32)
    steps[1:, :2] = random.multivariate_normal([0.5, -1.0], covariance, count)
    steps[1:, 2] = random.random(count) < rate
    rho = 0.03 / math.sqrt(0.04 * 0.09)
    raw = [math.log(rate / (1 - rate)), 0, 0.5, -1.0, math.log(0.2), math.log(0.3), np.arctanh(rho)]
    known = baseline.Constant(torch.tensor(raw, dtype=torch.float64))
    line = Lines(steps, np.array([0, count + 1]), ["known"], [None])
    sums = lines.measure(known, line, np.array([0]), chunk=5000)
    gaussian = math.log(2 * math.pi * math.e) + math.log(np.linalg.det(covariance)) / 2
    bernoulli = -rate * math.log(rate) - (1 - rate) * math.log(1 - rate)
    error = 5 / math.sqrt(count)
    assert float(sums.log_loss) / count == pytest.approx(gaussian + bernoulli, abs=error)
    assert float(sums.squared_error) / count == pytest.approx(0.13, abs=error)
    assert float(sums.correct) / count == pytest.approx(1 - rate, abs=error)
    assert measures.calibration(sums.bins)["expected_calibration_error"] < error


def test_raw_units_by_change_of_variables(network: PredictionNetwork) -> None:
    """The same density written for steps in tablet units gives the loss in tablet units."""
    made = ink([30, 50])
    mean, sd = np.array([8.0, -1.0]), np.array([35.0, 20.0])
    tablet = made.steps.astype(np.float64)
    tablet[:, :2] = tablet[:, :2] * sd + mean

    def in_tablet_units(x: Tensor, state: object) -> tuple[Tensor, object]:
        normalised = x.double()
        normalised[..., :2] = (normalised[..., :2] - torch.from_numpy(mean)) / torch.from_numpy(sd)
        raw, state = network(normalised.float(), state)
        parts = list(raw.double().split([1, 3, 3, 3, 3, 3, 3], -1))
        for axis in (0, 1):
            parts[2 + axis] = parts[2 + axis] * sd[axis] + mean[axis]
            parts[4 + axis] = parts[4 + axis] + math.log(sd[axis])
        return torch.cat(parts, -1), state

    chosen = np.arange(2)
    converted = table.raw_log_loss(
        lines.measure(network, made, chosen), np.full(2, np.log(sd).sum())
    )
    direct = lines.measure(in_tablet_units, replace(made, steps=tablet.astype(np.float32)), chosen)
    np.testing.assert_allclose(converted, direct.log_loss.numpy(), rtol=1e-5)


def test_choice_of_lines_leaves_out_those_without_a_step() -> None:
    made = ink([5, 1, 0, 7, 2, 9])
    assert lines.choose(made, None, 1).tolist() == [0, 3, 4, 5]
    some = lines.choose(made, 2, 1)
    assert len(some) == 2 and set(some) <= {0, 3, 4, 5}
    assert (some == lines.choose(made, 2, 1)).all()


def test_no_lines_give_empty_sums(network: PredictionNetwork) -> None:
    made = ink([])
    sums = lines.measure(network, made, np.zeros(0, int))
    assert len(sums.log_loss) == 0 and float(sums.bins.sum()) == 0


def test_reliability_bins_by_hand() -> None:
    probability = torch.tensor([0.05, 0.05, 0.25, 1.0], dtype=torch.float64)
    ended = torch.tensor([0.0, 1.0, 0.0, 1.0], dtype=torch.float64)
    result = measures.calibration(measures.reliability_sums(probability, ended))
    assert [b["steps"] for b in result["bins"]] == [2, 0, 1, 0, 0, 0, 0, 0, 0, 1]
    assert result["bins"][0]["share_of_ends"] == 0.5
    assert result["bins"][1]["mean_probability"] is None
    assert result["expected_calibration_error"] == pytest.approx((2 * 0.45 + 0.25) / 4)
    assert result["brier"] == pytest.approx((0.05**2 + 0.95**2 + 0.25**2) / 4)


def test_baseline_of_one_gaussian_is_the_fitted_gaussian() -> None:
    random = np.random.default_rng(2)
    steps = np.column_stack(
        [random.multivariate_normal([1, 2], [[2, 0.5], [0.5, 1]], 4000), random.random(4000) < 0.05]
    ).astype(np.float32)
    loss = measures.sums(
        baseline.fit(steps, 1, 1)(torch.zeros(1, 4000, 3))[0],
        torch.from_numpy(steps)[None],
        torch.ones(1, 4000, dtype=torch.bool),
    ).log_loss
    fitted = multivariate_normal(steps[:, :2].mean(0), np.cov(steps[:, :2].T, bias=True))
    rate = steps[:, 2].mean()
    bernoulli = np.where(steps[:, 2] > 0, np.log(rate), np.log(1 - rate))
    assert float(loss) == pytest.approx(-(fitted.logpdf(steps[:, :2]) + bernoulli).sum(), rel=1e-3)


def test_baseline_mixture_beats_the_gaussian_and_is_reproducible() -> None:
    random = np.random.default_rng(3)
    narrow, wide = random.normal(0, 0.05, (900, 2)), random.normal(0, 3, (100, 2))
    steps = np.column_stack([np.concatenate([narrow, wide]), np.zeros(1000)]).astype(np.float32)
    fits = [baseline.fit(steps, k, 1) for k in (1, 4, 4)]
    mask = torch.ones(1, 1000, dtype=torch.bool)
    gaussian, mixture, again = (
        float(measures.sums(f(torch.zeros(1, 1000, 3))[0], torch.from_numpy(steps)[None], mask)[1])
        for f in fits
    )
    assert mixture < gaussian - 1000
    assert mixture == again


def test_stroke_values_by_hand() -> None:
    three_points_a_dot_and_an_open_stroke = [
        *([0, 0, 0], [3, 4, 0], [0, 1, 1]),
        *([9, 9, 1], [1, 0, 0], [2, 0, 0]),
    ]
    a_dot_and_two_points = [[0, 0, 1], [5, 0, 0], [0, 2, 1]]
    steps = np.array([*three_points_a_dot_and_an_open_stroke, *a_dot_and_two_points], np.float32)
    found = distributions.values(steps, np.array([0, 6, 9]), 0.01)
    assert found["stroke_points"].tolist() == [3, 1, 1, 2]
    assert found["stroke_length"].tolist() == [6, 0, 0, 2]
    assert found["speed"].tolist() == pytest.approx([500, 100, 200, 200])
    assert found["dx"].tolist() == [3, 0, 9, 1, 2, 5, 0]
    assert not len(distributions.values(steps, np.array([0, 6, 9]), math.nan)["speed"])


def test_distances_are_zero_for_the_same_and_known_for_a_shift() -> None:
    made = ink([300, 200])
    real = distributions.values(made.steps, made.starts, 0.01)
    shifted = {**real, "dx": real["dx"] + 2}
    result = distributions.compare(real, shifted, real)
    assert result["dy"]["wasserstein"] == 0
    assert result["dx"]["wasserstein"] == pytest.approx(2)
    assert result["dx"]["wasserstein_sd_real"] == 0
    histogram = result["dx"]["histogram"]
    assert sum(histogram["real"]) + histogram["real_outside"] == pytest.approx(1)
    assert distributions.compare(real, {**real, "dx": np.zeros(0)}, None)["dx"] is None


def test_role_of_a_split_names_the_splits_trained_on() -> None:
    settings = NetworkSettings.model_validate({"train": {"train_on": ["train", "test"]}})
    roles = [table.role(s, settings) for s in ("train", "validation", "validation2", "test")]
    assert roles == ["training", "early stopping", "unseen", "training"]
