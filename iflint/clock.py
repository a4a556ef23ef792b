"""The clock of a run: given by the user, or read once from the machine's.

Times are aware, in UTC, and whole seconds, as the dates in certificates are (RFC 5280 4.1.2.5).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

ACCEPTED = "a date such as 2026-11-24 or a timestamp such as 2026-11-24T08:30:00Z"

_SPELLING = re.compile(
    r"\d{4}-\d\d-\d\d"
    r"(?:[T ](?:[01]\d|2[0-3]):\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)


def now() -> datetime:
    """The machine's time; the only place that reads it."""
    return datetime.now(UTC).replace(microsecond=0)


def parse_as_of(text: str) -> datetime:
    """Read a date (00:00 UTC) or an ISO 8601 timestamp (UTC when it names no offset).

    Fractions of a second are dropped. Raises ValueError, whose text says what is accepted.
    """
    spelling = text.strip().upper()
    if not _SPELLING.fullmatch(spelling):
        raise ValueError(f"not {ACCEPTED}")
    try:
        moment = datetime.fromisoformat(spelling)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"not a day or time that exists; give {ACCEPTED}") from error
    return moment.replace(microsecond=0)
