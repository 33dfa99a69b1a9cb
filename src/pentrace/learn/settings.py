"""Settings of `pentrace learn`."""

from typing import Literal

from pydantic import Field

from pentrace.settings import Settings


class LearnSettings(Settings):
    """How a network learns one hand; the defaults take minutes on a CPU."""

    steps: int = Field(200, ge=1, description="maximum training steps (batches)")
    batch_size: int = Field(8, ge=1, description="lines in a batch")
    learning_rate: float = Field(0.0002, gt=0, le=1, description="highest learning rate")
    held_out: float = Field(
        0.1,
        gt=0,
        le=0.5,
        description="share of the lines that show when to stop; at least one line",
    )
    validate_every: int = Field(5, ge=1, description="steps between two looks at these lines")
    patience: int = Field(4, ge=1, description="looks without improvement until the training stops")
    precision: Literal["auto", "float32", "bf16"] = Field(
        "auto", description="numbers in matrix products; auto: the fastest on this machine"
    )
    seed: int = Field(1, ge=0, lt=2**63, description="random seed")
