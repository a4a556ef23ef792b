"""Small integration flows with a diagram, as XML elements, for tests of how flows are drawn."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from lxml import etree

NAMESPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:ifl="http:///com.sap.ifl.model/Ifl.xsd" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI"'
)


def element(tag: str, id: str, inside: str = "", **attributes: str) -> str:  # noqa: A002
    """A BPMN element; ``_`` in the name of an attribute stands for a colon."""
    given = "".join(f" {key.replace('_', ':')}={quoteattr(v)}" for key, v in attributes.items())
    return f"<{tag} id={quoteattr(id)}{given}>{inside}</{tag}>"


def settings(**properties: str) -> str:
    """Properties as SAP stores them."""
    stored = "".join(
        f"<ifl:property><key>{key}</key><value>{value}</value></ifl:property>"
        for key, value in properties.items()
    )
    return f"<extensionElements>{stored}</extensionElements>"


def shape(of: str, x: object, y: object, width: object, height: object, more: str = "") -> str:
    """A shape of the diagram."""
    return (
        f'<bpmndi:BPMNShape bpmnElement="{of}" {more}><dc:Bounds x="{x}" y="{y}" '
        f'width="{width}" height="{height}"/></bpmndi:BPMNShape>'
    )


def edge(of: str, *points: tuple[object, object]) -> str:
    """A connection of the diagram."""
    course = "".join(f'<di:waypoint x="{x}" y="{y}"/>' for x, y in points)
    return f'<bpmndi:BPMNEdge bpmnElement="{of}">{course}</bpmndi:BPMNEdge>'


def definitions(collaboration: str, process: str, *diagrams: str) -> etree._Element:
    """A whole flow with one process, ``Process_1``."""
    drawn = "".join(
        f"<bpmndi:BPMNDiagram><bpmndi:BPMNPlane>{diagram}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
        for diagram in diagrams
    )
    text = (
        f'<definitions {NAMESPACES}><collaboration id="C">{collaboration}</collaboration>'
        f'<process id="Process_1">{process}</process>{drawn}</definitions>'
    )
    return etree.fromstring(text)


COLLABORATION = (
    element("participant", "Sender", ifl_type="EndpointSender", name="Shop")
    + element("participant", "Receiver", ifl_type="EndpointRecevier", name="ERP")
    + element("participant", "Pool", name="Main", processRef="Process_1")
    + element(
        "messageFlow",
        "In",
        settings(ComponentType="HTTPS"),
        name="HTTPS",
        sourceRef="Sender",
        targetRef="Start",
    )
    + element(
        "messageFlow",
        "Out",
        settings(ComponentType="HCIOData"),
        name="OData",
        sourceRef="Call",
        targetRef="Receiver",
    )
)
PROCESS = (
    element("startEvent", "Start", "<messageEventDefinition/>", name="Start")
    + element("exclusiveGateway", "Router", name="Any?", default="No")
    + element("serviceTask", "Call", settings(activityType="ExternalCall"), name="Ask")
    + element("endEvent", "End", name="End")
    + element(
        "subProcess",
        "Errors",
        element("startEvent", "Failed", "<errorEventDefinition/>", name="Failed"),
        name="Exception Subprocess",
    )
    + element("sequenceFlow", "First", sourceRef="Start", targetRef="Router")
    + element(
        "sequenceFlow",
        "Yes",
        "<conditionExpression>1</conditionExpression>",
        name="Yes",
        sourceRef="Router",
        targetRef="Call",
    )
    + element("sequenceFlow", "No", name="No", sourceRef="Router", targetRef="End")
    + element("sequenceFlow", "Last", sourceRef="Call", targetRef="End")
)
DIAGRAM = (
    shape("Failed", 320, 250, 32, 32)
    + shape("Errors", 300, 200, 200, 110)
    + shape("Call", 420, 100, 100, 60)
    + shape("Start", 240, 114, 32, 32)
    + shape("Router", 320, 110, 40, 40)
    + shape("End", 580, 114, 32, 32)
    + shape("Sender", 20, 60, 100, 140)
    + shape("Receiver", 420, 380, 100, 140)
    + shape("Pool", 200, 40, 460, 290)
    + edge("In", (70, 130), (256, 130))
    + edge("Out", (470, 130), (470, 450))
    + edge("First", (256, 130), (340, 130))
    + edge("Yes", (340, 130), (470, 130))
    + edge("No", (340, 130), (340, 80), (596, 80), (596, 130))
    + edge("Last", (470, 130), (596, 130))
)
"""A flow as SAP's editor stores one: connections run from middle to middle."""
