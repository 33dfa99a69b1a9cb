"""Settings of the windows stage."""

from pydantic import Field, model_validator

from pentrace.settings import Settings

# The windows of a text where nothing else is said: a character tells more than a step of the pen.
OF_TEXT = {"length": 100, "stride": 100}


class WindowSettings(Settings):
    """How samples are cut into windows; texts as `OF_TEXT` says where nothing is given."""

    length: int = Field(
        300,
        ge=2,
        description="offsets or characters in one window",
    )
    stride: int = Field(300, ge=1, description="offsets from the start of one window to the next")

    @model_validator(mode="after")
    def _no_gaps(self) -> "WindowSettings":
        if self.stride > self.length:
            raise ValueError(
                f"stride ({self.stride}) must be at most length ({self.length}): "
                "offsets between two windows would be lost"
            )
        return self
