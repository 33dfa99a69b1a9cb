"""Each preset that needs no files of the user gives a complete plan of jobs."""

import pytest

from tests.helpers.checkout import ROOT, Checkout
from tests.helpers.processes import python

# Recordings or a text have to be put into data/raw first.
NEED_FILES = {"real", "transfer", "recogniser-iam", "night"}
PRESETS = sorted(path.stem for path in (ROOT / "workflow/presets").glob("*.yaml"))


@pytest.mark.slow
@pytest.mark.parametrize("preset", [p for p in PRESETS if p not in NEED_FILES])
def test_a_preset_can_be_planned(checkout: Checkout, preset: str) -> None:
    planned = checkout.rules("-n", "--configfile", f"workflow/presets/{preset}.yaml")
    assert "all" in planned and "report" in planned


@pytest.mark.parametrize(("resources", "processes"), [("nodes=1", 4), ("cores=2", 2)])
def test_a_network_has_a_process_for_each_part_where_no_cores_are_given(
    checkout: Checkout, resources: str, processes: int
) -> None:
    # On a cluster, Snakemake is given a number of jobs, and no number of cores.
    program = (
        "from argparse import Namespace; from pathlib import Path\n"
        "from snakemake.api import SnakemakeApi\n"
        "from snakemake.settings.types import ConfigSettings, ResourceSettings\n"
        "config = ConfigSettings({'networks': {'synthesis': {'train': {'parts': 4}}}})\n"
        "with SnakemakeApi() as api:\n"
        f"    cores, file = ResourceSettings({resources}), Path('Snakefile')\n"
        "    plan = api.workflow(cores, config, snakefile=file)\n"
        "    count = plan._workflow.globals['processes']\n"
        "    print('processes:', count(Namespace(network='synthesis')))"
    )
    done = python("-c", program, folder=checkout.folder)
    assert f"processes: {processes}" in done.stdout.splitlines()
