"""The lists of roots, the calendar and the public CAs of a run: packaged, or from files."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from iflint.engine.inputs import Inputs, Known, Reading, named_file
from iflint.options import Options, UsageError
from iflint.places.problems import Problem, Unreadable
from iflint.sources import SourceFile

if TYPE_CHECKING:
    from datetime import datetime

    from iflint.pki.calendar import Calendar
    from iflint.pki.public_cas import PublicCas
    from iflint.pki.roots.trust import TrustList


RootsRead = tuple[Inputs, bytes | None, str]
"""What an option for roots names: certificates, a table of roots, and the table's name."""


def read_trust_list(
    options: Options,
    as_of: datetime,
    read: Callable[[str, Sequence[str]], RootsRead] | None = None,
) -> tuple[TrustList, tuple[Problem, ...]]:
    """The list of roots in force: SAP's table, what ``--roots`` names, and ``--roots-add``.

    ``read`` is `read_roots` for somebody who has read the same already.
    Raises UsageError when the platform is custom and no root is given, when nothing that is
    given holds a root, for a table that can't be used, or that can't be narrowed.
    """
    from iflint.pki.roots.trust import Platform, TableError, Trust, load_trust_list

    read = read or (lambda option, paths: read_roots(option, paths, options))
    roots, table, table_name = read("--roots", options.roots)
    added, second, _ = read("--roots-add", options.roots_add)
    if second is not None:
        raise UsageError("--roots-add takes certificates; a table replaces the list: --roots")
    try:
        trust = load_trust_list(
            Platform(options.platform),
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

    _, table, name = read_roots("--roots", options.roots, options)
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


def read_public_cas(options: Options) -> PublicCas:
    """The table of public CAs: that of ``--public-cas``, else the packaged one. Raises UsageError.

    The packaged one is read only when it is asked something.
    """
    from iflint.pki.public_cas import PublicCas, read_public_cas

    if options.public_cas is None:
        return PublicCas()
    try:
        return PublicCas(read_public_cas(named_file(options.public_cas, options).read()))
    except Unreadable as error:
        raise UsageError(f"--public-cas {options.public_cas}: {error.problem.message}") from None
    except ValueError as error:
        raise UsageError(f"--public-cas {options.public_cas}: {error}") from None


def read_roots(
    option: str, paths: Sequence[str], options: Options, known: Known | None = None
) -> RootsRead:
    """Read what an option for roots names; ``known`` as for `read_inputs`. Raises UsageError."""
    reading = Reading(options, known)
    table: bytes | None = None
    table_name = ""
    for path in paths:
        source = None if _is_folder(path, options) else named_file(path, options)
        data = _bytes(source) if source and not reading.knows(source) else None
        if source and data and not _is_table(data):
            reading.learn(source, data)
        if data is None or not _is_table(data):
            reading.take_certificate_files([path])
        elif table is not None:
            raise UsageError(
                f"{option} names two tables of roots, {table_name} and {path}: give one"
            )
        else:
            table, table_name = data, str(source.location) if source else path
    roots = reading.inputs()
    if paths and table is None and not roots.certificates:
        advice = "give PEM or DER files of roots, or a table of roots in JSON"
        why = roots.problems[0].in_one_line if roots.problems else advice
        raise UsageError(f"no certificate in {option} {', '.join(paths)}: {why}")
    return roots, table, table_name


def _is_folder(path: str, options: Options) -> bool:
    return os.path.isdir(os.path.join(options.directory or "", path))


def _bytes(source: SourceFile) -> bytes | None:
    try:
        return source.read()
    except Unreadable:
        return None


def _is_table(data: bytes) -> bool:
    """Whether a file is a table of roots, by its first character."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
