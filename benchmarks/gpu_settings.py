"""Print the settings of a network of gpu.yaml as JSON."""

import argparse
import json
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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="a network of gpu.yaml")
    parser.add_argument("steps", type=int)
    parser.add_argument("--tiny", action="store_true", help="8 cells and batches of 4")
    given = parser.parse_args()
    print(json.dumps(settings(given.name, given.steps, given.tiny)))
