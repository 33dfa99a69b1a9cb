"""Parsing untrusted XML."""

from collections.abc import Iterator
from typing import Any

from lxml import etree
from lxml.etree import _Element as Element

from pentrace.readers._assemble import Malformed
from pentrace.readers.settings import ParseSettings

_CHUNK = 4096  # bytes fed at once
_GUARDED = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


class _Nothing(etree.Resolver):
    """Every file outside the document is empty, and is not opened."""

    def resolve(self, url: str, public_id: str, context: Any) -> Any:
        return self.resolve_empty(context)


def _parser(kind: Any, content: bytes, **more: Any) -> Any:
    """A parser for `content`.

    Ids that begin with a digit, or that are repeated, are mistakes to libxml2, and the readers look
    ids up without it. If it does not collect ids it opens external subsets, so it does so only
    where there is a document type, in any encoding.
    """
    declared = b"<!DOCTYPE" in content.replace(b"\0", b"")
    parser = kind(collect_ids=declared, **_GUARDED, **more)
    parser.resolvers.add(_Nothing())
    return parser


def parse_xml(content: bytes, settings: ParseSettings, doctype: bool = False) -> Element:
    """The root of the XML file `content`, in any encoding, without comments and instructions.

    Only the five entities of XML are expanded, and nothing outside the file is opened. A document
    type is refused; with `doctype`, only one that declares an entity is refused. libxml2 itself
    limits entities, depth (256) and names while it reads.
    Raises `Malformed` with the line: `too-large`, `xml-syntax`, `xml-doctype`,
    `xml-entity` or `xml-depth`.
    """
    _refuse_large(content, settings)
    try:
        root = etree.fromstring(content, _parser(etree.XMLParser, content))
    except etree.XMLSyntaxError as error:
        raise _syntax(error) from None
    _refuse_entities(root) if doctype else _refuse_doctype(root)
    too_deep = root.xpath(f"({'/*' * (settings.max_depth + 1)})[1]")
    if too_deep:
        raise _too_deep(too_deep[0], settings)
    return root


def find_first(content: bytes, name: str, settings: ParseSettings) -> Element | None:
    """The first element called `name`, with its attributes only; None if there is none.

    The file after its start tag is not read, so it may be truncated. For the file before it, raises
    as `parse_xml`.
    """
    _refuse_large(content, settings)
    depth = 0
    for event, element in _events(content):
        depth += 1 if event == "start" else -1
        _refuse_doctype(element)
        if depth > settings.max_depth:
            raise _too_deep(element, settings)
        if event == "start" and element.tag == name:
            return element
    return None


def _events(content: bytes) -> Iterator[tuple[str, Element]]:
    """The starts and ends of elements; those before a mistake come before its `Malformed`."""
    parser = _parser(etree.XMLPullParser, content, events=("start", "end"))
    mistake: etree.XMLSyntaxError | None = None
    for start in range(0, len(content) + _CHUNK, _CHUNK):
        try:
            part = content[start : start + _CHUNK]
            parser.feed(part) if part else parser.close()
        except etree.XMLSyntaxError as error:
            mistake = error
        yield from parser.read_events()
        if mistake is not None:
            raise _syntax(mistake)


def _refuse_large(content: bytes, settings: ParseSettings) -> None:
    if len(content) > settings.max_bytes:
        raise Malformed("too-large", f"{len(content):,} bytes; the limit is {settings.max_bytes:,}")


def _refuse_doctype(element: Element) -> None:
    if element.getroottree().docinfo.internalDTD is not None:
        raise Malformed("xml-doctype", "the file declares a document type, which is not allowed")


def _refuse_entities(element: Element) -> None:
    declared = element.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise Malformed("xml-entity", "the file declares an entity, which is not allowed")


def _syntax(error: etree.XMLSyntaxError) -> Malformed:
    return Malformed("xml-syntax", f"line {error.lineno or 1}: {error.msg}"[:300])


def _too_deep(element: Element, settings: ParseSettings) -> Malformed:
    reason = f"line {element.sourceline}: elements nested more than {settings.max_depth} deep"
    return Malformed("xml-depth", reason)
