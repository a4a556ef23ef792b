"""How a flow is drawn in the editor: the shapes and connections of its BPMN diagram."""

from __future__ import annotations

import enum

import msgspec


class ShapeKind(enum.StrEnum):
    """What a shape stands for, in the words of BPMN, and of SAP where BPMN is too general."""

    SENDER = "sender"
    RECEIVER = "receiver"
    PROCESS = "process"
    """A pool: the integration process, or a local one."""
    LANE = "lane"
    SUBPROCESS = "subprocess"
    START = "start"
    END = "end"
    INTERMEDIATE = "intermediate"
    TASK = "task"
    GATEWAY = "gateway"
    ANNOTATION = "annotation"
    OTHER = "other"


class Bounds(msgspec.Struct, frozen=True):
    """A rectangle in the diagram's units (pixels of the editor), y growing downwards."""

    x: float
    y: float
    width: float
    height: float


class Point(msgspec.Struct, frozen=True):
    """A point of a connection, in the diagram's units."""

    x: float
    y: float


class Shape(msgspec.Struct, frozen=True):
    """A shape: ``id`` is its BPMN element's, ``name`` what the editor writes in or below it.

    ``detail`` tells tasks, events and gateways of a kind apart: an activity type of SAP
    (``Enricher``, ``Script``, …), or what starts or ends an event (``message``, ``timer``,
    ``error``, ``escalation``, ``terminate``), as far as the flow says so. ``parent`` is the id of
    the shape that holds it (a pool, a lane, a subprocess), empty for none.
    """

    id: str
    kind: ShapeKind
    name: str
    bounds: Bounds
    detail: str = ""
    parent: str = ""


class EdgeKind(enum.StrEnum):
    """What a connection stands for."""

    SEQUENCE = "sequence"
    MESSAGE = "message"
    """A channel: from a sender to the flow, or from the flow to a receiver."""
    ASSOCIATION = "association"


class Edge(msgspec.Struct, frozen=True):
    """A connection, of two points or more; ``source`` and ``target`` are ids of shapes.

    The ``id`` of a message flow is that of its channel (`iflint.iflow.model.SenderChannel.id`);
    channels that share an id, and one without an id, are not drawn.
    ``name`` is what the editor writes beside it, ``detail`` a channel's adapter. A connection
    is ``conditional`` when it is taken on a condition, ``default`` when no other one is.
    """

    id: str
    kind: EdgeKind
    name: str
    source: str
    target: str
    points: tuple[Point, ...]
    detail: str = ""
    conditional: bool = False
    default: bool = False


class Diagram(msgspec.Struct, frozen=True):
    """A flow's diagram, shapes that hold others before those that they hold.

    ``left_out`` counts what the file draws and this does not hold: what has no place or size
    that can be drawn, belongs to no element of the flow, or is beyond the limits of a diagram.
    """

    shapes: tuple[Shape, ...]
    edges: tuple[Edge, ...]
    left_out: int = 0
