"""How long the page of `pentrace page` takes for a sentence and a letter, with 1 and 2 workers.

    python benchmarks/page_workers.py

A separate Chromium runs for each number of workers, and they take turns in one run. Wall times say
little if other jobs use the cores, so CPU times of the workers are reported too. With a core for
each worker, the time is near to that of the busiest worker. Needs chromium, chromedriver, Linux.
"""

import os
import statistics
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.helpers.chromium import Browser
from tests.helpers.commands import invoke

from pentrace.browser.page import command

CORES = {1: 1, 2: 2}  # workers -> cores that Chromium reports to the page
ROUNDS = 3
SENTENCE = "A sentence in one of the named hands."
LETTER = """Dear Maria,
thank you for your long letter, which came on Monday.
The garden is full of apples this year, and we have
made 14 jars of jam so far. Tom has painted the door
green, and says that it looks like a ship now.

Will you visit us in October? The room under the roof
is free, and the trains are not so full then. Bring
warm shoes, please, and the book about birds!

Many greetings to all of you, and to the cat,
your Anna"""
TEXTS = {"sentence": SENTENCE, "letter": LETTER}
LOOK = {"hand": "hand-2", "bias": 1, "seed": 5, "page_size": "210x297", "size": 6, "speed": "off"}


class Measured(NamedTuple):
    """Seconds to write a text."""

    wall: float
    cpu: float  # of all workers
    busiest: float  # CPU time of the worker with the most


def worker_times(browser: Browser) -> dict[str, float]:
    """CPU seconds so far of each worker of the page, by the number of its thread."""
    found: dict[str, float] = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it ends just now
            if str(browser.saved.parent).encode() in (process / "cmdline").read_bytes():
                found |= thread_times(process)
    return found


def thread_times(process: Path) -> dict[str, float]:
    """CPU seconds so far of those threads of a process that are workers of a page."""
    found = {}
    for task in (process / "task").iterdir():
        name, _, rest = (task / "stat").read_text().rpartition(")")
        if "DedicatedWorker" in name:
            user, system = rest.split()[11:13]
            found[task.name] = (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    return found


def timed(browser: Browser, text: str) -> Measured:
    before, begin = worker_times(browser), time.perf_counter()
    browser.set(text=text)
    browser.wait("await pentrace.view.write()")
    wall, after = time.perf_counter() - begin, worker_times(browser)
    each = [after[name] - before.get(name, 0.0) for name in after]
    return Measured(wall, sum(each), max(each))


def opened(page: Path, folder: Path, workers: int) -> Browser:
    """The page with so many workers, all of them ready."""
    folder.mkdir()
    browser = Browser(page, folder)
    cores = {"hardwareConcurrency": CORES[workers]}
    browser.driver.execute_cdp_cmd("Emulation.setHardwareConcurrencyOverride", cores)
    browser.open()
    browser.until(lambda: browser.run("return pentrace.work.pool.members.length") == workers)
    browser.set(**LOOK)
    return browser


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page = folder / "write.html"
        invoke(command, "-o", page)
        browsers = {n: opened(page, folder / str(n), n) for n in CORES}
        try:
            for what, text in TEXTS.items():
                report(
                    what,
                    [{n: timed(one, text) for n, one in browsers.items()} for _ in range(ROUNDS)],
                )
        finally:
            for one in browsers.values():
                one.driver.quit()


def report(what: str, rounds: list[dict[int, Measured]]) -> None:
    """Print medians over the rounds; ratios are those to one worker in the same round."""
    for workers in CORES:
        own = [one[workers] for one in rounds]
        wall = statistics.median(one.wall for one in own)
        cpu = statistics.median(one.cpu for one in own)
        ratio = statistics.median(one[workers].wall / one[1].wall for one in rounds)
        part = statistics.median(one[workers].busiest / one[1].cpu for one in rounds)
        print(f"{what}, workers: {workers}: {wall:.1f} s, {ratio:.2f} of the time of one worker;")
        print(f"  CPU time {cpu:.2f} s, the busiest worker {part:.2f} of that of one", flush=True)


if __name__ == "__main__":
    main()
