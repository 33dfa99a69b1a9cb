"""The documents agree with the code."""

from pathlib import Path

import yaml

from pentrace.config.load import load
from pentrace.config.models import Config
from pentrace.describe import markdown
from tests.helpers.checkout import merged

ROOT = Path(__file__).parent.parent
# Sections whose every key is in config.yaml; networks and data sets name only what differs.
WHOLE = (
    "demo", "parse", "label", "clean", "normalise", "characters", "windows", "sample", "evaluate",
    "text", "evaluate_text",
)  # fmt: skip


def values() -> dict:
    return yaml.safe_load((ROOT / "config.yaml").read_text())


def test_the_page_of_tables_is_what_the_schemas_say() -> None:
    assert (ROOT / "docs/tables.md").read_text() == markdown()


def test_every_setting_is_in_the_configuration() -> None:
    assert set(values()) == set(Config.model_fields)
    for section in WHOLE:
        model = Config.model_fields[section].annotation
        assert set(values()[section]) == set(model.model_fields), section


def test_every_preset_fits() -> None:
    for preset in sorted((ROOT / "workflow/presets").glob("*.yaml")):
        load(merged(values(), yaml.safe_load(preset.read_text())))
