"""Tables as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from iflint.configuration.settings import CSV_DIALECTS
from iflint.words.visible import inert, visible

_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV Injection")."""


Sheet = tuple[Sequence[str], Iterable[Iterable[object]]]
"""Headings and rows."""


def csv_text(sheet: Sheet, dialect: str = CSV_DIALECTS[0]) -> str:
    """The sheet; times are ISO 8601 with ``Z``, None is empty."""
    import csv
    from io import StringIO

    excel = dialect == "excel"
    file = StringIO()
    file.write("\ufeff" if excel else "")
    ends, separator = ("\r\n", ";") if excel else ("\n", ",")
    writer = csv.writer(file, lineterminator=ends, delimiter=separator)
    headings, rows = sheet
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
