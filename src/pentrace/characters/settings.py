"""Settings of the characters stage: how a corpus is read and split."""

from typing import Self

from pydantic import Field, model_validator

from pentrace.settings import Settings


class CharacterSettings(Settings):
    """What is read of a text, and where the corpus is cut into splits."""

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
                f"validation + test is {self.validation + self.test:g}; allowed is less than 1, "
                "so that something is left to train on"
            )
        return self
