"""Size and kind of a network, and how it is trained."""

from collections.abc import Mapping
from typing import Any, Literal, Self, get_args

from pydantic import Field, model_validator

from pentrace.networks.training import TrainSettings
from pentrace.settings import Settings

Kind = Literal["prediction", "synthesis", "variational", "recognition", "text"]
KINDS: tuple[Kind, ...] = get_args(Kind)
OF_INK: tuple[Kind, ...] = ("prediction", "synthesis", "variational")  # those that draw ink
# What two networks must have in common for the weights of one to fit the other.
SHAPE = (
    "kind", "layers", "hidden", "sizes", "embedding", "components", "pen_states", "skips",
    "cell", "hyper_hidden", "hyper_embedding",
    "latent", "latent_size", "latent_hidden", "with_text",
    "window_components", "window_parametrisation", "style_size", "fold_rare",
)  # fmt: skip
_OF_WINDOW = ("window_components", "window_parametrisation", "style_size")
_OF_CELL = ("cell", "recurrent_dropout", "hyper_hidden", "hyper_embedding")
_OF_LATENT = ("latent", "latent_size", "latent_hidden", "with_text")
PRETRAINED = "pretrained"  # the name of the networks that come with the package
# Settings that a kind of network does not use, besides those that `_consistent` checks one by one.
_UNUSED = {
    "prediction": (*_OF_WINDOW, *_OF_LATENT),
    "synthesis": (*_OF_CELL, *_OF_LATENT),
    "variational": ("style_size", *_OF_CELL),
    "recognition": ("components", "skips", *_OF_WINDOW, *_OF_CELL, *_OF_LATENT),
    "text": ("components", *_OF_WINDOW, *_OF_CELL, *_OF_LATENT),
}


def start_shape(found: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The `SHAPE` of `found`, from which a network `own` starts.

    A variational network with a text can start from a synthesis network. Then the shape is that of
    the variational network: a latent that is held takes the place of a hand, and has the same size.
    One for each step needs one layer above the soft window.
    """
    shape = {key: found[key] for key in SHAPE if key in found}
    if not own.get("with_text") or found.get("kind") != "synthesis":
        return shape
    fields = NetworkSettings.model_fields
    shape |= {key: own.get(key, fields[key].default) for key in ("kind", *_OF_LATENT)}
    if shape["latent"] == "step":
        shape["layers"] = 1
    else:
        shape["latent_size"] = found.get("style_size") or shape["latent_size"]
    return shape | {"style_size": 0}


class NetworkSettings(Settings):
    """A network of LSTM layers under a mixture density output (Graves 2013, section 4)."""

    kind: Kind = Field(
        "prediction",
        description="prediction: next step; synthesis: next step of a given text; variational: "
        "next step, with latents; recognition: text of a line; text: next character",
    )
    start: str | None = Field(
        None,
        description="network to start from, or pretrained; null: random weights",
    )
    layers: int = Field(1, ge=1, le=16, description="LSTM layers")
    hidden: int = Field(128, ge=1, le=8192, description="cells in each layer")
    sizes: list[int] | None = Field(
        None,
        min_length=1,
        max_length=16,
        description="cells of each layer, instead of layers and hidden; text only",
    )
    embedding: int = Field(
        64, ge=1, le=4096, description="size of the embedding of a character; text only"
    )
    components: int = Field(20, ge=1, le=1000, description="Gaussians in the mixture")
    pen_states: Literal[2, 3] = Field(
        2,
        description="2: pen down, end of stroke; 3: also end of sample; prediction only",
    )
    skips: bool = Field(
        True, description="connect the input to every layer, and every layer to the output"
    )
    dropout: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="dropout rate",
    )
    cell: Literal["lstm", "layer-norm", "hyper"] = Field(
        "lstm",
        description="cells of the layers: lstm; layer-norm: with layer normalisation; hyper: "
        "HyperLSTM (Ha et al. 2016); prediction only",
    )
    recurrent_dropout: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="dropout rate of what enters the memory of a cell; layer-norm and hyper only",
    )
    hyper_hidden: int = Field(
        128, ge=1, le=8192, description="cells of the smaller LSTM of each layer; hyper only"
    )
    hyper_embedding: int = Field(
        4, ge=1, le=1024, description="numbers that each vector of scales is made of; hyper only"
    )
    window_components: int = Field(10, ge=1, le=100, description="Gaussians in the soft window")
    window_parametrisation: Literal["exp", "softplus"] = Field(
        "exp",
        description="position of the soft window: exp as in the paper; softplus: more stable",
    )
    style_size: int = Field(
        0,
        ge=0,
        le=1024,
        description="size of the vector of a hand, from other ink of the same writer; 0: none; "
        "synthesis only",
    )
    latent: Literal["step", "line", "writer"] = Field(
        "step",
        description="latent vector for each step, or one that is held for a line; writer: held, "
        "and in training found in another line of the writer; variational only",
    )
    latent_size: int = Field(
        16, ge=1, le=1024, description="numbers in a latent vector; variational only"
    )
    latent_hidden: int = Field(
        64,
        ge=1,
        le=8192,
        description="units between cells and latents; variational with latent step only",
    )
    with_text: bool = Field(
        False, description="also read a text through a soft window; variational only"
    )
    alphabet: str | None = Field(
        None,
        min_length=1,
        description="characters of the network; null: all in the data set; not for prediction",
    )
    fold_rare: int = Field(
        0,
        ge=0,
        description="characters that occur less often than this share one symbol; 0: none; "
        "not for prediction",
    )
    train: TrainSettings = Field(
        default_factory=lambda: TrainSettings.model_validate({}), description="training"
    )

    @property
    def reads_text(self) -> bool:
        """Whether lines need a transcript."""
        return self.with_text if self.kind == "variational" else self.kind != "prediction"

    @property
    def writes_text(self) -> bool:
        """Whether it draws lines of a given text."""
        return self.kind in OF_INK and self.reads_text

    @property
    def counted(self) -> Literal["point", "character"]:
        """The unit of the loss of this kind of network."""
        return "character" if self.kind in ("recognition", "text") else "point"

    @property
    def cells(self) -> list[int]:
        """Cells of each layer, from the lowest up."""
        return self.sizes or [self.hidden] * self.layers

    @property
    def size(self) -> str:
        """Layers and cells: 3 x 400, or 1000 + 800 if they differ."""
        alike = len(set(self.cells)) == 1
        return f"{len(self.cells)} x {self.cells[0]}" if alike else " + ".join(map(str, self.cells))

    @property
    def base(self) -> "NetworkSettings":
        """Of a variational network: those of the network that reads the latent as a style."""
        kind = "synthesis" if self.with_text else "prediction"
        return self.model_copy(update={"kind": kind, "style_size": self.latent_size})

    @property
    def starts_elsewhere(self) -> bool:
        """Whether it starts from a network that was trained on another data set."""
        return self.start is not None and ("/" in self.start or self.start == PRETRAINED)

    def shaped(self, found: "NetworkSettings") -> "NetworkSettings":
        """These settings, with the kind and size of `found` where they set none."""
        if "kind" in self.model_fields_set and self.kind != found.kind:
            return self  # the kind is reported, not what it brings
        given = self.model_dump(exclude_unset=True)
        return type(self).model_validate({key: getattr(found, key) for key in SHAPE} | given)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        streams = self.train.batches == "streams"
        self._check_cell()
        self._check_variational()
        if self.kind == "synthesis" and not self.skips:
            raise ValueError("a synthesis network needs skips; set skips to true")
        if self.kind != "prediction" and self.pen_states == 3:
            raise ValueError("pen_states 3 is for kind prediction only; set it to 2")
        if not self.reads_text and (self.alphabet is not None or self.fold_rare):
            raise ValueError(f"kind {self.kind} has no alphabet; remove alphabet and fold_rare")
        if self.kind == "text":
            self._check_text()
        elif self.sizes is not None or self._changed("embedding") or streams:
            raise ValueError(
                "sizes, embedding and train.batches: streams are for kind text only; remove them"
            )
        elif self.reads_text and self.train.batches != "lines":
            raise ValueError(f"a {self.kind} network reads whole lines; set train.batches to lines")
        if unused := self._changed(*_UNUSED[self.kind]):
            raise ValueError(
                f"kind {self.kind} has no {' and no '.join(unused)}; remove these settings"
            )
        if self.kind != "recognition" and self.train.distort:
            raise ValueError("distort is for kind recognition only; set it to false")
        for name in ("scaling", "jitter"):
            if self.counted == "character" and getattr(self.train, name):
                instead = ", and distort to true" if self.kind == "recognition" else ""
                raise ValueError(f"{name} is for networks that draw ink; set it to 0{instead}")
        if self.kind == "recognition" and (self.train.max_length or self.train.first_length):
            raise ValueError(
                "a recognition network needs whole lines; set max_length and first_length to null"
            )
        for name in ("misfit", "window_loss"):
            if self._train_changed(name) and self.kind != "synthesis":
                raise ValueError(f"{name} is for kind synthesis only; remove it")
        if self.alphabet is not None and len(set(self.alphabet)) < len(self.alphabet):
            raise ValueError("alphabet contains a character twice; remove one")
        return self

    def _check_cell(self) -> None:
        if self.kind == "prediction" and self.cell == "lstm" and self.recurrent_dropout:
            raise ValueError("cell lstm has no recurrent_dropout; set it to 0, or change cell")
        given = self._changed("hyper_hidden", "hyper_embedding")
        if self.kind == "prediction" and self.cell != "hyper" and given:
            raise ValueError(
                f"{' and '.join(given)} is for cell hyper only; remove it, or set cell to hyper"
            )

    def _check_variational(self) -> None:
        if self.kind != "variational":
            for name in ("divergence_warmup", "free_nats", "input_dropout"):
                if self._train_changed(name):
                    raise ValueError(f"{name} is for kind variational only; remove it")
            return
        if not self.skips:
            raise ValueError("a variational network needs skips; set skips to true")
        if self.latent == "step" and self.layers != 1:
            raise ValueError("a latent for each step needs one layer; set layers to 1")
        if self.latent != "step" and self._changed("latent_hidden"):
            raise ValueError("latent_hidden is for latent step only; remove it")
        if self.latent == "writer" and self.train.batches == "windows":
            raise ValueError("latent writer needs lines; set train.batches to lines or crops")
        if self.latent == "step" and self.train.style_distort:
            raise ValueError("style_distort needs a latent that is held; set it to 0")
        window = ("window_components", "window_parametrisation")
        if not self.with_text and (given := self._changed(*window)):
            raise ValueError(f"{' and '.join(given)} needs a text; set with_text to true")

    def _check_text(self) -> None:
        if self.train.batches == "lines":
            raise ValueError("a text has no lines; set train.batches to streams, crops or windows")
        if self.sizes is not None and min(self.sizes) < 1:
            raise ValueError("a number in sizes is below 1; give each layer at least 1 cell")
        if self.sizes is not None and (given := self._changed("layers", "hidden")):
            raise ValueError(f"sizes replaces layers and hidden; remove {' and '.join(given)}")

    def _train_changed(self, key: str) -> bool:
        return getattr(self.train, key) != TrainSettings.model_fields[key].default

    def _changed(self, *keys: str) -> list[str]:
        """Those of `keys` that have another value than the default.

        `model_fields_set` cannot be used, because a saved model gives all keys.
        """
        return [key for key in keys if getattr(self, key) != type(self).model_fields[key].default]
