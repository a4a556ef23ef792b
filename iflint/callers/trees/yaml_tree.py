"""YAML as a tree, out of PyYAML's events: no tag is constructed, no alias is copied.

Events come one after the other, so that depth and number are bounded before anything is built;
PyYAML's own nodes are composed by recursion in C, which no depth stops. What breaks off gives
what comes before, and the documents behind it. Scalars: YAML 1.1, chapter 9 (1.2.2, chapter 7
and 8).
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from iflint.callers.trees.nodes import MAX_DEPTH, Mapping, Sequence, Text
from iflint.limits import YAML_CHARACTERS
from iflint.places.text_file import CharacterMap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iflint.callers.trees.nodes import Budget, Layer, Node

_QUOTED = ("'", '"')
_BREAKS = "\r\n\x85\u2028\u2029"
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What a document must not have, and for which it is not even begun (chapter 5.1)."""
_ACTION = re.compile(
    r"^([ \t]*+)\{(?=\{-?[ \t]*+(?:(?:if|else|end|range|with|define|block|include|template)\b|/\*)"
    r"[^\n]*\}\}[ \t]*+\r?$)",
    re.MULTILINE,
)
"""A line of a template of Helm that holds nothing but what steers it: as good as a comment."""
_DOCUMENT = re.compile(r"^---(?=[ \t\r\n])", re.MULTILINE)
_MOST_BROKEN = 100
"""Documents of a file that may break off. Ours: each costs a copy of what comes behind it."""
_PROPERTIES = re.compile(rf"(?:[&!][^ \t{_BREAKS}]*+[ \t{_BREAKS}]++)*+")
_HEADER = re.compile(f"[^{_BREAKS}]*+")
_BLANK = re.compile(f"[ \t{_BREAKS}]*+")
_BREAK = re.compile(f"\r\n|[{_BREAKS}]")
_RUNS = {
    '"': re.compile(rf'[^"\\ \t{_BREAKS}]++'),
    "'": re.compile(f"[^' \t{_BREAKS}]++"),
    None: re.compile(f"[^ \t{_BREAKS}]++"),
}
_ESCAPE = re.compile(
    rf"\\(?:x(?P<x>[0-9a-fA-F]{{2}})|u(?P<u>[0-9a-fA-F]{{4}})|U(?P<U>[0-9a-fA-F]{{8}})"
    rf"|(?P<break>(?:\r\n|[{_BREAKS}])[ \t]*+)|.)",
    re.DOTALL,
)


class YamlText(Text):
    """A scalar of YAML; ``style`` is PyYAML's: a quotation mark, ``|``, ``>`` or None."""

    __slots__ = ("given", "style")

    def __init__(self, layer: Layer, start: int, end: int, given: str, style: str | None) -> None:
        super().__init__(layer, start, end)
        self.given = given
        self.style = style

    @property
    def whole(self) -> tuple[int, int]:
        quoted = self.style in _QUOTED
        return (self.start - 1, self.end + 1) if quoted else (self.start, self.end)

    @property
    def value(self) -> str:
        return self.given

    @property
    def glimpse(self) -> str:
        return self.given

    @property
    def _is_exact(self) -> bool:
        return self._aligned is not None

    @functools.cached_property
    def _aligned(self) -> tuple[Piece, ...] | None:
        return _aligned(self.layer.text, self.start, self.end, self.given, self.style)

    def decoded(self) -> tuple[str, CharacterMap]:
        pieces = self._aligned
        if pieces is None:
            pieces = ((0, self.start, self.end),) if self.given else ()
        return self.given, CharacterMap(pieces, len(self.given), self.whole)


def read_yaml(layer: Layer, budget: Budget) -> list[Node]:
    """The documents of a text, as far as it can be read."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder(layer, budget)
    text = _ACTION.sub(r"\1#", _UNPRINTABLE.sub("\ufffd", layer.text[: YAML_CHARACTERS.value]))
    for _ in range(_MOST_BROKEN):
        begin = builder.begin
        try:
            events = yaml.parse(text[begin:], Loader=loader)
            while builder.goes_on and (event := next(events, None)) is not None:
                builder.take(event)
            break
        except (yaml.YAMLError, ValueError, RecursionError):
            behind = _DOCUMENT.search(text, max(builder.read_to, begin + 1))
            if behind is None:
                break
            builder.start_at(behind.start())
    return builder.documents


class _Builder:
    """Makes nodes out of events, those with an anchor once."""

    def __init__(self, layer: Layer, budget: Budget) -> None:
        self._layer = layer
        self._budget = budget
        self.goes_on = True
        self.documents: list[Node] = []
        self.start_at(0)

    def start_at(self, begin: int) -> None:
        """Leave everything open as it is; the events to come are of the text from there on."""
        self.begin = self.read_to = begin
        self._open: list[Mapping | Sequence] = []
        self._names: list[Text | None] = []
        self._has_name: list[bool] = []
        self._anchors: dict[str, Node] = {}
        self._too_deep = 0

    def take(self, event: Any) -> None:
        """Go on by one event of PyYAML."""
        self.read_to = self.begin + event.end_mark.index
        kind = type(event).__name__
        if kind == "ScalarEvent":
            if not self._too_deep:
                self._add(self._scalar(event), event.anchor)
        elif kind == "AliasEvent":
            if not self._too_deep:
                self._add(self._anchors.get(event.anchor), None)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            self._start(Mapping() if kind == "MappingStartEvent" else Sequence(), event.anchor)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._end()
        elif kind == "DocumentStartEvent":
            self._anchors = {}

    def _scalar(self, event: Any) -> YamlText:
        quotes = 1 if event.style in _QUOTED else 0
        first, last = self.begin + event.start_mark.index, self.begin + event.end_mark.index
        if event.tag or event.anchor:
            first = _end(_PROPERTIES, self._layer.text, first, last)
        return YamlText(self._layer, first + quotes, last - quotes, event.value, event.style)

    def _start(self, node: Mapping | Sequence, anchor: str | None) -> None:
        if self._too_deep or len(self._open) >= MAX_DEPTH:
            self._too_deep += 1
            return
        self._add(node, anchor)
        self._open.append(node)
        self._names.append(None)
        self._has_name.append(False)

    def _end(self) -> None:
        if self._too_deep:
            self._too_deep -= 1
            if self._too_deep or not isinstance(self._open[-1], Mapping):
                return
            self._has_name[-1] = not self._has_name[-1]
            return
        self._open.pop()
        self._names.pop()
        self._has_name.pop()

    def _add(self, node: Node | None, anchor: str | None) -> None:
        """Put a node in its place; None stands for an alias of nothing."""
        if not self._budget.take():
            self.goes_on = False
            return
        if anchor is not None and node is not None:
            self._anchors[anchor] = node
        inside = self._open[-1] if self._open else None
        if inside is None:
            if node is not None:
                self.documents.append(node)
        elif isinstance(inside, Sequence):
            if node is not None:
                inside.items.append(node)
        elif not self._has_name[-1]:
            self._has_name[-1] = True
            self._names[-1] = node if isinstance(node, Text) else None
        else:
            name = self._names[-1]
            if name is not None and node is not None:
                inside.entries.append((name, node))
            self._has_name[-1] = False


Piece = tuple[int, int, int]


class _Misaligned(Exception):  # noqa: N818 - what is written does not lead to the value
    """The characters of a value can't be told apart in what is written."""


def _aligned(
    written: str, start: int, end: int, value: str, style: str | None
) -> tuple[Piece, ...] | None:
    """The pieces of a `CharacterMap` from a scalar's value to what is written for it.

    None where they can't be told.
    """
    try:
        return tuple(_pieces(written, start, end, value, style))
    except _Misaligned:
        return None


def _pieces(written: str, at: int, end: int, value: str, style: str | None) -> Iterator[Piece]:
    block = style in ("|", ">")
    run = _RUNS.get(style, _RUNS[None])
    if block:
        at = _end(_HEADER, written, at, end)
    decoded = 0
    while decoded < len(value):
        if at >= end:
            raise _Misaligned
        if style == '"' and written[at] == "\\":
            escape = _ESCAPE.match(written, at, end)
            if escape is None:
                raise _Misaligned
            if escape["break"] is None:
                yield decoded, at, escape.end()
                decoded += 1
            at = escape.end()
        elif style == "'" and written.startswith("''", at):
            yield decoded, at, at + 2
            decoded, at = decoded + 1, at + 2
        elif after := max(_end(run, written, at, end) - at, 0):
            yield decoded, at, at + after
            if not value.startswith(written[at : at + after], decoded):
                raise _Misaligned
            decoded, at = decoded + after, at + after
        else:
            blank = _end(_BLANK, written, at, end)
            if blank == at:
                raise _Misaligned
            stands = _blank(written[at:blank], value, decoded, block=block)
            if stands:
                yield decoded, at, blank
            decoded, at = decoded + stands, blank


def _end(pattern: re.Pattern[str], text: str, at: int, end: int) -> int:
    """Where the match at ``at`` ends; ``at`` itself without one."""
    match = pattern.match(text, at, end)
    return match.end() if match else at


def _blank(written: str, value: str, decoded: int, *, block: bool) -> int:
    """How many characters of the value blanks stand for: line ends are folded, or indented."""
    breaks = len(_BREAK.findall(written))
    if breaks and block:
        return _end(_BLANK, value, decoded, len(value)) - decoded
    folded = written if not breaks else " " if breaks == 1 else "\n" * (breaks - 1)
    if not value.startswith(folded, decoded):
        raise _Misaligned
    return len(folded)
