"""Why a job runs: the reasons of Snakemake in words that name settings and files."""

import json

import pytest

from pentrace.clean.settings import CleanSettings
from pentrace.networks.settings import NetworkSettings
from pentrace.normalise.settings import NormaliseSettings
from pentrace.rerun_causes import causes


def params(old: list, new: list) -> str:
    """The reason that Snakemake gives for changed parameters."""
    before, now = (",".join(map(repr, values)) or "<nothing exclusive>" for values in (old, new))
    return (
        "Params have changed since last execution: Union of exclusive params before and now across "
        f"all output: before: {before} now: {now} "
    )


def text(settings: CleanSettings | NormaliseSettings | NetworkSettings, **changed: object) -> str:
    return settings.model_copy(update=changed).model_dump_json()


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("Forced execution", ["forced, or stopped in the last run"]),
        ("Missing output files: a, b", ["no output yet"]),
        ("Incomplete output files: a", ["the last run was stopped"]),
        ("Updated input files: a.py, b.py", ["changed: a.py, b.py"]),
        ("Updated input files: a, b, c, d, e", ["changed: a, b, c and 2 more"]),
        (
            "Missing output files: a; Input files updated by another job: b",
            ["no output yet", "its input is made again"],
        ),
        ("Set of input files has changed since last execution", ["it has other inputs"]),
        ("Code has changed since last execution", ["the command of its rule changed"]),
        ("Something that Snakemake may say one day", []),
        ("", []),
    ],
)
def test_reasons_in_plain_words(reason: str, words: list[str]) -> None:
    assert causes(reason, "parse") == words


def test_a_setting_is_named_by_its_key_with_both_values() -> None:
    old, new = text(CleanSettings()), text(CleanSettings(), spike=90.0)
    assert causes(params([old], [new]), "clean") == ["clean.spike: 100 -> 90"]
    after = f"Updated input files: a.py; {params([old], [new])}"
    environment = "; Software environment definition has changed since last execution"
    assert causes(after + environment, "clean") == [
        "changed: a.py", "its environment changed", "clean.spike: 100 -> 90"
    ]  # fmt: skip


def test_settings_of_several_sections_are_compared_each_with_its_own() -> None:
    old = [text(CleanSettings()), text(NormaliseSettings())]
    new = [text(CleanSettings(), spike=None), text(NormaliseSettings(), splits=["train", "test"])]
    found = causes(params(old, new[::-1]), "statistics")
    assert sorted(found) == [
        "clean.spike: 100 -> null", 'normalise.splits: ["train"] -> ["train", "test"]'
    ]  # fmt: skip


def test_a_setting_of_a_network_is_named_with_the_network() -> None:
    old = NetworkSettings()
    train = old.train.model_copy(update={"batch_size": 7})
    reason = params([text(old)], [text(old, train=train)])
    changed = f"networks.small.train.batch_size: {old.train.batch_size} -> 7"
    assert causes(reason, "train", "small") == [changed]


def test_settings_in_options_are_found() -> None:
    old, new = text(CleanSettings()), text(CleanSettings(), spike=90.0)
    reason = params([f"--samples a --settings '{old}'"], [f"--samples a --settings '{new}'"])
    assert causes(reason, "plot_rules") == ["clean.spike: 100 -> 90"]


def test_a_new_and_a_removed_key_are_named() -> None:
    new = json.loads(text(CleanSettings()))
    old = {**new, "older": 1}
    del old["spike"]
    found = causes(params([json.dumps(old)], [json.dumps(new)]), "clean")
    assert found == ["clean.spike: nothing -> 100", "clean.older: 1 -> nothing"]


def test_many_settings_are_counted() -> None:
    changed = {"spike": 1.0, "long_step": 1.0, "too_short": 1, "too_long": 1, "require_text": True}
    reason = params([text(CleanSettings())], [text(CleanSettings(), **changed)])
    assert len(found := causes(reason, "clean")) == 4 and found[-1] == "2 more"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("collect_demo-iam", "a raw file changed"),
        ("configuration", "the settings changed"),
        ("train", "its options changed"),
    ],
)
def test_other_parameters(rule: str, words: str) -> None:
    assert causes(params(["0" * 64], ["1" * 64]), rule) == [words]
    assert causes(params([], ["it's"]), rule) == [words]
    assert causes("Params have changed since last execution: x before: ? now: {] ", rule) == [words]
