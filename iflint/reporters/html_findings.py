"""The findings of the HTML page: by their cause, each with the places that it touches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from iflint.report.findings import Severity
from iflint.reporters.causes import Cause
from iflint.reporters.sentences import certificate_name, package_name
from iflint.words.wording import counted

if TYPE_CHECKING:
    from datetime import datetime

    from iflint.report.certificate_list import CertificateUses, EnvironmentStanding
    from iflint.report.findings import Finding

T = TypeVar("T")


class FindingView(msgspec.Struct, frozen=True):
    """A finding with the number that its cause has in the page."""

    number: int
    finding: Finding


class CauseView(msgspec.Struct, frozen=True):
    """A cause with its number in the page, and what the page knows of its certificate.

    ``certificate`` is the number of the certificate in the page, 0 where the page has none.
    """

    number: int
    cause: Cause
    certificate: int = 0
    standings: tuple[EnvironmentStanding, ...] = ()

    @property
    def first(self) -> Finding:
        """The finding that speaks for all."""
        return self.cause.first

    @property
    def moment(self) -> datetime | None:
        """When it broke or breaks, or else begins to work by itself."""
        one = self.first
        return one.broken_since or one.breaks_on or one.works_from

    @property
    def what(self) -> str:
        """What happens or happened then."""
        one = self.first
        return (
            "broken since" if one.broken_since else "breaks on" if one.breaks_on else "works from"
        )

    @property
    def where(self) -> str:
        """How many interfaces it touches, or places where it is none of an interface."""
        places = counted(self.cause.places, "place")
        interfaces = counted(self.cause.interfaces, "interface")
        if not self.cause.interfaces:
            return places
        return (
            interfaces if self.cause.interfaces == self.cause.places else f"{interfaces}, {places}"
        )

    @property
    def packages(self) -> list[str]:
        """The packages of the flows that it touches."""
        flows = (finding.iflow for finding in self.cause.findings if finding.iflow)
        return list(dict.fromkeys(filter(None, map(package_name, flows))))

    @property
    def is_ahead(self) -> bool:
        """Whether all works today, and would break on a day to come."""
        return bool(self.first.breaks_on) and not self.first.broken_since

    @property
    def partners(self) -> list[str]:
        """The subjects of whom it concerns, each once."""
        return list(dict.fromkeys(filter(None, map(partner, self.cause.findings))))

    @property
    def environments(self) -> list[str]:
        """In which of several environments it is found."""
        names = (name for finding in self.cause.findings for name in finding.environments)
        return list(dict.fromkeys(names))


def partner(finding: Finding) -> str:
    """Who calls, by the subject of a certificate or of a row; empty where that is not known."""
    if finding.certificate:
        return certificate_name(finding.certificate)
    return finding.entry.subject if finding.entry else ""


def cause_views(causes: Iterable[Cause], uses: CertificateUses | None) -> list[CauseView]:
    """The causes, numbered in their order."""
    numbered = enumerate(uses.certificates, 1) if uses else ()
    known = {each.certificate.sha256: (number, each.standings) for number, each in numbered}
    return [
        CauseView(
            number,
            cause,
            *(known.get(cause.first.certificate.sha256, ()) if cause.first.certificate else ()),
        )
        for number, cause in enumerate(causes, 1)
    ]


def ending(findings: Iterable[Finding]) -> set[str]:
    """The certificates, by fingerprint, of which a finding warns that they will fail on a day."""
    return {
        finding.certificate.sha256
        for finding in findings
        if finding.certificate and finding.breaks_on and finding.severity.reaches(Severity.WARNING)
    }


def placed(views: Iterable[CauseView]) -> list[FindingView]:
    """All findings with the numbers of their causes, worst first."""
    found = [FindingView(view.number, each) for view in views for each in view.cause.findings]
    return sorted(found, key=lambda view: view.finding.severity.rank)


def grouped(
    found: Iterable[tuple[Finding, T]], key: Callable[[Finding], Any]
) -> dict[Any, list[T]]:
    """What comes with each finding, by a ``key`` of the finding; left out where that is None."""
    groups: dict[Any, list[T]] = {}
    for finding, thing in found:
        if (own := key(finding)) is not None:
            groups.setdefault(own, []).append(thing)
    return groups
