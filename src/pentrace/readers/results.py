"""The results of readers."""

from dataclasses import dataclass

from pentrace.ink import Ink


@dataclass(frozen=True)
class Reject:
    """One row of `schema.REJECTS`, without the data set and the stage."""

    sample_id: str
    source: str  # path of the raw file inside the archive or tree
    rule: str  # name of the rule, such as `xml-syntax`
    reason: str  # what was found, where (line, stroke, point), and the limit that applies
    lost: str = "sample"  # sample, points, strokes, text, writer or nothing
    count: int = 1  # number of points or strokes; else 1


@dataclass(frozen=True)
class Parsed:
    """The ink of one piece of raw files."""

    ink: Ink  # as recorded; `ink.ids[i]` is `samples[i]["sample_id"]`
    samples: list[dict]  # rows of `schema.PARSED`
    rejects: list[Reject]


@dataclass(frozen=True)
class Labelled:
    """The labels of the samples."""

    rows: list[dict]  # rows of `schema.LABELS`; without `split` if there are no split lists
    rejects: list[Reject]
