"""Settings of the synthetic default data."""

from pydantic import Field

from pentrace.settings import Settings


class DemoSettings(Settings):
    """How much synthetic handwriting is made, and how much of it is faulty."""

    writers: int = Field(28, ge=4, le=200, description="writers of text, each with their own hand")
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
    seed: int = Field(0, ge=0, lt=2**32, description="random seed")
