"""The general way to read a line of IAM-OnDB: with an XML parser."""

import re

import numpy as np
from lxml.etree import _Element as Element

from pentrace.readers._assemble import Malformed
from pentrace.readers._iam_shapes import Columns
from pentrace.readers.settings import ParseSettings
from pentrace.readers.xml import parse_xml

LARGEST = 1e9  # coordinates; float32 keeps them to one part in 1e7
_NUMBER = re.compile(r"[+-]?([0-9]++\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)


def read_xml(content: bytes, settings: ParseSettings) -> tuple[Columns, int]:
    """Columns x, y, stroke and t of the points of a file (t: NaN if missing), in its order;
    and the number of strokes without points.

    The colour and the times of strokes are ignored: in the real files each stroke is black, starts
    at the time of its first point and ends at the time of its last.
    Raises `Malformed`: as `parse_xml`, or `not-iam`, `sensor-corner`, `misplaced-point`,
    `unknown-element`, `number`, `out-of-range` or `empty`.
    """
    root = parse_xml(content, settings)
    _refuse_other(root)
    strokes = [stroke.findall("Point") for stroke in root.findall("StrokeSet/Stroke")]
    filled = [points for points in strokes if points]
    points = [point for stroke in filled for point in stroke]
    _refuse_misplaced(root)
    if not points:
        raise Malformed("empty", "the file has no points")
    lengths = [len(stroke) for stroke in filled]
    stroke = np.repeat(np.arange(len(filled)), lengths)
    t = np.array([_number(p, "time") if "time" in p.attrib else np.nan for p in points])
    columns = (_coordinates(points, "x"), _coordinates(points, "y"), stroke, t)
    return columns, len(strokes) - len(filled)


def _refuse_other(root: Element) -> None:
    if root.tag != "WhiteboardCaptureSession":
        reason = f"line {root.sourceline}: the root element is {root.tag!s:.60}, "
        raise Malformed("not-iam", f"{reason}expected WhiteboardCaptureSession")
    for sensor in root.iterfind("WhiteboardDescription/SensorLocation"):
        if sensor.get("corner", "top_left") != "top_left":
            reason = f"line {sensor.sourceline}: sensor in the corner {sensor.get('corner')!s:.40}"
            raise Malformed("sensor-corner", f"{reason}, expected top_left")


def _refuse_misplaced(root: Element) -> None:
    """Refuse a file with points outside the strokes of its stroke sets, or with other elements."""
    misplaced = "//Point[not(parent::Stroke/parent::StrokeSet/parent::WhiteboardCaptureSession)]"
    found = root.xpath(f"({misplaced})[1]")
    if found:
        raise Malformed("misplaced-point", f"line {found[0].sourceline}: a Point outside a Stroke")
    unknown = root.xpath("(StrokeSet//*[not(self::Stroke or self::Point)])[1]")
    if unknown:
        line, name = unknown[0].sourceline, f"{unknown[0].tag!s:.40}"
        raise Malformed("unknown-element", f"line {line}: {name}, expected Stroke or Point")


def _coordinates(points: list[Element], name: str) -> np.ndarray:
    values = np.array([_number(point, name) for point in points])
    large = np.flatnonzero(~(np.abs(values) <= LARGEST))
    if len(large):
        point = points[large[0]]
        reason = (
            f"line {point.sourceline}: {name}={point.get(name)!s:.40}; the limit is {LARGEST:g}"
        )
        raise Malformed("out-of-range", reason)
    return values


def _number(point: Element, name: str) -> float:
    text = point.get(name, "").strip()
    value = float(text) if _NUMBER.fullmatch(text) else np.nan
    if not np.isfinite(value):
        raise Malformed("number", f"line {point.sourceline}: {name}={text!r:.40} is not a number")
    return value
