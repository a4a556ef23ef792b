"""The clock of a run: given by the user, or read once from the machine's.

Times are aware, in UTC, and whole seconds, as the dates in certificates are (RFC 5280 4.1.2.5).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

ACCEPTED = "a date such as 2026-11-24 or a timestamp such as 2026-11-24T08:30:00Z"

SPELLING = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[Tt ](?:[01][0-9]|2[0-3]):[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"
    r"(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
)
"""How a date or a timestamp is written, as a regular expression."""


def now() -> datetime:
    """The machine's time; the only place that reads it."""
    return datetime.now(UTC).replace(microsecond=0)


def parse_as_of(text: str) -> datetime:
    """Read a date (00:00 UTC) or an ISO 8601 timestamp (UTC when it names no offset).

    Fractions of a second are dropped. Raises ValueError, whose text says what is accepted.
    """
    spelling = text.strip().upper()
    if not re.fullmatch(SPELLING, spelling):
        raise ValueError(f"not {ACCEPTED}")
    try:
        moment = datetime.fromisoformat(spelling)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"not a day or time that exists; give {ACCEPTED}") from error
    return moment.replace(microsecond=0)
