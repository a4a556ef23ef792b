"""Findings by their cause: what one act mends, with all the places that it touches."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from iflint.report.findings import Finding, Severity
from iflint.words.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from iflint.report.report import Outcome

_MOST_COUNTED = 4
"""Causes that the sentence above a report counts by their kind. Ours: so that it stays one."""
_NEVER = datetime.max.replace(tzinfo=UTC)


class Cause(msgspec.Struct, frozen=True):
    """A cause with its findings, the worst first."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The finding that speaks for all."""
        return self.findings[0]

    @property
    def fixes(self) -> tuple[Finding, ...]:
        """A finding for each thing to do: a row is mended in another way than a service key."""
        by_remedy: dict[str, Finding] = {}
        for finding in self.findings:
            by_remedy.setdefault(finding.remedy, finding)
        return tuple(by_remedy.values())

    @property
    def day(self) -> datetime:
        """The first moment at which it breaks or broke something; the last of all, if never."""
        days = (finding.broken_since or finding.breaks_on for finding in self.findings)
        return min((day for day in days if day is not None), default=_NEVER)

    @property
    def places(self) -> int:
        """In how many places it is found, those that are not told one by one among them."""
        return sum(1 + finding.more for finding in self.findings)

    @property
    def interfaces(self) -> int:
        """How many channels, keys and mappings it touches, with those that are counted only."""
        return _interfaces(self.findings)

    @property
    def is_cut(self) -> bool:
        """Whether there are findings like it that are counted only, perhaps of other causes."""
        return any(finding.more for finding in self.findings)


class Tally(msgspec.Struct, frozen=True):
    """How many causes there are, in how many places; no words where each has one place."""

    causes: int
    places: int

    def __str__(self) -> str:
        if self.causes == self.places:
            return ""
        return f"{counted(self.causes, 'cause')} in {counted(self.places, 'place')}"


def _interfaces(findings: Sequence[Finding]) -> int:
    told = {_interface(finding) for finding in findings} - {None}
    return len(told) + (sum(finding.more for finding in findings) if told else 0)


def _interface(finding: Finding) -> object:
    if finding.iflow and finding.channel:
        return finding.iflow.location, finding.channel.ordinal
    return finding.caller.id if finding.caller else None


def causes_of(findings: Iterable[Finding]) -> list[Cause]:
    """The causes of findings: errors first, then by the day on which they break or broke."""
    groups: dict[object, list[Finding]] = {}
    for number, finding in enumerate(findings):
        groups.setdefault(finding.cause or number, []).append(finding)
    causes = [
        Cause(tuple(sorted(group, key=lambda finding: finding.severity.rank)))
        for group in groups.values()
    ]
    return sorted(causes, key=lambda cause: (cause.first.severity.rank, cause.day))


def tally(causes: Iterable[Cause]) -> Tally:
    """How many causes there are, in how many places."""
    places = [cause.places for cause in causes]
    return Tally(len(places), sum(places))


def headline(causes: Iterable[Cause], outcomes: Iterable[Outcome]) -> str:
    """What causes come to, in one sentence: their kinds, and how much each touches.

    Empty where nothing is worse than a note.
    """
    by_code: dict[str, list[Cause]] = {}
    for cause in filter(_is_grave, causes):
        by_code.setdefault(cause.first.code, []).append(cause)
    parts = list(_parts(outcomes, by_code))
    if (more := len(by_code) - _MOST_COUNTED) > 0:
        left = sum(len(each) for each in list(by_code.values())[-more:])
        parts.append(counted(left, "more cause"))
    sentence = "; ".join(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}." if parts else ""


def _is_grave(cause: Cause) -> bool:
    """Whether it is worse than a note, and more than that no certificate is at hand at all."""
    nothing_at_hand = cause.first.by_names and not cause.interfaces
    return cause.first.severity.reaches(Severity.WARNING) and not nothing_at_hand


def _parts(outcomes: Iterable[Outcome], by_code: dict[str, list[Cause]]) -> Iterator[str]:
    known = {outcome.code: outcome for outcome in outcomes}
    for code, causes in list(by_code.items())[:_MOST_COUNTED]:
        outcome = known.get(code)
        name = causes[0].first.name
        one, several = (outcome.one, outcome.several) if outcome else (name, name)
        least = "at least " if any(cause.is_cut for cause in causes) else ""
        text = f"{least}{len(causes)} {one or name if len(causes) == 1 else several or name}"
        touched = _interfaces([finding for cause in causes for finding in cause.findings])
        yield f"{text}: {counted(touched, 'interface')}" if touched else text
