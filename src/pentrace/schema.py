"""Every Parquet table, written down once: columns, types, units, axis directions, meaning.

`docs/tables.md` is made from this file. `pentrace.tables` writes these schemas into the files,
with the schema version, so that a table carries its own description.
"""

import pyarrow as pa

VERSION = "1"

# A sample's name repeats on every one of its points: a dictionary keeps it to a few bytes.
_NAME = pa.dictionary(pa.int32(), pa.string())


def _column(
    name: str, kind: pa.DataType, meaning: str, unit: str = "", null: bool = False
) -> pa.Field:
    """A field whose metadata says what it means; `null` says whether it may be absent."""
    return pa.field(name, kind, nullable=null, metadata={"meaning": meaning, "unit": unit})


def _table(name: str, meaning: str, *columns: pa.Field) -> pa.Schema:
    metadata = {"table": name, "meaning": meaning, "pentrace_schema": VERSION}
    return pa.schema(columns, metadata=metadata)


RAW = _table(
    "raw",
    "One row per raw file, as its owner distributes it.",
    _column("path", pa.string(), "path inside the archive or tree, with /"),
    _column("sha256", pa.string(), "checksum of the content, in hex"),
    _column("content", pa.binary(), "the bytes of the file"),
)

POINTS = _table(
    "points",
    "One row per recorded pen position, in the order of recording; the rows of a sample adjoin, "
    "and a row group holds whole samples. x and y as recorded: see `y_axis` in samples; in "
    "generated ink y grows upward, and with the recipe `line-height` x and y are line heights.",
    _column("sample_id", _NAME, "the line or signature"),
    _column("stroke", pa.int32(), "stroke in the sample, from 0; -1 while the pen is in the air"),
    _column("point", pa.int32(), "position in the sample, from 0"),
    _column("x", pa.float32(), "horizontal position, rightward", "tablet unit"),
    _column("y", pa.float32(), "vertical position, direction in samples.y_axis", "tablet unit"),
    _column("t", pa.float64(), "time, as recorded", "s", null=True),
    _column("pressure", pa.float32(), "pen pressure", "device unit", null=True),
    _column("azimuth", pa.float32(), "pen azimuth, as recorded", "device unit", null=True),
    _column("altitude", pa.float32(), "pen altitude, as recorded", "device unit", null=True),
    _column("button", pa.int16(), "button status, 0 is pen up", null=True),
)

PARSED = _table(
    "parsed",
    "One row per recording that was read: what the file alone tells.",
    _column("sample_id", pa.string(), "name of the line or signature, unique in the data set"),
    _column("kind", pa.string(), "line, signature, character or ink"),
    _column("source", pa.string(), "raw file, path inside the archive or tree"),
    _column("sha256", pa.string(), "checksum of the raw file, in hex"),
    _column("y_axis", pa.string(), "direction in which y grows: down or up"),
    _column("n_points", pa.int32(), "points as recorded"),
    _column("n_strokes", pa.int32(), "strokes as recorded"),
    _column("x_min", pa.float32(), "bounding box as recorded", "tablet unit"),
    _column("x_max", pa.float32(), "bounding box as recorded", "tablet unit"),
    _column("y_min", pa.float32(), "bounding box as recorded", "tablet unit"),
    _column("y_max", pa.float32(), "bounding box as recorded", "tablet unit"),
    _column("text", pa.string(), "text found in the file itself", null=True),
    _column("writer", pa.string(), "writer found in the file itself", null=True),
    _column("genuine", pa.bool_(), "signatures: genuine (true) or forged (false)", null=True),
)

LABELS = _table(
    "labels",
    "One row per parsed sample: what other files, or a seeded split, tell about it.",
    _column("sample_id", pa.string(), "the line or signature"),
    _column("writer", pa.string(), "writer, null where unknown", null=True),
    _column("form", pa.string(), "IAM form; KanjiVG: code of the text; or null", null=True),
    _column("text", pa.string(), "transcript in NFC, null where none fits", null=True),
    _column(
        "split", pa.string(), "train, validation, validation2 or test; null: in no list", null=True
    ),
)

SAMPLES = _table(
    "samples",
    "One row per recording that was read. Those with a null `dropped_by` go on to the windows.",
    _column("dataset", pa.string(), "data set, as named in the configuration"),
    *[PARSED.field(n) for n in ("sample_id", "kind")],
    *[LABELS.field(n) for n in ("writer", "form", "text", "split")],
    PARSED.field("genuine"),
    _column("n_points_recorded", pa.int32(), "points as recorded"),
    _column("n_strokes_recorded", pa.int32(), "strokes as recorded"),
    _column("n_points", pa.int32(), "points after cleaning, 0 where the sample was dropped"),
    _column("n_strokes", pa.int32(), "strokes after cleaning, 0 where the sample was dropped"),
    *[PARSED.field(n) for n in ("x_min", "x_max", "y_min", "y_max", "y_axis", "source", "sha256")],
    _column("shard", pa.string(), "the files of this sample are points/<shard>.parquet and so on"),
    _column(
        "dropped_by",
        pa.string(),
        "the rule that dropped it while cleaning, null if kept",
        null=True,
    ),
)

REJECTS = _table(
    "rejects",
    "One row per file, sample and rule that lost something: nothing is dropped silently.",
    _column("dataset", pa.string(), "data set, as named in the configuration"),
    _column("sample_id", pa.string(), "the line or signature"),
    _column("source", pa.string(), "raw file, path inside the archive or tree"),
    _column("stage", pa.string(), "parse, label or clean; characters for texts"),
    _column("rule", pa.string(), "name of the rule"),
    _column("lost", pa.string(), "what was lost: sample, points, strokes, text, writer or nothing"),
    _column(
        "count",
        pa.int32(),
        "how many points were removed, or strokes were left out or cut; 1 for all else",
    ),
    _column("reason", pa.string(), "what was found, where, and the limit it broke"),
)

OFFSETS = _table(
    "offsets",
    "One row per cleaned point: the normalised step that leads to it. y upward. The first row of a "
    "sample is the null step (0, 0). Row groups hold whole samples.",
    _column("sample_id", _NAME, "the line or signature"),
    _column("dx", pa.float32(), "step rightward", "normalised"),
    _column("dy", pa.float32(), "step upward", "normalised"),
    _column("end_of_stroke", pa.uint8(), "1 if the pen is lifted after this point, else 0"),
)

FRAMES = _table(
    "frames",
    "One row per sample: what turns its normalised offsets back into recorded coordinates.",
    _column("sample_id", pa.string(), "the line or signature"),
    _column("x0", pa.float64(), "first point, as recorded", "tablet unit"),
    _column("y0", pa.float64(), "first point, as recorded", "tablet unit"),
    _column("y_sign", pa.int8(), "-1 where the recorded y grows downward, else 1"),
    _column(
        "scale", pa.float64(), "tablet units per unit of height, 1 if not scaled", "tablet unit"
    ),
    _column("slant", pa.float64(), "shear removed: dx per dy, 0 if none"),
    _column("baseline", pa.float64(), "slope of the baseline removed: dy per dx, 0 if none"),
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
    "One row per piece of a text that is in one split, in the order of the corpus.",
    _column("sample_id", pa.string(), "the document: its path without suffix"),
    _column("split", pa.string(), "train, validation or test; contiguous over the whole corpus"),
    _column("start", pa.int64(), "first character of the piece in the document"),
    _column("codes", pa.list_(pa.int32()), "the characters (NFC), as Unicode code points"),
)

VOCABULARY = _table(
    "vocabulary",
    "One row per character of a corpus, in the order of their code points.",
    _column("code", pa.int32(), "Unicode code point"),
    _column("character", pa.string(), "the character itself"),
    *[
        _column(split, pa.int64(), f"how often it stands in the split {split}")
        for split in ("train", "validation", "test")
    ],
)

DOCUMENTS = _table(
    "documents",
    "One row per text that was read.",
    _column("dataset", pa.string(), "data set, as named in the configuration"),
    _column("sample_id", pa.string(), "the document: its path without suffix"),
    _column("source", pa.string(), "raw file, path inside the archive or tree"),
    _column("sha256", pa.string(), "checksum of the raw file, in hex"),
    _column("encoding", pa.string(), "utf-8, cp1252 or latin-1"),
    _column("characters", pa.int64(), "characters that are kept"),
    _column("cut", pa.int64(), "characters cut off as header and footer of Project Gutenberg"),
    *[
        _column(split, pa.int64(), f"characters in the split {split}")
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


PER_COUNTED = "nats per point; per character where a network reads"

HISTORY = _table(
    "history",
    "One row per validation during training; the first at step 0 where a text network starts from "
    "another.",
    _column("step", pa.int64(), "training steps (batches) taken"),
    _column("epoch", pa.float64(), "passes over the training split"),
    _column("points", pa.int64(), "training points seen"),
    _column(
        "train_loss",
        pa.float64(),
        "mean loss since the last row, training split; null before the first step",
        PER_COUNTED,
        null=True,
    ),
    _column("validation_loss", pa.float64(), "loss on validation lines", PER_COUNTED),
    _column("learning_rate", pa.float64(), "learning rate of this step"),
)

LINES = _table(
    "lines",
    "One row per evaluated whole line: loss in normalised units, state carried.",
    _column("sample_id", pa.string(), "the line or signature"),
    _column("split", pa.string(), "its split"),
    _column("n_steps", pa.int32(), "predicted steps"),
    _column(
        "log_loss", pa.float64(), "minus the log-density of the line, normalised units", "nats"
    ),
    _column("log_loss_raw", pa.float64(), "the same in tablet units", "nats"),
    _column(
        "squared_error", pa.float64(), "sum of squared errors of the expected offset", "normalised"
    ),
    _column("end_of_stroke_correct", pa.int32(), "steps whose end of stroke was predicted at 0.5"),
)

WRITTEN = _table(
    "written",
    "One row per line that a synthesis network wrote. Its offsets stand beside it in "
    "`offsets.parquet`, also where some of the text is missing.",
    _column("sample_id", pa.string(), "the written line"),
    _column("text", pa.string(), "what the network was told to write"),
    _column("bias", pa.float64(), "0: as the network is; larger: neater"),
    _column("seed", pa.int64(), "seed of the try that is kept"),
    _column("prime", pa.string(), "sample whose hand was taken on; null: none", null=True),
    _column("tries", pa.int32(), "how often the line was drawn, with a new seed each time"),
    _column("finished", pa.bool_(), "whether the window left the text within the limit of steps"),
    _column("missed", pa.string(), "characters it did not pass over, in order; empty: none"),
)

RECOGNISED = _table(
    "recognised",
    "One row per line that a recognition network read: what stands there, what was read, and the "
    "least number of insertions, deletions and substitutions between them.",
    _column("origin", pa.string(), "real: recorded; written: by a synthesis network"),
    _column("bias", pa.float64(), "bias it was written with; null where real", null=True),
    _column("sample_id", pa.string(), "the line"),
    _column("text", pa.string(), "what stands there: the transcript, or what was to be written"),
    _column("read", pa.string(), "what the network read"),
    _column("characters", pa.int32(), "characters of the text (NFC), blanks among them"),
    _column("edits", pa.int32(), "least edits of characters from text to read"),
    _column("words", pa.int32(), "words of the text, parted by blanks"),
    _column("word_edits", pa.int32(), "least edits of whole words from text to read"),
    _column(
        "finished", pa.bool_(), "whether the whole text was written, none missed; true where real"
    ),
)

NEAREST = _table(
    "nearest",
    "One row per character that a network made up, and per real one that it has not seen: which "
    "character of the splits it was trained on comes nearest. A copy has a distance near 0.",
    _column("origin", pa.string(), "fictional: drawn by the network; real: recorded"),
    _column("sample_id", pa.string(), "the character; in `points.parquet` where fictional"),
    _column("ended", pa.bool_(), "whether it came to its end within the limit; true where real"),
    _column("n_points", pa.int32(), "its points"),
    _column("n_strokes", pa.int32(), "its strokes"),
    _column("nearest", pa.string(), "sample that it comes nearest to"),
    _column("text", pa.string(), "what that sample says", null=True),
    _column(
        "distance",
        pa.float32(),
        "sum of the distances of all pairs of points that dynamic time warping aligns, over the "
        "number of points of one character",
        "side of a character",
    ),
    _column(
        "copy",
        pa.bool_(),
        "whether it comes nearer than every real one here, so that it may be a copy; false where "
        "real, null where no real one was compared",
        null=True,
    ),
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
        RECOGNISED,
        NEAREST,
    )
}
