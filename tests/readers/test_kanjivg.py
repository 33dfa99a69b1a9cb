"""KanjiVG: a drawn character is read as it was drawn, at even points; bad files are rejects."""

import re
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from svgelements import Path as SvgPath

from pentrace import schema, tables
from pentrace.collect.collect import command as collect
from pentrace.collect.python_package import raw_folder
from pentrace.collect.scan import scan
from pentrace.errors import PentraceError
from pentrace.ingest.assign_splits import seeded_split
from pentrace.ink import to_table
from pentrace.readers import _svg_paths, kanjivg
from pentrace.readers.settings import LabelSettings, ParseSettings
from pentrace.readers.sources.kanjivg import group
from tests.helpers.commands import invoke

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" width="109" height="109">'
CURVE = "M17.39,14.97c0.94,0.94,1.26,2.28,1.26,4c0,0.77-0.18,49.78-0.18,69.28S20,90,30,95"
KNOWN = {
    "not-asked-for", "file-name", "xml-syntax", "xml-doctype", "xml-entity", "xml-depth",
    "too-large", "not-svg", "transform", "path-syntax", "out-of-range", "too-many-points", "empty",
}  # fmt: skip


def svg(*paths: str, inside: str = "") -> str:
    strokes = "".join(f'<path d="{data}"/>' for data in paths)
    return f'{HEAD}<g id="kvg:StrokePaths"><g>{strokes}</g></g>{inside}</svg>'


def read(files: dict[str, str | bytes], **given: object):
    contents = [c if isinstance(c, bytes) else c.encode() for c in files.values()]
    columns = {"path": [*files], "sha256": ["0" * 64] * len(files), "content": contents}
    table = pa.table(columns, schema=schema.RAW)
    return kanjivg.read(table, ParseSettings.model_validate(given))


def rule(document: str | bytes, name: str = "kanji/04e00.svg", **given: object) -> str:
    parsed = read({name: document}, **given)
    assert not parsed.samples
    return parsed.rejects[0].rule


def test_each_path_is_a_stroke_in_the_order_of_the_file() -> None:
    parsed = read({"kanji/04e8c.svg": svg("M10,20L40,20", "M5,90h90", "M50,50l0,0.5")}, spacing=10)
    assert not parsed.rejects
    ink, (row,) = parsed.ink, parsed.samples
    assert row["text"] == "二" and row["sample_id"] == "04e8c" and row["kind"] == "character"
    assert (row["y_axis"], row["n_strokes"], row["n_points"]) == ("down", 3, 16)
    assert ink.x.tolist() == [10, 20, 30, 40, *range(5, 100, 10), 50, 50]
    assert ink.y.tolist() == [20] * 4 + [90] * 10 + [50, 50.5]
    assert ink.stroke.tolist() == [0] * 4 + [1] * 10 + [2] * 2
    assert to_table(ink)["t"].null_count == 16


@pytest.mark.parametrize("spacing", [2.0, 6.0])
def test_points_are_even_along_the_curve(spacing: float) -> None:
    parsed = read({"04e00.svg": svg(CURVE)}, spacing=spacing)
    points = np.stack([parsed.ink.x, parsed.ink.y], 1).astype(float)
    # The same curve, evaluated by the library at very many places.
    fine = [(p.x, p.y) for piece in list(SvgPath(CURVE))[1:]
            for p in map(piece.point, np.linspace(0, 1, 4001))]  # fmt: skip
    way = np.append(0, np.cumsum(np.hypot(*np.diff(fine, axis=0).T)))
    apart = np.hypot(*(points[:, None] - fine).transpose(2, 0, 1))
    assert apart.min(1).max() < 0.05
    steps = np.diff(way[apart.argmin(1)])
    assert abs(steps.mean() / spacing - 1) < 0.1
    np.testing.assert_allclose(steps, steps.mean(), rtol=0.02)
    np.testing.assert_allclose(points[[0, -1]], [fine[0], fine[-1]], atol=1e-5)


def test_quadratic_pieces_and_closing_lines_are_drawn() -> None:
    parsed = read({"04e00.svg": svg("M0,0Q10,20 20,0T40,0L20,-30Z")}, spacing=1)
    assert abs(parsed.ink.y.max() - 10) < 0.05 and abs(parsed.ink.x.max() - 40) < 0.05
    assert (parsed.ink.x[-1], parsed.ink.y[-1]) == (0, 0)


def test_files_do_not_depend_on_one_another() -> None:
    files = {
        "04e00.svg": svg(CURVE),
        "04e01.svg": svg("M1,2L80,80", CURVE),
        "04e03.svg": svg(CURVE),
    }
    whole = read(files).ink
    for i, (name, document) in enumerate(files.items()):
        alone = read({name: document}).ink
        part = slice(whole.starts[i], whole.starts[i + 1])
        np.testing.assert_array_equal(alone.x, whole.x[part])
        np.testing.assert_array_equal(alone.stroke, whole.stroke[part])


def test_files_not_asked_for_are_listed_but_not_lost() -> None:
    files = dict.fromkeys(
        ("04e00.svg", "04e00-Kaisho.svg", "04e00-HzFst.svg", "03042.svg"), svg(CURVE)
    )
    parsed = read(files)
    assert [row["sample_id"] for row in parsed.samples] == ["04e00"]
    assert {(r.rule, r.lost) for r in parsed.rejects} == {("not-asked-for", "nothing")}
    assert len(parsed.rejects) == 3
    assert len(read(files, variants=["Kaisho"]).samples) == 2
    assert len(read(files, variants="all", characters="all").samples) == 4


def test_variants_stay_with_their_character() -> None:
    files = {"04e00.svg": svg(CURVE), "04e00-Kaisho.svg": svg(CURVE), "04e01.svg": svg(CURVE)}
    parsed = read(files, variants="all")
    rows = pa.Table.from_pylist(parsed.samples, schema=schema.PARSED)
    found = kanjivg.label([], rows, [], LabelSettings())
    assert [(row["form"], row["text"]) for row in found.rows] == [
        ("04e00", "一"), ("04e00", "一"), ("04e01", "丁")
    ]  # fmt: skip
    assert group("kanji/04e00-Kaisho.svg") == group("kanji/04e00.svg") == "04e00"


def test_two_codes_of_one_character_are_one_form_and_one_shard() -> None:
    files = dict.fromkeys(("096f6.svg", "0f9b2.svg", "0F9B2-Kaisho.svg"), svg(CURVE))
    parsed = read(files, variants="all")
    rows = pa.Table.from_pylist(parsed.samples, schema=schema.PARSED)
    found = kanjivg.label([], rows, [], LabelSettings())
    assert {(row["form"], row["text"]) for row in found.rows} == {("096f6", "\u96f6")}
    assert [row["sample_id"] for row in found.rows] == ["096f6", "0f9b2", "0F9B2-Kaisho"]
    assert {group(f"kanji/{name}") for name in files} == {"096f6"}


def test_no_character_of_the_package_is_in_two_splits() -> None:
    names = [path.stem for path in raw_folder(Path("package:kanjivg")).glob("*.svg")]
    texts = [chr(int(name.partition("-")[0], 16)) for name in names]
    samples = [
        {"sample_id": n, "text": t, "writer": None} for n, t in zip(names, texts, strict=True)
    ]
    rows = kanjivg.label([], pa.Table.from_pylist(samples), [], LabelSettings()).rows
    splits = seeded_split(rows, LabelSettings(split="form"))
    where: dict[str, set[str]] = {}
    for row, split in zip(rows, splits, strict=True):
        where.setdefault(row["text"], set()).add(split)
    assert len(rows) > len(where) > 6000
    assert all(len(found) == 1 for found in where.values())


@given(st.text("0123456789abcdefABCDEF", min_size=4, max_size=6))
def test_any_wanted_file_has_a_shard(code: str) -> None:
    assert group(f"kanji/{code}.svg") == group(f"{code.upper()}-Kaisho.svg") != ""


def test_what_cannot_be_read_is_named() -> None:
    assert rule("<svg") == "xml-syntax"
    assert rule("<html/>") == "not-svg"
    assert rule(svg()) == "empty"
    assert rule(svg("M5,5")) == "empty"
    assert rule(svg("L5,5")) == "path-syntax"
    assert rule(svg("M5,5L")) in ("path-syntax", "empty")
    assert rule(svg("M1,1L2,2M3,3L4,4")) == "path-syntax"
    assert rule(svg("M1,1A5,5,0,0,1,9,9")) == "path-syntax"
    assert rule(svg("M1,1L2e9,2")) == "out-of-range"
    assert rule(svg("M1,1L1e999,2")) == "out-of-range"
    assert rule(svg("M1,1L9e5,2"), max_points=1000) == "too-many-points"
    assert rule(svg("M1,1" + "l1,1" * 100), max_points=1000) == "too-many-points"
    assert rule(svg("M1,1L9,9").replace("<g>", '<g transform="scale(2)">')) == "transform"
    assert rule(svg("M1,1L9,9"), name="kanji/0d800.svg") == "file-name"
    assert rule(svg("M1,1L9,9"), name="kanji/110000.svg") == "file-name"


def test_damaged_paths_are_refused_at_once_and_none_loses_a_stroke_in_silence() -> None:
    flipped = "M27.98,16.87c0.39,1.04,1.08,2.74,0.89,4.24c--0.98,7.39-7.32,33.66-11.63,42.29"
    begin = time.perf_counter()
    assert rule(svg(flipped)) == "path-syntax"
    assert rule(svg("M0 0" + "z" * 80_000)) == "too-many-points"
    assert rule(svg("M0 0 " + "1" * 100_000 + "!")) == "path-syntax"
    assert time.perf_counter() - begin < 1
    assert len(read({"04e00.svg": svg("M10,44.c1,1,2,2,3,3")}).samples) == 1
    odd = "M21.25,89.15c1.25,0.98,2.49,0.84,4.33-0. 07c7.8-3.83"
    reason = read({"04e00.svg": svg(odd)}).rejects[0].reason
    assert reason.endswith("7 numbers after c; expected a multiple of 6")


def test_a_stroke_without_a_curve_is_counted_in_the_rejects() -> None:
    parsed = read({"04e00.svg": svg("M1,1l5,5", "M5,5", "", "M7,7l9,9")})
    assert parsed.samples[0]["n_strokes"] == 2
    (reject,) = parsed.rejects
    assert (reject.rule, reject.lost, reject.count) == ("empty-stroke", "strokes", 2)


LETTERS = st.sampled_from("LlHhVvCcSsQqTtZz")
COUNTS = {"L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "Z": 0}


@given(st.lists(LETTERS, max_size=8), st.randoms(use_true_random=False))
def test_path_data_are_read_as_svgelements_reads_them(letters: list[str], random) -> None:
    # The library mirrors the control of any curve; the standard only that of the same kind.
    assume(not re.search("[QqTt][Ss]|[CcSs][Tt]", "".join(letters)))
    words = [[f"{random.uniform(-9, 9):.2f}" for _ in range(COUNTS[c.upper()])] for c in letters]
    data = "M1,2" + "".join(c + ",".join(w) for c, w in zip(letters, words, strict=True))
    mine = _svg_paths.pieces([(data, 1)], ParseSettings())[0]
    library = [piece for piece in SvgPath(data) if type(piece).__name__ != "Move"]
    assert len(library) == len(mine)
    for piece, points in zip(library, mine, strict=True):
        half = piece.point(0.5)
        middle = np.array([0.125, 0.375, 0.375, 0.125]) @ points
        np.testing.assert_allclose(middle, (half.x, half.y), rtol=1e-6, atol=1e-6)


def test_its_document_type_is_allowed_and_entities_are_not() -> None:
    declared = "<!DOCTYPE svg [<!ATTLIST g kvg:part CDATA #IMPLIED>]>"
    assert len(read({"04e00.svg": declared + svg(CURVE)}).samples) == 1
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    assert rule(bomb + svg(CURVE)) == "xml-entity"
    outside = '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    assert rule(outside + svg(CURVE, inside="<text>&a;</text>")) == "xml-entity"


DATA = st.text("MmLlCcSsQqHhVvZzAa0123456789.,-+eE \n", max_size=40)


@settings(max_examples=150, deadline=None)
@given(st.lists(DATA, max_size=3), st.binary(max_size=8), st.integers(0, 400))
def test_a_malformed_file_gives_only_named_rejects(data: list[str], junk: bytes, at: int) -> None:
    document = svg(*data).encode()
    document = document[:at] + junk + document[at:]
    parsed = read({"kanji/04e00.svg": document, "kanji/04e01.svg": svg(CURVE)})
    assert len(parsed.samples) + len(parsed.rejects) == 2
    assert {reject.rule for reject in parsed.rejects} <= KNOWN
    assert all(reject.reason for reject in parsed.rejects)
    assert np.isfinite(parsed.ink.x).all() and np.isfinite(parsed.ink.y).all()
    np.testing.assert_array_equal(parsed.ink.stroke[parsed.ink.starts[:-1]], 0)


# The package


def test_a_package_is_found_by_its_name(tmp_path: Path) -> None:
    assert (raw_folder(Path("package:kanjivg")) / "04e00.svg").is_file()
    assert raw_folder(tmp_path) == tmp_path
    with pytest.raises(PentraceError, match="pip install"):
        raw_folder(Path("package:no-such-package-anywhere"))
    with pytest.raises(PentraceError, match="one folder of data"):
        raw_folder(Path("package:setuptools"))


def test_the_package_is_collected_byte_for_byte(tmp_path: Path) -> None:
    words = ["--reader", "kanjivg", "--raw", "package:kanjivg", "--shards", "40"]
    words += ["--only", "ink-07", "--out", str(tmp_path)]
    invoke(collect, *words)
    rows = tables.read(tmp_path / "ink-07.parquet").to_pylist()
    folder = raw_folder(Path("package:kanjivg"))
    assert len(rows) > 100
    assert all(row["content"] == (folder / Path(row["path"]).name).read_bytes() for row in rows)
    parsed = kanjivg.read(tables.read(tmp_path / "ink-07.parquet"), ParseSettings())
    assert {reject.lost for reject in parsed.rejects} == {"nothing"}
    assert len(parsed.samples) > 100
    found = scan("kanjivg", Path("package:kanjivg"), 40, tmp_path / "cache")
    listed = found.manifests["ink-07"].splitlines()
    assert found.scattered and len(listed) == len(rows)
