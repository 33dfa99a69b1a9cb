"""A text to pages and files: what `pentrace write` and `pentrace.load(...).write(...)` share."""

from pathlib import Path

from pentrace.errors import PentraceError, UsageError
from pentrace.files import is_stream
from pentrace.generate.lines import LineOptions, Primer, WrittenLine, write_in_one_hand, write_lines
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.networks.settings import NetworkSettings
from pentrace.page.outputs import check, save
from pentrace.page.page import Page
from pentrace.page.pen import Pen
from pentrace.write.compose import compose
from pentrace.write.own_ink import OwnInk
from pentrace.write.report import WritingReport, report
from pentrace.write.settings import WriteSettings


def find_primer(
    style: str | Path | OwnInk | None,
    text: str | None,
    data: Path | None,
    normalisation: dict,
    network: NetworkSettings,
) -> Primer | None:
    """The line whose style is asked for, if any: a file, ink, or a sample of `data`.

    `text` is that of the ink, if its file does not contain it. Raises `PentraceError` that names
    the style and the remedy.
    """
    if style is None:
        if text is not None:
            raise UsageError("--style-text is the text of a --style; give one")
        return None
    from pentrace.write import style as styles

    name = "the ink" if isinstance(style, OwnInk) else str(style)
    if isinstance(style, OwnInk):
        if data is not None:
            raise UsageError("the style is ink, not the id of a sample; remove --data")
        primer = styles.from_ink(style, text, normalisation, name)
    elif data is None:
        if not Path(style).exists():
            raise PentraceError(
                f"{name}: no such file; give a file of ink, or the id of a sample with --data"
            )
        primer = styles.from_file(Path(style), text, normalisation)
    elif text is None:
        primer = styles.from_sample(name, data, normalisation)
    else:
        raise UsageError("the text of a sample is in --data; remove --style-text")
    return styles.known(primer, network, name)


def write_pages(
    network: FusedNetwork,
    normalisation: dict,
    texts: list[str],
    settings: WriteSettings,
    primer: Primer | None,
    notes: dict[str, str],
) -> tuple[list[Page], WritingReport]:
    """The pages of `texts`, as `prepare.prepared` gives them, and what was checked.

    `notes` are stored in files that can contain them. Raises `PentraceError` as `write_lines` does.
    """
    if primer is not None and settings.many_hands:
        raise UsageError("--many-hands is for pages without a --style; remove one of them")
    lines, scattered = _lines(network, texts, settings, primer)
    return compose(texts, lines, normalisation, settings, notes), report(lines, scattered)


def _lines(
    network: FusedNetwork, texts: list[str], settings: WriteSettings, primer: Primer | None
) -> tuple[list[WrittenLine], bool]:
    """A line for each text that is not empty; whether their styles differ against the settings."""
    each = settings.steps_per_character
    how = LineOptions(settings.bias, settings.seed, primer, settings.attempts, each, each)
    wanted = [text for text in texts if text]
    if settings.many_hands:
        return write_lines(network, wanted, how), False
    lines, together = write_in_one_hand(network, wanted, how)
    return lines, not together


def notes(model: str | Path, settings: WriteSettings, style: str | None) -> dict[str, str]:
    """What is stored with the ink about how it was made."""
    made = {"model": str(model), "bias": f"{settings.bias:g}", "seed": str(settings.seed)}
    return made | ({"style": style} if style else {})


def save_pages(pages: list[Page], out: Path, form: str | None, pen: Pen) -> list[Path]:
    """Write each page to a file; several pages add their numbers to the name `out`.

    Raises `PentraceError` for an unknown form, and for several pages to standard output or a pipe.
    """
    form, names = check(out, form), page_files(out, len(pages))
    for page, name in zip(pages, names, strict=True):
        save(page, name, form=form, pen=pen)
    return names


def page_files(out: Path, count: int) -> list[Path]:
    """The file of each page: page.svg, or page-1.svg, page-2.svg, ..."""
    if count == 1:
        return [out]
    if is_stream(out):
        raise PentraceError(
            f"{out}: the text fills {count} pages, and this takes one; name a file, or lower --size"
        )
    ending = ".animated.svg" if out.name.lower().endswith(".animated.svg") else out.suffix
    stem = out.name.removesuffix(out.name[len(out.name) - len(ending) :])
    return [out.with_name(f"{stem}-{page + 1}{ending}") for page in range(count)]
