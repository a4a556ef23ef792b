"""One run: a session for each environment, and one report of all, less what is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from iflint.engine.session import Session
from iflint.options import Environment, Options

if TYPE_CHECKING:
    from iflint.engine.baseline import Baseline, BaselineFile
    from iflint.places.location import FileLocation
    from iflint.report.report import Report


class Run:
    """What is asked of the same paths at once: a session for each environment, or one without.

    All share what was read. The first one's settings are those of the run. ``baseline_file`` is
    the file of its baseline, where somebody has looked at it already.
    """

    def __init__(
        self, sessions: Sequence[Session], baseline_file: BaselineFile | None = None
    ) -> None:
        self.sessions = tuple(sessions)
        self._baseline_file = baseline_file

    @property
    def first(self) -> Session:
        """The session of the first environment, or the only one."""
        return self.sessions[0]

    def in_other_environments(self, environments: Iterable[Environment]) -> Run:
        """The same files in other environments than those that were asked for."""
        return self._with([self.first.in_environment(each) for each in environments])

    def with_contents(self, contents: Mapping[FileLocation, bytes]) -> Run:
        """The same run, as if files held other bytes (`Session.with_contents`)."""
        return self._changed(lambda each: each.with_contents(contents))

    def with_rules(self, codes: Iterable[str]) -> Run:
        """The same run, with these rules asked."""
        asked = tuple(codes)
        return self._changed(lambda each: each.with_rules(asked))

    def _changed(self, change: Callable[[Session], Session]) -> Run:
        """The same run with its sessions changed; those that share their work go on doing so."""
        changed: list[Session] = []
        for number, session in enumerate(self.sessions):
            like = self._first_like(number)
            if like < number:
                changed.append(changed[like].also_as(session.name, session.options))
            else:
                changed.append(change(session))
        return self._with(changed)

    def _first_like(self, number: int) -> int:
        """The number of the first session with which one shares its work: its own, if none."""
        asked = self.sessions[number]
        return next(n for n, each in enumerate(self.sessions) if each.works_as(asked))

    def _with(self, sessions: Sequence[Session]) -> Run:
        return Run(sessions, self._baseline_file)

    @property
    def baseline(self) -> Baseline | None:
        """The baseline of the options, read when first asked for. Raises UsageError."""
        path = self.first.options.baseline
        if path is None:
            return None
        if self._baseline_file is None:
            from iflint.engine.baseline import BaselineFile

            self._baseline_file = BaselineFile(path)
        return self._baseline_file.baseline

    @cached_property
    def report(self) -> Report:
        """The report of all environments, with what is suppressed or known set apart.

        Raises UsageError for a baseline that can't be used, and
        `iflint.engine.plugins.PluginError` when the installed rules can't be loaded.
        """
        session, options = self.first, self.first.options
        report = session.report()
        if session.name:
            from iflint.engine.environments import merged

            reports: list[Report] = []
            for number, each in enumerate(self.sessions):
                like = self._first_like(number)
                reports.append(reports[like] if like < number else each.report())
            names = (each.name for each in self.sessions)
            report = merged(dict(zip(names, reports, strict=True)))
        if any(each.options.service_keys or each.options.users for each in self.sessions):
            from iflint.engine.idle_tables import idle_tables

            if tables := idle_tables(self.sessions, report):
                report = session.with_idle(report, tables)
        if options.suppressions:
            report = session.with_suppressions(report)
        if self.baseline is not None:
            from iflint.engine.baseline import compared

            looked_at = [each.coverage for each in self.sessions]
            failed = frozenset().union(*(each.failed_rules for each in self.sessions))
            codes = {rule.code for rule in session.rules} - failed
            report = compared(report, self.baseline, codes, looked_at)
        return self._with_outcomes(report)

    def _with_outcomes(self, report: Report) -> Report:
        """The report with a clause for what each of the rules found that found anything."""
        found = {finding.code for finding in report.findings}
        if not found:
            return report
        import msgspec

        from iflint.report.report import Outcome

        outcomes = (Outcome(r.code, *r.outcome) for r in self.first.rules if r.code in found)
        return msgspec.structs.replace(report, outcomes=tuple(outcomes))


def read(
    paths: Sequence[str],
    options: Options | None = None,
    baseline_file: BaselineFile | None = None,
) -> Run:
    """Read everything under ``paths``, for each environment of ``options``.

    ``baseline_file`` is that of the options, where it was opened already.
    Raises UsageError or FileNotFoundError when the caller asks for what can't be done; what can't
    be read of the input is in the report.
    """
    options = options or Options()
    session = Session(paths, options)
    sessions = [session.in_environment(each) for each in options.environments]
    return Run(sessions or [session], baseline_file)


def check_each(paths: Sequence[str], options: Options | None = None) -> Iterator[Report]:
    """What is found of everything under ``paths``, thing by thing; raises what `read` raises.

    First the report of what belongs to no flow, then of each flow by itself, in the order of a
    report, those of one id in one file together. What is said of a run as a whole, what
    suppressions and a baseline say and what several environments come to is left to the caller.
    """
    session = Session(paths, options or Options())
    return (part.report() for part in session.parts())


def check(paths: Sequence[str], options: Options | None = None) -> Report:
    """The report of everything under ``paths``; raises what `read` and `Run.report` raise."""
    return read(paths, options).report
