"""Exact positions in an XML file: a second pass with pyexpat, made when first asked.

expat gives each event its byte, and each reference as an event of its own, so that every decoded
character maps to what stands for it in the file. Elements are addressed by their path: the
number of each child element on the way down from the root.
"""

from __future__ import annotations

import contextlib
import re
import zlib
from bisect import bisect_right
from collections import deque
from typing import TYPE_CHECKING

from iflint.iflow.collaboration import Packed
from iflint.places.location import FileLocation, Location
from iflint.places.text_file import ByteIndex, CharacterMap, TextFile

if TYPE_CHECKING:
    from collections.abc import Container
    from pyexpat import XMLParserType

    from iflint.iflow.collaboration import Path
    from iflint.places.edits import Edit

_START_TAG = rb"<(?:[^\"'>]++|\"[^\"]*+\"|'[^']*+')*+>"

DEEPEST = 5
"""How deep below the root the elements of the model lie: in a collaboration a message flow, its
extension elements, a property, its value."""


class XmlFile:
    """An XML file whose elements and texts can be located.

    ``utf8`` is its text in UTF-8 without byte order mark, up to where it was read; ``encoding``
    and ``preamble`` say how it is stored. Elements deeper than ``deepest`` are not located.
    ``discreet`` is that of `TextFile`.
    """

    __slots__ = (
        "_bytes",
        "_cdata",
        "_deepest",
        "_discreet",
        "_elements",
        "_file",
        "_looked_for",
        "_packed",
        "_utf8",
        "_wanted",
        "encoding",
        "location",
        "preamble",
    )

    def __init__(
        self,
        location: FileLocation,
        utf8: bytes,
        encoding: str,
        preamble: int,
        deepest: int = DEEPEST,
        *,
        discreet: bool = False,
    ) -> None:
        self._cdata: tuple[list[int], list[int]] | None = None
        self._deepest = deepest
        self._discreet = discreet
        self.location = location
        self._utf8: bytes | None = utf8
        self._packed: bytes | None = None
        self.encoding = encoding
        self.preamble = preamble
        self._file: TextFile | None = None
        self._bytes: ByteIndex | None = None
        self._elements: dict[Path, tuple[int, int]] | None = None
        self._wanted: set[Path] = set()
        self._looked_for: frozenset[Path] = frozenset()

    def until(self, end: int) -> XmlFile:
        """The same file, kept only up to byte ``end`` of ``utf8``."""
        head = self.utf8[:end]
        return XmlFile(
            *(self.location, head, self.encoding, self.preamble, self._deepest),
            discreet=self._discreet,
        )

    @property
    def packed(self) -> Packed:
        """The text compressed, as data."""
        packed = self._packed or zlib.compress(self.utf8)
        return Packed(packed, self.encoding, self.preamble)

    @classmethod
    def of(cls, packed: Packed | None, location: FileLocation) -> XmlFile:
        """The file of a compressed text, which is so but while places in it are asked for.

        Without a text all stands somewhere in the file.
        """
        if packed is None:
            return cls(location, b"", "utf-8", 0)
        file = cls(location, b"", packed.encoding, packed.preamble)
        file._packed, file._utf8 = packed.utf8, None
        return file

    @property
    def utf8(self) -> bytes:
        """The file's text as far as it was read, without byte order mark."""
        if self._utf8 is None:
            assert self._packed is not None
            self._utf8 = zlib.decompress(self._packed)
            if len(_OPEN) == _MOST_OPEN:
                _OPEN.popleft()._close()
            _OPEN.append(self)
        return self._utf8

    def _close(self) -> None:
        """Let go of what can be had again from the compressed text."""
        self._utf8 = self._file = self._bytes = self._cdata = self._elements = None

    def is_in_cdata(self, at: int) -> bool:
        """Whether a character stands in a CDATA section; the file is searched for these once."""
        if self._cdata is None:
            self._cdata = (
                [found.start() for found in re.finditer(re.escape(_CDATA), self.file.text)],
                [found.start() for found in re.finditer(re.escape(_CDATA_END), self.file.text)],
            )
        begun, ended = self._cdata
        last_begun = bisect_right(begun, at - len(_CDATA))
        last_ended = bisect_right(ended, at - len(_CDATA_END))
        return last_begun > 0 and (last_ended == 0 or begun[last_begun - 1] > ended[last_ended - 1])

    @property
    def file(self) -> TextFile:
        """The file's text."""
        if self._file is None:
            text = self.utf8.decode("utf-8")
            self._file = TextFile(
                self.location, text, self.encoding, self.preamble, discreet=self._discreet
            )
        return self._file

    def element(self, path: Path) -> tuple[int, int] | None:
        """Start and end of an element that has an origin, in bytes of ``utf8``.

        None when it can't be found.
        """
        if self._elements is None or (path not in self._elements and path not in self._looked_for):
            self._looked_for = frozenset(self._wanted)
            self._elements = _elements(self.utf8, self._deepest, self._wanted)
        return self._elements.get(path)

    def characters(self, at: int) -> int:
        """How many characters stand before byte ``at`` of ``utf8``."""
        if self._bytes is None:
            self._bytes = ByteIndex(self.file.text, "utf-8")
        return self._bytes.character(self.utf8, at)

    def start_tag(self, path: Path) -> ElementOrigin:
        """The origin of an element's start tag."""
        self._wanted.add(path)
        return ElementOrigin(self, path)

    def whole(self, path: Path) -> ElementOrigin:
        """The origin of an absent text: all of the element that stands for it."""
        self._wanted.add(path)
        return ElementOrigin(self, path, whole=True)

    def text(self, path: Path, length: int) -> TextOrigin:
        """The origin of an element's text, which has ``length`` characters."""
        self._wanted.add(path)
        return TextOrigin(self, path, length)


_MOST_OPEN = 16
"""Files whose text is not compressed at a time. Ours: places are asked for file by file."""
_OPEN: deque[XmlFile] = deque()


class ElementOrigin:
    """Where an element stands: its start tag, or the whole of it."""

    __slots__ = ("is_whole", "path", "xml")

    def __init__(self, xml: XmlFile, path: Path, *, whole: bool = False) -> None:
        self.xml = xml
        self.path = path
        self.is_whole = whole

    def locate(self, start: int = 0, end: int | None = None) -> Location:  # noqa: ARG002
        """The place, always the same, as an element has no text of its own here."""
        span = self.xml.element(self.path)
        if span is None:
            return Location(self.xml.location)
        first = self.xml.characters(span[0])
        element = self.xml.utf8[span[0] : span[1]]
        shown = element if self.is_whole else element[: _start_tag_end(element)]
        return self.xml.file.locate(first, first + len(shown.decode("utf-8")))

    def edit(self, text: str, start: int = 0, end: int | None = None) -> Edit:  # noqa: ARG002
        """Always raises CannotWrite."""
        from iflint.places.edits import CannotWrite

        raise CannotWrite("it stands in an XML element that holds more than text")


class TextOrigin:
    """Where the text of an element stands, up to its first child element."""

    __slots__ = ("_map", "length", "path", "xml")

    def __init__(self, xml: XmlFile, path: Path, length: int) -> None:
        self.xml = xml
        self.path = path
        self.length = length
        self._map: CharacterMap | None = None

    def locate(self, start: int = 0, end: int | None = None) -> Location:
        """The place of the characters ``start`` to ``end``; an empty text's is its element."""
        found = self._characters()
        if found is None:
            return Location(self.xml.location)
        return self.xml.file.locate(*found.span(start, end))

    def edit(self, text: str, start: int = 0, end: int | None = None) -> Edit:
        """The change that puts ``text`` in the place of ``start`` to ``end``, as XML has it there.

        A character that the file's encoding lacks is written as a reference. Raises CannotWrite.
        """
        from iflint.iflow.escapes import escaped
        from iflint.places.edits import CannotWrite

        found = self._characters()
        if found is None or not found.pieces:
            raise CannotWrite("its exact place in the XML can't be told")
        file, (first, last) = self.xml.file, found.span(start, end)
        replaced = file.text[first:last]
        if _CDATA in replaced or _CDATA_END in replaced:
            raise CannotWrite("it stands partly inside a CDATA section")
        if self.xml.is_in_cdata(first):
            if _CDATA_END in text:
                raise CannotWrite("it holds what ends the CDATA section in which it stands")
            return file.edit(text, first, last)
        known = escaped(text).encode(file.encoding, "xmlcharrefreplace").decode(file.encoding)
        return file.edit(known, first, last)

    def _characters(self) -> CharacterMap | None:
        """Where the text's characters stand in the file; None where that can't be told."""
        if self._map is None:
            span = self.xml.element(self.path)
            if span is None:
                return None
            fragment = self.xml.utf8[span[0] : span[1]]
            self._map = _text_map(fragment, self.xml.characters(span[0]))
        return self._map if self._map.length == self.length else None


_CDATA, _CDATA_END = "<![CDATA[", "]]>"


def _parser() -> XMLParserType:
    import pyexpat

    parser = pyexpat.ParserCreate("utf-8")
    parser.buffer_text = False
    return parser


def _elements(utf8: bytes, deepest: int, wanted: Container[Path]) -> dict[Path, tuple[int, int]]:
    """Start and end byte of each wanted element down to a depth, by path."""
    import pyexpat

    spans: dict[Path, tuple[int, int]] = {}
    counters = [0]
    starts: list[int] = []
    depth = 0
    parser = _parser()

    def start(_name: str, _attributes: object) -> None:
        nonlocal depth
        if depth <= deepest:
            starts.append(parser.CurrentByteIndex)
            counters.append(0)
        depth += 1

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1
        if depth > deepest:
            return
        counters.pop()
        at = starts.pop()
        if starts and tuple(counters[1:]) in wanted:
            after = _start_tag_end(utf8, at)
            if utf8[after - 2] != ord("/"):
                after = utf8.find(b">", parser.CurrentByteIndex) + 1
            spans[tuple(counters[1:])] = (at, after)
        if starts:
            counters[-1] += 1

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    with contextlib.suppress(pyexpat.ExpatError):
        parser.Parse(utf8, False)
    # They know the parser, which is large: it goes at once if it does not know them.
    parser.StartElementHandler = parser.EndElementHandler = None
    return spans


def _start_tag_end(utf8: bytes, at: int = 0) -> int:
    """Behind the start tag (or empty-element tag) at byte ``at``."""
    match = re.compile(_START_TAG).match(utf8, at)
    return match.end() if match else len(utf8)


def _text_map(fragment: bytes, offset: int) -> CharacterMap:
    """The map of an element's text to characters of the file; ``offset`` is the element's."""
    parser = _parser()
    events: list[tuple[int, str]] = []
    depth = 0
    open_text = True

    def start(_name: str, _attributes: object) -> None:
        nonlocal depth, open_text
        depth += 1
        open_text = depth == 1

    def data(text: str) -> None:
        if open_text:
            events.append((parser.CurrentByteIndex, text))

    parser.StartElementHandler = start
    parser.CharacterDataHandler = data
    parser.Parse(fragment, False)
    parser.CharacterDataHandler = None  # or the events stay until Python looks for circles
    pieces: list[tuple[int, int, int]] = []
    length, seen_byte, seen = 0, 0, offset
    for at, text in events:
        seen += len(fragment[seen_byte:at].decode("utf-8"))
        if fragment[at : at + 1] == b"&":
            size = fragment.index(b";", at) + 1 - at
        elif text == "\n" and fragment[at : at + 2] == b"\r\n":
            size = 2
        else:
            size = len(text)
        pieces.append((length, seen, seen + size))
        length += len(text)
        seen_byte = at
    element = (offset, offset + len(fragment.decode("utf-8")))
    return CharacterMap(tuple(pieces), length, element)
