"""Equal error rates, with their intervals."""

import numpy as np
import pytest

from pentrace.signatures.equal_error import Scores, common, curve, equal_error, per_user


def scores(*values: float) -> np.ndarray:
    return np.array(values, float)


@pytest.mark.parametrize(
    ("genuine", "forged", "expected"),
    [
        (scores(1, 2), scores(3, 4), 0.0),
        (scores(3, 4), scores(1, 2), 1.0),
        (scores(1, 2, 3, 5), scores(4, 6, 7, 8), 0.25),
        (scores(1, 1), scores(1, 1), 0.5),  # no threshold tells them apart
        (scores(0, 1, 3), scores(1, 4), 0.4),  # between two thresholds
    ],
)
def test_equal_error(genuine: np.ndarray, forged: np.ndarray, expected: float) -> None:
    assert equal_error(genuine, forged) == pytest.approx(expected)


def test_it_does_not_depend_on_the_scale_or_the_order() -> None:
    random = np.random.default_rng(1)
    genuine, forged = random.normal(0, 1, 50), random.normal(1, 1, 70)
    rate = equal_error(genuine, forged)
    assert equal_error(np.exp(genuine[::-1]), np.exp(random.permutation(forged))) == rate


def test_both_errors_end_at_zero_and_one() -> None:
    rejected, accepted = curve(scores(1, 3), scores(2, 4))
    assert list(rejected) == [1, 0.5, 0.5, 0, 0]
    assert list(accepted) == [0, 0, 0.5, 0.5, 1]


def test_a_threshold_for_each_user_is_at_least_as_good() -> None:
    # Forgeries of each user are distinguished without error, but at another threshold.
    one = Scores([scores(1, 2), scores(5, 6)], [scores(3, 4), scores(7, 8)])
    assert per_user([one, one]) == (0, 0, 0)
    rate = common([one, one])
    assert rate is not None
    assert rate.rate == pytest.approx(0.5)
    assert rate.low <= rate.rate <= rate.high


def test_without_forgeries_there_is_no_rate() -> None:
    assert common([]) is None
    assert per_user([]) is None
    assert np.isnan(equal_error(scores(1), scores()))
