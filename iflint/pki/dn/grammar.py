"""The grammar of a typed DN, as the runtime's parser has it.

*Inferred* to be that of Java's `X500Principal(String)`; measured on JDK 17. It is RFC 2253's with
some of RFC 1779's freedom, and odd corners, which are kept because they decide what works:
`escaped` counts backslashes too far back, blanks before a final `\\xx` pair are lost.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from iflint.pki import der
from iflint.pki.dn.attribute import (
    DOMAIN_COMPONENT,
    EMAIL_ADDRESS,
    JAVA_BLANKS,
    TEXT_KEYWORDS,
    TYPES,
    Attribute,
    from_encoding,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_ATTRIBUTE = "an attribute is missing beside a separator"
NO_EQUALS = "this part has no `=`"
UNKNOWN_TYPE = "is no attribute that the runtime knows"

_RDN_END = re.compile("[,;]")
_TERMINATOR = ",;+"
_MUST_BE_ESCAPED = re.compile(r'[,+<>;"]')
_MAY_BE_ESCAPED = ',=\n+<>#;\\" '
_MAY_BE_ESCAPED_IN_QUOTES = ',=\n+<>#;\\"'
_HEX = "0123456789abcdefABCDEF"
_NOT_PRINTABLE = re.compile(r"[^A-Za-z0-9 '()+,\-./:=?]")
_ARC = re.compile(r"\+?\d+")
_MAX_ARC_DIGITS = 2000
"""Ours: Python reads no number of more than 4,300, and takes 16 µs for as many as these."""
_LONGEST_SHOWN = 40
"""Characters of an unknown keyword that a message repeats. Ours: longer than any keyword."""


class MalformedName(ValueError):  # noqa: N818 - it names the state of the text
    """The runtime would refuse this text: characters ``start`` to ``end`` are the reason.

    ``message`` says in one line what is wrong, ``remedy`` what to do; ``meant`` is the text that
    was probably meant, if anybody can tell.
    """

    def __init__(
        self, message: str, start: int, end: int, remedy: str = "", meant: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.remedy = remedy
        self.meant = meant


class _Value(msgspec.Struct, frozen=True):
    tag: int
    content: bytes
    hexadecimal: bool = False


def read(text: str) -> tuple[tuple[Attribute, ...], ...]:
    """The RDNs in the order in which they are written. Raises MalformedName."""
    if not text:
        return ()
    return tuple(
        tuple(_attribute(text, *span) for span in _attribute_spans(text, start, end))
        for start, end in _rdn_spans(text)
    )


def _rdn_spans(text: str) -> Iterator[tuple[int, int]]:
    begin = searched = quotes = 0
    for match in _RDN_END.finditer(text):
        position = match.start()
        quotes += _quotes(text, searched, position)
        if quotes != 1 and not _escaped(text, searched, position):
            yield begin, position
            begin = position + 1
            quotes = 0
        searched = position + 1
    yield begin, len(text)


def _attribute_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin = searched = start
    quotes = 0
    position = text.find("+", start, end)
    while position >= 0:
        quotes += _quotes(text, searched, position)
        if position > start and text[position - 1] != "\\" and quotes != 1:
            yield begin, position
            begin = position + 1
            quotes = 0
        searched = position + 1
        position = text.find("+", searched, end)
    yield begin, end


def _quotes(text: str, start: int, end: int) -> int:
    """How many quotation marks stand between; one after a backslash does not count."""
    count = 0
    position = text.find('"', start, end)
    while position >= 0:
        if position == start or text[position - 1] != "\\":
            count += 1
        position = text.find('"', position + 1, end)
    return count


def _escaped(text: str, searched: int, position: int) -> bool:
    """Whether the separator at ``position`` is taken for an escaped one."""
    if position == 0 or text[position - 1] != "\\":
        return False
    if position == 1 or text[position - 2] != "\\":
        return True
    return text.count("\\", searched, position) % 2 == 1


def _attribute(text: str, start: int, end: int) -> Attribute:
    first, last = _stripped(text, start, end)
    if first == last:
        raise MalformedName(NO_ATTRIBUTE, max(start - 1, 0), min(end + 1, len(text)))
    equals = text.find("=", start, end)
    if equals < 0:
        raise MalformedName(NO_EQUALS, first, last)
    oid = _type(text, start, equals)
    value = _value(oid, text, equals + 1, end)
    return from_encoding(
        oid,
        value.tag,
        der.encode(value.tag, value.content),
        first,
        last,
        hexadecimal=value.hexadecimal,
    )


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the blanks around it that the runtime drops."""
    part = text[start:end].lstrip(JAVA_BLANKS)
    return end - len(part), end - len(part) + len(part.rstrip(JAVA_BLANKS))


def _type(text: str, start: int, equals: int) -> str:
    keyword = text[start:equals].upper().strip(JAVA_BLANKS)
    known = TYPES.get(keyword)
    if known is not None:
        return known
    dotted = keyword.removeprefix("OID.")
    if not dotted[:1].isascii() or not dotted[:1].isdigit():
        first, last = _stripped(text, start, equals)
        if first == last:
            raise MalformedName("an attribute's name is missing before `=`", equals, equals + 1)
        shown = " ".join(text[first : min(last, first + _LONGEST_SHOWN)].split())
        raise MalformedName(f"`{shown}` {UNKNOWN_TYPE}", first, last)
    arcs = _arcs(dotted)
    if arcs is None:
        raise MalformedName("this object identifier is not valid", *_stripped(text, start, equals))
    normal = ".".join(map(str, arcs))
    return normal if normal in TEXT_KEYWORDS else dotted


def _arcs(dotted: str) -> list[int] | None:
    arcs = []
    for arc in dotted.split("."):
        if len(arc) > _MAX_ARC_DIGITS or _ARC.fullmatch(arc) is None:
            return None
        arcs.append(int(arc))
    valid = len(arcs) >= 2 and arcs[0] <= 2 and (arcs[0] == 2 or arcs[1] < 40)
    return arcs if valid else None


def _value(oid: str, text: str, start: int, end: int) -> _Value:
    while start < end and text[start] in " \n":
        start += 1
    if start == end:
        return _Value(der.PRINTABLE_STRING, b"")
    if text[start] == "#":
        return _hexadecimal(text, start + 1, end)
    if text[start] == '"':
        return _quoted(oid, text, start + 1, end)
    if text.find("\\", start, end) < 0:
        return _plain(oid, text, start, end)
    return _with_escapes(oid, text, start, end)


def _typed(oid: str, value: str, *, printable: bool) -> _Value:
    """The string type that the runtime gives to a typed value."""
    if oid in (EMAIL_ADDRESS, DOMAIN_COMPONENT):
        return _Value(der.IA5_STRING, value.encode("ascii", "replace"))
    if printable:
        return _Value(der.PRINTABLE_STRING, value.encode("ascii"))
    return _Value(der.UTF8_STRING, value.encode("utf-8", "replace"))


def _must_be_escaped(text: str, position: int) -> MalformedName:
    return MalformedName(
        f"`{text[position]}` in a value must be escaped or quoted", position, position + 1
    )


def _plain(oid: str, text: str, start: int, end: int) -> _Value:
    special = _MUST_BE_ESCAPED.search(text, start, end)
    if special is not None:
        position = special.start()
        if position == start or text[position] not in _TERMINATOR:
            raise _must_be_escaped(text, position)
        end = position
    value = text[start:end].rstrip(" ")
    return _typed(oid, value, printable=_NOT_PRINTABLE.search(value) is None)


def _with_escapes(oid: str, text: str, start: int, end: int) -> _Value:
    value: list[str] = []
    pairs = bytearray()
    spaces = 0
    printable = True
    position = start
    while True:
        escaped = text[position] == "\\"
        if escaped:
            position += 1
            pair = _hex_pair(text, position, end)
            if pair is not None:
                printable = False
                pairs.append(pair)
                position += 2
                if position >= end or text[position] in _TERMINATOR:
                    break
                continue
            if text[position] not in _MAY_BE_ESCAPED:
                raise MalformedName(
                    "this character must not follow a backslash", position - 1, position + 1
                )
        elif text[position] in ',+<>;"':
            raise _must_be_escaped(text, position)
        if pairs:
            value.append(" " * spaces)
            spaces = 0
            value.append(_decoded(pairs))
            pairs.clear()
        character = text[position]
        printable = printable and _NOT_PRINTABLE.match(character) is None
        if character == " " and not escaped:
            spaces += 1
        else:
            value.append(" " * spaces)
            spaces = 0
            value.append(character)
        position += 1
        if position >= end or text[position] in _TERMINATOR:
            break
    value.append(_decoded(pairs))
    return _typed(oid, "".join(value), printable=printable)


def _quoted(oid: str, text: str, start: int, end: int) -> _Value:
    value: list[str] = []
    pairs = bytearray()
    printable = True
    position = start
    while position < end and text[position] != '"':
        character = text[position]
        if character == "\\":
            position += 1
            pair = _hex_pair(text, position, end)
            if pair is not None:
                printable = False
                pairs.append(pair)
                position += 2
                continue
            character = text[position]
            if character not in _MAY_BE_ESCAPED_IN_QUOTES:
                raise MalformedName(
                    "inside quotation marks this character must not follow a backslash",
                    position - 1,
                    position + 1,
                )
        value.append(_decoded(pairs))
        pairs.clear()
        printable = printable and _NOT_PRINTABLE.match(character) is None
        value.append(character)
        position += 1
    if position >= end:
        raise MalformedName("the quotation mark is not closed", start - 1, end)
    value.append(_decoded(pairs))
    after = text[position + 1 : end].lstrip(" \n")
    if after:
        raise MalformedName(
            "after a closing quotation mark the value must end", end - len(after), end
        )
    return _typed(oid, "".join(value).strip(JAVA_BLANKS), printable=printable)


def _hex_pair(text: str, position: int, end: int) -> int | None:
    """The byte that two hex digits after a backslash mean; None: it is no hex digit."""
    if position >= end:
        raise MalformedName("a backslash stands at the end", position - 1, position)
    if text[position] not in _HEX:
        return None
    if position + 1 >= end or text[position + 1] not in _HEX:
        raise MalformedName(
            "a backslash before a letter or digit must be followed by two hex digits",
            position - 1,
            min(position + 2, end),
        )
    return int(text[position : position + 2], 16)


def _decoded(pairs: bytearray) -> str:
    return der.utf8(bytes(pairs)) if pairs else ""


def _hexadecimal(text: str, start: int, end: int) -> _Value:
    stop = start
    while stop < end and text[stop] in _HEX:
        stop += 1
    if stop < end and text[stop] not in _TERMINATOR:
        raise MalformedName("after `#` only hex digits are allowed", stop, stop + 1)
    digits = text[start:stop]
    if not digits or len(digits) % 2:
        raise MalformedName("after `#` an even number of hex digits is expected", start - 1, stop)
    try:
        node = der.parse(bytes.fromhex(digits))
    except der.DerError as error:
        raise MalformedName(
            f"the hex digits are no DER value: {error.message}", start - 1, stop
        ) from None
    if node.tag > 0xFF or node.indefinite or node.end != len(node.data):
        raise MalformedName("the hex digits are not exactly one DER value", start - 1, stop)
    return _Value(node.tag, node.content, hexadecimal=True)
