"""A text to lines that fill the width of the page."""

from pathlib import Path

import pytest

from pentrace.generate.load_model import load_ink
from pentrace.write import lines
from pentrace.write.settings import WriteSettings
from tests.helpers.small_synthesis import save


def test_if_wider_lines_fail_the_first_wrapping_and_its_limit_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, normalisation = load_ink(save(tmp_path / "model.safetensors"))
    given, real = [], lines.leading_line
    text = "the quick brown fox jumps over the lazy dog " * 3

    def only_first(*asked: object) -> object:
        given.append(asked[1])
        return real(*asked) if len(given) == 1 else None  # type: ignore[arg-type]

    monkeypatch.setattr(lines, "leading_line", only_first)
    how = WriteSettings(attempts=1, page="150x100")
    found = lines.write_text(network, normalisation, text, how, None, None)
    first, second = given
    assert first != second and found.texts == first
    assert found.limit == ""
