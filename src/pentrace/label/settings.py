"""Settings of the label stage: which transcripts fit, and who goes into which split."""

from typing import Literal, Self

from pydantic import Field, model_validator

from pentrace.settings import Settings


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
                f"validation + validation2 + test is {held_out:g}; allowed is less than 1, "
                "so that something is left to train on"
            )
        return self
