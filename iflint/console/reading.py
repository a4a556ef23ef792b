"""The sessions that several commands ask: read once, with a word on what is missing."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from iflint.console.interface import WrongUsage, complain
from iflint.console.invocation import Invocation, call, options_of
from iflint.words.visible import shown
from iflint.words.wording import counted

if TYPE_CHECKING:
    from iflint.engine.session import Session
    from iflint.report.report import Report


def read(run: Invocation, *, flows: bool = True) -> tuple[Session, ...]:
    """The sessions of a run, which wants ``flows``. Raises `WrongUsage`."""
    from iflint.engine.run import read as read_run

    sessions = call(read_run, run.paths, options_of(run)).sessions
    if flows:
        found = [flow.told.location.path for flow in sessions[0].flows.kept]
        found += [each.location.file.path for session in sessions for each in session.callers]
        say_where_nothing_is(run.paths, found)
    say_what_has_no_parameters(run, ((each.name, each.parameter_files) for each in sessions))
    return sessions


PIPE = "-"
"""The path that means standard input."""


def read_piped() -> bytes:
    """What comes from standard input, as much as of any file. Raises `WrongUsage`."""
    from iflint.limits import FILE_BYTES, numbered

    data = b"" if sys.stdin is None else sys.stdin.buffer.read(FILE_BYTES.value + 1)
    if len(data) > FILE_BYTES.value:
        raise WrongUsage([f"standard input has more than {numbered(FILE_BYTES.value)} bytes"])
    return data


def say_where_nothing_is(paths: Sequence[str], found: Iterable[str]) -> None:
    """Complain of paths without any file that was ``found`` to hold a flow or a caller."""
    from iflint.places.paths import absolute_path, without_any
    from iflint.reporters.remarks import aside, no_iflow

    given = [path.replace(os.sep, "/") for path in paths]
    for path in without_any(absolute_path(os.curdir), given, found):
        complain(aside(no_iflow(path)))


def say_what_has_no_parameters(run: Invocation, found: Iterable[tuple[str, int]]) -> None:
    """Complain of environments whose patterns of parameter files lead to none.

    ``found`` has for each name the number of iFlows with such files.
    """
    patterns = {each.name: each.parameters for each in run.settings.environments}
    for name, number in found:
        if number == 0 and patterns.get(name):
            where = ", ".join(shown(pattern, 200) for pattern in patterns[name])
            complain(f"environment {shown(name)} has no parameters of its own: no file at {where}")


def say_what_was_not_read(number: int, lacking: str) -> None:
    """Complain of so many inputs; a list alone would not tell that something may lack in it."""
    if number:
        unread = counted(number, "input")
        complain(f"{unread} could not be read: the list may lack {lacking}")
        complain("'iflint check' says which and why")


def size_of(report: Report) -> int:
    """How many bytes on disk hold what was checked."""
    from iflint.places.paths import absolute

    size = 0
    for path in {absolute(report.directory, path) for path in report.places}:
        with contextlib.suppress(OSError):
            size += os.stat(path).st_size
    return size
