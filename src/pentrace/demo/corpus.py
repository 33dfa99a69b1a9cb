"""The synthetic corpus: writers with their hands, forms with their texts, and the split."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pentrace.demo import dirt
from pentrace.demo.everyday import Everyday
from pentrace.demo.hands import Hand, draw_hand
from pentrace.demo.layout import plan_line
from pentrace.demo.recording import RecordedLine, record
from pentrace.demo.sentences import SENTENCES
from pentrace.demo.settings import DemoSettings
from pentrace.demo.svg_fonts import fonts

LISTS = ("trainset", "testset_v", "testset_t", "testset_f")
_HELD_OUT = (0.11, 0.08, 0.11)  # share of the writers in the last three lists, at least one each
_LINE_WIDTH = 3900  # board units
_LEFT, _TOP, _LINE_HEIGHT = 800, 900, 950  # where a form begins, board units
_FIRST_DAY = 13_000_000_00  # hundredths of a second on the clock of the board
_STREAMS = (
    "text", "hand", "line", "faults", "spoilt", "signer", "signature", "signature-faults",
    "everyday",
)  # fmt: skip
_SHORT = 0.12  # share of lines that end early, where text is composed


@dataclass(frozen=True)
class Form:
    """A page by one writer."""

    number: int
    name: str  # such as s01-003u
    writer: int
    prompt: list[str]  # the text as it was shown
    texts: list[str]  # the lines as they are written
    fault: str  # of dirt.FORM_FAULTS, or ""
    line_faults: list[str]  # of dirt.LINE_FAULTS, or ""
    listed: str | None  # the split list it is in

    @property
    def folder(self) -> str:
        """Folder of the form in each archive: s01/s01-003."""
        return f"{self.name[:3]}/{self.name[:7]}"

    @property
    def suffix(self) -> str:
        """The part of the name that differs between the forms of one folder: u."""
        return self.name[7:]

    @property
    def writer_id(self) -> str:
        """The id of the writer, larger than those of the real writers."""
        return str(90_000 + self.writer)


def stream(settings: DemoSettings, name: str, *numbers: int) -> np.random.Generator:
    """The random numbers of one item, independent of the number of other items."""
    return np.random.default_rng([settings.seed, 1 + _STREAMS.index(name), *numbers])


def hands(settings: DemoSettings) -> list[Hand]:
    """The hand of each writer."""
    forms = [] if settings.fonts is None else fonts(settings.fonts)
    return [draw_hand(stream(settings, "hand", n), forms) for n in range(settings.writers)]


def forms(settings: DemoSettings, writers: list[Hand]) -> list[Form]:
    """All forms, in the order of their names."""
    words = _words(stream(settings, "text"))
    short = 0.0
    if settings.everyday:
        words = _everyday_words(words, settings)
        short = _SHORT
    random = stream(settings, "everyday", 1)
    rng = stream(settings, "faults")
    count, lines = settings.writers * settings.forms, settings.lines
    faults = dirt.assign(dirt.FORM_FAULTS, count, settings.dirt, rng)
    kinds = (*dirt.LINE_FAULTS, dirt.TRUNCATED)
    line_faults = dirt.assign(kinds, count * lines, settings.dirt, rng)
    lists = _lists(settings.writers)

    def form(number: int) -> Form:
        writer, fault = number // settings.forms, faults[number]
        texts = _wrapped(words, writers[writer], lines, short, random)
        return Form(
            number,
            _name(number),
            writer,
            prompt=_prompt(texts),
            texts=_with_lost_word(texts, fault),
            fault=fault,
            line_faults=line_faults[number * lines : (number + 1) * lines],
            listed=None if fault == "in-no-list" else lists[writer],
        )

    return [form(number) for number in range(count)]


def write(form: Form, hand: Hand, settings: DemoSettings) -> list[RecordedLine]:
    """The lines of a form, without faults."""
    recordings = []
    clock = _FIRST_DAY + form.number * 500_00
    for number, text in enumerate(form.texts):
        rng = stream(settings, "line", form.number, number)
        origin = complex(_LEFT + rng.normal(0, 60), _TOP + number * _LINE_HEIGHT)
        recordings.append(record(plan_line(text, hand, rng), hand, origin, clock, rng))
        clock = int(recordings[-1].t[-1]) + int(rng.integers(80, 400))
    return recordings


def spoilt(form: Form, lines: list[RecordedLine], settings: DemoSettings) -> Iterator[RecordedLine]:
    """The lines of a form with their faults."""
    for number, (ink, fault) in enumerate(zip(lines, form.line_faults, strict=True)):
        rng = stream(settings, "spoilt", form.number, number)
        yield dirt.LINE_FAULTS[fault](ink, rng) if fault in dirt.LINE_FAULTS else ink


def _name(number: int) -> str:
    """Names like the real ones; they begin with s (synthetic), as no real name does."""
    sheet = number // 2  # two writers share a folder
    suffix = (("", "z"), ("u", "x"))[sheet % 2][number % 2]
    return f"s{1 + sheet // 25:02d}-{7 * (sheet % 25):03d}{suffix}"


def _lists(writers: int) -> list[str]:
    """The list of each writer. The held-out writers are in the middle, since the last writers may
    repeat sentences of the first."""
    counts = [max(1, round(share * writers)) for share in _HELD_OUT]
    held_out = [name for name, n in zip(LISTS[1:], counts, strict=True) for _ in range(n)]
    training = writers - len(held_out)
    before = [LISTS[0]] * (training // 2)
    return before + held_out + [LISTS[0]] * (training - len(before))


def _words(rng: np.random.Generator) -> Iterator[str]:
    """The words of all sentences, shuffled again each time they run out."""
    while True:
        for number in rng.permutation(len(SENTENCES)):
            yield from SENTENCES[number].split()


def _everyday_words(words: Iterator[str], settings: DemoSettings) -> Iterator[str]:
    """The words of sentences, and between them pieces of composed text.

    A lone # and a run of % would mark words that cannot be read.
    """
    random = stream(settings, "everyday")
    pieces = Everyday(random).pieces()
    while True:
        composed = random.random() < settings.everyday
        piece = next(pieces).split() if composed else [next(words) for _ in range(4)]
        yield from (w for w in piece if w != "#" and not (len(w) > 1 and set(w) == {"%"}))


def _wrapped(
    words: Iterator[str], hand: Hand, lines: int, short: float, random: np.random.Generator
) -> list[str]:
    """Lines of text that fill the width of the board in this hand; a share `short` ends early."""
    texts = []
    for _ in range(lines):
        line, room = [], _LINE_WIDTH / hand.size
        if short and random.random() < short:
            room *= random.random() ** 2
        while room > 0:
            line.append(next(words))
            room -= sum(hand.letter(c).width + hand.gap for c in line[-1]) + hand.space
        texts.append(" ".join(line))
    return texts


def _prompt(texts: list[str]) -> list[str]:
    """The text as shown to the writer: each line of the prompt is two lines on the board."""
    return [" ".join(texts[n : n + 2]) for n in range(0, len(texts), 2)]


def _with_lost_word(texts: list[str], fault: str) -> list[str]:
    """The first line with its second word scratched out or illegible, if that is the fault."""
    lost = {"scratched-out": "#", "illegible": "%%%%%%%%"}.get(fault)
    words = texts[0].split()
    return [" ".join([words[0], lost, *words[2:]]), *texts[1:]] if lost else texts
