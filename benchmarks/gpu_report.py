"""Results of a step of gpu.sh as JSON.

python benchmarks/gpu_report.py tests tests.xml tests.json
python benchmarks/gpu_report.py history history.parquet train.json
"""

import argparse
import json
from pathlib import Path

import pandas
import torch
from lxml import etree


def tests(report: Path) -> dict:
    """Numbers of tests of a JUnit file, and the names of those that failed."""
    suite = etree.parse(report).find("testsuite")
    assert suite is not None
    counts = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
    failed = [
        f"{case.get('classname')}.{case.get('name')}"
        for case in suite.iterfind("testcase")
        if case.find("failure") is not None or case.find("error") is not None
    ]
    return {**counts, "failed": failed}


def history(table: Path) -> dict:
    """The best validation of a training, in nats per point, and all of them."""
    rows = pandas.read_parquet(table)
    best = int(rows.validation_loss.argmin())
    return {
        "best_step": int(rows.step[best]),
        "best_validation_loss": float(rows.validation_loss[best]),
        "rows": json.loads(rows.to_json(orient="records")),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("tests", "history"))
    parser.add_argument("given", type=Path, help="JUnit file, or history of a training")
    parser.add_argument("out", type=Path, help="JSON file to write")
    arguments = parser.parse_args()
    made = (tests if arguments.what == "tests" else history)(arguments.given)
    cuda = torch.cuda.is_available()
    device = torch.cuda.get_device_name() if cuda else "CPU"
    made = {"device": device, "torch": torch.__version__, **made}
    arguments.out.write_text(json.dumps(made, indent=2) + "\n")


if __name__ == "__main__":
    main()
