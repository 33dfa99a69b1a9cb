"""The synthetic data: original formats, human movement, different writers, assigned faults."""

import itertools
import re
import tarfile
import xml.etree.ElementTree as ET
import zipfile
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pentrace.demo import corpus, dirt
from pentrace.demo.demo import command
from pentrace.demo.sentences import SENTENCES
from pentrace.demo.settings import DemoSettings
from pentrace.errors import PentraceError
from tests.helpers.commands import invoke

SMALL = DemoSettings(writers=6, forms=2, lines=2, users=2, signatures=22, everyday=0.0)
FORM = re.compile(r"s\d\d-\d{3}[a-z]?")


def make(folder, settings=SMALL):
    invoke(command, "--out", folder, "--settings", settings.model_dump_json())
    return folder


def tar_members(path):
    with tarfile.open(path) as archive:
        return {m.name: archive.extractfile(m).read() for m in archive}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def lines(made):
    return tar_members(made / "iam/lineStrokes-all.tar.gz")


@pytest.fixture(scope="module")
def transcripts(made):
    return tar_members(made / "iam/ascii-all.tar.gz")


@pytest.fixture(scope="module")
def originals(made):
    return tar_members(made / "iam/original-xml-all.tar.gz")


@pytest.fixture(scope="module")
def lists(made):
    members = tar_members(made / "iam/task1.tar.gz")
    return {name: content.decode() for name, content in members.items()}


@pytest.fixture(scope="module")
def signatures(made):
    with zipfile.ZipFile(made / "svc/Task2.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def parse_line(content):
    """x, y, t, stroke of a line file, each (T,)."""
    strokes = ET.fromstring(content).find("StrokeSet").findall("Stroke")
    points = [
        (float(p.get("x")), float(p.get("y")), float(p.get("time")), number)
        for number, stroke in enumerate(strokes)
        for p in stroke
    ]
    return np.array(points).T


def whole(lines):
    """The line files that are not truncated, parsed."""
    return {
        n: parse_line(c) for n, c in lines.items() if c.endswith(b"</WhiteboardCaptureSession>\n")
    }


def csr(content):
    text = content.decode("ascii").replace("\r\n", "\n")
    return [line for line in text.split("CSR:\n")[1].split("\n") if line.strip()]


def parse_signature(content):
    count, *rows = content.decode("ascii").split("\r\n")[:-1]
    points = np.array([[int(v) for v in row.split(" ")] for row in rows])
    assert int(count) == len(points)
    return points


# Formats


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path, made):
    def files(folder):
        return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}

    again = files(make(tmp_path / "again"))
    other = files(make(tmp_path / "other", SMALL.model_copy(update={"seed": 1})))
    assert again == files(made)
    assert len(again) == 6
    same = [path.name for path in again if again[path] == other[path]]
    assert same == ["README.txt"]


def test_a_change_of_one_count_does_not_change_the_other_data(tmp_path, made):
    more = make(tmp_path, SMALL.model_copy(update={"users": 3, "dirt": 0.1}))
    for name in ("lineStrokes", "ascii", "original-xml"):
        path = f"iam/{name}-all.tar.gz"
        assert (more / path).read_bytes() == (made / path).read_bytes()


def test_line_files_have_the_layout_of_the_owner(lines):
    names = [
        n
        for n in lines
        if not re.fullmatch(rf"lineStrokes/s\d\d/s\d\d-\d{{3}}/{FORM.pattern}-\d\d\.xml", n)
    ]
    assert not names
    assert len(lines) == SMALL.writers * SMALL.forms * SMALL.lines
    head = (
        rb'<\?xml version="1.0" encoding="ISO-8859-1"\?>\n<WhiteboardCaptureSession>\n'
        rb'  <WhiteboardDescription>\n    <SensorLocation corner="top_left"/>\n'
        rb'    <DiagonallyOppositeCoords x="-?\d+" y="-?\d+"/>\n'
        rb'    <VerticallyOppositeCoords x="-?\d+" y="-?\d+"/>\n'
        rb'    <HorizontallyOppositeCoords x="-?\d+" y="-?\d+"/>\n'
        rb"  </WhiteboardDescription>\n  <StrokeSet>\n"
    )
    point = rb'      <Point x="-?\d+" y="-?\d+" time="\d+\.\d\d"/>\r\n'
    stroke = (
        rb'    <Stroke colour="black" start_time="\d+\.\d\d" end_time="\d+\.\d\d">\n'
        rb"(?:" + point + rb")+    </Stroke>\n"
    )
    file = re.compile(head + rb"(?:" + stroke + rb")+  </StrokeSet>\n</WhiteboardCaptureSession>\n")
    fits = [bool(file.fullmatch(content)) for content in lines.values()]
    assert fits.count(False) == 1  # the truncated one


def test_the_description_is_the_bounding_box_and_strokes_carry_their_times(lines):
    for name, (x, y, t, stroke) in whole(lines).items():
        root = ET.fromstring(lines[name])
        corner = root.find("WhiteboardDescription/DiagonallyOppositeCoords")
        assert (float(corner.get("x")), float(corner.get("y"))) == (x.max(), y.max())
        corner = root.find("WhiteboardDescription/HorizontallyOppositeCoords")
        assert (float(corner.get("x")), float(corner.get("y"))) == (x.max(), y.min())
        first = root.find("StrokeSet/Stroke")
        times = t[stroke == 0]
        assert (float(first.get("start_time")), float(first.get("end_time"))) == (
            times[0],
            times[-1],
        )


def test_transcripts_have_a_line_for_each_line_file(lines, transcripts):
    counts = defaultdict(int)
    for name in lines:
        counts[FORM.search(name.rpartition("/")[2])[0]] += 1
    odd = set()
    for name, content in transcripts.items():
        assert content.startswith((b"OCR:\n", b"OCR:\r\n"))
        form = name.rpartition("/")[2].removesuffix(".txt")
        if len(csr(content)) != counts[form]:
            odd.add(form)
    # The placeholder, the missing line, and the form that was never recorded.
    assert len(odd) == 3


def test_the_written_text_is_our_sentences(transcripts):
    words = {word for sentence in SENTENCES for word in sentence.split()}
    words |= {"#", "%%%%%%%%", *["Please", "Enter", "Transcription", "here"]}
    written = {w for content in transcripts.values() for line in csr(content) for w in line.split()}
    assert written <= words


def test_originals_name_the_writer_and_say_that_they_are_synthetic(originals):
    writers, synthetic = {}, 0
    for name, content in originals.items():
        try:
            root = ET.fromstring(content)
        except ET.ParseError:
            continue
        assert b"\r" not in content
        if root.find("General") is not None:
            writers[name] = root.find("General/Form").get("writerID")
            synthetic += "synthetic" in root.find("General/Setting").get("producer")
        assert root.find("StrokeSet/Stroke/Point") is not None
        texts = [line.get("text") for line in root.iter("TextLine")]
        words = [[w.get("text") for w in line] for line in root.iter("TextLine")]
        assert [text.split(" ") for text in texts] == words
    assert synthetic == len(writers)
    assert set(writers.values()) == {str(90_000 + n) for n in range(SMALL.writers)}


def test_split_lists_share_no_writer_and_have_the_owners_blank(lists):
    assert set(lists) == {"trainset.txt", "testset_v.txt", "testset_t.txt", "testset_f.txt"}
    forms = {f.name: f for f in corpus.forms(SMALL, corpus.hands(SMALL))}
    writers = {}
    for name, content in lists.items():
        assert all(line.startswith(" ") for line in content.splitlines())
        assert content.split()
        writers[name] = {forms[form].writer for form in content.split()}
    for one, other in itertools.combinations(writers.values(), 2):
        assert not one & other


def test_signatures_are_seven_columns_of_integers(signatures):
    assert set(signatures) == {f"Task2/U{u}S{s}.TXT" for u in (1, 2) for s in range(1, 23)}
    for content in signatures.values():
        points = parse_signature(content)
        assert points.shape[1] == 7
        assert points[0, 3] == 0
        assert (points[:, 6] >= 0).all() and (points[:, 6] <= 1023).all()
        assert (points[:, 4] > 0).all() and (points[:, 5] > 0).all()


def test_forgers_are_slower(signatures):
    for user in (1, 2):
        spans = [
            np.ptp(parse_signature(signatures[f"Task2/U{user}S{s}.TXT"])[:, 2])
            for s in (*range(1, 21), 21, 22)
        ]
        assert min(spans[20:]) > np.median(spans[:20])


def test_the_largest_corpus_has_a_name_for_every_form():
    largest = DemoSettings(writers=200, forms=20, lines=1, dirt=0)
    forms = corpus.forms(largest, [corpus.hands(SMALL)[0]] * 200)
    assert len({form.name for form in forms}) == 4000
    assert all(FORM.fullmatch(form.name) for form in forms)


def test_settings_that_cannot_be_are_refused(tmp_path):
    arguments = ["--out", str(tmp_path), "--settings", '{"writers": 2, "line": 3}']
    with pytest.raises(PentraceError, match=r"(?s)writers.*did you mean 'lines'"):
        command(arguments, standalone_mode=False)


# Faults


def test_without_dirt_there_are_no_faults(tmp_path):
    clean = make(tmp_path, SMALL.model_copy(update={"dirt": 0.0}))
    forms = corpus.forms(SMALL.model_copy(update={"dirt": 0.0}), corpus.hands(SMALL))
    assert all(form.listed and not form.fault for form in forms)
    for content in tar_members(clean / "iam/lineStrokes-all.tar.gz").values():
        x, y, t, stroke = parse_line(content)
        inside = np.diff(stroke) == 0
        assert (np.diff(t) > 0).all() and np.diff(t)[inside].max() < 0.2
        assert np.hypot(np.diff(x), np.diff(y))[inside].max() < 200
        assert x.min() > 0
    for content in tar_members(clean / "iam/ascii-all.tar.gz").values():
        assert not set(content) & set(b"#%\r")
    with zipfile.ZipFile(clean / "svc/Task2.zip") as archive:
        for name in archive.namelist():
            points = parse_signature(archive.read(name))
            assert set(points[:, 3]) <= {0, 1} and (np.diff(points[:, 2]) > 0).all()


def test_every_kind_of_faulty_line_occurs(lines):
    found = defaultdict(int)
    for x, y, t, stroke in whole(lines).values():
        inside = np.diff(stroke) == 0
        step = np.hypot(np.diff(x), np.diff(y))
        found["zero-steps"] += (np.diff(t)[inside] == 0).any()
        found["backward-time"] += (np.diff(t)[inside] < 0).any()
        found["gap"] += (np.diff(t)[inside] > 0.5).any()
        found["duplicates"] += (step[inside] == 0).sum() >= 12
        found["one-point-strokes"] += (np.unique(stroke, return_counts=True)[1] == 1).sum() >= 3
        found["jump"] += (step[inside] > 500).any()
        found["spike"] += ((step[inside] > 150) & (step[inside] < 400)).sum() >= 2
        found["early-stroke"] += (np.diff(t)[~inside] < 0).any()
        found["negative"] += (x < 0).any()
    assert set(found) == set(dirt.LINE_FAULTS)
    assert all(found.values()), dict(found)


def test_every_kind_of_faulty_form_occurs(transcripts, originals, lists):
    text = b"".join(transcripts.values())
    assert b"Please Enter Transcription here" in text
    assert b" # " in text and b" %%%%%%%% " in text
    assert re.search(rb"[^ ] \n", text) and b"\r\n" in text
    forms = {name.rpartition("/")[2].removesuffix(".txt") for name in transcripts} - {"s99-000u"}
    listed = set(" ".join(lists.values()).split())
    assert len(forms - listed) == 1
    assert len(forms) - len(originals) == 1
    heads = [re.search(rb'<Form id="(.*?)"', content) for content in originals.values()]
    assert heads.count(None) == 1
    expected = [n.split("/")[2] + n.rpartition("strokes")[2][:-4] for n in originals]
    wrong = [n for n, h in zip(expected, heads, strict=True) if h and h[1].decode() != n]
    assert len(wrong) == 1
    cut = [c for c in originals.values() if not c.endswith(b"</WhiteboardCaptureSession>\n")]
    assert len(cut) == 1


def test_every_kind_of_faulty_signature_occurs(signatures):
    points = [parse_signature(content) for content in signatures.values()]
    steps = [np.diff(p, axis=0) for p in points]
    assert any(((s[:, 2] == 0) & (s[:, :2] != 0).any(1)).any() for s in steps)
    assert any((s[:, 2] < 0).any() for s in steps)
    assert any((s[:, :3] == 0).all(1).any() for s in steps)
    assert {2, 3, 4, 5} <= {b for p in points for b in p[:, 3]}


@given(st.floats(0.001, 1), st.integers(0, 60), st.integers(0, 2**32 - 1))
def test_assigned_faults_are_as_many_as_asked_for(share, count, seed):
    faults = dirt.assign(("a", "b", "c"), count, share, np.random.default_rng(seed))
    assert len(faults) == count
    assert sum(map(bool, faults)) == min(count, max(round(share * count), 3))
    assert count < 3 or set("abc") <= set(faults)
