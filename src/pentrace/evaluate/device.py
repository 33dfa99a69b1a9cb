"""Where a network runs while it is measured."""

import torch

from pentrace.errors import PentraceError
from pentrace.evaluate.settings import Device


def chosen(device: Device, key: str) -> str:
    """cpu or cuda; in full float32 there too, so that figures do not hang on the machine.

    Raises `PentraceError`, naming the setting `key`, where a GPU is asked for and there is none.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise PentraceError(f"{key} is cuda, and no GPU can be used; set auto or cpu")
    torch.backends.cuda.matmul.fp32_precision = "ieee"
    torch.backends.cudnn.rnn.fp32_precision = "ieee"  # type: ignore[attr-defined]
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return device
