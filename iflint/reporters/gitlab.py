"""GitLab's Code Quality report, which a merge request shows beside its changes.

The fields are those of https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format:
a list of issues with unique fingerprints and paths relative to the repository. GitLab looks at no
others; ``cause`` is ours: equal for issues that one act mends.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from iflint.report.findings import Severity
from iflint.reporters import Needs
from iflint.reporters.encoding import dumped
from iflint.reporters.opened import OpenedBy
from iflint.reporters.sentences import details, path_on_disk, shown, title

if TYPE_CHECKING:
    from iflint.report.findings import Finding
    from iflint.report.report import Report

NEEDS = Needs(scope_aside=True)

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "info"}


def render(report: Report) -> str:
    """The findings as a JSON list, in the order of the report; an empty one when clean."""
    seen: Counter[str] = Counter()
    opened = OpenedBy(report)
    issues = (_issue(each, report, opened.named_in(each), seen) for each in report.findings)
    return dumped(list(issues))


def _issue(finding: Finding, report: Report, opens: str, seen: Counter[str]) -> dict[str, Any]:
    seen[finding.identity] += 1
    number = seen[finding.identity]
    return {
        "type": "issue",
        "check_name": f"{shown(finding.code)} {shown(finding.name)}",
        "description": " ".join((title(finding), *details(finding, opens))),
        "categories": ["Security"],
        "severity": _SEVERITIES[finding.severity],
        "fingerprint": finding.identity + (f":{number}" if number > 1 else ""),
        "cause": shown(finding.cause),
        "location": {
            "path": path_on_disk(report, finding.location.file),
            "lines": _lines(finding),
        },
    }


def _lines(finding: Finding) -> dict[str, int]:
    """The lines of the file on disk; of an archive, its first."""
    region = finding.location.region
    if region is None or finding.location.file.members:
        return {"begin": 1, "end": 1}
    return {"begin": region.start_line, "end": region.end_line}
