"""Annotations for GitHub Actions: workflow commands, which its runner obeys in a step's log.

GitHub keeps ten annotations of each level a step and drops the rest in silence
(https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations), so the worst
come first, of each cause one before a second, and one notice within the limit counts what was left
out. What led to nothing is one annotation before them. What was looked at is said in a last line
that is no command: the log shows it as it is.
"""

from __future__ import annotations

from collections import Counter
from operator import itemgetter
from typing import TYPE_CHECKING

from iflint.report.findings import Severity
from iflint.reporters import Needs
from iflint.reporters.opened import OpenedBy
from iflint.reporters.remarks import remarks
from iflint.reporters.sentences import (
    cause_named,
    details,
    path_on_disk,
    scope,
    shown,
    title,
    worst_first,
)
from iflint.words.visible import inert
from iflint.words.wording import counted, listed

if TYPE_CHECKING:
    from iflint.report.findings import Finding
    from iflint.report.report import Report

NEEDS = Needs(settings=("quiet",))

MOST_OF_A_LEVEL = 10
"""What GitHub keeps of a step."""
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(report: Report, *, quiet: bool = False) -> str:
    """A command a line, the worst first, at most ten of each level, then what was looked at.

    ``quiet`` leaves out the last line.
    """
    groups = {
        severity: [f for f in report.findings if f.severity is severity] for severity in _COMMANDS
    }
    of_run = _of_run(report)
    kept = {
        severity: group[: MOST_OF_A_LEVEL - (severity in of_run)]
        for severity, group in _sorted(groups).items()
    }
    if any(len(kept[severity]) < len(group) for severity, group in groups.items()):
        most = MOST_OF_A_LEVEL - 1 - (Severity.NOTE in of_run)
        kept[Severity.NOTE] = kept[Severity.NOTE][:most]
    opened = OpenedBy(report)
    commands = [*of_run.values()]
    commands += [
        _annotation(finding, report, opened.named_in(finding))
        for group in kept.values()
        for finding in group
    ]
    left_out = [
        counted(number, str(severity))
        for severity, group in groups.items()
        if (number := len(group) - len(kept[severity]))
    ]
    if left_out:
        text = (
            f"Not shown here: {listed(left_out)}. GitHub shows {MOST_OF_A_LEVEL} annotations of a "
            "level for each step; the other formats of iflint have all findings."
        )
        commands.append(_command("notice", {"title": "iflint"}, text))
    lines = commands + [scope(report)] * (not quiet)
    return "".join(f"{line}\n" for line in lines)


def _of_run(report: Report) -> dict[Severity, str]:
    """What is to be told of the run as a whole: one annotation of a level."""
    said: dict[Severity, list[str]] = {}
    for each in remarks(report):
        said.setdefault(each.severity, []).append(each.text)
    return {
        severity: _command(_COMMANDS[severity], {"title": "iflint"}, "\n".join(texts))
        for severity, texts in said.items()
    }


def _sorted(groups: dict[Severity, list[Finding]]) -> dict[Severity, list[Finding]]:
    """Each level worst first, where every cause comes once before one comes twice."""
    return {severity: _by_turns(worst_first(group)) for severity, group in groups.items()}


def _by_turns(findings: list[Finding]) -> list[Finding]:
    seen: Counter[str] = Counter()
    turns = []
    for finding in findings:
        turns.append(seen[finding.cause] if finding.cause else 0)
        seen[finding.cause] += 1
    return [finding for _, finding in sorted(zip(turns, findings, strict=True), key=itemgetter(0))]


def _annotation(finding: Finding, report: Report, opens: str) -> str:
    """A finding at its line; one in an archive stands on the archive, which is on disk."""
    properties = {"file": path_on_disk(report, finding.location.file)}
    region = finding.location.region
    if region is None or finding.location.file.members:
        properties["line"] = "1"
    else:
        properties["line"] = str(region.start_line)
        properties["endLine"] = str(region.end_line)
        if region.start_line == region.end_line:
            properties["col"] = str(region.start_column)
            properties["endColumn"] = str(region.end_column)
    properties["title"] = f"{shown(finding.code)} {shown(finding.name)}"
    text = "\n".join((title(finding), *details(finding, opens), *cause_named(finding)))
    return _command(_COMMANDS[finding.severity], properties, text)


def _command(name: str, properties: dict[str, str], text: str) -> str:
    """``::name key=value,…::text``, in which no name from input ends a part or starts another."""
    pairs = ",".join(f"{key}={_harmless(value)}" for key, value in properties.items())
    return f"::{name} {pairs}::{inert(text).translate(_DATA)}"


def _harmless(value: str) -> str:
    return inert(value).translate(_PROPERTY)
