"""The service keys and mappings of the HTML page: what each opens, and what was found about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from iflint.reporters.sentences import apart
from iflint.words.wording import day

if TYPE_CHECKING:
    from iflint.report.findings import Finding
    from iflint.report.report import (
        CallerResult,
        CertificateResult,
        ChannelResult,
        IflowResult,
        Report,
    )
    from iflint.reporters.html_findings import FindingView


class Opened(msgspec.Struct, frozen=True):
    """A channel that a caller is known to open; ``anchor`` is its id in the page."""

    iflow: IflowResult
    channel: ChannelResult
    anchor: str


class CallerView(msgspec.Struct, frozen=True):
    """A service key or a mapping with its number in the page.

    ``state`` is a severity, ``ok``, or empty where nothing is told of its certificate; ``apart``
    tells of findings that don't count, where there are no others.
    """

    number: int
    caller: CallerResult
    state: str
    findings: tuple[FindingView, ...] = ()
    opens: tuple[Opened, ...] = ()
    apart: str = ""

    @property
    def certificate(self) -> CertificateResult | None:
        """The best of those with which it lets somebody in."""
        return next(iter(self.caller.certificates), None)

    @property
    def said(self) -> str:
        """What is to be known of it besides its findings, in a clause."""
        if self.apart:
            return self.apart
        best = self.certificate
        if best is None:
            return "its certificate is not known"
        if self.findings or not self.caller.healthy_until:
            ends = "ended" if best.days_left < 0 else "ends"
            return f"its certificate {ends} on {day(best.certificate.not_after)}"
        return f"nothing ends before {day(self.caller.healthy_until)}"


def caller_views(report: Report, findings: Sequence[FindingView]) -> list[CallerView]:
    """The service keys and mappings, those with the worst findings first."""
    views = [_view(number, each, report, findings) for number, each in enumerate(report.callers, 1)]
    last = len(findings) + 1
    return sorted(views, key=lambda view: view.findings[0].number if view.findings else last)


def findings_of(views: Iterable[CallerView]) -> list[tuple[FindingView, tuple[Opened, ...]]]:
    """Their findings, each once, with the channels that are in question in any environment."""
    told: dict[int, tuple[FindingView, dict[str, Opened]]] = {}
    for view in views:
        for finding in view.findings:
            _, opened = told.setdefault(finding.number, (finding, {}))
            opened.update((each.anchor, each) for each in view.opens)
    return [(finding, tuple(opened.values())) for _, (finding, opened) in sorted(told.items())]


def _view(
    number: int, caller: CallerResult, report: Report, findings: Sequence[FindingView]
) -> CallerView:
    own = tuple(view for view in findings if _is_of(view.finding, caller))
    known, suppressed = (
        sum(_is_of(each, caller) for each in some) for some in (report.known, report.suppressed)
    )
    others = "" if own else apart(known, suppressed)
    worst = str(own[0].finding.severity) if own else ""
    state = worst or ("ok" if caller.certificates and not others else "")
    return CallerView(number, caller, state, own, tuple(_opened(caller, report)), others)


def _is_of(finding: Finding, caller: CallerResult) -> bool:
    there = finding.caller
    return there is not None and there.id == caller.id and shares_environment(finding, caller)


def _opened(caller: CallerResult, report: Report) -> Iterator[Opened]:
    for number, iflow in enumerate(report.iflows, 1):
        for place, channel in enumerate(iflow.channels, 1):
            if caller.id in channel.callers and of_environment(caller, channel):
                yield Opened(iflow, channel, f"c{number}-{place}")


def shares_environment(finding: Finding, caller: CallerResult) -> bool:
    """Whether both hold in an environment; where none is told, it is in all."""
    return not (caller.environments and finding.environments) or not set(
        caller.environments
    ).isdisjoint(finding.environments)


def of_environment(caller: CallerResult, channel: ChannelResult) -> bool:
    """Whether a caller is one of the channel's environment; where none is told, it is in all."""
    return (
        not (channel.environment and caller.environments)
        or channel.environment in caller.environments
    )


def callers_of(channel: ChannelResult, views: Iterable[CallerView]) -> tuple[CallerView, ...]:
    """Those that are known to open a channel, the worst first."""
    return tuple(
        view
        for view in views
        if view.caller.id in channel.callers and of_environment(view.caller, channel)
    )
