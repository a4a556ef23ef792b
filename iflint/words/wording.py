"""How dates, durations and lists read in messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

NO_SUBJECT = "it has no subject, as some of Let's Encrypt, so it can stand in no row"
"""Of one whose names are alternative names only, as a clause."""


def day(moment: datetime) -> str:
    """The date of an aware UTC moment, as ``2026-12-01``."""
    return f"{moment.year:04}-{moment.month:02}-{moment.day:02}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """``1 day``, ``2 days``; ``plural`` where an s is not enough."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def days_until(moment: datetime, clock: datetime) -> int:
    """Calendar days from ``clock`` to ``moment``, both UTC: 0 on the same day, below it before."""
    return (moment.date() - clock.date()).days


def left(days: int) -> str:
    """``7 days left``, ``0 days left``, ``ended 3 days ago``."""
    return f"{counted(days, 'day')} left" if days >= 0 else f"ended {counted(-days, 'day')} ago"


def relative(moment: datetime, clock: datetime) -> str:
    """``in 7 days``, ``today``, ``265 days ago``: calendar days from ``clock`` to ``moment``."""
    days = days_until(moment, clock)
    if days == 0:
        return "today"
    return f"in {counted(days, 'day')}" if days > 0 else f"{counted(-days, 'day')} ago"


def sentence(text: str) -> str:
    """``text`` with a capital letter at its beginning and a full stop at its end."""
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


def dated(moment: datetime, clock: datetime) -> str:
    """``2026-12-01 (in 7 days)``."""
    return f"{day(moment)} ({relative(moment, clock)})"


def lifetime(first: datetime | None, last: datetime) -> str:
    """``2026-01-01 to 2026-12-31``; ``until 2026-12-31`` where the beginning is not known."""
    return f"until {day(last)}" if first is None else f"{day(first)} to {day(last)}"


def listed(items: Sequence[str], conjunction: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"


def as_argument(text: str) -> str:
    """As an argument: in quotation marks that every shell takes, where that is enough."""
    from shlex import quote

    if set(text) & set('"\\$`!%'):
        return quote(text)
    return f'"{text}"' if set(text) & set(" ,;'=&()") else text
