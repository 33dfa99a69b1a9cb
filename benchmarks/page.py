"""Points drawn per second: the page in Chromium, and one line in NumPy, taking turns in one run.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/page.py

Both draw lines of the same text with the network that comes with the package, one after another,
on one thread, with the same random numbers. Times are wall times of the complete loop with the
drawing; medians are reported. Needs chromium and chromedriver.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.helpers.chromium import Browser

from pentrace.browser.html import page
from pentrace.generate.ink_loop import write
from pentrace.generate.load_model import find_reader, load_ink
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.random_numbers import chances
from pentrace.generate.settings import PACE
from pentrace.networks.alphabet import encode
from pentrace.networks.model_file import SHIPPED

TEXT = "the quick brown fox jumps over the dog"
POINTS, ROUNDS = 4000, 7


def in_numpy(network: FusedNetwork) -> float:
    """Points per second."""
    text, limit = encode([TEXT], network.settings), PACE * len(TEXT)
    drawn = number = 0
    begin = time.perf_counter()
    while drawn < POINTS:
        written = write(network, chances(1, number, limit)[None], text, 1.0)
        drawn, number = drawn + int(written.length[0]), number + 1
    return drawn / (time.perf_counter() - begin)


def in_page(browser: Browser) -> float:
    """Points per second."""
    script = "return await pentrace.work.ask('measure', { text: given[0], points: given[1] })"
    found = browser.wait(script, TEXT, POINTS)
    return float(found["points"] / found["seconds"])


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    network, _ = load_ink(SHIPPED)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "write.html").write_text(page(SHIPPED, find_reader(SHIPPED), {}, {}))
        browser = Browser(folder / "write.html", folder)
        try:
            in_numpy(network), in_page(browser)
            rounds = [(in_numpy(network), in_page(browser)) for _ in range(ROUNDS)]
        finally:
            browser.driver.quit()
    ours, theirs = np.array(rounds).T
    print(f"NumPy, one line: {statistics.median(ours):.0f} points a second")
    print(f"page in Chromium: {statistics.median(theirs):.0f} points a second")
    print(f"ratio: {statistics.median(theirs / ours):.2f} (target: 1)")


if __name__ == "__main__":
    main()
