"""`iflint sender`: what a sender's administrator has to set up, point by point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from iflint.console.arguments import (
    ANY_PATH,
    CERTIFICATES,
    configuration_options,
    judging_options,
    paths_argument,
    request,
    table_format,
    table_options,
)
from iflint.console.interface import CLEAN, AnyPath, GroupedCommand, Option

if TYPE_CHECKING:
    from iflint.answers.checklist import Complaint, Point
    from iflint.answers.sender import Call, KeyEntrySide, SenderSide
    from iflint.configuration.settings import Mistake
    from iflint.words.terminal import Style

FORMATS = ("text", "markdown", "json")
_BODY = 5  # columns: behind the number of a point


@click.command(
    "sender",
    cls=GroupedCommand,
    short_help="Check the keystore of a sender.",
    examples=(
        "iflint sender partner.jks --connectivity-test download.zip",
        "iflint sender partner.p12 exports --keystore-password-env PARTNER_PASSWORD",
        "iflint sender partner.jks --truststore trust.jks --format markdown --output sender.md",
    ),
)
@click.argument("keystore", type=AnyPath())
@paths_argument()
@click.option(
    "--connectivity-test",
    cls=Option,
    heading=CERTIFICATES,
    help="Download of SAP's Connectivity Test: the load balancer's own chain.",
    metavar="ZIP",
    type=ANY_PATH,
)
@click.option(
    "--truststore",
    "truststores",
    cls=Option,
    heading=CERTIFICATES,
    help="What the sender trusts besides the keystore: a keystore or certificates (repeatable).",
    metavar="FILE",
    multiple=True,
    type=ANY_PATH,
)
@judging_options
@table_options(FORMATS)
@configuration_options
def command(
    keystore: str,
    paths: tuple[str, ...],
    connectivity_test: str | None,
    truststores: tuple[str, ...],
    **arguments: Any,
) -> int:
    """Check what a sender's administrator has set up in KEYSTORE.

    Point by point, as SAP's procedure asks: the load balancer's root is trusted, there is a key
    entry with a client certificate that is valid, has its whole chain, a supported root and the
    right usage; and which channels of the flows at PATH it can call. Exit code: 0 when it could
    answer, whatever the answer is.
    """
    from iflint.answers.sender import check_sender
    from iflint.console import output
    from iflint.console.reading import read
    from iflint.console.run import call, prepare

    chosen, path, mistakes = table_format(arguments, FORMATS)
    given = [("", keystore), *(("--truststore ", store) for store in truststores)]
    if connectivity_test is not None:
        given.append(("--connectivity-test ", connectivity_test))
    mistakes = (*mistakes, *_absent(given))
    run = prepare(
        request(arguments, paths=paths, configured_from=paths or (".",), mistakes=mistakes),
        every_environment=True,
    )
    side = call(
        check_sender,
        keystore,
        read(run),
        connectivity_test=connectivity_test,
        truststores=truststores,
    )
    if chosen == "json":
        output.write_data(path, _json(side))
    elif chosen == "markdown":
        output.write_data(path, _markdown(side))
    else:
        output.write_text(path, run.colour, lambda *console: _text(side, *console))
    return CLEAN


def _absent(given: Iterable[tuple[str, str]]) -> Iterator[Mistake]:
    """A mistake for each file that is not there; the option that names it comes first."""
    import os

    from iflint.configuration.settings import Mistake
    from iflint.words.visible import shown

    for option, file in given:
        if not os.path.exists(file):
            yield Mistake("", f"{option}{shown(file, 200)} does not exist")


def _json(side: SenderSide) -> str:
    import msgspec

    from iflint.reporters.encoding import dumped

    entries = [
        {"state": entry.state, "accepted": entry.accepted, **msgspec.structs.asdict(entry)}
        for entry in side.entries
    ]
    envelope = {"format": "iflint-sender", "formatVersion": "1"}
    return dumped({**envelope, **msgspec.structs.asdict(side), "entries": entries})


def _text(side: SenderSide, colour: bool, width: int, ascii_only: bool) -> str:
    from iflint.words.terminal import MINIMUM_WIDTH, Style, wrapped

    style = Style(colour, max(width, MINIMUM_WIDTH), ascii_only)
    lines: list[str] = []
    for indent, text, code in _lines(side, style):
        if indent < 0:
            lines.append(" " * -indent + style.show(text))
            continue
        first, *rest = wrapped(style.show(text), indent, indent + 2, style.width)
        lines.append(" " * indent + style.paint(first, code))
        lines.extend(" " * (indent + 2) + style.paint(line, code) for line in rest)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _lines(side: SenderSide, style: Style) -> Iterator[tuple[int, str, str]]:
    """Each line: its indentation (negative: not to be wrapped), its text, and its colour."""
    from iflint.words.terminal import BOLD
    from iflint.words.wording import day

    yield 0, f"Sender's keystore {side.keystore}, on {day(side.as_of)}", BOLD
    for problem in side.problems:
        yield 0, f"not read: {problem.location.file}: {problem.message}", ""
    yield 0, "", ""
    for point in side.points:
        yield from _point_lines(point, style)
    for entry in side.entries:
        yield 0, "", ""
        yield 0, f"{_title(entry)}", BOLD
        for point in entry.points:
            yield from _point_lines(point, style)
            if point.name == "chain":
                yield from ((_BODY, line, "") for line in _chain(entry, style))
            if point.name == "channels":
                for call in entry.calls:
                    yield from _call_lines(call, style)
                if any(complaint for complaint in point.complaints):
                    yield from _row_lines(entry)
    yield 0, "", ""
    for verdict in _verdicts(side):
        yield 0, verdict, BOLD


def _title(entry: KeyEntrySide) -> str:
    alias = f"“{entry.alias}”" if entry.alias else "without a name"
    return f"Key entry {alias}: {entry.certificate.subject}"


def _point_lines(point: Point, style: Style) -> Iterator[tuple[int, str, str]]:
    mark, colour = _mark(point.state, style)
    where = f" ({', '.join(point.environments)})" if point.environments else ""
    yield 0, f"{mark} {point.number}. {point.title}{where}", colour
    for fact in point.facts:
        yield _BODY, fact, ""
    for complaint in point.complaints:
        yield _BODY, _said(complaint.code, complaint.message), ""
        yield _BODY, f"fix: {complaint.remedy}", ""


def _said(code: str, message: str) -> str:
    return f"[{code}] {message}" if code else message


def _mark(state: str, style: Style) -> tuple[str, str]:
    from iflint.words.terminal import ERROR, NOTE, QUIET, WARNING

    return {
        "holds": (style.holds, NOTE),
        "warning": ("!", WARNING),
        "unknown": ("?", QUIET),
    }.get(state, (style.differs, ERROR))


def _chain(entry: KeyEntrySide, style: Style) -> Iterator[str]:
    """The chain within the entry, a line for each certificate."""
    from iflint.words.terminal import ISSUED_BY

    for level, step in enumerate(entry.tree.steps):
        indent = "  " * level + ISSUED_BY if level else ""
        mark = style.differs if step.faults and step.certain else "?" if step.faults else ""
        yield f"{indent}{mark}{' ' if mark else ''}{step.subject}{_role(step.role)}"


def _role(role: str) -> str:
    return {"root": " (root)", "missing": " (missing)"}.get(role, "")


def _call_lines(call: Call, style: Style) -> Iterator[tuple[int, str, str]]:
    mark, _ = _mark(_REACHES.get(call.reach, "fails"), style)
    yield _BODY, f"{mark} {_channel(call)}", ""
    for complaint in call.complaints:
        yield _BODY + 2, _said(complaint.code, complaint.message), ""
        yield _BODY + 2, f"fix: {complaint.remedy}", ""


_REACHES = {"listed": "holds", "uncertain": "unknown", "unknown": "unknown"}


def _channel(call: Call) -> str:
    package = f"{call.iflow.package.name} › " if call.iflow.package else ""
    text = f"{package}{call.iflow.name}: {call.channel.adapter} {call.channel.address}".rstrip()
    return text + (f" ({', '.join(call.environments)})" if call.environments else "")


def _row_lines(entry: KeyEntrySide) -> Iterator[tuple[int, str, str]]:
    """The two texts of the row, each for its cell, in one piece."""
    for role, dn in zip(("subject", "issuer "), entry.row, strict=True):
        yield -_BODY, f"{role}  {dn}", ""


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
    from iflint.words.wording import listed

    parts = []
    for state, said in (("fails", "to be fixed"), ("warning", "to know"), ("unknown", "open")):
        numbers = dict.fromkeys(str(point.number) for point in points if point.state == state)
        if numbers:
            noun = "point" if len(numbers) == 1 else "points"
            parts.append(f"{said}: {noun} {listed(list(numbers))}")
    return "; ".join(parts) or "everything is set up"


def _markdown(side: SenderSide) -> str:
    from iflint.reporters.markdown import escaped, in_block
    from iflint.words.wording import day

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
        lines += ["", "The row for a channel:", "", "```", f"subject  {subject}"]
        lines += [f"issuer   {issuer}", "```"]
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
    from iflint.reporters.markdown import escaped

    said = escaped(_said(complaint.code, complaint.message))
    return f"{said} *{escaped(complaint.remedy)}*"
