"""A network of one hand from recorded lines."""

import json
import re
import zipfile

import numpy as np
import pytest
import torch

from pentrace.errors import PentraceError, UsageError
from pentrace.generate.load_model import load_ink
from pentrace.learn.learn import command
from pentrace.learn.recordings import find_recordings, held_out
from pentrace.networks import model_file
from pentrace.networks.kinds import build
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import save_model
from pentrace.networks.transfer import styled, with_hand
from pentrace.options import FAILED
from tests.helpers.commands import invoke
from tests.helpers.small_model import NORMALISATION
from tests.helpers.small_style import save, waves

PLAIN = NetworkSettings.model_validate(
    {"kind": "synthesis", "layers": 2, "hidden": 8, "components": 2, "alphabet": " imnsu"}
)
STYLED = PLAIN.model_copy(update={"style_size": 4})


@pytest.fixture
def network(tmp_path):
    """A network with styles, and its file."""
    torch.manual_seed(1)
    made = build(STYLED)
    save_model(tmp_path / "start.safetensors", made, STYLED, NORMALISATION)
    return made


@pytest.fixture
def recordings(tmp_path):
    """A folder with lines of one hand; the text of one of them is in a file beside it."""
    folder = tmp_path / "my-lines"
    folder.mkdir()
    for number in range(4):
        strokes = [stroke * [1, 1 + number / 10, 1] for stroke in waves()]
        save(folder / f"{number}.json", strokes, text=None if number == 3 else "minimum sum")
    (folder / "3.txt").write_text("minimum sum\n")
    (folder / ".hidden").write_text("nothing")
    return folder


def _learn(tmp_path, *paths, name="me.safetensors", options=(), status=0):
    out = tmp_path / name
    start = tmp_path / "start.safetensors"
    given = ["--steps", 4, "--validate-every", 2, "--model", start, *options]
    return invoke(command, *paths, "-o", out, *given, status=status), out


def test_a_hand_is_learnt_from_a_folder_and_written_without_a_style(tmp_path, network, recordings):
    result, out = _learn(tmp_path, recordings)
    assert "only 4 lines, and 20 or more" in (last := result.stderr.splitlines()[-1])
    assert last.endswith('pentrace write "any text you like" --style LINE')
    assert "3 lines learnt, 1 held out" in result.stdout
    learnt, normalisation = load_ink(out, "synthesis")
    assert learnt.encoder is None
    assert normalisation == NORMALISATION
    _, second = _learn(tmp_path, recordings, name="again.safetensors")
    assert out.read_bytes() == second.read_bytes()


def test_the_learnt_network_is_no_worse_on_the_lines_held_out(tmp_path, network, recordings):
    result, _ = _learn(tmp_path, recordings)
    before, after = result.stdout.split("held out: ")[1].split(" nats")[0].split(" to ")
    assert float(after) <= float(before)


@torch.no_grad()
def test_a_constant_hand_is_a_part_of_the_biases(network):
    vector = torch.tensor([1.0, -1.0, 0.5, -0.5])
    settings, weights = with_hand(network.state_dict(), STYLED, vector)
    plain = build(settings)
    plain.load_state_dict(weights)
    x, text = torch.randn(2, 9, 3), torch.tensor([[1, 2, 3], [4, 5, -1]])
    expected = network(x, None, text, vector.expand(2, -1))[0]
    torch.testing.assert_close(plain(x, None, text)[0], expected)


@torch.no_grad()
def test_a_network_that_gets_styles_writes_as_before(network):
    torch.manual_seed(2)
    before = build(PLAIN)
    after = build(STYLED)
    after.load_state_dict(styled(before.state_dict(), PLAIN, STYLED))
    x, text = torch.randn(1, 9, 3), torch.tensor([[1, 2, 3]])
    vector = torch.randn(1, 4)
    torch.testing.assert_close(before(x, None, text)[0], after(x, None, text, vector)[0])


def test_mistakes_are_named_with_the_file(tmp_path, network, recordings):
    (recordings / "3.txt").unlink()
    (recordings / "4.json").write_text(json.dumps({"strokes": 3}))
    done, _ = _learn(tmp_path, recordings)
    assert re.search(r"left out: \S*3\.json: .*write the text into 3\.txt", done.stderr)
    assert re.search(r"left out: \S*4\.json: no strokes", done.stderr)
    assert "2 lines learnt, 1 held out" in done.stdout
    with pytest.raises(PentraceError, match=r"4\.json: no strokes"):
        _learn(tmp_path, recordings, recordings / "4.json")
    with pytest.raises(PentraceError, match="no such file or folder; give recorded lines"):
        _learn(tmp_path, tmp_path / "none")


def test_too_few_lines_are_refused_with_advice(tmp_path, network, recordings):
    with pytest.raises(PentraceError, match=r"only 1 line to learn from.* pentrace write --style"):
        _learn(tmp_path, recordings / "1.json")
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "notes.docx").write_text("no ink")
    with pytest.raises(PentraceError, match=r"no ink: notes\.docx\nno line to learn from; give"):
        _learn(tmp_path, empty)


def test_files_and_archives_are_learnt_as_their_folder_is(tmp_path, network, recordings):
    expected = _learn(tmp_path, recordings)[1].read_bytes()
    files = sorted(recordings.glob("*.json"))
    one = _learn(tmp_path, *files, recordings, name="files.safetensors")[1]
    assert one.read_bytes() == expected
    archive = tmp_path / "my-lines.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for path in sorted(recordings.iterdir()):
            made.write(path, f"my-lines/{path.name}")
        made.writestr("__MACOSX/my-lines/._0.json", "nothing")
        made.writestr("my-lines/9.json", "{")
    done, out = _learn(tmp_path, archive, name="zip.safetensors")
    assert out.read_bytes() == expected
    assert "my-lines.zip/my-lines/9.json: not JSON" in done.stderr
    archive.write_text("PK")
    with pytest.raises(PentraceError, match=r"my-lines\.zip: cannot be unpacked"):
        _learn(tmp_path, archive)


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_archive_is_one_error(tmp_path, compression):
    archive = tmp_path / "lines.zip"
    with zipfile.ZipFile(archive, "w", compression) as made:
        made.writestr("0.json", np.random.default_rng(1).bytes(2000).hex())
    content = bytearray(archive.read_bytes())
    content[60:90] = bytes(byte ^ 0xFF for byte in content[60:90])
    archive.write_bytes(content)
    with pytest.raises(PentraceError, match=r"lines\.zip: cannot be unpacked"):
        find_recordings([archive], tmp_path / "unpacked")


def test_an_archive_with_a_name_that_is_no_text_is_an_error(tmp_path):
    archive = tmp_path / "lines.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("\xe9.json", "[]")
    archive.write_bytes(archive.read_bytes().replace("\xe9".encode(), b"\xff\xff"))
    with pytest.raises(PentraceError, match=r"lines\.zip: cannot be unpacked"):
        find_recordings([archive], tmp_path / "unpacked")


def test_an_archive_that_unpacks_to_too_much_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr("pentrace.learn.recordings.MOST_BYTES", 10)
    archive = tmp_path / "lines.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("0.json", "[]" * 6)
    with pytest.raises(PentraceError, match="unpacks to more than 10 bytes"):
        find_recordings([archive], tmp_path / "unpacked")


def test_stray_files_are_named_and_the_output_may_be_in_the_folder(tmp_path, network, recordings):
    expected = _learn(tmp_path, recordings)[1].read_bytes()
    for name in ("photo.jpg", "letter.txt", "old.zip"):
        (recordings / name).write_text("no ink")
    below = recordings / "more"
    below.mkdir()
    (recordings / "2.json").rename(below / "2.json")
    for _ in range(2):
        done, out = _learn(tmp_path, recordings, name="my-lines/me.safetensors")
        assert "no ink: letter.txt, old.zip, photo.jpg\n" in done.stderr
        assert "me.safetensors" not in done.stderr
    assert len(out.read_bytes()) == len(expected)


def test_a_network_that_does_not_get_better_is_reported(tmp_path, network, recordings):
    still = ("--learning-rate", "1e-30", "--steps", 2)  # too low to change a weight
    done, out = _learn(tmp_path, recordings, options=still, status=FAILED)
    assert f"did not get better: {out} writes in this hand only as" in done.stderr
    save_model(tmp_path / "start.safetensors", build(PLAIN), PLAIN, NORMALISATION)
    done, out = _learn(tmp_path, recordings, options=still, status=FAILED)
    assert "is the network that it started from" in done.stderr


def test_characters_that_are_unknown_or_rare_are_named(tmp_path, network, recordings):
    counts = dict.fromkeys(" imnsu", 100) | {"s": 1}
    save_model(tmp_path / "start.safetensors", network, STYLED, NORMALISATION, counts=counts)
    save(recordings / "5.json", waves(), text="mínímum sum")
    save(recordings / "6.json", waves(), text="ж minimum")
    done, out = _learn(tmp_path, recordings)
    assert "5.json: the network does not know some characters; it learns í as i" in done.stderr
    assert re.search(
        r"left out: \S*6\.json: in its text, the network has never seen ж", done.stderr
    )
    assert "hard to read: s (once); record more lines with them" in done.stderr
    found = model_file.counts(out)
    assert found is not None and found["s"] == 1 + 4  # one of five lines is held out


def test_the_name_of_the_network_must_fit(tmp_path, network, recordings):
    with pytest.raises(UsageError, match=r"y\.bin: .* name it .*y\.safetensors"):
        _learn(tmp_path, recordings, name="y.bin")


@pytest.mark.parametrize(("count", "aside"), [(2, 1), (5, 1), (20, 2), (50, 5)])
def test_lines_are_held_out(count, aside):
    own, other = held_out(count, 0.1, 1)
    assert len(other) == aside
    assert sorted(own + other) == list(range(count))


def test_input_ink_of_lines_with_a_style_is_distorted():
    from pentrace.train.augmentation import misleading

    x = np.ones((3, 5, 3), np.float32)
    styled = np.array([True, False, True])
    found = misleading(x, styled, 1.0, np.random.default_rng(1))
    np.testing.assert_array_equal(found[1], x[1])
    np.testing.assert_array_equal(found[..., 2], x[..., 2])
    assert (found[[0, 2], :, :2] != x[[0, 2], :, :2]).any(-1).all()
