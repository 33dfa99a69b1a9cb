"""Regular expressions that meet raw data take time that grows with the length of the data."""

import time
from collections.abc import Callable

import pytest

from pentrace.readers import _iam_labels, _inkml_trace, _svg_path_data
from pentrace.readers._assemble import Malformed
from pentrace.readers._gutenberg import without_gutenberg
from pentrace.readers._iam_xml import _NUMBER
from pentrace.readers.own_formats import svg_transforms
from pentrace.readers.text import without_markdown

LENGTH = 20_000


def _path(text: str) -> object:
    try:
        return _svg_path_data.tokens(text, 1)
    except Malformed as error:
        return error


def _matrix(text: str) -> object:
    try:
        return svg_transforms.matrix(text, "line 1")
    except Malformed as error:
        return error


CASES: dict[str, tuple[Callable[[str], object], Callable[[int], str]]] = {
    "blanks in a line of Markdown": (without_markdown, lambda n: "a" + " " * n + "b"),
    "stars": (without_markdown, lambda n: " *a" * n),
    "two stars": (without_markdown, lambda n: "**a" * n),
    "underscores": (without_markdown, lambda n: " _a" * n),
    "headings": (without_markdown, lambda n: "#" * n),
    "marks of books": (without_gutenberg, lambda n: "*** START OF PROJECT GUTENBERG x\ny\n" * n),
    "a mark and stars": (
        without_gutenberg,
        lambda n: "*** START OF PROJECT GUTENBERG " + "***  * " * n + "x",
    ),
    "small print": (without_gutenberg, lambda n: "*END* THE SMALL PRINT!" + "*END* " * n + "x"),
    "blanks before nothing": (without_gutenberg, lambda n: " " * n + "x"),
    "loose signs": (_inkml_trace._LOOSE_SIGN.findall, lambda n: "+" + " " * n + "+ " * n),
    "numbers of InkML": (_inkml_trace._TOKEN.findall, lambda n: "1" * n + "e"),
    "numbers of IAM-OnDB": (_NUMBER.fullmatch, lambda n: "1" * n + "e"),
    "head of a transcript": (_iam_labels._CSR.search, lambda n: "CSR:" + " " * n + "x"),
    "digits of a path": (_path, lambda n: "M" + "1" * n + "!"),
    "signs of a path": (_path, lambda n: "M" + "--.1" * n),
    "blanks of a transform": (_matrix, lambda n: "scale" + " " * n + "x"),
    "transforms": (_matrix, lambda n: "scale(1)" * n + "x"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_time_grows_with_the_length(name):
    run, text = CASES[name]
    short, long = _seconds(run, text(LENGTH // 4)), _seconds(run, text(LENGTH))
    # Quadratic time would be 16 times as long, and seconds.
    assert long < 0.1 or long < 10 * short


def _seconds(run: Callable[[str], object], text: str) -> float:
    begin = time.process_time()  # other processes do not count
    run(text)
    return time.process_time() - begin
