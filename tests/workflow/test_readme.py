"""The commands of the README and of the page on writing, run."""

import re
import shutil
import sys
from pathlib import Path

import pytest

from pentrace.networks.model_file import SHIPPED
from tests.helpers import small_style
from tests.helpers.checkout import Checkout

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WRITING = (ROOT / "docs" / "writing.md").read_text(encoding="utf-8")
MISSING = 3  # exit status where some of a text is not written: the network here is hardly trained


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.slow
@pytest.mark.parametrize("code", blocks("python"))
def test_python(code: str, whole_copy: Checkout) -> None:
    done = whole_copy.run(sys.executable, "-c", code)
    assert done.returncode == 0 and done.stdout.strip(), done.stderr


def pentrace_commands() -> list[str]:
    found = blocks("sh") + blocks("sh", WRITING)
    lines = "\n".join(found).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.startswith("pentrace ")]


@pytest.mark.slow
@pytest.mark.parametrize("line", pentrace_commands())
def test_pentrace(line: str, whole_copy: Checkout) -> None:
    (style,) = blocks("json", WRITING)
    (whole_copy.folder / "me.json").write_text(style, encoding="utf-8")
    small_style.save(whole_copy.folder / "you.json", small_style.waves())
    (whole_copy.folder / "more-lines").mkdir(exist_ok=True)
    for name in ("more-lines/one", "more-lines/two", "last-line"):
        small_style.save(whole_copy.folder / f"{name}.json", small_style.waves())
    shutil.make_archive(
        str(whole_copy.folder / "my-lines"), "zip", whole_copy.folder / "more-lines"
    )
    shutil.copy(SHIPPED, whole_copy.folder / "me.safetensors")
    (whole_copy.folder / "letter.txt").write_text("any text you like\n\nand more of it\n")
    command = line.replace("pentrace ", f"{sys.executable} -m pentrace ", 1)
    if line.startswith("pentrace learn "):
        command += " --steps 2"  # not minutes
    done = whole_copy.run("sh", "-c", command)
    allowed = (0, MISSING) if line.startswith(("pentrace write ", "pentrace learn ")) else (0,)
    assert done.returncode in allowed and (done.stdout + done.stderr).strip(), done.stderr


@pytest.mark.slow
def test_every_snakemake_command_plans(whole_copy: Checkout) -> None:
    """Those for real data say what is missing, since there is none here."""
    words = re.findall(r"snakemake --cores all([^`\n#]*)", README)
    assert any("real" in w for w in words) and "" in {w.strip() for w in words}
    for given in {w.strip() for w in words}:
        printed = whole_copy.snakemake("-n", *given.split(), fails="real" in given)
        assert (
            "Nothing to be done" in printed or "[1 of " in printed or "nothing to read" in printed
        )


def test_every_file_it_points_to_is_there() -> None:
    for link in re.findall(r"\]\(((?!http)[^)]+)\)", README):
        assert (ROOT / link).exists(), link
