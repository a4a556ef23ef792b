"""JSON as a tree (RFC 8259), read as far as it goes: what breaks off gives what comes before.

Neither missing nor superfluous commas matter, nor line ends inside a string.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iflint.callers.trees.nodes import MAX_DEPTH, Mapping, Sequence, Text
from iflint.places.text_file import CharacterMap, decode, literal

if TYPE_CHECKING:
    from iflint.callers.trees.nodes import Budget, Layer, Node

_TOKEN = re.compile(
    r"(?P<gap>[\s,:]*+)"
    r'(?:(?P<mark>[{}\[\]])|"(?P<text>[^"\\]*+(?:\\.[^"\\]*+)*+)(?P<end>"?)|(?P<bare>[^\s,:{}\[\]"]++))',
    re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|u(?P<unit>[0-9a-fA-F]{4})|(?P<char>.))",
    re.DOTALL,
)
_CONTROL = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_MOST_SKIPPED = 10_000
"""Levels below the last one that is read. Ours: behind so many nobody has anything to read."""
_ABSENT = "null"


class JsonText(Text):
    """A string of JSON."""

    __slots__ = ()

    @property
    def whole(self) -> tuple[int, int]:
        return self.start - 1, self.end + 1

    @property
    def value(self) -> str:
        written = self.written
        return super().value if "\\" in written else written

    def decoded(self) -> tuple[str, CharacterMap]:
        if "\\" not in self.written:
            return self.written, literal(self.start, self.end, self.whole)
        return decode(self.layer.text, self.start, self.end, _ESCAPE, character, self.whole)


class Absent(Text):
    """``null``: the empty text."""

    __slots__ = ()

    def decoded(self) -> tuple[str, CharacterMap]:
        return "", CharacterMap((), 0, self.whole)


def character(escape: re.Match[str]) -> str:
    """What an escape of JSON stands for; half a character is none, and becomes U+FFFD."""
    if escape["high"]:
        high, low = int(escape["high"], 16), int(escape["low"], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    if escape["unit"]:
        unit = int(escape["unit"], 16)
        return "\ufffd" if 0xD800 <= unit < 0xE000 else chr(unit)
    return _CONTROL.get(escape["char"], escape["char"])


def read_json(layer: Layer, start: int, budget: Budget) -> tuple[Node | None, int]:
    """The value that begins at ``start``, and where it ends; None where nothing begins."""
    reader = _Reader(layer, budget)
    end = reader.read(start)
    return reader.root, end


class _Reader:
    def __init__(self, layer: Layer, budget: Budget) -> None:
        self._layer = layer
        self._budget = budget
        self._open: list[Mapping | Sequence] = []
        self._names: list[Text | None] = []
        self._too_deep = 0
        self.root: Node | None = None

    def read(self, at: int) -> int:
        """Read one value; returns where it ends."""
        text = self._layer.text
        while (token := _TOKEN.match(text, at)) is not None:
            at = token.end()
            mark = token["mark"]
            if self._names and "," in token["gap"]:
                self._names[-1] = None
            if mark is not None:
                if not self._structure(mark):
                    return at
            elif token["end"] == "":
                return len(text)
            elif not self._too_deep and not self._scalar(token):
                return at
            if not self._open:
                return at
        return len(text)

    def _structure(self, mark: str) -> bool:
        """Open or close a container; whether reading goes on."""
        if mark in "{[":
            if self._too_deep or len(self._open) >= MAX_DEPTH:
                self._too_deep += 1
                return self._too_deep < _MOST_SKIPPED
            node = Mapping() if mark == "{" else Sequence()
            if not self._add(node):
                return False
            self._open.append(node)
            self._names.append(None)
        elif self._too_deep:
            self._too_deep -= 1
        elif self._open:
            self._open.pop()
            self._names.pop()
        return True

    def _scalar(self, token: re.Match[str]) -> bool:
        if token["text"] is None:
            start, end = token.span("bare")
            bare = Absent if token["bare"] == _ABSENT else Text
            return self._add(bare(self._layer, start, end))
        start, end = token.span("text")
        return self._add(JsonText(self._layer, start, end))

    def _add(self, node: Node) -> bool:
        """Put a node in its place; whether the budget allows it."""
        if not self._budget.take():
            return False
        inside = self._open[-1] if self._open else None
        if inside is None:
            self.root = node
        elif isinstance(inside, Sequence):
            inside.items.append(node)
        elif self._names[-1] is not None:
            inside.entries.append((self._names[-1], node))
            self._names[-1] = None
        elif isinstance(node, Text):
            self._names[-1] = node
        return True
