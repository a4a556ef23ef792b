"""`iflint forecast`: on which days verdicts change, and by when to start a renewal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from iflint.console.arguments import CONFIGURATION, JUDGING, PATHS, answer
from iflint.console.frame import show, subcommand
from iflint.console.interface import LAST_HEADING, Option, WrongUsage, complain
from iflint.console.invocation import Request, call, prepare
from iflint.console.reading import read
from iflint.console.tables import columns, table
from iflint.judging.references import folder_of
from iflint.limits import REPORT_BYTES, VERDICTS_ANEW
from iflint.reporters.encoding import enveloped
from iflint.reporters.remarks import aside
from iflint.reporters.sentences import caller_name, roles_of
from iflint.values import parse_as_of
from iflint.words.terminal import Style, wrapped
from iflint.words.visible import visible
from iflint.words.wording import counted

if TYPE_CHECKING:
    from iflint.answers.forecast import Forecast, Turn
    from iflint.console.spreadsheets import Sheet
    from iflint.report.findings import Finding

    _Found = list[tuple[str, Forecast]]

DEFAULT_DAYS = 365
_MOST_CHANNELS = 3
"""Channels named in a cell; JSON has all. Ours."""

UNTIL = Option(
    "--until", LAST_HEADING, "The last day to look at. Default: in a year.", metavar="DATE"
)


@subcommand(
    "forecast",
    "List what breaks on which day.",
    (PATHS, UNTIL, *JUDGING, *answer("table", "json", "csv", "ics", "markdown"), *CONFIGURATION),
    examples=(
        "iflint forecast exports --certificates certs --until 2027-12-31",
        "iflint forecast --format json --output forecast.json",
        "iflint forecast --format ics --output forecast.ics",
    ),
)
def command(asked: Request, paths: tuple[str, ...], until: str | None) -> None:
    """List what breaks, or begins to work, on which day at PATH (default: the current folder).

    For each day it names the channel, or the service key or certificate-to-user mapping and what
    that opens, the cause, and the last day to start the renewal. 'iflint check --as-of' that day
    says exactly the same. A day is looked at as it begins, in UTC: what ends in the course of
    2026-12-12 is broken on 2026-12-13. Exit code: 0 whatever the days bring.
    """
    from iflint.answers.forecast import forecast

    run = prepare(asked, paths or (".",))
    sessions = read(run)
    end = _last_day(until, sessions[0].as_of)
    found = [(session.name, call(forecast, session, end)) for session in sessions]
    formats = {"json": _json, "csv": _csv, "ics": _calendar, "markdown": _markdown}
    told = show(run, found, _within, sessions[0].inputs.size, table=_tables, **formats)
    if run.answer.format in formats and (unlisted := sum(each.more for _, each in told)):
        complain(aside(_not_listed(unlisted)))
    if (last := min(each.until for _, each in found)) < end:
        complain(aside(f"The forecast ends on {last}. To see more, {VERDICTS_ANEW.option}."))


def _last_day(until: str | None, start: datetime) -> date:
    """Raises WrongUsage for a text that is no date, or one before the clock."""
    if until is None:
        return start.date() + timedelta(days=min(DEFAULT_DAYS, (date.max - start.date()).days))
    try:
        day = parse_as_of(until).date()
    except ValueError as error:
        raise WrongUsage([f"--until {error}"]) from None
    if day < start.date():
        raise WrongUsage([f"--until {day} is before the clock, {start.date()}"])
    return day


def _row(change: Turn, environment: str) -> dict[str, Any]:
    """A change as JSON has it."""
    finding = change.finding
    iflow, channel, entry = finding.iflow, finding.channel, finding.entry
    return {
        "day": change.day,
        "change": "begins" if change.begins else "ends",
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "package": iflow.package.name if iflow and iflow.package else "",
        "iflow": iflow.name if iflow else "",
        "channel": channel.name if channel else "",
        "adapter": channel.adapter if channel else "",
        "address": channel.address if channel else "",
        "entry": entry.ordinal if entry else None,
        "caller": finding.caller,
        "opens": change.opens,
        "subject": _subject(finding),
        "cause": finding.message,
        "remedy": finding.remedy,
        "renew_by": change.renew_by,
        "file": str(finding.location.file),
        "fingerprint": finding.fingerprint,
        "environment": environment,
    }


def _subject(finding: Finding) -> str:
    """The one that an entry accepts, or of the certificate that a key or a mapping holds."""
    if finding.entry:
        return finding.entry.subject
    return finding.certificate.subject if finding.caller and finding.certificate else ""


def _turns(found: _Found) -> list[tuple[str, Turn]]:
    """The changes of all environments, by day."""
    turns = [(name, change) for name, one in found for change in one.changes]
    return sorted(turns, key=lambda turn: turn[1].day)


def _within(found: _Found, room: int) -> _Found:
    """What fits: the changes of the first days, which name as many channels as people read."""
    from iflint.report.fitting import Room, few

    left, turns = Room(room), _turns(found)
    if left.has_room_for(turns):
        return found
    brief = ((name, replace(turn, opens=few(turn.opens))) for name, turn in turns)
    listed: dict[str, list[Turn]] = {}
    for name, turn in left.some(brief, 1):
        listed.setdefault(name, []).append(turn)

    def with_listed(name: str, forecast: Forecast) -> Forecast:
        changes = tuple(listed.get(name, ()))
        return replace(forecast, changes=changes, more=len(forecast.changes) - len(changes))

    return [(name, with_listed(name, each)) for name, each in found]


def _not_listed(number: int) -> str:
    return f"Not listed: {counted(number, 'later change')}. To list more, {REPORT_BYTES.option}."


def _json(found: _Found) -> str:
    first = found[0][1]
    rows = [_row(change, name) for name, change in _turns(found)]
    more = sum(each.more for _, each in found)
    return enveloped("forecast", as_of=first.start, until=first.until, changes=rows, more=more)


def _csv(found: _Found) -> Sheet:
    names = (
        *("day", "change", "code", "name", "severity", "package", "iflow", "channel", "adapter"),
        *("address", "entry", "caller", "opens", "subject", "cause", "remedy", "renew_by", "file"),
        *("fingerprint", "environment"),
    )

    def rows() -> Iterator[list[object]]:
        for name, change in _turns(found):
            caller = change.finding.caller
            told = _row(change, name) | {"opens": "; ".join(change.opens)}
            told["caller"] = caller_name(caller) if caller else None
            yield [told[heading] for heading in names]

    return names, rows()


def _calendar(found: _Found) -> str:
    from hashlib import sha256

    from iflint.__version__ import __version__
    from iflint.console.calendars import ALARM_DAYS, Event, calendar_text

    start = found[0][1].start

    def events() -> Iterator[Event]:
        for environment, change in _turns(found):
            finding, cells = change.finding, _cells(change, start.date(), ())
            facts = zip(_HEADINGS[1:], cells[1:], strict=True)
            named = f"{finding.fingerprint} {change.day} {change.begins} {environment}"
            yield Event(
                uid=f"{sha256(named.encode('utf-8', 'backslashreplace')).hexdigest()}@iflint",
                day=change.day,
                summary=f"{cells[0]}: {cells[1]}",
                description=(
                    *([f"Environment: {environment}"] * bool(environment)),
                    *(f"{heading}: {fact}" for heading, fact in facts if fact),
                    f"File: {finding.location.file}",
                ),
                alarms=ALARM_DAYS if change.begins else (),
            )

    return calendar_text("Days of client certificates", __version__, start, events())


def _markdown(found: _Found) -> str:
    from iflint.reporters.markdown import escaped, table_of

    several, turns = len(found) > 1, _turns(found)
    copied = _copied(change for _, change in turns)
    rows = [
        [
            str(change.day),
            *([escaped(name)] * several),
            *map(escaped, _cells(change, found[0][1].start.date(), copied)),
        ]
        for name, change in turns
    ]
    headings = ("Day", *(["Environment"] * several), *_HEADINGS)
    table = table_of(headings, rows) if rows else ()
    return "\n".join((*table, *([""] * bool(rows)), *(_end(one) for _, one in found[:1]), ""))


def _tables(found: _Found, style: Style) -> str:
    """The table of each environment, under its name."""
    return "\n".join(
        (f"Environment {visible(name)}\n\n" if name else "") + _table(forecast, style)
        for name, forecast in found
    )


def _table(found: Forecast, style: Style) -> str:
    today, copied = found.start.date(), _copied(found.changes)
    groups = [
        (
            f"{day} (in {counted((day - today).days, 'day')})",
            [_cells(change, today, copied) for change in changes],
        )
        for day, changes in groupby(found.changes, key=lambda change: change.day)
    ]
    end = "\n".join(wrapped(_end(found), 0, 0, style.width)) + "\n"
    if not groups:
        return end
    headings = columns(*_HEADINGS)
    return f"{table(headings, groups, style)}\n{end}"


_HEADINGS = ("Change", "Where", "iFlow", "Opens", "Subject", "Cause", "Renewal")


def _end(found: Forecast) -> str:
    """What was looked at."""
    verb = "is" if len(found.now) == 1 else "are"
    end = f"Looked at every day until {found.until}; today there {verb} "
    end += f"{counted(len(found.now), 'finding')} (`iflint check`)."
    if found.more:
        return f"{end} {_not_listed(found.more)}"
    return end if found.changes else f"No verdict changes. {end}"


def _copied(changes: Iterable[Turn]) -> frozenset[str]:
    """The names that several flows have, as copies for environments do."""
    found = (each.finding.iflow for each in changes)
    flows = {iflow.location: iflow for iflow in found if iflow is not None}
    names = Counter(flow.name for flow in flows.values())
    return frozenset(name for name, count in names.items() if count > 1)


def _iflow(finding: Finding, copied: Container[str]) -> str:
    """The name of the flow, and where it lies if it is one of the ``copied``."""
    iflow = finding.iflow
    if iflow is None:
        return ""
    return f"{iflow.name} ({folder_of(iflow)})" if iflow.name in copied else iflow.name


def _cells(change: Turn, today: date, copied: Container[str]) -> list[str]:
    finding = change.finding
    verb = str(finding.severity) if change.begins else "no longer:"
    facts = [
        _where(finding),
        _iflow(finding, copied),
        _opened(change),
        _subject(finding),
        finding.message,
    ]
    renewal = ""
    if change.renew_by is not None:
        overdue = " (overdue)" if change.renew_by < today else ""
        renewal = f"start by {change.renew_by}{overdue}"
    return [f"{verb} {finding.code} {finding.name}", *map(visible, facts), renewal]


def _where(finding: Finding) -> str:
    """The channel or the caller; what belongs to neither stands in a file."""
    if finding.caller:
        return caller_name(finding.caller)
    channel = finding.channel
    where = f"{channel.adapter} {channel.address}".strip() if channel else ""
    return where or str(finding.location.file)


def _opened(change: Turn) -> str:
    """The channels that a key or a mapping opens, as many as a cell shows."""
    caller = change.finding.caller
    if caller is None:
        return ""
    if not change.opens:
        return roles_of(caller) if caller.roles is None else "no channel here"
    named, more = change.opens[:_MOST_CHANNELS], len(change.opens) - _MOST_CHANNELS
    return ", ".join((*named, *[f"and {more} more"] * (more > 0)))
