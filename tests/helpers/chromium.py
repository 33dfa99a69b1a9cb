"""A headless Chromium with the page in it."""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

PROGRAMS = ("chromium", "chromedriver")
# Without the second line, Chromium itself looks for updates in the network.
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--window-size=1280,900",
)  # fmt: skip
PATIENCE = 120.0  # s; a test takes a few, but may share its core


def missing() -> str:
    """The programs that are not installed."""
    return " and ".join(name for name in PROGRAMS if shutil.which(name) is None)


class Browser:
    """Chromium with one page, and a folder of what was saved from it."""

    def __init__(self, page: Path, folder: Path) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or ""
        for flag in (*FLAGS, f"--user-data-dir={folder / 'profile'}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        service = Service(shutil.which("chromedriver"))
        self.driver = webdriver.Chrome(options=options, service=service)
        self.driver.set_script_timeout(PATIENCE)
        self.saved = folder / "saved"
        self.saved.mkdir()
        where = {"behavior": "allow", "downloadPath": str(self.saved)}
        self.driver.execute_cdp_cmd("Browser.setDownloadBehavior", where)
        self.page = page
        self.open()

    def open(self) -> None:
        """Load the page again, and wait until its first text is written."""
        self.driver.get(self.page.as_uri())
        self.until(lambda: " written." in self.text("status"))

    def until(self, done: Callable[[], Any]) -> Any:
        """What `done` returns, as soon as it is true."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := done():
                return found
            time.sleep(0.05)
        raise TimeoutError(self.text("status"))

    def run(self, script: str, *arguments: object) -> Any:
        """What `script` returns; its arguments are `arguments`."""
        return self.driver.execute_script(script, *arguments)

    def wait(self, script: str, *arguments: object) -> Any:
        """What the asynchronous function with this body returns."""
        ending = "const finish = arguments[arguments.length - 1];"
        body = f"{ending} (async (...given) => {{ {script} }})(...arguments)"
        return self.driver.execute_async_script(f"{body}.then(finish, (e) => finish(String(e)))",
                                                *arguments)  # fmt: skip

    def text(self, name: str) -> str:
        """The words in an element."""
        return self.run("return document.getElementById(arguments[0]).textContent", name)

    def click(self, selector: str) -> None:
        self.run("document.querySelector(arguments[0]).click()", selector)

    def set(self, **values: object) -> None:
        """Give fields their values; `_` in a name is -."""
        for name, value in values.items():
            self.run("document.getElementById(arguments[0]).value = arguments[1]",
                     name.replace("_", "-"), value)  # fmt: skip

    def write(self, text: str, **values: object) -> list[list[np.ndarray]]:
        """The strokes of the pages with `text`, float64 (n, 3) each: x, y (mm), t (s)."""
        self.set(text=text, **values)
        return self.strokes("await pentrace.view.write();")

    def strokes(self, script: str, *arguments: object) -> list[list[np.ndarray]]:
        """The same after another script."""
        shown = "pentrace.view.pages[0].map((page) => page.strokes.map((s) => s.points))"
        pages = self.wait(f"{script} return JSON.stringify({shown})", *arguments)
        return [[np.array(stroke) for stroke in page] for page in json.loads(pages)]

    def download(self, selector: str) -> Path:
        """The file that a click on this button saves."""
        before = self._times()
        self.click(selector)

        def new() -> Path | None:
            found = [path for path, time in self._times().items() if before.get(path) != time]
            return next(iter(found), None)

        path: Path = self.until(new)
        return path

    def _times(self) -> dict[Path, int]:
        """When each complete file was saved; one that is still being saved has another name."""
        names = [path for path in self.saved.glob("[!.]*") if path.suffix != ".crdownload"]
        return {path: path.stat().st_mtime_ns for path in names if path.exists()}

    def draw(self, canvas: str, strokes: list[np.ndarray], kind: str = "pen") -> None:
        """Draw strokes (n, 2), in CSS pixels of the canvas, by events of a pointer."""
        self.run(POINTER, canvas, [stroke.tolist() for stroke in strokes], kind)

    def requests(self) -> list[str]:
        """The addresses of all that was loaded since the last call."""
        entries = self.driver.get_log("performance")
        messages = [json.loads(entry["message"])["message"] for entry in entries]
        sent = [m for m in messages if m["method"] == "Network.requestWillBeSent"]
        return [message["params"]["request"]["url"] for message in sent]


POINTER = """
const [name, strokes, pointerType] = arguments, canvas = document.getElementById(name);
const box = canvas.getBoundingClientRect();
const send = (type, [x, y], pressure) => canvas.dispatchEvent(new PointerEvent(type, {
  pointerId: 7, pointerType, pressure, bubbles: true, cancelable: true,
  clientX: box.left + x, clientY: box.top + y, button: type === "pointermove" ? -1 : 0,
}));
for (const stroke of strokes) {
  send("pointerdown", stroke[0], 0.5);
  for (const point of stroke.slice(1)) send("pointermove", point, 0.6);
  send("pointerup", stroke.at(-1), 0);
}
"""
