"""One run from paths to its report: a session for each environment, merged, less what is known."""

from __future__ import annotations

from collections.abc import Sequence

from iflint.engine.session import Session
from iflint.options import Options
from iflint.report.report import Report


def check(paths: Sequence[str], options: Options | None = None) -> Report:
    """Check every integration flow under ``paths``, in each environment of ``options``.

    Raises UsageError or FileNotFoundError when the caller asks for what can't be done, and
    `iflint.engine.plugins.PluginError` when the installed rules can't be loaded; what can't be
    read of the input is in the report.
    """
    options = options or Options()
    return report_of(sessions(paths, options), options)


def report_of(named: Sequence[tuple[str, Session]], options: Options) -> Report:
    """The one report of the `sessions` of a run, less what is suppressed or known.

    Raises UsageError for a baseline that can't be used.
    """
    (name, session), *others = named
    report = session.report()
    if name:
        from iflint.engine.environments import merged

        report = merged([(name, report), *((n, other.report()) for n, other in others)])
    if options.suppressions:
        report = session.with_suppressions(report)
    if options.baseline is not None:
        from iflint.engine.baseline import compared, read

        baseline = read(options.baseline)
        looked_at = [each.coverage for _, each in named]
        report = compared(report, baseline, [rule.code for rule in session.rules], looked_at)
    return report


def sessions(paths: Sequence[str], options: Options) -> list[tuple[str, Session]]:
    """A session for each environment, with its name; one without a name if there are none.

    All share what was read of the flows.
    """
    base = Session(paths, options)
    if not options.environments:
        return [("", base)]
    return [(each.name, base.in_environment(each)) for each in options.environments]
