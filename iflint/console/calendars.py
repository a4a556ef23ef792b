"""Days to remember as an iCalendar file (RFC 5545), for any calendar program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

import msgspec

from iflint.words.visible import inert_anywhere, visible

ALARM_DAYS = (30, 7)
"""How long before a day calendars remind of it: ours."""

_LONGEST_LINE = 75
"""Octets of a line without its end (RFC 5545 §3.1)."""


class Event(msgspec.Struct, frozen=True):
    """Something that happens on one whole day, with a reminder so many days before it.

    ``uid`` is what tells it from every other event, now and in the next file (§3.8.4.7).
    """

    uid: str
    day: date
    summary: str
    description: tuple[str, ...]
    alarms: tuple[int, ...] = ()


def calendar_text(
    name: str, version: str, stamp: datetime, events: Iterable[Event], about: str = ""
) -> str:
    """The calendar with its events, as a file; ``stamp`` (UTC) is the state that it tells.

    ``about`` is what is to be said of the calendar as a whole (RFC 7986 §5.2).
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//iflint//iflint {version}//EN",
        "CALSCALE:GREGORIAN",
        f"NAME:{_text(name)}",
        f"X-WR-CALNAME:{_text(name)}",
        *([f"DESCRIPTION:{_text(about)}"] if about else []),
    ]
    for event in events:
        lines.extend(_event(event, stamp))
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(event: Event, stamp: datetime) -> Iterator[str]:
    summary = _text(event.summary)
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{_day(stamp)}T{stamp.hour:02}{stamp.minute:02}{stamp.second:02}Z"
    yield f"DTSTART;VALUE=DATE:{_day(event.day)}"
    yield f"SUMMARY:{summary}"
    yield "DESCRIPTION:" + "\\n".join(map(_text, event.description))
    yield "TRANSP:TRANSPARENT"
    for days in event.alarms:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"TRIGGER:-P{days}D"
        yield f"DESCRIPTION:{summary}"
        yield "END:VALARM"
    yield "END:VEVENT"


def _day(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


def _text(value: str) -> str:
    """A value of the type TEXT (§3.3.11) on one line, which no fold makes a CI server's command."""
    shown = inert_anywhere(visible(value)).replace("\\", "\\\\")
    return shown.replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> str:
    """The line, continued where it is too long, never within a character (§3.1)."""
    pieces: list[str] = []
    start, size = 0, 0
    for at, character in enumerate(line):
        octets = len(character.encode())
        if size + octets > _LONGEST_LINE:
            pieces.append(line[start:at])
            start, size = at, 1
        size += octets
    return "\r\n ".join((*pieces, line[start:]))
