"""Settings of the sample stage: how much new ink, and how neat."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from pentrace.settings import Settings

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
    steps: int = Field(
        700, ge=1, le=100_000, description="steps drawn for each sample; a text ends by itself"
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
