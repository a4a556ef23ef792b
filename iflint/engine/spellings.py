"""Known findings whose row is written otherwise: the same pair, with other blanks or letter case.

A fingerprint holds the DNs as they are written. So a finding that is not known is compared as if
its row were written as that of a known one which is not found any more, where the runtime reads
the same names from both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from iflint.engine.coverage import channel_in_baseline
from iflint.engine.fingerprints import written_otherwise
from iflint.pki.names import MalformedName, parse_name

if TYPE_CHECKING:
    from iflint.report.findings import Finding
    from iflint.report.report import KnownFinding, Report


def respelt(
    findings: Sequence[Finding], lost: Iterable[KnownFinding], report: Report
) -> dict[str, str]:
    """The fingerprint of the ``lost`` row that a finding was, where its row is written anew."""
    rows: dict[tuple[str, ...], dict[str, KnownFinding]] = defaultdict(dict)
    for row in lost:
        rows[row.code, row.channel, row.iflow][row.fingerprint] = row

    @cache
    def by_pair(*key: str) -> dict[tuple[str, str], list[KnownFinding]]:
        found: dict[tuple[str, str], list[KnownFinding]] = defaultdict(list)
        for row in rows[key].values():
            if (pair := _read(row.subject, row.issuer)) is not None:
                found[pair].append(row)
        return found

    fingerprint = written_otherwise(findings, report.directory, report.root)
    was: dict[str, str] = {}
    taken: set[str] = set()
    for finding in findings:
        iflow, channel, entry = finding.iflow, finding.channel, finding.entry
        if iflow is None or channel is None or entry is None:
            continue
        key = (finding.code, channel_in_baseline(channel), iflow.name or iflow.id)
        if key not in rows or (pair := _read(entry.subject, entry.issuer)) is None:
            continue
        for row in by_pair(*key).get(pair, ()):
            before = fingerprint(finding, row.subject, row.issuer)
            if before == row.fingerprint and before not in taken:
                was[finding.fingerprint] = before
                taken.add(before)
                break
    return was


def _read(subject: str, issuer: str) -> tuple[str, str] | None:
    """The pair as the runtime compares it (*inferred*); None where it can't be read."""
    try:
        return parse_name(subject).canonical, parse_name(issuer).canonical
    except MalformedName:
        return None
