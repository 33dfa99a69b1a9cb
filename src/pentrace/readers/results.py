"""What readers give back."""

from dataclasses import dataclass

from pentrace.ink import Ink


@dataclass(frozen=True)
class Reject:
    """One row of `schema.REJECTS`, less the data set and the stage."""

    sample_id: str
    source: str  # path of the raw file inside the archive or tree
    rule: str  # name of the rule, such as `xml-syntax`
    reason: str  # what was found, where (line, stroke, point), and the limit it broke
    lost: str = "sample"  # sample, points, strokes, text, writer or nothing
    count: int = 1  # how many points or strokes; 1 for the others


@dataclass(frozen=True)
class Parsed:
    """The ink of one piece of raw files."""

    ink: Ink  # as recorded; `ink.ids[i]` is `samples[i]["sample_id"]`
    samples: list[dict]  # rows of `schema.PARSED`
    rejects: list[Reject]


@dataclass(frozen=True)
class Labelled:
    """What the label files tell."""

    rows: list[dict]  # rows of `schema.LABELS`; without `split` where there are no split lists
    rejects: list[Reject]
