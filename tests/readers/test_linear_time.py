"""Regular expressions that meet raw data take time that grows with the length of the data."""

import time
from collections.abc import Callable

import pyarrow as pa
import pytest

from pentrace import schema
from pentrace.readers import _iam_labels, _inkml_trace, _svg_path_data, unipen
from pentrace.readers._assemble import Malformed
from pentrace.readers._gutenberg import without_gutenberg
from pentrace.readers._iam_xml import _NUMBER
from pentrace.readers._number_table import read_table
from pentrace.readers.own_formats import svg_transforms
from pentrace.readers.own_formats.read import read_own
from pentrace.readers.settings import ParseSettings
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


def _numbers(columns: int | None) -> Callable[[str], object]:
    def run(text: str) -> object:
        try:
            return read_table(text.encode(), columns)
        except Malformed as error:
            return error

    return run


def _csv(text: str) -> object:
    try:
        return read_own("a.csv", text.encode(), ParseSettings())
    except Malformed as error:
        return error


def _unipen(text: str) -> object:
    row = {"path": "a.dat", "sha256": "", "content": text.encode()}
    return unipen.read(pa.Table.from_pylist([row], schema.RAW), ParseSettings())


DOWN = ".COORD X Y\n.PEN_DOWN\n1 1\n2 2\n.PEN_UP\n3 3\n"


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
    "blanks before a count": (_numbers(None), lambda n: "\n" * n + " " * n + "x"),
    "a long line of names": (_numbers(3), lambda n: "x " * n + "\n1 2 3"),
    "digits of a count": (_numbers(None), lambda n: "1" * n),
    "signs of a table": (_numbers(3), lambda n: "-" * n),
    "a wide row": (_numbers(3), lambda n: "1 " * n),
    "quotes of a table": (_csv, lambda n: "x,y,stroke\n" + '"' * n),
    "doubled quotes": (_csv, lambda n: "x,y,stroke\n" + '"","' * n),
    "commas": (_csv, lambda n: "x,y,stroke\n" + "," * n),
    "many names": (_csv, lambda n: "x,y," + "a," * n + "\n1,2"),
    "brackets in names": (_csv, lambda n: "x,y," + "(" * n + " " * n + "\n1,2"),
    "blanks in names": (_csv, lambda n: "x,y,a" + " " * n + "b\n1,2"),
    "digits of a cell": (_csv, lambda n: "x,y,stroke\n1,1," + "1" * n),
    "keywords": (_unipen, lambda n: ".A" * n),
    "lines with keywords": (_unipen, lambda n: DOWN + ".A\n" * n),
    "blanks of a statement": (_unipen, lambda n: DOWN + ".SEGMENT" + " " * n + "x"),
    "a label without an end": (_unipen, lambda n: f'{DOWN}.SEGMENT WORD 0 ? "' + '\\"' * n),
    "quotes of a label": (_unipen, lambda n: DOWN + ".SEGMENT WORD 0 ? " + '"' * n),
    "parts of a segment": (_unipen, lambda n: DOWN + ".SEGMENT WORD " + "0," * n + ' ? "a"'),
    "dashes of a segment": (_unipen, lambda n: DOWN + ".SEGMENT WORD " + "0-" * n + ' ? "a"'),
    "digits of a component": (_unipen, lambda n: ".COORD X Y\n.PEN_DOWN\n" + "1" * n),
    "segments": (_unipen, lambda n: DOWN + '.SEGMENT WORD 0 ? "a"\n' * (n // 10)),
    "levels": (_unipen, lambda n: ".HIERARCHY " + "A " * n + "\n" + DOWN),
    "includes": (_unipen, lambda n: DOWN + ".INCLUDE a\n" * (n // 10)),
    "transforms": (_matrix, lambda n: "scale(1)" * n + "x"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_time_grows_with_the_length(name):
    run, text = CASES[name]
    short, long = _seconds(run, text(LENGTH // 4)), _seconds(run, text(LENGTH))
    # Quadratic time would be 16 times as long, and seconds.
    assert long < 0.5 or long < 10 * short


def _seconds(run: Callable[[str], object], text: str) -> float:
    begin = time.process_time()  # other processes do not count
    run(text)
    return time.process_time() - begin
