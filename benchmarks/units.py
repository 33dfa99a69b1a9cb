"""Give the tables of a data set the units of a network, so that it can be trained further on them.

    python benchmarks/units.py --data results-pretrained-style/demo-iam [--model pretrained]

It replaces the mean and the standard deviation in normalisation.json. Then build the tables again:
snakemake makes what depends on this file.
"""

import argparse
from pathlib import Path

from pentrace.files import read_json, write_json
from pentrace.networks.model_file import read
from pentrace.normalise.units import UNITS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=Path("pretrained"))
    given = parser.parse_args()
    units = read(given.model, "np")[2]
    path = given.data / "normalisation.json"
    write_json(path, {**read_json(path), **{key: units[key] for key in UNITS}})


if __name__ == "__main__":
    main()
