"""How a network is trained."""

from typing import Literal, Self

from pydantic import Field, model_validator

from pentrace.settings import Settings
from pentrace.splits import Split


class TrainSettings(Settings):
    """Batches, optimiser, clipping, length and checks of one training run."""

    batches: Literal["lines", "crops", "windows", "streams"] = Field(
        "lines",
        description="whole lines of like length, random crops, the windows of the data set as they "
        "are stored, in random order, or streams: a text in as many pieces as a batch has rows, "
        "read side by side from the first character to the last, the state carried from batch to "
        "batch",
    )
    length: int | None = Field(
        None,
        ge=2,
        description="steps in a crop, or at once of a stream; null: 300. Not for lines, which are "
        "whole, nor for windows, which are as long as they are stored",
    )
    reset_every: int | None = Field(
        None,
        ge=1,
        description="characters after which the state of streams is put to 0, a multiple of "
        "length; null: at the start of each epoch alone",
    )
    max_length: int | None = Field(
        None, ge=2, description="steps after which a line is cut off; used with lines; null: never"
    )
    first_length: int | None = Field(
        None,
        ge=2,
        description="steps after which a line is cut off in the first epoch, more by a constant "
        "factor from epoch to epoch until `grow_epochs`: a window finds its way from the first "
        "letters on; used with lines; null: whole from the start",
    )
    grow_epochs: int = Field(10, ge=1, description="epochs with lines cut off by `first_length`")
    batch_size: int = Field(32, ge=1, description="lines, crops or windows in a batch")
    distort: bool = Field(
        False,
        description="whether each line gets another size, width, slant, slope and reach each time, "
        "drawn at random; recognition only",
    )
    jitter: float = Field(
        0.0,
        ge=0,
        description="sd of noise on the positions that are read, drawn anew each time, normalised; "
        "the target stays where it is, so that what is drawn finds its way back; 0: none; not for "
        "recognition",
    )
    optimiser: Literal["graves-rmsprop", "sgd", "adam", "adamw"] = Field(
        "adam",
        description="update rule; the paper has graves-rmsprop for ink, and sgd for text",
    )
    momentum: float = Field(
        0.0, ge=0, lt=1, description="of sgd only; the paper has 0.99 (Penn) and 0.9 (Wikipedia)"
    )
    learning_rate: float = Field(0.003, gt=0, description="learning rate at its highest")
    weight_decay: float = Field(0.0, ge=0, description="decoupled weight decay; adamw only")
    schedule: Literal["constant", "cosine", "decay"] = Field(
        "constant",
        description="learning rate: constant, half a cosine down to 0 at `steps`, or times `decay` "
        "after each epoch",
    )
    decay: float = Field(1.0, gt=0, le=1, description="factor per epoch; schedule decay only")
    warmup: int = Field(0, ge=0, description="steps over which the rate grows linearly from 0")
    loss_per: Literal["point", "sequence"] = Field(
        "point",
        description="what a batch averages over: points, or sequences as in the paper (larger "
        "gradients, which matters to graves-rmsprop)",
    )
    clip_outputs: float | None = Field(
        None, gt=0, description="bound on the derivative at each output; the paper has 100"
    )
    clip_inputs: float | None = Field(
        None, gt=0, description="bound on the derivative at each layer's input; the paper has 10"
    )
    clip_norm: float | None = Field(
        None, gt=0, description="bound on the norm of the gradient of all weights"
    )
    weight_noise: float | None = Field(
        None,
        gt=0,
        description="adaptive weight noise: the sd it starts with, 0.075 in the paper; null: none",
    )
    steps: int | None = Field(1000, ge=1, description="most batches to train on; null: no limit")
    epochs: int | None = Field(
        None, ge=1, description="most passes over the training split; null: no limit"
    )
    validate_every: int = Field(100, ge=1, description="steps between two validations")
    patience: int | None = Field(
        None, ge=1, description="stop after so many validations without a new best; null: never"
    )
    checkpoint_every: int = Field(100, ge=1, description="steps between two checkpoints")
    seed: int = Field(1, ge=0, description="seed of weights, batches and dropout")
    train_on: list[Split] = Field(
        ["train"], min_length=1, description="splits to train on; the paper takes all but one"
    )
    validate_on: Split = Field("validation", description="split of the early stopping")
    precision: Literal["float32", "tf32", "bf16"] = Field(
        "float32", description="arithmetic on a GPU; a CPU always computes in float32"
    )

    @property
    def piece(self) -> int:
        """Steps in a crop, or at once of a stream."""
        return self.length or 300

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(set(self.train_on)) < len(self.train_on):
            raise ValueError("train_on names a split twice; name each once")
        if self.validate_on in self.train_on:
            raise ValueError(f"validate_on {self.validate_on!r} is also in train_on; name another")
        self._check_length()
        if self.batches != "lines" and (self.max_length or self.first_length):
            raise ValueError("max_length and first_length are for lines; set batches to lines")
        if self.first_length is None and self.grow_epochs != 10:
            raise ValueError("grow_epochs is for first_length; remove it, or set first_length")
        if self.first_length and self.max_length and self.first_length > self.max_length:
            raise ValueError("first_length is above max_length; set it to at most max_length")
        if self.weight_decay and self.optimiser != "adamw":
            raise ValueError("weight_decay works with optimiser adamw only; set it to 0")
        if self.momentum and self.optimiser != "sgd":
            raise ValueError("momentum works with optimiser sgd only; set it to 0")
        if self.weight_decay and self.weight_noise:
            raise ValueError("weight_decay would pull the sd of weight_noise to 1; set it to 0")
        self._check_schedule()
        return self

    def _check_length(self) -> None:
        if self.length is not None and self.batches in ("lines", "windows"):
            way = "windows.length" if self.batches == "windows" else "max_length"
            raise ValueError(f"length is for crops and streams; remove it, or set {way}")
        streams = self.batches == "streams"
        if self.reset_every and not (streams and self.reset_every % self.piece == 0):
            raise ValueError("reset_every is for streams; set it to a multiple of length")

    def _check_schedule(self) -> None:
        if self.steps is None and self.epochs is None and self.patience is None:
            raise ValueError("nothing ends the training; set steps, epochs or patience")
        if self.schedule == "cosine" and self.steps is None:
            raise ValueError("schedule cosine ends at `steps`; set steps")
        if self.steps is not None and self.warmup >= self.steps:
            raise ValueError("warmup is not below steps; lower warmup, or raise steps")
        if self.schedule != "decay" and self.decay != 1:
            raise ValueError("decay works with schedule decay only; set it to 1")
