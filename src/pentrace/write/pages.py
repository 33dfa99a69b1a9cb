"""A text to pages and files: what `pentrace write` and `pentrace.load(...).write(...)` share."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from pentrace.errors import PentraceError, UsageError
from pentrace.files import is_stream
from pentrace.generate.lines import Hand, Primer
from pentrace.generate.load_model import RESULTS, Reader
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.networks.model_file import SHIPPED
from pentrace.networks.seen import rare_warning
from pentrace.networks.settings import PRETRAINED
from pentrace.page.outputs import check, save
from pentrace.page.page import Page
from pentrace.page.pen import Pen
from pentrace.write.compose import compose
from pentrace.write.lines import WrittenLines, write_text
from pentrace.write.report import LineReport, WritingReport, report
from pentrace.write.settings import WriteSettings
from pentrace.write.wrap import cut_words

RARE_REMEDY = "look at them in the result, or reword the text"
WRITTEN = "pentrace write (page"  # before the number of a page, in the notes of its file


def write_pages(
    network: FusedNetwork,
    normalisation: dict,
    text: str,
    settings: WriteSettings,
    style: Primer | Hand | None,
    notes: dict[str, str],
    reader: Reader,
    progress: Callable[[int, int, float], None] | None = None,
) -> tuple[list[Page], WritingReport]:
    """The pages of `text`, as `prepare.prepared` gives it, and what was checked.

    `notes` are stored in files that can contain them. Raises `PentraceError` as `write_lines` does.
    """
    if style is not None and settings.many_hands:
        raise UsageError("--many-hands is for pages without a --style; remove one of them")
    found = write_text(network, normalisation, text, settings, style, reader.network, progress)
    pages = compose(found.texts, found.lines, normalisation, settings, notes)
    rare = rare_warning(found.texts, network.counts, RARE_REMEDY)
    done = _report(found, style, reader, rare, cut_words(text, found.texts))
    return _with_readings(_numbered(pages), done), done


def _report(
    found: WrittenLines, style: Primer | Hand | None, reader: Reader, rare: str, cut: list[str]
) -> WritingReport:
    warning, remedy = ("", "") if style is None else (style.warning, style.remedy)
    about = (found.scattered, found.limit, warning, reader.message, rare, cut, remedy)
    return report(found.lines, *about)


def _with_readings(pages: list[Page], done: WritingReport) -> list[Page]:
    """The pages, with what was read of their lines, and the error rates, in their notes."""
    if done.error_rate is None:
        return pages
    lines = iter(done.lines)
    return [_with_reading(page, lines) for page in pages]


def _with_reading(page: Page, lines: Iterator[LineReport]) -> Page:
    """`page`, whose lines are the next of `lines`."""
    own = list(islice(lines, len(page.text.split("\n"))))
    read = "\n".join(line.read or "" for line in own)
    rates = " ".join(f"{line.error_rate:.3f}" for line in own)
    return replace(page, notes={**page.notes, "read": read, "error_rates": rates})


def model_notes(path: Path, reader: Reader) -> dict[str, str]:
    """What is stored with the ink about the model file at `path`, and that of the recogniser.

    No note contains a path of this machine.
    """
    notes = {"model": _model_name(path), "model_sha256": _digest(path)}
    if reader.path is not None:
        notes |= {"reader": _model_name(reader.path), "reader_sha256": _digest(reader.path)}
    return notes


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def notes(
    model: dict[str, str],
    settings: WriteSettings,
    styles: Sequence[str],
    mix: tuple[str, float] | None = None,
) -> dict[str, str]:
    """What is stored with the ink about how it was made; `model` is from `model_notes`.

    `styles` are the names of the styles, without a folder. `mix` is one more with its share.
    """
    made = {**model, "bias": f"{settings.bias:g}", "seed": str(settings.seed)}
    names = [*styles, *([] if mix is None else [f"{mix[0]} {mix[1]:g}"])]
    made |= {"style": ", ".join(names)} if names else {}
    # The name of a file may contain bytes that are not text.
    return {key: value.encode(errors="replace").decode() for key, value in made.items()}


def _model_name(path: Path) -> str:
    """Data set, network and file of a model in results/; of other files only the name.

    The network that comes with the package is "pretrained", its recogniser "pretrained/recogniser".
    """
    path = path.resolve()
    if path == SHIPPED.resolve():
        return PRETRAINED
    if path.is_relative_to(SHIPPED.resolve().parents[1]):
        return f"{PRETRAINED}/{path.parent.name}"
    parts = path.parts
    return "/".join(parts[-3:] if parts[-4:-3] == (RESULTS.name,) else parts[-1:])


def _numbered(pages: list[Page]) -> list[Page]:
    """The pages with their numbers in their notes, so that `_remove_older` knows them again."""
    return [
        replace(page, notes={**page.notes, "software": f"{WRITTEN} {number} of {len(pages)})"})
        for number, page in enumerate(pages, 1)
    ]


def save_pages(pages: list[Page], out: Path, form: str | None, pen: Pen) -> list[Path]:
    """Write each page to a file; several pages add their numbers to the name `out`.

    Pages of an earlier run that wrote more of them, or only one, are removed. Raises
    `PentraceError` for an unknown form, and for several pages to standard output or a pipe.
    """
    form, names = check(out, form), page_files(out, len(pages))
    for page, name in zip(pages, names, strict=True):
        save(page, name, form=form, pen=pen)
    if not is_stream(out):
        _remove_older(out, names)
    return names


def page_files(out: Path, count: int) -> list[Path]:
    """The file of each page: page.svg, or page-1.svg, page-2.svg, ..."""
    if count == 1:
        return [out]
    if is_stream(out):
        raise PentraceError(
            f"{out}: the text fills {count} pages, and this takes one; name a file, or lower --size"
        )
    stem, ending = _split(out)
    return [out.with_name(f"{stem}-{page + 1}{ending}") for page in range(count)]


def _split(out: Path) -> tuple[str, str]:
    """The name of `out` before its suffix, and the suffix, which may be .animated.svg."""
    ending = ".animated.svg" if out.name.lower().endswith(".animated.svg") else out.suffix
    return out.name.removesuffix(out.name[len(out.name) - len(ending) :]), ending


def _remove_older(out: Path, names: list[Path]) -> None:
    """Remove the pages that an earlier run with the same `out` wrote, and this one did not.

    Only regular files are removed, and only those that contain the note of `_numbered` with the
    number in their name.
    """
    stem, ending = _split(out)
    page = re.compile(re.escape(stem) + r"(?:-([1-9]\d*))?" + re.escape(ending))
    for path in out.parent.iterdir():
        found = page.fullmatch(path.name)
        if not found or path in names or path.is_symlink() or not path.is_file():
            continue
        several = rb"(?:[2-9]|[1-9]\d+)" if found[1] else b"1"
        note = re.escape(f"{WRITTEN} {found[1] or 1} of ").encode() + several + rb"\)"
        if re.search(note, path.read_bytes()):
            path.unlink()
