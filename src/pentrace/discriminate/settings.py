"""Settings of the stage discriminate."""

from pydantic import Field

from pentrace.settings import Settings


class DiscriminateSettings(Settings):
    """How real and written lines are compared."""

    lines: int | None = Field(
        60, ge=2, description="maximum number of pairs of lines in a comparison; null: all"
    )
    points: int = Field(800, ge=20, description="maximum points of a line; the rest is cut off")
    grid: float = Field(
        1.0, gt=0, description="grid to which all positions are rounded, in tablet units"
    )
    folds: int = Field(5, ge=2, le=100, description="parts of the cross-validation")
    resamples: int = Field(1000, ge=100, description="resamples of the bootstrap")
    permutations: int = Field(1000, ge=100, description="permutations of the two-sample tests")
    recurrent: int = Field(
        0, ge=0, description="training steps of the recurrent classifier, in each part; 0: none"
    )
    seed: int = Field(1, ge=0, lt=2**63, description="random seed")
