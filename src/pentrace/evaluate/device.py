"""The device on which a network is measured."""

import torch

from pentrace.errors import PentraceError
from pentrace.evaluate.settings import Device


def chosen(device: Device, key: str) -> str:
    """cpu or cuda, both in full float32, so that results do not depend on the machine.

    Raises `PentraceError`, naming the setting `key`, if a GPU is asked for and there is none.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise PentraceError(f"{key} is cuda, but no GPU can be used; set it to auto or cpu")
    torch.backends.cuda.matmul.fp32_precision = "ieee"
    torch.backends.cudnn.rnn.fp32_precision = "ieee"  # type: ignore[attr-defined]
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return device
