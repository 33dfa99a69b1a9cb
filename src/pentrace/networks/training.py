"""How a network is trained."""

from typing import Literal, Self

from pydantic import Field, model_validator

from pentrace.settings import Settings
from pentrace.split_names import Split

SMALLEST, LARGEST = 1e-37, 1e38  # of numbers that float32 holds with full precision


class TrainSettings(Settings):
    """Batches, optimiser, clipping, length and checks of one training run."""

    batches: Literal["lines", "crops", "windows", "streams"] = Field(
        "lines",
        description="whole lines, random crops, stored windows, or streams of text",
    )
    length: int | None = Field(
        None,
        ge=2,
        description="steps in a crop or in a piece of a stream; null: 300",
    )
    reset_every: int | None = Field(
        None,
        ge=1,
        description="characters after which the state of a stream is reset; null: after each epoch",
    )
    max_length: int | None = Field(
        None,
        ge=2,
        description="maximum steps of a line; the rest is cut off; lines only; null: no limit",
    )
    first_length: int | None = Field(
        None,
        ge=2,
        description="maximum steps of a line in the first epoch, then more; null: max_length",
    )
    grow_epochs: int = Field(
        10, ge=1, description="epochs until first_length has grown to max_length"
    )
    window_loss: float = Field(
        0.0,
        ge=0,
        description="weight in the first epoch of a loss that leads the soft window to the letter "
        "that is written; 0: none; synthesis only; needs a recogniser",
    )
    window_epochs: int = Field(
        2, ge=1, description="epochs until the weight window_loss has faded to 0"
    )
    batch_size: int = Field(32, ge=1, description="lines, crops, windows or pieces in a batch")
    parts: int = Field(
        1,
        ge=1,
        description="parts of a batch whose gradients are computed separately, one after the other "
        "or by several processes; the weights depend on their number",
    )
    distort: bool = Field(
        False,
        description="distort each line at random (size, slant, slope); recognition only",
    )
    scaling: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="largest change of width and of height of a line at random, as a share; "
        "0: none; not for recognition and text",
    )
    jitter: float = Field(
        0.0,
        ge=0,
        description="sd of noise on input positions; 0: none; not for recognition and text",
    )
    divergence_warmup: int = Field(
        0,
        ge=0,
        description="steps in which the weight of the divergence of latents rises to 1; "
        "variational only",
    )
    free_nats: float = Field(
        0.0,
        ge=0,
        description="mean divergence of a number of the latent below which it costs nothing, in "
        "nats; variational only",
    )
    input_dropout: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="share of the steps that a network does not read in training, so that it needs "
        "the latent more; variational only",
    )
    misfit: float | None = Field(
        None,
        gt=0,
        description="largest misfit of a transcript that is trained on, in nats per character; "
        "null: no limit; needs a recogniser",
    )
    style_dropout: float = Field(
        0.15,
        ge=0,
        lt=1,
        description="share of the lines without a style in training; with style_size only",
    )
    style_distort: float = Field(
        0.0,
        ge=0,
        le=1,
        description="share of the lines with a style, or with a latent that is held, whose input "
        "ink is distorted, so that the network follows that instead",
    )
    optimiser: Literal["graves-rmsprop", "sgd", "adam", "adamw"] = Field(
        "adam",
        description="update rule; the paper uses graves-rmsprop for ink and sgd for text",
    )
    momentum: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="momentum; sgd only; the paper uses 0.99 (Penn) and 0.9 (Wikipedia)",
    )
    learning_rate: float = Field(0.003, gt=0, le=1000, description="highest learning rate")
    weight_decay: float = Field(
        0.0, ge=0, le=1000, description="decoupled weight decay; adamw only"
    )
    schedule: Literal["constant", "cosine", "decay"] = Field(
        "constant",
        description="learning rate: constant, cosine to 0 at the last step, or decay per epoch",
    )
    decay: float = Field(
        1.0,
        gt=0,
        le=1,
        description="factor on the learning rate after each epoch; schedule decay only",
    )
    warmup: int = Field(
        0, ge=0, description="steps in which the learning rate first rises linearly from 0"
    )
    loss_per: Literal["point", "sequence"] = Field(
        "point",
        description="mean of the loss over points, or over sequences as in the paper",
    )
    clip_outputs: float | None = Field(
        None,
        gt=0,
        description="largest derivative at an output; the paper uses 100; null: no limit",
    )
    clip_inputs: float | None = Field(
        None,
        gt=0,
        description="largest derivative at the input of a layer; the paper uses 10; null: no limit",
    )
    clip_norm: float | None = Field(
        None, gt=0, description="largest norm of the gradient; null: no limit"
    )
    weight_noise: float | None = Field(
        None,
        gt=0,
        description="initial sd of adaptive weight noise; the paper uses 0.075; null: no noise",
    )
    average: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="share of the average of the weights that each step keeps, such as 0.999; the "
        "averaged weights are validated and saved; null: no average",
    )
    steps: int | None = Field(
        1000,
        ge=0,
        description="maximum training steps (batches); 0: no training; null: no limit",
    )
    epochs: int | None = Field(
        None, ge=1, description="maximum epochs (passes over the training data); null: no limit"
    )
    validate_every: int = Field(100, ge=1, description="steps between validations")
    patience: int | None = Field(
        None,
        ge=1,
        description="validations without improvement until training stops; null: no limit",
    )
    checkpoint_every: int = Field(100, ge=1, description="steps between checkpoints")
    seed: int = Field(1, ge=0, lt=2**63, description="random seed of weights, batches and dropout")
    train_on: list[Split] = Field(
        ["train"], min_length=1, description="splits to train on; the paper uses all but one"
    )
    validate_on: Split = Field("validation", description="split for early stopping")
    precision: Literal["auto", "float32", "tf32", "bf16"] = Field(
        "float32",
        description="numbers in matrix products; auto: the fastest; a CPU has no tf32",
    )

    @property
    def piece(self) -> int:
        """Steps in a crop, or at once of a stream."""
        return self.length or 300

    @model_validator(mode="after")
    def _fits_float32(self) -> Self:
        """The optimiser computes in float32: smaller numbers are 0 there, larger ones infinite."""
        for name, value in self:
            if isinstance(value, float) and value and not SMALLEST <= value <= LARGEST:
                raise ValueError(
                    f"{name} is {value:g}, which float32 cannot hold; set it to a number from "
                    f"{SMALLEST:g} to {LARGEST:g}"
                )
        return self

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
        if not self.window_loss and self.window_epochs != 2:
            raise ValueError("window_epochs is for window_loss; remove it, or set window_loss")
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
        if self.steps and self.warmup >= self.steps:
            raise ValueError("warmup is not below steps; lower warmup, or raise steps")
        if self.schedule != "decay" and self.decay != 1:
            raise ValueError("decay works with schedule decay only; set it to 1")
