"""One way to write a character: the composed form of Unicode."""

import unicodedata


def nfc(text: str) -> str:
    """`text` in the composed form (NFC), as in all tables and alphabets: é is one character."""
    return unicodedata.normalize("NFC", text)
