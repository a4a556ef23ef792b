"""The baseline: findings that are known already, so that only new ones fail a run.

A file of JSON, a finding a line, sorted and without anything that changes from day to day, so
that a difference of two versions shows what came and went. A known finding is recognized by its
fingerprint, also where its file has another name now (`iflint.engine.moves`) or its row is written
otherwise (`iflint.engine.spellings`); one that is worse than it was, or holds in another
environment, is new.
"""

from __future__ import annotations

import codecs
import os.path
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from iflint.engine.coverage import (
    Coverage,
    RunCoverage,
    caller_in_baseline,
    channel_in_baseline,
    path_in_baseline,
)
from iflint.limits import BASELINE_BYTES
from iflint.options import UsageError
from iflint.report.findings import BaselineState, Finding, Severity
from iflint.report.report import BaselineSummary, KnownFinding, Report
from iflint.words.visible import encodable, escaped_json

VERSION = "1"


class Baseline(msgspec.Struct, frozen=True):
    """The findings of a baseline, by fingerprint, and the file that they were read from."""

    path: str
    findings: dict[str, tuple[KnownFinding, ...]]

    @property
    def rows(self) -> Iterator[KnownFinding]:
        """Everything that is known: a finding has a row for each severity that it has somewhere."""
        for rows in self.findings.values():
            yield from rows

    def knows(self, finding: Finding) -> bool:
        """Whether the finding is known, as bad as this, in each environment in which it holds."""
        rows = [
            row.environments
            for row in self.findings.get(finding.fingerprint, ())
            if row.severity.reaches(finding.severity)
        ]
        return bool(rows) and (
            not all(rows) or {name for row in rows for name in row}.issuperset(finding.environments)
        )


_KEY = "iflint-baseline"


class _Document(msgspec.Struct, frozen=True, rename={"version": _KEY}):
    version: str
    findings: tuple[KnownFinding, ...] = ()


class BaselineFile:
    """A baseline's file, read at most once: to see what it is, before anything writes over it,
    and for what it knows.
    """

    def __init__(self, path: str) -> None:
        self.path = path

    @cached_property
    def is_something_else(self) -> bool:
        """Whether what is there is neither a baseline nor an empty file.

        One of another version counts as a baseline, and one in which a merge left its markers.
        """
        if isinstance(self._data, UsageError):
            return os.path.exists(self.path)
        data = self._data.removeprefix(codecs.BOM_UTF8).strip()
        try:
            content = msgspec.json.decode(data or b"null")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            begins = data.startswith((b"{", b"<<<<<<<"))
            return not (begins and b"<<<<<<<" in data and f'"{_KEY}":'.encode() in data)
        return bool(data) and not (isinstance(content, dict) and _KEY in content)

    @cached_property
    def baseline(self) -> Baseline:
        """What it knows; raises UsageError, one line, for a file that is no baseline."""
        if isinstance(self._data, UsageError):
            raise self._data
        data = self._data.removeprefix(codecs.BOM_UTF8)
        try:
            document = msgspec.json.decode(data, type=_Document)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            hint = " (a merge left its markers in it)" if b"\n<<<<<<<" in data else ""
            raise UsageError(
                f"baseline {self.path} is not what --write-baseline writes{hint}: {error};"
                " restore the file, or delete it and write it anew"
            ) from error
        if document.version != VERSION:
            raise UsageError(
                f"baseline {self.path} has version {document.version!r}, and this iflint reads"
                f" {VERSION!r}: write it anew with --write-baseline"
            )
        return Baseline(self.path, _by_fingerprint(document.findings))

    @cached_property
    def _data(self) -> bytes | UsageError:
        """Its bytes, or why there are none."""
        if os.path.exists(self.path) and not os.path.isfile(self.path):
            return UsageError(f"baseline {self.path} can't be read: it is not a regular file")
        try:
            with open(self.path, "rb") as file:
                return file.read(BASELINE_BYTES.value)
        except OSError as error:
            hint = "" if os.path.lexists(self.path) else "; --write-baseline FILE makes one"
            return UsageError(
                f"baseline {self.path} can't be read: {error.strerror or error}{hint}"
            )


def compared(
    report: Report, baseline: Baseline, codes: Iterable[str], looked_at: Iterable[Coverage]
) -> Report:
    """Set apart the findings that ``baseline`` has, and name those that are gone.

    ``codes`` are those of the rules in force that did not fail, ``looked_at`` what was read for
    each environment. A known finding is gone if the run read its file, or found it deleted, and
    asked its rule in its environments, with a certificate at hand for its entry, and it is neither
    found nor suppressed.
    """
    checked = RunCoverage(report, looked_at)
    was = _moved(report, baseline, checked)
    marked = [_marked(finding, baseline, was) for finding in report.findings]
    suppressed = tuple(_marked(finding, baseline, was) for finding in report.suppressed)
    found = {finding.fingerprint for finding in (*marked, *suppressed)}.union(was.values())
    in_force = frozenset(codes)
    vanished = sorted(
        (
            known
            for known in baseline.rows
            if known.fingerprint not in found and known.code in in_force and checked.covers(known)
        ),
        key=_order,
    )
    new = tuple(finding for finding in marked if finding.baseline is BaselineState.NEW)
    before = [was.get(finding.fingerprint, finding.fingerprint) for finding in new]
    return msgspec.structs.replace(
        report,
        findings=new,
        known=tuple(f for f in marked if f.baseline is BaselineState.UNCHANGED),
        suppressed=suppressed,
        baseline=BaselineSummary(
            _shown(baseline.path, report),
            sum(1 for _ in baseline.rows),
            tuple(vanished),
            tuple(row for old in was.values() for row in baseline.findings[old]),
            sum(fingerprint in baseline.findings for fingerprint in before),
        ),
    )


def _moved(report: Report, baseline: Baseline, checked: RunCoverage) -> dict[str, str]:
    """The fingerprint that a finding had in the baseline, where its file or row is written anew."""
    every = (*report.findings, *report.suppressed)
    found = {finding.fingerprint for finding in every}
    if found.issubset(baseline.findings) or found.issuperset(baseline.findings):
        return {}
    from iflint.engine.moves import moved
    from iflint.engine.spellings import as_written, respelt

    findings = [finding for finding in every if not finding.caller]
    lost = [row for row in baseline.rows if row.fingerprint not in found and not row.caller]
    was = moved(findings, lost, baseline.findings, report, checked)
    was |= respelt(findings, lost, report)
    lost = [row for row in lost if row.fingerprint not in was.values()]
    written = [*findings, *as_written((f for f in findings if f.fingerprint not in was), lost)]
    both = moved(written, lost, baseline.findings, report, checked) if lost else {}
    taken = set(was.values())
    for fingerprint, before in both.items():
        if fingerprint not in was and before not in taken:
            was[fingerprint] = before
            taken.add(before)
    return was


def of_report(report: Report, before: Baseline | None = None) -> list[KnownFinding]:
    """The rows of the baseline that knows every finding of ``report`` that is not suppressed.

    Of the one ``before`` it keeps what the run did not look at.
    """
    rows: dict[tuple[str, Severity], KnownFinding] = {}
    found = (_known(finding, report) for finding in (*report.findings, *report.known))
    for known in (*_kept(report, before), *found):
        other = rows.get((known.fingerprint, known.severity))
        rows[known.fingerprint, known.severity] = _united(known, other) if other else known
    return list(rows.values())


def _united(known: KnownFinding, other: KnownFinding) -> KnownFinding:
    """The finding in the environments of both; in all, if one of them is of all."""
    both = known.environments and other.environments
    names = tuple(sorted({*known.environments, *other.environments})) if both else ()
    return msgspec.structs.replace(known, environments=names)


def pruned(report: Report, baseline: Baseline) -> str:
    """The baseline without the findings that are gone, as JSON."""
    assert report.baseline is not None
    gone = {known.fingerprint for known in report.baseline.vanished}
    return written(row for row in baseline.rows if row.fingerprint not in gone)


def without_vanished(report: Report) -> Report:
    """The report after its baseline was pruned."""
    assert report.baseline is not None
    size = report.baseline.size - len(report.baseline.vanished)
    return msgspec.structs.replace(report, baseline=BaselineSummary(report.baseline.path, size))


def all_known(report: Report, path: str, size: int) -> Report:
    """The report after its findings were written to the baseline at ``path``, with others."""
    findings = sorted((*report.findings, *report.known), key=lambda finding: finding.place)
    return msgspec.structs.replace(
        report,
        findings=(),
        known=tuple(
            msgspec.structs.replace(finding, baseline=BaselineState.UNCHANGED)
            for finding in findings
        ),
        suppressed=tuple(
            msgspec.structs.replace(finding, baseline=BaselineState.NEW)
            for finding in report.suppressed
        ),
        baseline=BaselineSummary(_shown(path, report), size),
    )


def _kept(report: Report, before: Baseline | None) -> Iterator[KnownFinding]:
    if before is None or report.baseline is None:
        return
    gone = {known.fingerprint for known in report.baseline.vanished}
    found = {f.fingerprint for f in (*report.findings, *report.known, *report.suppressed)}
    found |= {known.fingerprint for known in report.baseline.moved}
    checked = {each.name for each in report.environments}
    for known in before.rows:
        elsewhere = tuple(name for name in known.environments if name not in checked)
        of_all = bool(checked) and not known.environments
        if known.fingerprint in found:
            if elsewhere or of_all:
                yield msgspec.structs.replace(known, environments=elsewhere)
        elif known.fingerprint not in gone:
            yield known


def _marked(finding: Finding, baseline: Baseline, was: Mapping[str, str]) -> Finding:
    before = was.get(finding.fingerprint, finding.fingerprint)
    known = baseline.knows(msgspec.structs.replace(finding, fingerprint=before))
    state = BaselineState.UNCHANGED if known else BaselineState.NEW
    return msgspec.structs.replace(finding, baseline=state)


def _by_fingerprint(rows: Iterable[KnownFinding]) -> dict[str, tuple[KnownFinding, ...]]:
    found: dict[str, list[KnownFinding]] = {}
    for row in rows:
        found.setdefault(row.fingerprint, []).append(row)
    return {fingerprint: tuple(those) for fingerprint, those in found.items()}


def _known(finding: Finding, report: Report) -> KnownFinding:
    iflow, channel, entry = finding.iflow, finding.channel, finding.entry
    file = finding.location.file
    certificate = finding.certificate
    pair = entry or certificate
    renewed = finding.renewed.locations if finding.renewed else ()
    return KnownFinding(
        code=finding.code,
        name=finding.name,
        severity=finding.severity,
        path=path_in_baseline(file.path, report),
        fingerprint=finding.fingerprint,
        member="!/".join(file.members),
        iflow=(iflow.name or iflow.id) if iflow else "",
        channel=channel_in_baseline(channel) if channel else "",
        caller=caller_in_baseline(finding.caller) if finding.caller else "",
        subject=pair.subject if pair else "",
        issuer=pair.issuer if pair else "",
        renewed=path_in_baseline(renewed[0].file.path, report) if renewed else "",
        environments=finding.environments,
    )


def _shown(path: str, report: Report) -> str:
    """The path relative to the current directory where it lies below it."""
    return path.replace("\\", "/").removeprefix(report.directory.rstrip("/") + "/")


def _order(known: KnownFinding) -> tuple[str, ...]:
    return (
        known.path,
        known.member,
        known.iflow,
        known.channel,
        known.caller,
        known.code,
        known.subject,
        known.issuer,
        known.fingerprint,
        known.severity,
    )


def written(rows: Iterable[KnownFinding]) -> str:
    """A baseline of these rows, as JSON."""
    lines = [_line(known) for known in sorted(rows, key=_order)]
    listed = "[\n" + ",\n".join(lines) + "\n]" if lines else "[]"
    return escaped_json(f'{{\n"{_KEY}": "{VERSION}",\n"findings": {listed}\n}}\n')


def _line(known: KnownFinding) -> str:
    """A finding as an object on one line, without what is empty."""
    fields: dict[str, str | Sequence[str]] = {
        name: value if isinstance(value, tuple) else encodable(value)
        for name in known.__struct_fields__
        if (value := getattr(known, name))
    }
    return msgspec.json.encode(fields).decode("utf-8")
