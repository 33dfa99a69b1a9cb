"""The composed form of Unicode (NFC), in which each character is written in only one way."""

import unicodedata


def nfc(text: str) -> str:
    """`text` in the composed form (NFC), as in all tables and alphabets: é is one character."""
    return unicodedata.normalize("NFC", text)
