"""Settings of the stage hands."""

from pydantic import Field

from pentrace.settings import Settings
from pentrace.split_names import Split


class HandSettings(Settings):
    """How writers are identified by their handwriting."""

    split: Split = Field("train", description="split of the writers to learn from")
    lines: int = Field(6000, ge=2, description="maximum number of lines to learn from")
    shrinkage: float = Field(
        0.5,
        ge=0.001,
        le=1,
        description="how far the covariance within hands is drawn to that of a ball; 1: completely",
    )
    seed: int = Field(1, ge=0, lt=2**63, description="random seed; chooses the lines")


class HalvesSettings(Settings):
    """Which lines `pentrace halves` compares."""

    lines: int = Field(100, ge=3, le=10_000, description="maximum number of lines, and of writers")
    points: int = Field(
        500, ge=20, le=100_000, description="points of a line that are halved; the rest is cut off"
    )
    bias: float = Field(0.0, ge=0, le=100, description="0: no change; larger: neater, less varied")
    seed: int = Field(1, ge=0, lt=2**63, description="random seed")
