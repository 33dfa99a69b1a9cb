"""Size and kind of a network, and how it is trained."""

from typing import Literal

from pydantic import Field

from pentrace.settings import Settings
from pentrace.train.settings import TrainSettings


class NetworkSettings(Settings):
    """A network of LSTM layers under a mixture density output (Graves 2013, section 4)."""

    kind: Literal["prediction"] = Field(
        "prediction", description="prediction: the next step from all steps so far, no text"
    )
    layers: int = Field(1, ge=1, le=16, description="LSTM layers; the paper has 3 or 1")
    hidden: int = Field(
        128, ge=1, le=8192, description="cells in a layer; the paper has 400 or 900"
    )
    components: int = Field(20, ge=1, le=1000, description="Gaussians in the mixture")
    skips: bool = Field(
        True, description="input to every layer and every layer to the output, as in the paper"
    )
    dropout: float = Field(
        0.0, ge=0, lt=1, description="share of what enters the output that training sets to 0"
    )
    train: TrainSettings = Field(
        default_factory=lambda: TrainSettings.model_validate({}), description="how it is trained"
    )
