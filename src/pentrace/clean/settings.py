"""Settings of the clean stage: one field per rule, with the name of the rule in the rejects.

The defaults are chosen on IAM-OnDB, where a line is 580 units high and the pen moves 18 units
between readings (medians); `docs/cleaning.md` has the distributions.
"""

from typing import Any

from pydantic import Field, field_validator, model_validator

from pentrace.settings import Settings

LIMITS = ("backward_time", "spike", "long_step", "too_short", "too_long")
SWITCHES = ("pen_in_air", "duplicate", "require_text")


class CleanSettings(Settings):
    """The limit of each rule; null (or false) switches the rule off."""

    pen_in_air: bool = Field(True, description="remove points recorded while the pen is up")
    duplicate: bool = Field(True, description="remove points at the position of the previous point")
    backward_time: float | None = Field(
        0.0, ge=0, description="remove points this much earlier than the previous point, in s"
    )
    spike: float | None = Field(
        100.0, gt=0, description="remove points that jump this far away and back, in tablet units"
    )
    long_step: float | None = Field(
        500.0, gt=0, description="lift the pen at steps longer than this, in tablet units"
    )
    too_short: int | None = Field(20, ge=2, description="drop samples with fewer points")
    too_long: int | None = Field(2000, ge=2, description="drop samples with more points")
    require_text: bool = Field(False, description="drop samples without a valid transcript")

    @field_validator(*LIMITS, mode="before")
    @classmethod
    def _false_is_no_limit(cls, value: Any) -> Any:
        if value is True:
            raise ValueError("expected a limit, or null or false to switch the rule off")
        return None if value is False else value

    @field_validator(*SWITCHES, mode="before")
    @classmethod
    def _null_is_off(cls, value: Any) -> Any:
        return False if value is None else value

    @model_validator(mode="after")
    def _some_length_is_allowed(self) -> "CleanSettings":
        if self.too_long is None or self.too_short is None:
            return self
        if self.too_long < self.too_short:
            raise ValueError(
                f"too_long ({self.too_long}) must be at least too_short ({self.too_short}), or null"
            )
        return self
