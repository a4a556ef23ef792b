"""The lists of roots and the calendar of a run: packaged, or from files that options name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from iflint.engine.inputs import Inputs, Reading, named_file
from iflint.options import Options, UsageError
from iflint.places.problems import Problem, Unreadable
from iflint.sources import SourceFile

if TYPE_CHECKING:
    from datetime import datetime

    from iflint.pki.calendar import Calendar
    from iflint.pki.roots.trust import TrustList


def read_trust_list(options: Options, as_of: datetime) -> tuple[TrustList, tuple[Problem, ...]]:
    """The list of roots in force: SAP's table, what ``--roots`` names, and ``--roots-add``.

    Raises UsageError when the landscape is custom and no root is given, when nothing that is
    given holds a root, for a table that can't be used, or that can't be narrowed.
    """
    from iflint.pki.roots.trust import Landscape, TableError, Trust, load_trust_list

    roots, table, table_name = _read_roots("--roots", options.roots, options)
    added, second, _ = _read_roots("--roots-add", options.roots_add, options)
    if second is not None:
        raise UsageError("--roots-add takes certificates; a table replaces the list: --roots")
    try:
        trust = load_trust_list(
            Landscape(options.landscape),
            as_of,
            roots.certificates,
            table,
            *((table_name,) if table_name else ()),
            added=added.certificates,
            trust=Trust(options.trust),
        )
    except TableError as error:
        raise UsageError(f"--roots {table_name}: {error}") from None
    except ValueError as error:
        raise UsageError(str(error)) from None
    return trust, (*roots.problems, *added.problems)


def read_table_in_use(options: Options) -> tuple[bytes, str]:
    """The table of roots of ``--roots``, else the packaged one: its bytes, and its name.

    Raises UsageError when ``--roots`` names two.
    """
    from iflint.pki.roots.trust import TRUST_STORE, packaged_data

    _, table, name = _read_roots("--roots", options.roots, options)
    return (packaged_data(), TRUST_STORE) if table is None else (table, f"--roots {name}")


def read_calendar(options: Options) -> Calendar:
    """The CA calendar with the rows of ``--calendar`` over it. Raises UsageError."""
    from iflint.pki.calendar import Calendar, read_calendar

    if options.calendar is None:
        return Calendar()
    try:
        return Calendar(read_calendar(named_file(options.calendar, options).read()))
    except Unreadable as error:
        raise UsageError(f"--calendar {options.calendar}: {error.problem.message}") from None
    except ValueError as error:
        raise UsageError(f"--calendar {options.calendar}: {error}") from None


def _read_roots(
    option: str, paths: Sequence[str], options: Options
) -> tuple[Inputs, bytes | None, str]:
    """What an option for roots names: certificates, a table of roots, and the table's name."""
    reading = Reading(options)
    table: bytes | None = None
    table_name = ""
    for path in paths:
        source = None if _is_folder(path, options) else named_file(path, options)
        data = _table(source) if source else None
        if source is None or data is None:
            reading.take_certificate_files([path])
        elif table is not None:
            raise UsageError(
                f"{option} names two tables of roots, {table_name} and {path}: give one"
            )
        else:
            table, table_name = data, str(source.location)
    roots = reading.inputs()
    if paths and table is None and not roots.certificates:
        advice = "give PEM or DER files of roots, or a table of roots in JSON"
        why = roots.problems[0].in_one_line if roots.problems else advice
        raise UsageError(f"no certificate in {option} {', '.join(paths)}: {why}")
    return roots, table, table_name


def _is_folder(path: str, options: Options) -> bool:
    return os.path.isdir(os.path.join(options.directory or "", path))


def _table(source: SourceFile) -> bytes | None:
    """The bytes of a table of roots; None for a file that is none, by its first character."""
    try:
        data = source.read()
    except Unreadable:
        return None
    return data if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else None
