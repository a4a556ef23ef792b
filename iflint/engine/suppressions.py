"""Suppressions: which findings somebody decided to live with, and which decisions are stale."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from iflint.engine.bits import any_of, bits_by, bits_of, numbers_in
from iflint.engine.patterns import Globs, Paths
from iflint.options import NARROWING
from iflint.places.paths import absolute, is_below_any
from iflint.report.findings import Justification, means
from iflint.rule.rule import Use

if TYPE_CHECKING:
    from iflint.engine.patterns import Trials
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
    report: Report,
    suppressions: Sequence[Suppression],
    rules: Iterable[tuple[str, str]],
    trials: Trials,
) -> tuple[Report, tuple[Use, ...]]:
    """Set apart the findings of ``report`` that are suppressed, and tell what was of use.

    ``rules`` are code and name of each rule in force. A suppression holds up to the end (UTC) of
    its last day; of several that match, the first gives its reason, and all were of use. Raises
    UsageError for more than a run may compare.
    """
    tests = _Tests(suppressions, report.directory, report.root, trials)
    in_force = bits_of(
        n for n, each in enumerate(suppressions) if not _has_ended(each, report.as_of)
    )
    matches: Counter[int] = Counter()
    active: list[Finding] = []
    apart: list[Finding] = []
    for finding in report.findings:
        matching = in_force & tests.matching(finding)
        if not matching:
            active.append(finding)
            continue
        matches[matching] += 1
        first = suppressions[next(numbers_in(matching))]
        why = Justification(first.reason, first.owner, first.until, first.location)
        apart.append(msgspec.structs.replace(finding, suppression=why))
    counts: Counter[int] = Counter()
    for matching, count in matches.items():
        counts.update(dict.fromkeys(numbers_in(matching), count))
    idle = in_force & tests.of_rules(rules) & ~bits_of(counts)
    in_vain, missing = tests.in_vain(report, idle) if idle else (0, {})
    uses = tuple(
        Use(
            each,
            counts[number],
            expired=not in_force >> number & 1,
            in_vain=bool(in_vain >> number & 1),
            missing=tuple(name for name in missing if missing[name] >> number & 1),
        )
        for number, each in enumerate(suppressions)
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


class _Named(msgspec.Struct, frozen=True):
    """One of the things that suppressions may name: the ``bits`` of those that name it.

    ``found`` gives, for each such thing of a place, the bits of those that mean it.
    """

    bits: int
    found: Callable[[_Place], Iterable[int]]

    def holding(self, place: _Place) -> int:
        """The bits of those that mean something that the place has."""
        return any_of(self.found(place))


class _Tests:
    """All suppressions, asked at once: each is a bit of the numbers that answer.

    What they name is looked up, and what has wildcards is tried once for each text.
    """

    def __init__(
        self, suppressions: Sequence[Suppression], directory: str, root: str, trials: Trials
    ) -> None:
        def given(name: str) -> dict[str, int]:
            values = (getattr(each, name) for each in suppressions)
            return bits_by((value, number) for number, value in enumerate(values) if value)

        folders = [
            posixpath.normpath(each.folder.replace("\\", "/") or directory) for each in suppressions
        ]
        named = [*zip((each.path for each in suppressions), folders, strict=True)]
        paths = Paths(named, directory, root, trials)
        channels = _Channels(given("channel"), trials)
        callers = Globs(given("caller"), trials)
        dns = _merged((_comparable(dn), bits) for dn, bits in given("dn").items())
        digits = _merged((_digits(text), bits) for text, bits in given("certificate").items())
        found: dict[str, Callable[[_Place], Iterable[int]]] = {
            "path": lambda place: map(paths.matching, place.files),
            "channel": lambda at: [channels.matching(at.channel)] if at.channel else (),
            "caller": lambda at: [callers.matching(at.caller.name)] if at.caller else (),
            "dn": lambda place: (dns.get(_comparable(dn), 0) for dn in _dns(place)),
            "certificate": lambda at: (digits.get(each.sha256, 0) for each in at.certificates),
        }
        self._named = {
            name: _Named(bits, found[name])
            for name in NARROWING
            if (bits := any_of(given(name).values()))
        }
        self._all = (1 << len(suppressions)) - 1
        self._folders = bits_by((folder, number) for number, folder in enumerate(folders))
        self._rules = bits_by(
            (label, number) for number, each in enumerate(suppressions) for label in each.rule
        )
        self._of_rule = cache(self._matching_rule)

    def matching(self, finding: Finding) -> int:
        """The bits of those of which everything that they name is the finding's."""
        of_rule = self._of_rule(finding.code, finding.name)
        return of_rule and of_rule & self._all_hold(_place_of(finding))

    def of_rules(self, rules: Iterable[tuple[str, str]]) -> int:
        """The bits of those that are for one of the rules at least."""
        return any_of(self._of_rule(*rule) for rule in rules)

    def _matching_rule(self, code: str, name: str) -> int:
        return any_of(bits for label, bits in self._rules.items() if means(label, code, name))

    def in_vain(self, report: Report, idle: int) -> tuple[int, dict[str, int]]:
        """Those among ``idle`` ones, as bits, of which the run would have found what they are for.

        It would where it checked the folder of the configuration, or has just the channel, entry,
        caller, certificate or path that the suppression names. By what they name, those are told
        besides of which nothing that was checked has it.
        """
        narrowed = any_of(each.bits for each in self._named.values())
        bindings = list(_bindings(report)) if narrowed else []
        found = narrowed & any_of(map(self._all_hold, bindings))
        in_vain = idle & (found | self._checked(report))
        if not in_vain & narrowed:
            return in_vain, {}
        findings = (*report.findings, *report.known, *report.suppressed)
        files = (_Place((iflow.location,)) for iflow in report.iflows)
        places = [*bindings, *files, *map(_place_of, findings)]
        missing = {
            name: in_vain & each.bits & ~any_of(map(each.holding, places))
            for name, each in self._named.items()
        }
        return in_vain, missing

    def _all_hold(self, place: _Place) -> int:
        found = self._all
        for each in self._named.values():
            found &= each.holding(place) | ~each.bits
        return found

    def _checked(self, report: Report) -> int:
        """The bits of those of whose configuration the run checked the whole folder."""
        checked = {absolute(report.directory, path) for path in report.paths}
        return any_of(
            bits for folder, bits in self._folders.items() if is_below_any(folder, checked)
        )


def _merged(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for text, bits in pairs:
        found[text] = found.get(text, 0) | bits
    return found


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


def _dns(place: _Place) -> Iterator[str]:
    for holder in (place.entry, *place.certificates):
        if holder:
            yield from filter(None, (holder.subject, holder.issuer))


def _digits(sha256: str) -> str:
    return sha256.replace(":", "").replace(" ", "").lower()


class _Channels:
    """Which patterns are a channel's name, address or adapter, or its label in a report.

    That is the adapter, with the name or address or both behind it: ``AS2 "Statements" /bank``.
    The adapter counts in any letter case.
    """

    def __init__(self, patterns: Mapping[str, int], trials: Trials) -> None:
        def lowered(texts: Iterable[tuple[str, int]]) -> Globs:
            return Globs(_merged((text.lower(), bits) for text, bits in texts), trials)

        self._names = Globs(patterns, trials)
        self._adapters = lowered(patterns.items())
        self._labels = []
        for count in range(1, _WORDS_OF_AN_ADAPTER + 1):
            cut = [(text.split(" ", count), bits) for text, bits in patterns.items()]
            labels = [(words, bits) for words, bits in cut if len(words) > count]
            adapters = lowered((" ".join(words[:count]), bits) for words, bits in labels)
            names = Globs(_merged((words[count], bits) for words, bits in labels), trials)
            self._labels.append((adapters, names))

    def matching(self, channel: ChannelReference | ChannelResult) -> int:
        """The bits of those that it is meant by."""
        name, address = channel.name, channel.address
        names = [each for each in (name, address, getattr(channel, "address_raw", "")) if each]
        quoted = [f"{mark}{name}{mark} {address}".rstrip() for mark in "'\""]
        adapter = channel.adapter.lower()
        found = self._adapters.matching(adapter) | any_of(map(self._names.matching, names))
        for of_adapter, of_name in self._labels:
            if bits := of_adapter.matching(adapter):
                found |= bits & any_of(map(of_name.matching, (*names, *quoted)))
        return found


_WORDS_OF_AN_ADAPTER = 3
"""Words of an adapter's name that a label may begin with. Ours: one more than seen."""


@cache
def _comparable(dn: str) -> str:
    """What is equal for two DNs that the runtime takes for the same; the text for any other."""
    from iflint.pki.names import MalformedName, parse_name

    try:
        return parse_name(dn).canonical
    except MalformedName:
        return f"\0{dn.strip()}"
