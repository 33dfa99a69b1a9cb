"""Settings of the synthetic default data."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from pentrace.settings import Settings

MOST_FORMS = 4950  # s01-000 to s99-168, each with and without a suffix


class DemoSettings(Settings):
    """How much synthetic handwriting is made, and how much of it is faulty."""

    writers: int = Field(
        28, ge=4, le=MOST_FORMS, description="writers of text, each with their own hand"
    )
    forms: int = Field(6, ge=1, le=20, description="forms (pages) by each writer")
    lines: int = Field(7, ge=1, le=13, description="lines on each form")
    users: int = Field(10, ge=1, le=100, description="users who sign")
    signatures: int = Field(
        40,
        ge=2,
        le=40,
        description="signatures of each user; 20 are genuine, the rest forged",
    )
    dirt: float = Field(
        0.1,
        ge=0,
        le=1,
        description="share of lines, forms and signatures with a fault; 0: none",
    )
    everyday: float = Field(
        0.3,
        ge=0,
        le=1,
        description="share of text that is composed (dates, prices, capitals, codes, accents ...)",
    )
    fonts: Path | None = Field(
        None, description="folder with the EMS fonts, for more letter forms; null: none"
    )
    seed: int = Field(0, ge=0, lt=2**32, description="random seed")

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.writers * self.forms > MOST_FORMS:
            raise ValueError(
                f"{self.writers} writers x {self.forms} forms are more than {MOST_FORMS} names; "
                "lower writers or forms"
            )
        return self
