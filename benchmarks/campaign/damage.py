"""Ways to damage a file: as disks, networks, editors and other programs do, and as attackers do."""

from collections.abc import Callable, Sequence
from random import Random

# Values that programs often cannot handle, in place of a number or a word.
NUMBERS = (
    b"", b"0", b"-0", b"-1", b"1e5", b"1e308", b"1e999", b"nan", b"NaN", b"inf", b"-Infinity",
    b"9" * 19, b"-" + b"9" * 19, b"9" * 400, b"1.5", b".5", b"1.", b"1,5", b"+7", b"1_0", b"0x1F",
    b"\xd9\xa3", b"1e-320", b"00012", b"--1", b"1e", b"true", b"null", b"2147483648",
)  # fmt: skip
WORDS = (
    b"", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"&amp;", b"&#0;", b"&x;", b"]]>", b"<!--", b"-->",
    b"<![CDATA[", b"<!DOCTYPE x>", b'"', b"'", b"<", b">", b"/", b"\\", b"\r", b"\n", b"\r\n",
    b"\t", b" " * 50, b"#", b"%", b"$^_$", b"\xf0\x9f\x98\x80", b"\xed\xa0\x80", b"{", b"}", b"[",
    b"]", b",", b";", b":", b"--", b"..", b"../../x", b"a" * 300,
)  # fmt: skip
DIGITS = frozenset(b"0123456789")

Damage = Callable[[bytearray, Random], bytearray]


def damaged(content: bytes, random: Random, others: Sequence[bytes] = ()) -> bytes:
    """`content` after one to three kinds of damage; it may end as it was.

    `others` are files from which parts may be copied.
    """
    body = bytearray(content)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        if others and random.random() < 0.1:
            body = _spliced(body, bytearray(random.choice(others)), random)
        else:
            body = random.choice(WAYS)(body, random)
    return bytes(body)


def flipped(body: bytearray, random: Random) -> bytearray:
    """One bit flipped, as in a bad cell of a disk."""
    if body:
        body[random.randrange(len(body))] ^= 1 << random.randrange(8)
    return body


def cut(body: bytearray, random: Random) -> bytearray:
    """The end is missing, as after a broken download."""
    return body[: random.randrange(len(body) + 1)]


def zeroed(body: bytearray, random: Random) -> bytearray:
    """A block of zeros, as after a power cut."""
    low, high = _span(body, random, 4096)
    body[low:high] = bytes(high - low)
    return body


def _flipped_often(body: bytearray, random: Random) -> bytearray:
    for _ in range(random.randrange(2, 20)):
        body = flipped(body, random)
    return body


def _without(body: bytearray, random: Random) -> bytearray:
    low, high = _span(body, random, 400)
    del body[low:high]
    return body


def _repeated(body: bytearray, random: Random) -> bytearray:
    low, high = _span(body, random, 200)
    body[low:low] = body[low:high] * random.choice((1, 1, 2, 10, 200))
    return body


def _moved(body: bytearray, random: Random) -> bytearray:
    low, high = _span(body, random, 200)
    part = body[low:high]
    del body[low:high]
    at = random.randrange(len(body) + 1)
    body[at:at] = part
    return body


def _random_bytes(body: bytearray, random: Random) -> bytearray:
    low, high = _span(body, random, 40)
    body[low:high] = random.randbytes(random.randrange(40))
    return body


def _word(body: bytearray, random: Random) -> bytearray:
    low, high = _span(body, random, 3)
    body[low:high] = random.choice(WORDS)
    return body


def _number(body: bytearray, random: Random) -> bytearray:
    """Another number in place of one."""
    start = random.randrange(len(body) + 1)
    low = next((i for i in range(start, len(body)) if body[i] in DIGITS), len(body))
    high = next((i for i in range(low, len(body)) if body[i] not in DIGITS), len(body))
    body[low:high] = random.choice(NUMBERS)
    return body


def _line(body: bytearray, random: Random) -> bytearray:
    """Lines swapped, doubled or removed, as in an editor."""
    lines = body.split(b"\n")
    at, other = random.randrange(len(lines)), random.randrange(len(lines))
    way = random.randrange(3)
    if way == 0:
        lines[at], lines[other] = lines[other], lines[at]
    elif way == 1:
        lines.insert(other, lines[at])
    else:
        del lines[at]
    return bytearray(b"\n".join(lines))


def _letter(body: bytearray, random: Random) -> bytearray:
    """One letter typed wrong, everywhere in the file: names of tags stay paired."""
    letters = [c for c in set(body) if chr(c).isalpha()]
    if not letters:
        return body
    low, high = _span(body, random, 8)
    word = bytes(body[low:high])
    if not word:
        return body
    at = random.randrange(len(word))
    wrong = word[:at] + bytes([random.choice(letters)]) + word[at + 1 :]
    return body.replace(word, wrong)


def _ends(body: bytearray, random: Random) -> bytearray:
    """Line ends of another system."""
    plain = body.replace(b"\r\n", b"\n")
    return plain.replace(b"\n", random.choice((b"\r\n", b"\r", b"\n\n", b"\x0b\n")))


def _encoded(body: bytearray, random: Random) -> bytearray:
    """The same text in another encoding."""
    text = body.decode("utf-8", "replace")
    name = random.choice(("utf-16", "utf-16-le", "utf-8-sig", "cp1252", "utf-32"))
    return bytearray(text.encode(name, "replace"))


def _spliced(body: bytearray, other: bytearray, random: Random) -> bytearray:
    low, high = _span(other, random, 2000)
    at, to = _span(body, random, 400)
    body[at : random.choice((at, to))] = other[low:high]
    return body


def _span(body: bytearray, random: Random, longest: int) -> tuple[int, int]:
    low = random.randrange(len(body) + 1)
    return low, min(low + random.randrange(1, longest + 1), len(body))


WAYS: tuple[Damage, ...] = (
    flipped, flipped, _flipped_often, cut, zeroed, _without, _repeated, _moved, _random_bytes,
    _word, _word, _number, _number, _number, _line, _letter, _letter, _ends, _encoded,
)  # fmt: skip
