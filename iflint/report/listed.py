"""Which findings a report tells one by one: of one rule, in a channel and in all, a bounded number.

The first one told counts those that are left out, so that what a report counts stays true.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from iflint.limits import FINDINGS_OF_A_CHANNEL, FINDINGS_OF_A_RUN, SHARE, Limit, numbered
from iflint.report.findings import Finding
from iflint.report.report import Report

R = TypeVar("R", bound=Report)


def listed(report: R, size: int = 0) -> R:
    """The report, where the first finding told of a rule in a channel counts those left out.

    ``size`` is how many bytes on disk it is of: each share of them has findings of its own.
    """
    told = FINDINGS_OF_A_RUN.value * (1 + size // SHARE)
    return msgspec.structs.replace(
        report,
        findings=_listed(report.findings, told),
        known=_listed(report.known, told),
        suppressed=_listed(report.suppressed, told),
    )


def _listed(findings: Sequence[Finding], told: int) -> tuple[Finding, ...]:
    most = FINDINGS_OF_A_CHANNEL.value
    of_channels = _bounded(findings, _kind, FINDINGS_OF_A_CHANNEL, lambda _: most)
    return _bounded(of_channels, _rule, FINDINGS_OF_A_RUN, lambda counts: _share(counts, told))


def _bounded(
    findings: Sequence[Finding],
    kind_of: Callable[[Finding], object],
    limit: Limit,
    most_of: Callable[[Counter[object]], int],
) -> tuple[Finding, ...]:
    """Of each kind as many as ``most_of`` says of the numbers of all kinds."""
    counts = Counter(map(kind_of, findings))
    most = most_of(counts)
    if all(count <= most for count in counts.values()):
        return tuple(findings)
    left_out = Counter[object]()
    for finding in findings:
        left_out[kind_of(finding)] += 1 + finding.more
    seen = Counter[object]()
    told: list[Finding] = []
    for finding in findings:
        kind = kind_of(finding)
        seen[kind] += 1
        if seen[kind] <= most:
            told.append(finding)
            left_out[kind] -= 1 + finding.more
    for number, finding in enumerate(told):
        if more := left_out.pop(kind_of(finding), 0):
            told[number] = _with_more(finding, more, limit)
    return tuple(told)


def _share(counts: Counter[object], most: int) -> int:
    """How many of each kind make at most so many in all, but at least one of each."""
    left = most
    for kinds_left, count in zip(range(len(counts), 0, -1), sorted(counts.values()), strict=True):
        share = left // kinds_left
        if count > share:
            return max(share, 1)
        left -= count
    return most


def _rule(finding: Finding) -> object:
    return finding.code, finding.severity


def _kind(finding: Finding) -> object:
    """What findings are alike in: rule, severity, and the channel or the thing that they are of."""
    channel = finding.channel.ordinal if finding.channel else None
    flow = finding.iflow.location if finding.iflow else None
    caller = finding.caller.id if finding.caller else None
    if flow is None and caller is None:
        return finding.code, finding.severity, finding.location.file
    return finding.code, finding.severity, flow, channel, caller


def _with_more(finding: Finding, count: int, limit: Limit) -> Finding:
    where = "here"
    if limit is FINDINGS_OF_A_RUN:
        where = "in this run"
    elif finding.channel:
        where = "in this channel"
    more = f"And {numbered(count)} more like it {where} (limit {limit.name})."
    message = f"{finding.message} {more}"
    return msgspec.structs.replace(finding, message=message, more=finding.more + count)
