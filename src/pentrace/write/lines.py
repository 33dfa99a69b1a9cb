"""A text to drawn lines that fill the width of the page."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from pentrace.generate.leading import leading_line, primer_of
from pentrace.generate.lines import Hand, LineOptions, Primer, WrittenLine, write_lines
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.numpy_recogniser import FusedRecogniser
from pentrace.write.prepare import fitting, mean_width, usual_width
from pentrace.write.settings import WriteSettings
from pentrace.write.wrap import wrap

WIDE = 3  # more characters of steps for a line: short lines of wide capitals need them


class WrittenLines(NamedTuple):
    """The lines of a text."""

    texts: list[str]  # an empty text is an empty line
    lines: list[WrittenLine]  # of the texts that are not empty
    scattered: bool  # whether their styles differ against the settings
    limit: str  # how the length of lines differs from what was asked for or fits; or empty


def write_text(
    network: FusedNetwork,
    normalisation: dict,
    text: str,
    settings: WriteSettings,
    style: Primer | Hand | None,
    reader: FusedRecogniser | None,
    progress: Callable[[int, int, float], None] | None = None,
) -> WrittenLines:
    """`text`, as `prepare.prepared` gives it, in lines as wide as the page.

    The width of writing is known only when there is some, so one line is written first, and the
    text is wrapped again by its width. Without `style` such a line gives its style to all lines.
    If all such lines fail after the text was wrapped again, the first wrapping is kept. `progress`
    is called as in `LineOptions`.
    """
    how = replace(_options(settings, style, reader), progress=progress)
    longest = settings.longest(network.settings.style_size)
    fit = fitting(settings, longest, normalisation, usual_width(normalisation, how.primer))
    texts = wrap(text, longest, fit)
    if settings.many_hands or len(_written(texts)) < 2:
        lines = write_lines(network, _written(texts), how)
        return WrittenLines(texts, lines, False, _limit(settings, longest, text, texts, fit))
    # With a style, the line only shows the width, and is not worth several attempts.
    once = how if style is None else replace(how, attempts=1, reader=None)
    first = leading_line(network, _written(texts), once)
    if first is not None:
        width = mean_width(first[1].steps, first[1].text, normalisation)
        wider = fitting(settings, longest, normalisation, width)
        again = wrap(text, longest, wider)
        second = first if again == texts else leading_line(network, _written(again), once)
        if second is not None:
            texts, first, fit = again, second, wider
    lines = _continued(network, _written(texts), how, first)
    scattered = first is None and style is None
    return WrittenLines(texts, lines, scattered, _limit(settings, longest, text, texts, fit))


def _options(
    settings: WriteSettings, style: Primer | Hand | None, reader: FusedRecogniser | None
) -> LineOptions:
    """How the settings ask for lines."""
    return LineOptions(
        bias=settings.bias,
        seed=settings.seed,
        primer=style.primer if isinstance(style, Hand) else style,
        style=style.vector if isinstance(style, Hand) else None,
        attempts=settings.attempts,
        steps=WIDE * settings.steps_per_character,
        steps_per_character=settings.steps_per_character,
        reader=reader,
        visible=True,
        error_limit=settings.error_limit,
        checked=settings.check != "none",
    )


def _written(texts: list[str]) -> list[str]:
    """The texts that are not empty."""
    return [text for text in texts if text]


def _continued(
    network: FusedNetwork, texts: list[str], how: LineOptions, first: tuple[int, WrittenLine] | None
) -> list[WrittenLine]:
    """A line for each of `texts`, in the style of `how`, or else of the line `first`, if any."""
    if first is None or how.primer is not None or how.style is not None:
        return write_lines(network, texts, how)
    number, line = first
    if network.encoder is None:
        how = replace(how, primer=primer_of(line))
    else:
        how = replace(how, style=network.encoder.vector([line.steps]))
    others = [
        write_lines(network, texts[part], _of_part(how, part.start, len(texts)), part.start)
        for part in (slice(0, number), slice(number + 1, len(texts)))
    ]
    return [*others[0], line, *others[1]]


def _of_part(how: LineOptions, before: int, total: int) -> LineOptions:
    """`how`, whose progress also counts the lines `before` the part that is written, of `total`."""
    whole = how.progress
    if whole is None:
        return how

    def progress(finished: int, lines: int, share: float) -> None:
        whole(before + finished, total, (before + share * lines) / total)

    return replace(how, progress=progress)


def _limit(settings: WriteSettings, longest: int, text: str, texts: list[str], fit: int) -> str:
    """Why lines are shorter than the page is wide, or than the longest line that was asked for."""
    if settings.page == "line" or len(texts) == len(text.splitlines()):
        return ""
    if longest < 0.9 * fit:
        fill = "" if settings.longest_line else "; a larger size fills the width"
        return (
            f"lines end at {longest} characters, the longest line, although about {fit} fit{fill}"
        )
    if longest > fit and settings.longest_line is not None:
        return f"about {fit} characters fit in a line, so lines are shorter than {longest}"
    return ""
