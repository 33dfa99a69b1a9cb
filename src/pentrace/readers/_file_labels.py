"""Labels of formats without label files: each raw file contains its own labels."""

import pyarrow as pa

from pentrace.readers.results import Labelled
from pentrace.unicode_nfc import nfc


def label(samples: pa.Table) -> Labelled:
    """Writer and text of `samples` (rows of `schema.PARSED`), the text in NFC."""
    return Labelled([_row(sample) for sample in samples.to_pylist()], [])


def _row(sample: dict) -> dict:
    text = sample["text"]
    return {
        "sample_id": sample["sample_id"],
        "writer": sample["writer"],
        "form": None,
        "text": None if text is None else nfc(text),
    }
