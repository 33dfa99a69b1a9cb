"""A campaign of damaged files against every reader, table and model file of Pentrace.

    python benchmarks/campaign --seed 1 --count 100000

Each case damages a valid file and gives it to the code that reads such files. The result is right,
if it is what an independent plain parse of the same bytes gives, or what the undamaged file gives;
or rejected, with a reason. Everything else is a fault: wrong (other values, or a loss that is not
reported), crashed (any other exception), slow (more than 2 s of the processor) or large (more than
500 MB). The same seed gives the same cases. The exit status is 1 if there is a fault.

--kind and --number repeat one case; --keep FILE saves its damaged file.
"""

import sys
import time
from collections import Counter
from pathlib import Path

import archives
import click
import models
import stages
import styles
from kinds import STATUSES, Kind
from worker import Result, results

import readers

KINDS: tuple[Kind, ...] = (
    *readers.KINDS, *archives.KINDS, *stages.KINDS, *models.KINDS, *styles.KINDS,
)  # fmt: skip
SHOWN = 10  # faults of a kind that are printed


@click.command()
@click.option("--seed", default=1, show_default=True)
@click.option("--count", default=1000, show_default=True, help="Number of cases in all.")
@click.option("--kind", "kinds", multiple=True, help="Only these kinds.")
@click.option("--number", type=int, help="Only this case of the kind.")
@click.option("--keep", type=click.Path(path_type=Path), help="Save the last damaged file.")
def main(
    seed: int, count: int, kinds: tuple[str, ...], number: int | None, keep: Path | None
) -> None:
    """Damage files at random, and see what becomes of them."""
    chosen = [kind for kind in KINDS if not kinds or kind.name in kinds]
    total = sum(kind.share for kind in chosen)
    head = ["tried", *STATUSES, "s", "max s", "max MB"]
    print(f"{'':24}" + "".join(f"{name:>10}" for name in head), flush=True)
    rows = []
    for kind in chosen:
        cases = round(count * kind.share / total)
        numbers = range(cases) if number is None else range(number, number + 1)
        rows.append(_row(kind, seed, numbers, keep))
        _print(kind.name, rows[-1])
    _print("all", _sum(rows))
    faults = sum(row.get(status, 0) for row in rows for status in STATUSES[2:])
    sys.exit(1 if faults else 0)


def _row(kind: Kind, seed: int, numbers: range, keep: Path | None) -> dict[str, float]:
    """The counts of one kind; its first faults are printed."""
    row: Counter[str] = Counter()
    longest, largest, begin, shown = 0.0, 0, time.perf_counter(), 0
    for result in results(kind, seed, numbers):
        row[result.outcome.status] += 1
        row["s"] += result.seconds  # type: ignore[assignment]
        longest, largest = max(longest, result.seconds), max(largest, result.memory)
        if result.outcome.status in STATUSES[2:] and shown < SHOWN:
            shown += 1
            _show(kind, result)
        if keep is not None:
            keep.write_bytes(result.outcome.content)
        if len(numbers) == 1:
            print(result.outcome.status, result.outcome.detail)
    return {**row, "tried": len(numbers), "max s": longest, "max MB": largest / 1e6,
            "wall": time.perf_counter() - begin}  # fmt: skip


def _show(kind: Kind, result: Result) -> None:
    print(f"  {kind.name} {result.number} {result.outcome.status}: {result.outcome.detail}")


def _print(name: str, row: dict[str, float]) -> None:
    counts = "".join(f"{int(row.get(key, 0)):10,}" for key in ("tried", *STATUSES))
    print(f"{name:24}{counts}{row['s']:10.1f}{row['max s']:10.2f}{row['max MB']:10.0f}", flush=True)


def _sum(rows: list[dict[str, float]]) -> dict[str, float]:
    keys = ("tried", *STATUSES, "s")
    most = {key: max(row[key] for row in rows) for key in ("max s", "max MB")}
    return {key: sum(row.get(key, 0) for row in rows) for key in keys} | most


if __name__ == "__main__":
    main()
