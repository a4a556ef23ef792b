"""`iflint check`: from paths to a report."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import msgspec

from iflint.configuration.settings import Destination
from iflint.console import output
from iflint.console.arguments import CONFIGURATION, FINDINGS, JUDGING, PATHS, REPORT
from iflint.console.frame import subcommand
from iflint.console.interface import CLEAN, FOUND, Failure, WrongUsage, complain
from iflint.console.invocation import Invocation, Request, check, prepare
from iflint.limits import FINDINGS_OF_A_CHANNEL, FINDINGS_OF_A_RUN, REPORT_BYTES
from iflint.options import UsageError
from iflint.places.defects import tell
from iflint.values import STANDARD_OUTPUT
from iflint.words.terminal import Style
from iflint.words.visible import shown
from iflint.words.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iflint.report.pieces import Pieces
    from iflint.report.report import Report

W = TypeVar("W", bound="str | Pieces")
_FEW_THINGS = 1000
"""Channels, rows and callers of which a report is written without measuring them. Ours: a megabyte
or two as JSON."""


@subcommand(
    "check",
    "Find channels that will fail.",
    (PATHS, *JUDGING, *FINDINGS, *REPORT, *CONFIGURATION),
    examples=(
        "iflint check",
        "iflint check exports --certificates certs",
        "iflint check --format text --format sarif=iflint.sarif",
        "iflint check --as-of 2027-03-15 --fail-on warning",
    ),
)
def command(asked: Request, paths: tuple[str, ...]) -> int:
    """Check exported flows and certificates at PATH (default: the current folder).

    A PATH is an .iflw file, an export, a folder or a repository of any of them.
    Exit code: 0 clean, 1 findings, 2 wrong usage (with --expect-flows also a path without an
    iFlow), 3 iflint itself failed.
    """
    return report_on(prepare(asked, paths or (".",)), guide=True)


def report_on(run: Invocation, *, guide: bool = False) -> int:
    """Check, write every report that was asked for, and give the exit code.

    ``guide``: after a text on a terminal, name the commands to run next.
    """
    from iflint.console import progress_bar

    if run.settings.quiet:
        with progress_bar.silenced():
            return _report_on(run, guide=False)
    return _report_on(run, guide=guide)


def _report_on(run: Invocation, *, guide: bool) -> int:
    from iflint.reporters import load

    run = _over_baseline(run)
    needs = [load(each.format).NEEDS for each in run.destinations]
    report = check(
        run,
        describe_rules=any(each.describe_rules for each in needs),
        whole_inventory=any(each.whole_inventory for each in needs),
        illustrated=any(each.illustrated for each in needs),
        fixes=any(each.fixes for each in needs),
    )
    report = _with_baseline(report, run)
    failures = []
    for each in run.destinations:
        try:
            _write(report, run, each)
        except Failure as failure:
            failures.append(failure.message)
        except WrongUsage:
            raise
        except Exception as error:
            tell(f"the report in the format {each.format}", error)
    if failures:
        raise Failure("\n".join(failures))
    _say_aside(report, run)
    if guide and output.is_terminal() and Destination("text", STANDARD_OUTPUT) in run.destinations:
        from iflint.console import next_steps

        next_steps.show(report, run)
    if report.lacks_flows:
        raise WrongUsage(_lacking(report))
    return FOUND if report.fails(run.settings.fail_level) else CLEAN


def _fitted(report: Report, inventory: bool, render: Callable[[Report], W], *, as_json: bool) -> W:
    """The text of a report, with as much of it as fits; ``inventory``: the text has that, too."""
    gone = report.baseline.vanished if report.baseline else ()
    findings = max(map(len, (report.findings, report.known, report.suppressed, gone)))
    if findings <= min(FINDINGS_OF_A_CHANNEL.value, FINDINGS_OF_A_RUN.value) and (
        not inventory or _things(report) <= _FEW_THINGS
    ):
        text = render(report)
        if len(text) <= REPORT_BYTES.value:
            return text
    from iflint.console.reading import size_of
    from iflint.report.fitting import fitted, report_within

    size = size_of(report)
    within = partial(report_within, size=size, inventory=inventory)
    _, text = fitted(report, within, render, size, as_json=as_json)
    return text


def _things(report: Report) -> int:
    """How many things the inventory has, and callers that are named at channels."""
    others = len(report.callers) + len(report.wanted) + len(report.skipped)
    return others + sum(1 + len(each.entries) + len(each.callers) for each in report.channels)


def _lacking(report: Report) -> Iterator[str]:
    """That iFlows were expected where none is."""
    from iflint.report.findings import Severity
    from iflint.reporters.remarks import aside, remarks

    for each in remarks(report):
        if each.severity is Severity.ERROR:
            yield f"{aside(each.text)}; --expect-flows asks for one"


def _say_aside(report: Report, run: Invocation) -> None:
    """Say beside the reports what none on screen says.

    That is what led to nothing, and, where a report has no room for it, what was looked at.
    """
    from iflint.report.findings import Severity
    from iflint.reporters import load
    from iflint.reporters.remarks import aside, remarks
    from iflint.reporters.sentences import scope

    needs = {each: load(each.format).NEEDS for each in run.destinations}
    on_screen = [needs[each] for each in needs if each.path == STANDARD_OUTPUT]
    for_people = not run.settings.quiet and any("quiet" in each.settings for each in on_screen)
    for each in remarks(report):
        if each.severity is not Severity.ERROR and not for_people:
            complain(aside(each.text))
    has_no_room = any(each.scope_aside for each in needs.values())
    if has_no_room and all(each.scope_aside for each in on_screen) and not run.settings.quiet:
        complain(scope(report))


def _over_baseline(run: Invocation) -> Invocation:
    """The run with what it writes its baseline over in force, so that nothing of it gets lost.

    One that can't be read is written anew.
    """
    target = run.written_baseline
    if target is None or run.baseline_file is not target:
        return run
    if not os.path.exists(target.path):
        return run.but(baseline=None)
    try:
        return run.but(baseline=target.baseline.path)
    except UsageError as error:
        complain(f"{error}; it is written anew")
        return run.but(baseline=None)


def _with_baseline(report: Report, run: Invocation) -> Report:
    """Write or prune the baseline where that is asked for; what was written is known."""
    target = run.written_baseline
    if target is None and not run.settings.prune_baseline:
        return report
    from iflint.engine import baseline

    known = run.baseline_file
    before = known.baseline if known and run.settings.baseline is not None else None
    if target is None:
        assert before is not None
        output.write_data(before.path, baseline.pruned(report, before))
        if not run.settings.quiet:
            assert report.baseline is not None
            gone = counted(len(report.baseline.vanished), "finding")
            complain(f"{gone} removed from {shown(before.path, 200)}")
        return baseline.without_vanished(report)
    rows = baseline.of_report(report, before)
    output.write_data(target.path, baseline.written(rows))
    if not run.settings.quiet:
        complain(f"{counted(len(rows), 'known finding')} written to {shown(target.path, 200)}")
    return baseline.all_known(report, target.path, len(rows))


def _write(report: Report, run: Invocation, destination: Destination) -> None:
    from iflint.console import output, progress_bar
    from iflint.reporters import load

    reporter = load(destination.format)
    settings = {name: getattr(run.settings, name) for name in reporter.NEEDS.settings}
    inventory, as_json = reporter.NEEDS.inventory, destination.format == "json"
    if not reporter.NEEDS.console:
        with progress_bar.shown(f"writing {destination.format}"):
            text = _fitted(report, inventory, partial(reporter.render, **settings), as_json=as_json)
        output.write_data(destination.path, text)
        return

    def render(style: Style) -> str:
        console = msgspec.structs.asdict(style)
        render = partial(reporter.render, **console, **settings)
        text: str = _fitted(report, inventory, render, as_json=as_json)
        return text

    output.write_text(destination.path, run.settings.color, render)
