"""InkML: the trace grammar, formats and contexts, annotations, and named rejects."""

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pentrace import schema
from pentrace.config.checks import load
from pentrace.ink import to_table
from pentrace.page.inkml import inkml as to_inkml
from pentrace.readers import inkml
from pentrace.readers._assemble import Malformed
from pentrace.readers._inkml_trace import decode as decode_all
from pentrace.readers.settings import ParseSettings

XY = '<channel name="X"/><channel name="Y"/>'


def read(*documents: str | bytes, **settings: int):
    files = [d if isinstance(d, bytes) else d.encode() for d in documents]
    table = pa.table(
        {
            "path": [f"page{i}.inkml" for i in range(len(files))],
            "sha256": ["0" * 64] * len(files),
            "content": files,
        },
        schema=schema.RAW,
    )
    return inkml.read(table, ParseSettings(**settings))


def ink(body: str, channels: str = XY) -> str:
    head = '<ink xmlns="http://www.w3.org/2003/InkML">'
    return f"{head}<traceFormat>{channels}</traceFormat>{body}</ink>"


def one(document: str):
    parsed = read(document)
    assert not parsed.rejects, parsed.rejects
    return parsed.ink, parsed.samples[0]


def decode(text: str, regular: int, channels: int) -> np.ndarray:
    return decode_all([text], regular, channels)[0]


# Traces


def test_the_example_of_the_recommendation():
    text = "1125 18432,'23'43,\"7\"-8,3-5,7 -3,6 2,6 8,3 6 T,2 4*T,3 6,3-6 F F"
    points = decode(text, 2, 4)
    velocities = np.diff(points[:, :2], axis=0)
    assert points[0, :2].tolist() == [1125, 18432]
    assert velocities[:4].tolist() == [[23, 43], [30, 35], [33, 30], [40, 27]]
    assert points[7:, 2].tolist() == pytest.approx([1, 1, np.nan, 0], nan_ok=True)
    assert points[8, 3] == 1


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("1,2,3", [1, 2, 3]),
        ("1, '1, 1, 1", [1, 2, 3, 4]),
        ("1, '1, !7, 8, '1", [1, 2, 7, 8, 9]),
        ("1, '1, \"1, 1", [1, 2, 4, 7]),
        ('1, 3, "1', [1, 3, 6]),
        ("4, *, 5, *", [4, 4, 5, 5]),
        ("4, '2, *, *", [4, 6, 8, 10]),
        ("4, '2, \"1, *, *", [4, 6, 9, 13, 18]),
        ("4, ?, '2, ?, 2", [4, np.nan, 6, np.nan, 8]),
        ("#1F, #a, -#2", [31, 10, -2]),
        ("- 3, ' - 2,", [-3, -5]),
        (".5, 1., +2e1", [0.5, 1, 20]),
        ("T, F", [1, 0]),
        ("", []),
    ],
)
def test_orders_of_difference_and_wildcards(text: str, column: list):
    assert decode(text, 1, 1)[:, 0].tolist() == pytest.approx(column, nan_ok=True)


def test_values_need_no_blank_between_signs_or_prefixes():
    assert decode("1-2!3,'4\"5-6", 3, 3).tolist() == [[1, -2, 3], [5, 3, -6]]


def test_orders_are_those_of_one_channel_and_of_one_trace():
    points, _ = one(ink("<trace>1 1,'1 5,1 6</trace><trace>9 9,8 8</trace>"))
    assert points.x.tolist() == [1, 2, 3, 9, 8]
    assert points.y.tolist() == [1, 5, 6, 9, 8]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("1 x", "trace-syntax"),
        ("1 2; 3 4", "trace-syntax"),
        ("1 2, 3", "trace-columns"),
        ("1 2 3", "trace-columns"),
        ("1 2,, 3 4", "trace-columns"),
        ("'1 2", "trace-start"),
        ("1e99 2", "out-of-range"),
        ("1 " + "2" * 50, "trace-syntax"),
    ],
)
def test_invalid_traces_are_refused(text: str, rule: str):
    with pytest.raises(Malformed) as error:
        decode(text, 2, 2)
    assert error.value.rule == rule
    assert read(ink(f"<trace>{text}</trace>")).rejects[0].rule == rule


numbers = st.lists(
    st.tuples(st.integers(-9999, 9999), st.integers(-9999, 9999)), min_size=1, max_size=30
)


@settings(deadline=None)
@given(numbers, st.lists(st.sampled_from([0, 1, 2]), min_size=30, max_size=30))
def test_any_mixture_of_orders_gives_the_points_back(points: list, orders: list[int]):
    x = np.array(points)
    words, now = [], 0
    for i, (value, order) in enumerate(zip(x, [0, *orders], strict=False)):
        before = x[i - 1] if i else 0
        velocity = before - x[i - 2] if i > 1 else 0
        written = (value, value - before, value - before - velocity)[order]
        mark = "!'\""[order] if order != now else ""
        words.append(" ".join(f"{mark}{number}" for number in written))
        now = order
    assert decode(",".join(words), 2, 2).tolist() == x.tolist()


@settings(deadline=None)
@given(st.text("0123456789.-+ ,'\"!*?TF#aeE\n", max_size=40))
def test_any_trace_gives_points_or_a_reject(text: str):
    try:
        points = decode(text, 1, 3)
    except Malformed:
        return
    assert points.shape[1] == 3


# Formats


def test_all_channels_by_reserved_and_by_plain_names():
    for names in ("X Y T F OA OE S", "X Y time pressure azimuth elevation button"):
        channels = "".join(f'<channel name="{n}" units="s"/>' for n in names.split())
        points, _ = one(ink("<trace>1 2 .5 100 30 60 1, 3 4 .51 0 31 61 1</trace>", channels))
        table = to_table(points).to_pydict()
        assert table["t"] == [0.5, 0.51]
        assert table["pressure"] == [100, 0]
        assert table["azimuth"] == [30, 31]
        assert table["altitude"] == [60, 61]
        assert table["button"] == [1, 1]


def test_order_of_channels_and_channels_without_meaning():
    channels = '<channel name="W"/><channel name="Y"/><channel name="Z"/><channel name="X"/>'
    points, _ = one(ink("<trace>0 1 2 3</trace>", channels))
    assert (points.x[0], points.y[0]) == (3, 1)
    assert points.channels == {}
    assert to_table(points)["t"].null_count == 1


def test_intermittent_channels_may_be_left_out():
    extra = '<channel name="F"/><channel name="S" type="boolean" default="F"/>'
    channels = f"{XY}<intermittentChannels>{extra}</intermittentChannels>"
    points, _ = one(ink("<trace>1 1 5 T, 2 2 6 T, 3 3, 4 4 7 T</trace>", channels))
    np.testing.assert_array_equal(points.channels["pressure"], [5, 6, np.nan, 7])
    assert points.channels["button"].tolist() == [1, 1, 0, 1]
    assert points.stroke.tolist() == [0, 0, -1, 1]


@pytest.mark.parametrize(
    ("orientation", "axis"),
    [("", "down"), ('orientation="+ve"', "down"), ('orientation="-ve"', "up")],
)
def test_y_grows_downward_by_default(orientation: str, axis: str):
    channels = f'<channel name="X"/><channel name="Y" {orientation}/>'
    points, row = one(ink("<trace>1 2</trace>", channels))
    assert (row["y_axis"], points.y[0]) == (axis, 2)


def test_x_is_made_to_grow_rightward():
    channels = '<channel name="X" orientation="-ve"/><channel name="Y"/>'
    assert one(ink("<trace>1 2</trace>", channels))[0].x[0] == -1


@pytest.mark.parametrize(
    ("unit", "values", "seconds"),
    [
        ('units="s"', "3 4", [3, 4]),
        ('units="ms"', "10 20", [0.01, 0.02]),
        ('units="us"', "10000 20000", [0.01, 0.02]),
        ("", "10 20", [0.01, 0.02]),
        ("", "0.01 0.02", [0.01, 0.02]),
    ],
)
def test_time_is_in_seconds(unit: str, values: str, seconds: list):
    a, b = values.split()
    points, _ = one(ink(f"<trace>1 1 {a}, 2 2 {b}</trace>", f'{XY}<channel name="T" {unit}/>'))
    assert points.t.tolist() == pytest.approx(seconds)


def test_time_from_the_start_of_the_trace():
    body = '<trace timeOffset="1000">1 1 0</trace><trace timeOffset="2000">1 1 10</trace>'
    relative = f'{XY}<channel name="T" units="ms"/>'
    assert one(ink(body, relative))[0].t.tolist() == [1, 2.01]
    absolute = f'{XY}<channel name="T" units="ms" respectTo="#ts"/>'
    assert one(ink(body, absolute))[0].t.tolist() == [0, 0.01]


def test_formats_in_definitions_are_found_by_reference():
    document = """<ink><definitions>
        <traceFormat xml:id="yx"><channel name="Y"/><channel name="X"/></traceFormat>
        <context xml:id="a" traceFormatRef="#yx"/>
        <context xml:id="b"><inkSource><traceFormat>
            <channel name="X"/><channel name="F"/><channel name="Y"/>
        </traceFormat></inkSource></context>
        <context xml:id="c" contextRef="#b"/><context xml:id="loop" contextRef="#loop"/>
        </definitions>
        <trace>1 2</trace>
        <trace contextRef="#a">1 2</trace>
        <traceGroup contextRef="#c"><trace>1 9 2</trace>
            <trace contextRef="#a">1 2</trace></traceGroup>
        <context contextRef="#a"/><trace brushRef="#none" contextRef="#DefaultContext">1 2</trace>
        <trace contextRef="#loop">1 2</trace></ink>"""
    points, _ = one(document)
    assert points.x.tolist() == [1, 2, 1, 2, 2, 2]
    assert points.y.tolist() == [2, 1, 2, 1, 1, 1]


def test_the_only_format_counts_even_if_nothing_refers_to_it():
    document = f"""<ink><definitions><context xml:id="a"><traceFormat>{XY}<channel name="T"/>
        </traceFormat></context></definitions><trace>1 2 3</trace></ink>"""
    assert one(document)[0].x.tolist() == [1]


def test_without_a_format_there_are_x_and_y():
    assert one("<ink><trace>1 2, 3 4</trace></ink>")[0].y.tolist() == [2, 4]


def test_long_chains_of_references_end():
    links = "".join(f'<context xml:id="c{i}" contextRef="#c{i + 1}"/>' for i in range(5000))
    parsed = read(
        f'<ink><definitions>{links}</definitions><trace contextRef="#c0">1 2</trace></ink>'
    )
    assert parsed.ink.x.tolist() == [1]
    assert "references more than 8 deep" in parsed.rejects[0].reason


@pytest.mark.parametrize("name", ["1", "(x", "a:b", "7:(", "-"])
def test_any_id_is_followed(name: str):
    document = f"""<ink><definitions><context xml:id="{name}"><inkSource xml:id="{name}">
        <traceFormat xml:id="{name}"><channel name="Y"/><channel name="X"/></traceFormat>
        </inkSource></context><context xml:id="b"><traceFormat>{XY}</traceFormat></context>
        </definitions><trace xml:id="{name}" contextRef="#b">1 2</trace>
        <trace xml:id="{name}" contextRef="#{name}">1 2</trace></ink>"""
    points, _ = one(document)
    assert (points.x.tolist(), points.y.tolist()) == ([1, 2], [2, 1])


def test_a_repeated_id_that_is_referred_to_is_refused():
    contexts = f'<context xml:id="a"><traceFormat>{XY}</traceFormat></context>' * 2
    document = f'<ink>{contexts}<trace contextRef="#a">1 2</trace></ink>'
    (reject,) = read(document).rejects
    assert (reject.rule, reject.lost) == ("repeated-id", "sample")
    assert "2 elements have id 'a'" in reject.reason


def test_a_reference_that_leads_nowhere_is_reported_or_refused():
    parsed = read(ink('<trace contextRef="#none">1 2</trace>'))
    (reject,) = parsed.rejects
    assert (reject.rule, reject.lost) == ("missing-reference", "nothing")
    assert "contextRef 'none' is not in the file; the only trace format was used" in reject.reason
    assert parsed.ink.x.tolist() == [1]
    other = f'<context xml:id="b"><traceFormat>{XY}</traceFormat></context>'
    (reject,) = read(ink(f'{other}<trace contextRef="#none">1 2</trace>')).rejects
    assert (reject.rule, reject.lost) == ("missing-reference", "sample")


@pytest.mark.parametrize("twice", ["X", "y", "T", "time", "F"])
def test_a_repeated_channel_is_refused(twice: str):
    channels = f'{XY}<channel name="T"/><channel name="F"/><channel name="{twice}"/>'
    (reject,) = read(ink("<trace>1 2 3 4 5</trace>", channels)).rejects
    assert (reject.rule, reject.lost) == ("repeated-channel", "sample")
    assert "2 channels" in reject.reason


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("<strokes><trace>1 2</trace></strokes>", "a trace inside strokes"),
        ("<a><b><trace>1 2</trace></b></a>", "a trace inside a"),
        ("<traceGroup><deleted><trace>1 2</trace></deleted></traceGroup>", "inside deleted"),
        ("<trace>1 2<trace>3 4</trace></trace>", "trace inside a trace"),
        ("<annotationXML><trace>1 2</trace></annotationXML>", "inside annotationXML"),
    ],
)
def test_a_trace_in_an_unknown_element_is_refused(body: str, place: str):
    (reject,) = read(ink(f"<trace>5 6</trace>{body}")).rejects
    assert (reject.rule, reject.lost) == ("misplaced-trace", "sample")
    assert place in reject.reason


def test_traces_in_definitions_are_not_ink_and_are_reported():
    parsed = read(ink("<definitions><trace>7 7</trace></definitions><trace>1 2</trace>"))
    assert parsed.ink.x.tolist() == [1]
    (reject,) = parsed.rejects
    assert (reject.rule, reject.lost) == ("defined-trace", "nothing")


# Units of length


def source(x: str, y: str, channels: str) -> str:
    properties = "".join(
        f'<channelProperty channel="{name}" name="resolution" {given}/>'
        for name, given in (("X", x), ("Y", y))
    )
    return (
        f'<definitions><context xml:id="c"><inkSource><traceFormat>{channels}</traceFormat>'
        f"<channelProperties>{properties}</channelProperties></inkSource></context></definitions>"
    )


INTEGERS = (
    '<channel name="X" type="integer" units="cm"/><channel name="Y" type="integer" units="cm"/>'
)
DECIMALS = XY.replace('"/>', '" units="mm"/>')


@pytest.mark.parametrize(
    ("channels", "x", "y", "height"),
    [
        (INTEGERS, 'value="300" units="1/cm"', 'value="400" units="1/cm"', 300),
        (INTEGERS, 'value="300" units="1/cm"', 'value="40" units="1/mm"', 300),
        (INTEGERS, 'value="0.04" units="mm"', 'value="0.003" units="cm"', 300),
        (XY, 'value="254" units="1/in"', 'value="20" units="1/mm"', 200),
        (XY, 'value="100" units="1/cm"', 'value="100" units="1/cm"', 400),
        (XY, 'value="0" units="1/dev"', 'value="100" units="1/cm"', 400),
        # The numbers are in mm, and the resolution says how exact they are.
        (DECIMALS, 'value="0.1" units="mm"', 'value="0.2" units="mm"', 400),
        (DECIMALS.replace('"Y" units="mm"', '"Y" units="cm"'), "", "", 4000),
    ],
)
def test_resolutions_of_x_and_y_that_differ_are_made_equal(channels, x, y, height):
    document = f'<ink>{source(x, y, channels)}<trace contextRef="#c">0 0, 300 400</trace></ink>'
    points, _ = one(document)
    assert points.x.tolist() == [0, 300]
    np.testing.assert_allclose(points.y, [0, height], rtol=1e-6)
    unreferred = document.replace(' contextRef="#c"', "")
    np.testing.assert_allclose(one(unreferred)[0].y, [0, height], rtol=1e-6)


def test_traces_of_two_resolutions_are_in_the_unit_of_the_first():
    fine = 'value="20" units="1/mm"'
    coarse = 'value="10" units="1/mm"'
    two = source(coarse, coarse, XY) + source(fine, fine, XY).replace('"c"', '"d"')
    document = f"""<ink>{two}<trace contextRef="#c">0 0, 1 2</trace>
        <trace contextRef="#d">0 0, 2 4</trace></ink>"""
    points, _ = one(document)
    assert (points.x.tolist(), points.y.tolist()) == ([0, 1, 0, 1], [0, 2, 0, 2])


@pytest.mark.parametrize(
    "document",
    [
        "--batch_1\r\nContent-Type: application/inkml+xml\r\n\r\n<?xml version='1.0'?>"
        "<inkml:ink xmlns:inkml='a'><inkml:trace>1 2</inkml:trace></inkml:ink>\r\n--batch_1--",
        "MIME-Version: 1.0\n\n<ink><trace>1 2</trace></ink>",
        "<ink><trace>1 2</trace></ink><ink><trace>1 2</trace></ink>",
        "<ink:ink xmlns:ink='a'/>\n<ink:ink xmlns:ink='a'/>",
        "<pages><ink><trace>1 2</trace></ink></pages>",
    ],
)
def test_files_of_several_parts_are_refused_with_the_remedy(document: str):
    (reject,) = read(document).rejects
    assert reject.rule in ("several-parts", "not-inkml")
    assert reject.reason.endswith("save one ink element per file")


# Strokes and samples


def test_traces_are_strokes_in_the_order_of_the_file():
    body = """<trace>1 1, 2 2</trace><traceGroup><traceGroup><trace>3 3</trace></traceGroup>
        <trace type="penUp">4 4</trace></traceGroup><trace>5 5</trace>
        <trace continuation="end">6 6</trace><trace>  </trace><traceView traceDataRef="#x"/>"""
    points, row = one(ink(body))
    assert points.x.tolist() == [1, 2, 3, 4, 5, 6]
    assert points.stroke.tolist() == [0, 0, 1, -1, 2, 2]
    assert (row["n_points"], row["n_strokes"]) == (6, 3)


def test_annotations_give_writer_text_and_genuine():
    notes = (
        '<annotation type="writer">w1</annotation><annotation type="truth"> a &amp; b </annotation>'
    )
    row = one(ink(f"{notes}<trace>1 2</trace>"))[1]
    assert (row["writer"], row["text"], row["genuine"], row["kind"]) == (
        "w1",
        "a & b",
        None,
        "line",
    )
    row = one(ink('<annotation type="genuine">false</annotation><trace>1 2</trace>'))[1]
    assert (row["genuine"], row["kind"]) == (False, "signature")
    row = one(ink("<trace>1 2</trace>"))[1]
    assert (row["text"], row["writer"], row["kind"]) == (None, None, "ink")


def test_texts_of_groups_are_lines_where_the_page_has_none():
    group = '<traceGroup><annotation type="text">{}</annotation><trace>1 2</trace></traceGroup>'
    row = one(ink(group.format("one") + group.format("two")))[1]
    assert (row["text"], row["kind"]) == ("one\ntwo", "ink")


def test_points_without_a_position_are_left_out_and_counted():
    parsed = read(ink("<trace>1 1, ? 2, 3 3</trace>"))
    assert parsed.ink.x.tolist() == [1, 3]
    (reject,) = parsed.rejects
    assert (reject.rule, reject.lost, reject.count) == ("no-position", "points", 1)


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        ("<ink", "xml-syntax"),
        ("<svg/>", "not-inkml"),
        ("<ink/>", "empty"),
        (ink("<trace>? ?</trace>"), "empty"),
        (ink("<trace>1</trace>", '<channel name="X"/>'), "no-position-channel"),
        (ink("<trace>1e12 1</trace>"), "out-of-range"),
        ("<!DOCTYPE ink [<!ENTITY a 'b'>]><ink><trace>1 2</trace></ink>", "xml-doctype"),
        ("<ink>" + "<traceGroup>" * 40 + "</traceGroup>" * 40 + "</ink>", "xml-depth"),
    ],
)
def test_a_bad_file_is_named_and_the_other_files_are_read(document: str, rule: str):
    good = ink("<trace>1 2</trace>")
    parsed = read(good, document, good)
    assert parsed.ink.ids == ["page0", "page2"]
    assert [(r.sample_id, r.rule) for r in parsed.rejects] == [("page1", rule)]


def test_limits_are_kept():
    document = ink("<trace>1 2, 3 4</trace>")
    assert read(document, max_points=1).rejects[0].rule == "too-many-points"
    assert read(document, max_bytes=20).rejects[0].rule == "too-large"


def test_many_channels_and_points_are_refused_before_memory_is_used():
    extra = '<channel name="Z"/>' * 60_000
    channels = f"{XY}<intermittentChannels>{extra}</intermittentChannels>"
    wide = ink(f"<trace>{'1 1,' * 200_000}</trace>", channels)
    long = f"<ink><trace>{',' * 5_000_000}</trace><trace>1 1</trace></ink>"
    parsed = read(wide, long, ink("<trace>1 2</trace>"))
    assert [r.rule for r in parsed.rejects] == ["too-many-channels", "too-many-points"]
    assert parsed.ink.ids == ["page2"]


PARTS = """<ink> </ink> <trace> </trace> 1&#32;2, 1,1 '1 ? * ; &a; \x00 <channel/> <traceGroup>
    <traceFormat> </traceFormat> <channel&#32;name="X"/> <annotation/> <!--3--> <trace&#32;id="a">
    <context&#32;traceFormatRef="#a"/> <trace&#32;timeOffset="nan"&#32;type="penUp">"""
parts = st.sampled_from([part.replace("&#32;", " ") for part in PARTS.split()])


@settings(deadline=None)
@given(st.lists(parts, max_size=12).map("".join), st.booleans())
def test_any_document_gives_a_sample_or_a_reject(body: str, whole: bool):
    parsed = read(ink(body) if whole else body)
    lost = [reject for reject in parsed.rejects if reject.lost == "sample"]
    assert len(parsed.samples) + len(lost) == 1
    assert len(to_table(parsed.ink)) == sum(row["n_points"] for row in parsed.samples)


def _merged(values: dict, entry: dict) -> dict:
    return {**values, "run": list(entry["datasets"]), **entry}


def test_the_page_on_own_ink_is_right():
    page = (Path(__file__).parents[2] / "docs/own-ink.md").read_text(encoding="utf-8")
    (document,) = re.findall(r"^```xml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    points, row = one(document)
    assert (row["writer"], row["text"], row["kind"], row["y_axis"]) == (
        "ada",
        "to be",
        "line",
        "down",
    )
    assert points.x.tolist() == [100, 104, 109, 88, 117]
    assert points.t.tolist() == pytest.approx([0, 0.01, 0.02, 0.31, 0.32])
    assert points.stroke.tolist() == [0, 0, 0, 1, 1]
    entries = re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    values = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())
    mine, *others = (load(_merged(values, yaml.safe_load(e))).datasets for e in entries)
    assert mine["mine"].reader == "inkml" and others


def test_what_pentrace_writes_is_read_back():
    strokes = [np.array([[0, 0, 0], [1.25, 2.5, 0.01]]), np.array([[5, -5, 0.5]])]
    points, row = one(to_inkml(strokes, {"text": "é < b", "writer": "w"}))
    np.testing.assert_allclose(points.x, [0, 1.25, 5])
    np.testing.assert_allclose(points.y, [0, -2.5, 5])  # y upward becomes y downward
    np.testing.assert_allclose(points.t, [0, 0.01, 0.5])
    assert points.stroke.tolist() == [0, 0, 1]
    assert (row["text"], row["writer"], row["y_axis"]) == ("é < b", "w", "down")
