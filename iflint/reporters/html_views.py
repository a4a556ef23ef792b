"""What the HTML page shows, gathered: findings with their chains, flows with their drawings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from iflint.findings import Severity
from iflint.reporters import drawing
from iflint.reporters.words import channel_name, iflow_name, package_name, shown, worst_first
from iflint.wording import counted, day, days_until

if TYPE_CHECKING:
    from datetime import datetime

    from iflint.certificate_report import CertificateUse, CertificateUses, Standing, Step, Use
    from iflint.findings import Finding
    from iflint.report import ChannelResult, FlowDiagram, IflowResult, Report

_TICKS = ((-365, 0.0), (0, 16.0), (30, 32.0), (90, 46.0), (365, 62.0), (1095, 78.0), (3650, 100.0))
"""Days from the clock, and where they are on the timeline's axis, in percent: near ones wide."""


class FindingView(msgspec.Struct, frozen=True):
    """A finding with its number in the page and the standings of the certificate it speaks of."""

    number: int
    finding: Finding
    standings: tuple[Standing, ...]


class ChannelView(msgspec.Struct, frozen=True):
    """A channel with its number in its flow; ``state`` is a severity, ``ok`` or empty."""

    number: int
    channel: ChannelResult
    state: str
    findings: tuple[FindingView, ...]
    healthy_until: datetime | None


class FlowView(msgspec.Struct, frozen=True):
    """An iFlow with its channels, its findings (worst first) and its drawing as safe markup."""

    number: int
    iflow: IflowResult
    channels: tuple[ChannelView, ...]
    findings: tuple[FindingView, ...]
    svg: str
    healthy_until: datetime | None


class Row(msgspec.Struct, frozen=True):
    """A certificate on the timeline; ``start`` and ``end`` are percents of the axis.

    ``number`` is that of the certificate in the page, 0 for a root that only the list holds.
    """

    number: int
    subject: str
    role: str
    state: str
    reasons: tuple[str, ...]
    not_after: datetime
    days_left: int
    start: float
    end: float
    channels: int
    use: CertificateUse | None = None


class Timeline(msgspec.Struct, frozen=True):
    """The certificates that channels need, the first to end first, and those that none needs."""

    needed: tuple[Row, ...]
    unneeded: tuple[Row, ...]


def finding_views(report: Report, uses: CertificateUses | None) -> list[FindingView]:
    """The findings that count, worst first."""
    standings = (
        {each.certificate.sha256: each.standings for each in uses.certificates} if uses else {}
    )
    return [
        FindingView(
            number,
            finding,
            standings.get(finding.certificate.sha256, ()) if finding.certificate else (),
        )
        for number, finding in enumerate(worst_first(report.findings), 1)
    ]


def flow_views(
    report: Report, diagrams: Iterable[FlowDiagram], findings: Sequence[FindingView]
) -> list[FlowView]:
    """The flows, those with the worst findings first."""
    drawn = {each.location: each.diagram for each in diagrams}
    by_flow: dict[Any, list[FindingView]] = {}
    for view in findings:
        if view.finding.iflow:
            by_flow.setdefault(view.finding.iflow.location, []).append(view)
    flows = []
    for number, iflow in enumerate(report.iflows, 1):
        own = tuple(by_flow.pop(iflow.location, ()))
        channels = tuple(_channel_views(iflow, own))
        diagram = drawn.get(iflow.location)
        picture = ""
        if diagram is not None and diagram.shapes:
            marks = _marks(number, channels)
            title = f"Drawing of {iflow_name(iflow)}"
            picture = drawing.svg(diagram, marks, title=title, prefix=f"flow{number}")
        until = [each.healthy_until for each in channels if each.healthy_until]
        flows.append(FlowView(number, iflow, channels, own, picture, min(until) if until else None))
    return sorted(flows, key=lambda flow: flow.findings[0].number if flow.findings else 1 << 40)


def _channel_views(iflow: IflowResult, findings: Sequence[FindingView]) -> Iterable[ChannelView]:
    for number, channel in enumerate(iflow.channels, 1):
        own = tuple(
            view
            for view in findings
            if (there := view.finding.channel)
            and (there.id, there.ordinal) == (channel.id, channel.ordinal)
            and (not channel.environment or channel.environment in view.finding.environments)
        )
        until = [entry.healthy_until for entry in channel.entries if entry.healthy_until]
        state = str(own[0].finding.severity) if own else "ok" if channel.checked else ""
        yield ChannelView(number, channel, state, own, min(until) if until and not own else None)


def _marks(flow: int, channels: Iterable[ChannelView]) -> dict[str, drawing.Mark]:
    marks: dict[str, drawing.Mark] = {}
    ranks = {"error": 0, "warning": 1, "note": 2, "ok": 3, "": 4}
    for view in channels:
        known = marks.get(view.channel.id)
        if known and ranks[known.severity] <= ranks[view.state]:
            continue
        said = _said(view)
        target = f"#f{view.findings[0].number}" if view.findings else f"#c{flow}-{view.number}"
        label = f"{channel_name(view.channel)}: {said}"
        marks[view.channel.id] = drawing.Mark(view.state, target, label, len(view.findings))
    return marks


def _said(view: ChannelView) -> str:
    if view.findings:
        return counted(len(view.findings), "finding")
    if view.healthy_until:
        return f"works until {day(view.healthy_until)}"
    return "nothing found" if view.state else "not authorized by client certificate"


def timeline(uses: CertificateUses) -> Timeline:
    """Every certificate at hand, and the roots of the list that chains in use end in."""
    needed: list[Row] = []
    unneeded: list[Row] = []
    at_hand = {each.certificate.sha256 for each in uses.certificates}
    roots: dict[str, tuple[Step, set[tuple[object, int]]]] = {}
    for number, each in enumerate(uses.certificates, 1):
        channels = _channels(each.uses)
        certificate = each.certificate
        worst = _worst(each.standings)
        state = {"works": "ok", "uncertain": "warning", "fails": "error"}[worst.verdict]
        row = Row(
            number,
            certificate.subject,
            each.role,
            state,
            worst.reasons,
            certificate.not_after,
            each.days_left,
            _percent(days_until(certificate.not_before, uses.as_of)),
            _percent(each.days_left),
            len(channels),
            each,
        )
        (needed if channels else unneeded).append(row)
        for step in (step for standing in each.standings for step in standing.steps):
            if step.role == "root" and step.not_after and step.sha256 not in at_hand and channels:
                roots.setdefault(step.sha256 or step.subject, (step, set()))[1].update(channels)
    for step, channels in roots.values():
        assert step.not_after is not None
        state = "ok" if not step.faults else "error" if step.certain else "warning"
        begins = days_until(step.not_before, uses.as_of) if step.not_before else -365
        left = days_until(step.not_after, uses.as_of)
        ends = _percent(left)
        needed.append(
            Row(
                0, step.subject, "root", state, step.faults, step.not_after, left,
                _percent(begins), ends, len(channels),
            )
        )  # fmt: skip
    needed.sort(key=lambda row: (row.not_after, row.subject))
    return Timeline(tuple(needed), tuple(unneeded))


def _worst(standings: Sequence[Standing]) -> Standing:
    order = ("fails", "uncertain", "works")
    return min(standings, key=lambda each: order.index(each.verdict))


def _channels(uses: Iterable[Use]) -> set[tuple[object, int]]:
    return {(use.iflow.location, use.channel.ordinal) for use in uses}


def _percent(days: int) -> float:
    """Where a day stands on the axis."""
    if days <= _TICKS[0][0]:
        return 0.0
    for (low, left), (high, right) in zip(_TICKS, _TICKS[1:], strict=False):
        if days <= high:
            return round(left + (right - left) * (days - low) / (high - low), 2)
    return 100.0


def parties(report: Report) -> dict[str, list[tuple[str, int]]]:
    """What the page can be filtered by, each choice with its number of findings."""
    counts: dict[str, dict[str, int]] = {
        "severity": {},
        "rule": {},
        "package": {},
        "environment": {},
    }
    for severity in Severity:
        counts["severity"][severity.value] = report.count(severity)
    for finding in report.findings:
        package = package_name(finding.iflow) if finding.iflow else ""
        for kind, values in (
            ("rule", (f"{shown(finding.code)} {shown(finding.name)}",)),
            ("package", (package,) if package else ()),
            ("environment", tuple(map(shown, finding.environments))),
        ):
            for value in values:
                counts[kind][value] = counts[kind].get(value, 0) + 1
    return {
        kind: list(found.items()) if kind == "severity" else sorted(found.items())
        for kind, found in counts.items()
    }


def channels_named(uses: Iterable[Use]) -> list[tuple[str, str, str]]:
    """Package, iFlow and channel of each use, each once."""
    rows = {
        (package_name(use.iflow), iflow_name(use.iflow), channel_name(use.channel)): None
        for use in uses
    }
    return list(rows)
