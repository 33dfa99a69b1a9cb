"""Settings of the fictional stage: how many characters are made up, and how they are compared."""

from typing import Literal, Self

from pydantic import Field, model_validator

from pentrace.sample.settings import EVERY, Formats
from pentrace.settings import Settings


class FictionalSettings(Settings):
    """What a network with three states of the pen draws, and what that is compared with."""

    characters: int = Field(24, ge=1, le=1000, description="characters that are drawn")
    steps: int = Field(400, ge=2, le=100_000, description="steps after which one is given up")
    bias: float = Field(1.0, ge=0, le=20, description="0: as the network is; larger: neater")
    seed: int = Field(1, ge=0, lt=2**63, description="the same seed gives the same characters")
    formats: Formats = Field(EVERY, description="files written beside points.parquet")
    real: int = Field(
        12,
        ge=0,
        le=1000,
        description="real characters, unseen in training, compared in like manner",
    )
    real_split: Literal["train", "validation", "validation2", "test"] = Field(
        "validation", description="split they are of"
    )
    points: int = Field(
        64, ge=4, le=1000, description="points of each character in the comparison, along its ink"
    )
    band: int = Field(
        8, ge=0, description="points that one character may run ahead of the other in it"
    )

    @model_validator(mode="after")
    def _band_within_points(self) -> Self:
        if self.band >= self.points:
            raise ValueError(f"band ({self.band}) must be below points ({self.points})")
        return self
