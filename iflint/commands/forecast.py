"""`iflint forecast`: on which days verdicts change, and by when to start a renewal."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from iflint.console.arguments import CONFIGURATION, JUDGING, PATHS, answer
from iflint.console.frame import show, subcommand
from iflint.console.interface import Option, WrongUsage
from iflint.console.run import Request, call, prepare

if TYPE_CHECKING:
    from iflint.answers.forecast import Change, Forecast
    from iflint.words.terminal import Style

DEFAULT_DAYS = 365
UNTIL = Option(["--until"], metavar="DATE", help="The last day to look at. Default: in a year.")


class ChangeRow(msgspec.Struct, frozen=True):
    """A change as JSON has it; ``change`` is ``begins`` or ``ends``."""

    day: date
    change: str
    code: str
    name: str
    severity: str
    package: str
    iflow: str
    channel: str
    adapter: str
    address: str
    entry: int | None
    subject: str
    cause: str
    remedy: str
    renew_by: date | None
    file: str
    fingerprint: str
    environment: str = ""


@subcommand(
    "forecast",
    "List the days on which verdicts change.",
    (PATHS, UNTIL, *JUDGING, *answer("table", "json"), *CONFIGURATION),
    examples=(
        "iflint forecast exports --certificates certs --until 2027-12-31",
        "iflint forecast --format json --output forecast.json",
    ),
)
def command(asked: Request, paths: tuple[str, ...], until: str | None) -> None:
    """List the days on which a verdict about PATH changes (default: the current folder).

    For each of them: the channel, the cause, and the last day to start the renewal. `iflint
    check --as-of` that day says exactly the same. Exit code: 0 whatever the days bring.
    """
    from iflint.answers.forecast import forecast
    from iflint.console.reading import read

    run = prepare(asked, paths or (".",))
    sessions = read(run)
    end = _last_day(until, sessions[0][1].as_of)
    found = [(name, call(forecast, session, end)) for name, session in sessions]
    show(run, found, table=_tables, json=_json)


def _last_day(until: str | None, start: datetime) -> date:
    """Raises WrongUsage for a text that is no date, or one before the clock."""
    from iflint.values import parse_as_of

    if until is None:
        return start.date() + timedelta(days=min(DEFAULT_DAYS, (date.max - start.date()).days))
    try:
        day = parse_as_of(until).date()
    except ValueError as error:
        raise WrongUsage([f"--until {error}"]) from None
    if day < start.date():
        raise WrongUsage([f"--until {day} is before the clock, {start.date()}"])
    return day


def _row(change: Change, environment: str = "") -> ChangeRow:
    finding = change.finding
    iflow, channel, entry = finding.iflow, finding.channel, finding.entry
    return ChangeRow(
        day=change.day,
        change="begins" if change.begins else "ends",
        code=finding.code,
        name=finding.name,
        severity=str(finding.severity),
        package=iflow.package.name if iflow and iflow.package else "",
        iflow=iflow.name if iflow else "",
        channel=channel.name if channel else "",
        adapter=channel.adapter if channel else "",
        address=channel.address if channel else "",
        entry=entry.ordinal if entry else None,
        subject=entry.subject if entry else "",
        cause=finding.message,
        remedy=finding.remedy,
        renew_by=change.renew_by,
        file=str(finding.location.file),
        fingerprint=finding.fingerprint,
        environment=environment,
    )


def _json(found: list[tuple[str, Forecast]]) -> str:
    from iflint.reporters.encoding import enveloped

    first = found[0][1]
    rows = [_row(change, name) for name, one in found for change in one.changes]
    rows.sort(key=lambda row: row.day)
    return enveloped("forecast", as_of=first.start, until=first.until, changes=rows)


def _tables(found: list[tuple[str, Forecast]], style: Style) -> str:
    """The table of each environment, under its name."""
    from iflint.words.visible import visible

    return "\n".join(
        (f"Environment {visible(name)}\n\n" if name else "") + _table(forecast, style)
        for name, forecast in found
    )


def _table(found: Forecast, style: Style) -> str:
    from iflint.console.tables import Column, table
    from iflint.words.terminal import wrapped
    from iflint.words.wording import counted

    days = dict.fromkeys(change.day for change in found.changes)
    groups = [
        (
            f"{day} (in {counted((day - found.start.date()).days, 'day')})",
            [_cells(_row(c), found.start.date()) for c in found.changes if c.day == day],
        )
        for day in days
    ]
    verb = "is" if len(found.now) == 1 else "are"
    end = f"Looked at every day until {found.until}; today there {verb} "
    end += f"{counted(len(found.now), 'finding')} (`iflint check`)."
    end = end if groups else f"No verdict changes. {end}"
    end = "\n".join(wrapped(end, 0, 0, style.width)) + "\n"
    if not groups:
        return end
    columns = (
        Column("Change", names=True),
        Column("Channel"),
        Column("iFlow"),
        Column("Subject"),
        Column("Cause"),
        Column("Renewal"),
    )
    return f"{table(columns, groups, style)}\n{end}"


def _cells(row: ChangeRow, today: date) -> list[str]:
    from iflint.words.visible import visible

    change = row.severity if row.change == "begins" else "ends:"
    channel = f"{row.adapter} {row.address}".strip() or row.file
    facts = [channel, row.iflow, row.subject, row.cause]
    renewal = ""
    if row.renew_by is not None:
        overdue = " (overdue)" if row.renew_by < today else ""
        renewal = f"start by {row.renew_by}{overdue}"
    return [f"{change} {row.code} {row.name}", *map(visible, facts), renewal]
