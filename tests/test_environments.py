"""The conda environment and the container have what pyproject.toml says."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
OF_CONDA = {"torch": "pytorch", "snakemake": "snakemake-minimal"}


def versions(requirements: list[str]) -> dict[str, str]:
    """Least version by package."""
    found = [re.fullmatch(r"([A-Za-z0-9_.-]+) ?>=([0-9.]+)", line) for line in requirements]
    return {match[1]: match[2] for match in found if match}


def test_the_conda_environment_has_all_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    listed = yaml.safe_load((ROOT / "workflow/envs/pentrace.yaml").read_text())["dependencies"]
    by_pip = next(item["pip"] for item in listed if isinstance(item, dict))
    found = versions([item for item in listed if isinstance(item, str)] + by_pip)
    assert found.pop("python") == project["requires-python"].removeprefix(">=")
    wanted = versions(project["dependencies"])
    assert found == {OF_CONDA.get(name, name): least for name, least in wanted.items()}


def test_the_container_copies_what_the_workflow_needs() -> None:
    copied = re.findall(r"^COPY (.*) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    assert {"Snakefile", "config.yaml", "profiles", "workflow", "src", "pyproject.toml"} <= names
    assert all((ROOT / name).exists() for name in names)
    allowed = (ROOT / ".dockerignore").read_text().split()
    assert names <= {line.removeprefix("!") for line in allowed}
