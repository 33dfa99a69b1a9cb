"""Arrays of NumPy in stroke-3 or stroke-5, as sketch-rnn and programs after it store ink.

stroke-3: (N, 3), dx, dy, and 1 at the last point of a stroke; also with this column first.
stroke-5: (N, 5), dx, dy, and one of three states of the pen: it draws to the next point, it is
lifted after this point, or the drawing has ended. An `.npz` has one array for each drawing, or
lists of arrays such as `train`, `valid` and `test`.

Lists of arrays are stored as pickles, which can run any program when they are read. Here they can
only make arrays of numbers.
"""

import io
import math
import pickle
import zipfile
import zlib
from typing import Any

import numpy as np
from numpy.lib import format as npy

from pentrace.readers._assemble import Malformed
from pentrace.readers.own_formats.raw import Raw
from pentrace.readers.settings import ParseSettings

SEEN = 100_000  # most drawings in a file


def read_npy(content: bytes, settings: ParseSettings) -> list[Raw]:
    """The drawings in an .npy file."""
    return _drawings(_array(content, "the array"), "")


def read_npz(content: bytes, settings: ParseSettings) -> list[Raw]:
    """The drawings in an .npz file; their names are array/number."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [m for m in archive.infolist() if m.filename.endswith(".npy")]
            size = sum(member.file_size for member in members)
            if size > settings.max_bytes:
                limit = f"the limit is {settings.max_bytes:,} (parse.max_bytes)"
                raise Malformed("too-large", f"{size:,} bytes when unpacked; {limit}")
            arrays = {m.filename.removesuffix(".npy"): archive.read(m) for m in members}
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        raise Malformed("not-npz", f"not an archive of arrays ({error})"[:200]) from None
    found = []
    for name, member in arrays.items():
        found += _drawings(_array(member, f"array {name}"), name)
    return found


def _array(content: bytes, place: str) -> np.ndarray:
    """The array in an .npy file; its size is compared with the file before it is made."""
    file = io.BytesIO(content)
    try:
        version = npy.read_magic(file)
        header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, column_first, kind = header(file)
    except Exception as error:  # the header is Python, so a damaged one raises nearly anything
        raise Malformed("not-npy", f"{place}: not an array of NumPy ({error})"[:200]) from None
    body = content[file.tell() :]
    if kind.hasobject:
        return _unpickled(body, place)
    if kind.kind not in "fiub" or math.prod(shape) * kind.itemsize != len(body):
        raise Malformed("not-npy", f"{place}: {len(body)} bytes do not fit the shape {shape}")
    values = np.frombuffer(body, kind)
    return values.reshape(shape[::-1]).T if column_first else values.reshape(shape)


class _Arrays(pickle.Unpickler):
    """Reads pickles that contain arrays of numbers, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        names = {"_reconstruct": _empty, "ndarray": np.ndarray, "dtype": np.dtype}
        if module.split(".")[0] == "numpy" and name in names:
            return names[name]
        if (module, name) == ("_codecs", "encode"):  # bytes of Python 3 in an old protocol
            return _encoded
        raise pickle.UnpicklingError(f"contains {module}.{name}, which is not an array")


def _empty(kind: Any, shape: Any, code: Any) -> np.ndarray:
    return np.ndarray((0,), np.int8)


def _encoded(text: str, encoding: str = "latin1") -> bytes:
    return text.encode("latin1")


def _unpickled(body: bytes, place: str) -> np.ndarray:
    try:
        found = _Arrays(io.BytesIO(body), encoding="latin1").load()
    except Exception as error:  # a damaged pickle raises nearly anything
        raise Malformed("not-npy", f"{place}: not a list of arrays ({error})"[:200]) from None
    if not isinstance(found, np.ndarray) or found.dtype != object or found.size > SEEN:
        raise Malformed("not-npy", f"{place}: not a list of at most {SEEN:,} arrays")
    drawings = [_rows(one, place) for one in found.ravel()]
    # A pickle can name one array many times, and so be much smaller than what it contains.
    if sum(map(len, drawings)) > len(body):
        raise Malformed("too-large", f"{place}: more points than bytes in the file")
    several = np.empty(len(drawings), object)
    several[:] = drawings
    return several


def _rows(one: Any, place: str) -> np.ndarray:
    """An array of two axes that was stored as such, or as a list of rows."""
    if isinstance(one, list) and all(_is_row(row) for row in one):
        one = np.array(one)
    if not isinstance(one, np.ndarray) or one.ndim != 2 or not one.itemsize:
        raise Malformed("shape", f"{place}: a drawing is no array; expected (N, 3) or (N, 5)")
    return one


def _is_row(row: Any) -> bool:
    plain = isinstance(row, list | tuple) and len(row) in (3, 5)
    return plain and all(isinstance(value, int | float | np.number) for value in row)


def _drawings(array: np.ndarray, name: str) -> list[Raw]:
    if array.dtype != object and array.ndim == 2:
        return [_drawing(array, f"array {name}".strip(), name)]
    if array.ndim != (1 if array.dtype == object else 3) or not 0 < len(array) <= SEEN:
        raise Malformed("shape", f"an array of shape {array.shape}; expected (N, 3) or (N, 5)")
    return [
        _drawing(one, f"array {name}[{i}]", f"{name}/{i}".lstrip("/"))
        for i, one in enumerate(array)
    ]


def _drawing(array: np.ndarray, place: str, name: str) -> Raw:
    if array.ndim != 2 or array.shape[1] not in (3, 5) or array.dtype.kind not in "fiub":
        raise Malformed("shape", f"{place}: shape {array.shape}; expected (N, 3) or (N, 5)")
    values = array.astype(np.float64)
    if not np.isfinite(values).all():
        raise Malformed("not-a-number", f"{place}: a value is not a finite number")
    steps, lifted = _of_five(values, place) if values.shape[1] == 5 else _of_three(values, place)
    stroke = np.cumsum(np.append(False, lifted[:-1])[: len(lifted)])
    t = np.full(len(steps), np.nan)
    return Raw(steps, t, stroke, None, offsets=True, name=name)


def _of_three(values: np.ndarray, place: str) -> tuple[np.ndarray, np.ndarray]:
    """Steps (N, 2), and whether the pen is lifted after each point."""
    for column in (2, 0):
        if np.isin(values[:, column], (0, 1)).all():
            return np.delete(values, column, axis=1), values[:, column] > 0
    raise Malformed("pen", f"{place}: no column contains only 0 and 1, for the end of a stroke")


def _of_five(values: np.ndarray, place: str) -> tuple[np.ndarray, np.ndarray]:
    states = values[:, 2:]
    if not np.isin(states, (0, 1)).all() or (states.sum(1) > 1).any():
        raise Malformed("pen", f"{place}: the last three columns must be 0, and at most one 1")
    ended = states[:, 2] > 0
    count = int(ended.argmax()) if ended.any() else len(values)
    return values[:count, :2], states[:count, 1] > 0
