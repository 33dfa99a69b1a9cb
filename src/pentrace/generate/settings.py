"""Settings of sample, rewrite, fictional, text and sample-text."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from pentrace.settings import Settings
from pentrace.split_names import Split

Bias = Annotated[float, Field(ge=0, le=20)]

Format = Literal["svg", "png", "inkml"]
ERROR_LIMIT = 0.2
PACE = 40  # most steps for each character; real lines have 14 to 35
Check = Annotated[
    Literal["reader", "window", "none"],
    Field(
        description="reader: a recogniser reads the lines; window: only the soft window; none: "
        "no check"
    ),
]
Attempts = Annotated[
    int,
    Field(ge=1, le=1000, description="maximum candidates of a line, of which the best is kept"),
]
ErrorLimit = Annotated[
    float,
    Field(ge=0, description="check reader: a line fails above this character error rate"),
]


def _each_once(given: tuple[Format, ...]) -> tuple[Format, ...]:
    if len(set(given)) < len(given):
        raise ValueError("a value is given twice; give each value once")
    return given


def _single_blanks(text: str) -> str:
    if not text.split():
        raise ValueError("a text is empty; give a text to write")
    return " ".join(text.split())


Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_single_blanks)]
Formats = Annotated[tuple[Format, ...], AfterValidator(_each_once)]
EVERY: Formats = ("svg", "png", "inkml")


class SampleSettings(Settings):
    """What `pentrace sample` writes: `lines` samples for each bias, and the primed ones."""

    lines: int = Field(4, ge=0, le=10_000, description="samples for each bias")
    steps: int | None = Field(
        None,
        ge=1,
        le=100_000,
        description="maximum steps of a sample; null: 700, or 40 per character of a text",
    )
    texts: tuple[Text, ...] | None = Field(
        None,
        description="texts for a synthesis network to write; null: those of validation lines",
    )
    attempts: Attempts = 12
    check: Check = "reader"
    error_limit: ErrorLimit = ERROR_LIMIT
    bias: tuple[Bias, ...] = Field(
        (0.0, 0.5, 1.0),
        min_length=1,
        description="0: no change; larger: neater, and less varied",
    )
    seed: int = Field(1, ge=0, lt=2**63, description="random seed")
    prime: Annotated[int, Field(ge=0, le=1000)] | tuple[str, ...] | None = Field(
        1,
        description="real lines to continue: how many, or their sample ids; null: no line",
    )
    formats: Formats = Field(EVERY, description="file formats of the samples")

    @model_validator(mode="after")
    def _something_to_draw(self) -> "SampleSettings":
        if not self.lines and not self.prime:
            raise ValueError("lines is 0 and prime is empty; set one of them above 0")
        for name in ("bias", "prime"):
            values = getattr(self, name)
            if isinstance(values, tuple) and len(set(values)) < len(values):
                raise ValueError(f"{name} has a value twice; give each value once")
        return self


class RewriteSettings(Settings):
    """Which texts a network writes to be measured, and how neatly."""

    split: Split = Field("validation", description="split whose texts are written")
    lines: int | None = Field(60, ge=1, description="maximum number of lines; null: all")
    bias: tuple[Bias, ...] = Field(
        (0.0, 0.5, 1.0, 2.0),
        min_length=1,
        description="each text is written at each bias",
    )
    seed: int = Field(1, ge=0, lt=2**63, description="random seed")
    attempts: Attempts = 12
    check: Check = "reader"
    error_limit: ErrorLimit = ERROR_LIMIT

    @field_validator("bias")
    @classmethod
    def _each_once(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if len(set(value)) < len(value):
            raise ValueError("a bias is given twice; give each bias once")
        return value


class ImitateSettings(Settings):
    """In which hands a network writes, and what."""

    splits: tuple[Split, ...] = Field(
        ("validation", "validation2", "test"),
        min_length=1,
        description="splits of the hands; writers that a network was trained on are left out",
    )
    hands: int = Field(20, ge=2, le=1000, description="maximum number of hands")
    texts: int = Field(4, ge=1, le=1000, description="texts to write in each hand")
    references: int = Field(
        1, ge=1, le=100, description="real lines of a hand that the network imitates"
    )
    compared: int = Field(
        8,
        ge=1,
        le=1000,
        description="other real lines of a hand that written lines are compared to",
    )
    continued: bool = Field(
        True,
        description="continue a line of the hand; false: only its vector, or its latent, gives it",
    )
    bias: Bias = Field(0.5, description="0: no change; larger: neater, and less varied")
    seed: int = Field(1, ge=0, lt=2**63, description="random seed")
    attempts: Attempts = 12
    check: Check = "reader"
    error_limit: ErrorLimit = ERROR_LIMIT

    @property
    def lines(self) -> int:
        """Real lines that a hand must have."""
        return self.references + self.compared + self.texts


class FictionalSettings(Settings):
    """The characters that are drawn, and the real characters that they are compared with."""

    characters: int = Field(24, ge=1, le=1000, description="characters to draw")
    steps: int = Field(400, ge=2, le=100_000, description="maximum steps of a character")
    bias: float = Field(1.0, ge=0, le=20, description="0: as the network is; larger: neater")
    seed: int = Field(1, ge=0, lt=2**63, description="random seed")
    formats: Formats = Field(EVERY, description="file formats of the characters")
    real: int = Field(
        12,
        ge=0,
        le=1000,
        description="real characters, unseen in training, to compare in the same way",
    )
    real_split: Split = Field("validation", description="split of these real characters")
    points: int = Field(64, ge=4, le=1000, description="points of each character in the comparison")
    band: int = Field(8, ge=0, description="width of the DTW band, in points")

    @model_validator(mode="after")
    def _band_within_points(self) -> Self:
        if self.band >= self.points:
            raise ValueError(
                f"band ({self.band}) must be below points ({self.points}); set a smaller band"
            )
        return self


class LikeliestSettings(Settings):
    """From how many characters the next one is drawn."""

    top_k: int | None = Field(
        None, ge=1, description="draw from the k likeliest characters only; null: from all"
    )
    top_p: float | None = Field(
        None,
        gt=0,
        le=1,
        description="draw from the fewest likeliest characters with this total probability",
    )


class DrawSettings(LikeliestSettings):
    """How the next character is drawn from the probabilities of all of them."""

    temperature: float = Field(
        0.8, ge=0, le=100, description="0: always the likeliest character; 1: as the network is"
    )


class PromptSettings(DrawSettings):
    """What `pentrace text` writes."""

    prompt: tuple[str, ...] = Field((), description="text to continue")
    samples: int = Field(1, ge=1, le=1000, description="texts from each prompt")
    length: int = Field(600, ge=1, description="characters in each text")
    seed: int = Field(1, ge=0, lt=2**63, description="random seed")


class TextSettings(LikeliestSettings):
    """The texts that are drawn from a trained network, for the report and its measures."""

    temperatures: list[float] = Field(
        [0.0, 0.5, 0.8, 1.0],
        min_length=1,
        description="0: always the likeliest character; 1: as the network is",
    )
    samples: int = Field(4, ge=1, le=1000, description="texts at each temperature")
    length: int = Field(600, ge=1, description="characters in each text")
    prompt: str = Field("", description="text to continue, at the beginning of a line")
    seed: int = Field(1, ge=0, lt=2**63, description="random seed")

    @field_validator("temperatures")
    @classmethod
    def _in_order(cls, value: list[float]) -> list[float]:
        if min(value) < 0 or max(value) > 100 or sorted(set(value)) != value:
            raise ValueError("give temperatures from 0 to 100, each once, in rising order")
        return value
