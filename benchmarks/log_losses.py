"""Log-losses of networks of ink on whole lines, in three scales, as JSON.

    python benchmarks/log_losses.py MODEL ... --data results/iam --out losses.json

The scales: that of Graves (2013), one standard deviation per axis; that of Chung et al. (2015), one
standard deviation of 56.04462 for both axes; and tablet units. Each is given for all lines, and for
those of 300 points or more (Ha et al. 2016). The lines are cleaned by the same filter in all.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas

from pentrace.evaluate.table import ONE_SD

LONG = 300  # points


def measured(model: Path, data: Path, split: str, device: str) -> pandas.DataFrame:
    """The table `lines` of `pentrace evaluate`: a row for each line."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "lines.parquet"
        files = ("--out-metrics", f"{folder}/metrics.json", "--out-lines", str(table))
        given = ("--splits", split, "--generated-lines", "0", "--device", device)
        words = ("--model", str(model), "--data", str(data), *files, *given)
        subprocess.run([sys.executable, "-m", "pentrace", "evaluate", *words], check=True)
        return pandas.read_parquet(table)


def means(lines: pandas.DataFrame) -> dict:
    """Mean log-losses of lines in the three scales, nats per sequence; and the lines and points."""
    points = lines.n_steps + 1  # the first point is given
    groups = {"all": lines, "300 points or more": lines[points >= LONG]}
    return {
        name: {
            "lines": len(group),
            "predicted points": int(group.n_steps.sum()),
            "sd per axis": group.log_loss.mean(),
            "one sd": (group.log_loss_raw - 2 * math.log(ONE_SD) * group.n_steps).mean(),
            "tablet units": group.log_loss_raw.mean(),
        }
        for name, group in groups.items()
        if len(group)
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path, nargs="+", metavar="MODEL")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", default="validation")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    rows = [
        {
            "model": str(model),
            "split": given.split,
            **means(measured(model, given.data, given.split, given.device)),
        }
        for model in given.models
    ]
    text = json.dumps(rows, indent=2)
    given.out.write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
