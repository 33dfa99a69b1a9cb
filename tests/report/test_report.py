"""The page: self-contained, with every figure and count, and safe with any text in raw files."""

import base64
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pentrace.errors import PentraceError
from pentrace.plot.plot import FIGURES
from pentrace.report import rulegraph
from pentrace.report.contents import pictures
from pentrace.report.report import command, count, decimals, duration, words
from tests.helpers import small_discrimination, small_hands, small_signatures
from tests.helpers.commands import invoke
from tests.helpers.small_results import build_dataset, build_outputs, metrics

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB4iG8MwAAAABJRU5ErkJggg=="
)
DATA_PLOTS = ["strokes", "points", "offsets", "rules", "rejects"]
NET_PLOTS = ["training", "density", "end-of-stroke", "mixture", "comparison", "reliability",
             "samples"]  # fmt: skip
DOT = """Building DAG of jobs...
digraph snakemake_dag {
    graph[bgcolor=white, margin=0];
    node[shape=box, style=rounded, fontname=sans, fontsize=10, penwidth=2];
\t0[label = "all", color = "0.1 0.6 0.85", style="rounded"];
\t1[label = "a<b>", color = "0.2 0.6 0.85", style="rounded"];
\t2[label = "middle", color = "0.3 0.6 0.85", style="rounded"];
\t3[label = "last\\nx: 1", color = "0.4 0.6 0.85", style="rounded"];
\t1 -> 2
\t2 -> 3
\t1 -> 3
\t3 -> 0
}
"""
RUN = {
    "date": "2026-01-02 03:04 UTC",
    "commit": {"id": "ab" * 20, "changed": True},
    "versions": {"Python": "3.11.7", "torch": "2.13.0"},
    "machine": {"processor": "Eight <bit>", "cores": "2"},
    "stages": [
        {"of": "", "stage": "demo", "jobs": 1, "seconds": 0.5, "end": "2026-01-02 03:00 UTC"},
        {"of": "small/net", "stage": "train", "jobs": 1, "seconds": 3725.0,
         "end": "2026-01-02 03:02 UTC"},
        {"of": "small/net", "stage": "plot", "jobs": 7, "seconds": 75.0,
         "end": "2026-01-02 03:04 UTC"},
    ],
}  # fmt: skip
CONFIG = "run: [small]\ndatasets:\n  small:\n    note: made up\n    raw: <data & more>\n"


class Page(HTMLParser):
    """Tags with their attributes, and the text of a page; raises where tags do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in ("meta", "img", "br", "path", "rect"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        self.text += " " if tag in ("td", "th", "text") else ""
        if tag not in ("path", "rect"):
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, tag: str) -> list[dict]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("report")
    dataset, network = build_dataset(made / "small"), build_outputs(made / "small" / "net")
    for place, names in ((dataset, DATA_PLOTS), (network, NET_PLOTS)):
        (place / "plots").mkdir()
        for name in names:
            (place / "plots" / f"{name}.png").write_bytes(PIXEL)
    (made / "config.yaml").write_text(CONFIG)
    (made / "rules.dot").write_text(DOT)
    (made / "run.json").write_text(json.dumps(RUN))
    return made


def report(folder: Path, out: Path, *more: str) -> str:
    arguments = ["--config", folder / "config.yaml", "--out", out, *more]
    invoke(command, *arguments)
    return out.read_text(encoding="utf-8")


def complete(folder: Path, out: Path) -> str:
    return report(
        folder, out, "--rulegraph", folder / "rules.dot", "--run", folder / "run.json",
        "--dataset", "small", folder / "small", "--network", "small/net", folder / "small" / "net",
    )  # fmt: skip


@pytest.fixture(scope="module")
def text(folder) -> str:
    return complete(folder, folder / "report.html")


def test_nothing_is_loaded_from_elsewhere(text):
    page = Page(text)
    for _, attributes in page.tags:
        for name in ("src", "href", "srcset", "data", "action", "poster"):
            value = attributes.get(name)
            assert value is None or value.startswith(("data:", "#")), value
    assert not page.all("script") and not page.all("link") and not page.all("iframe")
    style = re.search(r"<style>(.*)</style>", text, re.DOTALL)[1]
    assert "url(" not in style and "@import" not in style
    assert "default-src 'none'" in text


def test_every_figure_is_in_the_page_with_its_caption(text):
    page = Page(text)
    assert len(page.all("img")) == len(DATA_PLOTS) + len(NET_PLOTS) + 3  # and three samples
    for figure in FIGURES:
        if figure.name in [*DATA_PLOTS, *NET_PLOTS]:
            assert f"{figure.title}. {figure.caption}" in page.text


def test_figures_are_in_the_order_of_the_table_and_unknown_ones_come_last(tmp_path):
    names = ["b-own", "mixture", "a-own", "training", "density"]
    for name in names:
        (tmp_path / f"{name}.png").write_bytes(PIXEL)
    (tmp_path / "notes.txt").touch()
    shown = pictures(tmp_path)
    assert [one.name for one in shown] == ["training", "density", "mixture", "a-own", "b-own"]
    assert [one.category for one in shown[2:4]] == ["Evaluation", "Other figures"]
    assert pictures(tmp_path / "nowhere") == []


def test_every_category_of_the_table_has_a_heading(folder, tmp_path):
    for figure in FIGURES:
        made = tmp_path / ("net" if figure.kinds else "data") / "plots" / f"{figure.name}.png"
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_bytes(PIXEL)
    (tmp_path / "net" / "metrics.json").write_text(json.dumps(metrics()))
    recognised = {"split": "test", "role": "unseen", "table": [], "definitions": {},
                  "recogniser": {"settings": {"kind": "recognition", "layers": 1, "hidden": 8},
                             "weights": 1}}  # fmt: skip
    (tmp_path / "net" / "recognition.json").write_text(json.dumps(recognised))
    small_hands.measures(tmp_path / "net")
    small_discrimination.measures(tmp_path / "net")
    small_signatures.measures(tmp_path / "data")
    text = report(folder, tmp_path / "all.html", "--dataset", "d", tmp_path / "data",
                  "--network", "d/n", tmp_path / "net")  # fmt: skip
    for figure in FIGURES:
        assert text.count(f"<b>{figure.title}.</b>") == 1, figure.name


def test_navigation_leads_to_places_in_the_page(text):
    page = Page(text)
    places = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    links = {attributes["href"][1:] for attributes in page.all("a")}
    assert links <= places and len(links) > 8


def test_counts_are_those_of_the_tables(text):
    plain = re.sub(r"\s+", " ", Page(text).text)
    assert "train 3 2 270 180 12 3 3" in plain  # recordings, kept, points recorded, kept, ...
    assert "in no split 1 1 90 90 4 1 1" in plain
    assert "all 6 5 540 450 24 6 6" in plain
    assert "clean duplicate points 1,012 2 s0: 7 of 90 points" in plain
    assert "parse xml-syntax sample 1 1 bad:" in plain


def test_measures_are_listed_with_published_ones_and_their_conditions(text):
    plain = re.sub(r"\s+", " ", Page(text).text).replace("\u00a0", " ")
    assert (
        "recipe graves, sigma 20.00, 20.00 tablet units, filter A prediction 1 x 8 "
        "validation (early stopping) 1 of 1 −1,234.5 −1.750 2,345.5 2.250 0.321 98.71 % "
        "recipe graves, sigma not published, filter B prediction 3 x 400 "
        "validation 1,438 −1,041.0 – – – 0.41 – "
    ) in plain
    assert (  # in the overview
        "prediction 1 x 8, recipe graves, sigma 20.00, 20.00 tablet units, filter A "
        "validation (early stopping) 1 −1,234.5 −1.750 0.321 "
    ) in plain
    assert "Shaded: as published, Graves 2013." in plain
    assert "Filter A: spike 100." in plain and "Filter B: not published." in plain
    assert "4,321 weights" in plain
    assert "Kept weights: those of step 30" in plain and "−0.250 nats per point" in plain
    assert "it can be negative, because a density, unlike a probability, can be above 1." in plain


def test_the_overview_has_the_legibility_of_written_lines_next_to_that_of_real_ones(
    folder, tmp_path
):
    rate = {"rate": 0.25, "low": 0.2, "high": 0.31}
    row = {"lines": 40, "failed": 0, "characters": 900, "word_error_rate": None, "classes": {}}
    rows = [
        {**row, "origin": "real", "bias": None, "character_error_rate": {**rate, "rate": 0.05}},
        {**row, "origin": "written", "bias": 0.5, "character_error_rate": rate},
        {**row, "origin": "written", "bias": 1.0, "lines": 39, "character_error_rate": None},
    ]
    recognised = {"split": "test", "role": "unseen", "table": rows, "definitions": {},
                  "recogniser": {"settings": {"kind": "recognition", "layers": 1, "hidden": 8},
                             "weights": 1}}  # fmt: skip
    (tmp_path / "recognition.json").write_text(json.dumps(recognised))
    page = report(folder, tmp_path / "a.html", "--network", "d/n", tmp_path)
    plain = re.sub(r"\s+", " ", Page(page).text).replace("\u00a0", " ")
    real = "40 5.0 % (20.0 to 31.0)"
    assert (
        f"d/n split test (for the recogniser: unseen) 0.5 40 25.0 % (20.0 to 31.0) {real} "
        f"1 39 – {real}"
    ) in plain


def test_hostile_text_stays_text(text):
    assert "<script" not in text and "&lt;script&gt;" in text
    assert "<script>alert('file')</script>" in Page(text).text
    assert "raw: <data & more>" in Page(text).text
    assert "a<b>" in Page(text).text  # the name of a rule


def test_note_of_the_configuration_marks_the_data_set_and_its_networks(text):
    for start, end in [
        (">small</a>", "</td>"),
        (">small/net</a>", " prediction"),
        ("<h2>small", "</h2>"),
        ("<h2>small/net", "</h2>"),
        ("one by one", "</summary>"),
    ]:
        assert f'<span class="note">made up</span>{end}' in text.split(start, 1)[1][:60], start


def test_page_is_the_same_twice(folder, text, tmp_path):
    assert complete(folder, tmp_path / "again.html") == text


def test_facts_of_the_run_are_in_one_section(folder, text, tmp_path):
    plain = re.sub(r"\s+", " ", Page(text).text)
    section = plain[plain.index("This run", plain.index("Evaluation")) :]
    for shown in (
        "complete on 2026-01-02 03:04 UTC",
        f"commit {'ab' * 20}, with changes that were not committed",
        "Python 3.11.7, torch 2.13.0",
        "processor Eight <bit>, cores 2",
        "small/net 1 h 03 min train 1 h 02 min, plot 1 min 15 s (7 jobs) 2026-01-02 03:04 UTC",
    ):
        assert shown in section
    other = {**RUN, "date": "another day", "commit": None, "stages": []}
    (tmp_path / "run.json").write_text(json.dumps(other))
    changed = report(
        folder, tmp_path / "b.html", "--rulegraph", folder / "rules.dot", "--run",
        tmp_path / "run.json", "--dataset", "small", folder / "small", "--network", "small/net",
        folder / "small" / "net",
    )  # fmt: skip
    assert "The commit of the code is unknown" in changed and "had no records" in changed
    assert without_run(changed) == without_run(text) != text


def without_run(text: str) -> str:
    return re.sub(r'<h2 id="run">.*?(?=<h2)', "", text, flags=re.DOTALL)


def test_the_page_that_writes_is_linked(folder, text, tmp_path):
    made = report(folder, tmp_path / "a" / "report.html", "--page", tmp_path / "write.html")
    assert '<a href="../write.html">Write a text by hand' in made
    assert "write.html" not in text


def test_what_was_not_built_is_left_out(folder, tmp_path):
    plain = Page(report(folder, tmp_path / "a.html", "--dataset", "empty", tmp_path / "no",
                        "--network", "none", tmp_path / "no")).text  # fmt: skip
    assert "The table of samples was not built." in plain and "Not measured." in plain
    assert "No rule graph was given." in plain and "No facts of a run were given." in plain


def test_files_that_are_not_what_they_should_be_are_named(folder, tmp_path):
    (tmp_path / "metrics.json").write_text("{")
    with pytest.raises(PentraceError, match=r"metrics\.json: not JSON"):
        report(folder, tmp_path / "a.html", "--network", "n", tmp_path)
    (tmp_path / "rules.dot").write_text("nothing here")
    with pytest.raises(PentraceError, match="rulegraph"):
        report(folder, tmp_path / "a.html", "--rulegraph", tmp_path / "rules.dot")
    assert not (tmp_path / "a.html").exists()


def test_rule_graph_has_every_rule_and_no_implied_edge():
    graph = rulegraph.parse_dot(DOT)
    assert [graph.nodes[n]["label"] for n in graph] == ["all", "a<b>", "middle", "last"]
    drawn = rulegraph.svg(graph)
    assert drawn.count('class="rule"') == 4
    assert drawn.count('class="edge"') == 3  # not 1 -> 3
    assert "a&lt;b&gt;" in drawn


def test_cycles_are_refused():
    with pytest.raises(PentraceError):
        rulegraph.parse_dot('1[label = "a"]\n2[label = "b"]\n1 -> 2\n2 -> 1\n')


def test_the_label_of_a_rule_says_that_it_depends_on_itself():
    graph = rulegraph.parse_dot('0[label = "all"]\n7[label = "train"]\n7 -> 7\n7 -> 0\n')
    drawn = rulegraph.svg(graph)
    assert "train (one starts from another)" in drawn and drawn.count('class="edge"') == 1


@given(st.sets(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=40))
def test_rules_never_overlap_and_data_flow_downward(pairs):
    graph = nx.DiGraph((str(a), str(b)) for a, b in pairs if a < b)
    graph.add_node("13")
    drawn = rulegraph.svg(graph)
    boxes = {
        name: (float(x), float(y), float(width))
        for x, y, width, name in re.findall(
            r'<rect x="([-\d.]+)" y="([-\d.]+)" width="([\d.]+)".*?<text[^>]*>(\d+)<', drawn
        )
    }
    assert set(boxes) == set(graph)
    for a, b in graph.edges:
        assert boxes[a][1] < boxes[b][1]
    rows: dict[float, list[tuple[float, float]]] = {}
    for x, y, width in boxes.values():
        rows.setdefault(y, []).append((x, x + width))
    for row in rows.values():
        row.sort()
        assert all(right <= left for (_, right), (left, _) in pairwise(row))


@pytest.mark.parametrize(
    "value, shown", [(None, "–"), (0, "0"), (12345, "12,345"), (-7, "−7")]
)  # fmt: skip
def test_counts_read_well(value, shown):
    assert count(value) == shown


def test_numbers_and_settings_read_well():
    shown = [duration(s) for s in (0.04, 59.94, 59.96, 3599.4, 3600, 86_400)]
    assert shown == ["0.0 s", "59.9 s", "1 min 00 s", "59 min 59 s", "1 h 00 min", "24 h 00 min"]
    assert decimals(-1041.04, 1) == "−1,041.0" and decimals(None) == "–"
    assert words({"too_long": None, "spike": 100.0, "require_text": False, "duplicate": True}) == (
        "too long off, spike 100, require text off, duplicate on"
    )
    assert words(["train", "test"]) == "train, test"
