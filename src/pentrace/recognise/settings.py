"""Settings of the stage recognise."""

from pydantic import Field

from pentrace.settings import Settings


class LanguageSettings(Settings):
    """How lines are read a second time, with a language model of characters."""

    order: int = Field(
        0,
        ge=0,
        le=20,
        description="characters of the longest n-gram, counted in the lines that the recogniser "
        "was trained on; 0: no second reading",
    )
    weight: float = Field(0.5, ge=0, le=100, description="weight of the language model")
    reward: float = Field(1.0, ge=-100, le=100, description="nats that each character adds")
    beam: int = Field(12, ge=1, le=1000, description="beginnings of the text that are kept")
