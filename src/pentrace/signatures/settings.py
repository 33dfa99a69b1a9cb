"""Settings of the stage verify: the protocol, and the methods by name."""

from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from pentrace.settings import Settings

Kind = Literal[
    "warping", "costs", "features", "joint", "embedding", "likelihood", "fusion"
]  # fmt: skip
ALIGNED: tuple[Kind, ...] = ("warping", "costs", "joint", "embedding")  # kinds that read `signals`
Signal = Literal[
    "x", "y", "vx", "vy", "ax", "ay", "speed", "curvature", "cos", "sin",
    "pressure", "pressure_rate", "azimuth", "altitude",
]  # fmt: skip
SIGNALS: tuple[Signal, ...] = get_args(Signal)
# What can be left out, to measure its gain; pen: pressure, azimuth and altitude, as in Task 1.
Channel = Literal["pressure", "azimuth", "altitude", "time", "pen"]


class VerifySettings(Settings):
    """The protocol: which signatures are references, and which are tested."""

    methods: list[str] = Field(
        ["dtw", "stability", "costs", "features", "joint", "fusion"],
        description="methods to compare, of those in `verifiers`",
    )
    references: int = Field(5, ge=1, le=100, description="reference signatures of each user")
    draws: int = Field(5, ge=1, le=1000, description="how often the references are drawn")
    leave_out: list[Channel] = Field(
        ["pressure", "azimuth", "altitude", "time", "pen"],
        description="channels to leave out, one at a time; pen: pressure, azimuth and altitude",
    )
    folds: int = Field(
        5, ge=2, le=1000, description="parts of the users; a learnt method has seen no tested user"
    )
    seed: int = Field(1, ge=0, lt=2**63, description="random seed; chooses references and folds")


class VerifierSettings(Settings):
    """A method of verification."""

    kind: Kind = Field(
        "warping",
        description="warping: distance by dynamic time warping; costs: a classifier of the costs "
        "of each signal; features: a classifier of global features; joint: a classifier of "
        "both and of distances; embedding: a recurrent network; likelihood: a prediction network "
        "adapted to the user; fusion: the scores of several methods",
    )
    signals: list[Signal] = Field(
        [], description="signals that are compared; not for features, likelihood and fusion"
    )
    stability: bool = Field(
        False,
        description="weight each point of a reference by how alike the references are there; "
        "warping only",
    )
    of: list[str] = Field([], description="methods whose scores are joined; fusion only")
    penalty: float = Field(
        1.0,
        gt=0,
        description="strength of the L2 penalty of a classifier; costs, features, joint, fusion",
    )
    hidden: int = Field(
        64, ge=1, le=4096, description="cells in each layer; embedding and likelihood"
    )
    steps: int = Field(300, ge=1, description="training steps; embedding and likelihood")
    learning_rate: float = Field(
        0.003, gt=0, description="largest learning rate; embedding and likelihood"
    )
    margin: float = Field(
        0.2, gt=0, description="margin of the triplet loss, as a squared distance; embedding only"
    )
    adapt: Literal["output", "all"] = Field(
        "all", description="weights that are adapted to the references; likelihood only"
    )
    adapt_steps: int = Field(
        10, ge=1, le=10_000, description="training steps on the references; likelihood only"
    )
    adapt_rate: float = Field(
        0.003, gt=0, description="learning rate on the references; likelihood only"
    )
    leave_out: bool = Field(False, description="measure it also without each of the channels")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.kind in ALIGNED) != bool(self.signals):
            raise ValueError(
                f"signals: give the signals that kind {self.kind} compares"
                if self.kind in ALIGNED
                else f"signals: not used by kind {self.kind}; remove it"
            )
        if (self.kind == "fusion") != bool(self.of):
            raise ValueError(
                "of: give the methods whose scores are joined"
                if self.kind == "fusion"
                else f"of: not used by kind {self.kind}; remove it"
            )
        if self.kind != "warping" and self.stability:
            raise ValueError(f"stability: not used by kind {self.kind}; remove it")
        if self.kind == "fusion" and self.leave_out:
            raise ValueError("leave_out: not used by kind fusion; remove it")
        return self


class VerifyStage(Settings):
    """The settings of `pentrace verify`: the protocol, and one method."""

    protocol: VerifySettings = Field(default_factory=VerifySettings)
    method: VerifierSettings = Field(
        default_factory=lambda: VerifierSettings(signals=["vx", "vy", "pressure"])
    )
