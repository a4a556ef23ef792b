"""Where the keys and values of a TOML document stand, which `tomllib` does not tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iflint.places.location import Location
    from iflint.places.text_file import TextFile

KeyPath = tuple[str | int, ...]
"""The way to a value: keys of tables and, counted from 0, indices of arrays."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}#\n]+")
_SPACE = re.compile(r"[ \t]*")
_WORD = re.compile(r"[^\s=\]\[{},#]+|[\[{]")


class Positions:
    """The places of every key and value of a document that `tomllib` has accepted.

    A table's header is the place of its key. Lines and columns count from 1, columns in
    characters. A document that TOML would refuse gives the places up to its fault.
    """

    def __init__(self, file: TextFile) -> None:
        self._file = file
        self._text = file.text
        self._at = 0
        self._keys: dict[KeyPath, int] = {}
        self._values: dict[KeyPath, int] = {}
        self._array_lengths: dict[KeyPath, int] = {}
        try:
            self._document()
        except (IndexError, ValueError):
            return

    def key(self, path: KeyPath) -> tuple[int, int]:
        """Line and column of the key at ``path``, or of the nearest key above it."""
        return self._file.line_and_column(self._key_start(path))

    def value(self, path: KeyPath) -> tuple[int, int]:
        """Line and column of the value at ``path``, or of the key that leads to it."""
        return self._file.line_and_column(self._value_start(path))

    def locate(self, path: KeyPath) -> Location:
        """The place of the value at ``path``; of a table, its header."""
        start = self._value_start(path)
        match = _STRING.match(self._text, start) or _WORD.match(self._text, start)
        return self._file.locate(start, match.end() if match else start)

    def _key_start(self, path: KeyPath) -> int:
        while path and path not in self._keys:
            path = path[:-1]
        return self._keys.get(path, 0)

    def _value_start(self, path: KeyPath) -> int:
        return self._values[path] if path in self._values else self._key_start(path)

    def _document(self) -> None:
        table: KeyPath = ()
        while self._skip(_BLANK) < len(self._text):
            if self._text.startswith("[[", self._at):
                self._at += 2
                start = self._skip(_SPACE)
                table = self._element_of(self._key(()))
                self._keys[table] = start
                self._at += 2
            elif self._text[self._at] == "[":
                self._at += 1
                table = self._key(())
                self._at += 1
            else:
                path = self._key(table)
                self._at += 1
                self._value_at(path)

    def _element_of(self, path: KeyPath) -> KeyPath:
        index = self._array_lengths.get(path, 0)
        self._array_lengths[path] = index + 1
        return (*path, index)

    def _key(self, prefix: KeyPath) -> KeyPath:
        """Read a dotted key and stop after the blanks behind it."""
        path = prefix
        while True:
            start = self._skip(_SPACE)
            path = (*self._latest(path), self._key_part())
            self._keys.setdefault(path, start)
            self._skip(_SPACE)
            if self._text[self._at] != ".":
                return path
            self._at += 1

    def _latest(self, path: KeyPath) -> KeyPath:
        """The last element of an array of tables, where ``path`` names one."""
        length = self._array_lengths.get(path)
        return (*path, length - 1) if length else path

    def _key_part(self) -> str:
        start = self._at
        if self._text[start] in "\"'":
            return _string(self._text[start : self._skip(_STRING, must=True)])
        return self._text[start : self._skip(_BARE_KEY, must=True)]

    def _value_at(self, path: KeyPath) -> None:
        """Read a value; nested arrays and inline tables wait in a list, not on the stack."""
        open_containers: list[tuple[KeyPath, list[int]]] = []
        while True:
            self._values[path] = self._skip(_BLANK)
            opening = self._text[self._at]
            if opening in "[{":
                self._at += 1
                open_containers.append((path, [0] if opening == "[" else []))
            elif opening in "\"'":
                self._skip(_STRING, must=True)
            else:
                self._skip(_BARE_VALUE, must=True)
            while open_containers:
                self._skip(_BLANK)
                if self._text[self._at] in ",]}":
                    if self._text[self._at] != ",":
                        open_containers.pop()
                    self._at += 1
                    continue
                container, next_index = open_containers[-1]
                if next_index:
                    path = (*container, next_index[0])
                    next_index[0] += 1
                else:
                    path = self._key(container)
                    self._at += 1
                break
            else:
                return

    def _skip(self, pattern: re.Pattern[str], *, must: bool = False) -> int:
        match = pattern.match(self._text, self._at)
        if match is None:
            if must:
                raise IndexError(self._at)
            return self._at
        self._at = match.end()
        return self._at


def _string(literal: str) -> str:
    import tomllib

    return str(tomllib.loads(f"key = {literal}")["key"])
