"""Several workers of the page draw the same bytes as one, stop together, and name an error."""

import re
from collections.abc import Iterator

import pytest

import pentrace
from pentrace.browser.page import command
from pentrace.networks.model_file import SHIPPED
from tests.helpers import small_synthesis
from tests.helpers.chromium import Browser, missing
from tests.helpers.commands import invoke

CORES = {1: 1, 2: 2, 3: 4}  # workers -> cores that the browser reports
TEXT = "a line,\nanother line\n\nthird"
HANDS = {
    "a line that is continued": {"hand": "hand-2", "seed": 3},
    "invented": {"hand": "invented", "seed": 2},
    "mixed": {"hand": "hand-1", "other_hand": "hand-3", "share": 0.3, "seed": 1},
}
LINES = """const lines = pentrace.view.rows.map((line) => line && {
  ...line, steps: line.steps.map((step) => [...step]) });
return JSON.stringify([lines, pentrace.view.pages[0]]);"""
BUSY = "return pentrace.work.pool.members.filter(({ job }) => job).length"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A page with a small network with an encoder of hands, whose lines all fail."""
    if absent := missing():
        pytest.skip(f"{absent} not installed; as root: apt-get install chromium chromium-driver")
    folder, shipped = tmp_path_factory.mktemp("small"), pentrace.load()
    size = {"style_size": 16, "hidden": 16, "layers": 2, "alphabet": shipped.settings.alphabet}
    path = small_synthesis.save(folder / "model.safetensors", pace=0.2, **size)
    small_synthesis.in_half_precision(path, shipped.normalisation)
    reader = SHIPPED.parents[1] / "recogniser" / SHIPPED.name
    invoke(command, "--model", path, "--reader", reader, "-o", folder / "small.html")
    content = (folder / "small.html").read_text()  # the first text of the page is shorter here
    (folder / "small.html").write_text(
        re.sub("(<textarea[^>]*>)[^<]*", r"\1a line", content, count=1)
    )
    opened = Browser(folder / "small.html", folder)
    yield opened
    opened.driver.quit()


def start(browser: Browser, workers: int) -> None:
    """Open the page again, with so many workers."""
    cores = {"hardwareConcurrency": CORES[workers]}
    browser.driver.execute_cdp_cmd("Emulation.setHardwareConcurrencyOverride", cores)
    browser.open()
    browser.until(lambda: browser.run("return pentrace.work.pool.members.length") == workers)
    browser.set(attempts=3)


def written(browser: Browser, text: str, **values: object) -> str:
    """All lines and pages, as JSON with every digit."""
    browser.set(**{"text": text, "hand": "seed", "other_hand": "none", **values})
    return str(browser.wait(f"await pentrace.view.write(); {LINES}"))


@pytest.mark.slow
def test_the_number_of_workers_changes_nothing(small: Browser) -> None:
    found = {}
    for workers in CORES:
        start(small, workers)
        found[workers] = [written(small, TEXT, **values) for values in HANDS.values()]
    assert len(set(found[1])) == len(HANDS) and all('"attempts":3' in one for one in found[1])
    assert found[2] == found[1] and found[3] == found[1]


@pytest.mark.slow
def test_all_workers_stop_at_once(small: Browser) -> None:
    start(small, 3)
    expected = written(small, TEXT, hand="hand-2", seed=1)
    small.set(text="many lines\n" * 100)
    small.run("pentrace.view.write()")
    small.until(lambda: " of 100 lines" in small.text("status") and small.run(BUSY) == 3)
    small.click("#stop")
    small.until(lambda: small.text("status").startswith("Stopped."))
    assert small.run("return pentrace.work.pool.waiting.length") == 0
    small.until(lambda: small.run(BUSY) == 0)
    small.set(text="many lines\n" * 100)
    small.run("pentrace.view.write()")
    assert written(small, TEXT, hand="hand-2", seed=1) == expected


@pytest.mark.slow
def test_an_error_of_one_worker_is_shown(small: Browser) -> None:
    start(small, 2)
    expected = written(small, TEXT, seed=1)
    small.wait("""await pentrace.work.pool.add({
      facts: pentrace.facts, code: null, recognition: null,
      synthesis: bytesOf(document.getElementById("synthesis").textContent) });""")
    written(small, TEXT, seed=1)
    assert "Cannot read properties of null" in small.text("status")
    assert small.run("return document.querySelector('#status').className") == "wrong"
    small.until(lambda: small.run(BUSY) == 0)
    small.run("""const error = new ErrorEvent("error", { message: "out of memory" });
    pentrace.work.pool.members[2].worker.dispatchEvent(error);""")
    assert written(small, TEXT, seed=1) == expected


@pytest.mark.slow
def test_the_job_of_a_lost_worker_is_done_by_another(small: Browser) -> None:
    start(small, 2)
    expected = written(small, TEXT, seed=1)
    small.set(text=TEXT, seed=1)
    small.run("""pentrace.view.write().then(() => { window.ended = true; });
    setTimeout(() => {
      const error = new ErrorEvent("error", { message: "out of memory" });
      pentrace.work.pool.members.find(({ job }) => job).worker.dispatchEvent(error);
    });""")
    small.until(lambda: small.run("return window.ended === true"))
    assert small.run(LINES) == expected
    assert small.run("return pentrace.work.pool.members.length") == 1


@pytest.mark.slow
def test_jobs_that_wait_for_a_worker_that_cannot_load_end(small: Browser) -> None:
    start(small, 1)
    script = """const pool = new Pool("throw new Error('broken')"), said = [];
    const asked = pool.ask("candidate", {}).catch((error) => said.push(error.message));
    await pool.add({}).catch((error) => said.push(error.message));
    await asked;
    return said.join("\\n");"""
    assert small.wait(script).count("A worker has failed: Uncaught Error: broken") == 2


@pytest.mark.slow
def test_a_text_that_is_stopped_at_once_shows_no_limit(small: Browser) -> None:
    start(small, 1)
    small.set(text=TEXT)
    small.run("pentrace.view.write(); setTimeout(() => document.getElementById('stop').click())")
    small.until(lambda: small.text("status").startswith("Stopped."))
    assert small.text("status") == "Stopped. 0 lines written."


@pytest.mark.slow
def test_memory_and_cores_bound_the_number_of_workers(small: Browser) -> None:
    cases = [[1, None], [2, None], [4, None], [16, None], [16, 2], [16, 0.25], [2, 8]]
    found = [small.run("return workersFor(arguments[0], arguments[1])", *case) for case in cases]
    assert found == [1, 2, 3, 8, 4, 1, 2]


@pytest.mark.slow
def test_a_page_without_workers_says_so(small: Browser) -> None:
    start(small, 1)
    small.run("""const error = new ErrorEvent("error", { message: "out of memory" });
    pentrace.work.pool.members[0].worker.dispatchEvent(error);""")
    written(small, TEXT)
    assert small.text("status") == "A worker has failed: out of memory. Load the page again."
