"""`iflint hook`: for pre-commit, from changed files to the flows that they belong to."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from iflint.console.arguments import CONFIGURATION, FINDINGS, JUDGING, REPORT, several_paths
from iflint.console.frame import subcommand
from iflint.console.invocation import Invocation, Request, prepare
from iflint.places.bounds import real
from iflint.places.paths import absolute_path, is_below

if TYPE_CHECKING:
    from iflint.sources.ignoring import Rules

NAMING = ("certificates", "parameters", "roots", "roots_add", "calendar", "public_cas")
"""Settings that name files of which every flow's verdict may depend."""


@subcommand(
    "hook",
    "Check the flows of changed files, for pre-commit.",
    (several_paths("[FILE]..."), *JUDGING, *FINDINGS, *REPORT, *CONFIGURATION),
    examples=("iflint hook packages/Orders/src/main/resources/parameters.prop",),
)
def command(asked: Request, paths: tuple[str, ...]) -> int:
    """Check the flows that the changed FILEs belong to; made for pre-commit.

    A changed certificate or configuration file can concern every flow. Then the whole repository
    is checked, as it is without FILE. The certificates are the configured ones, else all of the
    repository. Options and exit codes are those of 'iflint check'; flows are expected of the
    whole repository only.
    """
    from iflint.commands.check import report_on
    from iflint.console import progress_bar
    from iflint.sources import repository_of_flows, repository_root

    root = _relative(repository_root(os.curdir))
    run = prepare(asked, paths, configured_from=(root,))
    paths = targets(run, root)
    everything = paths == (root,)
    finds_them_itself = everything or repository_of_flows(paths) is not None
    if not everything:
        run = run.but(expect_flows=False)
    if not paths:
        run = run.but(certificates=())
    elif run.settings.certificates is None and not finds_them_itself:
        run = run.but(certificates=(root,))
    with progress_bar.silenced():
        return report_on(msgspec.structs.replace(run, paths=paths))


def targets(run: Invocation, root: str) -> tuple[str, ...]:
    """What to check when the run's paths changed: their bundles, or the repository at ``root``."""
    from iflint.sources import owning_bundles

    given = (getattr(run.settings, name) or () for name in NAMING)
    named = [path for one in given for path in ((one,) if isinstance(one, str) else one)]
    if run.configuration is not None:
        named += run.configuration.files
    if not run.paths or any(_concerns_every_flow(file, named) for file in run.paths):
        return (root,)
    owners = owning_bundles(_not_excluded(run)).values()
    return tuple(sorted({owner for owner in owners if owner is not None}))


def _concerns_every_flow(file: str, named: Sequence[str]) -> bool:
    return _holds_certificates(file) or any(_lies_in(file, path) for path in named)


def _holds_certificates(file: str) -> bool:
    """Whether the name says so, or, for documents, a look into it: a service key is one."""
    from iflint.sources.names import Role, role_of

    role = role_of(file)
    if role is not Role.DOCUMENT:
        return role in (Role.CERTIFICATE, Role.KEY)
    from iflint.callers.signs import may_hold_callers
    from iflint.pki.files import may_hold_certificates
    from iflint.places.problems import Unreadable
    from iflint.sources.disk import Disk, Reach, enclosing_repository
    from iflint.sources.limits import Limits

    path = Disk().absolute(file)
    reach = Reach(frozenset((real(enclosing_repository(path) or os.curdir),)))
    try:
        data = Disk(reach=reach).head(path, Limits().file)
    except Unreadable:
        return False
    return may_hold_certificates(data) or may_hold_callers(data)


def _lies_in(file: str, path: str) -> bool:
    """Whether ``file`` is what stands at ``path``, or below it."""
    return is_below(real(file), real(path))


def _not_excluded(run: Invocation) -> list[str]:
    """The changed files that a check of the whole repository would read too."""
    from iflint.sources.ignoring import rules_from_patterns

    base = absolute_path(run.settings.exclude_directory or os.curdir)
    rules = rules_from_patterns(run.settings.exclude, base, base)
    return [path for path in run.paths if rules is None or not _left_out(path, base, rules)]


def _left_out(path: str, base: str, rules: Rules) -> bool:
    """Whether patterns relative to ``base`` match the file, or a folder in which it lies."""
    file = place = absolute_path(path)
    while place.startswith(f"{base}/"):
        if rules.ignore(place, place != file):
            return True
        place = os.path.dirname(place)
    return False


def _relative(path: str) -> str:
    """The path from the current directory, where there is a way."""
    try:
        return os.path.relpath(path)
    except ValueError:
        return path
