"""Settings that several figures share."""

from pydantic import Field

from pentrace.generate.settings import Bias
from pentrace.settings import Settings
from pentrace.split_names import Split


class LineSettings(Settings):
    """The real line that a figure shows."""

    split: Split = Field("validation", description="split of the line")
    line: str | None = Field(
        None, description="sample id of the line; null: a line of median length"
    )


class WritingSettings(Settings):
    """Real lines, and the random numbers with which a synthesis network writes."""

    splits: tuple[Split, ...] = Field(
        ("validation",), min_length=1, description="splits of the real lines"
    )
    seed: int = Field(1, ge=0, lt=2**63, description="random seed")


class BiasedSettings(WritingSettings):
    """The same, and the bias of the writing."""

    bias: Bias = Field(1.0, description="0: no change; larger: neater, and less varied")
