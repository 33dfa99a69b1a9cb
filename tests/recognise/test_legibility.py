"""The benchmark of legibility gives a judge the ink in its own units."""

import numpy as np
from benchmarks.legibility import converted

from pentrace.normalise.recipes import from_offsets
from tests.helpers import small_model
from tests.helpers.small_model import NORMALISATION

SETTINGS = {"recipe": "line-height", "resample": "arc", "spacing": 0.05}
IN_LINE_HEIGHTS = {**NORMALISATION, "recipe": "line-height", "mean": [0.0, 0.0], "sd": [0.05, 0.04],
                   "settings": SETTINGS}  # fmt: skip


def test_ink_keeps_its_size_in_other_offsets() -> None:
    steps = small_model.line(3)
    assert converted(steps, NORMALISATION, NORMALISATION) is steps
    other = {**NORMALISATION, "mean": [1.0, -2.0], "sd": [17.0, 23.0]}
    found = converted(steps, NORMALISATION, other)
    assert not np.allclose(found, steps)
    ours, theirs = from_offsets(steps, NORMALISATION), from_offsets(found, other)
    np.testing.assert_allclose(theirs, ours, atol=0.01)
    np.testing.assert_array_equal(found[:, 2], steps[:, 2])


def test_ink_in_tablet_units_becomes_ink_in_line_heights() -> None:
    found = converted(small_model.line(3), NORMALISATION, IN_LINE_HEIGHTS)
    y = from_offsets(found, IN_LINE_HEIGHTS)[1]
    assert 0.8 < np.subtract(*np.percentile(y, [95, 5])) < 1.2
