"""A file's text, and where each character of anything decoded from it stands.

Decoding happens in layers (XML, rows, escapes). Each layer keeps a `CharacterMap` to the layer
below; a `Mapped` origin walks down to the `TextFile`, which knows lines, columns and bytes.
"""

from __future__ import annotations

import bisect
import re
from typing import TYPE_CHECKING, Protocol

import msgspec

from iflint.places.credentials import without_credentials
from iflint.places.location import FileLocation, Location, Region

if TYPE_CHECKING:
    from collections.abc import Callable

    from iflint.places.edits import Edit

EXCERPT_LENGTH = 400
"""Characters of a line that are shown at most. Ours: five lines of a terminal of 80 columns."""
EXCERPT_BEFORE = 120
"""Characters of a longer line that are shown before the place that is meant. Ours: most of a
property's tags and name, while more than half of the excerpt is left for the text itself."""

_LINE_END = r"\r\n|\r|\n"

_STEP = 1024
"""Characters from one kept place to the next. Ours: a place is told in about 10 µs, and what is
kept takes a fifth of the text. The starts of all lines would take 40 times a text that is all
line ends: measured, 639 MiB for 16."""


class ByteIndex:
    """Where the characters of a text stand among its bytes in one encoding, and back.

    Every `_STEP` characters the byte is kept, so that nothing is encoded over and over.
    """

    __slots__ = ("_encoding", "_marks", "_text")

    def __init__(self, text: str, encoding: str) -> None:
        self._text = text
        self._encoding = encoding
        self._marks: list[int] = []

    def byte(self, at: int) -> int:
        """How many bytes the first ``at`` characters take."""
        if self._is_plain():
            return at
        mark = at // _STEP
        rest = self._text[mark * _STEP : at]
        return self._all_marks()[mark] + len(rest.encode(self._encoding))

    def character(self, data: bytes, at: int) -> int:
        """How many characters stand in the first ``at`` bytes of ``data``, the text's bytes.

        Of a character in which ``at`` lies, that it has not begun.
        """
        if self._is_plain():
            return at
        mark = bisect.bisect_right(self._all_marks(), at) - 1
        before = data[self._marks[mark] : at].decode(self._encoding, "ignore")
        return mark * _STEP + len(before)

    def _is_plain(self) -> bool:
        return self._encoding == "utf-8" and self._text.isascii()

    def _all_marks(self) -> list[int]:
        if not self._marks:
            byte = 0
            for at in range(0, len(self._text) + 1, _STEP):
                self._marks.append(byte)
                byte += len(self._text[at : at + _STEP].encode(self._encoding))
        return self._marks


class TextFile:
    """The decoded text of a file; locates its characters by line, column and byte."""

    __slots__ = ("_bytes", "_discreet", "_lines", "encoding", "location", "preamble", "text")

    def __init__(
        self,
        location: FileLocation,
        text: str,
        encoding: str = "utf-8",
        preamble: int = 0,
        *,
        discreet: bool = False,
    ) -> None:
        """``preamble`` counts the bytes (a byte order mark) before the first character.

        ``discreet``: what stands beside a place is nobody's business, and not shown with it.
        """
        self.location = location
        self.text = text
        self.encoding = encoding
        self.preamble = preamble
        self._discreet = discreet
        self._bytes = ByteIndex(text, encoding)
        self._lines: list[tuple[int, int]] = []

    def locate(self, start: int = 0, end: int | None = None) -> Location:
        """The place of the characters ``start`` to ``end`` of the text."""
        end = len(self.text) if end is None else end
        first, last = self._excerpt(start)
        if self._discreet:
            first, last = start, max(start, min(end, last))
        return Location(self.location, self.region(start, end, first, last))

    def discreet(self) -> TextFile:
        """The same text, of which a place is shown without what stands beside it."""
        return TextFile(self.location, self.text, self.encoding, self.preamble, discreet=True)

    def region(self, start: int, end: int, shown_from: int, shown_to: int) -> Region:
        """The region of the characters ``start`` to ``end``.

        Its excerpt is ``shown_from`` to ``shown_to``, characters of the line of ``start``.
        """
        first_line, start_column = self.line_and_column(start)
        last_line, end_column = self.line_and_column(end)
        return Region(
            start_line=first_line,
            start_column=start_column,
            end_line=last_line,
            end_column=end_column,
            start_byte=self.preamble + self._bytes.byte(start),
            end_byte=self.preamble + self._bytes.byte(end),
            excerpt=without_credentials(self.text[shown_from:shown_to], as_long=True),
            excerpt_column=shown_from - start + start_column,
        )

    def line_and_column(self, at: int) -> tuple[int, int]:
        """Line and column of the character ``at``."""
        line, start = self._line(at)
        return line, at - start + 1

    def edit(self, text: str, start: int = 0, end: int | None = None) -> Edit:
        """The change that puts ``text`` in the place of the characters ``start`` to ``end``.

        Raises CannotWrite when the file's encoding lacks one of its characters.
        """
        from iflint.places.edits import CannotWrite, Edit

        end = len(self.text) if end is None else end
        try:
            data = text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise CannotWrite(f"its encoding, {self.encoding}, lacks a character") from error
        first, last = (self.preamble + self._bytes.byte(at) for at in (start, end))
        return Edit(self.location, first, last, data, self.encoding)

    def _line(self, at: int) -> tuple[int, int]:
        """The number of the line in which the character ``at`` stands, and where it begins."""
        if not self._lines:
            self._lines.append((1, 0))
            for mark in range(_STEP, len(self.text) + 1, _STEP):
                self._lines.append(self._line_from(self._lines[-1], mark - _STEP, mark))
        mark = min(at // _STEP, len(self._lines) - 1)
        return self._line_from(self._lines[mark], mark * _STEP, at)

    def _line_from(self, line: tuple[int, int], known: int, at: int) -> tuple[int, int]:
        """The line of the character ``at``, when ``line`` is that of the character ``known``."""
        text = self.text
        if text.startswith("\r\n", at - 1):
            at -= 1  # between the two characters that end a line
        ends, last = text.count("\n", known, at), text.rfind("\n", known, at)
        if returns := text.count("\r", known, at):
            ends += returns - text.count("\r\n", known, at)
            last = max(last, text.rfind("\r", known, at))
        return (line[0] + ends, last + 1) if ends else line

    def _excerpt(self, at: int) -> tuple[int, int]:
        """What is shown of the line of the character ``at``: all of it, or a window."""
        first = self._line(at)[1]
        window = max(first, at - EXCERPT_BEFORE)
        # With one more, so that a CR at its end is not taken for a whole line end.
        end = re.compile(_LINE_END).search(self.text, at, window + EXCERPT_LENGTH + 1)
        last = end.end() if end else len(self.text)
        shown = first if last - first <= EXCERPT_LENGTH else window
        excerpt = self.text[shown : min(last, shown + EXCERPT_LENGTH)].rstrip("\r\n")
        return shown, shown + len(excerpt)


class CharacterMap(msgspec.Struct, frozen=True):
    """From the characters of a decoded text to those of the text it was decoded from.

    ``pieces`` are (first decoded character, start and end in the source) in order. A piece as
    long as its source stands for it character by character, any other one as a whole.
    ``anchor`` is what to point at when the decoded text is empty.
    """

    pieces: tuple[tuple[int, int, int], ...]
    length: int
    anchor: tuple[int, int]

    def span(self, start: int, end: int | None) -> tuple[int, int]:
        """Start and end, in the source, of the decoded characters ``start`` to ``end``."""
        if not self.pieces:
            return self.anchor
        start = min(max(start, 0), self.length)
        end = self.length if end is None else min(max(end, start), self.length)
        if start == self.length:
            return self.pieces[-1][2], self.pieces[-1][2]
        first = self._source(start)[0]
        return first, first if start == end else self._source(end - 1)[1]

    def _source(self, at: int) -> tuple[int, int]:
        index = bisect.bisect_right(self.pieces, at, key=lambda piece: piece[0]) - 1
        decoded, first, last = self.pieces[index]
        following = self.pieces[index + 1][0] if index + 1 < len(self.pieces) else self.length
        if following - decoded == last - first:
            return first + at - decoded, first + at - decoded + 1
        return first, last


class Text(msgspec.Struct, frozen=True):
    """A decoded text and where it stands.

    ``undecoded`` is the text with escapes that may have been meant; empty where it had none.
    """

    text: str
    origin: Origin
    undecoded: str = ""


class Mapped:
    """The origin of a text that was decoded from another one, which has an origin of its own.

    ``encoded`` undoes the decoding: it gives the text that is decoded to the one it gets.
    """

    __slots__ = ("base", "encoded", "map")

    def __init__(
        self,
        base: Origin,
        character_map: CharacterMap,
        encoded: Callable[[str], str] = str,
    ) -> None:
        self.base = base
        self.map = character_map
        self.encoded = encoded

    def locate(self, start: int = 0, end: int | None = None) -> Location:
        """The place of the characters ``start`` to ``end`` of the decoded text."""
        return self.base.locate(*self.map.span(start, end))

    def edit(self, text: str, start: int = 0, end: int | None = None) -> Edit:
        """The change that puts ``text``, encoded, in the place of ``start`` to ``end``."""
        return self.base.edit(self.encoded(text), *self.map.span(start, end))


def decode(
    source: str,
    start: int,
    end: int,
    escapes: re.Pattern[str],
    replacement: Callable[[re.Match[str]], str],
    anchor: tuple[int, int] | None = None,
) -> tuple[str, CharacterMap]:
    """``source[start:end]`` with each match of ``escapes`` replaced, and the map back to it."""
    parts: list[str] = []
    pieces: list[tuple[int, int, int]] = []
    length, at = 0, start
    for escape in escapes.finditer(source, start, end):
        decoded = replacement(escape)
        if decoded == escape[0]:  # it stands for itself, and so within what is around it
            continue
        if at < escape.start():
            parts.append(source[at : escape.start()])
            pieces.append((length, at, escape.start()))
            length += escape.start() - at
        if decoded:
            parts.append(decoded)
            pieces.append((length, escape.start(), escape.end()))
            length += len(decoded)
        at = escape.end()
    if at < end:
        parts.append(source[at:end])
        pieces.append((length, at, end))
        length += end - at
    return "".join(parts), CharacterMap(tuple(pieces), length, anchor or (start, end))


def literal(start: int, end: int, anchor: tuple[int, int] | None = None) -> CharacterMap:
    """The map of a text that stands in its source as it is, from ``start`` to ``end``."""
    pieces = ((0, start, end),) if start < end else ()
    return CharacterMap(pieces, end - start, anchor or (start, end))


def read_text(data: bytes, location: FileLocation) -> TextFile:
    """The text of a settings file: by its byte order mark, else UTF-8 if valid, else ISO-8859-1.

    UTF-16 without a mark is told by its zero bytes. That a mark is no part of the text is
    *inferred*. Raises UnicodeDecodeError for a marked file whose bytes break its encoding.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding)
            return TextFile(location, text, encoding, len(mark))
    encodings = ["utf-8", "iso-8859-1"]
    if len(data) >= 2 and len(data) % 2 == 0 and 0 in data[:2] and data[:2] != b"\0\0":
        encodings.insert(0, "utf-16-be" if data[0] == 0 else "utf-16-le")
    for encoding in encodings[:-1]:
        try:
            return TextFile(location, data.decode(encoding), encoding)
        except UnicodeDecodeError:
            continue
    return TextFile(location, data.decode("iso-8859-1"), "iso-8859-1")


def read_damaged_text(data: bytes, location: FileLocation) -> TextFile:
    """The text of a file whatever its bytes are: those that break its encoding become U+FFFD.

    By its byte order mark, else UTF-8 if valid, else ISO-8859-1. UTF-16 without a mark is told by
    the zero bytes of its first two characters, of ASCII.
    """
    marked = ((len(mark), encoding) for mark, encoding in _MARKS if data.startswith(mark))
    preamble, encoding = next(marked, (0, "utf-8"))
    if not preamble and data[1:2] == data[3:4] == b"\0":
        encoding = "utf-16-le"
    elif not preamble and data[:1] == data[2:3] == b"\0":
        encoding = "utf-16-be"
    body = data[preamble:]
    if encoding == "utf-8":
        try:
            return TextFile(location, body.decode(), encoding, preamble)
        except UnicodeDecodeError:
            encoding = "iso-8859-1"
    return TextFile(location, body.decode(encoding, "replace"), encoding, preamble)


_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


class Origin(Protocol):
    """Knows where a piece of the model stands; computes the exact place only when asked."""

    def locate(self, start: int = 0, end: int | None = None) -> Location:
        """The place of the characters ``start`` to ``end`` of the decoded text."""
        ...

    def edit(self, text: str, start: int = 0, end: int | None = None) -> Edit:
        """What makes the characters ``start`` to ``end`` of the decoded text read as ``text``.

        Raises `iflint.places.edits.CannotWrite`.
        """
        ...
