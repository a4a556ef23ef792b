"""The nodes of a tree, and the layers of text in which they stand.

A text that was decoded from another one (a string of JSON, base64) is a layer of its own, on
which further nodes may stand; each layer knows where its characters stand in the file.
"""

from __future__ import annotations

import functools
from collections import ChainMap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from iflint.limits import DOCUMENT_VALUES
from iflint.places.text_file import CharacterMap, literal

if TYPE_CHECKING:
    from iflint.places.text_file import TextFile

MAX_DEPTH = 100
"""Levels of one text that are read. Ours: real files have below 20; what is deeper is left out."""


class Budget:
    """How many nodes of a file may still be made; all its layers share one."""

    __slots__ = ("left",)

    def __init__(self, nodes: int | None = None) -> None:
        """``nodes``: other than what the limit allows."""
        self.left = DOCUMENT_VALUES.value if nodes is None else nodes

    def take(self) -> bool:
        """Whether one more may be made, which it then is."""
        self.left -= 1
        return self.left >= 0


class Layer:
    """A text and where it stands: the file's own, or one decoded from a stretch of another layer.

    ``exact`` tells that each character has its own place: not so in base64. ``depth`` counts the
    layers below it.
    """

    __slots__ = ("_base", "_map", "depth", "exact", "file", "text")

    def __init__(self, file: TextFile) -> None:
        self.file = file
        self.text = file.text
        self.exact = True
        self.depth = 0
        self._base: Layer | None = None
        self._map: CharacterMap | None = None

    def above(self, text: str, characters: CharacterMap, *, exact: bool = True) -> Layer:
        """The layer of a ``text`` that was decoded from this one."""
        layer = Layer(self.file)
        layer.text = text
        layer.exact = exact and self.exact
        layer.depth = self.depth + 1
        layer._base, layer._map = self, characters
        return layer

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Start and end, in the file, of the characters ``start`` to ``end``."""
        layer = self
        while layer._base is not None and layer._map is not None:
            start, end = layer._map.span(start, end)
            layer = layer._base
        return start, end


class Text:
    """A text as it stands between ``start`` and ``end`` of a layer, without what quotes it."""

    __slots__ = ("__dict__", "end", "layer", "start")

    def __init__(self, layer: Layer, start: int, end: int) -> None:
        self.layer = layer
        self.start = start
        self.end = end

    @property
    def whole(self) -> tuple[int, int]:
        """Start and end of its token, with the quotation marks where there are any."""
        return self.start, self.end

    @property
    def written(self) -> str:
        """The text as it is written, with whatever escapes its notation has."""
        return self.layer.text[self.start : self.end]

    @property
    def value(self) -> str:
        """The text that it stands for."""
        return self._decoded[0]

    @property
    def glimpse(self) -> str:
        """The value, or what is written for it where decoding it would cost more."""
        return self.written

    @functools.cached_property
    def inside(self) -> Layer:
        """The layer of its value."""
        value, characters = self._decoded
        return self.layer.above(value, characters, exact=self._is_exact)

    @functools.cached_property
    def _decoded(self) -> tuple[str, CharacterMap]:
        return self.decoded()

    @property
    def _is_exact(self) -> bool:
        return True

    def decoded(self) -> tuple[str, CharacterMap]:
        """The value, and the map of its characters to the layer."""
        return self.written, literal(self.start, self.end, self.whole)


class Base64Text(Text):
    """A text in base64, whose value is the text in it; empty if it is none."""

    __slots__ = ("encoded",)

    def __init__(self, encoded: Text) -> None:
        layer = encoded.inside
        super().__init__(layer, 0, len(layer.text))
        self.encoded = encoded

    @property
    def glimpse(self) -> str:
        return self.value

    @property
    def _is_exact(self) -> bool:
        return False

    def decoded(self) -> tuple[str, CharacterMap]:
        text = text_in_base64(self.written)
        pieces = ((0, self.start, self.end),) if text else ()
        return text, CharacterMap(pieces, len(text), self.whole)


def text_in_base64(encoded: str) -> str:
    """The text in base64; empty if it is none. White space is left out."""
    import binascii

    digits = "".join(encoded.split())
    if not digits.isascii():
        return ""
    try:
        data = binascii.a2b_base64(digits + "=" * (-len(digits) % 4), strict_mode=True)
        return data.decode("utf-8")
    except ValueError:
        return ""


class Mapping:
    """Names and values, in order; a name may occur more than once."""

    __slots__ = ("__dict__", "entries")

    def __init__(self, entries: list[tuple[Text, Node]] | None = None) -> None:
        self.entries = [] if entries is None else entries

    @functools.cached_property
    def own(self) -> dict[str, Node]:
        """The values by `plain_name`; of several with one name the last, as parsers of JSON do."""
        return {plain_name(name.value): value for name, value in self.entries}

    @functools.cached_property
    def fields(self) -> dict[str, Node] | ChainMap[str, Node]:
        """The mapping's own values, and behind them what YAML merges in (``<<``), not copied."""
        if _MERGED not in self.own:
            return self.own
        own = dict(self.own)
        merged = own.pop(_MERGED)
        bases = merged.items if isinstance(merged, Sequence) else [merged]
        return ChainMap(
            own, *(base.own for base in bases[:_MOST_MERGED] if isinstance(base, Mapping))
        )

    def text(self, *names: str) -> Text | None:
        """The first text that is there under one of the plain names, and is not empty."""
        for name in names:
            value = self.fields.get(name)
            if isinstance(value, Text) and value.value:
                return value
        return None

    def value(self, *names: str) -> str:
        """The value of `text`, without blanks around it; empty without one."""
        text = self.text(*names)
        return "" if text is None else text.value.strip()

    def mapping(self, name: str) -> Mapping | None:
        """The mapping that is there under a plain name."""
        value = self.fields.get(name)
        return value if isinstance(value, Mapping) else None

    def has(self, *names: str) -> bool:
        """Whether one of the names is there, as it is spelled but for the case of its letters."""
        return any(
            name in names for name in (written.value.casefold() for written, _ in self.entries)
        )

    def name_of(self, plain: str) -> Text | None:
        """The name as it is written there."""
        return next((name for name, _ in self.entries if plain_name(name.value) == plain), None)


_MERGED = "<<"
_MOST_MERGED = 16
"""Mappings that one may merge in. Ours: people merge one or two."""


class Block(Mapping):
    """A block of Terraform: ``type`` and ``labels`` of ``resource "a" "b" { … }``."""

    __slots__ = ("labels", "type")

    def __init__(self, type: str, labels: tuple[str, ...]) -> None:  # noqa: A002
        super().__init__()
        self.type = type
        self.labels = labels

    @property
    def address(self) -> str:
        """How other blocks refer to it: ``a.b``, ``data.a.b``."""
        address = ".".join(self.labels)
        return address if self.type == "resource" else f"{self.type}.{address}"


class Sequence:
    """Values in order."""

    __slots__ = ("items",)

    def __init__(self, items: list[Node] | None = None) -> None:
        self.items = [] if items is None else items


Node = Text | Mapping | Sequence


def plain_name(name: str) -> str:
    """A name as names are compared: ``Key-Type``, ``key_type`` and ``keytype`` are one."""
    return name.casefold().replace("_", "").replace("-", "")


def texts_of(node: Node | None) -> Iterator[Text]:
    """The texts of a sequence, or the one that stands alone."""
    if isinstance(node, Text):
        yield node
    elif isinstance(node, Sequence):
        yield from (item for item in node.items if isinstance(item, Text))
