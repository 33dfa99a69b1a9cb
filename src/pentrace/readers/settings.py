"""Settings of parse, label and characters: limits on raw files, transcripts, splits."""

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from pentrace.settings import Settings

COLUMNS = ("x", "y", "t", "button", "azimuth", "altitude", "pressure")  # of a pen, in svc2004


class ParseSettings(Settings):
    """Limits on raw files (larger ones are rejected), and how to read them."""

    max_bytes: int = Field(16_000_000, ge=1, description="largest raw file, in bytes")
    max_depth: int = Field(32, ge=1, le=256, description="deepest nesting of XML elements")
    max_points: int = Field(1_000_000, ge=1, description="maximum number of points in a recording")
    swap_xy: bool = Field(
        False,
        description="swap the x and y columns; svc2004 only",
    )
    columns: tuple[str, ...] | None = Field(
        None,
        description="names of the columns; -: skip one; null: those of Task 1 or 2; svc2004 only",
    )
    segments: str | None = Field(
        None,
        description="level of the samples, such as WORD or FILE; null: lines, else the next "
        "smaller level; unipen only",
    )
    y_axis: Literal["up", "down"] = Field(
        "up", description="direction in which y grows; unipen only"
    )
    spacing: float = Field(
        10.0,
        gt=0,
        description="distance between points; a character is 109 high; kanjivg only",
    )
    characters: Literal["kanji", "all"] = Field(
        "kanji", description="characters to read; all: also kana, letters and signs; kanjivg only"
    )
    variants: tuple[str, ...] | Literal["all"] = Field(
        (),
        description="variant forms to read too, such as Kaisho; all: every one; kanjivg only",
    )

    @field_validator("columns")
    @classmethod
    def _names_columns(cls, given: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if given is None:
            return None
        unknown = [name for name in given if name not in (*COLUMNS, "-")]
        if unknown:
            raise ValueError(f"unknown column {unknown[0]!r}; use {', '.join(COLUMNS)} or -")
        named = [name for name in given if name != "-"]
        if len(set(named)) < len(named) or not {"x", "y"} <= set(named):
            raise ValueError("expected x and y, and each column once")
        return given


class LabelSettings(Settings):
    """Rules for transcripts, and the split."""

    max_reject_share: float = Field(
        0.02,
        ge=0,
        le=1,
        description="largest share of unreadable raw files before the run stops",
    )
    max_line_mismatch: int = Field(
        0,
        ge=0,
        description="largest difference in lines between a transcript and its form",
    )
    placeholders: tuple[str, ...] = Field(
        ("Please Enter Transcription here",),
        description="lines that mark a missing transcript",
    )
    max_scratched_out: int = Field(
        0, ge=0, description="maximum number of # (scratched-out words) in a line"
    )
    max_percent_run: int = Field(
        1, ge=1, description="longest run of % (illegible) in the text of a line"
    )
    split: Literal["official", "writer", "form", "sample"] = Field(
        "official",
        description="the data set's lists (official), or a random split by writer, form or sample",
    )
    validation: float = Field(0.15, ge=0, lt=1, description="random split: share for validation")
    validation2: float = Field(
        0.0, ge=0, lt=1, description="random split: share for a second validation split"
    )
    test: float = Field(0.15, ge=0, lt=1, description="random split: share for testing")
    seed: int = Field(0, ge=0, lt=2**32, description="random split: seed")

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
        description="largest share of unreadable raw files before the run stops",
    )
    max_bytes: int = Field(64_000_000, ge=1, description="largest raw file, in bytes")
    cut_gutenberg: bool = Field(
        True, description="remove the header and footer of Project Gutenberg"
    )
    validation: float = Field(
        0.02,
        gt=0,
        lt=1,
        description="share of the characters for validation, before those for testing",
    )
    test: float = Field(
        0.02,
        ge=0,
        lt=1,
        description="share of the characters for testing, at the end",
    )

    @model_validator(mode="after")
    def _leaves_training_data(self) -> Self:
        if self.validation + self.test >= 1:
            raise ValueError(
                f"validation + test is {self.validation + self.test:g}; it must be less than 1, so "
                "that training data is left"
            )
        return self
