"""JUnit XML, which every CI server shows: a test suite an iFlow, a test case a finding.

There is no official schema; this is what both the schema of Ant's report and that of Jenkins'
xUnit plugin accept (https://github.com/windyroad/JUnit-Schema,
https://github.com/jenkinsci/xunit-plugin). A finding at or above the fail level is a failure, one
below it a skipped test that says why, so that the tests fail exactly when the run does. A sender
channel without a finding is a test that passed, and so is a caller, in a suite of all callers.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from iflint.report.findings import Severity
from iflint.reporters import Needs
from iflint.reporters.opened import OpenedBy
from iflint.reporters.remarks import remarks
from iflint.reporters.sentences import (
    CALLERS,
    ELSEWHERE,
    caller_name,
    cause_named,
    channel_name,
    details,
    iflow_name,
    package_name,
    path_on_disk,
    scope,
    shown,
    title,
    whereabouts,
)
from iflint.words.visible import inert, visible
from iflint.words.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iflint.places.location import FileLocation
    from iflint.report.findings import Finding, IflowReference
    from iflint.report.report import ChannelResult, IflowResult, Report

NEEDS = Needs(inventory=True, settings=("fail_level",))

_SPECIAL = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "\ufffe": "\\ufffe",
        "\uffff": "\\uffff",
    }
)


def render(report: Report, *, fail_level: Severity | None = None) -> str:
    """The report as XML in UTF-8; ``fail_level`` is the least severity of a failure (None: never).

    It always holds a test, since some servers take a report without one for a mistake.
    """
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>"]
    summary = scope(report)
    for number, (name, package, cases) in enumerate(_suites(report, fail_level)):
        lines.extend(_suite(number, name, package, cases, report, summary))
    lines.append("</testsuites>")
    return "\n".join(lines) + "\n"


class _Cases:
    """The test cases of a suite, each with a name of its own."""

    def __init__(self, classname: str) -> None:
        self.lines: list[str] = []
        self.outcomes: Counter[str] = Counter()
        self._classname = classname
        self._names: Counter[str] = Counter()

    def add(
        self, name: str, outcome: str = "", message: str = "", kind: str = "", text: str = ""
    ) -> None:
        """Add one; ``outcome`` is ``failure``, ``skipped`` or empty for a passed test."""
        self._names[name] += 1
        if (number := self._names[name]) > 1:
            name = f"{name} ({number})"
        start = f"    <testcase {_attributes(name=name, classname=self._classname, time='0')}"
        self.outcomes["tests"] += 1
        if not outcome:
            self.lines.append(f"{start}/>")
            return
        self.outcomes[outcome] += 1
        attributes = _attributes(message=message, type=kind)
        self.lines += [
            f"{start}>",
            f"      <{outcome} {attributes}>{_escaped(text)}</{outcome}>",
            "    </testcase>",
        ]


def _suites(report: Report, fail_level: Severity | None) -> Iterator[tuple[str, str, _Cases]]:
    """Name, package and test cases of every suite: iFlows, callers, and what is outside of both."""
    flows: dict[FileLocation, IflowResult | IflowReference] = {
        iflow.location: iflow for iflow in report.iflows
    }
    opened = OpenedBy(report)
    groups: dict[FileLocation | None, list[Finding]] = {}
    for finding in report.findings:
        if finding.iflow:
            flows.setdefault(finding.iflow.location, finding.iflow)
        groups.setdefault(finding.iflow.location if finding.iflow else None, []).append(finding)
    for location, iflow in flows.items():
        name, package = iflow_name(iflow), package_name(iflow)
        cases = _Cases(f"{package}.{name}" if package else name)
        _add_findings(cases, groups.get(location, []), report, fail_level, opened)
        for channel in getattr(iflow, "channels", ()):
            if _has_findings(channel):
                continue
            if channel.checked:
                cases.add(channel_name(channel))
            elif channel.callers:
                callers = counted(len(channel.callers), "caller")
                cases.add(f"{channel_name(channel)}: {callers} in {CALLERS}")
        if not cases.lines:
            cases.add("No sender channel to check")
        yield name, package, cases
    outside = groups.get(None, [])
    if report.callers:
        cases = _Cases(CALLERS)
        of_callers = [finding for finding in outside if finding.caller]
        _add_findings(cases, of_callers, report, fail_level, opened)
        for caller in report.callers:
            if not caller.findings:
                cases.add(caller_name(caller))
        yield CALLERS, "", cases
        outside = [finding for finding in outside if not finding.caller]
    lacking = [each.text for each in remarks(report) if each.severity is Severity.ERROR]
    nothing = not flows and not report.callers
    if outside or nothing or lacking:
        cases = _Cases(ELSEWHERE)
        _add_findings(cases, outside, report, fail_level, opened)
        if nothing or lacking:
            outcome = "failure" if lacking else "skipped"
            text = " ".join(lacking or ["No iFlow found."])
            cases.add("Find an iFlow", outcome, text, "no-iflow", text)
        yield ELSEWHERE, "", cases


def _has_findings(channel: ChannelResult) -> bool:
    return bool(channel.findings) or any(entry.findings for entry in channel.entries)


def _add_findings(
    cases: _Cases,
    findings: list[Finding],
    report: Report,
    fail_level: Severity | None,
    opened: OpenedBy,
) -> None:
    for finding in findings:
        fails = fail_level is not None and finding.severity.reaches(fail_level)
        place = path_on_disk(report, finding.location.file)
        region = finding.location.region
        if region and not finding.location.file.members:
            place += f":{region.start_line}:{region.start_column}"
        kind = f"{shown(finding.code)} {shown(finding.name)}"
        where = whereabouts(finding) or place
        text = "\n".join(
            (
                f"{finding.severity}: {title(finding)}",
                place,
                *details(finding, opened.named_in(finding)),
                *cause_named(finding),
            )
        )
        cases.add(f"{kind}: {where}", "failure" if fails else "skipped", title(finding), kind, text)


def _suite(
    number: int, name: str, package: str, cases: _Cases, report: Report, summary: str
) -> Iterator[str]:
    count = cases.outcomes
    attributes = _attributes(
        name=name,
        package=package,
        id=str(number),
        hostname="localhost",
        timestamp=report.as_of.replace(tzinfo=None).isoformat(timespec="seconds"),
        tests=str(count["tests"]),
        failures=str(count["failure"]),
        errors="0",
        skipped=str(count["skipped"]),
        time="0",
    )
    yield f"  <testsuite {attributes}>"
    yield "    <properties>"
    yield f"      <property {_attributes(name='trust list', value=report.trust.name)}/>"
    yield f"      <property {_attributes(name='summary', value=summary)}/>"
    for each in remarks(report) if number == 0 else ():
        yield f"      <property {_attributes(name='remark', value=each.text)}/>"
    yield "    </properties>"
    yield from cases.lines
    yield "    <system-out/>"
    yield "    <system-err/>"
    yield "  </testsuite>"


def _attributes(**values: str) -> str:
    return " ".join(f'{name}="{_escaped(visible(value))}"' for name, value in values.items())


def _escaped(text: str) -> str:
    """Visible text as XML 1.0 can hold it, powerless also in the log of a CI server."""
    return inert(text).translate(_SPECIAL)
