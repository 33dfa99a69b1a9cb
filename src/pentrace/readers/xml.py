"""XML that nobody vouches for."""

from lxml import etree
from lxml.etree import _Element as Element

from pentrace.parse.settings import ParseSettings
from pentrace.readers._assemble import Malformed


def parse_xml(content: bytes, settings: ParseSettings) -> Element:
    """The root of the XML file `content`, whatever its encoding, less comments and instructions.

    No entity but the five of XML is expanded, nothing outside the file is opened, and a document
    type is refused. libxml2 itself bounds entities, depth (256) and names while it reads.
    Raises `Malformed` with the line: `too-large`, `xml-syntax`, `xml-doctype` or `xml-depth`.
    """
    if len(content) > settings.max_bytes:
        raise Malformed("too-large", f"{len(content):,} bytes, at most {settings.max_bytes:,}")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise Malformed("xml-syntax", f"line {error.lineno or 1}: {error.msg}"[:300]) from None
    _refuse(root, settings)
    return root


def _refuse(root: Element, settings: ParseSettings) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise Malformed("xml-doctype", "the file declares a document type, which no ink needs")
    too_deep = root.xpath(f"({'/*' * (settings.max_depth + 1)})[1]")
    if too_deep:
        reason = f"line {too_deep[0].sourceline}: elements nested over {settings.max_depth} deep"
        raise Malformed("xml-depth", reason)
