"""Settings of the evaluate stage."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from pentrace.settings import Settings
from pentrace.split_names import Split, TextSplit

Device = Literal["auto", "cpu", "cuda"]
WHERE = "device of the network; auto: a GPU if there is one"


class EvaluateSettings(Settings):
    """What `pentrace evaluate` measures. Lines are always whole; no setting changes that."""

    splits: tuple[Split, ...] = Field(
        ("train", "validation", "validation2", "test"),
        min_length=1,
        description="splits to measure, where they have lines",
    )
    lines: int | None = Field(
        None,
        ge=1,
        description="maximum number of lines in a split; null: all",
    )
    batch_size: int = Field(
        32, ge=1, le=4096, description="lines at once; affects memory and speed only"
    )
    chunk: int = Field(256, ge=1, description="steps at once; affects memory only")
    device: Device = Field("auto", description=WHERE)
    seed: int = Field(1, ge=0, lt=2**63, description="random seed")
    bound_samples: int = Field(
        40,
        ge=1,
        le=10_000,
        description="latents of each line in the second bound of a variational network",
    )
    baseline_components: int = Field(
        20, ge=1, le=100, description="Gaussians of the baseline, which has no memory"
    )
    generated_lines: int = Field(
        64, ge=0, le=10_000, description="lines drawn for the comparison with real lines; 0: none"
    )
    generated_steps: int = Field(
        600, ge=10, le=100_000, description="steps in a drawn line that has no text"
    )
    compare_with: Split = Field(
        "validation", description="split of the real lines in the comparison"
    )

    @model_validator(mode="after")
    def _once(self) -> Self:
        if len(set(self.splits)) < len(self.splits):
            raise ValueError("splits names a split twice; name each once")
        return self


class TextBitsSettings(Settings):
    """What `pentrace evaluate-text` measures of a text network."""

    splits: list[TextSplit] = Field(
        ["validation", "test"], min_length=1, description="splits to measure"
    )
    characters: int | None = Field(
        None, ge=1, description="maximum characters in a split; null: all"
    )
    chunk: int = Field(1000, ge=1, description="characters at once; affects memory only")
    device: Device = Field("auto", description=WHERE)
    dynamic: bool = Field(True, description="also measure while the weights keep learning")
    dynamic_length: int = Field(
        100, ge=1, description="dynamic: characters from one update to the next"
    )
    dynamic_rate: float = Field(0.3, gt=0, description="dynamic: learning rate")
    dynamic_clip: float = Field(1.0, gt=0, description="dynamic: bound on the norm of the gradient")


class EvaluateTextSettings(TextBitsSettings):
    """The same, and the known words for `pentrace evaluate-samples`."""

    words: Path | None = Field(
        None, description="file with the known words; null: those of the training split"
    )
