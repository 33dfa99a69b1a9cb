"""Settings of the normalise stage: a recipe by name, and its options."""

from typing import Literal

from pydantic import Field, model_validator

from pentrace.settings import Settings
from pentrace.split_names import Split

# The options of each recipe, besides the splits.
OPTIONS = {
    "graves": (),
    "write-rnn": ("scale", "cap"),
    "line-height": ("deslant", "straighten", "resample", "spacing"),
}


class NormaliseSettings(Settings):
    """How points become offsets. Options of other recipes are errors."""

    recipe: Literal["graves", "write-rnn", "line-height"] = Field(
        "graves",
        description="mean 0 and sd 1 (graves), a fixed scale, or equal heights first",
    )
    splits: list[Split] = Field(
        ["train"], min_length=1, description="splits that mean and sd are computed from"
    )
    scale: float = Field(20.0, gt=0, description="tablet units per unit; write-rnn only")
    cap: float = Field(500.0, gt=0, description="longest dx or dy, in tablet units; write-rnn only")
    deslant: bool = Field(False, description="make the writing upright; line-height only")
    straighten: bool = Field(False, description="make the baseline level; line-height only")
    resample: Literal["time", "arc"] | None = Field(
        None, description="resample to equal times or arc lengths; null: no; line-height only"
    )
    spacing: float | None = Field(
        None,
        gt=0,
        description="distance of resampled points, in s or (arc) line heights",
    )

    @model_validator(mode="after")
    def _options_of_this_recipe(self) -> "NormaliseSettings":
        for recipe, options in OPTIONS.items():
            for name in options:
                changed = getattr(self, name) != type(self).model_fields[name].default
                if recipe != self.recipe and changed:
                    raise ValueError(
                        f"{name} is an option of the recipe {recipe!r}; the recipe {self.recipe!r} "
                        f"has the options: {', '.join(OPTIONS[self.recipe]) or 'none'}"
                    )
        return self

    @model_validator(mode="after")
    def _splits_once(self) -> "NormaliseSettings":
        if len(set(self.splits)) < len(self.splits):
            raise ValueError("splits contains a split twice; list each split once")
        return self

    @model_validator(mode="after")
    def _resample_with_spacing(self) -> "NormaliseSettings":
        if (self.resample is None) != (self.spacing is None):
            raise ValueError(
                "resample and spacing belong together; set both (such as resample: time with "
                "spacing: 0.01, or resample: arc with spacing: 0.03), or neither"
            )
        return self
