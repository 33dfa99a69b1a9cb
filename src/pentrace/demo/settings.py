"""Settings of the synthetic default data."""

from pydantic import Field

from pentrace.settings import Settings


class DemoSettings(Settings):
    """How much synthetic handwriting is made, and how much of it is faulty."""

    writers: int = Field(28, ge=4, le=200, description="writers of text; each has a hand")
    forms: int = Field(2, ge=1, le=20, description="forms (pages) by each writer")
    lines: int = Field(7, ge=1, le=13, description="lines on each form")
    users: int = Field(10, ge=1, le=100, description="users who sign")
    signatures: int = Field(
        40, ge=2, le=40, description="signatures of each user; S1 to S20 genuine, the rest forged"
    )
    dirt: float = Field(
        0.1,
        ge=0,
        le=1,
        description="share of lines, forms and signatures with a fault; 0: none; above 0 every "
        "kind of fault occurs at least once, as far as there are lines",
    )
    seed: int = Field(0, ge=0, lt=2**32, description="seed; the same seed gives the same bytes")
