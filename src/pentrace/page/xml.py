"""Text in XML files."""

import re
from xml.sax.saxutils import escape, quoteattr

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(words: str) -> str:
    """`words` escaped, without the characters that XML cannot hold."""
    return escape(_NOT_XML.sub("", words))


def attribute(words: str) -> str:
    """`words` as the value of an attribute, with its quotes."""
    return quoteattr(_NOT_XML.sub("", words))
