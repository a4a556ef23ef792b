"""The service keys and mappings of the HTML page: what each opens, and what was found about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from iflint.reporters.html_findings import grouped
from iflint.reporters.opened import Opened, OpenedBy, is_in
from iflint.reporters.sentences import apart
from iflint.words.wording import day

if TYPE_CHECKING:
    from iflint.report.findings import Finding
    from iflint.report.report import (
        CallerResult,
        CertificateResult,
        ChannelResult,
        Report,
    )
    from iflint.reporters.html_findings import FindingView


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
    counting = grouped(((view.finding, view) for view in findings), _caller_id)
    known = grouped(((finding, finding) for finding in report.known), _caller_id)
    suppressed = grouped(((finding, finding) for finding in report.suppressed), _caller_id)
    opened = OpenedBy(report)
    views = []
    for number, caller in enumerate(report.callers, 1):
        own = tuple(
            view for view in counting.get(caller.id, ()) if _holds_for(view.finding, caller)
        )
        others = (
            sum(_holds_for(each, caller) for each in some.get(caller.id, ()))
            for some in (known, suppressed)
        )
        said = "" if own else apart(*others)
        worst = str(own[0].finding.severity) if own else ""
        state = worst or ("ok" if caller.certificates and not said else "")
        opens = opened.of(caller.id, caller.environments)
        views.append(CallerView(number, caller, state, own, opens, said))
    return sorted(views, key=_worst_first)


def _caller_id(finding: Finding) -> str | None:
    return finding.caller.id if finding.caller else None


def _holds_for(finding: Finding, caller: CallerResult) -> bool:
    """Whether both hold in an environment; where none is told, it is in all."""
    there, here = finding.environments, caller.environments
    return not there or not here or not set(here).isdisjoint(there)


class Opening:
    """Who is known to open each channel; channels of one role share them."""

    def __init__(self, views: Iterable[CallerView]) -> None:
        self._by_id: dict[str, list[CallerView]] = {}
        for view in views:
            self._by_id.setdefault(view.caller.id, []).append(view)
        self._found: dict[tuple[int, str], tuple[CallerView, ...]] = {}

    def of(self, channel: ChannelResult) -> tuple[CallerView, ...]:
        """Those that are known to open a channel, the worst first."""
        key = id(channel.callers), channel.environment
        if key not in self._found:
            opening = (
                view
                for caller in channel.callers
                for view in self._by_id.get(caller, ())
                if is_in(view.caller.environments, channel)
            )
            self._found[key] = tuple(sorted(opening, key=_worst_first))
        return self._found[key]


def _worst_first(view: CallerView) -> tuple[bool, int]:
    return not view.findings, view.findings[0].number if view.findings else view.number
