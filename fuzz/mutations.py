"""Damage to bytes: as they are, or to what is packed in them, packed again as if by its maker.

All of it depends on the bytes and on ``rng`` alone, so that a seed gives the same damage again.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

Damage = Callable[[bytes], bytes]
Layer = Callable[[bytes, Random, Damage], bytes | None]
Blow = Callable[[bytes, Random, Sequence[bytes]], bytes]

LARGEST = 1 << 20
"""Bytes of a variant. What costs much by its size alone is measured elsewhere."""
_DEEPER = 0.7
"""How often what is packed in the bytes is damaged, and not the bytes."""
_TOKENS = [
    *(bytes([byte]) for byte in b"\0\t\n\r \"#$%&'*+,-./0:;<=>?@[\\]{|}~\x7f\x80\xff"),
    *(b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\r\n", b"\\u00", b"\\ud800", b"\xed\xa0\x80"),
    *(b"&#0;", b"&#x110000;", b"&a;", b"<!DOCTYPE a [<!ENTITY a 'a'>]>", b"<![CDATA[", b"]]>"),
    *(b"<!--", b"-->", b"</", b"/>", b"<?xml version='1.0' encoding='utf-16'?>", b"{{", b"}}"),
    *(b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----", b"PRIVATE KEY-----"),
    *(b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"),
    *(b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x02\x01\xff", b"\x05\x00", b"\x00\x00"),
    *(b"null", b"true", b"NaN", b"1e999", b"-1", b"99999999999999999999", b"[[[[[[", b"<<EOF\n"),
    *(b"<<<<<<< a\n", b"---\n", b"? ", b"&a ", b"*a", b"!!binary ", b"|\n", b"${", b"%{", b"$$"),
    *(b"CN=", b"OID.2.5.4.3=", b"#0c01", b",+=", b"\\,", '\u202e'.encode(), '\u0130'.encode()),
]  # fmt: skip
_ODD: list[Any] = [
    None, True, False, 0, -1, 2**31, 2**63, 2**64, 1e308, "", "\0", "\n", "\ud800", "\u202e", "{}",
    "../../x", "CN=", "0001-01-01", "9999-12-31T23:59:59Z", "/Date(99999999999999999)/", "x" * 5000,
    [], {}, [[]], [None], {"": ""}, [{"a": [1]}] * 50,
]  # fmt: skip
_BIT_STRING = b"\x03"
_PEM = re.compile(rb"(-----BEGIN [A-Z0-9 ]+-----\r?\n)([A-Za-z0-9+/=\s]+)(-----END)")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{40,}={0,2}")


def damaged(data: bytes, rng: Random, others: Sequence[bytes] = ()) -> bytes:
    """The bytes, damaged in one to eight places; ``others`` lend their parts."""
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 8))):
        data = _once(data, rng, others)
    return data[:LARGEST]


def _once(data: bytes, rng: Random, others: Sequence[bytes]) -> bytes:
    def damage(part: bytes) -> bytes:
        return _once(part, rng, others)

    if rng.random() < _DEEPER:
        for layer in rng.sample(_LAYERS, len(_LAYERS)):
            if (packed := layer(data, rng, damage)) is not None:
                return packed
    return rng.choice(_BLOWS)(data, rng, others)


def _flip(data: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    result = bytearray(data or b"\0")
    for _ in range(rng.choice((1, 1, 2, 8))):
        result[rng.randrange(len(result))] ^= 1 << rng.randrange(8)
    return bytes(result)


def _set(data: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    at = rng.randrange(len(data) + 1)
    width = rng.choice((1, 1, 2, 4, 8))
    value = rng.choice((0, 1, 0x7F, 0x80, 0xFF, 0xFFFE, 2**31 - 1, 2**32 - 1, 2**63))
    written = (value % (1 << 8 * width)).to_bytes(width)
    return data[:at] + rng.choice((written, written[::-1])) + data[at + width :]


def _insert(data: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    at = rng.randrange(len(data) + 1)
    count = rng.choice((1, 1, 1, 1, 2, 300))
    return data[:at] + rng.choice(_TOKENS) * count + data[at:]


def _cut(data: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    start, end = _stretch(data, rng)
    return data[:start] + data[end:]


def _end(data: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _repeat(data: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    start, end = _stretch(data, rng)
    return data[:end] + data[start:end] * rng.choice((1, 1, 2, 100)) + data[end:]


def _move(data: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    start, end = _stretch(data, rng)
    rest = data[:start] + data[end:]
    at = rng.randrange(len(rest) + 1)
    return rest[:at] + data[start:end] + rest[at:]


def _graft(data: bytes, rng: Random, others: Sequence[bytes]) -> bytes:
    other = rng.choice(others) if others else data
    start, end = _stretch(data, rng)
    from_, to = _stretch(other, rng)
    return data[:start] + other[from_:to] + data[end:]


def _renumber(data: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    numbers = list(re.finditer(rb"[0-9]+", data))
    if not numbers:
        return _flip(data, rng, ())
    start, end = rng.choice(numbers).span()
    number = rng.choice((b"0", b"-1", b"65536", b"4294967296", b"9" * 30, b"9" * 5000, b"01"))
    return data[:start] + number + data[end:]


def _stretch(data: bytes, rng: Random) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + rng.choice((1, 2, 4, 16, 64, 1024, 1 << 16)))


_BLOWS: list[Blow] = [_flip, _set, _insert, _cut, _end, _repeat, _move, _graft, _renumber]


def _in_archive(data: bytes, rng: Random, damage: Damage) -> bytes | None:
    """One member of a zip archive, or its name."""
    if not data.startswith(b"PK"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    except Exception:  # a damaged archive lets the library raise whatever it likes
        return None
    if not members:
        return None
    chosen = rng.randrange(len(members))
    name, content = members[chosen]
    if rng.random() < 0.1:
        name = damage(name.encode(errors="replace")).decode(errors="replace")[:60000]
    else:
        content = damage(content)
    members[chosen] = name, content
    return archive_of(members)


def archive_of(members: Sequence[tuple[str, bytes]]) -> bytes:
    """A zip archive of these members, the same bytes each time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            info = zipfile.ZipInfo("x")
            info.filename = name
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _in_pem(data: bytes, rng: Random, damage: Damage) -> bytes | None:
    """The bytes of one PEM block."""
    blocks = list(_PEM.finditer(data))
    return _encoded_again(data, rng.choice(blocks).span(2), damage, b"\n") if blocks else None


def _in_base64(data: bytes, rng: Random, damage: Damage) -> bytes | None:
    """What base64 stands for, anywhere in a text."""
    texts = list(_BASE64.finditer(data))
    return _encoded_again(data, rng.choice(texts).span(), damage, b"") if texts else None


def _encoded_again(data: bytes, span: tuple[int, int], damage: Damage, end: bytes) -> bytes | None:
    start, stop = span
    try:
        inside = base64.b64decode(data[start:stop])
    except binascii.Error:
        return None
    return data[:start] + base64.b64encode(damage(inside)) + end + data[stop:]


def _in_json(data: bytes, rng: Random, damage: Damage) -> bytes | None:
    """One value of JSON, a member's name, or how often it is there."""
    if data.lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    places: list[tuple[Any, Any]] = []
    containers: list[Any] = [document]
    while containers:
        container = containers.pop()
        keys = container if isinstance(container, dict) else range(len(container))
        for key in keys:
            places.append((container, key))
            if isinstance(container[key], dict | list):
                containers.append(container[key])
    if not places:
        return None
    container, key = rng.choice(places)
    value = container[key]
    kind = rng.randrange(5)
    if kind == 0 and isinstance(container, list):
        container.extend([value] * rng.choice((1, 2, 200)))
    elif kind == 0:
        container[damage(key.encode(errors="replace")).decode(errors="replace")] = value
    elif kind == 1:
        del container[key]
    elif kind == 2 or not isinstance(value, str):
        container[key] = rng.choice(_ODD)
    else:
        container[key] = damage(value.encode(errors="replace")).decode(errors="replace")
    return json.dumps(document, indent=rng.choice((None, 1))).encode()


def _in_der(data: bytes, rng: Random, damage: Damage) -> bytes | None:
    """The content of one value of DER, or its tag; the lengths around it fit again.

    What is packed in a string, as a key is, is damaged as DER in its turn.
    """
    if data[:1] != b"\x30" or (outer := _value(data, 0)) is None:
        return None
    path = [(0, *outer)]
    while rng.random() < 0.9:
        _, start, end = path[-1]
        if not data[path[-1][0]] & 0x20:
            break
        inner = []
        while start < end and (found := _value(data, start)) is not None and found[1] <= end:
            inner.append((start, *found))
            start = found[1]
        if not inner:
            break
        path.append(rng.choice(inner))
    at, start, end = path.pop()
    tag, content = data[at : at + 1], data[start:end]
    kind = rng.randrange(6)
    if kind == 0:
        tag = bytes([rng.choice((1, 2, 3, 4, 5, 6, 12, 19, 23, 24, 30, 48, 49, 128, 160, 163))])
    if kind == 1:
        content = rng.choice((b"", b"\0", b"\xff", b"\0" * 9, b"\xff" * 300))
    elif kind and tag == _BIT_STRING and content[:1] == b"\0":
        content = b"\0" + damage(content[1:])
    elif kind:
        content = damage(content)
    changed = _node(tag, content)
    if kind == 2:
        changed *= rng.choice((0, 2, 2, 50))
    for outer_at, outer_start, outer_end in reversed(path):
        content = data[outer_start:at] + changed + data[end:outer_end]
        changed = _node(data[outer_at : outer_at + 1], content)
        at, end = outer_at, outer_end
    return changed + data[end:]


def _value(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the content of the value begins and ends."""
    if at + 2 > len(data) or data[at] & 0x1F == 0x1F:
        return None
    length, start = data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        if not 0 < count <= 4:
            return None
        length, start = int.from_bytes(data[start : start + count]), start + count
    return (start, start + length) if start + length <= len(data) else None


def _node(tag: bytes, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return tag + bytes([length]) + content
    size = (length.bit_length() + 7) // 8
    return tag + bytes([0x80 | size]) + length.to_bytes(size) + content


_LAYERS: list[Layer] = [_in_archive, _in_pem, _in_base64, _in_json, _in_der]
