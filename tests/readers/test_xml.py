"""Untrusted XML."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pentrace.readers._assemble import Malformed
from pentrace.readers.settings import ParseSettings
from pentrace.readers.xml import find_first, parse_xml

LIMITS = ParseSettings(max_bytes=100_000, max_depth=8)


def refusal(content: bytes) -> Malformed:
    with pytest.raises(Malformed) as raised:
        parse_xml(content, LIMITS)
    return raised.value


def laughs(where: str) -> bytes:
    entities = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))
    return f'<!DOCTYPE a [<!ENTITY l0 "ha">{entities}]>{where}'.encode()


@pytest.mark.parametrize("where", ["<a>&l12;</a>", '<a b="&l12;"/>', "<a/>"])
def test_entities_are_never_expanded(where: str) -> None:
    begun = time.process_time()
    assert refusal(laughs(where)).rule in ("xml-doctype", "xml-syntax")
    assert time.process_time() - begun < 1


def test_no_file_outside_is_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    inside = f'<!DOCTYPE a [<!ENTITY s SYSTEM "{secret.as_uri()}">]><a>&s;</a>'
    error = refusal(inside.encode())
    assert error.rule == "xml-doctype" and "the secret" not in error.reason
    subset = f'<!DOCTYPE a [<!ENTITY % p SYSTEM "{secret.as_uri()}"> %p;]><a/>'
    assert refusal(subset.encode()).rule == "xml-doctype"
    outside = f'<!DOCTYPE a SYSTEM "{secret.as_uri()}"><a/>'
    assert refusal(outside.encode()).rule == "xml-doctype"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_in_any_encoding(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a><a/>'
    assert refusal(text.encode(encoding)).rule == "xml-doctype"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings_are_read(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><a b="é"/>'
    assert parse_xml(text.encode(encoding), LIMITS).get("b") == "é"


def test_size_and_depth_are_bounded() -> None:
    assert parse_xml(b"<a>" * 8 + b"</a>" * 8, LIMITS).tag == "a"
    error = refusal(b"<a>\n" * 9 + b"</a>" * 9)
    assert error.rule == "xml-depth" and error.reason.startswith("line 9:")
    assert refusal(b"<a>" * 10_000).rule == "xml-syntax"
    error = refusal(b"<a>" + b" " * 100_000 + b"</a>")
    assert error.rule == "too-large" and "the limit is 100,000" in error.reason


def test_a_syntax_error_names_its_line() -> None:
    assert refusal(b"<a>\n<b>\n</a>").reason.startswith("line 3:")
    assert refusal(b"").rule == "xml-syntax"
    assert refusal(b"<?xml version='1.0' encoding='nonsense'?><a/>").rule == "xml-syntax"


def test_comments_and_instructions_are_left_out() -> None:
    root = parse_xml(b"<a><!-- x --><?y z?><b/></a>", LIMITS)
    assert [child.tag for child in root] == ["b"]


@given(st.binary(max_size=200) | st.text("<>/ab&;!?\"'=[] ", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        parse_xml(content, LIMITS)
    except Malformed as error:
        assert error.rule.startswith("xml-") and error.reason


def test_ids_that_are_no_names_are_read_and_open_no_file(tmp_path: Path) -> None:
    assert parse_xml(b'<a xml:id="1"><b xml:id="1"/></a>', LIMITS).tag == "a"
    (tmp_path / "a.dtd").write_text('<!ENTITY z "the secret">')
    declared = f'<!DOCTYPE a SYSTEM "{(tmp_path / "a.dtd").as_uri()}"><a>&z;</a>'
    for encoding in ("utf-8", "utf-16"):
        content = f'<?xml version="1.0" encoding="{encoding}"?>{declared}'.encode(encoding)
        assert "secret" not in "".join(parse_xml(content, LIMITS, doctype=True).itertext())
    linked = '<!DOCTYPE a PUBLIC "-//W3C//DTD SVG 1.0//EN" "http://localhost:1/svg10.dtd"><a/>'
    assert parse_xml(linked.encode(), LIMITS, doctype=True).tag == "a"


def test_an_element_before_a_mistake_in_the_same_chunk_is_found() -> None:
    for rest in (b"<b></a>", b"&", b"<", b"\x00"):
        found = find_first(b'<a><Form writerID="7"/>' + rest, "Form", LIMITS)
        assert found is not None and found.get("writerID") == "7"
    with pytest.raises(Malformed, match="xml-syntax"):
        find_first(b'<a></b><Form writerID="7"/>', "Form", LIMITS)
