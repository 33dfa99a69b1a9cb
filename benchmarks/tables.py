"""The workflow from raw recordings to windows: time, peak memory of a job, no-op start.

    python benchmarks/tables.py data/raw/iam      # IAM-OnDB, archives or trees
    python benchmarks/tables.py                   # synthetic lines, and four times as many

Memory does not grow if the second of two sizes needs no more than the first.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
LINKED = ("Snakefile", "workflow", "src", "profiles", "config.yaml")


def main() -> None:
    raw = [Path(word).resolve() for word in sys.argv[1:]]
    cases: list[tuple[str, dict, dict]] = [(str(path), {"raw": str(path)}, {}) for path in raw] or [
        (f"{writers} synthetic writers", {}, {"writers": writers}) for writers in (28, 112)
    ]
    print(f"{'data':<40} {'tables':>9} {'CPU':>9} {'no-op':>9} {'peak of a job':>14}")
    for name, dataset, demo in cases:
        # A separate process, so that the peak is that of this case only.
        if os.fork() == 0:
            measure(name, dataset, demo)
            os._exit(0)
        os.wait()


def measure(name: str, dataset: dict, demo: dict) -> None:
    """Print one row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        for part in LINKED:
            (Path(folder) / part).symlink_to(ROOT / part)
        config = {"run": ["iam" if dataset else "demo-iam"], "demo": demo}
        config["datasets"] = {"iam": dataset} if dataset else {}
        (Path(folder) / "case.json").write_text(json.dumps(config))
        first, cpu, second = tables(folder), cpu_time(), tables(folder)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{name:<40.40} {first:7.1f} s {cpu:7.1f} s {second:7.1f} s {peak:10.0f} MiB", flush=True)


def cpu_time() -> float:
    """CPU seconds of all processes that this one has started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def tables(folder: str) -> float:
    """Seconds that `snakemake tables` takes in `folder`."""
    start = time.perf_counter()
    words = ["--cores", "2", "--quiet", "all", "--configfile", "case.json", "--", "tables"]
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", *words], cwd=folder, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(done.stderr)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
