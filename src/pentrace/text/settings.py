"""Settings of writing text: how characters are drawn, and which samples are taken."""

from pydantic import Field, field_validator

from pentrace.settings import Settings


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
