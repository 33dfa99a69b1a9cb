"""The page in a browser: its screens, its files, and what it asks of the network."""

import io
import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

import pentrace
from pentrace.browser.page import command
from pentrace.errors import UsageError
from pentrace.generate.reading import visible_edits
from pentrace.write.named_hands import FOLDER, hand_names
from pentrace.write.own_ink import read
from pentrace.write.settings import PAPERS
from pentrace.write.style import from_ink
from tests.helpers.chromium import Browser
from tests.helpers.commands import invoke

NORMALISATION = pentrace.load().normalisation
TURN = np.linspace(0, 2 * np.pi, 30)
# Eleven small circles next to one another, in pixels.
CIRCLES = [
    np.column_stack([30 + 26 * k + 9 * np.sin(TURN), 90 - 12 * np.cos(TURN)]) for k in range(11)
]
STEPS = """const hand = document.getElementById("hand");
const steps = (ink) => styleOfInk(ink, pentrace.facts.synthesis.settings).steps.map((s) => [...s]);
"""


@pytest.mark.slow
def test_each_format_can_be_saved(browser: Browser) -> None:
    (strokes,) = browser.write("some files", seed=2, bias=1)
    saved = {
        name: browser.download(f"[data-save={name}]")
        for name in ("svg", "png", "animated", "inkml", "json")
    }
    for name in ("svg", "animated"):
        root = ElementTree.parse(saved[name]).getroot()
        assert root.get("viewBox") == "0 0 148 105"
        assert root.findtext("{*}title") == "some files"
    assert "animation" in saved["animated"].read_text()
    with Image.open(saved["png"]) as image:
        assert image.width == pytest.approx(148 / 25.4 * 300, abs=1)
        assert 0.001 < (np.asarray(image.convert("L")) < 128).mean() < 0.1
    for name in ("inkml", "json"):
        ink = pentrace.read_ink(saved[name])
        assert (ink.text, len(ink)) == ("some files", sum(map(len, strokes)))
        first = np.concatenate(strokes)
        span = np.ptp(first[:, 0])
        assert np.ptp(ink.x) == pytest.approx(span, abs=0.01)
    assert json.loads(saved["json"].read_text())["made_with"]["seed"] == "2"


@pytest.mark.slow
def test_several_pages_are_one_archive(browser: Browser) -> None:
    pages = browser.write("one\n\n\n\n\n\n\n\n\ntwo", seed=2, bias=2)
    assert len(pages) == 2
    with zipfile.ZipFile(browser.download("[data-save=json]")) as archive:
        assert archive.namelist() == ["page-1.json", "page-2.json"] and archive.testzip() is None
        texts = [json.loads(archive.read(name))["text"] for name in archive.namelist()]
    assert texts == ["one", "two"]


@pytest.mark.slow
def test_a_recorded_line_is_a_style_at_once_and_as_a_file(browser: Browser) -> None:
    browser.click("[data-screen=record]")
    browser.set(copy_text="ooo ooo ooo")
    browser.draw("pad", [*CIRCLES, CIRCLES[0], CIRCLES[1]])
    browser.draw("pad", [CIRCLES[2]], "touch")  # the palm of a hand with a pen
    browser.click("#pad-undo")
    browser.driver.find_element("id", "pad").send_keys(Keys.BACKSPACE)
    assert browser.text("pad-status") == "11 strokes, 330 points."
    ink = read(browser.download("#pad-save"))
    content = json.loads(next(browser.saved.glob("my-line*.json")).read_text())
    assert {point for stroke in content["pressure"] for point in stroke} == {0.5, 0.6}
    expected = np.concatenate(CIRCLES) * [1, -1]
    assert ink.text == "ooo ooo ooo" and len(set(ink.stroke.tolist())) == 11
    np.testing.assert_allclose(ink.xy - ink.xy[0], expected - expected[0], atol=0.02)
    assert (np.diff(ink.t) >= 0).all()
    browser.set(text="in my hand", seed=1, bias=1)
    browser.click("#pad-use")
    browser.until(lambda: "1 line written" in browser.text("status"))
    hand = browser.run("return document.getElementById('hand').selectedOptions[0].text")
    assert hand == "My line 1: ooo ooo ooo"
    steps = browser.run(f"{STEPS} return steps(pentrace.view.hands.get(hand.value))")
    ours = from_ink(ink, None, NORMALISATION, "the file").steps
    np.testing.assert_allclose(steps, ours, atol=1e-4)
    browser.click("[data-screen=record]")
    browser.click("#pad-clear")
    assert browser.text("pad-status") == "Nothing is recorded yet."
    browser.set(hand="seed")
    browser.click("[data-screen=write]")


@pytest.mark.slow
def test_a_style_is_the_same_if_numbers_of_points_are_ties(browser: Browser, tmp_path) -> None:
    # A clock with steps of 0.1 ms: many strokes have a number of points that ends in a half.
    random, path = np.random.default_rng(0), tmp_path / "coarse.json"
    for _ in range(60):
        times = random.choice([0, 0.1], (11, 30)).cumsum().reshape(11, 30, 1)
        strokes = np.concatenate([np.round(CIRCLES), times], axis=2).round(1).tolist()
        ink = {"text": "ooo ooo ooo", "y_axis": "down", "strokes": strokes}
        path.write_text(json.dumps(ink))
        steps = browser.run(f"{STEPS} return steps(arguments[0])", {**ink, "down": True})
        ours = from_ink(read(path), None, NORMALISATION, "the file").steps
        np.testing.assert_allclose(steps, ours, atol=1e-4)


@pytest.mark.slow
def test_lines_are_collected_for_training(browser: Browser) -> None:
    browser.click("[data-screen=collect]")
    texts = []
    for kind in ("touch", "mouse", "touch", "pen", "pen"):
        texts.append(browser.text("collect-text"))
        browser.draw("collect-pad", CIRCLES, kind)
        browser.click("#collect-keep")
    assert len(set(texts)) == 5 and "5 lines kept" in browser.text("collect-status")
    with zipfile.ZipFile(browser.download("#collect-save")) as archive:
        assert archive.testzip() is None
        archive.extractall(browser.saved)
    lines = [read(path) for path in sorted((browser.saved / "my-lines").glob("*.json"))]
    assert [line.text for line in lines] == texts
    assert {len(line.xy) for line in lines} == {11 * 30}
    browser.click("[data-screen=write]")


@pytest.mark.slow
def test_all_papers_can_be_chosen_and_short_lines_are_explained(browser: Browser) -> None:
    script = "return [...document.querySelectorAll('#page-size option')].map((one) => one.value)"
    sizes = {size for one in PAPERS.values() for size in (one, one[::-1])}
    values = browser.run(script)
    assert {tuple(map(float, one.split("x"))) for one in values if one != "line"} == sizes
    assert len(values) == len(sizes) + 1
    text = "some words on a wide page"
    browser.write(text, seed=1, bias=1, page_size="297x210", longest=15)
    assert "Lines end at 15 characters, although about" in browser.text("status")
    browser.write(text, page_size="148x105", longest=50)
    assert "Lines end" not in browser.text("status")


@pytest.mark.slow
def test_nothing_is_loaded_from_the_network(browser: Browser) -> None:
    browser.requests()
    browser.open()
    browser.write("no network", seed=1, bias=1)
    sent = browser.requests()
    assert browser.page.as_uri() in sent
    assert {address.partition(":")[0] for address in sent} <= {"file", "data", "blob"}
    assert "http" not in {word for word in sent if not word.startswith("file")}
    errors = [entry["message"] for entry in browser.driver.get_log("browser")]
    assert not [line for line in errors if "beforeunload" not in line]


@pytest.mark.slow
def test_a_text_is_written_with_the_keyboard_only(browser: Browser) -> None:
    browser.open()
    text = browser.driver.find_element("id", "text")
    text.send_keys(Keys.CONTROL, "a")
    text.send_keys("keys only", Keys.CONTROL + Keys.ENTER)
    browser.until(lambda: "1 line written" in browser.text("status"))
    reached = []
    for _ in range(20):
        ActionChains(browser.driver).send_keys(Keys.TAB).perform()
        focused = "const e = document.activeElement; return e.id || e.dataset.save || e.localName"
        reached.append(browser.run(focused))
    assert {"another", "hand", "bias", "seed", "replay", "svg", "json", "summary"} <= set(reached)


@pytest.mark.slow
def test_each_control_has_a_name(browser: Browser) -> None:
    browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    for screen in ("write", "record", "collect"):
        browser.click(f"[data-screen={screen}]")
        for one in browser.driver.find_elements("css selector", "input, select, textarea, button"):
            assert not one.is_displayed() or one.accessible_name, one.get_attribute("outerHTML")
    browser.click("[data-screen=write]")
    drawing = browser.driver.find_element("css selector", "#paper svg")
    assert "keys only" in drawing.accessible_name or "Handwriting" in drawing.accessible_name


@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 400, 1280])
def test_no_screen_is_wider_than_the_window(width: int, browser: Browser) -> None:
    size = {"width": width, "height": 700, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    for screen in ("record", "collect", "write"):
        browser.click(f"[data-screen={screen}]")
        assert browser.run("return document.documentElement.scrollWidth") <= width
    browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.slow
def test_unknown_characters_are_named_or_replaced(browser: Browser) -> None:
    browser.set(text="Łódź 日")
    browser.wait("await pentrace.view.write()")
    assert "日" in browser.text("status") and "Ł" not in browser.text("status")
    browser.write("Łódź", seed=1, bias=1)
    assert "does not know: Ł by L, ź by z" in browser.text("problems")
    assert browser.run("return pentrace.view.rows[0].text") == "Lódz"


@pytest.mark.slow
def test_words_that_are_cut_are_named(browser: Browser) -> None:
    browser.write("an extraordinarily long word", seed=1, bias=1, longest=12)
    browser.set(longest=50)
    assert "cut without a hyphen: “extraordinarily”. Set" in browser.text("problems")


def test_the_instructions_are_those_of_their_source() -> None:
    wasmtime = pytest.importorskip("wasmtime")
    folder = Path(pentrace.__file__).parent / "browser"
    source = (folder / "products.wat").read_text()
    assert (folder / "products.wasm").read_bytes() == bytes(wasmtime.wat2wasm(source))


def test_the_page_is_one_file_of_a_bounded_size(page: Path) -> None:
    content = page.read_text()
    assert len(content) < 7e6
    assert "src=" not in content.replace("img-src", "") and "http://www.w3.org" in content
    found = io.StringIO(content).read().split("https://")
    assert len(found) == 1


@pytest.mark.slow
def test_a_file_may_not_have_the_name_of_a_hand(tmp_path: Path) -> None:
    for name in (hand_names()[0], "mine"):
        (tmp_path / f"{name}.json").write_bytes((FOLDER / f"{hand_names()[1]}.json").read_bytes())
    for names in ((hand_names()[0],), ("mine", "mine")):
        words = [word for name in names for word in ("--style", tmp_path / f"{name}.json")]
        with pytest.raises(UsageError, match=f"the page has a hand {names[0]}; give the file"):
            invoke(command, *words, "-o", tmp_path / "a.html")


def test_errors_that_nobody_sees_are_counted_as_in_python(browser: Browser) -> None:
    texts = ["l", "I", "1", "o", "0", "constructor", "I will", "l wi1l", "a o b", "a O b", "aI b"]
    pairs = [(one, other) for one in texts for other in texts]
    found = browser.run(f"return {json.dumps(pairs)}.map(([a, b]) => visibleEdits(a, b))")
    assert found == [visible_edits(*pair) for pair in pairs]


def test_writing_can_be_stopped_and_is_shown_again(browser: Browser) -> None:
    browser.set(text="many lines\n" * 200, seed=1, bias=1)
    browser.run("pentrace.view.write()")
    browser.until(lambda: " of 200 lines" in browser.text("status"))
    browser.click("#stop")
    browser.until(lambda: browser.text("status").startswith("Stopped."))
    browser.write("once more")
    browser.run("document.getElementById('speed').value = 'hand'")
    browser.click("#replay")
    assert browser.run("return document.querySelectorAll('#paper .moving path').length") > 10
    browser.run("document.getElementById('speed').value = 'off'")


def _files(strokes: list[np.ndarray]) -> list[object]:
    """What programs save of these strokes (n, 3), y upward, t in s."""
    up = [stroke.tolist() for stroke in strokes]
    down = [(stroke * [1, -1, 1000]).tolist() for stroke in strokes]
    points = [[{"x": x, "y": y, "time": t, "pressure": 0.5} for x, y, t in s] for s in down]
    return [
        up, down, {"strokes": down, "text": "a line"}, {"strokes": down, "y_axis": "up"},
        [{"points": one} for one in points], points, {"lines": [{"points": points[0]}]},
        {"strokes": [[[x, y] for x, y, _ in up[0]], *up[1:]], "y_axis": "up"},
    ]  # fmt: skip


@pytest.mark.slow
def test_a_file_of_ink_is_read_as_the_command_reads_it(browser: Browser, tmp_path: Path) -> None:
    ink = pentrace.load().write("what others record", seed=3, page="line", check="none").ink
    points = np.column_stack([ink.x, ink.y, ink.t])
    strokes = [points[ink.stroke == n] for n in range(ink.stroke.max() + 1)]
    for content in _files(strokes):
        (tmp_path / "a.json").write_text(json.dumps(content))
        ours = read(tmp_path / "a.json")
        found = browser.run("return inkOfJson(arguments[0])", json.dumps(content))
        flat = [point for stroke in found["strokes"] for point in stroke]
        xy = np.array([point[:2] for point in flat]) * [1, -1 if found["down"] else 1]
        np.testing.assert_allclose(xy, ours.xy)
        # The page does not compare a direction that is stated with the ink.
        notes = [note for note in ours.notes if "but by the ink" not in note]
        assert found.get("text") == ours.text and len(found["notes"]) == len(notes)
        assert all(len(point) == 3 for point in flat) == np.isfinite(ours.t).all()


@pytest.mark.slow
def test_doubtful_styles_and_rare_characters_are_named(browser: Browser) -> None:
    wave = np.column_stack([np.arange(150), 10 * np.sin(np.arange(150) / 3)])
    use = """const ink = inkOfJson(arguments[0]);
    pentrace.facts.rare = {q: 3};
    document.getElementById("text").value = "quick";
    return pentrace.view.useHand("doubtful", ink).then(
      () => [...document.querySelectorAll("#problems li")].map((one) => one.textContent));"""
    for text, wrong in (("ab", "has 2 characters, but the ink looks"), ("mn" * 20, "Only 150")):
        ink = {"strokes": [wave.tolist()], "text": text}
        shown = browser.run(use, json.dumps(ink))
        assert shown[0].startswith("Rare in the training") and "q (3 times)" in shown[0]
        assert "does not state the direction of y" in shown[1]
        assert wrong in shown[2]
    browser.run("pentrace.facts.rare = {}")
    browser.set(hand="seed")


@pytest.mark.slow
def test_a_picture_as_a_style_is_named_also_while_a_text_is_written(browser: Browser) -> None:
    give = """const [name, type] = arguments, given = new DataTransfer();
    given.items.add(new File([new Uint8Array(8)], name, { type }));
    const field = document.getElementById("style-file");
    field.files = given.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));"""
    browser.run(give, "photo.png", "image/png")
    browser.until(lambda: "photo.png: This is a picture" in browser.text("status"))
    browser.set(text="some words\nand more", hand="seed", seed=1, bias=1)
    browser.run("document.getElementById('write-form').requestSubmit()")
    browser.run(give, "notes.txt", "text/plain")
    browser.until(lambda: "2 lines written" in browser.text("status"))
    assert "notes.txt: The file is not JSON" in browser.text("problems")
