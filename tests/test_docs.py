"""The documents agree with the code."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from PIL import Image

from pentrace.config.checks import load
from pentrace.config.schema import Config
from pentrace.describe import markdown
from tests.helpers.checkout import merged
from tests.helpers.commands import pentrace

ROOT = Path(__file__).parent.parent
# Sections whose every key is in config.yaml; networks and data sets name only what differs.
WHOLE = (
    "demo", "parse", "label", "clean", "normalise", "characters", "windows", "sample",
    "discriminate", "evaluate", "text", "evaluate_text",
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


def test_the_commands_of_the_documents_leave_a_clone_clean(tmp_path: Path) -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    blocks = [
        b for p in pages for b in re.findall(r"^```sh\n(.*?)^```", p.read_text(), re.M | re.S)
    ]
    outputs = {name for b in blocks for name in re.findall(r"(?:-o|--out|>) (\w[\w./-]+)", b)}
    assert {"page.svg", "page.png", "more-samples"} <= outputs
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    shutil.copy(ROOT / ".gitignore", tmp_path)
    for name in outputs:
        path = tmp_path / name if Path(name).suffix else tmp_path / name / "file"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    status = ["git", "-C", str(tmp_path), "status", "--short"]
    assert subprocess.run(status, capture_output=True, text=True).stdout == "?? .gitignore\n"


def test_the_mistake_in_the_readme_is_in_the_line_that_it_names() -> None:
    readme = (ROOT / "README.md").read_text()
    named = re.search(r"^config\.yaml, line (\d+): clean\.spikes: .* mean 'spike'", readme, re.M)
    assert named is not None
    line = (ROOT / "config.yaml").read_text().splitlines()[int(named[1]) - 1]
    assert line.startswith("  spike: ")


def test_the_command_beside_the_picture_writes_it_without_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = (ROOT / "README.md").read_text()
    picture = re.search(r"^!\[.*\]\((.*\.png)\)\n+(.*\n)?`pentrace (write .*)`$", readme, re.M)
    assert picture is not None
    words = shlex.split(picture[3])
    assert words[-2:] == ["-o", picture[1]]
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path)
    pentrace(*words)
    with Image.open(tmp_path / picture[1]) as image:
        assert image.text["Title"].split() == words[1].split()
        assert image.text["model"] == "pretrained"
        assert not any(str(tmp_path) in value for value in image.text.values())
    assert str(tmp_path).encode() not in (tmp_path / picture[1]).read_bytes()


def test_make_help_lists_every_target() -> None:
    done = subprocess.run(["make", "-C", str(ROOT), "help"], capture_output=True, text=True)
    targets = re.search(r"^\.PHONY: (.*)", (ROOT / "Makefile").read_text(), re.M)
    assert targets is not None
    for target in targets[1].split():
        name = "make" if target == "all" else f"make {target}"
        assert re.search(rf"^{name}  +\w", done.stdout, re.M), target


def test_every_preset_fits() -> None:
    for preset in sorted((ROOT / "workflow/presets").glob("*.yaml")):
        load(merged(values(), yaml.safe_load(preset.read_text())))
