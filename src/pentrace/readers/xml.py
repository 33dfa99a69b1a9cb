"""Parsing untrusted XML."""

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
        root = etree.fromstring(content, etree.XMLParser(**_GUARDED))
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
    parser = etree.XMLPullParser(events=("start", "end"), **_GUARDED)
    depth = 0
    try:
        for start in range(0, len(content), _CHUNK):
            parser.feed(content[start : start + _CHUNK])
            for event, element in parser.read_events():
                depth += 1 if event == "start" else -1
                _refuse_doctype(element)
                if depth > settings.max_depth:
                    raise _too_deep(element, settings)
                if event == "start" and element.tag == name:
                    return element
        parser.close()
    except etree.XMLSyntaxError as error:
        raise _syntax(error) from None
    return None


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
