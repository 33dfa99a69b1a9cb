"""The schema of every Parquet table: columns, types, units, axis directions, meanings.

`docs/tables.md` is printed from this file. `pentrace.tables` writes these schemas and the schema
version into the files, so each table contains its own description.
"""

import pyarrow as pa

VERSION = "1"

# The name of a sample is repeated at each of its points: a dictionary stores it in a few bytes.
_NAME = pa.dictionary(pa.int32(), pa.string())


def _column(
    name: str, kind: pa.DataType, meaning: str, unit: str = "", null: bool = False
) -> pa.Field:
    """A field with its meaning and unit as metadata; `null`: whether its values may be null."""
    return pa.field(name, kind, nullable=null, metadata={"meaning": meaning, "unit": unit})


def _table(name: str, meaning: str, *columns: pa.Field) -> pa.Schema:
    metadata = {"table": name, "meaning": meaning, "pentrace_schema": VERSION}
    return pa.schema(columns, metadata=metadata)


def part(table: pa.Schema, *names: str) -> pa.Schema:
    """Some columns of a table, as `tables.read` takes them."""
    return pa.schema([table.field(name) for name in names])


RAW = _table(
    "raw",
    "One row per raw file, as distributed. The original XML of IAM-OnDB is stored without strokes.",
    _column("path", pa.string(), "path inside the archive or tree, with /"),
    _column("sha256", pa.string(), "checksum of the content, in hex"),
    _column("content", pa.binary(), "content of the file, in bytes"),
)

POINTS = _table(
    "points",
    "One row per pen position, in the order of recording. The rows of a sample are consecutive, "
    "and a row group contains complete samples. x and y are as recorded; the column `y_axis` of "
    "samples gives the direction of y. In generated ink y grows upward, and with the recipe "
    "`line-height` the unit of x and y is the line height.",
    _column("sample_id", _NAME, "name of the sample"),
    _column("stroke", pa.int32(), "number of the stroke in the sample, from 0; -1: pen in the air"),
    _column("point", pa.int32(), "number of the point in the sample, from 0"),
    _column("x", pa.float32(), "horizontal position, grows rightward", "tablet unit"),
    _column("y", pa.float32(), "vertical position, see `y_axis` of samples", "tablet unit"),
    _column("t", pa.float64(), "time, as recorded", "s", null=True),
    _column("pressure", pa.float32(), "pen pressure", "device unit", null=True),
    _column("azimuth", pa.float32(), "pen azimuth, as recorded", "device unit", null=True),
    _column("altitude", pa.float32(), "pen altitude, as recorded", "device unit", null=True),
    _column("button", pa.int16(), "button status; 0: pen up", null=True),
)

PARSED = _table(
    "parsed",
    "One row per recording that could be read, with what its raw file contains.",
    _column("sample_id", pa.string(), "name of the sample, unique in the data set"),
    _column("kind", pa.string(), "line, signature, character or ink"),
    _column("source", pa.string(), "raw file, path inside the archive or tree"),
    _column("sha256", pa.string(), "checksum of the raw file, in hex"),
    _column("y_axis", pa.string(), "direction in which y grows: down or up"),
    _column("n_points", pa.int32(), "number of points, as recorded"),
    _column("n_strokes", pa.int32(), "number of strokes, as recorded"),
    _column("x_min", pa.float32(), "smallest x, as recorded", "tablet unit"),
    _column("x_max", pa.float32(), "largest x, as recorded", "tablet unit"),
    _column("y_min", pa.float32(), "smallest y, as recorded", "tablet unit"),
    _column("y_max", pa.float32(), "largest y, as recorded", "tablet unit"),
    _column("text", pa.string(), "text, if the raw file contains it", null=True),
    _column("writer", pa.string(), "writer, if the raw file or its name contains it", null=True),
    _column("genuine", pa.bool_(), "signatures: genuine (true) or forged (false)", null=True),
)

LABELS = _table(
    "labels",
    "One row per parsed sample: its writer, form, text and split. They come from label files, from "
    "the raw file itself, or from a seeded split.",
    _column("sample_id", pa.string(), "name of the sample"),
    _column("writer", pa.string(), "writer; null if unknown", null=True),
    _column(
        "form", pa.string(), "IAM-OnDB: form; KanjiVG: code of the character; else null", null=True
    ),
    _column("text", pa.string(), "transcript in NFC; null if there is none that fits", null=True),
    _column(
        "split",
        pa.string(),
        "train, validation, validation2 or test; null if the sample is in no split list",
        null=True,
    ),
)

SAMPLES = _table(
    "samples",
    "One row per recording that could be read. Later stages use only samples whose `dropped_by` is "
    "null.",
    _column("dataset", pa.string(), "data set, as named in the configuration"),
    *[PARSED.field(n) for n in ("sample_id", "kind")],
    *[LABELS.field(n) for n in ("writer", "form", "text", "split")],
    PARSED.field("genuine"),
    _column("n_points_recorded", pa.int32(), "number of points, as recorded"),
    _column("n_strokes_recorded", pa.int32(), "number of strokes, as recorded"),
    _column("n_points", pa.int32(), "number of points after cleaning; 0 if the sample was dropped"),
    _column(
        "n_strokes", pa.int32(), "number of strokes after cleaning; 0 if the sample was dropped"
    ),
    *[PARSED.field(n) for n in ("x_min", "x_max", "y_min", "y_max", "y_axis", "source", "sha256")],
    _column("shard", pa.string(), "shard of the sample: its points are in points/<shard>.parquet"),
    _column(
        "dropped_by",
        pa.string(),
        "cleaning rule that dropped the sample; null if it was kept",
        null=True,
    ),
)

REJECTS = _table(
    "rejects",
    "One row for what one rule removed from one file or sample. Nothing is dropped silently.",
    _column("dataset", pa.string(), "data set, as named in the configuration"),
    _column("sample_id", pa.string(), "name of the sample"),
    _column("source", pa.string(), "raw file, path inside the archive or tree"),
    _column(
        "stage", pa.string(), "stage that rejected it: parse, label or clean; characters for texts"
    ),
    _column("rule", pa.string(), "name of the rule"),
    _column("lost", pa.string(), "what was lost: sample, points, strokes, text, writer or nothing"),
    _column(
        "count",
        pa.int32(),
        "number of points removed, or of strokes left out or split; else 1",
    ),
    _column("reason", pa.string(), "what was found, where, and the limit that applies"),
)

OFFSETS = _table(
    "offsets",
    "One row per cleaned point: the normalised step from the previous point to it. y grows upward. "
    "The first row of a sample is the null step (0, 0). A row group contains complete samples.",
    _column("sample_id", _NAME, "name of the sample"),
    _column("dx", pa.float32(), "step rightward", "normalised"),
    _column("dy", pa.float32(), "step upward", "normalised"),
    _column("end_of_stroke", pa.uint8(), "1 if the pen is lifted after this point, else 0"),
)

FRAMES = _table(
    "frames",
    "One row per sample: the transform from its normalised offsets back to recorded coordinates.",
    _column("sample_id", pa.string(), "name of the sample"),
    _column("x0", pa.float64(), "x of the first point, as recorded", "tablet unit"),
    _column("y0", pa.float64(), "y of the first point, as recorded", "tablet unit"),
    _column("y_sign", pa.int8(), "-1 if the recorded y grows downward, else 1"),
    _column(
        "scale", pa.float64(), "tablet units per unit of height; 1 if not scaled", "tablet unit"
    ),
    _column("slant", pa.float64(), "shear that was removed: dx per dy; 0 if none"),
    _column(
        "baseline", pa.float64(), "slope of the baseline that was removed: dy per dx; 0 if none"
    ),
)


def windows(length: int) -> pa.Schema:
    """The table of windows of `length` offsets."""
    numbers, ends = pa.list_(pa.float32(), length), pa.list_(pa.uint8(), length)
    return _table(
        "windows",
        "One row per window of one split: `length` consecutive offsets of one sample, padded with "
        "0. A network reads all rows but the last and predicts all but the first, so neighbouring "
        "windows share an offset.",
        _column("sample_id", pa.string(), "the line or signature"),
        _column("split", pa.string(), "the split of the sample, and so of all its windows"),
        _column("window", pa.int32(), "window in the sample, from 0"),
        _column("start", pa.int32(), "first offset of the window in the sample"),
        _column("valid", pa.int32(), "how many of the rows are offsets; the rest is padding"),
        _column("text", pa.string(), "transcript of the whole sample", null=True),
        _column("dx", numbers, "steps rightward, `length` of them", "normalised"),
        _column("dy", numbers, "steps upward, `length` of them", "normalised"),
        _column("end_of_stroke", ends, "1 if the pen is lifted after the point"),
    )


CHARACTERS = _table(
    "characters",
    "One row per piece of a document, in the order of the corpus. A piece is in one split.",
    _column("sample_id", pa.string(), "name of the document: its path without suffix"),
    _column(
        "split", pa.string(), "train, validation or test; each is one contiguous part of the corpus"
    ),
    _column("start", pa.int64(), "position of the first character of the piece in the document"),
    _column("codes", pa.list_(pa.int32()), "the characters (NFC), as Unicode code points"),
)

VOCABULARY = _table(
    "vocabulary",
    "One row per distinct character of a corpus, in the order of the code points.",
    _column("code", pa.int32(), "Unicode code point"),
    _column("character", pa.string(), "the character itself"),
    *[
        _column(split, pa.int64(), f"number of occurrences in the split {split}")
        for split in ("train", "validation", "test")
    ],
)

DOCUMENTS = _table(
    "documents",
    "One row per document that could be read.",
    _column("dataset", pa.string(), "data set, as named in the configuration"),
    _column("sample_id", pa.string(), "name of the document: its path without suffix"),
    _column("source", pa.string(), "raw file, path inside the archive or tree"),
    _column("sha256", pa.string(), "checksum of the raw file, in hex"),
    _column("encoding", pa.string(), "encoding of the raw file: utf-8, cp1252 or latin-1"),
    _column("characters", pa.int64(), "number of characters that were kept"),
    _column(
        "cut", pa.int64(), "number of characters removed: header and footer of Project Gutenberg"
    ),
    *[
        _column(split, pa.int64(), f"number of characters in the split {split}")
        for split in ("train", "validation", "test")
    ],
)


def text_windows(length: int) -> pa.Schema:
    """The table of windows of `length` characters."""
    return _table(
        "text-windows",
        "One row per window of one split of a text: `length` consecutive characters, padded with "
        "0; neighbouring windows share a character.",
        _column("sample_id", pa.string(), "the document"),
        _column("split", pa.string(), "the split of all its characters"),
        _column("window", pa.int32(), "window in the document's part of the split, from 0"),
        _column("start", pa.int32(), "first character of the window in that part"),
        _column("valid", pa.int32(), "how many of the rows are characters; the rest is padding"),
        _column("codes", pa.list_(pa.int32(), length), "Unicode code points, `length` of them"),
    )


PER_COUNTED = "nats per point; per character for recognisers and text networks"

HISTORY = _table(
    "history",
    "One row per validation during training. If a text network starts from another one, the first "
    "row is at step 0.",
    _column("step", pa.int64(), "number of training steps (batches)"),
    _column("epoch", pa.float64(), "number of passes over the training split"),
    _column("points", pa.int64(), "number of training points seen"),
    _column(
        "train_loss",
        pa.float64(),
        "mean loss on the training split since the previous row; null before the first step",
        PER_COUNTED,
        null=True,
    ),
    _column("validation_loss", pa.float64(), "loss on the validation split", PER_COUNTED),
    _column("learning_rate", pa.float64(), "learning rate of this step"),
)

LINES = _table(
    "lines",
    "One row per evaluated line. The state of the network is carried through the complete line.",
    _column("sample_id", pa.string(), "name of the sample"),
    _column("split", pa.string(), "split of the sample"),
    _column("n_steps", pa.int32(), "number of predicted steps"),
    _column("log_loss", pa.float64(), "log-loss of the line, in normalised units", "nats"),
    _column("log_loss_raw", pa.float64(), "log-loss of the line, in tablet units", "nats"),
    _column(
        "squared_error", pa.float64(), "sum of squared errors of the expected offset", "normalised"
    ),
    _column(
        "end_of_stroke_correct",
        pa.int32(),
        "number of steps whose end of stroke is predicted correctly (threshold 0.5)",
    ),
)

WRITTEN = _table(
    "written",
    "One row per line that a synthesis network wrote, also if some of the text is missing. The "
    "offsets of the lines are in `offsets.parquet` in the same folder.",
    _column("sample_id", pa.string(), "name of the written line"),
    _column("text", pa.string(), "text that the network had to write"),
    _column("bias", pa.float64(), "bias that the line was drawn with; 0: none, larger: neater"),
    _column("seed", pa.int64(), "seed of the attempt that was kept"),
    _column(
        "prime",
        pa.string(),
        "primer: sample whose handwriting style was used; null: none",
        null=True,
    ),
    _column("attempts", pa.int32(), "number of candidates that were drawn, each with a new seed"),
    _column(
        "finished",
        pa.bool_(),
        "whether the soft window passed the end of the text within the limit of steps",
    ),
    _column(
        "missed", pa.string(), "characters that the soft window skipped, in order; empty: none"
    ),
    _column("failed", pa.bool_(), "whether the check found that the line is not its text"),
    _column(
        "read",
        pa.string(),
        "text that the recogniser read, which chose among the candidates; null: none chose",
        null=True,
    ),
)

HANDS = _table(
    "hands",
    "One row per real line that is used to measure whether a network follows a handwriting style. "
    "No line is used twice. The written lines are in `lines.parquet` and `offsets.parquet` in the "
    "same folder: `styled/NAME` was written in the hand of the real line NAME, `unstyled/NAME` has "
    "the same text, and no style.",
    _column("hand", pa.string(), "label of the writer"),
    _column("sample_id", pa.string(), "name of the real line"),
    _column(
        "role",
        pa.string(),
        "reference: the network imitates this line; compared: written lines are compared with it; "
        "text: its text is written",
    ),
)

STYLE = _table(
    "style",
    "One row per line and method: which hand the line is nearest to. Only hands of the same table "
    "are compared.",
    _column(
        "origin",
        pa.string(),
        "real: a recorded line; styled: written in the hand; unstyled: written without a style",
    ),
    _column("sample_id", pa.string(), "name of the line"),
    _column("hand", pa.string(), "its own hand: the writer of the real line with the same text"),
    _column("method", pa.string(), "how hands are compared: embedding, letters or features"),
    _column("nearest", pa.string(), "hand that the line is nearest to"),
    _column("rank", pa.int32(), "rank of the own hand by its distance; 1: nearest"),
    _column("own", pa.float64(), "distance to the own hand, in the unit of the method"),
    _column("others", pa.float64(), "mean distance to the other hands"),
)

COMPARED = (
    _column(
        "origin",
        pa.string(),
        "the comparison: rewritten, styled, unstyled or sampled lines with real ones, or real "
        "lines with others of the same writers (halves) or of other writers (other hands)",
    ),
    _column("bias", pa.float64(), "bias of the written lines; null for real lines", null=True),
    _column("pair", pa.int32(), "number of the pair of lines in its comparison, from 0"),
    _column("sample_id", pa.string(), "name of the line"),
    _column(
        "other", pa.bool_(), "false: the real line of the pair; true: the line it is compared with"
    ),
)

DISCRIMINATED = _table(
    "discriminated",
    "One row per line of each comparison of real with written lines: the scores of classifiers "
    "that were trained on other pairs. A higher score: more like a written line.",
    *COMPARED,
    _column("fold", pa.int32(), "part of the cross-validation; scores of one part are comparable"),
    _column("logistic", pa.float64(), "score of the logistic regression on features"),
    _column("boosting", pa.float64(), "score of the gradient boosting on features"),
    _column(
        "recurrent",
        pa.float64(),
        "score of the recurrent network on offsets; null if it was not trained",
        null=True,
    ),
)

TRAJECTORY_FEATURES = _table(
    "trajectory-features",
    "One row per line and feature of each comparison. Both lines of a pair are on one grid, "
    "cleaned by the same rules and cut to the same number of points. The meanings of the features "
    "are in `discriminate.json`.",
    *COMPARED,
    _column("feature", pa.string(), "name of the feature"),
    _column("value", pa.float64(), "value of the feature"),
)

RECOGNISED = _table(
    "recognised",
    "One row per line that a recogniser read: the correct text, the text that was read, and the "
    "least number of insertions, deletions and substitutions between them.",
    _column("origin", pa.string(), "real: a recorded line; written: drawn by a synthesis network"),
    _column(
        "bias", pa.float64(), "bias that the line was drawn with; null for real lines", null=True
    ),
    _column("sample_id", pa.string(), "name of the line"),
    _column(
        "text", pa.string(), "correct text: the transcript, or the text that had to be written"
    ),
    _column("read", pa.string(), "text that the recogniser read"),
    _column("characters", pa.int32(), "number of characters of `text` (NFC), including blanks"),
    _column("edits", pa.int32(), "least number of character edits from `text` to `read`"),
    _column("words", pa.int32(), "number of words of `text`, separated by blanks"),
    _column("word_edits", pa.int32(), "least number of word edits from `text` to `read`"),
    _column(
        "read_again",
        pa.string(),
        "text that was read with a language model; null without one",
        null=True,
    ),
    _column(
        "edits_again",
        pa.int32(),
        "least number of character edits from `text` to `read_again`",
        null=True,
    ),
    _column(
        "word_edits_again",
        pa.int32(),
        "least number of word edits from `text` to `read_again`",
        null=True,
    ),
    _column(
        "finished",
        pa.bool_(),
        "whether the check found the line to be its text when it was written; true for real lines",
    ),
)

ALIGNMENTS = _table(
    "alignments",
    "One row per character of every line with a transcript: the points of its ink, found by a "
    "recogniser that was given the text (forced alignment). Null where there is no ink or where "
    "the character could not be found. A row group contains complete lines.",
    _column("sample_id", _NAME, "name of the line"),
    _column("index", pa.int32(), "position of the character in the text (NFC), from 0"),
    _column("character", pa.string(), "the character"),
    _column(
        "first_point",
        pa.int32(),
        "first point of its ink, as a row of the offsets of the line, from 0; null for blanks, and "
        "for characters that were not found",
        null=True,
    ),
    _column(
        "last_point",
        pa.int32(),
        "last point of its ink. Dots and crosses that were added to a finished word belong to no "
        "character",
        null=True,
    ),
    _column(
        "log_probability",
        pa.float32(),
        "mean log-probability of the character over the steps at which the alignment places it; "
        "null if it was not found",
        "nats",
        null=True,
    ),
)

FITS = _table(
    "fits",
    "One row per line with a transcript: how well the text fits the ink, by a recogniser.",
    _column("sample_id", pa.string(), "name of the line"),
    _column("text", pa.string(), "transcript (NFC)"),
    _column("read", pa.string(), "text that the recogniser reads without it"),
    _column("unknown", pa.int32(), "number of characters that the recogniser does not know"),
    _column(
        "misfit",
        pa.float32(),
        "log-probability of `read` minus that of `text`, per character of `text` that is known; "
        "about 0: the text fits; null: the ink is too short for the text",
        "nats per character",
        null=True,
    ),
)

NEAREST = _table(
    "nearest",
    "One row per character that a network invented, and per real character that it has not seen, "
    "with the most similar character of the splits that the network was trained on. A copy has a "
    "distance near 0.",
    _column("origin", pa.string(), "fictional: drawn by the network; real: from the data set"),
    _column(
        "sample_id", pa.string(), "name of the character; fictional ones are in `points.parquet`"
    ),
    _column(
        "ended", pa.bool_(), "whether the drawing ended within the limit of steps; true for real"
    ),
    _column("n_points", pa.int32(), "number of points"),
    _column("n_strokes", pa.int32(), "number of strokes"),
    _column("nearest", pa.string(), "name of the most similar sample"),
    _column("text", pa.string(), "text of that sample", null=True),
    _column(
        "distance",
        pa.float32(),
        "distance to that sample: sum of the distances of all pairs of points that dynamic time "
        "warping aligns, divided by the number of points of one character",
        "side of a character",
    ),
    _column(
        "copy",
        pa.bool_(),
        "whether `distance` is smaller than for every real character here, so this may be a copy; "
        "false for real characters, null if no real character was compared",
        null=True,
    ),
)

COMPARISONS = _table(
    "comparisons",
    "One row per comparison of a signature with the references of a user, by one method of "
    "verification.",
    _column("method", pa.string(), "method, as named in the configuration"),
    _column(
        "left_out",
        pa.string(),
        "channel that was left out of the ink, to measure its gain; pen: pressure, azimuth and "
        "altitude; null: none",
        null=True,
    ),
    _column("task", pa.string(), "part of the data set, such as task2; empty: it has no parts"),
    _column("draw", pa.int32(), "draw of the references, from 0"),
    _column("user", pa.string(), "user whose references they are, as `writer` in samples"),
    _column("references", pa.list_(pa.string()), "names of the reference signatures"),
    _column("sample_id", pa.string(), "name of the tested signature"),
    _column(
        "kind",
        pa.string(),
        "genuine: by the user; skilled: a forgery by somebody who saw the signature; random: a "
        "genuine signature of another user",
    ),
    _column("score", pa.float64(), "higher: less like the references; the unit is the method's"),
)

TABLES = {
    t.metadata[b"table"].decode(): t
    for t in (
        RAW,
        POINTS,
        PARSED,
        LABELS,
        SAMPLES,
        REJECTS,
        OFFSETS,
        FRAMES,
        windows(1),  # of any length
        CHARACTERS,
        VOCABULARY,
        DOCUMENTS,
        text_windows(1),
        HISTORY,
        LINES,
        WRITTEN,
        HANDS,
        STYLE,
        DISCRIMINATED,
        TRAJECTORY_FEATURES,
        RECOGNISED,
        ALIGNMENTS,
        FITS,
        NEAREST,
        COMPARISONS,
    )
}
