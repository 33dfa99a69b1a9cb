"""`pentrace recognise`: error rates, and the tables of what was read."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.generate.numpy_recogniser import FusedRecogniser
from pentrace.generate.reading import edits, read, readings, visible_edits
from pentrace.networks.recognition import RecognitionNetwork
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import arrays, save_model
from pentrace.plot.recognition import recognition_figure
from pentrace.recognise.error_rates import by_class, count, rate
from pentrace.recognise.recognise import command
from pentrace.windows.lines import load_lines
from tests.helpers import small_model
from tests.helpers.commands import invoke
from tests.helpers.small_data import edit_samples

SETTINGS = NetworkSettings.model_validate(
    {"kind": "recognition", "layers": 1, "hidden": 8, "alphabet": " abc"}
)
WRITTEN = [("w0", "ab", 1.0, True, ""), ("w1", "a c", 0.0, True, "c"), ("w2", "cb", 1.0, True, "")]


def test_edits_of_characters_and_of_words() -> None:
    assert count("the cat sat", "the bat sat") == (11, 1, 3, 1)
    assert count("a b", "a  b") == (3, 1, 2, 0)
    assert count("cat", "") == (3, 3, 1, 1)
    assert count("", "at") == (0, 2, 0, 1)


def test_one_character_written_in_two_ways_is_no_error() -> None:
    assert count("caf\u00e9", "cafe\u0301") == (4, 0, 1, 0)


@given(st.text(max_size=20), st.text(max_size=20))
def test_edits_are_bounded_by_the_lengths(text: str, read: str) -> None:
    found, back = count(text, read), count(read, text)
    assert found.edits == back.edits
    shorter, longer = sorted((found.characters, back.characters))
    assert longer - shorter <= found.edits <= longer


def test_errors_are_those_of_the_wanted_characters_by_class() -> None:
    found = by_class("It is 9 km.", "lt is 8 kkm")
    assert found == {
        "lower case": (5, 0), "capitals": (1, 1), "digits": (1, 1), "punctuation": (1, 1),
        "blanks": (3, 0), "insertions": (0, 1),
    }  # fmt: skip


@given(st.text(max_size=20), st.text(max_size=20))
def test_classes_have_all_characters_and_all_edits(text: str, read: str) -> None:
    found, errors = by_class(text, read), count(text, read)
    assert sum(of for of, _ in found.values()) == errors.characters
    assert sum(edits for _, edits in found.values()) == errors.edits


def test_rate_is_of_all_lines_together() -> None:
    found = rate(np.array([1, 0]), np.array([10, 30]), seed=1)
    assert found is not None and found.rate == 1 / 40


def test_interval_is_that_of_the_mean_where_lines_are_alike() -> None:
    random = np.random.default_rng(0)
    edits, of = random.binomial(50, 0.1, 400), np.full(400, 50)
    found = rate(edits, of, seed=1)
    assert found is not None
    half = 1.96 * (edits / 50).std() / 20
    assert found.high - found.rate == pytest.approx(half, rel=0.15)
    assert found.rate - found.low == pytest.approx(half, rel=0.15)
    assert rate(edits, of, seed=1) == found


def test_no_characters_no_rate() -> None:
    assert rate(np.array([1]), np.array([0]), seed=1) is None
    found = rate(np.array([1, 0]), np.array([0, 4]), seed=1)
    assert found is not None and np.isfinite(found).all()


def test_many_lines_are_drawn_in_several_parts() -> None:
    lines = 3_500
    found = rate(np.ones(lines, int), np.full(lines, 10), seed=1)
    assert found is not None and found == pytest.approx((0.1, 0.1, 0.1))


def offsets(names: list[str]) -> pa.Table:
    """Rows of `schema.OFFSETS` of random lines."""
    steps = [small_model.line(i) for i in range(len(names))]
    owner = np.repeat(names, [len(line) for line in steps])
    columns = [pa.array(owner).dictionary_encode(), *np.concatenate(steps).T]
    return pa.table(dict(zip(schema.OFFSETS.names, columns, strict=True))).cast(schema.OFFSETS)


def write_lines(folder: Path, names: list[str]) -> None:
    """`folder` as `pentrace write` leaves it."""
    keys = ("sample_id", "text", "bias", "finished", "missed")
    more = {"seed": 1, "attempts": 1}
    rows = [dict(zip(keys, one, strict=True)) | more | {"failed": bool(one[4])} for one in WRITTEN]
    tables.write_rows(folder / "lines.parquet", schema.WRITTEN, rows)
    # Two row groups, and not in the order of the rows.
    pieces = [offsets(names[1:]), offsets(names[:1])]
    tables.write(folder / "offsets.parquet", schema.OFFSETS, pieces)


def run(folder: Path, out: Path, *more: str) -> Result:
    options = [*small_model.options(folder), "--out-metrics", str(out / "metrics.json")]
    options += ["--out-lines", str(out / "lines.parquet"), *more]
    return invoke(command, *options)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Lines with texts in the validation split, a recogniser, and three written lines."""
    small_model.write(tmp_path)
    texts = {"validation-0": "ab", "validation-1": "abc", "validation-3": "cd"}
    edit_samples(tmp_path, lambda row: row | {"text": texts.get(row["sample_id"])})
    torch.manual_seed(0)
    network = RecognitionNetwork(SETTINGS)
    save_model(tmp_path / "model.safetensors", network, SETTINGS, small_model.NORMALISATION)  # type: ignore[arg-type]
    write_lines(tmp_path / "written", ["w0", "w1", "w2"])
    return tmp_path


def test_real_and_written_lines_in_one_table(folder: Path) -> None:
    options = ("--written", str(folder / "written"), "--note", "synthetic")
    printed = run(folder, folder, *options).output
    found = tables.read(folder / "lines.parquet")
    assert found.schema.equals(schema.RECOGNISED)
    rows = {row["sample_id"]: row for row in found.to_pylist()}
    assert list(rows) == ["validation-0", "validation-1", "validation-3", "w1", "w2", "w0"]
    assert [row["finished"] for row in rows.values()] == [True, True, True, False, True, True]
    for row in rows.values():
        errors = count(row["text"], row["read"])
        assert errors == (row["characters"], row["edits"], row["words"], row["word_edits"])
    metrics = json.loads((folder / "metrics.json").read_text())
    table = metrics["table"]
    assert [(r["origin"], r["bias"], r["lines"], r["failed"]) for r in table] == [
        ("real", None, 3, 0), ("written", 0.0, 1, 1), ("written", 1.0, 2, 0),
    ]  # fmt: skip
    assert [row["unknown_characters"] for row in table] == [1, 0, 0]  # the d of cd
    real = [row for row in rows.values() if row["origin"] == "real"]
    expected = sum(row["edits"] for row in real) / 7
    assert table[0]["classes"]["lower case"]["characters"] == 7
    assert table[0]["classes"]["digits"]["rate"] is None
    assert table[0]["character_error_rate"]["rate"] == pytest.approx(expected)
    assert (metrics["split"], metrics["role"]) == ("validation", "early stopping")
    assert metrics["recogniser"]["settings"]["hidden"] == 8
    assert metrics["note"] == "synthetic"
    assert "1 characters unknown" in printed and "1 failed" in printed


def test_lines_are_read_again_with_a_language_model(folder: Path) -> None:
    options = ("--written", str(folder / "written"), "--order", "3")
    printed = run(folder, folder, *options).output
    rows = tables.read(folder / "lines.parquet").to_pylist()
    for row in rows:
        again = count(row["text"], row["read_again"])
        assert (row["edits_again"], row["word_edits_again"]) == (again.edits, again.word_edits)
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["language_model"]["order"] == 3
    real = [row for row in rows if row["origin"] == "real"]
    rates = metrics["table"][0]["with_language_model"]
    expected = sum(row["edits_again"] for row in real) / 7
    assert rates["character_error_rate"]["rate"] == pytest.approx(expected)
    assert "with the language model" in printed


def test_without_a_language_model_nothing_is_read_again(folder: Path) -> None:
    run(folder, folder)
    assert {row["read_again"] for row in tables.read(folder / "lines.parquet").to_pylist()} == {
        None
    }
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["language_model"] is metrics["table"][0]["with_language_model"] is None


def test_what_is_read_does_not_depend_on_the_other_lines(folder: Path) -> None:
    torch.manual_seed(1)
    made = RecognitionNetwork(SETTINGS)
    torch.nn.init.normal_(made.output.weight, std=3)  # an untrained network reads nothing
    network = FusedRecogniser(arrays(made), SETTINGS)
    found = load_lines(folder, ["train", "validation"])
    lines = [found[i] for i in range(len(found.ids))]
    together = read(network, lines)
    assert any(together)
    assert [read(network, [line])[0] for line in lines] == together
    against = readings(network, together, lines)
    assert [one.text for one in against] == together
    assert not any(one.edits or one.error_rate for one in against)
    # A character that the recogniser does not know is not an error of the line.
    unknown = readings(network, [f"{text}ω" for text in together], lines)
    assert not any(one.edits for one in unknown)


def test_what_looks_the_same_alone_is_no_visible_error() -> None:
    pairs = [("l", "I"), ("|", "1"), ("O", "0"), ("s", "S"), ("-", "_"), ("I will", "l will")]
    for text, read_as in pairs:
        assert edits(text, read_as) == 1 and visible_edits(text, read_as) == 0
    for text, read_as in (("l", "t"), ("a o b", "a O b"), ("lie", "Iie"), ("o", "0o"), ("I", "")):
        assert visible_edits(text, read_as) == 1
    assert visible_edits("a I b", "aI b") == 1


def test_same_input_same_bytes(folder: Path, tmp_path: Path) -> None:
    for name in ("first", "second"):
        run(folder, tmp_path / name, "--written", str(folder / "written"))
    for name in ("metrics.json", "lines.parquet"):
        first, second = ((tmp_path / n / name).read_bytes() for n in ("first", "second"))
        assert first == second


def test_a_split_without_transcripts_is_refused(folder: Path) -> None:
    with pytest.raises(PentraceError, match="no line with a transcript in the split test"):
        run(folder, folder, "--split", "test")


def test_lines_without_offsets_are_refused(folder: Path) -> None:
    write_lines(folder / "written", ["w0", "w1"])
    with pytest.raises(PentraceError, match="w2 is not in lines"):
        run(folder, folder, "--written", str(folder / "written"))


def test_other_networks_and_other_units_are_refused(folder: Path) -> None:
    changed = {**small_model.NORMALISATION, "sd": [1.0, 2.0]}
    (folder / "normalisation.json").write_text(json.dumps(changed))
    with pytest.raises(PentraceError, match=r"trained on offsets with sd \[40"):
        run(folder, folder)
    small_model.normalise_by(folder, {})
    with pytest.raises(PentraceError, match="a prediction network; give a recognition network"):
        run(folder, folder)


def test_the_figure_shows_real_and_written_lines(folder: Path) -> None:
    run(folder, folder, "--written", str(folder / "written"))
    found = json.loads((folder / "metrics.json").read_text())
    figure = recognition_figure(found["table"], found["split"])
    panels, (key,) = figure.axes, figure.legends
    titles = [axes.get_title("left") for axes in panels]
    assert titles == ["(a) character error rate", "(b) word error rate"]
    assert [text.get_text() for text in key.get_texts()] == [
        "real, split validation: 3 lines",
        "its 95 % interval",
        "written: 1 to 2 lines per bias, 1 of all failed; bars: 95 % interval",
    ]
    assert [tick.get_text() for tick in panels[0].get_xticklabels()] == ["0", "1"]


def test_the_figure_needs_texts_but_no_written_lines(folder: Path) -> None:
    run(folder, folder)
    table = json.loads((folder / "metrics.json").read_text())["table"]
    assert len(recognition_figure(table, "validation").axes) == 2
    with pytest.raises(PentraceError, match="no error rates"):
        recognition_figure([], "validation")
