"""Comments and values of config.yaml are those of the settings."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from pentrace.config.schema import Config, DatasetSettings
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.training import TrainSettings

CONFIG = Path(__file__).parents[2] / "config.yaml"
STAGES = {
    name: field.annotation
    for name, field in Config.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
}


def commented() -> dict[tuple[str, ...], str]:
    """Key -> comment on its line, of the keys at the top, of the stages, and of the first data set.

    Read line by line: a YAML parser drops comments.
    """
    found: dict[tuple[str, ...], str] = {}
    path: list[tuple[int, str]] = []
    for line in CONFIG.read_text().splitlines():
        match = re.match(r"( *)([a-zA-Z0-9_-]+):(.*)", line)
        if match:
            indent = len(match[1])
            path = [one for one in path if one[0] < indent] + [(indent, match[2])]
            comment = re.search(r"(?:^| )# (.*)", re.sub(r'"[^"]*"', "", match[3]))
            found[tuple(name for _, name in path)] = comment[1] if comment else ""
    return found


def described() -> Iterator[tuple[tuple[str, ...], str]]:
    """Key -> description of its field, for all that has to have a comment."""
    for name in ("run", "train", "recogniser", "judge", "fewest_lines", "threads"):
        yield (name,), str(Config.model_fields[name].description)
    for stage, model in STAGES.items():
        for name, field in model.model_fields.items():
            yield (stage, name), str(field.description)
    for name in ("reader", "raw", "shards", "train", "note"):
        field = DatasetSettings.model_fields[name]
        yield ("datasets", "demo-iam", name), str(field.description)


@pytest.mark.parametrize(("key", "description"), [*described()], ids=str)
def test_a_comment_is_the_description_of_the_field(key: tuple[str, ...], description: str) -> None:
    assert commented().get(key) == description, f"comment of {'.'.join(key)} in config.yaml"


def of_networks() -> Iterator[tuple[tuple[str, ...], str]]:
    """Key -> description of its field, for the settings of networks that have a comment."""
    for key, comment in commented().items():
        section = key[2:-1]
        if comment and key[0] == "networks" and len(key) > 2:
            model = TrainSettings if section == ("train",) else NetworkSettings
            yield key, str(model.model_fields[key[-1]].description)


@pytest.mark.parametrize(("key", "description"), [*of_networks()], ids=str)
def test_a_comment_of_a_network_is_the_description_too(key: tuple, description: str) -> None:
    assert commented()[key] == description, f"comment of {'.'.join(key)} in config.yaml"


@pytest.mark.parametrize("stage", STAGES)
def test_a_value_is_the_default_so_that_it_may_be_left_out(stage: str) -> None:
    written = yaml.safe_load(CONFIG.read_text())[stage]
    assert written == STAGES[stage]().model_dump(mode="json")


def test_every_setting_has_a_description() -> None:
    schema = Config.model_json_schema()
    for name, section in schema["$defs"].items():
        for key, field in section["properties"].items():
            assert field.get("description"), f"{name}.{key} has no description"
