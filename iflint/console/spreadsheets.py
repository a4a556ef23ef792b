"""Tables as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from iflint.words.visible import inert, visible

_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV Injection")."""


def csv_text(headings: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    """Headings and rows; times are ISO 8601 with ``Z``, None is empty."""
    import csv
    from io import StringIO

    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return file.getvalue()


def _cell(value: object) -> object:
    """A value as a cell that no spreadsheet takes for a formula, and no CI server for a command."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if not isinstance(value, str):
        return value
    shown = inert(visible(value))
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA_STARTS) else shown
