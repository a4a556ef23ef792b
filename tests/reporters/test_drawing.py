"""A drawing is whole, its channels can be reached, and no name of a flow gets out of it."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from lxml import etree

from iflint.iflow.diagram.model import Bounds, Diagram, Edge, EdgeKind, Point, Shape, ShapeKind
from iflint.iflow.diagram.reader import read_diagram
from iflint.reporters.drawing.flow import STYLE, SYMBOLS, Mark, anchor, svg
from iflint.reporters.drawing.text import width, wrap
from iflow.corpus import CORPUS, bundles
from iflow.drawn import COLLABORATION, DIAGRAM, PROCESS, definitions

HOSTILE = (
    "\"><script>alert(1)</script>'&amp;]]>",
    "a\u202eb\x00c\x1bd\ud800e\u200bf\ufffe",
    "W" * 10_000,
    "word " * 2_000,
    "{{Parameter}} javascript:x url(#y)",
)

DRAWN_WITH = {
    "div",
    "svg",
    "title",
    "desc",
    "g",
    "a",
    "path",
    "rect",
    "circle",
    "text",
    "tspan",
    "use",
}


def drawn(diagram: Diagram, marks: dict[str, Mark] | None = None, prefix: str = "f"):
    markup = svg(diagram, marks or {}, title="Orders", prefix=prefix)
    return markup, etree.fromstring(markup)


def whole() -> Diagram:
    found = read_diagram(definitions(COLLABORATION, PROCESS, DIAGRAM))
    assert found is not None
    return found


def box(root: etree._Element) -> tuple[float, ...]:
    return tuple(map(float, root.find("svg").get("viewBox").split()))


def assert_inside(root: etree._Element) -> None:
    """All that is drawn, labels by their measured widths, stands in the view box."""
    x, y, broad, high = box(root)

    def check(left: float, top: float, right: float, bottom: float) -> None:
        assert x <= left <= right <= x + broad
        assert y <= top <= bottom <= y + high

    for rect in root.iter("rect"):
        left, top, w, h = (float(rect.get(k)) for k in ("x", "y", "width", "height"))
        check(left, top, left + w, top + h)
    for circle in root.iter("circle"):
        cx, cy, r = (float(circle.get(k)) for k in ("cx", "cy", "r"))
        check(cx - r, cy - r, cx + r, cy + r)
    for text in root.iter("text"):
        if text.get("x") is None or text.get("class") in ("title", "left"):
            continue
        half = max(width(line, 10) for line in text.itertext()) / 2
        middle, baseline = float(text.get("x")), float(text.get("y"))
        check(middle - half, baseline - 8, middle + half, baseline + 12 * len(text))


def test_everything_is_drawn_once() -> None:
    markup, root = drawn(whole())
    kinds = Counter(node.get("class") for node in root.iter() if node.get("class"))
    assert kinds["pool"] == 1
    assert kinds["inner"] == 1
    assert kinds["party"] == 2
    assert kinds["box"] == 1
    assert kinds["gate"] == 1
    assert (kinds["start"], kinds["end"]) == (2, 1)
    assert kinds["way"] == kinds["tip"] == 4
    assert kinds["msg"] == kinds["open"] == 2
    titles = [title.text for title in root.iter("title")]
    for name in (
        "Sender: Shop",
        "Request Reply: Ask",
        "Router: Any?",
        "Start event, error: Failed",
    ):
        assert titles.count(name) == 1
    assert "No (default)" in titles
    assert "Channel: OData (HCIOData)" in titles
    assert_inside(root)
    assert markup == drawn(whole())[0]


def test_connections_run_from_border_to_border() -> None:
    _, root = drawn(whole())
    ways = [path.get("d") for path in root.iter("path") if path.get("class") == "way"]
    assert "M272 130H320" in ways  # circle, diamond
    assert "M360 130H420" in ways  # diamond, box
    assert "M520 130H580" in ways  # box, circle


def test_a_connection_that_does_not_reach_its_shapes_is_led_there() -> None:
    shapes = tuple(
        Shape(name, ShapeKind.TASK, name, Bounds(x, 0, 100, 60))
        for name, x in (("A", 0), ("B", 300))
    )
    for points in (
        (Point(120, 400), Point(280, 400)),
        (Point(105, 30), Point(295, 30)),
    ):
        way = Edge("w", EdgeKind.SEQUENCE, "", "A", "B", points)
        _, root = drawn(Diagram(shapes, (way,)))
        (course,) = (p.get("d") for p in root.iter("path") if p.get("class") == "way")
        assert course == "M100 30H300"


def test_marked_channels_are_links() -> None:
    mark = Mark("error", "#channel-3", "HTTPS /orders: 2 errors", 2)
    _, root = drawn(whole(), {"In": mark, "elsewhere": mark})
    (link,) = root.iter("a")
    assert link.get("href") == "#channel-3"
    assert link.get("aria-label") == "HTTPS /orders: 2 errors"
    assert link.get("class") == "error"
    assert link.get("id") == anchor("f", mark) == "f-channel-3"
    assert [t.text for t in root.iter("text") if t.get("class") == "count"] == ["2"]
    assert not any(p.get("aria-hidden") for p in link.iterancestors())
    assert "HTTPS" in "".join(link.itertext())


@pytest.mark.parametrize(
    ("severity", "count", "shown"),
    [
        ("error", 0, "E"),
        ("warning", 0, "W"),
        ("note", 0, "N"),
        ("ok", 0, "✓"),
        ("note", 100, "99+"),
    ],
)
def test_a_badge_says_it_without_colour(severity: str, count: int, shown: str) -> None:
    _, root = drawn(whole(), {"In": Mark(severity, "#c", "label", count)})
    assert [t.text for t in root.iter("text") if t.get("class") == "count"] == [shown]


def test_badges_differ_in_shape() -> None:
    outlines = set()
    for severity in ("error", "warning", "note", "ok"):
        _, root = drawn(whole(), {"In": Mark(severity, "#c", "label")})
        outlines |= {p.get("d") for p in root.iter("path") if p.get("class") == "badge"}
    assert len(outlines) == 4


def test_a_channel_not_in_question_is_drawn_plain() -> None:
    _, root = drawn(whole(), {"In": Mark("", "#c", "HTTPS")})
    (link,) = root.iter("a")
    assert link.get("class") is None
    assert not any(node.get("class") == "badge" for node in root.iter())


def test_ids_belong_to_the_drawing() -> None:
    marks = {"In": Mark("error", "#c", "x"), "Out": Mark("error", "#c", "x")}
    ids = [
        node.get("id")
        for prefix in ("a", "b")
        for node in drawn(whole(), marks, prefix)[1].iter()
        if node.get("id")
    ]
    assert len(ids) == len(set(ids))
    _, root = drawn(whole(), marks)
    named = {node.get("id") for node in root.iter()}
    drawing = root.find("svg")
    assert {drawing.get("aria-labelledby"), drawing.get("aria-describedby")} <= named


def test_a_screen_reader_is_told_what_there_is() -> None:
    _, root = drawn(whole())
    assert root.findtext(".//desc") == "1 sender, 1 receiver, 2 channels, 5 steps"
    assert root.find("svg").get("role") == "group"


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", list(ShapeKind))
def test_no_name_gets_out(kind: ShapeKind, name: str) -> None:
    shapes = (
        Shape(name, kind, name, Bounds(0, 0, 100, 60), name, name),
        Shape("B", ShapeKind.TASK, name, Bounds(300, 0, 3, 3), name),
    )
    edges = tuple(
        Edge(f"{k}", k, name, name, "B", (Point(0, 0), Point(300, 0)), name) for k in EdgeKind
    )
    mark = Mark("error", f"#{name}", name, 3)
    markup = svg(Diagram(shapes, edges), {"message": mark}, title=name, prefix=f"p{name[:9]}")
    root = etree.fromstring(markup)
    markup.encode()
    assert len(markup) < 25_000
    tags = {node.tag for node in root.iter()}
    assert tags <= DRAWN_WITH
    attributes = {key for node in root.iter() for key in node.keys()}  # noqa: SIM118
    assert not any(key.startswith("on") or key == "style" for key in attributes)
    assert all(use.get("href").startswith("#flow-") for use in root.iter("use"))
    assert not re.search("[\u202e\u200b\x00-\x08\x1b\ud800]", markup)


def test_icons_that_are_used_are_there() -> None:
    symbols = etree.fromstring(SYMBOLS)
    there = {symbol.get("id") for symbol in symbols.iter("symbol")}
    from iflint.reporters.drawing import icons as drawing_icons

    used = {icon for icon, _ in drawing_icons._STEPS.values() if icon}
    used |= {icon for icon, _ in drawing_icons._BY_PART} | drawing_icons._EVENTS
    used |= {"step", "system"}
    assert {f"flow-{icon}" for icon in used} <= there


def test_the_style_needs_nothing_from_elsewhere() -> None:
    assert "url(" not in STYLE
    assert "@import" not in STYLE
    assert STYLE.count("{") == STYLE.count("}")
    declared = set(re.findall(r"(--flow-[a-z-]+):", STYLE))
    assert set(re.findall(r"var\((--flow-[a-z-]+)\)", STYLE)) <= declared


def test_texts_fit_and_say_when_they_are_shortened() -> None:
    for text in ("Set Request Payload as Property", "CamelCaseNameWithoutBlanks", "W" * 99, ""):
        lines = wrap(text, 11, 94, 3)
        assert len(lines) <= 3
        assert all(width(line, 11) <= 94 for line in lines)
    assert wrap("Get the whole of it", 11, 500, 1) == ["Get the whole of it"]
    assert wrap("Handle_Errors", 11, 60, 2) == ["Handle_", "Errors"]
    assert wrap("one two three four five six seven", 11, 60, 2)[-1].endswith("…")


@pytest.mark.skipif(not CORPUS.is_dir(), reason="needs the corpus of real exports in ../shared")
def test_every_real_flow_is_drawn() -> None:
    count = 0
    for path in sorted(CORPUS.glob("*.zip")):
        for _, data, _ in bundles(path.read_bytes()):
            diagram = read_diagram(etree.fromstring(data))
            marks = {
                e.id: Mark("error", f"#c-{e.id}", e.name, 1)
                for e in diagram.edges
                if e.kind == EdgeKind.MESSAGE
            }
            markup, root = drawn(diagram, marks)
            assert len(markup) < 100_000
            assert_inside(root)
            assert len(list(root.iter("a"))) == len(marks)
            ways = [p for p in root.iter("path") if p.get("class") == "way"]
            assert len(ways) == sum(e.kind == EdgeKind.SEQUENCE for e in diagram.edges)
            count += 1
    assert count == 131
