"""The workflow from raw recordings to windows: CPU time and peak memory of its jobs, no-op start.

    python benchmarks/tables.py data/raw/iam          # IAM-OnDB, archives or trees
    python benchmarks/tables.py data/raw/iam big/iam  # compared with a larger one
    python benchmarks/tables.py                       # synthetic lines, and four times as many

Memory does not grow if the second of two sizes needs no more than the first. TMPDIR has the tables.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
LINKED = ("workflow", "src", "profiles", "config.yaml")
# The workflow, with a `pentrace` that comes before the real one and writes down what it used.
SNAKEFILE = f"""
include: "{ROOT}/Snakefile"
shell.prefix(shell._process_prefix + "export PATH=$PWD/bin:$PATH; ")
"""
MEASURED = f"""#!{sys.executable} -S
import os, sys
real = [{sys.executable!r}, "-m", "pentrace", *sys.argv[1:]]
child = os.spawnv(os.P_NOWAIT, real[0], real)
_, status, used = os.wait4(child, 0)
row = f"{{sys.argv[1]}} {{used.ru_utime + used.ru_stime}} {{used.ru_maxrss}}\\n"
with open(os.path.dirname(sys.argv[0]) + "/../jobs", "a") as file:
    file.write(row)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("raw", type=Path, nargs="*", help="folder of IAM-OnDB; else synthetic")
    raw = [path.resolve() for path in parser.parse_args().raw]
    cases: list[tuple[str, dict, dict]] = [(str(path), {"raw": str(path)}, {}) for path in raw] or [
        (f"{writers} synthetic writers", {}, {"writers": writers}) for writers in (28, 112)
    ]
    for name, dataset, demo in cases:
        # A separate process, so that its children are those of this case only.
        if os.fork() == 0:
            measure(name, dataset, demo)
            os._exit(0)
        os.wait()


def measure(name: str, dataset: dict, demo: dict) -> None:
    """Print the table of one case: its stages, and two starts of the workflow."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        prepare(folder)
        config = {"run": ["iam" if dataset else "demo-iam"], "demo": demo}
        config["datasets"] = {"iam": dataset} if dataset else {}
        (folder / "case.json").write_text(json.dumps(config))
        first, cpu = tables(folder), cpu_time()
        second = tables(folder)
        print(f"\n{name}\n{'stage':<24}{'jobs':>6}{'CPU s':>10}{'peak MiB':>10}")
        for stage, used in by_stage(folder / "jobs").items():
            seconds, memory = sum(s for s, _ in used), max(m for _, m in used) / 1024
            print(f"{stage:<24}{len(used):>6}{seconds:>10.1f}{memory:>10.0f}")
    print(f"all: {first:.1f} s, {cpu:.1f} s of CPU time")
    print(f"start without jobs: {second:.1f} s, {cpu_time() - cpu:.1f} s of CPU time", flush=True)


def prepare(folder: Path) -> None:
    for part in LINKED:
        (folder / part).symlink_to(ROOT / part)
    (folder / "Snakefile").write_text(SNAKEFILE)
    (folder / "bin").mkdir()
    (folder / "bin/pentrace").write_text(MEASURED)
    (folder / "bin/pentrace").chmod(0o755)


def by_stage(path: Path) -> dict[str, list[tuple[float, int]]]:
    """CPU seconds and peak memory (KiB) of each job, by stage."""
    found: dict[str, list[tuple[float, int]]] = {}
    for line in path.read_text().splitlines():
        stage, seconds, memory = line.split()
        found.setdefault(stage, []).append((float(seconds), int(memory)))
    return found


def cpu_time() -> float:
    """CPU seconds of all processes that this one has started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def tables(folder: Path) -> float:
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
