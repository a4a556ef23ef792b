"""XML as a tree: an element with elements in it is a mapping, any other one a text.

The dumps of SAP's OData API have a shape so plain that attributes and mixed text say nothing;
``m:null`` leaves an element without text. Read by expat alone, whose events carry their bytes,
one after the other: with no DOCTYPE, which is refused, there is no entity to expand and nothing
to fetch, and depth is bounded before anything is built. What breaks off gives what comes before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iflint.callers.trees.nodes import MAX_DEPTH, Mapping, Text
from iflint.places.text_file import ByteIndex, CharacterMap

if TYPE_CHECKING:
    from iflint.callers.trees.nodes import Budget, Layer, Node


class XmlText(Text):
    """The text of an element; ``pieces`` are (decoded character, start and end in the layer)."""

    __slots__ = ("given", "pieces")

    def __init__(
        self, layer: Layer, start: int, end: int, given: str, pieces: tuple[Piece, ...]
    ) -> None:
        super().__init__(layer, start, end)
        self.given = given
        self.pieces = pieces

    @property
    def value(self) -> str:
        return self.given

    @property
    def glimpse(self) -> str:
        return self.given

    def decoded(self) -> tuple[str, CharacterMap]:
        return self.given, CharacterMap(self.pieces, len(self.given), self.whole)


Piece = tuple[int, int, int]


def read_xml(layer: Layer, budget: Budget) -> Node | None:
    """The document as far as it can be read; None with a DOCTYPE, and where there is none."""
    return _Reader(layer, budget).read()


class _Stop(Exception):  # noqa: N818 - it ends the reading
    """No more is to be read."""


class _Element:
    __slots__ = ("end", "entries", "length", "name", "pieces", "start", "texts")

    def __init__(self, name: Text, start: int) -> None:
        self.name = name
        self.start = start
        self.end = start
        self.entries: list[tuple[Text, Node]] = []
        self.length = 0
        self.texts: list[str] = []
        self.pieces: list[Piece] = []


class _Reader:
    def __init__(self, layer: Layer, budget: Budget) -> None:
        self._layer = layer
        self._budget = budget
        self._utf8 = layer.text.encode("utf-8", "replace")
        self._index = ByteIndex(layer.text, "utf-8")
        self._open: list[_Element] = []
        self._root: Node | None = None

    def read(self) -> Node | None:
        import pyexpat

        parser = self._parser = pyexpat.ParserCreate("utf-8")
        parser.buffer_text = False
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(self._utf8, True)
        except (pyexpat.ExpatError, _Stop):
            while self._open:
                self._close()
        del self._parser  # each knows the other, and the parser is large
        return self._root

    def _at(self) -> int:
        return self._index.character(self._utf8, self._parser.CurrentByteIndex)

    def _refuse(self, *_: object) -> None:
        raise _Stop

    def _start(self, name: str, _attributes: object) -> None:
        if len(self._open) >= MAX_DEPTH or not self._budget.take():
            raise _Stop
        start = self._at() + 1
        written = Text(self._layer, start + len(name) - len(local_name(name)), start + len(name))
        self._open.append(_Element(written, start))

    def _text(self, text: str) -> None:
        if not self._open or self._open[-1].entries:
            return
        element = self._open[-1]
        byte = self._parser.CurrentByteIndex
        start = self._index.character(self._utf8, byte)
        end = start + len(text)
        if self._utf8[byte : byte + 1] == b"&":
            end = self._layer.text.find(";", start) + 1
        elif text == "\n" and self._utf8[byte : byte + 2] == b"\r\n":
            end = start + 2
        if not element.texts:
            element.start = start
        self._piece(element, start, end, len(text))
        element.texts.append(text)
        element.end = end

    def _piece(self, element: _Element, start: int, end: int, length: int) -> None:
        """Add a piece, to the last one where that goes on letter by letter."""
        decoded, element.length = element.length, element.length + length
        if element.pieces and end - start == length and element.end == start:
            last = element.pieces[-1]
            if last[2] - last[1] == decoded - last[0]:
                element.pieces[-1] = (last[0], last[1], end)
                return
        if not self._budget.take():
            raise _Stop
        element.pieces.append((decoded, start, end))

    def _end(self, _name: str) -> None:
        self._close()

    def _close(self) -> None:
        element = self._open.pop()
        node: Node
        if element.entries:
            node = Mapping(element.entries)
        else:
            pieces = tuple(element.pieces)
            given = "".join(element.texts)
            start, end = element.start, element.end
            if not given:
                start, end = element.name.start, element.name.end
            node = XmlText(self._layer, start, end, given, pieces)
        if self._open:
            self._open[-1].entries.append((element.name, node))
        else:
            self._root = node


def local_name(name: str) -> str:
    """An element's name without its prefix."""
    return name.rpartition(":")[2]
