"""Fictional characters: the distance, the nearest characters, and the commands on small data."""

import json
from pathlib import Path

import numpy as np
import pytest

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.generate.fictional import compare, summary
from pentrace.generate.settings import FictionalSettings
from pentrace.generate.time_warping import distances, nearest, outlines
from pentrace.generate.unconditional import Sample
from pentrace.plot import style
from pentrace.plot.drawing import from_offsets
from pentrace.plot.fictional import fictional_figure
from pentrace.report.contents import network_part
from pentrace.windows.lines import load_lines
from tests.helpers import small_model
from tests.helpers.commands import pentrace
from tests.helpers.small_kanji import build


def plain(one: np.ndarray, other: np.ndarray, band: int) -> float:
    """Dynamic time warping by its definition, float64."""
    n = len(one)
    least = np.full((n + 1, n + 1), np.inf)
    least[0, 0] = 0
    for i in range(n):
        for j in range(max(0, i - band), min(n, i + band + 1)):
            before = min(least[i, j], least[i, j + 1], least[i + 1, j])
            least[i + 1, j + 1] = np.hypot(*(one[i] - other[j])) + before
    return least[n, n] / n


@pytest.mark.parametrize("band", [0, 1, 4, 19])
def test_the_distance_is_dynamic_time_warping(band: int) -> None:
    random = np.random.default_rng(1)
    many = random.normal(size=(7, 20, 2)).astype(np.float32)
    one = random.normal(size=(20, 2)).astype(np.float32)
    expected = [plain(one.astype(float), other.astype(float), band) for other in many]
    np.testing.assert_allclose(distances(one, many, band), expected, rtol=1e-5)
    index, apart = nearest(many[2:4] + 1e-3, many, band)
    assert index.tolist() == [2, 3] and (apart < 0.003).all()


def test_outlines_do_not_depend_on_place_size_and_the_pen_in_the_air() -> None:
    # An L of two strokes, 4 and 2 long, and the same moved, larger and with more points.
    small = np.array([[0, 4], [0, 0], [0.5, 0], [2.5, 0]], float)
    large = np.array([[0, 4], [0, 3], [0, 1], [0, 0], [0.5, 0], [1, 0], [2.5, 0]]) * 7 + 100
    lifted = np.array([0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 1], bool)
    found = outlines(np.concatenate([small, large]), lifted, np.array([0, 4, 11]), 7)
    np.testing.assert_allclose(found[0], found[1], atol=1e-6)
    inked = found[0] * 4 + [1.25, 2]
    np.testing.assert_allclose(inked[:4], [[0, 4], [0, 3], [0, 2], [0, 1]], atol=1e-6)
    np.testing.assert_allclose(inked[5:], [[1.5, 0], [2.5, 0]], atol=1e-6)


def test_a_dot_has_an_outline() -> None:
    dots = outlines(
        np.array([[3.0, 4.0], [1, 1], [2, 2]]), np.ones(3, bool), np.array([0, 1, 3]), 5
    )
    assert np.isfinite(dots).all() and not dots[0].any()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("kanji"))


def settings(**given: object) -> str:
    return json.dumps({"characters": 5, "steps": 60, "real": 2, "points": 16, "band": 3, **given})


def fictional(d: Path, out: str, *more: str) -> str:
    return pentrace(
        "fictional",
        *small_model.options(d),
        "--out",
        d / out,
        *(more or ("--settings", settings(formats=[]))),
    )


def test_no_time_is_made_up(built: Path) -> None:
    assert json.loads((built / "normalisation.json").read_text())["timed"] is False
    pentrace(
        "sample",
        *small_model.options(built),
        "--out",
        built / "samples",
        "--settings",
        '{"lines": 1, "steps": 50, "bias": [0.5], "prime": 1}',
        "--note",
        "KanjiVG, CC BY-SA",
    )
    points = tables.read(built / "samples/points.parquet")
    assert points["t"].null_count == len(points)
    for drawn in (built / "samples").glob("bias-*.*ml"):
        assert "KanjiVG, CC BY-SA" in drawn.read_text()


def test_every_file_is_accounted_for(built: Path) -> None:
    samples = tables.read(built / "samples.parquet").to_pylist()
    rejects = tables.read(built / "rejects.parquet").to_pylist()
    assert {row["text"] for row in samples} == {chr(0x4E00 + i) for i in range(24)}
    parsed = [(r["sample_id"], r["rule"], r["lost"]) for r in rejects if r["stage"] == "parse"]
    assert sorted(parsed) == [
        ("04e00-Kaisho", "not-asked-for", "nothing"),
        ("04f00", "xml-syntax", "sample"),
    ]


def test_fictional_and_unseen_characters_next_to_the_nearest(built: Path) -> None:
    output = fictional(built, "fictional")
    assert "5 fictional" in output and "2 real" in output
    rows = tables.read(built / "fictional/nearest.parquet").to_pylist()
    assert [row["origin"] for row in rows] == ["fictional"] * 5 + ["real"] * 2
    points = tables.read(built / "fictional/points.parquet")["sample_id"].to_pylist()
    assert [row["n_points"] for row in rows[:5]] == [points.count(r["sample_id"]) for r in rows[:5]]
    samples = {r["sample_id"]: r for r in tables.read(built / "samples.parquet").to_pylist()}
    assert all(samples[row["nearest"]]["split"] == "train" for row in rows)
    assert all(samples[row["nearest"]]["text"] == row["text"] for row in rows)
    assert all(samples[row["sample_id"]]["split"] == "validation" for row in rows[5:])
    again = (built / "fictional/nearest.parquet").read_bytes()
    fictional(built, "fictional")
    assert (built / "fictional/nearest.parquet").read_bytes() == again


def test_each_is_written_as_files_with_the_note(built: Path) -> None:
    given = ("--settings", settings(), "--note", "KanjiVG, CC BY-SA")
    fictional(built, "files", *given)
    out = built / "files"
    drawn = [f"fictional-{i:02d}" for i in range(5)]
    expected = {f"{name}.{kind}" for name in drawn for kind in ("svg", "png", "inkml")}
    expected |= {"points.parquet", "nearest.parquet", "sheet.svg", "sheet.png"}
    assert {path.name for path in out.iterdir()} == expected
    for path in [*out.glob("*.svg"), *out.glob("*.inkml")]:
        assert "KanjiVG, CC BY-SA" in path.read_text()
    assert "bias 1, seed 1, nearest to 04e" in (out / "fictional-03.inkml").read_text()
    sheet = (out / "sheet.svg").read_text()
    assert all(f">{name}" in sheet for name in drawn) and "bias" not in sheet
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    fictional(built, "files", *given)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    fictional(built, "files", "--settings", settings(formats=["svg"]))
    assert {path.suffix for path in out.iterdir()} == {".svg", ".parquet"}
    (out / "mine.txt").touch()
    with pytest.raises(PentraceError, match=r"mine\.txt"):
        fictional(built, "files", "--settings", settings(formats=[]))


def test_a_training_character_has_distance_zero_from_itself(built: Path) -> None:
    fictional(built, "copied", "--settings", settings(real_split="train", characters=1, formats=[]))
    copies = tables.read(built / "copied/nearest.parquet").to_pylist()[1:]
    assert [row["nearest"] for row in copies] == [row["sample_id"] for row in copies]
    assert max(row["distance"] for row in copies) < 1e-6


def test_characters_nearer_than_all_unseen_ones_are_marked(built: Path) -> None:
    known = load_lines(built, ["train"])
    units = json.loads((built / "normalisation.json").read_text())
    how = FictionalSettings(points=16, band=3)
    unlike = np.array([[0, 0, 0], [9, 9, 0], [-9, 0, 1], [9, -9, 1]], np.float32)
    drawn = [Sample("copied", known[4], 1.0, None, 0), Sample("new", unlike, 1.0, None, 0)]
    real = load_lines(built, ["validation"])
    rows = compare(drawn, real, known, units, how)
    assert [row["copy"] for row in rows] == [True] + [False] * (1 + len(real.ids))
    assert "1 possible copies, nearer than every real character: copied" in summary(rows)
    # No character is nearer than a training character; without real characters, none is marked.
    assert not any(row["copy"] for row in compare(drawn, known, known, units, how))
    alone = compare(drawn, known.only(set()), known, units, how)
    assert [row["copy"] for row in alone] == [None, None] and "copies" not in summary(alone)
    names = {name for row in rows for name in (row["sample_id"], row["nearest"])}
    sheet = fictional_figure(rows, {name: from_offsets(name, unlike) for name in names})
    marked = [text for text in sheet.texts if "copy?" in text.get_text()]
    assert [text.get_color() for text in marked] == [style.RED]
    (out := built / "net" / "fictional").mkdir(parents=True)
    tables.write_rows(out / "nearest.parquet", schema.NEAREST, rows)
    drawn_row, real_row = network_part("kanji/net", out.parent, "").fictional
    assert (drawn_row["copies"], drawn_row["characters"], real_row["copies"]) == (1, 2, 0)


@pytest.mark.parametrize("real", [0, 2])
def test_the_sheet_is_drawn(built: Path, real: int) -> None:
    fictional(built, "sheet", "--settings", settings(real=real, formats=[]))
    out = built / f"sheet-{real}.png"
    pentrace(
        "plot",
        "fictional",
        "--drawn",
        built / "sheet",
        "--data",
        built,
        "--note",
        "n",
        "--out",
        out,
    )
    assert out.read_bytes()[:4] == b"\x89PNG" and out.stat().st_size > 10_000


@pytest.mark.parametrize("figure", ["density", "end-of-stroke", "mixture"])
def test_figures_of_two_states_work_with_three(built: Path, figure: str) -> None:
    out = built / f"{figure}.png"
    pentrace(
        "plot",
        figure,
        "--model",
        built / "model.safetensors",
        "--data",
        built,
        "--out",
        out,
    )
    assert out.stat().st_size > 10_000


def test_it_is_measured_as_all_networks_are(built: Path) -> None:
    pentrace(
        "evaluate",
        *small_model.options(built),
        "--out-metrics",
        built / "metrics.json",
        "--out-lines",
        built / "lines.parquet",
        "--settings",
        '{"generated_lines": 4, "generated_steps": 50, "baseline_components": 2}',
    )
    found = json.loads((built / "metrics.json").read_text())
    assert found["distributions"]["quantities"]["speed"] is None
    assert found["distributions"]["generated_steps"] is None  # each ends without a limit
    rows = {row["model"]: row for row in found["table"] if row["split"] == "train"}
    assert 0 < rows["prediction 1 x 16"]["end_of_stroke_accuracy"] <= 1


def test_a_network_with_two_states_of_the_pen_is_refused(tmp_path: Path) -> None:
    small_model.write(tmp_path)
    with pytest.raises(PentraceError, match="pen_states: 3"):
        fictional(tmp_path, "fictional")


def test_a_band_is_within_the_points() -> None:
    with pytest.raises(ValueError, match="must be below points"):
        FictionalSettings(points=8, band=8)


def test_a_format_is_given_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        FictionalSettings(formats=("svg", "svg"))
