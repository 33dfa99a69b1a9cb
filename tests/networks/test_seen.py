"""How often a network saw each character, and the warning about rare ones."""

from pathlib import Path

import pytest

from pentrace.errors import PentraceError
from pentrace.generate.load_model import load_ink
from pentrace.networks import model_file
from pentrace.networks.seen import RARE, counted, rare, rare_warning
from pentrace.train.train import command
from pentrace.write import write
from tests.helpers import small_model, small_synthesis
from tests.helpers.commands import invoke, train_options
from tests.helpers.small_data import edit_samples

COUNTS = {"a": RARE, "b": RARE - 1, "c": 0, "é": 1}


def test_characters_are_counted_after_nfc_and_added_to_those_seen_before() -> None:
    assert counted(["e\u0301 ab", None, "aax"], "abé") == {"a": 3, "b": 1, "é": 1}
    assert counted(["ab"], "abc", {"a": 5, "c": 2}) == {"a": 6, "b": 1, "c": 2}


def test_rare_characters_are_those_below_the_limit() -> None:
    assert rare(["abc", "e\u0301xa"], COUNTS) == {"b": RARE - 1, "c": 0, "é": 1}
    assert rare(["abc"], None) == {}
    found = rare_warning(["c é"], COUNTS, "reword the text")
    assert found.endswith("hard to read: c (never), é (once); reword the text")
    assert not rare_warning(["aaa"], COUNTS, "")
    many = {chr(ord("a") + i): 2 for i in range(20)}
    assert "l (2 times) and 8 more;" in rare_warning(["".join(many)], many, "reword")


def test_a_model_that_was_trained_contains_its_counts(tmp_path: Path) -> None:
    small_model.write(tmp_path)
    texts = {"train": "aab", "validation": "c"}
    edit_samples(tmp_path, lambda row: row | {"text": texts.get(row["split"])})
    shape = {"kind": "synthesis", "layers": 1, "hidden": 4, "components": 1}
    train = {"steps": 1, "validate_every": 1, "batch_size": 1}
    settings = {**shape, "window_components": 1, "train": train}
    invoke(command, *train_options(tmp_path, tmp_path / "out", settings))
    first = model_file.counts(tmp_path / "out/model.safetensors")
    assert first is not None and first["a"] == 2 * first["b"] > 0 and first["c"] == 0
    again = train_options(tmp_path, tmp_path / "again", settings)
    invoke(command, *again, "--start", tmp_path / "out/model.safetensors")
    second = model_file.counts(tmp_path / "again/model.safetensors")
    assert second == {name: 2 * count for name, count in first.items()}


def test_a_text_with_a_rare_character_is_written_with_a_warning(tmp_path: Path) -> None:
    counts = dict.fromkeys(small_synthesis.ALPHABET, 100) | {"q": 3}
    path = small_synthesis.save(tmp_path / "model.safetensors", counts=counts)
    assert load_ink(path)[0].counts == counts
    words = ("--model", path, "--check", "none", "-o", tmp_path / "a.svg")
    assert "q (3 times); look at them" in invoke(write.command, "a quick cab", *words).stderr
    assert "rare" not in invoke(write.command, "a cab", *words).stderr


def test_damaged_counts_are_named(tmp_path: Path) -> None:
    path = small_synthesis.save(tmp_path / "model.safetensors", counts={"a": "many"})
    with pytest.raises(PentraceError, match=r"model\.safetensors: the counts .* damaged"):
        load_ink(path)


def test_the_networks_of_the_package_saw_each_of_their_characters_often() -> None:
    for kind in ("synthesis", "recognition"):
        path = model_file.shipped(kind)  # type: ignore[arg-type]
        counts, settings = model_file.counts(path), model_file.settings(path)
        assert counts is not None and settings is not None
        assert set(counts) == set(settings.alphabet or "")
        assert min(counts.values()) >= 100
