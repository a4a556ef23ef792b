"""Points in time as dumps, service keys and people's tools write them.

Seen: ``2023-06-24T12:56:52.000Z`` (``certificatedetails``, SAP docs 6e5db60), in OData 2
``/Date(1492098664000)/`` (JSON), ``2019-10-04T00:00:00Z`` and without ``Z`` (Atom, 2b67349), and
milliseconds alone (``ValidUntil``); ``Dec 24 12:00:00 2026 GMT`` (OpenSSL), ``Thu Dec 24 12:00:00
UTC 2026``, ``Dec 24, 2026 12:00:00 AM`` and ``2026-12-24T13:00+01:00[Europe/Berlin]`` (Java);
``2026-12-24 13:00:00 +0100 CET`` (Go). That a time without a zone is UTC is *inferred*. Of
``01/02/2026`` nobody knows which number is the day.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from iflint.pki.pem import is_placeholder

_LONGEST = 64
"""Characters. Ours: twice the longest form that was seen."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSOFT = re.compile(r"\\?/Date\((-?\d{1,16})(?:[+-]\d{1,4})?\)\\?/")
_NUMBER = re.compile(r"\d{9,14}")
_LONGEST_SECONDS = 11
"""Digits of a number of seconds; with more it is milliseconds: so from 1973 to 5138."""
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:[.,]\d{1,9})?)? ?(\S*|[+-].*)")
_NAMED_OFFSET = re.compile(
    r"([+-]\d\d:?\d\d|Z)(?: [A-Z]{1,5}| [+-]\d{2,4}|\[[\w/+-]{1,40}\])(?: m=[+-][\d.]{1,30})?",
    re.ASCII,
)
"""An offset, and the name of its zone, which adds nothing; in Go also its own clock."""
_WORDS = re.compile(r"[\s,]+")
_TIME = re.compile(r"\d{1,2}:\d\d(?::\d\d)?")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
_UTC = ("", "z", "utc", "gmt", "ut")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def unread_time(text: str) -> str:
    """A text that was to tell a point in time and does not, in short; empty for any other.

    What holds the place of a time in a template tells nothing wrong.
    """
    shown = " ".join(text.split())
    if not shown or is_placeholder(shown, ends=False) or point_in_time(text) is not None:
        return ""
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def point_in_time(text: str) -> datetime | None:
    """The point in time that a text tells, aware; None for a form that is not known here."""
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    try:
        if (odata := _MICROSOFT.fullmatch(text)) is not None:
            return _EPOCH + timedelta(milliseconds=int(odata[1]))
        if _NUMBER.fullmatch(text) is not None and text.isascii():
            since = int(text)
            seconds = len(text) <= _LONGEST_SECONDS
            return _EPOCH + (timedelta(seconds=since) if seconds else timedelta(milliseconds=since))
        if (iso := _ISO.fullmatch(text)) is not None:
            return _at(f"{iso[1]}T{iso[2] or '00:00'}", iso[3])
        return _in_words(_WORDS.split(text))
    except (ValueError, OverflowError):
        return None


def _at(local: str, zone: str) -> datetime | None:
    """A local time of ISO 8601 in a zone; None for a zone that is not known here."""
    if (named := _NAMED_OFFSET.fullmatch(zone)) is not None:
        zone = named[1]
    if zone.casefold() in _UTC:
        return datetime.fromisoformat(local).replace(tzinfo=UTC)
    if (offset := _OFFSET.fullmatch(zone)) is None:
        return None
    ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
    moment = datetime.fromisoformat(local).replace(tzinfo=UTC)
    return moment - ahead if offset[1] == "+" else moment + ahead


def _in_words(words: list[str]) -> datetime | None:
    """A time with the month's name, its parts in whatever order."""
    parts: dict[str, str] = {}
    for word in words:
        kind = _kind(word)
        if not kind:
            continue
        if kind in parts:
            return None
        parts[kind] = word
    if not {"month", "day", "year"} <= parts.keys():
        return None
    if not _is_clock(parts):
        return None
    month = _MONTHS.index(parts["month"][:3].casefold()) + 1
    time = _of_24_hours(parts)
    local = f"{parts['year']}-{month:02}-{int(parts['day']):02}T{time:0>5}"
    return _at(local if time.count(":") < 2 else f"{local[:11]}{time:0>8}", parts.get("zone", ""))


def _is_clock(parts: dict[str, str]) -> bool:
    """Whether *AM* and *PM* stand beside an hour that they can have."""
    return "half" not in parts or 1 <= int(parts.get("time", "0").split(":")[0]) <= 12


def _of_24_hours(parts: dict[str, str]) -> str:
    """The time of day, of which ``Nov 19, 2026 12:00:00 AM`` (Java) tells the half."""
    time = parts.get("time", "00:00")
    if "half" not in parts:
        return time
    hour, rest = time.split(":", 1)
    return f"{int(hour) % 12 + 12 * (parts['half'].casefold() == 'pm'):02}:{rest}"


def _kind(word: str) -> str:
    """What a word of a time is; empty for a day of the week."""
    if word[:3].casefold() in _MONTHS:
        return "month"
    if word[:3].casefold() in _DAYS:
        return ""
    if _TIME.fullmatch(word):
        return "time"
    if word.casefold() in ("am", "pm"):
        return "half"
    if word.isascii() and word.isdigit():
        return "year" if len(word) == 4 else "day"
    return "zone"
