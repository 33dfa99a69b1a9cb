"""Settings of the windows stage."""

from pydantic import Field, model_validator

from pentrace.settings import Settings

# The default windows of a text: shorter, since a character carries more than a step of the pen.
OF_TEXT = {"length": 101, "stride": 100}


class WindowSettings(Settings):
    """How samples are cut into windows; the defaults for texts are `OF_TEXT`.

    A network reads all rows of a window except the last, and predicts all except the first.
    Therefore windows that share one row predict every step once.
    """

    length: int = Field(
        301, ge=2, le=1_000_000, description="offsets or characters in one window; of a text: 101"
    )
    stride: int = Field(300, ge=1, description="offsets from window to window; of a text: 100")

    @model_validator(mode="after")
    def _no_gaps(self) -> "WindowSettings":
        if self.stride >= self.length:
            raise ValueError(
                f"stride ({self.stride}) must be below length ({self.length}), or the step from "
                f"one window to the next is never predicted; set stride to {self.length - 1}"
            )
        return self
