"""Suppressions: which findings somebody decided to live with, and which decisions are stale."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from fnmatch import translate
from functools import cache
from re import compile as compiled
from typing import TYPE_CHECKING

import msgspec

from iflint.findings import Justification, means

if TYPE_CHECKING:
    from iflint.findings import ChannelReference, EntryReference, Finding
    from iflint.location import FileLocation
    from iflint.options import Suppression
    from iflint.report import ChannelResult, EntryResult, Report


class Use(msgspec.Struct, frozen=True):
    """What a suppression did in a run.

    ``findings`` counts what it suppressed. ``in_vain`` tells that the run looked at what it is
    for and found nothing to suppress; a run that checked something else says nothing of it.
    """

    suppression: Suppression
    findings: int
    expired: bool
    in_vain: bool


def suppressed(
    report: Report, suppressions: Sequence[Suppression], rules: Iterable[tuple[str, str]]
) -> tuple[Report, tuple[Use, ...]]:
    """Set apart the findings of ``report`` that are suppressed, and tell what was of use.

    ``rules`` are code and name of each rule in force. A suppression holds up to the end (UTC) of
    its last day; of several that match, the first gives its reason, and all were of use.
    """
    tests = [_Test(each, report.directory) for each in suppressions]
    in_force = [not _has_ended(each, report.as_of) for each in suppressions]
    counts = [0] * len(tests)
    active: list[Finding] = []
    apart: list[Finding] = []
    for finding in report.findings:
        numbers = [n for n, test in enumerate(tests) if in_force[n] and test.matches(finding)]
        for number in numbers:
            counts[number] += 1
        if not numbers:
            active.append(finding)
            continue
        first = suppressions[numbers[0]]
        why = Justification(first.reason, first.owner, first.until, first.location)
        apart.append(msgspec.structs.replace(finding, suppression=why))
    known_rules = tuple(rules)
    uses = tuple(
        Use(each, count, not holds, holds and not count and test.was_looked_at(report, known_rules))
        for each, test, count, holds in zip(suppressions, tests, counts, in_force, strict=True)
    )
    changed = msgspec.structs.replace(report, findings=tuple(active), suppressed=tuple(apart))
    return changed, uses


def _has_ended(suppression: Suppression, clock: datetime) -> bool:
    until: date | None = suppression.until
    return until is not None and clock.date() > until


class _Test:
    """A suppression, ready to be asked about many findings."""

    def __init__(self, suppression: Suppression, directory: str) -> None:
        self._suppression = suppression
        self._directory = directory
        self._folder = suppression.folder.replace("\\", "/") or directory
        self._path = _path_test(suppression.path) if suppression.path else None
        self._channel = (
            compiled(translate(suppression.channel)).match if suppression.channel else None
        )
        self._dn = _comparable(suppression.dn) if suppression.dn else ""

    def matches(self, finding: Finding) -> bool:
        """Whether everything that the suppression names is the finding's."""
        of_rule = (means(x, finding.code, finding.name) for x in self._suppression.rule)
        return any(of_rule) and self._is_about(finding)

    def was_looked_at(self, report: Report, rules: Sequence[tuple[str, str]]) -> bool:
        """Whether the run would have found what the suppression is for.

        That is so where it checked the folder of the configuration, or has just the channel,
        entry, certificate or path that the suppression names; and one of the rules was in force.
        """
        labels = self._suppression.rule
        if not any(means(label, *rule) for label in labels for rule in rules):
            return False
        folder = posixpath.normpath(self._folder)
        for path in report.paths:
            checked = posixpath.normpath(posixpath.join(report.directory, path))
            if folder == checked or folder.startswith(checked.rstrip("/") + "/"):
                return True
        return self._names_something() and any(
            self._covers(iflow.location, channel, entry)
            for iflow in report.iflows
            for channel in iflow.channels
            for entry in (channel.entries or (None,))
        )

    def _names_something(self) -> bool:
        given = self._suppression
        return bool(given.path or given.channel or given.dn or given.certificate)

    def _is_about(self, finding: Finding) -> bool:
        given = self._suppression
        files = [finding.location.file]
        if finding.iflow is not None:
            files.append(finding.iflow.location)
        certificate = finding.certificate
        return (
            (self._path is None or any(map(self._lies_there, files)))
            and (self._channel is None or self._is_channel(finding.channel))
            and (not given.certificate or _is_certificate(certificate, given.certificate))
            and (
                not given.dn
                or self._has_dn(finding.entry)
                or (certificate is not None and self._has_dn(certificate))
            )
        )

    def _covers(
        self, file: FileLocation, channel: ChannelResult, entry: EntryResult | None
    ) -> bool:
        given = self._suppression
        certificates = [each.certificate for each in entry.certificates] if entry else []
        return (
            (self._path is None or self._lies_there(file))
            and (self._channel is None or self._is_channel(channel))
            and (not given.dn or any(map(self._has_dn, (entry, *certificates))))
            and (
                not given.certificate
                or any(_is_certificate(each, given.certificate) for each in certificates)
            )
        )

    def _lies_there(self, file: FileLocation) -> bool:
        assert self._path is not None
        path = posixpath.normpath(posixpath.join(self._directory, file.path))
        relative = posixpath.relpath(path, posixpath.normpath(self._folder))
        return self._path("/".join((relative, *file.members)))

    def _is_channel(self, channel: ChannelReference | ChannelResult | None) -> bool:
        if channel is None or self._channel is None:
            return False
        names = (channel.name, channel.address, getattr(channel, "address_raw", ""))
        return any(name and self._channel(name) for name in (*names, channel.adapter))

    def _has_dn(self, holder: EntryReference | EntryResult | object | None) -> bool:
        texts = (getattr(holder, "subject", ""), getattr(holder, "issuer", ""))
        return any(text and _comparable(text) == self._dn for text in texts)


def _is_certificate(certificate: object | None, sha256: str) -> bool:
    return getattr(certificate, "sha256", None) == _digits(sha256)


def _digits(sha256: str) -> str:
    return sha256.replace(":", "").replace(" ", "").lower()


def _path_test(text: str) -> Callable[[str], bool]:
    """Whether a path is what the pattern matches, or lies in it; archives count as folders."""
    from iflint.sources.gitignore import parse

    pattern = parse(text.replace("!/", "/"))

    def matches(path: str) -> bool:
        segments = [segment for segment in path.split("/") if segment]
        return pattern is not None and any(
            pattern.matches(segments[:length], length < len(segments))
            for length in range(1, len(segments) + 1)
        )

    return cache(matches)


@cache
def _comparable(dn: str) -> str:
    """What is equal for two DNs that the runtime takes for the same; the text for any other."""
    from iflint.pki.names import MalformedName, parse_name

    try:
        return parse_name(dn).canonical
    except MalformedName:
        return f"\0{dn.strip()}"
