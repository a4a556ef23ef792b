"""On which days verdicts change: the report of each such day, compared with the day before.

Nothing is predicted by a second set of rules: a session is judged again at the beginning (00:00
UTC) of every day on which a date that matters has passed, so ``check --as-of`` that day says the
same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import msgspec

from iflint.engine.session import Session
from iflint.judging.verdicts import SHORT_LIVED, BindingVerdict, EntryVerdict
from iflint.limits import VERDICTS_ANEW, Budget
from iflint.places.defects import each_spared
from iflint.progress import followed
from iflint.report.findings import Finding, Severity

_DAY = timedelta(days=1)


class Turn(msgspec.Struct, frozen=True):
    """A finding that begins or ends on a day.

    ``begins`` is False for one that is gone from that day on. ``renew_by`` is the last day to
    start a renewal, ``expiry-days`` before the day in which what an error speaks of breaks, as
    reports name it; it may have passed. Of a finding about a service key or a mapping ``opens`` are
    the channels that it is known to open.
    """

    day: date
    begins: bool
    finding: Finding
    renew_by: date | None = None
    opens: tuple[str, ...] = ()


class Forecast(msgspec.Struct, frozen=True):
    """The changes after ``start`` and up to ``until``, both dates included in what was looked at.

    ``now`` are the findings with which it begins. ``until`` may lie before the day asked for.
    ``more`` are the changes that are not listed, the last of all.
    """

    start: datetime
    until: date
    now: tuple[Finding, ...]
    changes: tuple[Turn, ...]
    more: int = 0


def forecast(session: Session, until: date) -> Forecast:
    """Judge ``session`` on each day until ``until`` that can change a verdict.

    On each day only those of its parts of which a verdict can change; no longer than
    `VERDICTS_ANEW` allows.
    """
    start, progress, session = session.as_of, session.options.progress, session.untold()
    now = session.findings(start)
    parts = tuple(session.smallest_parts())
    asked = list(each_spared(parts, partial(_agenda, start=start, until=until), _place_of))
    until = _affordable(asked, until, session.inputs.size)
    changes = partial(_changes, start=start, until=until)
    looked_at = followed(asked, progress, "looking ahead for part", lambda each: _place_of(each.of))
    turns = [
        Turn(
            day,
            begins,
            finding,
            _renew_by(finding, day, session) if begins else None,
            _opens(finding, session),
        )
        for found in each_spared(looked_at, changes, lambda each: _place_of(each.of))
        for day, begins, finding in found
    ]
    turns.sort(key=lambda turn: (turn.day, not turn.begins, turn.finding.place))
    return Forecast(start, until, now, tuple(turns))


class _Agenda(msgspec.Struct, frozen=True):
    """The days on which a part may change, and how many verdicts each of them takes.

    Of a binding that lets several certificates in each of these counts.
    """

    of: Session
    days: tuple[date, ...]
    verdicts: int


def _agenda(part: Session, start: datetime, until: date) -> _Agenda:
    there = part.at(start)
    bindings = tuple(there.bindings(start))
    verdicts = sum(max(1, len(binding.joined)) for binding in bindings)
    return _Agenda(part, tuple(sorted(_days(there, bindings, start, until))), verdicts)


def _affordable(agendas: Iterable[_Agenda], until: date, size: int) -> date:
    """The last day up to which there is no more to judge than one forecast may."""
    verdicts = Counter[date]()
    for agenda in agendas:
        for day in agenda.days:
            verdicts[day] += agenda.verdicts
    budget = Budget(size)
    beyond = (day for day in sorted(verdicts) if not budget.spend(VERDICTS_ANEW, verdicts[day]))
    return next((day - _DAY for day in beyond), until)


def _changes(agenda: _Agenda, start: datetime, until: date) -> list[tuple[date, bool, Finding]]:
    """The findings of a part that begin or end, with the day and whether they begin."""
    changes: list[tuple[date, bool, Finding]] = []
    days = [day for day in agenda.days if day <= until]
    was = _findings(agenda.of, start) if days else {}
    for day in days:
        now = _findings(agenda.of, _beginning(day))
        begun, ended = _change(was, now)
        changes += ((day, True, finding) for finding in begun)
        changes += ((day, False, finding) for finding in ended)
        was = now
    return changes


_Identity = tuple[str, Severity]


def _findings(part: Session, clock: datetime) -> dict[_Identity, Finding]:
    """Those of a part, which keeps nothing of the clock."""
    return {_identity(finding): finding for finding in part.at(clock).findings(clock)}


def _change(
    was: dict[_Identity, Finding], now: dict[_Identity, Finding]
) -> tuple[list[Finding], list[Finding]]:
    """The findings that begin between two clocks, and those that end."""
    begun = [finding for key, finding in now.items() if key not in was]
    replaced = {finding.fingerprint for finding in begun}
    ended = [
        finding
        for key, finding in was.items()
        if key not in now
        and finding.fingerprint not in replaced
        and not _is_overtaken(finding, begun)
    ]
    return begun, ended


def _place_of(part: Session) -> str:
    """Where what belongs to a part stands: its first iFlow, if there is one."""
    return next((str(flow.told.location) for flow in part.flows.kept), "what belongs to no iFlow")


def _identity(finding: Finding) -> _Identity:
    return finding.fingerprint, finding.severity


def _is_overtaken(finding: Finding, begun: Iterable[Finding]) -> bool:
    """Whether a warning ends because the worse thing that it spoke of has come."""
    return any(
        other.iflow == finding.iflow
        and other.channel == finding.channel
        and other.entry == finding.entry
        and other.caller == finding.caller
        and (other.severity.rank < finding.severity.rank or _has_come(finding, other))
        for other in begun
    )


def _has_come(announced: Finding, other: Finding) -> bool:
    """Whether that is the day: something breaks then, or ends and is missed by nobody."""
    ended = other.certificate.not_after if other.certificate else None
    return announced.breaks_on is not None and announced.breaks_on in (other.broken_since, ended)


def _renew_by(finding: Finding, day: date, session: Session) -> date | None:
    if finding.severity is not Severity.ERROR:
        return None
    breaks = finding.breaks_on or finding.broken_since
    last = max(breaks.date(), day - _DAY) if breaks else day  # it may have been of no use before
    return last - timedelta(days=session.options.expiry_days)


def _opens(finding: Finding, session: Session) -> tuple[str, ...]:
    return session.opened_by(finding.caller) if finding.caller else ()


def _beginning(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _days(
    session: Session, bindings: Sequence[BindingVerdict], start: datetime, until: date
) -> set[date]:
    """The days on which a verdict may differ from the day before; too many do no harm."""
    moments = {moment.date() for moment in _moments(session, bindings)}
    days = moments.union(map(_later, moments))
    return {day for day in days if start.date() < day <= until}


def _later(day: date) -> date:
    return day + _DAY if day < date.max else day


def _moments(session: Session, bindings: Sequence[BindingVerdict]) -> Iterator[datetime]:
    """Every moment at which something that verdicts depend on begins or ends."""
    windows = _windows(session)
    bound = [match.certificate for binding in bindings for match in binding.joined]
    bound += [later.certificate for binding in bindings for later in binding.successors]
    entries = (binding for binding in bindings if isinstance(binding, EntryVerdict))
    bound += [entry.near_miss.certificate for entry in entries if entry.near_miss is not None]
    for certificate in session.pool.below_roots(bound):
        yield from _ends(certificate.not_before, certificate.not_after, windows)
        for root in session.trust.roots_named(certificate.issuer):
            if root.not_before is not None and root.not_after is not None:
                yield from _ends(root.not_before, root.not_after, windows)
    for binding in bindings:
        if binding.unexplained is not None:
            yield from map(_beginning, binding.unexplained.ends)
    for released in session.trust.table.releases.values():
        yield _beginning(released)


def _windows(session: Session) -> Collection[timedelta]:
    """How long before an end rules begin to speak of it."""
    own = (rule.configured.options.get("expiry-days") for rule in session.rules)
    days = {session.options.expiry_days, *(window for window in own if window is not None)}
    return [timedelta(days=window) for window in sorted(days)]


def _ends(
    not_before: datetime, not_after: datetime, windows: Collection[timedelta]
) -> Iterator[datetime]:
    yield not_before
    yield not_after
    lifetime = not_after - not_before
    for span in (*windows, lifetime / 3) if lifetime < SHORT_LIVED else windows:
        if not_after - datetime.min.replace(tzinfo=UTC) > span:
            yield not_after - span
