"""Which findings a report tells one by one: of one rule, in a channel and in all, a bounded number.

The first one told counts those that are left out, so that what a report counts stays true.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, chain, takewhile
from typing import TypeVar

import msgspec

from iflint.limits import (
    FINDINGS_OF_A_CHANNEL,
    FINDINGS_OF_A_RUN,
    LARGEST,
    REPORT_BYTES,
    SHARE,
    Limit,
    numbered,
)
from iflint.report.findings import Finding
from iflint.report.report import Report

R = TypeVar("R", bound=Report)

_MOST_PLACES = 100
"""Places that one finding names where not everything fits. Ours."""


def listed(report: R, size: int = 0, room: int = LARGEST) -> R:
    """The report, where the first finding told of a rule in a channel counts those left out.

    ``size`` is how many bytes on disk it is of: each share of them has findings of its own.
    ``room`` is how many bytes all may take as JSON.
    """
    told = FINDINGS_OF_A_RUN.value * (1 + size // SHARE)
    limit = FINDINGS_OF_A_RUN
    every: Sequence[Sequence[Finding]] = report.findings, report.known, report.suppressed
    while True:
        groups = [_listed(findings, told, limit) for findings in every]
        number = sum(map(len, groups))
        fitting = _how_many_fit(chain.from_iterable(groups), room)
        if fitting == number or not told:
            break
        if limit is REPORT_BYTES:
            told = min(told, max(map(len, groups))) * fitting // number
        else:
            limit = REPORT_BYTES
            every = [list(map(_brief, findings)) for findings in every]
    findings, known, suppressed = groups
    return msgspec.structs.replace(report, findings=findings, known=known, suppressed=suppressed)


def _how_many_fit(findings: Iterable[Finding], room: int) -> int:
    sizes = (bytes_of(finding) for finding in findings)
    return sum(1 for _ in takewhile(lambda taken: taken <= room, accumulate(sizes)))


def _brief(finding: Finding) -> Finding:
    """The finding with the first of many places that it speaks of, and how many more there are."""
    related, certificate = finding.related, finding.certificate
    if more := len(related[_MOST_PLACES:]):
        last = related[_MOST_PLACES - 1]
        last = msgspec.structs.replace(last, message=f"{last.message}, and {numbered(more)} more")
        related = (*related[: _MOST_PLACES - 1], last)
    if certificate and len(certificate.locations) > _MOST_PLACES:
        places = certificate.locations[:_MOST_PLACES]
        certificate = msgspec.structs.replace(certificate, locations=places)
    return msgspec.structs.replace(finding, related=related, certificate=certificate)


def bytes_of(thing: object) -> int:
    """How many bytes something takes as JSON without blanks."""
    try:
        return len(msgspec.json.encode(thing))
    except UnicodeEncodeError:
        return 6 * len(str(thing))


def _listed(findings: Sequence[Finding], told: int, limit: Limit) -> tuple[Finding, ...]:
    most = FINDINGS_OF_A_CHANNEL.value
    of_channels = _bounded(findings, _kind, FINDINGS_OF_A_CHANNEL, lambda _: most)
    return _bounded(of_channels, _rule, limit, lambda counts: _share(counts, told))


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
    if limit is not FINDINGS_OF_A_CHANNEL:
        where = "in this run"
    elif finding.channel:
        where = "in this channel"
    more = f"And {numbered(count)} more like it {where} (limit {limit.name})."
    message = f"{finding.message} {more}"
    return msgspec.structs.replace(finding, message=message, more=finding.more + count)
