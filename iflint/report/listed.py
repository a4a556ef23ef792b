"""Which findings a report tells one by one: of one rule in one channel no more than people read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from iflint.limits import FINDINGS_OF_A_CHANNEL, numbered
from iflint.report.findings import Finding
from iflint.report.report import Report

R = TypeVar("R", bound=Report)


def listed(report: R) -> R:
    """The report, where the last finding told of a rule in a channel counts those left out."""
    return msgspec.structs.replace(
        report,
        findings=_listed(report.findings),
        known=_listed(report.known),
        suppressed=_listed(report.suppressed),
    )


def _listed(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    most = FINDINGS_OF_A_CHANNEL.value
    counts = Counter(_kind(finding) for finding in findings)
    if all(count <= most for count in counts.values()):
        return tuple(findings)
    seen: Counter[object] = Counter()
    told: list[Finding] = []
    for finding in findings:
        kind = _kind(finding)
        seen[kind] += 1
        if seen[kind] < most or counts[kind] <= most:
            told.append(finding)
        elif seen[kind] == most:
            told.append(_with_more(finding, counts[kind] - most))
    return tuple(told)


def _kind(finding: Finding) -> object:
    """What findings are alike in: rule, severity, and the channel or the thing that they are of."""
    channel = finding.channel.ordinal if finding.channel else None
    flow = finding.iflow.location if finding.iflow else None
    caller = finding.caller.id if finding.caller else None
    if flow is None and caller is None:
        return finding.code, finding.severity, finding.location.file
    return finding.code, finding.severity, flow, channel, caller


def _with_more(finding: Finding, count: int) -> Finding:
    where = "in this channel" if finding.channel else "here"
    more = f"And {numbered(count)} more like it {where} (limit {FINDINGS_OF_A_CHANNEL.name})."
    message = f"{finding.message} {more}"
    return msgspec.structs.replace(finding, message=message, more=finding.more + count)
