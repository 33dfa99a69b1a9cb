"""Settings of the rewrite stage."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from pentrace.settings import Settings

Bias = Annotated[float, Field(ge=0, le=20)]
Split = Literal["train", "validation", "validation2", "test"]


class RewriteSettings(Settings):
    """Which texts a synthesis network writes to be measured, and how neatly."""

    split: Split = Field("validation", description="split whose texts are written, and read again")
    lines: int | None = Field(
        None, ge=1, description="most lines, chosen by the seed; null: all that have a text"
    )
    bias: tuple[Bias, ...] = Field(
        (0.0, 0.25, 0.5, 1.0, 2.0), min_length=1, description="each text is written at each"
    )
    seed: int = Field(1, ge=0, lt=2**63, description="the same seed gives the same lines")
    attempts: int = Field(
        4, ge=1, le=100, description="times a line is drawn at most, until all of it is there"
    )

    @field_validator("bias")
    @classmethod
    def _each_once(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if len(set(value)) < len(value):
            raise ValueError("a bias stands twice: give each once")
        return value
