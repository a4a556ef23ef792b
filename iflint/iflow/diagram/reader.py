"""From the XML of a whole flow to its `Diagram`: BPMN's diagram interchange."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from iflint.iflow.diagram.elements import Connection, Elements, Node, read_elements
from iflint.iflow.diagram.model import Bounds, Diagram, Edge, Point, Shape, ShapeKind
from iflint.iflow.document import read_document
from iflint.places.problems import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Set

    from lxml import etree

    from iflint.places.location import FileLocation

_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_BOUNDS = "{http://www.omg.org/spec/DD/20100524/DC}Bounds"
_WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"

SHAPES = 2_000
"""How many shapes, and how many connections, of a diagram are read. Ours: ten times the most seen
(181 shapes, 165 connections)."""
WAYPOINTS = 40
"""How many points of a connection are read. Ours: six times the most seen (6)."""
FARTHEST = 100_000.0
"""Coordinates beyond this, in either direction, are no place in a diagram. Ours: ten times the
farthest seen (7,146)."""

LARGEST = 4 * 1024 * 1024
"""Files of more bytes are not drawn, as they would be read as a whole. Ours: five times the largest
seen (710 KB)."""

_HOLDERS = (ShapeKind.PROCESS, ShapeKind.LANE, ShapeKind.SUBPROCESS)


def diagram_of(flow: bytes, location: FileLocation) -> Diagram | None:
    """How the flow in a ``.iflw`` is drawn; None where that can't be read, or is too large."""
    if len(flow) > LARGEST:
        return None
    try:
        document = read_document(flow, location, whole=True)
    except Unreadable:
        return None
    return read_diagram(document.root)


def read_diagram(root: etree._Element) -> Diagram | None:
    """How a flow is drawn, from its ``definitions`` element; None where it says nothing of it.

    Of several diagrams, the first one that draws an element of the flow is read. A connection
    without a usable course is drawn straight from one shape to the other.
    """
    elements: Elements | None = None
    for plane in root.iterfind(f"{_DI}BPMNDiagram/{_DI}BPMNPlane"):
        elements = elements or read_elements(root)
        diagram = _read(plane, elements)
        if diagram.shapes:
            return diagram
    return None


def _read(plane: etree._Element, elements: Elements) -> Diagram:
    drawn: dict[str, tuple[Node, Bounds]] = {}
    collapsed: set[str] = set()
    left_out = 0
    for shape in plane.iterchildren(f"{_DI}BPMNShape"):
        node = elements.nodes.get(_reference(shape))
        bounds = _bounds(shape)
        if node is None or bounds is None or node.id in drawn or len(drawn) == SHAPES:
            left_out += 1
            continue
        drawn[node.id] = node, bounds
        if shape.get("isExpanded", "").strip() == "false" and node.kind == ShapeKind.SUBPROCESS:
            collapsed.add(node.id)
    hidden = _held_by(collapsed, elements.nodes) & drawn.keys()
    shapes = {
        identifier: _shape(node, bounds, drawn, collapsed=identifier in collapsed)
        for identifier, (node, bounds) in drawn.items()
        if identifier not in hidden
    }
    edges: dict[str, Edge] = {}
    for drawing in plane.iterchildren(f"{_DI}BPMNEdge"):
        connection = elements.connections.get(_reference(drawing))
        if connection is None or connection.id in edges or len(edges) == SHAPES:
            left_out += 1
            continue
        points = _waypoints(drawing)
        if connection.source in hidden or connection.target in hidden:
            connection, points = _to_holders(connection, hidden, elements.nodes), ()
            if connection.source == connection.target:
                continue
        edge = _edge(connection, points, shapes)
        if edge is None:
            left_out += 1
        else:
            edges[edge.id] = edge
    return Diagram(tuple(_outermost_first(shapes)), tuple(edges.values()), left_out)


def _shape(
    node: Node, bounds: Bounds, drawn: dict[str, tuple[Node, Bounds]], *, collapsed: bool
) -> Shape:
    kind = ShapeKind.TASK if collapsed else node.kind
    parent = node.parent if node.parent in drawn else ""
    return Shape(node.id, kind, node.name, bounds, node.detail, parent)


def _held_by(holders: set[str], nodes: dict[str, Node]) -> set[str]:
    """The ids of everything in the holders, at any depth."""
    if not holders:
        return set()
    held: dict[str, list[str]] = {}
    for node in nodes.values():
        held.setdefault(node.parent, []).append(node.id)
    found: set[str] = set()
    waiting = list(holders)
    while waiting:
        new = [inner for inner in held.get(waiting.pop(), ()) if inner not in found]
        found.update(new)
        waiting += new
    return found


def _to_holders(connection: Connection, hidden: Set[str], nodes: dict[str, Node]) -> Connection:
    """The connection, with the shape that hides a step in the place of that step."""

    def seen(identifier: str) -> str:
        while identifier in hidden:
            identifier = nodes[identifier].parent
        return identifier

    source, target = seen(connection.source), seen(connection.target)
    return msgspec.structs.replace(connection, source=source, target=target)


def _outermost_first(shapes: dict[str, Shape]) -> Iterator[Shape]:
    """What holds others before what it holds, then steps and events; else in the file's order."""
    depths: dict[str, int] = {}
    for identifier in shapes:
        chain: dict[str, None] = {}
        while identifier in shapes and identifier not in depths and identifier not in chain:
            chain[identifier] = None
            identifier = shapes[identifier].parent
        depth = depths.get(identifier, -1) + 1
        depths.update((name, place) for place, name in enumerate(reversed(chain), depth))

    def rank(shape: Shape) -> tuple[bool, int, bool]:
        holds = shape.kind in _HOLDERS
        return not holds, depths[shape.id] if holds else 0, shape.kind == ShapeKind.INTERMEDIATE

    return iter(sorted(shapes.values(), key=rank))


def _edge(
    connection: Connection, points: tuple[Point, ...], shapes: dict[str, Shape]
) -> Edge | None:
    if len(points) < 2:
        ends = shapes.get(connection.source), shapes.get(connection.target)
        points = tuple(_centre(end.bounds) for end in ends if end is not None)
    if len(points) < 2:
        return None
    return Edge(
        id=connection.id,
        kind=connection.kind,
        name=connection.name,
        source=connection.source,
        target=connection.target,
        points=points,
        detail=connection.detail,
        conditional=connection.conditional,
        default=connection.default,
    )


def _centre(bounds: Bounds) -> Point:
    return Point(bounds.x + bounds.width / 2, bounds.y + bounds.height / 2)


def _bounds(shape: etree._Element) -> Bounds | None:
    for element in shape.iterchildren(_BOUNDS):
        x, y, width, height = _numbers(element, ("x", "y", "width", "height"))
        if x is None or y is None or width is None or height is None or min(width, height) < 1:
            return None
        return Bounds(x, y, width, height)
    return None


def _waypoints(edge: etree._Element) -> tuple[Point, ...]:
    found: list[Point] = []
    for element in edge.iterchildren(_WAYPOINT):
        x, y = _numbers(element, ("x", "y"))
        if x is not None and y is not None and len(found) < WAYPOINTS:
            found.append(Point(x, y))
    return tuple(found)


def _numbers(element: etree._Element, names: Iterable[str]) -> Iterator[float | None]:
    """The attributes as numbers; None for one that is absent, no number or too far away."""
    for name in names:
        try:
            number = float(element.get(name, ""))
        except ValueError:
            yield None
        else:
            yield number if math.isfinite(number) and abs(number) <= FARTHEST else None


def _reference(drawing: etree._Element) -> str:
    return drawing.get("bpmnElement", "").rpartition(":")[2].strip()
