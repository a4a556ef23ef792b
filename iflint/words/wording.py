"""How dates, durations and lists read in messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iflint.places.location import Location

RENEWAL = (
    "Get the renewed certificate from the sender; with the same subject and issuer nothing in "
    "the flow changes, else add the new pair, redeploy, switch the sender, remove the old pair."
)
"""What to do about an ending certificate: SAP's own procedure (2d3cae7)."""

RENEWAL_AT_HAND = (
    "The renewed certificate is at hand: `iflint renew FILE` tells what to do with it, in which "
    "order."
)


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


def stale_table(known_until: str, days: int) -> str:
    """What to know about a table of roots that ends long before the clock."""
    return (
        f"The list of roots is known until {known_until} only, {counted(days, 'day')} before the "
        "clock: a newer release may have dropped or added roots. `iflint roots update` reads one."
    )


SHORT_LIVED = timedelta(days=90)
"""Certificates that live shorter are renewed by machines, and late in their lives."""


def expires_soon(not_before: datetime, not_after: datetime, clock: datetime, window: int) -> bool:
    """Whether something valid at ``clock`` ends within ``window`` days.

    For what lives less than 90 days the window is a third of its lifetime, if that is shorter.
    """
    if not not_before <= clock <= not_after:
        return False
    lifetime = not_after - not_before
    soon = timedelta(days=window)
    return not_after - clock <= (min(soon, lifetime / 3) if lifetime < SHORT_LIVED else soon)


def listed(items: Sequence[str], conjunction: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"


def file_name(location: Location) -> str:
    """The name of the file at a place, without folders and archives."""
    file = location.file
    return (file.members[-1] if file.members else file.path).rpartition("/")[2]
