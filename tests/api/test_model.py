"""Writing and sampling in Python, as the commands do it."""

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import get_type_hints

import numpy as np
import pytest

import pentrace
from pentrace import PentraceError
from pentrace.api.keywords import WriteKeywords
from pentrace.networks.kinds import build
from pentrace.networks.model_file import SHIPPED
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import save_model
from pentrace.write.settings import WriteSettings
from pentrace.write.write import command
from tests.helpers import small_model, small_style
from tests.helpers.commands import invoke
from tests.helpers.processes import loaded
from tests.helpers.small_data import edit_samples
from tests.helpers.small_synthesis import save

LONG = "the quick brown fox jumps over the lazy dog\n" * 12


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("model") / "model.safetensors", pace=0.05)


@pytest.fixture(scope="module")
def model(path: Path) -> pentrace.Model:
    return pentrace.load(path)


@pytest.mark.parametrize("name", ["a.svg", "a.png", "a.json", "a.inkml", "a.parquet"])
def test_the_bytes_are_those_of_the_command(model, path, tmp_path, name):
    words = ("--bias", 0.7, "--seed", 3, "--page", "a5", "--pen", "plotter", "--quiet")
    invoke(command, "a cab\na bad", "--model", path, *words, "-o", tmp_path / name)
    written = model.write("a cab\na bad", bias=0.7, seed=3, page="a5", pen="plotter")
    assert written.save(tmp_path / "mine" / name) == [tmp_path / "mine" / name]
    assert (tmp_path / "mine" / name).read_bytes() == (tmp_path / name).read_bytes()


def test_settings_are_all_keywords_with_their_types():
    fields = {name: field.annotation for name, field in WriteSettings.model_fields.items()}
    assert get_type_hints(WriteKeywords) == fields


def test_the_ink_is_that_of_the_page(model):
    written = model.write("a cab", seed=np.int64(2))
    ink = written.ink
    assert (ink.unit, ink.text) == ("mm", "a cab")
    flat = np.concatenate(written.pages[0].strokes)
    np.testing.assert_array_equal(np.column_stack([ink.x, ink.y, ink.t]), flat)
    assert written.report.lines[0].points == len(ink) and not written.report.failed
    summary, notice = str(written.report).split("\n")
    assert summary == written.report.summary == f"1 line and {len(ink)} points written"
    assert notice.startswith("no recogniser next to the network")


def test_several_pages_are_shown_and_numbered(model, tmp_path):
    written = model.write(LONG, page="a5", size=10)
    count = len(written.pages)
    assert count > 1
    files = written.save(str(tmp_path / "letter.svg"))
    assert files == [tmp_path / f"letter-{i + 1}.svg" for i in range(count)]
    shown = ET.fromstring(written._repr_svg_())
    words = [text.text for text in shown.findall(".//{*}text")]
    assert words == [f"page {i + 1} of {count}" for i in range(count)]
    paths = sum(len(page.strokes) for page in written.pages)
    assert len(shown.findall(".//{*}path")) == paths == written.ink.stroke.max() + 1
    assert (np.diff(written.ink.t) >= 0).all() and written.ink.y.min() < 0
    assert written.text.split() == LONG.split()


def test_a_notebook_shows_no_blank_paper_below_the_text(model):
    written = model.write("a cab")
    shown = ET.fromstring(written._repr_svg_())
    width, height = (float(shown.get(side).removesuffix("mm")) for side in ("width", "height"))
    y = written.ink.y
    free = 297 - y.max()
    assert (width, height) == pytest.approx((210, 2 * free + np.ptp(y)), abs=0.1)


def test_a_style_is_a_file_or_ink(model, path, tmp_path):
    me = small_style.save(tmp_path / "me.json", small_style.waves())
    ink = pentrace.read_ink(me)
    plain, *mine = (model.write("a cab", style=style).ink for style in (None, str(me), me, ink))
    assert not np.array_equal(plain.x, mine[0].x)
    for one in mine[1:]:
        np.testing.assert_array_equal(one.x, mine[0].x)
    silent = pentrace.Handwriting(ink.x, ink.y, ink.stroke, ink.t)
    with pytest.raises(PentraceError, match=r"ink: .*; give the text with style_text=$"):
        model.write("a cab", style=silent)
    same = model.write("a cab", style=silent, style_text=small_style.TEXT)
    np.testing.assert_array_equal(same.ink.x, mine[0].x)


def test_a_written_line_is_a_style(model):
    assert model.write("a cab", style=model.write("minimum sum").ink).report.lines


def test_a_sample_of_a_data_set_is_a_style(model, tmp_path):
    small_model.write(tmp_path)
    edit_samples(tmp_path, lambda row: {**row, "text": "a cab"})
    data = pentrace.Dataset(tmp_path)
    one, same = (model.write("bad", style="train-1", data=given) for given in (data, tmp_path))
    np.testing.assert_array_equal(one.ink.x, same.ink.x)
    assert one.pages[0].notes["style"] == "train-1"
    with pytest.raises(PentraceError, match=r"not the id of a sample; remove data=$"):
        model.write("bad", style=one.ink, data=data)


def test_lines_that_fail_are_reported_with_a_warning(model):
    with pytest.warns(
        UserWarning, match='"a cab": failed 2 times; missing: c a b\n"a bad"'
    ) as caught:
        written = model.write("a cab\na bad", steps_per_character=4, attempts=2, many_hands=True)
    assert caught[0].filename == __file__
    failed = written.report.failed
    assert [(line.text, line.attempts) for line in failed] == [("a cab", 2), ("a bad", 2)]
    assert failed[0].missed == "cab" and written.text == "a cab\na bad"
    assert written.report.summary.endswith("2 lines drawn again")


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"biass": 1}, "^biass: unknown key; did you mean 'bias'"),
        ({"styel": "a"}, "did you mean 'style'"),
        ({"bias": -1}, "^bias: expected at least 0; got -1$"),
        ({"seed": True}, "^seed: expected a number, not true or false"),
        ({"page": "b5"}, "page: expected a3, a4"),
        ({"text": " "}, "the text is empty"),
        ({"text": 5}, "^text: expected text; got 5"),
        ({"text": b"a"}, "^text: expected text; got b'a'"),
        ({"text": None}, "^text: expected text; got None"),
        ({"text": "Zé"}, "seen Z é; it knows .* use substitute=True, which replaces Z by z, é by"),
        ({"bias": "x"}, "^bias: expected a number; got 'x'"),
        ({"substitute": "maybe"}, "^substitute: expected true or false"),
        ({"style": 3}, "^style: expected a path, as text or pathlib.Path; got 3$"),
        ({"style": b"me.json"}, "^style: expected a path"),
        ({"style": ""}, "^style: expected a path"),
        ({"style": [3]}, "^style: expected a path"),
        ({"style": "a", "data": 3}, "^data: expected a path"),
        ({"style": "a", "style_text": 3}, "^style_text: expected text; got 3"),
        ({"style": "gone.json"}, "gone.json: no such file; .* a sample with data=$"),
        ({"style_text": "a"}, "style_text= is the text of a style="),
        ({"style": "a", "data": "gone"}, "gone.*: .* give data= the folder of a data set"),
    ],
)
def test_mistakes_are_named_as_arguments(model, given, wrong):
    with pytest.raises(PentraceError, match=wrong):
        model.write(**{"text": "a", **given})


@pytest.mark.parametrize("wrong", [3, b"a", None, [], "", "a\0", True])
def test_what_is_no_path_is_named(model, wrong):
    text, message = model.write("a"), "expected a path, as text or pathlib.Path; got "
    with pytest.raises(PentraceError, match=f"^path: {message}"):
        text.save(wrong)
    with pytest.raises(PentraceError, match=f"^path: {message}"):
        pentrace.read_ink(wrong)
    with pytest.raises(PentraceError, match=f"^folder: {message}"):
        pentrace.Dataset(wrong)
    if wrong is not None:
        with pytest.raises(PentraceError, match=f"^model: {message}"):
            pentrace.load(wrong)


def test_ink_whose_strokes_are_single_points_is_refused(model):
    x = np.linspace(0, 50, 60)
    for stroke in (np.arange(60), np.arange(60) % 2):
        ink = pentrace.Handwriting(x, np.sin(x), stroke, text="a cab")
        with pytest.raises(PentraceError, match="only dots, each stroke has one point"):
            model.write("a cab", style=ink)
    two = pentrace.Handwriting([0, 1], [0, 1], [0, 0], text="a cab", name="mine")
    with pytest.warns(UserWarning, match="mine: only 2 points for 5 characters"):
        model.write("a cab", style=two)


def test_a_form_that_is_not_known(model, tmp_path):
    with pytest.raises(PentraceError, match=r"unknown format doc; use one of \.svg"):
        model.write("a").save(tmp_path / "a.doc")


def test_a_folder_or_nothing_is_enough_to_load(path, tmp_path, monkeypatch):
    assert pentrace.load(path.parent).path == path
    with pytest.raises(PentraceError, match=r"no model.safetensors .*results/demo-iam/synthesis$"):
        pentrace.load(tmp_path)
    monkeypatch.chdir(tmp_path)  # nothing is there
    assert pentrace.load().path == pentrace.load("pretrained").path == SHIPPED
    assert pentrace.load().settings.alphabet is not None
    found = Path("results/demo/synthesis/model.safetensors")
    found.parent.mkdir(parents=True)
    found.write_bytes(path.read_bytes())
    assert repr(pentrace.load(found)) == f"<Model {found}: synthesis, 2 layers of 16 cells>"


def test_the_network_of_the_package_writes_everyday_text() -> None:
    text = "Dear Zoë, 2 pens (blue) cost $3.99!"
    page = pentrace.load().write(text, seed=3)
    assert page.report.error_rate is not None
    assert page.report.error_rate < 0.1
    assert not page.report.failed


def test_prediction_networks_draw_samples(model, tmp_path):
    small_model.write(tmp_path)
    drawing = pentrace.load(tmp_path)
    one, two = drawing.sample(2, bias=0.5, seed=4, steps=30)
    assert (one.name, len(one), one.unit, one.x[0]) == ("sample 0", 31, "tablet unit", 0)
    (again,) = drawing.sample(bias=0.5, seed=4, steps=30)
    np.testing.assert_allclose(again.x, one.x, rtol=1e-4)
    assert not np.array_equal(one.x, two.x)
    with pytest.raises(PentraceError, match=r"a prediction network; .* use \.sample"):
        drawing.write("a")
    with pytest.raises(PentraceError, match=r"a synthesis network; .* use .write\(text\)"):
        model.sample()
    with pytest.raises(PentraceError, match="count: expected at least 1; got 0"):
        drawing.sample(0)


def test_networks_that_draw_no_ink_are_refused(tmp_path):
    settings = NetworkSettings.model_validate(
        {"kind": "text", "alphabet": "ab", "hidden": 4, "train": {"batches": "crops"}}
    )
    save_model(tmp_path / "model.safetensors", build(settings), settings, {})
    with pytest.raises(PentraceError, match="a text network; give a prediction or synthesis"):
        pentrace.load(tmp_path)


def test_writing_loads_no_large_library(path, tmp_path):
    code = f"import pentrace; pentrace.load({str(path)!r}).write('a cab')._repr_svg_()"
    slow = {"torch", "pyarrow", "pandas", "matplotlib", "scipy", "lxml", "click"}
    assert not slow & loaded(code)
    assert "numpy" not in loaded("import pentrace; dir(pentrace)")


def test_names_of_the_package_are_its_own():
    shown = [name for name in dir(pentrace) if not name.startswith("__")]
    assert shown == sorted(pentrace.__all__)
    assert "__version__" in dir(pentrace)
