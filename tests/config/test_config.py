"""Which configurations are valid, and the messages about others."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pentrace.clean.rules import limit
from pentrace.clean.settings import LIMITS, SWITCHES, CleanSettings
from pentrace.config.checks import FOLDERS, load
from pentrace.config.repeated_keys import refuse_repeated_keys
from pentrace.config.schema import Config
from pentrace.config.yaml_files import check_file, with_places
from pentrace.errors import PentraceError
from pentrace.generate.settings import SampleSettings
from pentrace.settings import explain
from tests.helpers.checkout import merged

ROOT = Path(__file__).parents[2]
VALUES = yaml.safe_load((ROOT / "config.yaml").read_text())


def loaded(change: dict) -> Config:
    return load(merged(VALUES, change))


def refused(change: dict) -> str:
    with pytest.raises(PentraceError) as error:
        loaded(change)
    return str(error.value)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"datasets": {"iam": None}}, "datasets.iam: "),
        ({"datasets": None}, "datasets: "),
        ({"clean": [1]}, "\nclean: "),
        ({"clean": None}, "\nclean: "),
        ({"datasets": {"iam": {"clean": 3}}}, "datasets.iam.clean: "),
        (
            {"networks": {"prediction": {"train": {"steps": "many"}}}},
            "networks.prediction.train.steps: ",
        ),
    ],
)
def test_a_value_instead_of_a_section_is_named(change: dict, key: str) -> None:
    assert key in refused(change)


def test_a_missing_section_is_named() -> None:
    values = {key: value for key, value in VALUES.items() if key != "datasets"}
    with pytest.raises(PentraceError, match=r"\ndatasets: missing; give a value$"):
        load(values)


@given(
    st.sampled_from(sorted(VALUES)),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.integers() | st.sampled_from(["iam", "clean", "x"]), inner)
        ),
        max_leaves=6,
    ),
)
def test_a_wrong_section_gives_only_named_mistakes(key: str, value: Any) -> None:
    try:
        load({**VALUES, key: value})
    except PentraceError as error:
        assert str(error).startswith("The configuration ")


def test_sections_of_a_data_set_are_checked_after_merging() -> None:
    change = {
        "normalise": {"recipe": "write-rnn"},
        "clean": {"too_short": 5},
        "datasets": {"iam": {"normalise": {"cap": 300.0}, "clean": {"too_long": 10}}},
    }
    config = loaded(change).datasets["iam"]
    assert (config.normalise.recipe, config.normalise.cap) == ("write-rnn", 300.0)
    assert (config.clean.too_short, config.clean.too_long) == (5, 10)
    assert "datasets.iam.clean: " in refused({"datasets": {"iam": {"clean": {"too_long": 10}}}})


@pytest.mark.parametrize("off", [None, False])
def test_null_and_false_switch_every_rule_off(off: bool | None) -> None:
    settings = CleanSettings.model_validate(dict.fromkeys((*LIMITS, *SWITCHES), off))
    rules = [name.replace("_", "-") for name in (*LIMITS, *SWITCHES)]
    assert {limit(rule, settings) for rule in rules} == {None}
    assert CleanSettings.model_validate_json(settings.model_dump_json()) == settings
    assert {*LIMITS, *SWITCHES} == set(CleanSettings.model_fields)


@pytest.mark.parametrize("name", LIMITS)
def test_true_is_no_limit(name: str) -> None:
    with pytest.raises(ValidationError, match="a limit, or null or false to switch the rule off"):
        CleanSettings.model_validate({name: True})


@pytest.mark.parametrize(
    "change",
    [
        {"threads": True},
        {"sample": {"bias": [0.5, True]}},
        {"sample": {"prime": False}},
        {"networks": {"prediction": {"layers": True}}},
        {"networks": {"prediction": {"train": {"patience": False}}}},
        {"datasets": {"iam": {"shards": True}}},
    ],
)
def test_a_number_is_not_true_or_false(change: dict) -> None:
    assert "expected a number, not true or false" in refused(change)


def test_a_message_has_only_the_key_and_little_of_the_value() -> None:
    message = refused({"sample": {"prime": -1}})
    assert "\nsample.prime: " in message
    assert "constrained" not in message and "tuple[" not in message
    message = refused({"run": "x" * 1000})
    assert "\nrun: " in message and max(map(len, message.splitlines())) < 200


def test_a_mistake_in_a_section_is_reported_without_its_values() -> None:
    message = refused({"sample": {"lines": 0, "prime": None}})
    assert "\nsample: lines is 0 and prime is empty; set one of them above 0" in message
    assert "Value error" not in message and "got" not in message
    with pytest.raises(ValidationError) as error:
        SampleSettings(lines=0, prime=None)
    assert explain(SampleSettings, error.value, "").startswith("lines is 0 and prime")
    assert explain(SampleSettings, error.value, "--settings").startswith("--settings: lines is 0")


def test_an_unknown_key_is_reported_with_the_nearest_one() -> None:
    assert "did you mean 'spike'?" in refused({"datasets": {"svc": {"clean": {"spik": 3}}}})
    with pytest.raises(ValidationError) as error:
        CleanSettings.model_validate({"spik": 3})
    assert explain(CleanSettings, error.value, "--settings").startswith("--settings.spik: unknown")


def test_published_results_are_known() -> None:
    message = refused({"datasets": {"iam": {"published": "graves2013"}}})
    assert "datasets.iam.published: unknown 'graves2013'; use: graves-2013" in message


@pytest.mark.parametrize("name", ["", "a/b", "../x", "-a", "a b", "a.b", "a\n", "é"])
def test_names_are_names_of_folders(name: str) -> None:
    network, dataset = VALUES["networks"]["prediction"], VALUES["datasets"]["iam"]
    assert "networks: not a name for a folder" in refused({"networks": {name: network}})
    assert "datasets: not a name for a folder" in refused({"datasets": {name: dataset}})


@pytest.mark.parametrize("name", FOLDERS)
def test_a_network_is_not_called_like_a_folder_of_a_data_set(name: str) -> None:
    assert f"{name!r} is a folder of tables" in refused(
        {"networks": {name: VALUES["networks"]["prediction"]}}
    )


def test_statistics_are_not_from_validation_splits() -> None:
    message = refused({"normalise": {"splits": ["train", "validation"]}})
    assert (
        "datasets.demo-iam.normalise.splits: 'validation'" in message and "demo-svc" not in message
    )
    assert loaded({"normalise": {"splits": ["train", "test"]}})
    assert loaded(
        {"normalise": {"splits": ["train", "validation"]}, "train": [], "recogniser": None}
    )


def test_each_split_is_named_once() -> None:
    assert "list each split once" in refused({"normalise": {"splits": ["train", "train"]}})


def test_a_recogniser_is_trained_where_something_is_to_be_read() -> None:
    assert loaded({}).learners == ["prediction", "synthesis", "recogniser", "judge"]
    assert loaded({"train": ["prediction"]}).learners == ["prediction"]
    assert loaded({"judge": None}).learners == ["prediction", "synthesis", "recogniser"]
    assert loaded({"recogniser": None, "judge": None}).learners == ["prediction", "synthesis"]
    asked = loaded({"train": ["synthesis", "judge"]})
    assert [n for n in asked.learners if asked.unasked("demo-iam", n)] == ["recogniser"]
    assert "use one of: null, recogniser" in refused({"recogniser": "prediction"})
    assert "judge: 'synthesis' is not a network of kind" in refused({"judge": "synthesis"})
    for text in ("null", "none", "~"):  # as --config gives it
        assert loaded({"recogniser": text, "judge": text}).recogniser is None
    assert "'recogniser' is also the recogniser" in refused({"judge": "recogniser"})


def test_training_with_letters_needs_a_recogniser() -> None:
    networks = {"synthesis": {"train": {"window_loss": 0.5}}}
    without = {"recogniser": None, "judge": None, "networks": networks}
    assert "train: misfit and window_loss need a recogniser" in refused(without)


def test_a_network_starts_from_one_that_is_trained_before_it() -> None:
    noisy = {
        "networks": {"prediction": {"start": "synthesis"}, "synthesis": {"start": "graves-3x400"}}
    }
    assert "networks.prediction.start: 'synthesis' is not trained before prediction" in refused(
        noisy
    )
    assert "networks.prediction.start" in refused(
        {"networks": {"prediction": {"start": "prediction"}}}
    )
    message = refused({"networks": {"prediction": {"start": "synthesis"}}})
    assert (
        "networks.prediction.kind: is 'prediction', but synthesis, which prediction starts from"
        in message
    )


def test_a_data_set_may_name_its_own_networks() -> None:
    config = loaded({"run": ["demo-iam", "kanji"], "train": ["prediction"]})
    assert config.trained == [("demo-iam", "prediction"), ("kanji", "kanji")]
    assert config.learners == ["prediction", "kanji"]
    own = {"datasets": {"kanji": {"train": ["prediction", "synthesis"]}}}
    config = loaded({"run": ["kanji"], "train": [], **own})
    assert config.trained == [
        ("kanji", "prediction"),
        ("kanji", "synthesis"),
        ("kanji", "recogniser"),
        ("kanji", "judge"),
    ]
    assert loaded({"run": ["kanji"], "datasets": {"kanji": {"train": False}}}).trained == []
    shared = {"run": ["kanji"], "train": ["prediction"], "datasets": {"kanji": {"train": True}}}
    assert loaded(shared).trained == [("kanji", "prediction")]


def test_networks_that_a_data_set_names_are_checked() -> None:
    def named(*names: str) -> dict:
        return {"run": ["kanji"], "datasets": {"kanji": {"train": [*names]}}}

    assert (
        "datasets.kanji.train: unknown name 'predicton'; did you mean 'prediction'? use one of: "
        in refused(named("predicton"))
    )
    assert "datasets.kanji.train: a name is repeated" in refused(named("prediction", "prediction"))
    assert "is not trained before graves-3x400-noise" in refused(named("graves-3x400-noise"))
    assert loaded(named("graves-3x400", "graves-3x400-noise"))
    assert "datasets.kanji.train" in refused({"datasets": {"kanji": {"train": "prediction"}}})


def test_a_data_set_may_have_networks_of_its_own() -> None:
    config = loaded({"run": ["demo-iam", "shakespeare"]})
    assert config.learners == ["prediction", "synthesis", "recogniser", "judge", "small-text"]
    assert config.networks_of("shakespeare") == ["small-text"]
    assert ("shakespeare", "prediction") not in config.trained
    message = refused({"datasets": {"shakespeare": {"train": ["small-txt"]}}})
    assert "datasets.shakespeare.train: unknown name 'small-txt'" in message


def test_windows_of_texts_have_a_different_length() -> None:
    wider = {"windows": {"length": 500, "stride": 400}}
    own = {"windows": {"length": 60, "stride": 30}}
    config = loaded({**wider, "datasets": {"alice": own, "iam": own}})
    found = {name: entry.windows for name, entry in config.datasets.items()}
    assert (found["shakespeare"].length, found["shakespeare"].stride) == (101, 100)
    assert (found["alice"].length, found["alice"].stride) == (60, 30) == (60, found["iam"].stride)
    assert (found["kanji"].length, found["kanji"].stride) == (500, 400)
    assert "'length'" in refused({"datasets": {"alice": {"windows": {"lenght": 10}}}})


def test_only_text_networks_are_for_text() -> None:
    message = refused({"run": ["shakespeare"], "datasets": {"shakespeare": {"train": True}}})
    assert "datasets.shakespeare.train: 'prediction' is of kind prediction" in message
    assert "'small-text' is of kind text" in refused({"train": ["small-text"]})


def test_a_text_network_starts_from_that_of_another_corpus() -> None:
    both = {"run": ["shakespeare", "alice"]}
    assert ("alice", "transferred-text") in loaded(both).trained
    message = refused({"run": ["alice"]})
    assert (
        "networks.transferred-text.start: 'shakespeare/small-text' is not trained before" in message
    )
    ink = {"datasets": {"iam": {"train": ["prediction"]}}, "run": ["demo-iam", "iam"]}
    message = refused({**ink, "networks": {"prediction": {"start": "demo-iam/synthesis"}}})
    assert "networks.prediction.kind: is 'prediction', but demo-iam/synthesis" in message


def test_repeated_keys_are_named_with_their_lines(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(
        "run: [a]\nclean: &c\n  spike: 1\n  spike: 2\nother: *c\nlist:\n- {x: 1, x: 2}\nrun: [b]\n"
    )
    with pytest.raises(PentraceError) as caught:
        refuse_repeated_keys([path, tmp_path / "missing.yaml"])
    mistakes = str(caught.value).splitlines()[1:]
    assert [line.split(": ")[1].split(" ")[0] for line in mistakes] == ["run", "spike", "x"]
    assert [line.split("line ")[1].split(":")[0] for line in mistakes] == ["8", "4", "7"]


def test_invalid_yaml_is_left_to_the_yaml_reader(tmp_path):
    path = tmp_path / "config.yaml"
    for content in (b"a: [", b"\xff\xfe", b"", b"- 1\n- 2\n"):
        path.write_bytes(content)
        refuse_repeated_keys([path])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: [1\nb: 2\n", r"own.yaml: not YAML: expected ',' or '\]'.*; correct line 1 to 2$"),
        (b"a: 1: 2\n", r"own.yaml: not YAML: mapping values are not .*; correct line 1$"),
        (b"\xff\xfe", "own.yaml: not text in UTF-8"),
        (b"- 1\n- 2\n", "own.yaml: no settings"),
        (b"a: \x01", "own.yaml: not YAML: it has control characters"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "own.yaml").write_bytes(content)
    with pytest.raises(PentraceError, match=message):
        check_file(tmp_path / "own.yaml")


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(PentraceError, match=r"none.yaml: no such file or folder; check"):
        check_file(tmp_path / "none.yaml")


@pytest.mark.parametrize("content", ["", "# nothing\n"])
def test_a_file_without_settings_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "empty.yaml").write_text(content)
    with pytest.raises(PentraceError, match=r"empty\.yaml: no settings; write each as in config"):
        check_file(tmp_path / "empty.yaml")


def test_a_mistake_is_named_with_the_file_and_line_that_set_the_value(tmp_path: Path) -> None:
    own, first = tmp_path / "own.yaml", tmp_path / "config.yaml"
    own.write_text("# mine\nclean:\n  spike: fast\n")
    first.write_text("clean:\n  spike: slow\n  long: 1\nrun: [a, b]\nwindows: {length: 3}\n")
    values = {
        "clean": {"spike": "fast", "long": 1}, "run": ["a", "b"], "windows": {"length": 9}
    }  # fmt: skip
    keys = [
        "Mistakes:",
        "clean.spike: x",
        "clean.long: x",
        "run.1: x",
        "windows.length: x",
    ]
    assert with_places("\n".join(keys), values, [own, first]).splitlines() == [
        "Mistakes:",
        f"{own}, line 3: clean.spike: x",
        f"{first}, line 3: clean.long: x",
        f"{first}, line 4: run.1: x",
        "windows.length: x",  # the command line has set it
    ]


def test_the_files_of_the_project_repeat_no_key():
    refuse_repeated_keys([ROOT / "config.yaml", *(ROOT / "workflow/presets").glob("*.yaml")])


def test_a_missing_word_list_is_named_with_its_key(tmp_path):
    change = {"run": ["shakespeare"], "evaluate_text": {"words": str(tmp_path / "words")}}
    assert "evaluate_text.words: no file" in refused(change)
    (tmp_path / "words").write_text("the\n")
    assert str(loaded(change).evaluate_text.words).endswith("words")


def test_kinds_that_do_not_fit_are_reported_with_those_that_do():
    text = {"run": ["shakespeare"], "datasets": {"shakespeare": {"train": ["prediction"]}}}
    (message,) = refused(text).splitlines()[1:]
    assert "'prediction' is of kind prediction" in message and message.count("small-text") == 1
    assert "synthesis" not in message.split("networks of:")[1]
    ink = refused({"train": ["small-text"]}).splitlines()[1:]
    assert all("kanji" in line.split("networks of:")[1] for line in ink) and len(ink) >= 1


def test_a_start_that_is_not_trained_has_a_remedy():
    message = refused({"run": ["alice"], "datasets": {"alice": {"train": ["transferred-text"]}}})
    assert "'shakespeare/small-text' is not trained before transferred-text on alice" in message
    assert "its data set to `run`" in message and message.endswith("there is none")
