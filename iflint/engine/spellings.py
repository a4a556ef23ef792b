"""Known findings whose row is written otherwise: the same pair, with other blanks or letter case.

A fingerprint holds the DNs as they are written. So a finding that is not known is compared as if
its row were written as that of a known one which is not found any more, where the runtime reads
the same names from both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

import msgspec

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
    fingerprint = written_otherwise(findings, report.directory, report.root)
    was: dict[str, str] = {}
    taken: set[str] = set()
    for finding, (subject, issuer), known in _alike(findings, lost):
        before = fingerprint(finding, subject, issuer)
        if before in known and before not in taken and finding.fingerprint not in was:
            was[finding.fingerprint] = before
            taken.add(before)
    return was


def as_written(findings: Iterable[Finding], lost: Iterable[KnownFinding]) -> Iterator[Finding]:
    """The findings with their rows as ``lost`` ones have them, in whatever file these are."""
    for finding, (subject, issuer), _ in _alike(findings, lost):
        assert finding.entry is not None
        entry = msgspec.structs.replace(finding.entry, subject=subject, issuer=issuer)
        if entry != finding.entry:
            yield msgspec.structs.replace(finding, entry=entry)


_Written = tuple[str, str]
"""A pair as it is written."""


def _alike(
    findings: Iterable[Finding], lost: Iterable[KnownFinding]
) -> Iterator[tuple[Finding, _Written, set[str]]]:
    """Each finding with the ways in which ``lost`` ones write its pair, and their fingerprints.

    They are of such a flow, channel and rule.
    """
    rows: dict[tuple[str, ...], dict[_Written, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in lost:
        rows[row.code, row.channel, row.iflow][row.subject, row.issuer].add(row.fingerprint)

    @cache
    def by_pair(*key: str) -> dict[_Written, list[_Written]]:
        found: dict[_Written, list[_Written]] = defaultdict(list)
        for written in rows[key]:
            if (pair := _read(*written)) is not None:
                found[pair].append(written)
        return found

    for finding in findings:
        iflow, channel, entry = finding.iflow, finding.channel, finding.entry
        if iflow is None or channel is None or entry is None:
            continue
        key = (finding.code, channel_in_baseline(channel), iflow.name or iflow.id)
        if key not in rows or (pair := _read(entry.subject, entry.issuer)) is None:
            continue
        for written in by_pair(*key).get(pair, ()):
            yield finding, written, rows[key][written]


def _read(subject: str, issuer: str) -> tuple[str, str] | None:
    """The pair as the runtime compares it (*inferred*); None where it can't be read."""
    try:
        return parse_name(subject).canonical, parse_name(issuer).canonical
    except MalformedName:
        return None
