"""The page draws the strokes that the Python code draws, within rounding."""

import json
from pathlib import Path

import numpy as np
import pytest

import pentrace
from pentrace.api.model import Model
from pentrace.browser.page import command
from pentrace.generate.random_numbers import another_seed, chances
from pentrace.networks.model_file import SHIPPED
from pentrace.page.page import Page
from pentrace.write.named_hands import descriptions, hand_names
from tests.helpers import small_synthesis
from tests.helpers.chromium import Browser
from tests.helpers.commands import invoke

# A network multiplies float32 numbers, and the order of its sums is different in NumPy. The
# differences stay below this over all points of a page, mm and s; lines are several mm high.
TOLERANCE = 0.001
LOOK = {"page": "148x105", "margin": 12, "size": 6}
TEXTS = {
    "two lines": ("Dear friend,\nthis page writes any text by hand.", 1, 1.0),
    "wrapped, with signs": ("The five boxing wizards jump at 10:30; why not? (Yes & no)", 2, 0.5),
    "accents": ("Zürich, Zoë & Max", 3, 0.0),
}


@pytest.fixture(scope="module")
def model() -> Model:
    return pentrace.load()


def compared(found: list[list[np.ndarray]], pages: list[Page]) -> int:
    """The number of points, all of which are the same."""
    assert [len(page) for page in found] == [len(page.strokes) for page in pages]
    ours = [stroke for page in found for stroke in page]
    theirs = [stroke for page in pages for stroke in page.strokes]
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=TOLERANCE)
    return sum(map(len, ours))


@pytest.mark.slow
def test_random_numbers_are_the_same(browser: Browser) -> None:
    script = "return [0, 1, 999].map((step) => chances(BigInt(arguments[0]), 5, step))"
    for seed in (1, 2**53 - 1):
        expected = chances(seed, 5, 1000)[[0, 1, 999]]
        np.testing.assert_allclose(browser.run(script, str(seed)), expected, rtol=1e-6)
        other = browser.run("return String(anotherSeed(BigInt(arguments[0]), 3))", str(seed))
        assert other == str(another_seed(seed, 3))


@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_the_same(name: str, browser: Browser, model) -> None:
    text, seed, bias = TEXTS[name]
    found = browser.write(text, seed=seed, bias=bias)
    assert compared(found, model.write(text, seed=seed, bias=bias, **LOOK).pages) > 300


@pytest.mark.slow
def test_a_page_that_is_cut_to_the_ink_is_the_same(browser: Browser, model) -> None:
    found = browser.write("cut to the ink", seed=7, bias=1, page_size="line")
    browser.set(page_size="148x105")
    assert compared(found, model.write("cut to the ink", seed=7, page="line").pages) > 100


@pytest.mark.slow
@pytest.mark.parametrize("clock", ["ms", "none"])
def test_a_style_is_the_same(clock: str, browser: Browser, model, tmp_path: Path) -> None:
    ink = model.write("a style to follow", seed=11, page="line").ink
    strokes = [np.column_stack([ink.x, ink.y, 1e3 * ink.t])[ink.stroke == n].round(3)
               for n in range(ink.stroke.max() + 1)]  # fmt: skip
    columns = 3 if clock == "ms" else 2
    content = {"text": "a style to follow", "strokes": [s[:, :columns].tolist() for s in strokes]}
    (tmp_path / "me.json").write_text(json.dumps(content))
    browser.set(text="the new text", seed=4, bias=1)
    script = "await pentrace.view.useHand('me', inkOfJson(given[0]));"
    found = browser.strokes(script, json.dumps(content))
    browser.set(hand="seed")
    written = model.write("the new text", style=tmp_path / "me.json", seed=4, **LOOK)
    assert compared(found, written.pages) > 20


@pytest.mark.slow
def test_a_hand_of_the_page_is_the_same(browser: Browser, model) -> None:
    assert list(browser.run("return pentrace.facts.styles")) == hand_names()
    found = browser.write("in the second hand", seed=6, bias=1, hand="hand-2")
    notes = browser.run("return pentrace.view.notes()")
    shown = browser.run("return document.getElementById('hand').selectedOptions[0].text")
    browser.set(hand="seed")
    name = hand_names()[1]
    assert notes["style"] == name and shown == f"{name}: {descriptions()[name]}"
    written = model.write("in the second hand", style=name, seed=6, **LOOK)
    assert compared(found, written.pages) > 20


@pytest.mark.slow
def test_the_seed_chooses_a_hand_or_the_network_invents_one(browser: Browser, model) -> None:
    found = browser.write("by seed", seed=2, bias=1)
    assert f"Hand: {hand_names()[1]}." in browser.text("status")
    assert compared(found, model.write("by seed", seed=2, **LOOK).pages) > 20
    found = browser.write("invented", seed=2, bias=1, hand="invented")
    assert "Hand:" not in browser.text("status")
    browser.set(hand="seed")
    written = model.write("invented", seed=2, style="invented", **LOOK)
    assert compared(found, written.pages) > 20


@pytest.mark.slow
def test_an_encoder_of_hands_is_the_same(browser: Browser, tmp_path: Path, model) -> None:
    size = {"style_size": 16, "hidden": 24, "layers": 3, "alphabet": model.settings.alphabet}
    path = small_synthesis.save(tmp_path / "model.safetensors", **size)
    small_synthesis.in_half_precision(path, model.normalisation)
    reader = SHIPPED.parents[1] / "recogniser" / SHIPPED.name
    shown, browser.page = browser.page, tmp_path / "small.html"
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    for seed, file in enumerate(files, 1):
        model.write("some ink", seed=seed, page="line").save(file)
    styles = [word for file in files for word in ("--style", file)]
    invoke(command, "--model", path, "--reader", reader, *styles, "-o", browser.page)
    try:
        browser.open()
        given = {"attempts": 3, "seed": 2, "bias": 1}
        own = browser.run("return pentrace.view.hands.size") - 1
        hands = [
            ("seed", "none", {}),
            (f"hand-{own}", "none", {"style": files[0]}),
            (f"hand-{own}", f"hand-{own + 1}", {"style": files[0], "style_mix": (files[1], 0.3)}),
        ]
        small, text, looks = pentrace.load(path), "one line and another", set()
        for hand, other, style in hands:
            found = browser.write(text, **given, hand=hand, other_hand=other, share=0.3)
            with pytest.warns(UserWarning, match="failed"):
                written = small.write(text, reader=reader, **style, **given, **LOOK)
            assert compared(found, written.pages) > 20
            looks.add(found[0][0].tobytes())
        assert len(looks) == 3
    finally:
        browser.page = shown
        browser.open()


@pytest.mark.slow
def test_without_fast_instructions_the_line_is_the_same(browser: Browser) -> None:
    script = """
    const facts = pentrace.facts, text = symbolsOf("slow", facts.synthesis.settings.alphabet);
    const weights = await unpacked(
      bytesOf(document.getElementById("synthesis").textContent), facts.synthesis.arrays);
    const drawn = [];
    for (const code of [bytesOf(document.getElementById("code").textContent), null]) {
      const network = new Synthesis(weights, facts.synthesis.settings, code);
      if (network.arithmetic.fast !== (code !== null)) throw new Error("another arithmetic");
      const random = (step) => chances(1n, 0, step), pause = async () => {};
      const line = await drawLine(network, text, random, { bias: 1 }, 200, pause);
      drawn.push(line.steps.map((step) => [...step]));
    }
    return drawn;
    """
    fast, slow = browser.wait(script)
    assert len(fast) > 40
    np.testing.assert_allclose(fast, slow, rtol=0, atol=1e-3)


@pytest.mark.slow
def test_lines_that_fail_are_the_same_and_are_named(browser: Browser, model) -> None:
    text = "[]{}\\/|<>"
    browser.write(text, seed=1, bias=0, attempts=1)
    browser.set(attempts=12)
    with pytest.warns(UserWarning, match="failed"):
        (line,) = model.write(text, seed=1, bias=0, attempts=1, **LOOK).report.failed
    assert f"read as “{line.read}”" in browser.text("problems")
    assert "1 of them failed" in browser.text("status")
