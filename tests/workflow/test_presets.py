"""Each preset that needs no files of the user gives a complete plan of jobs."""

import pytest

from tests.helpers.checkout import ROOT, Checkout

# Recordings or a text have to be put into data/raw first.
NEED_FILES = {"real", "transfer", "recogniser-iam"}
PRESETS = sorted(path.stem for path in (ROOT / "workflow/presets").glob("*.yaml"))


@pytest.mark.slow
@pytest.mark.parametrize("preset", [p for p in PRESETS if p not in NEED_FILES])
def test_a_preset_can_be_planned(checkout: Checkout, preset: str) -> None:
    planned = checkout.rules("-n", "--configfile", f"workflow/presets/{preset}.yaml")
    assert "all" in planned and "report" in planned
