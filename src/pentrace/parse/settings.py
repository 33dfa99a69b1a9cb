"""Settings of the parse stage: limits on untrusted input, and what a file cannot tell."""

from typing import Literal

from pydantic import Field

from pentrace.settings import Settings


class ParseSettings(Settings):
    """What a raw file may be at most (beyond it goes to the rejects), and what it cannot tell."""

    max_bytes: int = Field(16_000_000, ge=1, description="bytes in one raw file")
    max_depth: int = Field(32, ge=1, le=256, description="elements nested in an XML file")
    max_points: int = Field(1_000_000, ge=1, description="pen positions in one recording")
    swap_xy: bool = Field(
        False,
        description="x and y columns change places, as in some BDALab exports; svc2004 reader only",
    )
    spacing: float = Field(
        10.0,
        gt=0,
        description="distance between points along a stroke, of a character 109 high; kanjivg only",
    )
    characters: Literal["kanji", "all"] = Field(
        "kanji", description="kanji alone, or kana, letters and signs too; kanjivg only"
    )
    variants: tuple[str, ...] | Literal["all"] = Field(
        (),
        description="forms to read beside the base character, by the names in KanjiVG, such as "
        "Kaisho or HzFst; all: every one; kanjivg only",
    )
