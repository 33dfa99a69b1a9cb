"""Running cases in a separate process, which is killed after 2 s or at too much memory."""

import contextlib
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import NamedTuple

from kinds import Kind, Outcome, Run

SECONDS = 2.0  # of the processor, for one case
WAIT = 120.0  # s, for a case that waits without computing, on a machine with other work
MEMORY = 500_000_000  # bytes that are resident, with Python and its libraries
BEYOND = 2_000_000_000  # bytes of address space that a case may ask for


class Result(NamedTuple):
    """One case and what it cost."""

    number: int
    outcome: Outcome
    seconds: float  # of the processor
    memory: int  # most bytes that were resident


def results(kind: Kind, seed: int, numbers: range) -> Iterator[Result]:
    """The results of the cases `numbers` of one kind, in their order."""
    todo = list(numbers)
    while todo:
        ours, theirs = multiprocessing.Pipe(duplex=False)
        context = multiprocessing.get_context("fork")
        process = context.Process(target=_work, args=(theirs, kind, seed, todo))
        process.start()
        theirs.close()
        while todo:
            found = _next(ours)
            if found is None:
                process.kill()
                process.join()
                number = todo.pop(0)
                yield Result(number, _died(process.exitcode), SECONDS, 0)
                break
            todo.remove(found.number)
            yield found
        process.join()


def _next(pipe: Connection) -> Result | None:
    """The next result; None if the process has ended, or waits for too long."""
    try:
        return pipe.recv() if pipe.poll(WAIT) else None
    except EOFError:
        return None


def _died(code: int | None) -> Outcome:
    if code == -signal.SIGPROF:
        return Outcome("slow", f"more than {SECONDS:g} s")
    if code == -signal.SIGKILL:
        return Outcome("slow", f"no result after {WAIT:g} s, or killed for its memory")
    return Outcome("crashed", f"the process ended with status {code}")


def _work(pipe: Connection, kind: Kind, seed: int, numbers: list[int]) -> None:
    sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115  # until the process ends
    shared = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=shared) as folder:
        os.chdir(folder)
        run = kind.prepare(Path(folder))
        size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + BEYOND, size + BEYOND))
        for number in numbers:
            pipe.send(_one(run, kind.name, seed, number))


def _one(run: Run, name: str, seed: int, number: int) -> Result:
    Path("/proc/self/clear_refs").write_text("5")  # the peak of resident memory begins again
    begin = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, SECONDS)  # ends the process
    outcome = _outcome(run, Random(f"{seed}/{name}/{number}"))
    signal.setitimer(signal.ITIMER_PROF, 0)
    seconds, memory = time.process_time() - begin, _peak()
    if memory > MEMORY and outcome.status in ("right", "rejected"):
        outcome = Outcome("large", f"{memory / 1e6:.0f} MB", outcome.content)
    return Result(number, outcome, seconds, memory)


def _outcome(run: Run, random: Random) -> Outcome:
    try:
        return run(random)
    except MemoryError:
        return Outcome("large", f"asked for more than {BEYOND / 1e6:.0f} MB")
    except BaseException as error:
        content = getattr(error, "content", b"")
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if "/pentrace/" in frame.filename] or frames
        place = f"{Path(own[-1].filename).name}:{own[-1].lineno}"
        return Outcome("crashed", f"{type(error).__name__} at {place}: {error}"[:300], content)


def _peak() -> int:
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
    return 0
