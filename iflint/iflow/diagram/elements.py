"""What a diagram draws: the elements of a flow's collaboration and processes, in BPMN's terms."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from iflint.iflow.channels import IFL_TYPE
from iflint.iflow.diagram.model import EdgeKind, ShapeKind
from iflint.iflow.document import BPMN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

_PREFIX = f"{{{BPMN}}}"
_NODES = {
    "startEvent": ShapeKind.START,
    "endEvent": ShapeKind.END,
    "intermediateCatchEvent": ShapeKind.INTERMEDIATE,
    "intermediateThrowEvent": ShapeKind.INTERMEDIATE,
    "boundaryEvent": ShapeKind.INTERMEDIATE,
    "callActivity": ShapeKind.TASK,
    "subProcess": ShapeKind.SUBPROCESS,
    "transaction": ShapeKind.SUBPROCESS,
    "adHocSubProcess": ShapeKind.SUBPROCESS,
    "lane": ShapeKind.LANE,
    "textAnnotation": ShapeKind.ANNOTATION,
}
_PARTICIPANTS = {
    "EndpointSender": ShapeKind.SENDER,
    "EndpointRecevier": ShapeKind.RECEIVER,  # SAP's own spelling
    "EndpointReceiver": ShapeKind.RECEIVER,
    "IntegrationProcess": ShapeKind.PROCESS,
}
_CONNECTIONS = {
    "sequenceFlow": EdgeKind.SEQUENCE,
    "messageFlow": EdgeKind.MESSAGE,
    "association": EdgeKind.ASSOCIATION,
    "dataInputAssociation": EdgeKind.ASSOCIATION,
    "dataOutputAssociation": EdgeKind.ASSOCIATION,
}
_NOT_DRAWN = frozenset({"extensionElements", "incoming", "outgoing", "documentation"})
_EVENT_DEFINITION = "EventDefinition"


class Node(msgspec.Struct, frozen=True):
    """An element that is drawn as a shape; ``parent`` is the id of the one that holds it."""

    id: str
    kind: ShapeKind
    name: str
    detail: str
    parent: str


class Connection(msgspec.Struct, frozen=True):
    """An element that is drawn as a connection."""

    id: str
    kind: EdgeKind
    name: str
    detail: str
    source: str
    target: str
    conditional: bool = False
    default: bool = False


class Elements(msgspec.Struct, frozen=True):
    """The elements by their ids, in document order; of those that share an id, the first.

    Of channels that share one, none: a mark could be on the wrong one.
    """

    nodes: dict[str, Node]
    connections: dict[str, Connection]


def read_elements(root: etree._Element) -> Elements:
    """The elements of all collaborations and processes of a ``definitions`` element."""
    collaborations = list(_children(root, "collaboration"))
    channels = [
        flow for collaboration in collaborations for flow in _children(collaboration, "messageFlow")
    ]
    senders = {_attribute(flow, "sourceRef") for flow in channels}
    named = Counter(_attribute(flow, "id") for flow in channels)
    nodes: dict[str, Node] = {}
    connections: dict[str, Connection] = {}
    pools: dict[str, str] = {}
    for collaboration in collaborations:
        for participant in _children(collaboration, "participant"):
            node = _participant(participant, senders)
            nodes.setdefault(node.id, node)
            pools.setdefault(_attribute(participant, "processRef"), node.id)
        for element in collaboration:
            _add(element, "", nodes, connections)
    for process in _children(root, "process"):
        _read_process(process, pools.get(_attribute(process, "id"), ""), nodes, connections)
    nodes.pop("", None)
    connections.pop("", None)
    for identifier, number in named.items():
        if number > 1:
            connections.pop(identifier, None)
    return Elements(nodes, connections)


def _read_process(
    process: etree._Element,
    pool: str,
    nodes: dict[str, Node],
    connections: dict[str, Connection],
) -> None:
    """Add what a process holds, down through its subprocesses and lanes."""
    lanes: dict[str, str] = {}
    defaults: set[str] = set()
    found: dict[str, Node] = {}
    waiting = [(process, pool)]
    while waiting:
        holder, parent = waiting.pop()
        for element in holder:
            name = _local(element)
            if name in _NOT_DRAWN:
                continue
            if name == "flowNodeRef":
                lanes.setdefault((element.text or "").strip(), parent)
                continue
            identifier = _add(element, parent, found, connections)
            defaults.add(_attribute(element, "default"))
            if name in ("laneSet", "childLaneSet"):
                waiting.append((element, parent))
            elif name == "lane" or _NODES.get(name) == ShapeKind.SUBPROCESS:
                waiting.append((element, identifier))
    for node in found.values():
        lane = lanes.get(node.id, "")
        held = msgspec.structs.replace(node, parent=lane) if lane and node.parent == pool else node
        nodes.setdefault(node.id, held)
    for identifier in defaults & connections.keys():
        connection = msgspec.structs.replace(connections[identifier], default=True)
        connections[identifier] = connection


def _add(
    element: etree._Element,
    parent: str,
    nodes: dict[str, Node],
    connections: dict[str, Connection],
) -> str:
    """Add the element where it is one that is drawn; returns its id."""
    name, identifier = _local(element), _attribute(element, "id")
    if name in _CONNECTIONS:
        connections.setdefault(identifier, _connection(element, _CONNECTIONS[name]))
    elif (kind := _node_kind(name)) is not None:
        nodes.setdefault(identifier, _node(element, name, kind, parent))
    return identifier


def _node_kind(name: str) -> ShapeKind | None:
    if name in _NODES:
        return _NODES[name]
    if name.endswith("Gateway"):
        return ShapeKind.GATEWAY
    return ShapeKind.TASK if name.endswith(("Task", "task")) else None


def _participant(element: etree._Element, senders: set[str]) -> Node:
    """A participant by its type in SAP's terms, else by what refers to it (*inferred*)."""
    properties = _properties(element)
    role = (element.get(IFL_TYPE) or properties.get("ifl:type", "")).strip()
    identifier = _attribute(element, "id")
    guess = ShapeKind.SENDER if identifier in senders else ShapeKind.RECEIVER
    if _attribute(element, "processRef"):
        guess = ShapeKind.PROCESS
    kind = _PARTICIPANTS.get(role, guess)
    return Node(identifier, kind, _attribute(element, "name"), "", "")


def _node(element: etree._Element, name: str, kind: ShapeKind, parent: str) -> Node:
    if kind == ShapeKind.ANNOTATION:
        text = "".join(" ".join(child.itertext()) for child in _children(element, "text"))
        return Node(_attribute(element, "id"), kind, text.strip(), "", parent)
    properties = _properties(element)
    detail = properties.get("activityType", "") or _variant(properties)
    if kind == ShapeKind.TASK:
        detail = properties.get("subActivityType", "") if detail == "Mapping" else detail
        detail = detail or properties.get("activityType", "") or _capitalized(name)
    elif kind in (ShapeKind.START, ShapeKind.END, ShapeKind.INTERMEDIATE):
        detail = next(_event_definitions(element), "")
    elif kind == ShapeKind.GATEWAY:
        detail = detail or _capitalized(name)
    return Node(_attribute(element, "id"), kind, _attribute(element, "name"), detail, parent)


def _capitalized(name: str) -> str:
    return name[:1].upper() + name[1:]


def _event_definitions(element: etree._Element) -> Iterator[str]:
    for child in element:
        name = _local(child)
        if name.endswith(_EVENT_DEFINITION):
            yield name.removesuffix(_EVENT_DEFINITION)


def _connection(element: etree._Element, kind: EdgeKind) -> Connection:
    detail = ""
    if kind == EdgeKind.MESSAGE:
        properties = _properties(element)
        detail = properties.get("ComponentType", "") or _variant(properties)
    return Connection(
        id=_attribute(element, "id"),
        kind=kind,
        name=_attribute(element, "name"),
        detail=detail,
        source=_attribute(element, "sourceRef"),
        target=_attribute(element, "targetRef"),
        conditional=any(True for _ in _children(element, "conditionExpression")),
    )


def _variant(properties: dict[str, str]) -> str:
    """The name in ``ctype::FlowstepVariant/cname::Splitter/version::1.0`` (*inferred*)."""
    _, marker, rest = properties.get("cmdVariantUri", "").partition("/cname::")
    return rest.partition("/")[0].rpartition(":")[2].strip() if marker else ""


def _properties(element: etree._Element) -> dict[str, str]:
    """The short properties of an element by key, as stored; the last one wins."""
    found: dict[str, str] = {}
    for extension in _children(element, "extensionElements"):
        for entry in extension:
            key = value = ""
            for child in entry:
                name = _local(child)
                if name == "key":
                    key = (child.text or "").strip()
                elif name == "value":
                    value = (child.text or "").strip()
            found[key] = value
    return found


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return element.iterchildren(_PREFIX + name)


def _attribute(element: etree._Element, name: str) -> str:
    return (element.get(name) or "").strip()


def _local(element: etree._Element) -> str:
    return str(element.tag).removeprefix(_PREFIX)
