"""Settings of parse, label and characters: limits on raw files, transcripts, splits."""

from typing import Literal, Self

from pydantic import Field, model_validator

from pentrace.settings import Settings


class ParseSettings(Settings):
    """Limits on raw files (larger ones are rejected), and how to read them."""

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


class LabelSettings(Settings):
    """Rules for transcripts, and the split."""

    max_reject_share: float = Field(
        0.02,
        ge=0,
        le=1,
        description="share of raw files that may be unreadable before `label` fails",
    )
    max_line_mismatch: int = Field(
        0,
        ge=0,
        description="lines a transcript may have more or fewer than its form has recordings",
    )
    placeholders: tuple[str, ...] = Field(
        ("Please Enter Transcription here",),
        description="lines that stand where nobody has typed a transcript; case does not matter",
    )
    max_scratched_out: int = Field(
        0, ge=0, description="words written as # (scratched out) that a line's text may have"
    )
    max_percent_run: int = Field(
        1, ge=1, description="longest run of % (illegible) that a line's text may have"
    )
    split: Literal["official", "writer", "form", "sample"] = Field(
        "official",
        description="official: by the owner's lists, where there are any, else as writer; writer: "
        "seeded, no writer in two splits (a form whose writer is unknown counts as one); form, "
        "sample: seeded, no form or no sample in two splits, for data of very few writers",
    )
    validation: float = Field(
        0.15, ge=0, lt=1, description="seeded split: share of the writers for validation"
    )
    validation2: float = Field(
        0.0, ge=0, lt=1, description="seeded split: share for a second validation split"
    )
    test: float = Field(0.15, ge=0, lt=1, description="seeded split: share of the writers for test")
    seed: int = Field(0, ge=0, lt=2**32, description="seed of the seeded split")

    @model_validator(mode="after")
    def _leaves_training_data(self) -> Self:
        held_out = self.validation + self.validation2 + self.test
        if held_out >= 1:
            raise ValueError(
                f"validation + validation2 + test is {held_out:g}; it must be less than 1, so that "
                "training data is left"
            )
        return self


class CharacterSettings(Settings):
    """Which part of a text is read, and how the corpus is split."""

    max_reject_share: float = Field(
        0.02,
        ge=0,
        le=1,
        description="share of raw files that may be unreadable before `characters` fails",
    )
    max_bytes: int = Field(64_000_000, ge=1, description="bytes in one file; larger: rejected")
    cut_gutenberg: bool = Field(
        True, description="cut header and footer of Project Gutenberg, where they are marked"
    )
    validation: float = Field(
        0.02, gt=0, lt=1, description="share of the characters for validation, after the training"
    )
    test: float = Field(
        0.02,
        ge=0,
        lt=1,
        description="share of the characters for testing, at the end of the corpus",
    )

    @model_validator(mode="after")
    def _leaves_training_data(self) -> Self:
        if self.validation + self.test >= 1:
            raise ValueError(
                f"validation + test is {self.validation + self.test:g}; it must be less than 1, so "
                "that training data is left"
            )
        return self
