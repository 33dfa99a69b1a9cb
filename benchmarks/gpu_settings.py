"""Print the settings of a network of gpu.yaml as JSON: gpu_settings.py NAME STEPS [--tiny]."""

import json
import sys
from pathlib import Path

import yaml

TINY = {"hidden": 8}


def settings(name: str, steps: int, tiny: bool) -> dict:
    """The settings of network `name` for a run of `steps`, with a dozen validations."""
    networks = yaml.safe_load(Path(__file__).with_name("gpu.yaml").read_text())
    found = networks["networks"][name]
    every = max(1, steps // 12)
    found["train"] |= {"steps": steps, "validate_every": every, "checkpoint_every": every}
    if tiny:
        found |= TINY
        found["train"] |= {"batch_size": 4, "warmup": 0}
    return found


if __name__ == "__main__":
    print(json.dumps(settings(sys.argv[1], int(sys.argv[2]), "--tiny" in sys.argv)))
