"""The baseline: findings that are known already, so that only new ones fail a run.

A file of JSON, a finding a line, sorted and without anything that changes from day to day, so
that a difference of two versions shows what came and went. A known finding is recognized by its
fingerprint; one that is worse than it was, or holds in another environment, is new.
"""

from __future__ import annotations

import codecs
import os.path
import posixpath
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from iflint.findings import BaselineState, Finding, Severity
from iflint.location import FileLocation
from iflint.options import UsageError
from iflint.paths import absolute, is_below
from iflint.report import BaselineSummary, KnownFinding, Report
from iflint.sources.names import Role, bundle_root, role_of
from iflint.text import encodable, escaped_json

VERSION = "1"
LARGEST_FILE = 256 * 1024 * 1024


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


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What a run looked at, as locations have it.

    It looked for files at and below ``paths``, read all at and below ``given``, and ``files``.
    ``unread`` could not be read, or not as a whole.
    """

    paths: tuple[str, ...]
    given: tuple[str, ...]
    files: frozenset[str]
    unread: tuple[FileLocation, ...]


_KEY = "iflint-baseline"


class _Document(msgspec.Struct, frozen=True, rename={"version": _KEY}):
    version: str
    findings: tuple[KnownFinding, ...] = ()


def is_something_else(path: str) -> bool:
    """Whether what is at ``path`` is neither a baseline nor an empty file.

    One of another version counts as a baseline, and one in which a merge left its markers.
    """
    if not os.path.isfile(path):
        return os.path.exists(path)
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST_FILE).removeprefix(codecs.BOM_UTF8).strip()
    except OSError:
        return True
    try:
        content = msgspec.json.decode(data or b"null")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        begins = data.startswith((b"{", b"<<<<<<<"))
        return not (begins and b"<<<<<<<" in data and f'"{_KEY}":'.encode() in data)
    return bool(data) and not (isinstance(content, dict) and _KEY in content)


def read(path: str) -> Baseline:
    """Read a baseline; raises UsageError, one line, for a file that is none."""
    if os.path.exists(path) and not os.path.isfile(path):
        raise UsageError(f"baseline {path} can't be read: it is not a regular file")
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        hint = "" if os.path.lexists(path) else "; --write-baseline FILE makes one"
        raise UsageError(
            f"baseline {path} can't be read: {error.strerror or error}{hint}"
        ) from error
    try:
        document = msgspec.json.decode(data.removeprefix(codecs.BOM_UTF8), type=_Document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        hint = " (a merge left its markers in it)" if b"\n<<<<<<<" in data else ""
        raise UsageError(
            f"baseline {path} is not what --write-baseline writes{hint}: {error}"
        ) from error
    if document.version != VERSION:
        raise UsageError(
            f"baseline {path} has version {document.version!r}, and this iflint reads {VERSION!r}:"
            " write it anew with --write-baseline"
        )
    return Baseline(path, _by_fingerprint(document.findings))


def compared(
    report: Report, baseline: Baseline, codes: Iterable[str], looked_at: Iterable[Coverage]
) -> Report:
    """Set apart the findings that ``baseline`` has, and name those that are gone.

    ``codes`` are those of the rules in force, ``looked_at`` what was read for each environment. A
    known finding is gone if the run read its file, or found it deleted, and asked its rule in its
    environments, with a certificate at hand for its entry, and it is neither found nor suppressed.
    """
    marked = [_marked(finding, baseline) for finding in report.findings]
    suppressed = tuple(_marked(finding, baseline) for finding in report.suppressed)
    found = {finding.fingerprint for finding in (*marked, *suppressed)}
    in_force = frozenset(codes)
    checked = _Checked(report, looked_at)
    vanished = sorted(
        (
            known
            for known in baseline.rows
            if known.fingerprint not in found and known.code in in_force and checked.covers(known)
        ),
        key=_order,
    )
    return msgspec.structs.replace(
        report,
        findings=tuple(f for f in marked if f.baseline is BaselineState.NEW),
        known=tuple(f for f in marked if f.baseline is BaselineState.UNCHANGED),
        suppressed=suppressed,
        baseline=BaselineSummary(
            _shown(baseline.path, report), sum(1 for _ in baseline.rows), tuple(vanished)
        ),
    )


def of_report(report: Report, before: Baseline | None = None) -> str:
    """The baseline that knows every finding of ``report`` that is not suppressed, as JSON.

    Of the one ``before`` it keeps what the run did not look at.
    """
    return _written(rows_of(report, before))


def rows_of(report: Report, before: Baseline | None = None) -> list[KnownFinding]:
    """The rows of that baseline."""
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
    return _written(row for row in baseline.rows if row.fingerprint not in gone)


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
    checked = {each.name for each in report.environments}
    for known in before.rows:
        elsewhere = tuple(name for name in known.environments if name not in checked)
        if known.fingerprint in found:
            if elsewhere:
                yield msgspec.structs.replace(known, environments=elsewhere)
        elif known.fingerprint not in gone:
            yield known


def _marked(finding: Finding, baseline: Baseline) -> Finding:
    state = BaselineState.UNCHANGED if baseline.knows(finding) else BaselineState.NEW
    return msgspec.structs.replace(finding, baseline=state)


def _by_fingerprint(rows: Iterable[KnownFinding]) -> dict[str, tuple[KnownFinding, ...]]:
    found: dict[str, tuple[KnownFinding, ...]] = {}
    for row in rows:
        found[row.fingerprint] = (*found.get(row.fingerprint, ()), row)
    return found


def _known(finding: Finding, report: Report) -> KnownFinding:
    iflow, channel, entry = finding.iflow, finding.channel, finding.entry
    file = finding.location.file
    certificate = finding.certificate
    pair = entry or certificate
    return KnownFinding(
        code=finding.code,
        name=finding.name,
        severity=finding.severity,
        path=_from_root(file.path, report),
        fingerprint=finding.fingerprint,
        member="!/".join(file.members),
        iflow=(iflow.name or iflow.id) if iflow else "",
        channel=f"{channel.adapter} {channel.address_raw or channel.name}".strip()
        if channel
        else "",
        subject=pair.subject if pair else "",
        issuer=pair.issuer if pair else "",
        environments=finding.environments,
    )


def _from_root(path: str, report: Report) -> str:
    return posixpath.relpath(posixpath.join(report.directory, path), report.root)


def _shown(path: str, report: Report) -> str:
    """The path relative to the current directory where it lies below it."""
    return path.replace("\\", "/").removeprefix(report.directory.rstrip("/") + "/")


class _Checked:
    """What a run looked at."""

    def __init__(self, report: Report, coverages: Iterable[Coverage]) -> None:
        def absolutes(paths: Iterable[str]) -> set[str]:
            return {absolute(report.directory, path) for path in paths}

        every = tuple(coverages)
        self._root = report.root
        self._paths = absolutes(path for each in every for path in each.paths)
        self._given = absolutes(path for each in every for path in each.given)
        self._files = absolutes({path for each in every for path in each.files})
        self._unread = {
            _whole(_place(absolute(report.directory, file.path), "!/".join(file.members)))
            for each in every
            for file in each.unread
        }
        self._environments = frozenset(each.name for each in report.environments)
        self._unjudged = {
            (_from_root(iflow.location.path, report), iflow.name or iflow.id, *pair)
            for iflow in report.iflows
            for channel in iflow.channels
            for entry in channel.entries
            if entry.state == "not-found"
            for pair in ((entry.subject, entry.issuer), ("", ""))
        }

    def covers(self, known: KnownFinding) -> bool:
        """Whether the run would have found it."""
        if bool(known.environments) != bool(self._environments):
            return False
        if not self._environments.issuperset(known.environments):
            return False
        entry = (known.path, known.iflow, known.subject, known.issuer)
        if known.channel and entry in self._unjudged:
            return False
        return self._was_read(known)

    def _was_read(self, known: KnownFinding) -> bool:
        """Whether its file was read as a whole, or is no longer where the run looked for files."""
        path = absolute(self._root, known.path)
        place = _place(path, known.member)
        if any(is_below(place, unread) or is_below(place, f"{unread}!") for unread in self._unread):
            return False
        if path in self._files or _in_one(path, self._given):
            return True
        if not _in_one(path, self._paths):
            return False
        if not os.path.lexists(path):
            return True
        read_with_others = not known.iflow and role_of(path) in _READ_WITH_OTHERS
        folder = path if os.path.isdir(path) else posixpath.dirname(path)
        return read_with_others and any(is_below(file, folder) for file in self._files)


_READ_WITH_OTHERS = (None, Role.MANIFEST, Role.PACKAGE_LIST)
"""Roles of files that are read for others in their folder: lists, manifests, the configuration."""


def _in_one(path: str, folders: Iterable[str]) -> bool:
    return any(is_below(path, folder) for folder in folders)


def _place(path: str, member: str) -> str:
    return f"{path}!/{member}" if member else path


def _whole(place: str) -> str:
    """The bundle that the file at ``place`` is a part of, else the file."""
    return (bundle_root(place) or place).removesuffix("!")


def _order(known: KnownFinding) -> tuple[str, ...]:
    return (
        known.path,
        known.member,
        known.iflow,
        known.channel,
        known.code,
        known.subject,
        known.issuer,
        known.fingerprint,
        known.severity,
    )


def _written(rows: Iterable[KnownFinding]) -> str:
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
