"""The bytes of ASN.1: reads tag, length and value, and the few primitive types of certificates.

Lenient where Java's reader is and no harm comes of it: bytes after the value, lengths longer than
needed, SETs in any order. Indefinite lengths (BER, as in some PKCS#7 files) are read too. Source:
ITU-T X.690; UTCTime's century by RFC 5280 §4.1.2.5.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from iflint.limits import DER_VALUES, numbered

if TYPE_CHECKING:
    from datetime import datetime

BOOLEAN = 0x01
INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_IDENTIFIER = 0x06
UTF8_STRING = 0x0C
NUMERIC_STRING = 0x12
PRINTABLE_STRING = 0x13
TELETEX_STRING = 0x14
IA5_STRING = 0x16
UTC_TIME = 0x17
GENERALIZED_TIME = 0x18
VISIBLE_STRING = 0x1A
GENERAL_STRING = 0x1B
UNIVERSAL_STRING = 0x1C
BMP_STRING = 0x1E
SEQUENCE = 0x30
SET = 0x31

_CONSTRUCTED = 0x20
_HIGH_TAG = 0x1F
_MAX_TAG_BYTES = 5
"""Ours: X.509 has no tag of more than one."""
_MAX_LENGTH_BYTES = 4
"""As Java's reader has it; 4 GiB are more than any file that is read."""
_MAX_NESTING = 64
"""Of indefinite lengths. Ours: values of any kind are nested 6 deep in real certificates."""
_MAX_INTEGER_BYTES = 4096
"""Ours: twice the modulus of 16,384 bits that Java and OpenSSL take at most."""
_MAX_OID_BYTES = 1024
"""Ours: a number that fills them has 2,158 digits, and Python writes none of more than 4,300. The
longest seen has 9 bytes."""
_MAX_NAMED_BITS = 64
"""Ours: key usage, the only one that is read, has 9 (RFC 5280 §4.2.1.3)."""


class DerError(ValueError):
    """The bytes are not the ASN.1 that is expected; ``offset`` is where, in the parsed bytes."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(f"{message} (byte {offset})")
        self.message = message
        self.offset = offset


class Node(msgspec.Struct, frozen=True):
    """One value: bytes ``start`` to ``end`` of ``data``, its content from ``content_start``.

    ``tag`` is the identifier octet with its class and constructed bits (``0x30`` a SEQUENCE,
    ``0xA0`` a constructed [0]); tags above 30 hold all their identifier octets, big-endian.
    """

    tag: int
    constructed: bool
    start: int
    content_start: int
    content_end: int
    end: int
    data: bytes

    @property
    def content(self) -> bytes:
        """The value without tag and length."""
        return self.data[self.content_start : self.content_end]

    @property
    def indefinite(self) -> bool:
        """Whether its end is marked by two zero bytes, which are not part of the content."""
        return self.end != self.content_end

    @property
    def encoded(self) -> bytes:
        """Tag, length and value."""
        return self.data[self.start : self.end]

    def children(self) -> tuple[Node, ...]:
        """The values inside a constructed one. Raises DerError, also for more than the limit."""
        if not self.constructed:
            raise DerError("a group of values is expected, not a single one", self.start)
        children: list[Node] = []
        position = self.content_start
        most = DER_VALUES.value
        while position < self.content_end:
            if len(children) == most:
                what = f"more than {numbered(most)} values stand in one (limit {DER_VALUES.name})"
                raise DerError(what, self.start)
            child = _read(self.data, position, self.content_end)
            children.append(child)
            position = child.end
        return tuple(children)

    def expect(self, tag: int, what: str) -> Node:
        """This node, if it has the tag; else raises DerError naming ``what`` is expected."""
        if self.tag != tag:
            raise DerError(f"{what} is expected, not tag 0x{self.tag:02X}", self.start)
        return self


def parse(data: bytes, offset: int = 0) -> Node:
    """The value that begins at ``offset``; bytes after it are left alone. Raises DerError."""
    return _read(data, offset, len(data))


def _read(data: bytes, start: int, limit: int) -> Node:
    tag, constructed, content_start, length = _header(data, start, limit)
    if length is None:
        content_end = _end_of_contents(data, content_start, limit)
        end = content_end + 2
    else:
        content_end = end = content_start + length
    if end > limit:
        raise DerError("the value ends before its length says", start)
    return Node(tag, constructed, start, content_start, content_end, end, data)


def _header(data: bytes, start: int, limit: int) -> tuple[int, bool, int, int | None]:
    """Tag, constructed bit, start of the content and its length (None: indefinite)."""
    position = start
    if position + 2 > limit:
        raise DerError("a value is expected, but the bytes end", start)
    tag = data[position]
    constructed = bool(tag & _CONSTRUCTED)
    position += 1
    if tag & _HIGH_TAG == _HIGH_TAG:
        while True:
            if position >= limit or position - start > _MAX_TAG_BYTES:
                raise DerError("the tag does not end", start)
            octet = data[position]
            tag = tag << 8 | octet
            position += 1
            if not octet & 0x80:
                break
        if position >= limit:
            raise DerError("a length is expected, but the bytes end", start)
    first = data[position]
    position += 1
    if first < 0x80:
        return tag, constructed, position, first
    if first == 0x80:
        if not constructed:
            raise DerError("a single value has no length", start)
        return tag, constructed, position, None
    count = first & 0x7F
    if count > _MAX_LENGTH_BYTES or position + count > limit:
        raise DerError("the length can't be read", start)
    length = int.from_bytes(data[position : position + count], "big")
    return tag, constructed, position + count, length


def _end_of_contents(data: bytes, position: int, limit: int) -> int:
    """Where the two zero bytes stand that end an indefinite value, those inside it skipped."""
    start = position
    nesting = 1
    while True:
        if data[position : position + 2] == b"\0\0" and position + 2 <= limit:
            nesting -= 1
            if not nesting:
                return position
            position += 2
            continue
        _, _, position, length = _header(data, position, limit)
        if length is not None:
            position += length
            continue
        nesting += 1
        if nesting > _MAX_NESTING:
            raise DerError("values are nested too deeply", start)


def boolean(node: Node) -> bool:
    """A BOOLEAN; any byte but zero is true (BER). Raises DerError."""
    content = node.content
    if len(content) != 1:
        raise DerError("a BOOLEAN has one byte", node.start)
    return content != b"\0"


def integer(node: Node) -> int:
    """An INTEGER of up to 4096 bytes; print large ones in hex. Raises DerError."""
    content = node.content
    if not content or len(content) > _MAX_INTEGER_BYTES:
        raise DerError("the INTEGER can't be read", node.start)
    return int.from_bytes(content, "big", signed=True)


def bit_string(node: Node) -> bytes:
    """The bytes of a BIT STRING; the bits not used at its end are as stored. Raises DerError."""
    content = node.content
    if node.constructed or not content or content[0] > 7 or (content[0] and len(content) == 1):
        raise DerError("the BIT STRING can't be read", node.start)
    return content[1:]


def named_bits(node: Node) -> frozenset[int]:
    """The numbers of the bits set in a BIT STRING, 0 the first, at most 64. Raises DerError."""
    octets = bit_string(node)
    used = min(len(octets) * 8 - node.content[0], _MAX_NAMED_BITS)
    return frozenset(bit for bit in range(used) if octets[bit // 8] & (0x80 >> bit % 8))


def object_identifier(node: Node) -> str:
    """An OBJECT IDENTIFIER in dotted form. Raises DerError."""
    content = node.content
    if not content or content[-1] & 0x80 or len(content) > _MAX_OID_BYTES:
        raise DerError("the OBJECT IDENTIFIER can't be read", node.start)
    arcs = []
    arc = 0
    for octet in content:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def encode(tag: int, content: bytes) -> bytes:
    """Tag, shortest length and content; ``tag`` is one octet."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


_ENCODINGS: dict[int, str] = {
    UTF8_STRING: "utf-8",
    NUMERIC_STRING: "utf-8",
    PRINTABLE_STRING: "utf-8",
    TELETEX_STRING: "latin-1",
    IA5_STRING: "utf-8",
    VISIBLE_STRING: "utf-8",
    GENERAL_STRING: "utf-8",
    UNIVERSAL_STRING: "utf-32-be",
    BMP_STRING: "utf-16-be",
}


def is_string(tag: int) -> bool:
    """Whether ``string`` can decode values of this tag."""
    return tag in _ENCODINGS


def string(node: Node) -> str:
    """The text of a string type; what is not valid in it becomes U+FFFD. Raises DerError.

    A TeletexString is read as Latin-1, as Java does and most issuers meant it.
    """
    encoding = _ENCODINGS.get(node.tag)
    if encoding is None:
        raise DerError(f"a text is expected, not tag 0x{node.tag:02X}", node.start)
    if encoding == "utf-8":
        return utf8(node.content)
    return node.content.decode(encoding, errors="replace")


def encode_string(tag: int, text: str) -> bytes | None:
    """The encoding of a text in a string type; None where that type can't hold it."""
    try:
        return encode(tag, text.encode(_ENCODINGS[tag]))
    except UnicodeEncodeError:
        return None


def utf8(octets: bytes) -> str:
    """UTF-8 to text; what is not valid becomes as many U+FFFD as Java makes of it."""
    if b"\xed" in octets:
        import re

        # An encoded surrogate, or the start of one, is a single fault to Java.
        octets = re.sub(rb"\xed[\xa0-\xbf][\x80-\xbf]?", b"\xef\xbf\xbd", octets)
    return octets.decode("utf-8", errors="replace")


def time(node: Node) -> datetime:
    """A UTCTime or GeneralizedTime in UTC; years that Python has not, clamped. Raises DerError."""
    import re
    from datetime import UTC, datetime, timedelta

    if node.tag not in (UTC_TIME, GENERALIZED_TIME):
        raise DerError(f"a time is expected, not tag 0x{node.tag:02X}", node.start)
    year_digits = 2 if node.tag == UTC_TIME else 4
    # Of a second's fraction nine digits are read: ours, nanoseconds; RFC 5280 allows none.
    match = re.fullmatch(
        rb"([0-9]{%d})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})?(?:[.,]([0-9]{1,9}))?"
        rb"(?:Z|([+-])([0-9]{2})([0-9]{2}))" % year_digits,
        node.content,
    )
    if match is None:
        raise DerError("the time can't be read", node.start)
    year = int(match[1])
    if node.tag == UTC_TIME:
        year += 2000 if year < 50 else 1900
    minutes = (int(match[9]) * 60 + int(match[10])) if match[8] else 0
    month, day, hour, minute, second = (int(part or 0) for part in match.group(2, 3, 4, 5, 6))
    microsecond = int((match[7] or b"0").ljust(6, b"0")[:6])
    try:
        # Python has no year 0: its other fields are checked in a leap year, as it is one.
        stated = datetime(year or 2000, month, day, hour, minute, second, microsecond, tzinfo=UTC)
    except ValueError:
        raise DerError("the time does not exist", node.start) from None
    if year == 0:
        return datetime.min.replace(tzinfo=UTC)
    offset = timedelta(minutes=-minutes if match[8] == b"-" else minutes)
    try:
        return stated - offset
    except OverflowError:
        return (datetime.max if year > 5000 else datetime.min).replace(tzinfo=UTC)
