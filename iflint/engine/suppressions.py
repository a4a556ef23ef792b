"""Suppressions: which findings somebody decided to live with, and which decisions are stale."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from fnmatch import translate
from functools import cache
from re import IGNORECASE
from re import compile as compiled
from typing import TYPE_CHECKING

import msgspec

from iflint.engine.patterns import path_test
from iflint.options import NARROWING
from iflint.places.paths import is_below
from iflint.report.findings import Justification, means
from iflint.rule.rule import Use

if TYPE_CHECKING:
    from iflint.options import Suppression
    from iflint.places.location import FileLocation
    from iflint.report.findings import (
        CallerReference,
        CertificateReference,
        ChannelReference,
        EntryReference,
        Finding,
    )
    from iflint.report.report import CallerResult, ChannelResult, EntryResult, Report


def suppressed(
    report: Report, suppressions: Sequence[Suppression], rules: Iterable[tuple[str, str]]
) -> tuple[Report, tuple[Use, ...]]:
    """Set apart the findings of ``report`` that are suppressed, and tell what was of use.

    ``rules`` are code and name of each rule in force. A suppression holds up to the end (UTC) of
    its last day; of several that match, the first gives its reason, and all were of use.
    """
    tests = [_Test(each, report.directory, report.root) for each in suppressions]
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
        test.use(report, known_rules, count, holds)
        for test, count, holds in zip(tests, counts, in_force, strict=True)
    )
    changed = msgspec.structs.replace(report, findings=tuple(active), suppressed=tuple(apart))
    return changed, uses


def _has_ended(suppression: Suppression, clock: datetime) -> bool:
    until: date | None = suppression.until
    return until is not None and clock.date() > until


class _Place(msgspec.Struct, frozen=True):
    """What a suppression may name: of a finding, or of a binding that was checked."""

    files: Sequence[FileLocation]
    channel: ChannelReference | ChannelResult | None = None
    entry: EntryReference | EntryResult | None = None
    certificates: Sequence[CertificateReference] = ()
    caller: CallerReference | CallerResult | None = None


class _Test:
    """A suppression, ready to be asked about many findings."""

    def __init__(self, suppression: Suppression, directory: str, root: str) -> None:
        self._suppression = suppression
        self._folder = posixpath.normpath(suppression.folder.replace("\\", "/") or directory)
        tests = {
            "path": lambda path: _files_test(path_test(path, directory, self._folder, root)),
            "channel": _channel_test,
            "caller": _caller_test,
            "dn": _dn_test,
            "certificate": _certificate_test,
        }
        self._tests = {
            name: tests[name](v) for name in NARROWING if (v := getattr(suppression, name))
        }

    def matches(self, finding: Finding) -> bool:
        """Whether everything that the suppression names is the finding's."""
        of_rule = (means(x, finding.code, finding.name) for x in self._suppression.rule)
        return any(of_rule) and self._all_hold(_place_of(finding))

    def use(self, report: Report, rules: Sequence[tuple[str, str]], count: int, holds: bool) -> Use:
        """What it did in the run: ``count`` findings were suppressed by it, if it ``holds``.

        The run would have found what it is for where it checked the folder of the configuration,
        or has just the channel, entry, caller, certificate or path that the suppression names; and
        one of the rules was in force.
        """
        given = self._suppression
        if not holds or count or not any(means(x, *rule) for x in given.rule for rule in rules):
            return Use(given, count, not holds, in_vain=False)
        bindings = list(_bindings(report))
        in_vain = self._is_checked(report) or (
            bool(self._tests) and any(map(self._all_hold, bindings))
        )
        if not in_vain:
            return Use(given, 0, expired=False, in_vain=False)
        findings = (*report.findings, *report.known, *report.suppressed)
        files = [_Place((iflow.location,)) for iflow in report.iflows]
        places = [*bindings, *files, *map(_place_of, findings)]
        missing = [name for name, test in self._tests.items() if not any(map(test, places))]
        return Use(given, 0, expired=False, in_vain=True, missing=tuple(missing))

    def _all_hold(self, place: _Place) -> bool:
        return all(test(place) for test in self._tests.values())

    def _is_checked(self, report: Report) -> bool:
        """Whether the run checked the whole folder of the configuration."""
        checked = (posixpath.join(report.directory, path) for path in report.paths)
        return any(is_below(self._folder, posixpath.normpath(path)) for path in checked)


_PlaceTest = Callable[[_Place], bool]


def _place_of(finding: Finding) -> _Place:
    iflow, certificate = finding.iflow, finding.certificate
    return _Place(
        (finding.location.file, iflow.location) if iflow else (finding.location.file,),
        finding.channel,
        finding.entry,
        (certificate,) if certificate else (),
        finding.caller,
    )


def _bindings(report: Report) -> Iterator[_Place]:
    """Every entry, service key and mapping that was checked, and every channel without entries."""
    for caller in report.callers:
        held = [each.certificate for each in caller.certificates]
        yield _Place((caller.location.file,), certificates=held, caller=caller)
    for iflow in report.iflows:
        for channel in iflow.channels:
            for entry in channel.entries or (None,):
                certificates = [each.certificate for each in entry.certificates] if entry else []
                yield _Place((iflow.location,), channel, entry, certificates)


def _dn_test(dn: str) -> _PlaceTest:
    wanted = _comparable(dn)

    def holds(place: _Place) -> bool:
        return any(
            text and _comparable(text) == wanted
            for holder in (place.entry, *place.certificates)
            if holder
            for text in (holder.subject, holder.issuer)
        )

    return holds


def _certificate_test(sha256: str) -> _PlaceTest:
    wanted = _digits(sha256)
    return lambda place: any(each.sha256 == wanted for each in place.certificates)


def _digits(sha256: str) -> str:
    return sha256.replace(":", "").replace(" ", "").lower()


def _files_test(lies_there: Callable[[FileLocation], bool]) -> _PlaceTest:
    return lambda place: any(map(lies_there, place.files))


def _caller_test(text: str) -> _PlaceTest:
    is_name = compiled(translate(text)).match
    return lambda place: place.caller is not None and bool(is_name(place.caller.name))


def _channel_test(text: str) -> _PlaceTest:
    """Whether the pattern is a channel's name, address or adapter, or its label in a report.

    That is the adapter, with the name or address or both behind it: ``AS2 "Statements" /bank``.
    The adapter counts in any letter case.
    """
    words = text.split(" ")
    labels = [
        (_adapter_test(" ".join(words[:at])), compiled(translate(" ".join(words[at:]))).match)
        for at in range(1, len(words))
    ]
    is_name, is_adapter = compiled(translate(text)).match, _adapter_test(text)

    def holds(place: _Place) -> bool:
        channel = place.channel
        if channel is None:
            return False
        name, address = channel.name, channel.address
        names = [each for each in (name, address, getattr(channel, "address_raw", "")) if each]
        quoted = [f"{mark}{name}{mark} {address}".rstrip() for mark in "'\""]
        return bool(
            is_adapter(channel.adapter)
            or any(map(is_name, names))
            or any(
                of_adapter(channel.adapter) and any(map(of_name, (*names, *quoted)))
                for of_adapter, of_name in labels
            )
        )

    return holds


def _adapter_test(text: str) -> Callable[[str], object]:
    return compiled(translate(text), IGNORECASE).match


@cache
def _comparable(dn: str) -> str:
    """What is equal for two DNs that the runtime takes for the same; the text for any other."""
    from iflint.pki.names import MalformedName, parse_name

    try:
        return parse_name(dn).canonical
    except MalformedName:
        return f"\0{dn.strip()}"
