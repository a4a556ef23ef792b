"""A flow's diagram as SVG: our own drawing of what SAP's editor shows, its channels marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import NamedTuple

import msgspec

from iflint.iflow.diagram.model import Bounds, Diagram, Edge, EdgeKind, Point, Shape, ShapeKind
from iflint.reporters.drawing import lines
from iflint.reporters.drawing.icons import SYMBOLS, event, step
from iflint.reporters.drawing.style import STYLE
from iflint.reporters.drawing.text import clean, width, wrap

__all__ = ["STYLE", "SYMBOLS", "Mark", "anchor", "svg"]

# Sizes are in the diagram's own units, which are pixels of SAP's editor, and ours to choose.
_SIZE = 11.0
_TITLE_SIZE = 12.5
_LEADING = 12.0
_MARGIN = 10.0
_BROAD = 1150
"""Drawings wider than this are not scaled below 900 pixels, but scrolled: text would be lower than
nine. 76 of 131 real flows are."""
_WIDE = 1800
"""Drawings wider than this are not scaled to the page at all. 52 of 131 real flows are."""
_WIDE_SCALE = 0.8
"""With it, text is still nine pixels high."""
_WIDEST = 12_000
"""Ours: the widest seen has 7,075."""
_CELL = 200.0
"""The side of a square of the grid in which `_Drawing` looks for what is near. Ours: two steps."""
_CELLS = 100
"""Squares that a rectangle may touch and still be looked for. Ours: most seen: 9."""
_CROWD = 50
"""How many things in one square of the grid a label tries not to cover. Ours: most seen: 15."""

_POOLS = {ShapeKind.PROCESS: "pool", ShapeKind.LANE: "lane", ShapeKind.SUBPROCESS: "inner"}
_PARTIES = {ShapeKind.SENDER: "SENDER", ShapeKind.RECEIVER: "RECEIVER"}
_LABELLED_OUTSIDE = (*lines.ROUND, ShapeKind.GATEWAY)
_WORDS = {
    ShapeKind.SENDER: "Sender",
    ShapeKind.RECEIVER: "Receiver",
    ShapeKind.PROCESS: "Process",
    ShapeKind.LANE: "Lane",
    ShapeKind.SUBPROCESS: "Subprocess",
    ShapeKind.START: "Start event",
    ShapeKind.END: "End event",
    ShapeKind.INTERMEDIATE: "Event",
    ShapeKind.TASK: "Step",
    ShapeKind.GATEWAY: "Gateway",
    ShapeKind.ANNOTATION: "Note",
}
_BADGES = {
    "error": ("M-4.6-11H4.6L11-4.6V4.6L4.6 11H-4.6L-11 4.6V-4.6z", "E", 4.2),
    "warning": ("M0-12 12.5 9.5H-12.5z", "W", 6.6),
    "note": ("M-10-10H10V10H-10z", "N", 4.2),
    "ok": ("M0-11a11 11 0 1 0 .01 0z", "✓", 4.2),
}
_RANKS = {severity: rank for rank, severity in enumerate(_BADGES)}


class Mark(msgspec.Struct, frozen=True):
    """What the page says of a channel.

    ``severity`` is ``error``, ``warning``, ``note``, ``ok`` (checked, nothing found) or empty
    (not in question: drawn as any other). ``href`` is the fragment that a click leads to,
    ``label`` what a screen reader and the tooltip say, ``count`` the number in the badge.
    """

    severity: str
    href: str
    label: str
    count: int = 0


def svg(diagram: Diagram, marks: Mapping[str, Mark], *, title: str, prefix: str) -> str:
    """The drawing as HTML: safe markup, to stand in a page with `STYLE` and `SYMBOLS`.

    ``marks`` are by the ids of channels; a mark whose channel the diagram does not draw is
    left to the page. ``prefix`` makes the ids of this drawing its own in the page.
    """
    drawing = _Drawing(diagram)
    holders = list(_holders(diagram))
    titles = list(_titles(diagram, drawing))
    steps = list(_steps(diagram, drawing))
    plain = [edge for edge in diagram.edges if _mark(edge, marks) is None]
    ways = [f"<g>{_edge_tooltip(edge)}{_course(edge, drawing)}</g>" for edge in plain]
    links = _links(diagram, marks, drawing, prefix)
    names = [_beside(edge, drawing) for edge in plain]
    box = drawing.box()
    natural = min(box.width * (_WIDE_SCALE if box.width > _WIDE else 1), _WIDEST)
    size = " flow-wide" if box.width > _WIDE else " flow-broad" if box.width > _BROAD else ""
    window = " flow-window" if box.width > _WIDE else ""
    scrolled = f' tabindex="0" role="group" aria-labelledby="{_attribute(prefix)}-title"'
    view = " ".join(map(lines.number, (box.x, box.y, box.width, box.height)))
    return (
        f'<div class="flow-drawing{window}"{scrolled if size else ""}>'
        f'<svg class="flow{size}" role="group" viewBox="{view}" width="{natural:.0f}" '
        f'height="{natural * box.height / box.width:.0f}" '
        f'aria-labelledby="{_attribute(prefix)}-title" '
        f'aria-describedby="{_attribute(prefix)}-desc">'
        f'<title id="{_attribute(prefix)}-title">{_text(title)}</title>'
        f'<desc id="{_attribute(prefix)}-desc">{_text(_summary(diagram))}</desc>'
        f'<g aria-hidden="true">{"".join([*holders, *ways, *titles, *steps, *names])}</g>'
        f"{''.join(links)}</svg></div>"
    )


class _Drawing:
    """What is drawn so far: how far it reaches, and which places are taken."""

    def __init__(self, diagram: Diagram) -> None:
        self.outlines = {shape.id: lines.outline(shape) for shape in diagram.shapes}
        self.shapes = {shape.id: shape for shape in diagram.shapes}
        self.courses = {edge.id: self._course(edge) for edge in diagram.edges}
        self._cells: dict[tuple[int, int], list[Bounds]] = {}
        self._left = self._top = float("inf")
        self._right = self._bottom = float("-inf")
        for shape in diagram.shapes:
            self._reach(shape.bounds)
            if shape.kind not in _POOLS:
                self._take(self.outlines[shape.id].bounds)
        for course in self.courses.values():
            for start, end in pairwise(course):
                x, y = min(start.x, end.x), min(start.y, end.y)
                self._reach(
                    Bounds(x - 6, y - 6, abs(end.x - start.x) + 12, abs(end.y - start.y) + 12)
                )
                if start.x == end.x or start.y == end.y:
                    self._take(
                        Bounds(x - 1.5, y - 1.5, abs(end.x - start.x) + 3, abs(end.y - start.y) + 3)
                    )

    def _course(self, edge: Edge) -> tuple[Point, ...]:
        source, target = self.outlines.get(edge.source), self.outlines.get(edge.target)
        return lines.clipped(edge.points, source, target)

    def _reach(self, bounds: Bounds) -> None:
        self._left, self._top = min(self._left, bounds.x), min(self._top, bounds.y)
        self._right = max(self._right, bounds.x + bounds.width)
        self._bottom = max(self._bottom, bounds.y + bounds.height)

    def _take(self, bounds: Bounds) -> None:
        for cell in _cells(bounds):
            here = self._cells.setdefault(cell, [])
            if len(here) < _CROWD:
                here.append(bounds)

    def label(self, bounds: Bounds) -> None:
        """A text is drawn in this place."""
        self._reach(bounds)
        self._take(bounds)

    def taken(self, place: Bounds) -> float:
        """How much of the place is taken by steps, participants and labels, in square pixels."""
        found = {other for cell in _cells(place) for other in map(_key, self._cells.get(cell, ()))}
        return sum(_overlap(place, Bounds(*other)) for other in found)

    def box(self) -> Bounds:
        """All that is drawn, with a margin."""
        x, y = int(self._left - _MARGIN), int(self._top - _MARGIN)
        return Bounds(x, y, int(self._right + _MARGIN) - x + 1, int(self._bottom + _MARGIN) - y + 1)


def _key(bounds: Bounds) -> tuple[float, float, float, float]:
    return bounds.x, bounds.y, bounds.width, bounds.height


def _cells(bounds: Bounds) -> list[tuple[int, int]]:
    """The squares of a coarse grid that a rectangle touches; none for one beyond all measure."""
    across = range(int(bounds.x // _CELL), int((bounds.x + bounds.width) // _CELL) + 1)
    down = range(int(bounds.y // _CELL), int((bounds.y + bounds.height) // _CELL) + 1)
    if len(across) * len(down) > _CELLS:
        return []
    return [(column, row) for column in across for row in down]


def _overlap(one: Bounds, other: Bounds) -> float:
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return max(across, 0.0) * max(down, 0.0)


class _Label(NamedTuple):
    """A text of several lines around a middle, ``y`` the upper end."""

    x: float
    y: float
    lines: list[str]
    size: float = _SIZE

    @property
    def bounds(self) -> Bounds:
        broad = max((width(line, self.size) for line in self.lines), default=0.0)
        return Bounds(self.x - broad / 2, self.y, broad, _LEADING * len(self.lines))

    def markup(self, kind: str = "") -> str:
        return _lines(self.x, self.y + self.size - 0.5, self.lines, kind)


def _lines(x: float, baseline: float, texts: Sequence[str], kind: str = "") -> str:
    """The lines of a text as SVG; the first stands on ``baseline``."""
    if not texts:
        return ""
    style = f' class="{kind}"' if kind else ""
    across, down = lines.number(x), lines.number(baseline)
    first, *others = map(_text, texts)
    more = "".join(f'<tspan x="{across}" dy="{_LEADING}">{line}</tspan>' for line in others)
    return f'<text{style} x="{across}" y="{down}">{first}{more}</text>'


def _holders(diagram: Diagram) -> Iterable[str]:
    """Pools, lanes and subprocesses, without their names."""
    for shape in diagram.shapes:
        if shape.kind in _POOLS:
            yield _shape(shape, _rectangle(shape.bounds, _POOLS[shape.kind], 6))


def _titles(diagram: Diagram, drawing: _Drawing) -> Iterable[str]:
    """Their names, each in the upper left corner."""
    for shape in diagram.shapes:
        if shape.kind not in _POOLS:
            continue
        bounds = shape.bounds
        x, baseline = bounds.x + 10, bounds.y + min(18, bounds.height)
        name = wrap(clean(shape.name), _TITLE_SIZE, max(bounds.width - 20, 20), 1)
        drawing.label(Bounds(x, baseline - 12, sum(width(line, _TITLE_SIZE) for line in name), 15))
        yield _lines(x, baseline, name, "title")


def _steps(diagram: Diagram, drawing: _Drawing) -> Iterable[str]:
    """Everything in the pools, and the participants."""
    used = _used_sides(diagram, drawing)
    for shape in diagram.shapes:
        if shape.kind in _POOLS:
            continue
        if shape.kind in _PARTIES:
            body = _party(shape)
        elif shape.kind in _LABELLED_OUTSIDE:
            body = _gateway(shape) if shape.kind == ShapeKind.GATEWAY else _event(shape)
            label = _outer_label(shape, drawing, used.get(shape.id, frozenset()))
            drawing.label(label.bounds)
            body += label.markup("below" if shape.parent else "below outside")
        elif shape.kind == ShapeKind.ANNOTATION:
            body = _annotation(shape)
        else:
            body = _task(shape)
        yield _shape(shape, body)


def _shape(shape: Shape, body: str) -> str:
    return f"<g>{_tooltip(shape)}{body}</g>"


def _tooltip(shape: Shape) -> str:
    what = step(shape.detail)[1] if shape.kind in _NAMED_BY_DETAIL else ""
    if shape.kind in lines.ROUND and shape.detail:
        what = f"{_WORDS[shape.kind]}, {clean(shape.detail)[:60]}"
    name = clean(shape.name)
    what = what or _WORDS.get(shape.kind, "Element")
    return f"<title>{_text(f'{what}: {name}' if name and name != what else what)}</title>"


_NAMED_BY_DETAIL = (ShapeKind.TASK, ShapeKind.GATEWAY, ShapeKind.SUBPROCESS)


def _rectangle(bounds: Bounds, kind: str, radius: int) -> str:
    x, y, width_, height = map(lines.number, _key(bounds))
    return (
        f'<rect class="{kind}" x="{x}" y="{y}" width="{width_}" height="{height}" rx="{radius}"/>'
    )


def _icon(name: str, x: float, y: float, size: float) -> str:
    """An icon around a middle."""
    left, top, side = map(lines.number, (x - size / 2, y - size / 2, size))
    return f'<use href="#flow-{name}" x="{left}" y="{top}" width="{side}" height="{side}"/>'


def _task(shape: Shape) -> str:
    """A rounded box, its icon above its name; the name alone where the box is too low."""
    bounds = shape.bounds
    middle = bounds.x + bounds.width / 2
    icon = step(shape.detail)[0] if bounds.height >= 40 else ""
    top = 21.0 if icon else 2.0
    count = max(int((bounds.height - top) / _LEADING), 1)
    name = wrap(clean(shape.name), _SIZE, max(bounds.width - 6, 12), min(count, 8))
    spare = bounds.height - top - 2 - _LEADING * len(name)
    label = _Label(middle, bounds.y + top + max(spare / 2, 0), name)
    drawn = _icon(icon, middle, bounds.y + 12.5, 16) if icon else ""
    return _rectangle(bounds, "box", 7) + drawn + label.markup()


def _party(shape: Shape) -> str:
    """A participant: what it is, an icon, its name."""
    bounds = shape.bounds
    middle = bounds.x + bounds.width / 2
    parts = [_rectangle(bounds, "party", 3)]
    top = 4.0
    if bounds.height >= 70:
        parts.append(_icon("system", middle, bounds.y + 20, 20))
        parts.append(_lines(middle, bounds.y + 46, [_PARTIES[shape.kind]], "role"))
        top = 52.0
    count = min(max(int((bounds.height - top) / _LEADING), 1), 6)
    name = wrap(clean(shape.name), _SIZE * 1.07, max(bounds.width - 10, 12), count)
    spare = bounds.height - top - 6 - _LEADING * len(name)
    label = _Label(middle, bounds.y + top + max(min(spare / 2, 16), 0), name)
    return "".join([*parts, label.markup("name")])


def _gateway(shape: Shape) -> str:
    outline = lines.outline(shape)
    x, y, across, down = map(
        lines.number,
        (outline.x, outline.y - outline.half_height, outline.half_width, outline.half_height),
    )
    diamond = f'<path class="gate" d="M{x} {y}l{across} {down}-{across} {down}-{across}-{down}z"/>'
    size = min(outline.half_width, outline.half_height)
    return diamond + _icon(step(shape.detail)[0], outline.x, outline.y, size)


def _event(shape: Shape) -> str:
    outline = lines.outline(shape)
    kind = {ShapeKind.START: "start", ShapeKind.END: "end"}.get(shape.kind, "mid")
    radius = max(outline.half_width - (1.5 if kind == "end" else 0.5), 0.5)
    circle = _circle(outline, radius, kind)
    if kind == "mid" and radius > 5:
        circle += _circle(outline, radius - 3, kind)
    icon = event(shape.detail)
    return circle + (_icon(icon, outline.x, outline.y, outline.half_width * 1.05) if icon else "")


def _circle(outline: lines.Outline, radius: float, kind: str) -> str:
    x, y, r = map(lines.number, (outline.x, outline.y, radius))
    return f'<circle class="{kind}" cx="{x}" cy="{y}" r="{r}"/>'


def _annotation(shape: Shape) -> str:
    """A bracket, the text to its right."""
    bounds = shape.bounds
    x, y, height = map(lines.number, (bounds.x, bounds.y, bounds.height))
    count = max(int(bounds.height / _LEADING), 1)
    text = wrap(clean(shape.name), _SIZE, max(bounds.width - 10, 12), min(count, 40))
    bracket = f'<path class="note" d="M{x} {y}m8 0h-8v{height}h8"/>'
    return bracket + _lines(bounds.x + 8, bounds.y + _SIZE + 1, text, "left")


def _used_sides(diagram: Diagram, drawing: _Drawing) -> dict[str, frozenset[str]]:
    """At which of its upper and lower ends connections touch a shape."""
    used: dict[str, set[str]] = {}
    for edge in diagram.edges:
        course = drawing.courses[edge.id]
        for shape, end, next_ in (
            (edge.source, course[0], course[1]),
            (edge.target, course[-1], course[-2]),
        ):
            if abs(next_.y - end.y) > abs(next_.x - end.x):
                used.setdefault(shape, set()).add("below" if next_.y > end.y else "above")
    return {shape: frozenset(sides) for shape, sides in used.items()}


def _outer_label(shape: Shape, drawing: _Drawing, used: frozenset[str]) -> _Label:
    """The name of an event or gateway, below or above it: where it covers least."""
    outline = lines.outline(shape)
    name = clean(shape.name)
    room = 108.0 if shape.kind == ShapeKind.GATEWAY else 92.0
    best: tuple[float, _Label] | None = None
    for narrow in (1.0, 0.7):
        text = wrap(name, _SIZE, room * narrow, 3)
        below = outline.y + outline.half_height + 2
        above = outline.y - outline.half_height - 2 - _LEADING * len(text)
        for side, top, penalty in (("below", below, 0), ("above", above, 60)):
            label = _Label(outline.x, top, text)
            cost = drawing.taken(label.bounds) + penalty + (300 if side in used else 0)
            cost += 40 * (narrow < 1)
            if best is None or cost < best[0]:
                best = cost, label
    return best[1] if best else _Label(outline.x, outline.y, [])


def _mark(edge: Edge, marks: Mapping[str, Mark]) -> Mark | None:
    return marks.get(edge.id) if edge.kind == EdgeKind.MESSAGE else None


def _course(edge: Edge, drawing: _Drawing) -> str:
    course = drawing.courses[edge.id]
    data = lines.path(course)
    if edge.kind == EdgeKind.ASSOCIATION:
        return f'<path class="tie" d="{data}"/>'
    if edge.kind == EdgeKind.MESSAGE:
        head = lines.head(course, length=8, width=8, closed=False)
        return f'<path class="msg" d="{data}"/><path class="open" d="{head}"/>'
    if edge.default:
        data += lines.crossing(course, distance=9, size=9)
    head = lines.head(course, length=8, width=7, closed=True)
    return f'<path class="way" d="{data}"/><path class="tip" d="{head}"/>'


def _edge_tooltip(edge: Edge) -> str:
    name = clean(edge.name)
    if edge.kind == EdgeKind.MESSAGE:
        adapter = clean(edge.detail)
        whole = f"{name} ({adapter})" if name and adapter and name != adapter else name or adapter
        return f"<title>Channel{': ' * bool(whole)}{_text(whole)}</title>"
    if edge.default:
        name = f"{name} (default)" if name else "Default"
    return f"<title>{_text(name)}</title>" if name else ""


def _beside(edge: Edge, drawing: _Drawing, *, shift: float = 0.0) -> str:
    """What the editor writes beside a connection, in the middle of its longest piece."""
    name = clean(edge.name or edge.detail)
    segment = lines.longest(drawing.courses[edge.id])
    label = _edge_label(name, segment, drawing, shift=shift)
    drawing.label(label.bounds)
    outside = drawing.shapes.get(edge.source), drawing.shapes.get(edge.target)
    inner = any(shape is not None and shape.kind in _PARTIES for shape in outside)
    return label.markup("beside outside" if inner else "beside")


def _edge_label(name: str, segment: lines.Segment, drawing: _Drawing, *, shift: float) -> _Label:
    """The name beside a piece of a connection: where it covers least."""
    middle = segment.middle
    size = 10.0
    level = segment.is_level
    room = min(max(segment.length - 12, 44.0), 160.0) if level else 110.0
    text = wrap(name, size, room, 2 if level else 3)
    high = _LEADING * len(text)
    broad = max((width(line, size) for line in text), default=0.0)
    if level:
        gap = 3 + shift
        places = [(middle.x, middle.y - high - gap), (middle.x, middle.y + gap)]
        if abs(segment.end.y - segment.start.y) > 8 and not shift:
            places.insert(0, (middle.x, middle.y - high / 2))
    else:
        gap = broad / 2 + 5 + shift
        top = middle.y - high / 2
        places = [(middle.x + gap, top), (middle.x - gap, top), (middle.x, top)]
    labels = [_Label(x, y, text, size) for x, y in places]
    return min(labels, key=lambda label: drawing.taken(label.bounds))


def _links(
    diagram: Diagram, marks: Mapping[str, Mark], drawing: _Drawing, prefix: str
) -> list[str]:
    """The marked channels, each a link, those in trouble on top."""
    marked = [(edge, mark) for edge in diagram.edges if (mark := _mark(edge, marks)) is not None]
    marked.sort(key=lambda pair: -_RANKS.get(pair[1].severity, len(_RANKS)))
    anchors = {anchor(prefix, mark): edge.id for edge, mark in reversed(marked)}
    return [
        _link(edge, mark, drawing, name if anchors[name] == edge.id else "")
        for edge, mark in marked
        for name in (anchor(prefix, mark),)
    ]


def anchor(prefix: str, mark: Mark) -> str:
    """The id of the marked channel in its drawing, for a link from the page to it."""
    return f"{prefix}-{mark.href.removeprefix('#')}"


def _link(edge: Edge, mark: Mark, drawing: _Drawing, name: str) -> str:
    """The channel as a link, and its texts beside the link, which has a name of its own."""
    course = drawing.courses[edge.id]
    badge, count, kind, way = "", "", "", _course(edge, drawing)
    if mark.severity in _BADGES:
        badge, count = _badge(mark, lines.longest(course).middle)
        kind = f' class="{mark.severity}"'
        head = lines.head(course, length=13, width=12, closed=True)
        way = (
            f'<path class="msg" d="{lines.path(lines.shortened(course, 10))}"/>'
            f'<path class="peak" d="{head}"/>'
        )
    label = clean(mark.label)
    identity = f' id="{_attribute(name)}"' if name else ""
    return (
        f'<a{identity}{kind} href="{_attribute(mark.href)}" aria-label="{_attribute(label)}">'
        f"<title>{_text(label)}</title>"
        f'<g aria-hidden="true"><path class="reach" d="{lines.path(course)}"/>{way}{badge}</g></a>'
        f'<g class="said {mark.severity}" aria-hidden="true">'
        f"{_beside(edge, drawing, shift=11 if badge else 0)}{count}</g>"
    )


def _badge(mark: Mark, at: Point) -> tuple[str, str]:
    """The badge of a channel, and the count that stands on it."""
    outline, letter, baseline = _BADGES[mark.severity]
    shown = f"{mark.count}" if 0 < mark.count < 100 else "99+" if mark.count else letter
    place = f'transform="translate({lines.number(at.x)} {lines.number(at.y)})"'
    return (
        f'<path class="badge" {place} d="{outline}"/>',
        f'<text class="count" {place} y="{baseline}">{shown}</text>',
    )


def _summary(diagram: Diagram) -> str:
    """The drawing in words, for people who can't see it."""
    counts = (
        ("sender", sum(shape.kind == ShapeKind.SENDER for shape in diagram.shapes)),
        ("receiver", sum(shape.kind == ShapeKind.RECEIVER for shape in diagram.shapes)),
        ("channel", sum(edge.kind == EdgeKind.MESSAGE for edge in diagram.edges)),
        ("step", sum(shape.kind in _STEPS for shape in diagram.shapes)),
    )
    return ", ".join(f"{count} {word}{'s' * (count != 1)}" for word, count in counts)


_STEPS = (ShapeKind.TASK, ShapeKind.GATEWAY, *lines.ROUND)


def _text(text: str) -> str:
    return escape(clean(text), quote=False)


def _attribute(text: str) -> str:
    return escape(clean(text))
