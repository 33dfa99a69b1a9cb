"""How the machine computes: threads, precision, memory; deterministic on a CPU."""

import ctypes
import os
import sys

import torch

from pentrace.networks.training import TrainSettings

# Names of malloc.h.
M_MMAP_MAX, M_TRIM_THRESHOLD = -4, -1


def resolved(settings: TrainSettings, device: torch.device) -> TrainSettings:
    """The settings with the precision that `auto` means on `device`.

    It depends only on the machine, not on a measurement, so that every run there gives the same
    bytes: bf16 on a CPU that multiplies in bfloat16, which was faster wherever it was measured
    (docs/speed.md); else float32. It is tf32 on a GPU.
    """
    if settings.precision != "auto":
        return settings
    on_cpu = "bf16" if _multiplies_in_bf16() else "float32"
    precision = on_cpu if device.type == "cpu" else "tf32"
    return settings.model_copy(update={"precision": precision})


def _multiplies_in_bf16() -> bool:
    """Whether the CPU has instructions for products in bfloat16: AVX512-BF16 or AMX."""
    names = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, name, bool)() for name in names)


def set_arithmetic(settings: TrainSettings, device: torch.device, threads: int) -> None:
    """Set this process up to train on `device` with `threads` CPU threads."""
    torch.set_num_threads(threads)
    if device.type == "cpu":
        torch.use_deterministic_algorithms(True)
        # This check for uninitialised memory would fill every new tensor with NaN.
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
        keep_freed_memory()
        keep_few_primitives()
        return
    kind = "ieee" if settings.precision == "float32" else "tf32"
    torch.backends.cuda.matmul.fp32_precision = kind
    torch.backends.cudnn.rnn.fp32_precision = kind  # type: ignore[attr-defined]


def keep_freed_memory() -> None:
    """Let the C library keep the memory that a step frees, since the next step needs as much.

    Otherwise every step gets the memory of its activations from the kernel page by page: a sixth
    of the CPU time of graves-3x400. Only glibc has this setting.
    """
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    if library is not None and hasattr(library, "mallopt"):
        library.mallopt(M_MMAP_MAX, 0)
        library.mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


def keep_few_primitives() -> None:
    """Let oneDNN keep the code of its last 64 operations; its default is 1024.

    It makes such code for every length of a batch, and lines have many lengths: the memory of a
    training grew with each new one. A network with stored windows needs about 20. oneDNN reads this
    variable when it computes for the first time.
    """
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "64")
