"""`pentrace write`, from the command line."""

import hashlib
import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import Result

from pentrace.errors import PentraceError, UsageError
from pentrace.generate.load_model import find_model, find_reader
from pentrace.networks.kinds import build
from pentrace.networks.prediction import PredictionNetwork
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import save_model
from pentrace.options import FAILED
from pentrace.write.progress import Progress
from pentrace.write.settings import WriteSettings
from pentrace.write.write import command
from tests.helpers import small_model, small_style
from tests.helpers.commands import invoke
from tests.helpers.processes import loaded
from tests.helpers.small_model import NORMALISATION
from tests.helpers.small_synthesis import save

ENDINGS = (".svg", ".animated.svg", ".png", ".gif", ".inkml", ".json", ".parquet")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("model") / "model.safetensors")


def run(*words: object, stdin: str | bytes | None = None, status: int = 0) -> Result:
    return invoke(command, *words, stdin=stdin, status=status)


def page(path: Path) -> dict:
    return json.loads(path.read_text())


def test_a_text_becomes_a_page_and_a_summary_is_printed(model, tmp_path):
    out = tmp_path / "page.json"
    done = run("any text you like", "--model", model, "--seed", 3, "--bias", 0.7, "-o", out)
    assert "page.json: 1 line and " in done.stdout
    assert "writing 17 characters" in done.stderr
    found = page(out)
    assert (found["width"], found["height"]) == (210, 297)
    assert found["text"] == "any text you like"
    assert found["made_with"]["seed"] == "3"
    assert found["made_with"]["bias"] == "0.7"


def test_the_same_seed_gives_the_same_bytes(model, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run("a cab", "--model", model, "-o", tmp_path / f"{name}.svg", "--seed", seed, "--quiet")
    one, same, other = ((tmp_path / f"{name}.svg").read_bytes() for name in "abc")
    assert one == same
    assert one != other


def test_long_texts_fill_several_pages(model, tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("\ufeff" + "the quick brown fox jumps over the lazy dog\n" * 12)
    given = ("--model", model, "--page", "a5", "--size", 10, "-o", tmp_path / "my.page.json")
    run("--file", text, *given)
    names = sorted(path.name for path in tmp_path.glob("my.page*"))
    assert names[:2] == ["my.page-1.json", "my.page-2.json"]
    texts = [page(tmp_path / name)["text"] for name in names]
    assert " ".join(texts).split() == text.read_text(encoding="utf-8-sig").split()


@pytest.mark.parametrize("ending", ENDINGS)
def test_pages_of_an_earlier_run_do_not_stay(model, tmp_path, ending):
    given = ("--model", model, "--page", "a5", "--size", 10, "-o", tmp_path / f"my.page{ending}")

    def names(lines: int) -> list[str]:
        run("a cab\n" * lines, *given)
        return sorted(path.name.removesuffix(ending) for path in tmp_path.iterdir())

    assert names(20) == ["my.page-1", "my.page-2", "my.page-3"]
    assert names(10) == ["my.page-1", "my.page-2"]
    assert names(1) == ["my.page"]
    assert names(10) == ["my.page-1", "my.page-2"]


def test_only_pages_of_this_command_are_removed(model, tmp_path):
    given = ("--model", model, "--page", "a5", "--size", 10, "--quiet")
    run("a cab\n" * 20, *given, "-o", tmp_path / "a.svg")
    content = (tmp_path / "a-3.svg").read_bytes()
    (tmp_path / "drawn").mkdir()
    (tmp_path / "drawn" / "a-3.svg").write_bytes(content)
    kept = {"a-4.svg", "a-03.svg", "a-x.svg", "b-3.svg", "a.b-3.svg", "a-3.png"}
    for name in kept:
        (tmp_path / name).write_bytes(content)  # its note is not that of this number or name
    (tmp_path / "a-5.svg").write_text("<svg>my drawing</svg>")
    (tmp_path / "a-6.svg").symlink_to(tmp_path / "drawn" / "a-3.svg")
    run("a cab", *given, "-o", tmp_path / "a.svg")
    found = {path.name for path in tmp_path.iterdir()}
    assert found == kept | {"a.svg", "a-5.svg", "a-6.svg", "drawn"}


def test_written_files_contain_no_path(tmp_path):
    (tmp_path / "results" / "data" / "mine").mkdir(parents=True)
    named = save(tmp_path / "results" / "data" / "mine" / "model.safetensors", pace=0.04)
    style = small_style.save(tmp_path / "me.json", small_style.waves())
    digest = hashlib.sha256(named.read_bytes()).hexdigest()
    for ending in ENDINGS:
        out = tmp_path / f"page{ending}"
        run("a cab", "--model", named, "--style", style, "-o", out)
        content = out.read_bytes()
        for note in ("data/mine/model.safetensors", digest, "me.json", "write (page 1 of 1)"):
            assert note.encode() in content, (ending, note)
        assert str(tmp_path).encode() not in content and b"results/" not in content


def test_standard_input_and_quiet(model, tmp_path):
    done = run("-", "--model", model, "-o", tmp_path / "a.json", "--quiet", stdin="a cab\n")
    assert (done.stdout, done.stderr) == ("", "")
    assert page(tmp_path / "a.json")["text"] == "a cab"


def test_a_page_on_standard_output(model, tmp_path):
    given = ("a cab", "--model", model, "-o", "-")
    done = run(*given)
    assert done.stdout.startswith("<?xml") and done.stdout.endswith("</svg>\n")
    assert "writing 5 characters" in done.stderr and "-: 1 line and " in done.stderr
    assert json.loads(run(*given, "--form", "json").stdout)["text"] == "a cab"
    for form, start in (("png", b"\x89PNG"), ("gif", b"GIF89a"), ("inkml", b"<?xml")):
        assert run(*given, "--form", form).stdout_bytes.startswith(start)
    with pytest.raises(PentraceError, match="fills 3 pages, and this takes one"):
        run("a cab\n" * 12, *given[1:], "--page", "a5", "--size", 20)
    assert not list(tmp_path.iterdir())


def test_all_lines_continue_the_style_of_the_first(model, tmp_path):
    text = "a minimum of lines\nmore lines\nand the last"
    for name, options in (("one", ()), ("many", ("--many-hands",))):
        run(text, "--model", model, "-o", tmp_path / f"{name}.json", "--drift", 0, *options)
    one, many = (page(tmp_path / f"{name}.json") for name in ("one", "many"))
    assert one["text"] == many["text"] == text
    assert one["strokes"][0] == many["strokes"][0]
    assert one["strokes"] != many["strokes"]


def test_a_style_changes_the_handwriting(tmp_path):
    model = save(tmp_path / "slow.safetensors", pace=0.04)
    style = small_style.save(tmp_path / "me.json", small_style.waves())
    plain, mine = tmp_path / "plain.json", tmp_path / "mine.json"
    run("a cab", "--model", model, "-o", plain)
    run("a cab", "--model", model, "-o", mine, "--style", style)
    assert page(plain)["strokes"] != page(mine)["strokes"]
    assert page(mine)["made_with"]["style"] == style.name
    # What was written is a style again.
    run("a cab", "--model", model, "-o", tmp_path / "x.json", "--style", mine)


@pytest.mark.parametrize("size", [5, 8])
@pytest.mark.parametrize("styled", [False, True])
def test_lines_fill_the_width_between_the_margins(tmp_path, size, styled):
    model = save(tmp_path / "slow.safetensors", pace=0.04)  # its letters are not of usual width
    style = small_style.save(tmp_path / "me.json", small_style.waves())
    out, text = tmp_path / "a.json", "the quick brown fox jumps over the lazy dog " * 8
    given = ("--model", model, "--size", size, "--page", "210x2000", "-o", out)
    run(text, *given, *(("--style", style) if styled else ()))
    x = np.array([point[0] for stroke in page(out)["strokes"] for point in stroke])
    assert 0.75 * 170 <= np.ptp(x) <= 170
    assert page(out)["text"].split() == text.split()


def test_lines_are_longer_by_a_network_with_an_encoder_of_hands():
    plain, own = WriteSettings(), WriteSettings(longest_line=7)
    assert [s.longest(size) for s in (plain, own) for size in (0, 64)] == [50, 90, 7, 7]


def test_a_longest_line_that_limits_or_is_limited_is_reported(model, tmp_path):
    text, given = "the quick brown fox " * 8, ("--model", model, "-o", tmp_path / "a.json")
    short = run(text, *given, "--longest-line", 10).stdout
    assert "lines end at 10 characters, the longest line, although about" in short
    assert "a larger size" not in short
    long = run(text, *given, "--longest-line", 150, "--size", 12).stdout
    assert "characters fit in a line, so lines are shorter than 150" in long
    assert "characters" not in run("a cab", *given, "--longest-line", 10).stdout


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_name_of_a_style_need_not_be_text(ending, model, tmp_path):
    style = small_style.save(tmp_path / os.fsdecode(b"me\xff.json"), small_style.waves())
    out = tmp_path / f"a{ending}"
    run("a cab", "--model", model, "--style", style, "--check", "none", "-o", out)
    assert b"me?.json" in out.read_bytes() or ending == ".parquet"


def test_missing_text_is_reported(model, tmp_path):
    out = tmp_path / "a.json"
    options = ("--steps-per-character", 3, "--attempts", 2)
    done = run("a cab", "--model", model, "-o", out, *options, status=FAILED)
    assert '"a cab": failed 2 times; missing: c a b' in done.stderr
    assert page(out)["text"] == "a cab"


def test_lines_without_a_common_style_are_reported(model, tmp_path):
    given = ("--model", model, "-o", tmp_path / "a.json", "--steps-per-character", 4)
    wrong = "so each line is in a different hand; give a style"
    assert wrong in run("a cab\na bad", *given, status=FAILED).stderr
    assert wrong not in run("a cab\na bad", *given, "--many-hands", status=FAILED).stderr


def test_a_page_cut_to_the_ink_has_no_longer_lines_than_others(model, tmp_path):
    text = "the quick brown fox jumps over the lazy dog"
    given = ("--model", model, "-o", tmp_path / "a.json", "--page", "line")
    run(text, *given)
    assert page(tmp_path / "a.json")["text"] == text
    run(text, *given, "--longest-line", 20)
    assert page(tmp_path / "a.json")["text"].splitlines() == [
        "the quick brown fox", "jumps over the lazy", "dog",
    ]  # fmt: skip


def test_unknown_characters_are_listed_or_substituted(model, tmp_path):
    out = tmp_path / "a.json"
    with pytest.raises(PentraceError, match=r"seen Z é; it knows .*; .* replaces Z by z, é by e$"):
        run("éZ", "--model", model, "-o", out)
    with pytest.raises(PentraceError, match=r"which replaces é by e; it has nothing for ω$"):
        run("éω", "--model", model, "-o", out)
    with pytest.raises(PentraceError, match="reword the text; --substitute cannot replace them"):
        run("ω", "--model", model, "-o", out)
    with pytest.raises(PentraceError, match=r"by a, .* by a and others$"):
        run("àáâãäåāăąǎǟǡǻȁ", "--model", model, "-o", out)
    with pytest.raises(
        PentraceError,
        match=r"seen ω; it knows .* no known character is similar to them; reword the text$",
    ):
        run("ωé", "--model", model, "-o", out, "--substitute")
    assert not out.exists()
    run("Zoé", "--model", model, "-o", out, "--substitute")
    assert page(out)["text"] == "zoe"
    run("a b é\u00a0c", "--model", model, "-o", out, "--substitute", "--longest-line", 4)
    assert page(out)["text"] == "a b\ne c"


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ([], "no text; give one"),
        (["a", "--file", __file__], "both TEXT and --file are given"),
        (["  "], "the text is empty"),
        (["--file", "gone.txt"], r"^gone\.txt: no such file; give a text file$"),
        (["--file", "."], r"^\.: a folder; give a text file$"),
        (["a", "--bias", "-1"], "bias: expected at least 0"),
        (["a", "--bias", "neat"], "bias: .*number"),
        (
            ["a", "--page", "b5"],
            "page: expected a3, a4, a5, a6, letter",
        ),
        (["a", "--page", "50x40"], r"^page 50x40 with .* leaves 10 x 0 mm .*; set a larger page"),
        (["a", "--model", "gone"], r"gone: no such file; .*make, or .* pentrace list"),
        (["a", "--style-text", "b"], "text of a --style"),
        (["a", "b c"], 'several texts, "a" and "b c"; put the text in quotes'),
        (
            ["a", "--style", "x", "--style-mix", "y", "-o"],
            "share is '-o'; give a style and a number",
        ),
        (["a", "--style", "x", *["--style-mix", "y", 0.5] * 2], "--style-mix is given twice"),
        (["a", "--style", "me.doc"], "me.doc: no such file; .*sample with --data"),
        (["a", "--style", "x", "--data", "gone"], "^gone: no such folder; give the folder"),
    ],
)
def test_mistakes_are_named_with_a_remedy(model, tmp_path, words, wrong):
    words = words if "gone" in words and "--model" in words else [*words, "--model", str(model)]
    with pytest.raises(PentraceError, match=wrong):
        run(*words, "-o", tmp_path / "a.json")


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"\x89PNG", r"a picture \(PNG\)"),
        (b"\xff\xd8\xff", r"a picture \(JPEG\)"),
        (b"%PDF-1", "a PDF"),
    ],
)
def test_a_picture_is_neither_a_text_nor_a_style(model, tmp_path, start, what):
    given = ("--model", model, "-o", tmp_path / "a.svg")
    for name in ("page", "page.png", "page.txt", "page.json"):
        (tmp_path / name).write_bytes(start + bytes(100))
        with pytest.raises(PentraceError, match=f"{name}: {what}, not a text; give a text file"):
            run("--file", tmp_path / name, *given)
        with pytest.raises(PentraceError, match=f"{name}: a .*, which does not contain the movem"):
            run("a", "--style", tmp_path / name, *given)


def test_a_document_is_no_text(model, tmp_path):
    (tmp_path / "a.docx").write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(PentraceError, match=r"a\.docx: an archive or a document .*, not a text"):
        run("--file", tmp_path / "a.docx", "--model", model, "-o", tmp_path / "a.svg")


def test_formats_are_checked_before_anything_is_written(model, tmp_path):
    for name, wrong in (("a.bmp", "unknown format bmp; use one of"), ("a", "has no suffix")):
        with pytest.raises(UsageError, match=wrong) as error:
            run("a", "--model", model, "-o", tmp_path / name)
        assert error.value.status == 2


def test_names_that_are_too_long_are_refused_before_anything_is_drawn(model, tmp_path):
    for length in (232, 233, 255):
        with pytest.raises(PentraceError, match="file name too long; give a shorter name"):
            run("a", "--model", tmp_path / "gone", "-o", tmp_path / f"{'x' * (length - 2)}.svg")
    run("a", "--model", model, "-o", tmp_path / f"{'x' * 229}.svg", "--quiet")


def test_a_file_after_a_style_is_not_the_text(model, tmp_path):
    files = [small_style.save(tmp_path / f"{i}.json", small_style.waves()) for i in (1, 2)]
    given = ("--model", model, "-o", tmp_path / "a.json", "--style", *files)
    for words in (given, ("a cab", *given)):
        with pytest.raises(UsageError, match=r"2\.json: --style takes one file; give each its own"):
            run(*words)


def test_a_text_that_does_not_fit_its_ink_is_reported(model, tmp_path):
    style = small_style.save(tmp_path / "me.json", small_style.waves(20), text="sum")
    given = ("--model", model, "--check", "none", "-o", tmp_path / "a.json", "--style", style)
    assert "its text has 3 characters, but the ink looks like about 18" in run("a", *given).stderr
    fits = small_style.save(style, small_style.waves(20), text="minimum minimum")
    assert "looks like" not in run("a", *given[:-1], fits).stderr


def test_a_style_with_few_points_is_reported(model, tmp_path):
    style = small_style.save(tmp_path / "me.json", [np.array([[0.0, 0.0], [1, 1], [2, 0]])])
    done = run(
        "a cab", "--model", model, "-o", tmp_path / "a.json", "--style", style, status=FAILED
    )
    assert f"{style}: only 3 points for 11 characters, so the style may be lost;" in done.stderr


def test_a_network_without_text_is_refused(tmp_path):
    path = tmp_path / "model.safetensors"
    network = PredictionNetwork(small_model.SETTINGS)
    save_model(path, network, small_model.SETTINGS, small_model.NORMALISATION)
    with pytest.raises(PentraceError, match="a prediction network; give a synthesis network"):
        run("a", "--model", path, "-o", tmp_path / "a.json")


def test_the_only_synthesis_network_is_found(tmp_path):
    with pytest.raises(PentraceError, match="make"):
        find_model(None, tmp_path)
    network = PredictionNetwork(small_model.SETTINGS)
    for name in ("a", "b", "c"):
        (tmp_path / "demo" / name).mkdir(parents=True)
    place = tmp_path / "demo" / "a" / "model.safetensors"
    save_model(place, network, small_model.SETTINGS, small_model.NORMALISATION)
    one = save(tmp_path / "demo" / "b" / "model.safetensors")
    (tmp_path / "demo" / "c" / "model.safetensors").write_bytes(b"cut")
    assert find_model(None, tmp_path) == one
    two = save(tmp_path / "demo" / "c" / "model.safetensors")
    with pytest.raises(PentraceError, match="choose one with --model") as error:
        find_model(None, tmp_path)
    assert str(one) in str(error.value)
    assert str(two) in str(error.value)
    assert find_model(place, tmp_path) == place
    assert find_model(place.parent, tmp_path) == place
    assert find_model(None, tmp_path, "prediction") == place


def test_the_folder_of_a_data_set_chooses_its_network(tmp_path, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / "results" / name / "synthesis").mkdir(parents=True)
        save(tmp_path / "results" / name / "synthesis" / "model.safetensors")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PentraceError, match="several synthesis networks"):
        run("a cab", "-o", "page.json", "--data", "results")
    run("a cab", "-o", "page.json")
    assert page(tmp_path / "page.json")["made_with"]["model"] == "pretrained"
    run("a cab", "-o", "page.json", "--data", "results/two")
    assert page(tmp_path / "page.json")["made_with"]["model"] == "two/synthesis/model.safetensors"
    run("a cab", "-o", "page.json", "--model", "results/one/synthesis")
    assert page(tmp_path / "page.json")["made_with"]["model"] == "one/synthesis/model.safetensors"
    with pytest.raises(PentraceError, match=r"results/three: no such folder; give"):
        run("a cab", "-o", "page.json", "--data", "results/three")


@pytest.mark.parametrize("page_size", ["a4", "letter", "100x150", "line"])
def test_ink_is_within_the_margins_of_any_page(model, tmp_path, page_size):
    out = tmp_path / "a.json"
    text = "the quick brown fox jumps over the lazy dog " * 2
    run(text, "--model", model, "-o", out, "--page", page_size, "--margin", 12)
    found = page(out)
    xy = np.array([point[:2] for stroke in found["strokes"] for point in stroke])
    assert (xy >= 12 - 1e-2).all()
    assert (xy <= np.array([found["width"], found["height"]]) - 12 + 1e-2).all()


def recogniser(path: Path, normalisation: dict = NORMALISATION) -> Path:
    """An untrained recogniser, which reads nothing sensible."""
    path.parent.mkdir(parents=True)
    torch.manual_seed(0)
    given = {"kind": "recognition", "layers": 1, "hidden": 4, "alphabet": " abcd"}
    settings = NetworkSettings.model_validate(given)
    save_model(path, build(settings), settings, normalisation)
    return path


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """The file of a synthesis network in the folder of a data set."""
    (tmp_path / "results" / "data" / "synthesis").mkdir(parents=True)
    return save(tmp_path / "results" / "data" / "synthesis" / "model.safetensors")


def test_lines_that_cannot_be_read_are_reported(network, tmp_path):
    recogniser(tmp_path / "results" / "data" / "recogniser" / "model.safetensors")
    out, given = tmp_path / "a.json", ("a bad cab\n\na cab", "--model", network)
    done = run(*given, "-o", out, "--many-hands", "--attempts", 5, status=FAILED)
    assert "; the recogniser that chose the lines misreads" in done.stdout
    assert '"a bad cab": failed 5 times; read as "' in done.stderr
    assert '"a cab": failed 5 times; read as "' in done.stderr
    notes = page(out)["made_with"]
    assert notes["reader"] == "data/recogniser/model.safetensors"
    assert len(notes["read"].split("\n")) == 2
    assert len(notes["error_rates"].split()) == 2 and float(notes["error_rates"].split()[0]) > 0.2
    run(*given, "-o", out, "--error-limit", 2)
    done = run(*given, "-o", out, "--check", "window")
    assert "misreads" not in done.stdout and "recogniser" not in done.stderr
    assert "reader" not in page(out)["made_with"]


def test_without_a_recogniser_the_window_is_checked(network, tmp_path):
    given = ("a cab", "--model", network, "-o", tmp_path / "a.json")
    done = run(*given)
    assert "no recogniser next to the network" in done.stderr and "misreads" not in done.stdout
    assert run(*given, "--quiet").output == ""


def test_the_recogniser_of_the_same_data_set_is_found(network, tmp_path):
    assert find_reader(network) is None
    judge = recogniser(tmp_path / "results" / "data" / "judge" / "model.safetensors")
    assert find_reader(network) == find_reader(network.parent) == judge
    other = recogniser(tmp_path / "results" / "data" / "other" / "model.safetensors")
    assert find_reader(network) is None  # which of the two is not known
    named = recogniser(tmp_path / "results" / "data" / "recogniser" / "model.safetensors")
    assert find_reader(network) == named
    given = ("a cab", "--model", network, "-o", tmp_path / "a.json", "--error-limit", 9)
    run(*given, "--reader", other.parent)
    assert page(tmp_path / "a.json")["made_with"]["reader"] == "data/other/model.safetensors"


def test_a_recogniser_that_does_not_fit_is_refused(network, tmp_path):
    given = ("a cab", "--model", network, "-o", tmp_path / "a.json")
    away = recogniser(tmp_path / "r" / "model.safetensors", {**NORMALISATION, "sd": [1.0, 2.0]})
    with pytest.raises(PentraceError, match=r"another sd .*; give --reader"):
        run(*given, "--reader", away)
    with pytest.raises(PentraceError, match="a synthesis network; give a recognition network"):
        run(*given, "--reader", network)
    with pytest.raises(PentraceError, match="--reader is not used with --check window; remove"):
        run(*given, "--reader", away, "--check", "window")


def test_nothing_slow_is_imported(model, tmp_path):
    words = ("write", "a cab", "--model", model, "-o", tmp_path / "a.svg")
    slow = {"torch", "pyarrow", "pandas", "matplotlib", "scipy", "lxml"}
    assert not slow & loaded("from pentrace.__main__ import main; main()", *words)
    assert (tmp_path / "a.svg").exists()


@pytest.mark.parametrize(
    "words",
    [["  "], ["a", "--file", __file__], ["a", "--model", "pretrained", "--reader", "MODEL"]],
)
def test_wrong_use_has_the_status_2(model, tmp_path, words):
    words = [str(model) if word == "MODEL" else word for word in words]
    with pytest.raises(UsageError):
        run(*words, "-o", tmp_path / "a.json")


def test_a_file_that_is_no_model_is_named_with_what_is_wanted(tmp_path):
    (tmp_path / "a.svg").write_text("<svg/>")
    with pytest.raises(UsageError, match=r"a\.svg: not a model file; give a model\.safetensors"):
        run("a", "--model", tmp_path / "a.svg", "-o", tmp_path / "b.svg")


def test_pretrained_names_the_recogniser_too(tmp_path):
    run(
        "a",
        "--reader",
        "pretrained",
        "--attempts",
        1,
        "--error-limit",
        1,
        "-o",
        tmp_path / "a.json",
    )
    assert page(tmp_path / "a.json")["made_with"]["reader"] == "pretrained/recogniser"
    with pytest.raises(PentraceError, match=r"gone.*: no such file; give --reader a recogniser"):
        run("a", "--reader", "gone", "-o", tmp_path / "a.json")


def test_blanks_that_are_not_kept_are_reported(model, tmp_path):
    for text, said in (("a  cab", True), ("a\n  cab", True), ("a cab \nbad", False)):
        done = run(text, "--model", model, "-o", tmp_path / "a.json")
        assert ("indentation and double blanks are not kept" in done.stderr) == said, text


def test_progress_is_one_line_on_a_terminal(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for stream in (Terminal(), io.StringIO()):
        monkeypatch.setattr("sys.stderr", stream)
        clock = iter([0, 1, 60, 60])  # of the start, and of each call below
        monkeypatch.setattr("time.monotonic", lambda clock=clock: next(clock))
        progress = Progress()
        for done, share in ((2, 0.01), (0, 0.0), (4, 0.75)):
            progress(done, 9, share)
        progress.clear()
        first = "0 of 9 lines finished"
        second = "4 of 9 lines finished, about 20 s left"
        shown = f"{first}\r{' ' * len(first)}\r{second}\r{' ' * len(second)}\r"
        assert stream.getvalue() == (shown if stream.isatty() else "")


def test_progress_counts_the_finished_lines(model, tmp_path, monkeypatch):
    counts = []
    monkeypatch.setattr(Progress, "__call__", lambda self, *count: counts.append(count))
    run("a cab\na bad\na cab", "--model", model, "-o", tmp_path / "a.json")
    assert counts[-1] == (3, 3, 1.0)  # the first line gives its hand to the two others
    assert all(total in (1, 3) and 0 <= share <= 1 for _, total, share in counts)
