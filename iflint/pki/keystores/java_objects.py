"""Where a serialized Java object ends: secret keys stand so, without a length, in JCEKS files.

Nothing is made of the object. Source: Java Object Serialization Specification, chapter 6.
"""

from __future__ import annotations

import struct

HEADER = b"\xac\xed\x00\x05"

_NULL, _REFERENCE, _CLASS, _OBJECT, _STRING, _ARRAY = 0x70, 0x71, 0x72, 0x73, 0x74, 0x75
_BLOCK, _END_OF_BLOCKS, _LONG_BLOCK, _LONG_STRING = 0x77, 0x78, 0x7A, 0x7C
_HAS_ANNOTATION, _SERIALIZABLE = 0x01, 0x02
_FIRST_HANDLE = 0x7E0000
_MAX_DEPTH = 16
"""Of objects in each other, and of classes above each other. Ours: a secret key as keytool (17)
stores it needs 2 of both."""
_SIZES = {"B": 1, "C": 2, "D": 8, "F": 4, "I": 4, "J": 8, "S": 2, "Z": 1}


class NotSkipped(ValueError):  # noqa: N818 - it names the state of the bytes
    """The bytes are no object of a kind that is known here."""


class _Class:
    """A class as a stream describes it: types of its fields, and the class above it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.flags = 0
        self.types: list[str] = []
        self.parent: _Class | None = None

    def lineage(self) -> list[_Class]:
        """The class and those above it, the highest first."""
        chain: list[_Class] = []
        known: _Class | None = self
        while known is not None and len(chain) < _MAX_DEPTH:
            chain.append(known)
            known = known.parent
        return chain[::-1]


def skip_object(data: bytes, start: int) -> int:
    """Where the stream with one object that begins at ``start`` ends. Raises NotSkipped."""
    if data[start : start + 4] != HEADER:
        raise NotSkipped("no serialized object")
    stream = _Stream(data, start + 4)
    try:
        stream.content(0)
    except (struct.error, IndexError):
        raise NotSkipped("the serialized object is cut off") from None
    return stream.position


class _Stream:
    def __init__(self, data: bytes, position: int) -> None:
        self._data = data
        self.position = position
        self._handles: list[_Class | None] = []

    def content(self, depth: int) -> None:
        """Pass over one object, string, array or reference."""
        if depth > _MAX_DEPTH:
            raise NotSkipped("the serialized object is nested too deeply")
        tag = self._number("B")
        if tag == _NULL:
            return
        if tag == _REFERENCE:
            self._advance(4)
        elif tag in (_STRING, _LONG_STRING):
            self._handles.append(None)
            self._advance(self._number("H" if tag == _STRING else "Q"))
        elif tag in (_OBJECT, _ARRAY):
            described = self._class(depth)
            self._handles.append(None)
            if described is None:
                raise NotSkipped("an object without a class")
            if tag == _OBJECT:
                self._fields(described, depth)
            else:
                self._array(described.name, depth)
        else:
            raise NotSkipped("a kind of object that is not known here")

    def _fields(self, described: _Class, depth: int) -> None:
        for each in described.lineage():
            if not each.flags & _SERIALIZABLE:
                raise NotSkipped("a class that writes its objects in a way of its own")
            for kind in each.types:
                self._value(kind, depth)
            if each.flags & _HAS_ANNOTATION:
                self._annotation(depth)

    def _array(self, name: str, depth: int) -> None:
        count, kind = self._number("I"), name[1:2]
        if kind in _SIZES:
            self._advance(count * _SIZES[kind])
            return
        for _ in range(count):
            self._value(kind, depth)

    def _value(self, kind: str, depth: int) -> None:
        if kind in _SIZES:
            self._advance(_SIZES[kind])
        else:
            self.content(depth + 1)

    def _class(self, depth: int) -> _Class | None:
        if depth > _MAX_DEPTH:
            raise NotSkipped("the serialized object is nested too deeply")
        tag = self._number("B")
        if tag == _NULL:
            return None
        if tag == _REFERENCE:
            known = self._number("I") - _FIRST_HANDLE
            return self._handles[known] if 0 <= known < len(self._handles) else None
        if tag != _CLASS:
            raise NotSkipped("a class that is not described in the usual way")
        described = _Class(self._text())
        self._advance(8)
        self._handles.append(described)
        described.flags = self._number("B")
        for _ in range(self._number("H")):
            kind = chr(self._number("B"))
            self._text()
            described.types.append(kind)
            if kind not in _SIZES:
                self.content(depth + 1)
        self._annotation(depth)
        described.parent = self._class(depth + 1)
        return described

    def _annotation(self, depth: int) -> None:
        while (tag := self._data[self.position]) != _END_OF_BLOCKS:
            if tag in (_BLOCK, _LONG_BLOCK):
                self.position += 1
                self._advance(self._number("B" if tag == _BLOCK else "I"))
            else:
                self.content(depth + 1)
        self.position += 1

    def _number(self, kind: str) -> int:
        (number,) = struct.unpack_from(f">{kind}", self._data, self.position)
        self.position += struct.calcsize(f">{kind}")
        return int(number)

    def _text(self) -> str:
        size = self._number("H")
        start = self.position
        self._advance(size)
        return self._data[start : self.position].decode("utf-8", errors="replace")

    def _advance(self, count: int) -> None:
        self.position += count
        if self.position > len(self._data):
            raise NotSkipped("the serialized object is cut off")
