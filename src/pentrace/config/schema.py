"""What can be set in `config.yaml`: the settings of every stage put together."""

from typing import Any

from pydantic import Field, field_validator

from pentrace.clean.settings import CleanSettings
from pentrace.demo.settings import DemoSettings
from pentrace.discriminate.settings import DiscriminateSettings
from pentrace.evaluate.settings import EvaluateSettings, EvaluateTextSettings
from pentrace.generate.settings import (
    FictionalSettings,
    ImitateSettings,
    RewriteSettings,
    SampleSettings,
    TextSettings,
)
from pentrace.hands.settings import HandSettings
from pentrace.networks.settings import OF_INK, Kind, NetworkSettings
from pentrace.normalise.settings import NormaliseSettings
from pentrace.readers.settings import CharacterSettings, LabelSettings, ParseSettings
from pentrace.recognise.settings import LanguageSettings
from pentrace.settings import Settings
from pentrace.signatures.settings import VerifierSettings, VerifySettings
from pentrace.windows.settings import WindowSettings


class DatasetSettings(Settings):
    """One data set: its raw files, their reader, and the settings that differ for it."""

    reader: str = Field(
        ...,
        description="format of the raw files: iam, svc2004, inkml, kanjivg, unipen, own or text",
    )
    raw: str = Field(
        ...,
        description="folder of archives or unpacked trees, or package:NAME",
    )
    shards: int = Field(8, ge=1, le=99, description="number of shards; each is rebuilt alone")
    train: bool | list[str] = Field(
        True, description="networks to train; true: those of `train`; false: none"
    )
    verify: bool | list[str] = Field(
        False, description="methods of verification; true: those of `verify`; false: none"
    )
    published: str | None = Field(None, description="published results to show for comparison")
    note: str = Field("", description="text in the corner of every figure")
    parse: ParseSettings = Field(
        default_factory=ParseSettings, description="settings for this data set"
    )
    label: LabelSettings = Field(
        default_factory=LabelSettings, description="settings for this data set"
    )
    clean: CleanSettings = Field(
        default_factory=CleanSettings, description="settings for this data set"
    )
    normalise: NormaliseSettings = Field(
        default_factory=NormaliseSettings, description="settings for this data set"
    )
    characters: CharacterSettings = Field(
        default_factory=CharacterSettings, description="settings for this data set"
    )
    windows: WindowSettings = Field(
        default_factory=WindowSettings, description="settings for this data set"
    )


class Config(Settings):
    """`config.yaml`."""

    results: str = Field("results", description="folder of the results: results, or results-NAME")
    run: list[str] = Field(..., min_length=1, description="data sets to build")
    train: list[str] = Field(..., description="networks to train on each data set")
    recogniser: str | None = Field(
        None,
        description="network that reads candidates of lines, to choose the best; null: none",
    )
    judge: str | None = Field(
        None,
        description="network that reads the chosen lines, for the published error rates; null: the "
        "recogniser",
    )
    fewest_lines: int = Field(
        200,
        ge=0,
        description="below this number, recogniser and judge are not trained; those of Pentrace "
        "are used",
    )
    threads: int = Field(
        1, ge=1, description="threads of a job that computes with a network; results depend on it"
    )
    datasets: dict[str, DatasetSettings]
    demo: DemoSettings = Field(default_factory=DemoSettings)
    parse: ParseSettings = Field(default_factory=ParseSettings)
    label: LabelSettings = Field(default_factory=LabelSettings)
    clean: CleanSettings = Field(default_factory=CleanSettings)
    normalise: NormaliseSettings = Field(default_factory=NormaliseSettings)
    characters: CharacterSettings = Field(default_factory=CharacterSettings)
    windows: WindowSettings = Field(default_factory=WindowSettings)
    networks: dict[str, NetworkSettings]
    sample: SampleSettings = Field(default_factory=SampleSettings)
    rewrite: RewriteSettings = Field(default_factory=RewriteSettings)
    imitate: ImitateSettings = Field(default_factory=ImitateSettings)
    hands: HandSettings = Field(default_factory=HandSettings)
    recognise: LanguageSettings = Field(default_factory=LanguageSettings)
    discriminate: DiscriminateSettings = Field(default_factory=DiscriminateSettings)
    verify: VerifySettings = Field(default_factory=VerifySettings)
    verifiers: dict[str, VerifierSettings] = Field(default_factory=dict)
    fictional: FictionalSettings = Field(default_factory=FictionalSettings)
    evaluate: EvaluateSettings = Field(default_factory=EvaluateSettings)
    text: TextSettings = Field(default_factory=TextSettings)
    evaluate_text: EvaluateTextSettings = Field(default_factory=EvaluateTextSettings)

    @field_validator("recogniser", "judge", mode="before")
    @classmethod
    def _null_of_the_command_line(cls, value: Any) -> Any:
        # `--config recogniser=null` gives a text.
        return None if value in ("null", "none", "None", "~") else value

    @property
    def trained(self) -> list[tuple[str, str]]:
        """The (data set, network) pairs to train."""
        return [(d, n) for d in self.run for n in self.networks_of(d)]

    @property
    def learners(self) -> list[str]:
        """The networks to train on any data set, each once."""
        return list(dict.fromkeys(network for _, network in self.trained))

    def networks_of(self, dataset: str) -> list[str]:
        """The networks to train on a data set; if one writes a text, also the recognisers."""
        named = self.named(dataset)
        writes = (n.kind in OF_INK and n.reads_text for n in map(self.networks.__getitem__, named))
        if not any(writes):
            return named
        return list(dict.fromkeys([*named, *filter(None, (self.recogniser, self.judge))]))

    def named(self, dataset: str) -> list[str]:
        """The networks that `train` names for a data set: its own, or the top's."""
        own = self.datasets[dataset].train
        return own if isinstance(own, list) else self.train if own else []

    def unasked(self, dataset: str, network: str) -> bool:
        """Whether `network` is trained only since another network needs its reading."""
        return network not in self.named(dataset)

    def verifiers_of(self, dataset: str) -> list[str]:
        """The methods of verification of a data set: its own, or the top's."""
        own = self.datasets[dataset].verify
        return own if isinstance(own, list) else self.verify.methods if own else []

    @property
    def verified(self) -> list[str]:
        """The data sets whose signatures are verified."""
        return [dataset for dataset in self.run if self.verifiers_of(dataset)]

    def of_kind(self, *kinds: Kind) -> list[str]:
        """The networks to train that are of these kinds."""
        return [name for name in self.learners if self.networks[name].kind in kinds]
