"""The tables about service keys and users that match none of what a run has read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iflint.engine.callers import Table, Tables, tables_of
from iflint.engine.patterns import begins_at
from iflint.places.paths import absolute, is_below

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iflint.engine.session import Session
    from iflint.report.report import Report


def idle_tables(sessions: Iterable[Session], report: Report) -> dict[Table, tuple[str, ...]]:
    """The tables that match no key and no mapping, with the environments in which they count.

    Only those whose files the run has looked for: it was asked for where their path begins, and
    for every environment that has certificates of its own.
    """
    counting: dict[Table, list[str]] = {}
    in_use: set[Table] = set()
    for session in sessions:
        options, found = session.options, session.inputs.callers
        own = {table for each in options.environments for table in tables_of(each)}
        elsewhere = any(each.has_own_certificates for each in options.other_environments)
        looked_at = [
            absolute(report.directory, path)
            for path in (*report.paths, *(options.certificates or ()))
        ]
        tables = Tables(options, report.directory, report.root, session.trials)
        in_use.update(tables.in_use(found))
        for table in tables_of(options):
            folder = table.folder or report.directory
            begin = begins_at(table.path, folder) if table.path else folder
            if any(is_below(begin, path) for path in looked_at) and (table in own or not elsewhere):
                counting.setdefault(table, []).append(session.name)
    return {
        table: tuple(filter(None, names))
        for table, names in counting.items()
        if table not in in_use
    }
