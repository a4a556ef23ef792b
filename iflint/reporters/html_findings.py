"""The findings of the HTML page: numbered, worst first, those of today and those to come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from iflint.report.findings import Severity
from iflint.reporters.sentences import whereabouts, worst_first

if TYPE_CHECKING:
    from iflint.report.certificate_list import CertificateUses, EnvironmentStanding
    from iflint.report.findings import Finding
    from iflint.report.report import Report

T = TypeVar("T")


class FindingView(msgspec.Struct, frozen=True):
    """A finding with its number in the page, and what the page knows of its certificate.

    ``certificate`` is the number of the certificate in the page, 0 where the page has none.
    """

    number: int
    finding: Finding
    certificate: int = 0
    standings: tuple[EnvironmentStanding, ...] = ()


def finding_views(report: Report, uses: CertificateUses | None) -> list[FindingView]:
    """The findings that count, worst first."""
    numbered = enumerate(uses.certificates, 1) if uses else ()
    known = {each.certificate.sha256: (number, each.standings) for number, each in numbered}
    return [
        FindingView(
            number,
            finding,
            *(known.get(finding.certificate.sha256, ()) if finding.certificate else ()),
        )
        for number, finding in enumerate(worst_first(report.findings), 1)
    ]


def grouped(
    found: Iterable[tuple[Finding, T]], key: Callable[[Finding], Any]
) -> dict[Any, list[T]]:
    """What comes with each finding, by a ``key`` of the finding; left out where that is None."""
    groups: dict[Any, list[T]] = {}
    for finding, thing in found:
        if (own := key(finding)) is not None:
            groups.setdefault(own, []).append(thing)
    return groups


def errors(findings: Iterable[FindingView]) -> list[FindingView]:
    """The first error of each entry, channel or file, but for those that a day to come brings."""
    first: dict[Any, FindingView] = {}
    for view in findings:
        if view.finding.severity is Severity.ERROR and not view.finding.breaks_on:
            first.setdefault(_where(view), view)
    return list(first.values())


def ahead(findings: Iterable[FindingView]) -> list[FindingView]:
    """What works today and stops working on a day that is known: one each entry and day."""
    first: dict[Any, FindingView] = {}
    for view in findings:
        if view.finding.breaks_on:
            first.setdefault((view.finding.breaks_on, _where(view)), view)
    return [first[key] for key in sorted(first, key=lambda key: key[0])]


def _where(view: FindingView) -> object:
    """What a finding is about and in which environments; outside of flows, its number."""
    one = view.finding
    if one.caller:
        return one.caller.id, one.environments
    return (one.iflow.location, whereabouts(one), one.environments) if one.iflow else view.number
