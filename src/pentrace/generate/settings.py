"""Settings of sample, rewrite, fictional, text and sample-text."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from pentrace.settings import Settings
from pentrace.splits import Split

Bias = Annotated[float, Field(ge=0, le=20)]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Format = Literal["svg", "png", "inkml"]


def _each_once(given: tuple[Format, ...]) -> tuple[Format, ...]:
    if len(set(given)) < len(given):
        raise ValueError("names a value twice: give each once")
    return given


Formats = Annotated[tuple[Format, ...], AfterValidator(_each_once)]
EVERY: Formats = ("svg", "png", "inkml")


class SampleSettings(Settings):
    """What `pentrace sample` writes: `lines` samples for each bias, and the primed ones."""

    lines: int = Field(4, ge=0, le=10_000, description="samples for each bias, not primed")
    steps: int | None = Field(
        None,
        ge=1,
        le=100_000,
        description="steps after which a sample is cut off; null: 700, or for a text, which ends "
        "by itself, 60 and 60 more for each character",
    )
    texts: tuple[Text, ...] | None = Field(
        None,
        description="what a synthesis network writes, one line each; null: texts of validation "
        "lines, chosen by the seed",
    )
    attempts: int = Field(
        4, ge=1, le=100, description="times a text is drawn at most, until all of it is there"
    )
    bias: tuple[Bias, ...] = Field(
        (0.0, 0.5, 1.0),
        min_length=1,
        description="0 draws from the network as it is; 0.15 to 1 is neat, larger is bland",
    )
    seed: int = Field(1, ge=0, lt=2**63, description="the same seed gives the same files")
    prime: Annotated[int, Field(ge=0, le=1000)] | tuple[str, ...] | None = Field(
        1,
        description="real lines to go on from: their sample ids, or how many validation lines "
        "to choose by the seed; 0 or null for none",
    )
    formats: Formats = Field(EVERY, description="files written beside points.parquet")

    @model_validator(mode="after")
    def _something_to_draw(self) -> "SampleSettings":
        if not self.lines and not self.prime:
            raise ValueError("lines is 0 and prime names nothing: set one of them above 0")
        for name in ("bias", "prime"):
            values = getattr(self, name)
            if isinstance(values, tuple) and len(set(values)) < len(values):
                raise ValueError(f"{name} names a value twice: give each once")
        return self


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
    real_split: Split = Field("validation", description="split they are of")
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


class DrawSettings(Settings):
    """How the next character is drawn from the chances of all of them."""

    temperature: float = Field(
        1.0, ge=0, le=100, description="0: always the likeliest; 1: as the network is; more: wilder"
    )
    top_k: int | None = Field(
        None, ge=1, description="draw from so many likeliest characters alone; null: from all"
    )
    top_p: float | None = Field(
        None,
        gt=0,
        le=1,
        description="draw from the fewest likeliest characters that have this chance together; "
        "null: from all",
    )


class TextSettings(Settings):
    """The texts that are drawn from a trained network, for the report and its measures."""

    temperatures: list[float] = Field(
        [0.0, 0.5, 0.8, 1.0], min_length=1, description="samples are drawn at each; 0 is greedy"
    )
    samples: int = Field(4, ge=1, le=1000, description="texts at each temperature")
    length: int = Field(600, ge=1, description="characters of each")
    prompt: str = Field("", description="what each goes on from, at the beginning of a line")
    top_k: int | None = Field(None, ge=1, description="as `pentrace text --top-k`")
    top_p: float | None = Field(None, gt=0, le=1, description="as `pentrace text --top-p`")
    seed: int = Field(1, ge=0, lt=2**63, description="the same seed draws the same texts")

    @field_validator("temperatures")
    @classmethod
    def _in_order(cls, value: list[float]) -> list[float]:
        if min(value) < 0 or max(value) > 100 or sorted(set(value)) != value:
            raise ValueError("temperatures go from 0 to 100, each once, rising")
        return value
