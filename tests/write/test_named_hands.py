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
        assert chosen([], SHIPPED, WriteSettings(seed=seed)) == [name]
    plain, many = WriteSettings(), WriteSettings(many_hands=True)
    assert chosen(["me.json"], SHIPPED, plain) == ["me.json"]
    for name in (INVENTED, INVENTED.title(), INVENTED.upper()):
        assert chosen([name], SHIPPED, plain) == []
    assert chosen([], SHIPPED, many) == chosen([], SHIPPED, plain, "text") == []
    assert chosen([], SHIPPED, plain, mix=("me.json", 0.5)) == []
    assert chosen([], tmp_path / "model.safetensors", plain) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--style", ""), "--style is empty; give a hand of pentrace list or a file of ink"),
        (("--style", "ida", "--style-mix", "", 0.5), "--style-mix is empty; give a hand of"),
        (("--style", "Invented", "--style", "ida"), "--style invented is given with another"),
        (("--style", INVENTED, "--style-text", "a"), "--style-text is not for a hand that the"),
        (("--style", INVENTED, "--style-mix", "ida", 0.5), "--style-mix is not for a hand that"),
        (("--style", "ida", "--style-mix", "Invented", 0.5), "--style-mix takes no hand that the"),
    ],
)
def test_what_does_not_go_together_is_one_line(
    tmp_path: Path, words: tuple[str | float, ...], said: str
) -> None:
    with pytest.raises(UsageError) as error:
        invoke(command, "ab", *words, "-o", tmp_path / "a.svg")
    assert str(error.value).startswith(said) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("mix", "said"),
    [
        ("clara", "style_mix: expected a style and its share, such as "),
        (("clara",), "style_mix: expected a style and its share, such as "),
        (("clara", 2), "style_mix: the share is 2; give a number from 0 to 1"),
        (("Invented", 0.5), "style_mix= takes no hand that the network invents"),
    ],
)
def test_a_wrong_mixture_in_python_is_one_line(mix: object, said: str) -> None:
    with pytest.raises(PentraceError) as error:
        pentrace.load().write("ab", style="ida", style_mix=mix)  # type: ignore[arg-type]
    assert str(error.value).startswith(said)


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
    hints = {
        f"{name}x": f"did you mean {name}? ",
        "invent": "did you mean invented? ",
        "qqqq": "no such file or hand; ",
    }
    for wrong, hint in hints.items():
        with pytest.raises(PentraceError) as error:
            find_style([wrong], None, None, NORMALISATION, NETWORK)
        assert f"{hint}give a hand of pentrace list" in str(error.value)
    with pytest.raises(UsageError, match=f"{name}: its text is known; remove --style-text"):
        find_style([name], "words", None, NORMALISATION, NETWORK)


def test_a_bare_name_is_the_hand_and_a_path_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, other = hand_names()[:2]
    (tmp_path / name).write_text("not ink")
    monkeypatch.chdir(tmp_path)
    hand = find_style([name], None, None, NORMALISATION, NETWORK)
    assert isinstance(hand, Hand) and hand.primer
    for file in (f"./{name}", Path(name), str(tmp_path / name)):
        for given, mix in (([file], None), ([other], (file, 0.5))):
            with pytest.raises(PentraceError, match=f"{name}: line 1: "):
                find_style(given, None, None, NORMALISATION, NETWORK, mix)
    for nothing in (f"./{other}", Path(other)):
        with pytest.raises(PentraceError, match=f"^(./)?{other}: no such file; give a file of ink"):
            find_style([nothing], None, None, NORMALISATION, NETWORK)


def test_python_and_the_mixture_of_the_command_take_names_as_the_command_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, other = hand_names()[:2]
    (tmp_path / name).write_text("not ink")
    monkeypatch.chdir(tmp_path)
    how = {"attempts": 1, "page": "line"}
    page = pentrace.load().write("ab", style=other, style_mix=(name, 0.5), **how).pages[0]
    assert page.notes["style"] == f"{other}, {name} 0.5"
    with pytest.raises(PentraceError, match=f"^{name}: line 1: "):
        pentrace.load().write("ab", style=Path(name), **how)
    words = ("--style", other, "--style-mix", f"./{name}", 0.5, "-o", tmp_path / "a.svg")
    with pytest.raises(PentraceError, match=f"^{name}: line 1: "):
        invoke(command, "ab", *words)


def test_a_sample_of_the_name_of_a_hand_comes_first(tmp_path: Path) -> None:
    name = hand_names()[0]
    small_model.write(tmp_path)
    small_model.normalise_by(tmp_path, NORMALISATION)
    found = find_style([name], None, tmp_path, NORMALISATION, NETWORK)
    assert isinstance(found, Hand) and found.primer


def test_the_list_describes_them() -> None:
    lines = [line.split() for line in command_line("list").splitlines()]
    for name, words in descriptions().items():
        assert [name, *words.split()] in lines
