"""How a flow is drawn is read as the file says it, and nothing that a file says breaks it."""

from __future__ import annotations

import pytest

from iflint.iflow.diagram.model import Bounds, EdgeKind, Point, ShapeKind
from iflint.iflow.diagram.reader import (
    FARTHEST,
    LARGEST,
    SHAPES,
    diagram_of,
    read_diagram,
)
from iflint.iflow.reader import read_iflow
from iflint.places.location import FileLocation
from iflow.corpus import CORPUS, bundles
from iflow.drawn import (
    COLLABORATION,
    DIAGRAM,
    PROCESS,
    definitions,
    edge,
    element,
    settings,
    shape,
)


def read(collaboration: str = "", process: str = "", *diagrams: str):
    return read_diagram(definitions(collaboration, process, *diagrams))


def test_shapes_say_what_they_are() -> None:
    diagram = read(COLLABORATION, PROCESS, DIAGRAM)
    shapes = {s.id: (s.kind, s.name, s.detail, s.parent) for s in diagram.shapes}
    assert shapes == {
        "Sender": (ShapeKind.SENDER, "Shop", "", ""),
        "Receiver": (ShapeKind.RECEIVER, "ERP", "", ""),
        "Pool": (ShapeKind.PROCESS, "Main", "", ""),
        "Start": (ShapeKind.START, "Start", "message", "Pool"),
        "Router": (ShapeKind.GATEWAY, "Any?", "ExclusiveGateway", "Pool"),
        "Call": (ShapeKind.TASK, "Ask", "ExternalCall", "Pool"),
        "End": (ShapeKind.END, "End", "", "Pool"),
        "Errors": (ShapeKind.SUBPROCESS, "Exception Subprocess", "", "Pool"),
        "Failed": (ShapeKind.START, "Failed", "error", "Errors"),
    }
    assert diagram.left_out == 0
    assert next(s.bounds for s in diagram.shapes if s.id == "Call") == Bounds(420, 100, 100, 60)


def test_what_holds_others_comes_before_them() -> None:
    order = [s.id for s in read(COLLABORATION, PROCESS, DIAGRAM).shapes]
    assert order[:2] == ["Pool", "Errors"]


def test_connections_say_what_they_are() -> None:
    edges = {e.id: e for e in read(COLLABORATION, PROCESS, DIAGRAM).edges}
    channel = edges["In"]
    assert (channel.kind, channel.name, channel.detail) == (EdgeKind.MESSAGE, "HTTPS", "HTTPS")
    assert (channel.source, channel.target) == ("Sender", "Start")
    assert channel.points == (Point(70, 130), Point(256, 130))
    assert edges["Out"].name == "OData"
    assert edges["Out"].detail == "HCIOData"
    assert (edges["Yes"].conditional, edges["Yes"].default) == (True, False)
    assert (edges["No"].conditional, edges["No"].default) == (False, True)
    assert len(edges["No"].points) == 4


@pytest.mark.parametrize(
    ("xml", "kind", "detail"),
    [
        (element("callActivity", "x", settings(activityType="Enricher")), "task", "Enricher"),
        (
            element(
                "callActivity", "x", settings(activityType="Mapping", subActivityType="XSLTMapping")
            ),
            "task",
            "XSLTMapping",
        ),
        (element("callActivity", "x", settings(activityType="Mapping")), "task", "Mapping"),
        (
            element(
                "callActivity",
                "x",
                settings(cmdVariantUri="ctype::FlowstepVariant/cname::Splitter/version::1.0"),
            ),
            "task",
            "Splitter",
        ),
        (element("scriptTask", "x"), "task", "ScriptTask"),
        (element("parallelGateway", "x"), "gateway", "ParallelGateway"),
        (element("endEvent", "x", "<terminateEventDefinition/>"), "end", "terminate"),
        (element("boundaryEvent", "x", "<timerEventDefinition/>"), "intermediate", "timer"),
        (element("intermediateCatchEvent", "x"), "intermediate", ""),
    ],
)
def test_details_of_elements(xml: str, kind: str, detail: str) -> None:
    (found,) = read("", xml, shape("x", 0, 0, 10, 10)).shapes
    assert (found.kind, found.detail) == (kind, detail)


def test_lanes_hold_what_they_refer_to() -> None:
    lanes = element("lane", "Lane", "<flowNodeRef>Step</flowNodeRef>", name="Checks")
    process = element("laneSet", "Set", lanes) + element("task", "Step")
    pool = element("participant", "Pool", processRef="Process_1")
    drawn = (
        shape("Step", 10, 10, 20, 20) + shape("Lane", 0, 0, 90, 90) + shape("Pool", 0, 0, 90, 90)
    )
    shapes = {s.id: s for s in read(pool, process, drawn).shapes}
    assert list(shapes) == ["Pool", "Lane", "Step"]
    assert shapes["Lane"].parent == "Pool"
    assert shapes["Step"].parent == "Lane"


def test_notes_hold_their_text() -> None:
    note = element("textAnnotation", "Note", "<text>Ask the <b>bank</b></text>")
    tie = element("association", "Tie", sourceRef="Note", targetRef="Step")
    drawn = (
        shape("Note", 0, 0, 90, 40) + shape("Step", 0, 90, 90, 40) + edge("Tie", (9, 9), (9, 99))
    )
    diagram = read("", note + element("task", "Step") + tie, drawn)
    assert diagram.shapes[0].kind == ShapeKind.ANNOTATION
    assert diagram.shapes[0].name.split() == ["Ask", "the", "bank"]
    assert diagram.edges[0].kind == EdgeKind.ASSOCIATION


def test_a_collapsed_subprocess_is_a_step_and_hides_what_it_holds() -> None:
    inner = element("task", "Inner") + element("subProcess", "Deep", element("task", "Deeper"))
    process = element("subProcess", "Box", inner, name="Box") + element("task", "Other")
    process += element("sequenceFlow", "Way", sourceRef="Inner", targetRef="Deep")
    drawn = (
        shape("Box", 0, 0, 100, 60, 'isExpanded="false"')
        + "".join(shape(name, 5, 5, 9, 9) for name in ("Inner", "Deep", "Deeper", "Other"))
        + edge("Way", (0, 0), (9, 9))
    )
    diagram = read("", process, drawn)
    assert [(s.id, s.kind) for s in diagram.shapes] == [("Box", "task"), ("Other", "task")]
    assert diagram.edges == ()
    assert diagram.left_out == 0


def test_a_participant_without_a_type_is_what_refers_to_it() -> None:
    collaboration = (
        element("participant", "A")
        + element("participant", "B")
        + element("participant", "P", processRef="Process_1")
        + element("messageFlow", "In", sourceRef="A", targetRef="Step")
    )
    drawn = "".join(shape(name, 0, 0, 9, 9) for name in "ABP")
    kinds = {s.id: s.kind for s in read(collaboration, "", drawn).shapes}
    assert kinds == {"A": "sender", "B": "receiver", "P": "process"}


def test_no_diagram_is_none() -> None:
    assert read(COLLABORATION, PROCESS) is None
    assert read(COLLABORATION, PROCESS, "") is None
    assert read(COLLABORATION, PROCESS, shape("nothing", 0, 0, 9, 9)) is None


def test_the_first_diagram_that_draws_something_counts() -> None:
    step = element("task", "Step")
    first, second = shape("Step", 1, 1, 9, 9), shape("Step", 2, 2, 9, 9)
    diagram = read("", step, "", shape("nothing", 0, 0, 9, 9), first, second)
    assert diagram.shapes[0].bounds.x == 1


@pytest.mark.parametrize(
    "bounds",
    [
        ("", 0, 9, 9),
        ("NaN", 0, 9, 9),
        (0, "inf", 9, 9),
        (0, "1e300", 9, 9),
        (FARTHEST + 1, 0, 9, 9),
        (0, 0, -9, 9),
        (0, 0, 0, 9),
        (0, 0, 9, "1e-300"),
        (0, 0, 9, "wide"),
    ],
)
def test_a_shape_without_a_place_is_left_out_and_counted(bounds: tuple[object, ...]) -> None:
    process = element("task", "Good") + element("task", "Bad")
    diagram = read("", process, shape("Good", 0, 0, 9, 9) + shape("Bad", *bounds))
    assert [s.id for s in diagram.shapes] == ["Good"]
    assert diagram.left_out == 1


def test_what_belongs_to_nothing_is_left_out_and_counted() -> None:
    bare = '<bpmndi:BPMNShape xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"/>'
    drawn = shape("Step", 0, 0, 9, 9) + shape("Gone", 0, 0, 9, 9) + edge("Gone", (0, 0), (9, 9))
    twice = shape("Step", 5, 5, 9, 9)
    diagram = read("", element("task", "Step"), drawn + bare + twice)
    assert len(diagram.shapes) == 1
    assert diagram.left_out == 4


@pytest.mark.parametrize(
    "points", [(), ((5, 5),), (("NaN", 1), (2, 2)), (("", ""), ("inf", 3), (1, 1))]
)
def test_a_connection_without_a_course_goes_straight(points: tuple) -> None:
    process = element("task", "A") + element("task", "B")
    process += element("sequenceFlow", "Way", sourceRef="A", targetRef="B")
    drawn = shape("A", 0, 0, 10, 10) + shape("B", 50, 0, 10, 10) + edge("Way", *points)
    (found,) = read("", process, drawn).edges
    assert found.points == (Point(5, 5), Point(55, 5))


def test_a_connection_that_neither_has_a_course_nor_ends_is_left_out() -> None:
    process = element("task", "A") + element("sequenceFlow", "Way", sourceRef="A", targetRef="B")
    diagram = read("", process, shape("A", 0, 0, 9, 9) + edge("Way"))
    assert diagram.edges == ()
    assert diagram.left_out == 1


def test_of_elements_with_one_id_the_first_is_drawn() -> None:
    process = element("task", "x", name="first") + element("task", "x", name="second")
    (found,) = read("", process, shape("x", 0, 0, 9, 9)).shapes
    assert found.name == "first"


def test_a_lane_that_holds_itself_is_drawn() -> None:
    lanes = element("lane", "A", "<flowNodeRef>B</flowNodeRef><flowNodeRef>A</flowNodeRef>")
    lanes += element("lane", "B", "<flowNodeRef>A</flowNodeRef>")
    diagram = read(
        "", element("laneSet", "S", lanes), shape("A", 0, 0, 9, 9) + shape("B", 0, 0, 9, 9)
    )
    assert {s.id for s in diagram.shapes} == {"A", "B"}


def test_a_diagram_has_a_limit() -> None:
    count = SHAPES + 7
    process = "".join(element("task", f"t{number}") for number in range(count))
    drawn = "".join(shape(f"t{number}", number, 0, 9, 9) for number in range(count))
    diagram = read("", process, drawn)
    assert len(diagram.shapes) == SHAPES
    assert diagram.left_out == 7


def test_a_channel_has_the_id_of_the_model() -> None:
    from lxml import etree

    data = etree.tostring(definitions(COLLABORATION, PROCESS, DIAGRAM))
    place = FileLocation("Orders.iflw")
    given = {"manifest": None, "parameters": None, "every_channel": True}
    flow = read_iflow(data, place, bundle=place, with_diagram=True, **given)
    drawn = {e.id for e in flow.drawn().edges if e.kind == EdgeKind.MESSAGE}
    assert [channel.id for channel in flow.resolve().channels] == ["In"]
    assert "In" in drawn


@pytest.mark.parametrize(
    "damage",
    ["<nope:x/>", "<subProcess>" * 300 + "</subProcess>" * 300, "&#1;", "<", " " * LARGEST],
)
def test_what_can_not_be_drawn_is_judged_all_the_same(damage) -> None:
    from lxml import etree

    data = etree.tostring(definitions(COLLABORATION, PROCESS, DIAGRAM))
    data = data.replace(b"<process ", damage.encode() + b"<process ")
    place = FileLocation("Orders.iflw")
    plain, drawn = (
        read_iflow(data, place, bundle=place, manifest=None, parameters=None, **options)
        for options in ({"every_channel": True}, {"every_channel": True, "with_diagram": True})
    )
    assert drawn.problems == plain.problems
    assert [channel.id for channel in drawn.resolve().channels] == ["In"]
    assert drawn.drawn() is None


def test_of_channels_with_one_id_none_is_drawn() -> None:
    other = element("messageFlow", "In", sourceRef="Start", targetRef="Receiver")
    diagram = read(other + COLLABORATION, PROCESS, DIAGRAM)
    assert "In" not in {each.id for each in diagram.edges}
    assert diagram.left_out == 1


def test_a_channel_into_a_collapsed_subprocess_leads_to_what_is_seen_of_it() -> None:
    inner = element("subProcess", "Sub", element("startEvent", "Inner"))
    flow = element("messageFlow", "Deep", sourceRef="Sender", targetRef="Inner")
    drawn = (
        shape("Sub", 300, 0, 100, 60, 'isExpanded="false"')
        + shape("Inner", 310, 10, 30, 30)
        + edge("Deep", (0, 0), (320, 20))
    )
    diagram = read(COLLABORATION + flow, PROCESS + inner, DIAGRAM + drawn)
    (deep,) = [each for each in diagram.edges if each.id == "Deep"]
    assert (deep.source, deep.target) == ("Sender", "Sub")
    assert diagram.left_out == 0


@pytest.mark.skipif(not CORPUS.is_dir(), reason="needs the corpus of real exports in ../shared")
def test_every_real_flow_has_a_whole_diagram() -> None:
    count = 0
    for path in sorted(CORPUS.glob("*.zip")):
        for name, data, _ in bundles(path.read_bytes()):
            place = FileLocation(path.name, (name,))
            flow = read_iflow(
                *(data, place),
                bundle=place,
                manifest=None,
                parameters=None,
                every_channel=True,
                with_diagram=True,
            )
            diagram = diagram_of(data, place)
            assert flow.drawn() == (diagram if flow.channels else None)
            assert diagram.left_out == 0
            assert len(diagram.shapes) == data.count(b"<bpmndi:BPMNShape ")
            assert len(diagram.edges) == data.count(b"<bpmndi:BPMNEdge ")
            held = {s.id for s in diagram.shapes}
            assert all(e.source in held and e.target in held for e in diagram.edges)
            inside = {ShapeKind.TASK, ShapeKind.START, ShapeKind.END, ShapeKind.GATEWAY}
            assert all(s.parent for s in diagram.shapes if s.kind in inside)
            channels = {e.id for e in diagram.edges if e.kind == EdgeKind.MESSAGE}
            assert channels.issuperset(c.id for c in flow.resolve().channels)
            count += 1
    assert count == 131
