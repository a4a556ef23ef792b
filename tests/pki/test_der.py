"""The reader of ASN.1: what certificates hold, and bytes that are not what they claim."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authorities import object_identifier
from iflint.pki import der


def test_a_value_knows_its_place_and_its_children() -> None:
    data = b"xx" + bytes.fromhex("3006 020105 0C0141".replace(" ", "")) + b"rest"
    node = der.parse(data, 2)
    assert (node.tag, node.constructed, node.start, node.end) == (der.SEQUENCE, True, 2, 10)
    number, text = node.children()
    assert der.integer(number) == 5
    assert der.string(text) == "A"
    assert text.encoded == b"\x0c\x01A"


def test_a_tag_above_30_keeps_all_its_octets() -> None:
    node = der.parse(bytes.fromhex("bf8148030c0141"))
    assert node.tag == 0xBF8148
    assert der.string(node.children()[0]) == "A"


def test_an_indefinite_length_ends_at_its_own_end_of_contents() -> None:
    inner = bytes.fromhex("3080 020101 0000".replace(" ", ""))
    node = der.parse(b"\x30\x80" + inner + b"\x04\x02\x00\x00" + b"\0\0" + b"after")
    first, second = node.children()
    assert first.encoded == inner
    assert second.content == b"\0\0"
    assert node.data[node.end :] == b"after"


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "30",
        "3001",
        "308501000000000101",
        "0480",
        "3080020101",
        "1f",
        "1f81",
        "1f8181818181818101",
        "30ff",
        "3080" * 200,
    ],
)
def test_what_does_not_end_is_an_error_with_its_place(encoded: str) -> None:
    with pytest.raises(der.DerError) as caught:
        der.parse(bytes.fromhex(encoded))
    assert 0 <= caught.value.offset <= len(encoded) // 2


def test_a_child_cannot_reach_out_of_its_parent() -> None:
    node = der.parse(bytes.fromhex("30020405") + b"12345")
    with pytest.raises(der.DerError):
        node.children()


@pytest.mark.parametrize(
    ("content", "expected"), [("00", 0), ("7f", 127), ("ff", -1), ("0080", 128), ("8000", -32768)]
)
def test_integers_are_signed(content: str, expected: int) -> None:
    assert der.integer(der.parse(der.encode(der.INTEGER, bytes.fromhex(content)))) == expected


@pytest.mark.parametrize(
    "dotted", ["2.5.4.3", "1.2.840.113549.1.9.1", "0.9.2342", "2.999.1", "1.0"]
)
def test_object_identifiers_in_both_directions(dotted: str) -> None:
    content = object_identifier(dotted)
    assert der.object_identifier(der.parse(der.encode(6, content))) == dotted


def test_named_bits_count_from_the_left_and_stop_at_the_unused() -> None:
    assert der.named_bits(der.parse(bytes.fromhex("03020106"))) == {5, 6}
    assert der.named_bits(der.parse(bytes.fromhex("03020307"))) == frozenset()
    with pytest.raises(der.DerError):
        der.named_bits(der.parse(bytes.fromhex("030101")))


@pytest.mark.parametrize(
    ("tag", "text", "expected"),
    [
        (der.UTC_TIME, "491231235959Z", datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (der.UTC_TIME, "500101000000Z", datetime(1950, 1, 1, tzinfo=UTC)),
        (der.UTC_TIME, "2601010000Z", datetime(2026, 1, 1, tzinfo=UTC)),
        (der.UTC_TIME, "260101000000+0130", datetime(2025, 12, 31, 22, 30, tzinfo=UTC)),
        (
            der.GENERALIZED_TIME,
            "20500101000000.25Z",
            datetime(2050, 1, 1, 0, 0, 0, 250000, tzinfo=UTC),
        ),
        (der.GENERALIZED_TIME, "00000229000000Z", datetime.min.replace(tzinfo=UTC)),
        (der.GENERALIZED_TIME, "00010101000000+0100", datetime.min.replace(tzinfo=UTC)),
        (der.GENERALIZED_TIME, "99991231235959-0100", datetime.max.replace(tzinfo=UTC)),
    ],
)
def test_times_are_utc_and_clamped(tag: int, text: str, expected: datetime) -> None:
    assert der.time(der.parse(der.encode(tag, text.encode()))) == expected


@pytest.mark.parametrize(
    "text",
    ["", "20260230000000Z", "20260101", "20260101000000", "20260101250000Z", "²0260101000000Z"],
)
def test_times_that_do_not_exist(text: str) -> None:
    with pytest.raises(der.DerError):
        der.time(der.parse(der.encode(der.GENERALIZED_TIME, text.encode())))


@pytest.mark.parametrize(
    ("tag", "content", "expected"),
    [
        (der.UTF8_STRING, b"M\xc3\xbc", "Mü"),
        (der.UTF8_STRING, b"M\xfc", "M�"),
        (der.UTF8_STRING, b"\xed\xa0\x80\xed\xa0x", "\ufffd\ufffdx"),
        (der.TELETEX_STRING, b"M\xfc", "Mü"),
        (der.PRINTABLE_STRING, b"a@b", "a@b"),
        (der.BMP_STRING, b"\0M\0\xfc", "Mü"),
        (der.UNIVERSAL_STRING, b"\0\x01\xf6\0", "😀"),
    ],
)
def test_texts_of_every_string_type(tag: int, content: bytes, expected: str) -> None:
    assert der.string(der.parse(der.encode(tag, content))) == expected


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    def walk(node: der.Node, depth: int) -> None:
        if node.constructed and depth < 20:
            for child in node.children():
                walk(child, depth + 1)
        for decode in (der.boolean, der.integer, der.named_bits, der.object_identifier, der.time):
            with contextlib.suppress(der.DerError):
                decode(node)

    with contextlib.suppress(der.DerError):
        walk(der.parse(data), 0)


@given(st.binary(max_size=300), st.integers(min_value=0, max_value=0x1E))
def test_what_is_encoded_is_read_back(content: bytes, tag: int) -> None:
    node = der.parse(der.encode(tag, content))
    assert (node.tag, node.content) == (tag, content)
