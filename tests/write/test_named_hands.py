"""The hands that come with Pentrace, by name."""

import json
from pathlib import Path

import numpy as np
import pytest

import pentrace
from pentrace.errors import PentraceError, UsageError
from pentrace.generate.lines import Hand, Primer
from pentrace.generate.load_model import SHIPPED_READER, load_ink, load_reader
from pentrace.generate.reading import readings
from pentrace.networks.model_file import SHIPPED
from pentrace.write.find_style import chosen, find_style
from pentrace.write.named_hands import FOLDER, INVENTED, descriptions, hand_names
from pentrace.write.settings import WriteSettings
from pentrace.write.style import reference_of_file
from pentrace.write.write import command
from tests.helpers import small_model
from tests.helpers.commands import invoke
from tests.helpers.commands import pentrace as command_line
from tests.helpers.small_synthesis import save

NETWORK, NORMALISATION = load_ink(SHIPPED, "synthesis")


def test_they_are_few_small_and_different() -> None:
    files = sorted(FOLDER.iterdir())
    assert [path.name for path in files] == [f"{name}.json" for name in hand_names()]
    assert 8 <= len(files) <= 12 and sum(path.stat().st_size for path in files) < 100_000
    assert len(set(descriptions().values())) == len(files)
    assert all(len(words) < 60 for words in descriptions().values())


def test_the_ink_of_each_is_its_text() -> None:
    lines = [
        reference_of_file(FOLDER / f"{name}.json", None, NORMALISATION) for name in hand_names()
    ]
    assert not any(line.warning for line in lines)
    reader = load_reader(SHIPPED_READER, NORMALISATION)
    found = readings(reader, [line.text for line in lines], [line.steps for line in lines])
    assert all(len(line.text) > 20 for line in lines)
    assert max(reading.error_rate for reading in found) < 0.1


def test_each_is_a_hand_of_the_network_and_differs_from_all_others() -> None:
    hands = [find_style([name], None, None, NORMALISATION, NETWORK) for name in hand_names()]
    vectors = np.array([hand.vector for hand in hands if isinstance(hand, Hand)])
    assert len(vectors) == len(hands) and all(hand.primer for hand in hands)
    alike = vectors @ vectors.T / vectors.shape[1]
    assert (alike - 2 * np.eye(len(hands))).max() < 0.995


def test_command_and_python_write_the_same_bytes(tmp_path: Path) -> None:
    first, second = hand_names()[:2]
    how = ("--attempts", 1, "--page", "line", "--quiet")
    for name in ("one", "same"):
        invoke(command, "ab", "--style", first.title(), *how, "-o", tmp_path / f"{name}.json")
    one = (tmp_path / "one.json").read_bytes()
    assert one == (tmp_path / "same.json").read_bytes()
    network = pentrace.load()
    network.write("ab", style=first.title(), attempts=1, page="line").save(tmp_path / "mine.json")
    assert one == (tmp_path / "mine.json").read_bytes()
    assert json.loads(one)["made_with"]["style"] == first.title()
    given = ("--style", first, "--style-mix", second, 0.5, *how)
    invoke(command, "ab", *given, "-o", tmp_path / "mixed.json")
    mixed = json.loads((tmp_path / "mixed.json").read_text())
    assert mixed["made_with"]["style"] == f"{first}, {second} 0.5"
    assert mixed["strokes"] != json.loads(one)["strokes"]


def test_a_network_without_an_encoder_continues_the_line(tmp_path: Path) -> None:
    name = hand_names()[0]
    network, units = load_ink(save(tmp_path / "a.safetensors", alphabet=NETWORK.settings.alphabet))
    style = find_style([name], None, None, units, network)
    assert isinstance(style, Primer) and len(style.text) > 20
    poor, units = load_ink(save(tmp_path / "b.safetensors", alphabet=" abcd"))
    with pytest.raises(PentraceError, match=f"^{name}: in its text, "):
        find_style([name], None, None, units, poor)


def test_the_seed_chooses_one_for_the_network_of_the_package_only(tmp_path: Path) -> None:
    names = hand_names()
    for seed, name in ((0, names[-1]), (1, names[0]), (2, names[1]), (len(names) + 1, names[0])):
        assert chosen([], SHIPPED, WriteSettings(seed=seed), True) == [name]
    plain, many = WriteSettings(), WriteSettings(many_hands=True)
    assert chosen(["me.json"], SHIPPED, plain, True) == ["me.json"]
    assert chosen([INVENTED], SHIPPED, plain, True) == []
    assert chosen([], SHIPPED, many, True) == chosen([], SHIPPED, plain, False) == []
    assert chosen([], tmp_path / "model.safetensors", plain, True) == []


def test_without_a_style_the_page_is_in_the_hand_of_the_seed(tmp_path: Path) -> None:
    how, network = {"attempts": 1, "page": "line", "seed": 3}, pentrace.load()
    written = {name: network.write("ab", style=name, **how) for name in (None, hand_names()[2])}
    one, same = (made.pages[0] for made in written.values())
    assert one.notes == same.notes and one.notes["style"] == hand_names()[2]
    np.testing.assert_array_equal(one.strokes[0], same.strokes[0])
    invented = network.write("ab", style=INVENTED, **how).pages[0]
    assert "style" not in invented.notes and len(invented.strokes[0]) != len(one.strokes[0])
    words = ("--attempts", 1, "--page", "line", "--seed", 3, "-o", tmp_path / "a.json")
    done = invoke(command, "ab", *words)
    assert f"writing 2 characters in the hand {hand_names()[2]}" in done.stderr
    assert json.loads((tmp_path / "a.json").read_text())["made_with"]["style"] == hand_names()[2]


def test_a_wrong_name_is_refused_with_the_nearest() -> None:
    name = hand_names()[0]
    hints = {f"{name}x": f"did you mean {name}? ", "qqqq": "no such file or hand; "}
    for wrong, hint in hints.items():
        with pytest.raises(PentraceError) as error:
            find_style([wrong], None, None, NORMALISATION, NETWORK)
        assert f"{hint}give a hand of pentrace list" in str(error.value)
    with pytest.raises(UsageError, match=f"{name}: its text is known; remove --style-text"):
        find_style([name], "words", None, NORMALISATION, NETWORK)


def test_a_file_or_a_sample_of_the_same_name_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = hand_names()[0]
    (tmp_path / name).write_text("not ink")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PentraceError, match=f"^{name}: "):
        find_style([name], None, None, NORMALISATION, NETWORK)
    small_model.write(tmp_path)
    small_model.normalise_by(tmp_path, NORMALISATION)
    found = find_style([name], None, tmp_path, NORMALISATION, NETWORK)
    assert isinstance(found, Hand) and found.primer


def test_the_list_describes_them() -> None:
    lines = [line.split() for line in command_line("list").splitlines()]
    for name, words in descriptions().items():
        assert [name, *words.split()] in lines
