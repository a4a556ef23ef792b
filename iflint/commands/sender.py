"""`iflint sender`: what a sender's administrator has to set up, point by point."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from iflint.console.arguments import CONFIGURATION, JUDGING, PATHS, answer
from iflint.console.frame import show, subcommand
from iflint.console.interface import AnyPath, Option, complain
from iflint.console.invocation import Request, absent, call, prepare
from iflint.console.reading import read
from iflint.limits import REPORT_BYTES
from iflint.options import CERTIFICATES
from iflint.reporters.encoding import enveloped
from iflint.words.terminal import BOLD, ERROR, ISSUED_BY, NOTE, QUIET, WARNING, Style
from iflint.words.wording import counted, day, listed

if TYPE_CHECKING:
    from iflint.answers.checklist import Complaint, Point
    from iflint.answers.sender import Call, KeyEntrySide, SenderSide

_BODY = 5

CONNECTIVITY_TEST = Option(
    "--connectivity-test",
    CERTIFICATES,
    "Download of SAP's Connectivity Test: the load balancer's own chain.",
    metavar="ZIP",
    type=AnyPath(),
)
TRUSTSTORES = Option(
    "--truststore truststores",
    CERTIFICATES,
    "What the sender trusts beside the keystore: a keystore or certificates (repeatable).",
    metavar="FILE",
    multiple=True,
    type=AnyPath(),
)


@subcommand(
    "sender",
    "Check the keystore of a sender.",
    (
        click.Argument(["keystore"], type=AnyPath()),
        *(PATHS, CONNECTIVITY_TEST, TRUSTSTORES, *JUDGING),
        *answer("text", "markdown", "json"),
        *CONFIGURATION,
    ),
    examples=(
        "iflint sender partner.jks --connectivity-test download.zip",
        "iflint sender partner.p12 exports --keystore-password-env PARTNER_PASSWORD",
        "iflint sender partner.jks --truststore trust.jks --format markdown --output sender.md",
    ),
)
def command(
    asked: Request,
    keystore: str,
    paths: tuple[str, ...],
    connectivity_test: str | None,
    truststores: tuple[str, ...],
) -> None:
    """Check what a sender's administrator has set up in KEYSTORE.

    Goes through SAP's procedure point by point. The load balancer's root must be trusted. There
    must be a key entry with a client certificate that is valid and has its whole chain, a
    supported root and the right usage. Then it tells which channels of the flows at PATH the
    sender can call. Exit code: 0 when it could answer, whatever the answer is.
    """
    from iflint.answers.sender import check_sender

    given = [("", keystore), *(("--truststore ", store) for store in truststores)]
    if connectivity_test is not None:
        given.append(("--connectivity-test ", connectivity_test))
    run = prepare(asked, paths, every_environment=True, mistakes=absent(*given))
    side = call(
        check_sender,
        keystore,
        read(run),
        connectivity_test=connectivity_test,
        truststores=truststores,
    )
    told = show(run, side, _within, text=_text, markdown=_markdown, json=_json)
    if more := sum(entry.more for entry in told.entries):
        calls = counted(more, "more channel, key or mapping", "more channels, keys and mappings")
        complain(f"not listed: {calls}. To list more, {REPORT_BYTES.option}")


def _within(side: SenderSide, room: int) -> SenderSide:
    """What fits of the channels and callers of each key entry, those it can't call first.

    The rest is counted.
    """
    from msgspec.structs import replace

    from iflint.report.fitting import Room, few

    if Room(room).has_room_for(side.entries):
        return side

    def told(entry: KeyEntrySide) -> KeyEntrySide:
        left = Room(room // len(side.entries))
        calls = tuple(left.some(sorted(entry.calls, key=lambda each: each.reach == "listed"), 2))
        brief = (replace(each, opens=few(each.opens)) for each in entry.callers)
        callers = tuple(left.some(brief, 2))
        more = len(entry.calls) + len(entry.callers) - len(calls) - len(callers)
        return replace(entry, calls=calls, callers=callers, more=more)

    return replace(side, entries=tuple(map(told, side.entries)))


def _json(side: SenderSide) -> str:
    import msgspec

    entries = [
        {"state": entry.state, "accepted": entry.accepted, **msgspec.structs.asdict(entry)}
        for entry in side.entries
    ]
    return enveloped("sender", **{**msgspec.structs.asdict(side), "entries": entries})


def _text(side: SenderSide, style: Style) -> str:
    return "".join(f"{line.rstrip()}\n" for line in _lines(side, style))


def _line(indent: int, text: str, style: Style, code: str = "") -> Iterator[str]:
    return style.hung(style.show(text), indent, indent + 2, code=code)


def _lines(side: SenderSide, style: Style) -> Iterator[str]:
    yield from _line(0, f"Sender's keystore {side.keystore}, on {day(side.as_of)}", style, BOLD)
    for problem in side.problems:
        yield from _line(0, f"not read: {problem.location.file}: {problem.message}", style)
    yield ""
    for point in side.points:
        yield from _point_lines(point, style)
    for entry in side.entries:
        yield ""
        yield from _line(0, _title(entry), style, BOLD)
        for point in entry.points:
            yield from _point_lines(point, style)
            if point.name == "chain":
                for text in _chain(entry, style):
                    yield from _line(_BODY, text, style)
            if point.name == "channels":
                for call in entry.calls:
                    yield from _call_lines(call, style)
                if point.complaints and not entry.callers:
                    yield from _row_lines(entry, style)
    yield ""
    for verdict in _verdicts(side):
        yield from _line(0, verdict, style, BOLD)


def _title(entry: KeyEntrySide) -> str:
    alias = f"“{entry.alias}”" if entry.alias else "without a name"
    return f"Key entry {alias}: {entry.certificate.subject}"


def _point_lines(point: Point, style: Style) -> Iterator[str]:
    mark, colour = _mark(point.state, style)
    where = f" ({', '.join(point.environments)})" if point.environments else ""
    yield from _line(0, f"{mark} {point.number}. {point.title}{where}", style, colour)
    for fact in point.facts:
        yield from _line(_BODY, fact, style)
    for complaint in point.complaints:
        yield from _complaint_lines(complaint, _BODY, style)


def _complaint_lines(complaint: Complaint, indent: int, style: Style) -> Iterator[str]:
    yield from _line(indent, _said(complaint.code, complaint.message), style)
    yield from _line(indent, f"fix: {complaint.remedy}", style)
    for command in complaint.commands:  # in one piece, to be copied
        yield f"{' ' * (indent + 2)}{style.show(command)}"


def _said(code: str, message: str) -> str:
    return f"[{code}] {message}" if code else message


def _mark(state: str, style: Style) -> tuple[str, str]:
    return {
        "holds": (style.holds, NOTE),
        "warning": ("!", WARNING),
        "unknown": ("?", QUIET),
    }.get(state, (style.differs, ERROR))


def _chain(entry: KeyEntrySide, style: Style) -> Iterator[str]:
    """The chain within the entry, a line for each certificate."""
    for level, step in enumerate(entry.tree.steps):
        indent = "  " * level + ISSUED_BY if level else ""
        mark = style.differs if step.faults and step.certain else "?" if step.faults else ""
        yield f"{indent}{mark}{' ' if mark else ''}{step.subject}{_role(step.role)}"


def _role(role: str) -> str:
    return {"root": " (root)", "missing": " (missing)"}.get(role, "")


def _call_lines(call: Call, style: Style) -> Iterator[str]:
    mark, _ = _mark(_REACHES.get(call.reach, "fails"), style)
    yield from _line(_BODY, f"{mark} {_channel(call)}", style)
    for complaint in call.complaints:
        yield from _complaint_lines(complaint, _BODY + 2, style)


_REACHES = {"listed": "holds", **dict.fromkeys(("uncertain", "misspelt", "unknown"), "unknown")}


def _channel(call: Call) -> str:
    package = f"{call.iflow.package.name} › " if call.iflow.package else ""
    text = f"{package}{call.iflow.name}: {call.channel.adapter} {call.channel.address}".rstrip()
    return text + (f" ({', '.join(call.environments)})" if call.environments else "")


def _row_lines(entry: KeyEntrySide, style: Style) -> Iterator[str]:
    """The two texts of the row, each for its cell, in one piece."""
    for role, dn in zip(("Subject DN", "Issuer DN "), entry.row, strict=True):
        yield f"{' ' * _BODY}{role}  {style.show(dn)}"


def _verdicts(side: SenderSide) -> Iterator[str]:
    """One line for each key entry, or for the keystore without one: which points are open."""
    for entry in side.entries:
        yield f"{_short(entry)}: {_open((*side.points, *entry.points))}"
    if not side.entries:
        yield f"{side.keystore}: {_open(side.points)}"


def _short(entry: KeyEntrySide) -> str:
    return f"“{entry.alias}”" if entry.alias else entry.certificate.subject


def _open(points: tuple[Point, ...]) -> str:
    """Which points fail, have a warning, or were not checked, by number."""
    parts = []
    for state, said in (("fails", "to be fixed"), ("warning", "to know"), ("unknown", "open")):
        numbers = dict.fromkeys(str(point.number) for point in points if point.state == state)
        if numbers:
            noun = "point" if len(numbers) == 1 else "points"
            parts.append(f"{said}: {noun} {listed(list(numbers))}")
    return "; ".join(parts) or "everything is set up"


def _markdown(side: SenderSide) -> str:
    from iflint.reporters.markdown import escaped, in_block

    lines = [f"# Sender's keystore {escaped(side.keystore)}", "", f"Seen on {day(side.as_of)}.", ""]
    lines += [
        f"- not read: {escaped(f'{problem.location.file}: {problem.message}')}"
        for problem in side.problems
    ]
    lines += [f"- {escaped(verdict)}" for verdict in _verdicts(side)]
    lines += ["", "## The keystore", ""]
    for point in side.points:
        lines += _markdown_point(point)
    for entry in side.entries:
        lines += ["", f"## {escaped(_title(entry))}", ""]
        for point in entry.points:
            lines += _markdown_point(point)
            if point.name == "channels":
                for call in entry.calls:
                    lines.append(f"   - {escaped(f'{call.reach}: {_channel(call)}')}")
                    lines += (f"     - {_markdown_complaint(c)}" for c in call.complaints)
        subject, issuer = (in_block(dn) for dn in entry.row)
        lines += ["", "The row for a channel:", "", "```", f"Subject DN  {subject}"]
        lines += [f"Issuer DN   {issuer}", "```"]
    return "\n".join(lines) + "\n"


def _markdown_point(point: Point) -> Iterator[str]:
    from iflint.reporters.markdown import escaped

    box = "x" if point.state == "holds" else " "
    where = f" ({', '.join(point.environments)})" if point.environments else ""
    yield f"{point.number}. [{box}] {escaped(point.title + where)}: **{point.state}**"
    for fact in point.facts:
        yield f"   - {escaped(fact)}"
    for complaint in point.complaints:
        yield f"   - {_markdown_complaint(complaint)}"


def _markdown_complaint(complaint: Complaint) -> str:
    from iflint.reporters.markdown import escaped, in_code

    said = escaped(_said(complaint.code, complaint.message))
    commands = "".join(f" {in_code(command)}" for command in complaint.commands)
    return f"{said} *{escaped(complaint.remedy)}*{commands}"
