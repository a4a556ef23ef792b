"""What the HTML page shows, gathered: flows with their drawings, certificates on the timeline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Any

import msgspec

from iflint.iflow.diagram.model import EdgeKind
from iflint.report.findings import DnRow, Severity
from iflint.reporters.drawing import flow as drawing
from iflint.reporters.html_callers import CallerView, Opening
from iflint.reporters.html_findings import CauseView, FindingView, grouped
from iflint.reporters.sentences import (
    apart,
    at,
    caller_name,
    certificate_name,
    channel_name,
    cut,
    iflow_name,
    package_name,
    shown,
    title,
)
from iflint.words.visible import visible
from iflint.words.wording import counted, day, days_until

if TYPE_CHECKING:
    from datetime import datetime

    from iflint.iflow.diagram.model import Diagram
    from iflint.places.location import FileLocation
    from iflint.report.certificate_list import CertificateUse, CertificateUses, Step, Use
    from iflint.report.findings import DnComparison, Finding
    from iflint.report.report import ChannelResult, FlowDiagram, IflowResult, Report


_TICKS = ((-365, 0.0), (0, 16.0), (30, 32.0), (90, 46.0), (365, 62.0), (1095, 78.0), (3650, 100.0))
"""Days from the clock, and where they are on the timeline's axis, in percent: near ones wide."""

MOST_ENDING = 15
"""Certificates of the timeline that are not folded. Ours: as many as fit on a screen."""
MOST_PLACES = 3
"""Places of a cause that are not folded. Ours: so that the causes can be overlooked."""
_KINDS = ("severity", "rule", "package", "environment")

STATES = {"works": "ok", "uncertain": "warning", "fails": "error"}
"""How the page marks each verdict on a chain."""

Spans = tuple[tuple[str, bool], ...]
"""A text in pieces, each with whether it differs from the other text."""


class ChannelView(msgspec.Struct, frozen=True):
    """A channel with its number in its flow; ``state`` is a severity, ``ok`` or empty.

    ``apart`` tells of findings that don't count, where there are no others. ``callers`` are the
    service keys and mappings that are known to open it.
    """

    number: int
    channel: ChannelResult
    state: str
    findings: tuple[FindingView, ...]
    healthy_until: datetime | None
    apart: str = ""
    callers: tuple[CallerView, ...] = ()

    @property
    def causes(self) -> list[FindingView]:
        """Its findings, of each cause the worst."""
        return list({view.number: view for view in reversed(self.findings)}.values())[::-1]

    @property
    def worst_caller(self) -> CallerView | None:
        """The caller with the worst finding."""
        return next((view for view in self.callers if view.findings), None)


class FlowView(msgspec.Struct, frozen=True):
    """An iFlow with its channels, its findings (worst first) and its drawing as safe markup.

    ``anchors`` are the ids that channels have in the drawing, by the ids of the channels;
    ``left_out`` counts what of the diagram is not drawn.
    """

    number: int
    iflow: IflowResult
    channels: tuple[ChannelView, ...]
    findings: tuple[FindingView, ...]
    svg: str = ""
    anchors: dict[str, str] = {}
    left_out: int = 0

    @property
    def causes(self) -> list[int]:
        """The numbers of the causes that touch it."""
        return list(dict.fromkeys(view.number for view in self.findings))


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate on the timeline; ``start`` and ``end`` are percents of the axis.

    ``number`` is that of the certificate in the page, 0 for a root that only the list holds;
    ``worst`` the worst finding at an entry, a service key or a mapping that needs the certificate.
    """

    subject: str
    role: str
    state: str
    not_after: datetime
    days_left: int
    start: float
    end: float
    needed_by: str
    number: int = 0
    worst: FindingView | None = None


class Timeline(msgspec.Struct, frozen=True):
    """The certificates that let somebody in, the first to end first, and those nobody needs."""

    needed: tuple[Row, ...]
    unneeded: tuple[Row, ...]


def flow_views(
    report: Report,
    diagrams: Iterable[FlowDiagram],
    findings: Sequence[FindingView],
    callers: Sequence[CallerView] = (),
) -> list[FlowView]:
    """The flows in which a finding stands on a channel, the worst first."""
    drawn = {each.location: each.diagram for each in diagrams}
    counting = grouped(((view.finding, view) for view in findings), _flow_file)
    known = grouped(((finding, finding) for finding in report.known), _flow_file)
    suppressed = grouped(((finding, finding) for finding in report.suppressed), _flow_file)
    opening = Opening(callers)
    flows = []
    for number, iflow in enumerate(report.iflows, 1):
        own = tuple(counting.get(iflow.location, ()))
        if not any(view.finding.channel for view in own):
            continue
        others = known.get(iflow.location, ()), suppressed.get(iflow.location, ())
        channels = tuple(_channel_views(iflow, own, *others, opening))
        flow = FlowView(number, iflow, channels, own)
        diagram = drawn.get(iflow.location)
        flows.append(_drawn(flow, diagram) if diagram and diagram.shapes else flow)
    return sorted(flows, key=lambda flow: min(flow.causes))


def _flow_file(finding: Finding) -> FileLocation | None:
    return finding.iflow.location if finding.iflow else None


def _channel_views(
    iflow: IflowResult,
    findings: Sequence[FindingView],
    known: Sequence[Finding],
    suppressed: Sequence[Finding],
    callers: Opening,
) -> Iterable[ChannelView]:
    for number, channel in enumerate(iflow.channels, 1):
        own = tuple(view for view in findings if _is_of(view.finding, channel))
        opening = callers.of(channel)
        if own:
            worst = str(own[0].finding.severity)
            yield ChannelView(number, channel, worst, own, None, callers=opening)
            continue
        others = (sum(_is_of(each, channel) for each in some) for some in (known, suppressed))
        if said := apart(*others):
            yield ChannelView(number, channel, "", (), None, said, opening)
            continue
        until = [entry.healthy_until for entry in channel.entries if entry.healthy_until]
        state = "ok" if channel.checked else ""
        yield ChannelView(number, channel, state, (), min(until, default=None), callers=opening)


def _is_of(finding: Finding, channel: ChannelResult) -> bool:
    there = finding.channel
    return (
        there is not None
        and (there.id, there.ordinal) == (channel.id, channel.ordinal)
        and (not channel.environment or channel.environment in finding.environments)
    )


def _drawn(flow: FlowView, diagram: Diagram) -> FlowView:
    marks = _marks(flow)
    prefix = f"flow{flow.number}"
    channels = {edge.id for edge in diagram.edges if edge.kind is EdgeKind.MESSAGE}
    name = f"Drawing of {iflow_name(flow.iflow)}"
    return msgspec.structs.replace(
        flow,
        svg=drawing.svg(diagram, marks, title=name, prefix=prefix),
        anchors={
            channel: drawing.anchor(prefix, mark)
            for channel, mark in marks.items()
            if channel in channels
        },
        left_out=diagram.left_out,
    )


_RANKS = ("", "ok", "apart", "note", "warning", "error")


def _marks(flow: FlowView) -> dict[str, drawing.Mark]:
    """What is said of each channel; of one that environments disagree on, the worst.

    A channel that is authorized by role is marked as the worst of its callers.
    """
    marks: dict[str, drawing.Mark] = {}
    for view in sorted(flow.channels, key=_rank):
        channel = f"#c{flow.number}-{view.number}"
        label = f"{channel_name(view.channel)}: {_said(view)}"
        by_itself = view.findings and _state(view) == view.state
        href = f"#f{view.findings[0].number}" if by_itself else channel
        count = len(view.findings) + sum(len(caller.findings) for caller in view.callers)
        marks[view.channel.id] = drawing.Mark(_state(view), href, label, count)
    return marks


def _state(view: ChannelView) -> str:
    """The worst of what is said of a channel itself and of its callers."""
    states = (view.state, *(caller.state for caller in view.callers if caller.findings))
    return max(states, key=_RANKS.index)


def _rank(view: ChannelView) -> int:
    return _RANKS.index("apart" if view.apart and not view.worst_caller else _state(view))


def _said(view: ChannelView) -> str:
    if view.findings and _state(view) == view.state:
        worst = view.findings[0].finding
        more = len(view.findings) - 1
        also = f" And {counted(more, 'more finding')}." if more else ""
        return f"{worst.severity}. {title(worst)}{also}"
    if view.worst_caller:
        worst = view.worst_caller.findings[0].finding
        return f"{worst.severity}. {caller_name(view.worst_caller.caller)}: {title(worst)}"
    if view.healthy_until:
        return f"nothing ends before {day(view.healthy_until)}"
    if view.apart:
        return view.apart
    return "nothing found" if view.state else not_checked(view)


def not_checked(view: ChannelView) -> str:
    """Why nothing is said of the rows of a channel, in a clause."""
    channel = view.channel
    if not channel.by_role:
        return f"authorization: {shown(channel.authorization) or channel.kind.replace('-', ' ')}"
    role = f" {shown(channel.role)}" if channel.role else ""
    if view.callers:
        return f"authorized by User Role{role}"
    return f"authorized by User Role{role}; no service key or mapping is known to have it"


def timeline(
    uses: CertificateUses,
    findings: Iterable[FindingView] = (),
    ending: Collection[str] = (),
) -> Timeline:
    """Every certificate at hand, and the roots of the list that chains in use end in.

    ``ending`` are those, by fingerprint, of which a finding warns that they will fail.
    """
    worst = _worst_of_bindings(findings)
    rows = [
        (_row(uses, each, number, worst, ending), each.is_needed)
        for number, each in enumerate(uses.certificates, 1)
    ]
    needed = [row for row, is_needed in rows if is_needed] + list(_listed_roots(uses))
    needed.sort(key=lambda row: (row.not_after, row.subject))
    return Timeline(tuple(needed), tuple(row for row, is_needed in rows if not is_needed))


def _worst_of_bindings(findings: Iterable[FindingView]) -> dict[Any, FindingView]:
    """The worst finding of each entry and caller: the first, as they come worst first."""
    worst: dict[Any, FindingView] = {}
    for view in findings:
        one = view.finding
        if one.iflow and one.channel and one.entry:
            worst.setdefault((one.iflow.location, one.channel.ordinal, one.entry.ordinal), view)
        if one.caller:
            worst.setdefault(one.caller.id, view)
    return worst


def _row(
    uses: CertificateUses,
    each: CertificateUse,
    number: int,
    worst: Mapping[Any, FindingView],
    ending: Collection[str],
) -> Row:
    certificate = each.certificate
    verdicts = [one.verdict for one in each.standings]
    verdict = next(one for one in ("fails", "uncertain", "works") if one in verdicts)
    state = STATES[verdict]
    if state == "ok" and certificate.sha256 in ending:
        state = "soon"
    needing: list[object] = [use.caller.id for use in each.callers]
    needing += [(use.iflow.location, use.channel.ordinal, use.entry.ordinal) for use in each.uses]
    found = [worst[binding] for binding in needing if binding in worst]
    return Row(
        number=number,
        subject=certificate_name(certificate),
        role=each.role,
        state=state,
        not_after=certificate.not_after,
        days_left=each.days_left,
        start=_percent(days_until(certificate.not_before, uses.as_of))
        if certificate.not_before
        else 0.0,
        end=_percent(each.days_left),
        needed_by=_needed_by(_channels(each.uses), _callers(each)),
        worst=min(found, key=lambda view: view.number, default=None),
    )


def _listed_roots(uses: CertificateUses) -> Iterable[Row]:
    at_hand = {each.certificate.sha256 for each in uses.certificates}
    roots: dict[str, tuple[Step, set[tuple[object, int]], set[tuple[str, str]]]] = {}
    for each in uses.certificates:
        channels, callers = _channels(each.uses), _callers(each)
        if not (channels or callers):
            continue
        for step in (step for standing in each.standings for step in standing.steps):
            if step.role == "root" and step.not_after and step.sha256 not in at_hand:
                root = roots.setdefault(step.sha256 or step.subject, (step, set(), set()))
                root[1].update(channels)
                root[2].update(callers)
    for step, channels, callers in roots.values():
        assert step.not_after is not None
        left = days_until(step.not_after, uses.as_of)
        yield Row(
            subject=step.subject,
            role="root",
            state=step_state(step),
            not_after=step.not_after,
            days_left=left,
            start=_percent(days_until(step.not_before, uses.as_of)) if step.not_before else 0.0,
            end=_percent(left),
            needed_by=_needed_by(channels, callers),
        )


def step_state(step: Step) -> str:
    """How the page marks a step of a chain."""
    return "ok" if not step.faults else "error" if step.certain else "warning"


def _channels(uses: Iterable[Use]) -> set[tuple[object, int]]:
    return {(use.iflow.location, use.channel.ordinal) for use in uses}


def _callers(each: CertificateUse) -> set[tuple[str, str]]:
    """Kind and id of the service keys and mappings that need a certificate."""
    return {(use.caller.kind, use.caller.id) for use in each.callers}


def _needed_by(channels: Collection[object], callers: Collection[tuple[str, str]]) -> str:
    """How many of each kind: ``2 channels, 1 service key``; empty for none."""
    kinds = [kind for kind, _ in callers]
    numbers = (
        (len(channels), "channel"),
        (kinds.count("service-key"), "service key"),
        (kinds.count("mapping"), "mapping"),
    )
    return ", ".join(counted(number, noun) for number, noun in numbers if number)


def _percent(days: int) -> float:
    """Where a day stands on the axis."""
    if days <= _TICKS[0][0]:
        return 0.0
    for (low, left), (high, right) in pairwise(_TICKS):
        if days <= high:
            return round(left + (right - left) * (days - low) / (high - low), 2)
    return 100.0


def facing(comparison: DnComparison) -> list[tuple[Spans, Spans, bool]]:
    """The lines of two names: the channel's, the certificate's, whether they are the same."""
    whole = DnRow(comparison.stored, comparison.certificate, same=False)
    return [(*_spans(row), row.same) for row in comparison.rows or (whole,)]


def _spans(row: DnRow) -> tuple[Spans, Spans]:
    """Both texts, what stands between their equal beginnings and ends marked."""
    one, other = visible(row.stored), visible(row.certificate)
    if row.same or not one or not other:
        return ((one, False),), ((other, False),)
    head = _common(one, other)
    tail = _common(one[head:][::-1], other[head:][::-1])
    return _pieces(one, head, tail), _pieces(other, head, tail)


def _common(one: str, other: str) -> int:
    """With how many characters both texts begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _pieces(text: str, head: int, tail: int) -> Spans:
    end = len(text) - tail
    pieces = ((text[:head], False), (text[head:end], True), (text[end:], False))
    return tuple(piece for piece in pieces if piece[0])


def parted(message: str) -> tuple[str, str]:
    """The first sentence of a message, and the rest."""
    first, stop, rest = message.partition(". ")
    return (f"{first}.", rest) if stop else (message, "")


def place(finding: Finding) -> str:
    """Where a finding stands: the whole way, but in its flow's own file, which the page names."""
    whole = at(finding.location)
    own = finding.iflow is not None and finding.iflow.location == finding.location.file
    return whole.rpartition("/")[2] if own else cut(whole)


def choices(causes: Iterable[CauseView]) -> Mapping[str, list[tuple[str, int]]]:
    """What the page can be filtered by, each choice with its number of causes."""
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in _KINDS}
    for view in causes:
        counts["severity"][view.first.severity.value] += 1
        counts["rule"][f"{shown(view.first.code)} {shown(view.first.name)}"] += 1
        counts["package"].update(view.packages)
        counts["environment"].update(map(shown, view.environments))
    return {
        **{kind: sorted(found.items()) for kind, found in counts.items()},
        "severity": [(each.value, counts["severity"][each.value]) for each in Severity],
    }


def channels_named(uses: Iterable[Use]) -> list[tuple[str, str, str]]:
    """Package, iFlow and channel of each use, each once."""
    rows = {
        (package_name(use.iflow), iflow_name(use.iflow), channel_name(use.channel)): None
        for use in uses
    }
    return list(rows)
