"""Which of the fixes that could be written may be: everything is judged again as it would be.

A fix is good if it takes its finding away and the reports have nothing that they did not find
before, in any environment. Two kinds of finding are new only in name: what is wrong with the
certificate itself, of which nobody was told while the text did not name it; and what is said of
another entry now that its certificate is known to be this one's, in place of something as bad.
Fixes with such findings are good only where unsafe ones are asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from iflint.places.location import FileLocation
from iflint.report.findings import Finding, Severity

if TYPE_CHECKING:
    from iflint.fixes.texts import Change
    from iflint.places.edits import Edit
    from iflint.report.findings import EntryReference
    from iflint.report.report import Report

Place = tuple[str, FileLocation, int, int]
"""An environment, a flow, the number of a channel and that of an entry."""

Reports = Sequence["Report"]
"""What is told of the same files: each report may be one of several environments."""


class Candidate(msgspec.Struct, frozen=True):
    """A fix of one entry in one environment, before it is judged; ``pair`` is what it is then.

    ``beside`` is the entry's own pair where a row is added for ``pair``; None where the entry gets
    it.
    """

    place: Place
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]
    pair: tuple[str, str]
    beside: tuple[str, str] | None = None

    @property
    def edits(self) -> Iterator[Edit]:
        """The edits of its changes."""
        return (change.edit for change in self.changes)


class FailedProof(msgspec.Struct, frozen=True):
    """A fix that is not good: what would be found with it.

    ``unsafe`` tells that all of that is new only in name, so that it is good where unsafe ones are
    asked for. ``hidden`` are the findings about the certificate, which the text hides so far.
    """

    candidate: Candidate
    findings: tuple[Finding, ...]
    unsafe: bool
    hidden: tuple[Finding, ...]


class Prover:
    """Tells good fixes from others; ``judge`` gives the reports with all of some fixes made.

    ``about_pairs`` are the codes of rules that speak of what a row says, also where they know a
    certificate: nothing of that was hidden. ``reveals`` is what the good ones bring to light, by
    place; nothing unless ``unsafe``.
    """

    def __init__(
        self,
        before: Reports,
        judge: Callable[[Sequence[Candidate]], Reports],
        *,
        about_pairs: Container[str],
        unsafe: bool,
    ) -> None:
        self._before = before
        self._judge = judge
        self._about_pairs = about_pairs
        self._unsafe = unsafe
        self.failed: list[FailedProof] = []
        self.reveals: dict[Place, list[Finding]] = {}

    def good(
        self, candidates: Sequence[Candidate], given: Sequence[Candidate] = ()
    ) -> Sequence[Candidate]:
        """``given``, which are good, and those of the candidates that are good together with them.

        What a finding comes from is mostly told by its place. Where it is not, each half of the
        candidates is judged by itself.
        """
        while candidates:
            tried = (*given, *candidates)
            caused, nominal, unexplained = self._consequences(tried)
            bad = caused.keys() if self._unsafe else caused.keys() | nominal.keys()
            if not bad and not unexplained:
                self.reveals = nominal
                return tried
            refused = [each for each in candidates if each.place in bad]
            if not refused and len(candidates) > 1:
                half = len(candidates) // 2
                given = self.good(candidates[:half], given)
                candidates = candidates[half:]
                continue
            for each in refused or candidates:
                of_it = each.place in bad
                really = caused.get(each.place, []) if of_it else [*_all(caused), *unexplained]
                in_name = nominal.get(each.place, []) if of_it else _all(nominal)
                found = tuple(really or in_name)
                hidden = tuple(finding for finding in found if self._was_hidden(finding, each))
                self.failed.append(FailedProof(each, found, not really, hidden))
            candidates = [each for each in candidates if refused and each.place not in bad]
        return given

    def _consequences(
        self, tried: Sequence[Candidate]
    ) -> tuple[dict[Place, list[Finding]], dict[Place, list[Finding]], list[Finding]]:
        """What is found anew with some fixes made: by those that cause it, by those with which it
        is new only in name, and what comes from none of them by its place.
        """
        caused: dict[Place, list[Finding]] = {}
        nominal: dict[Place, list[Finding]] = {}
        unexplained: list[Finding] = []
        of_place = _Sources(tried)
        for before, after in zip(self._before, self._judge(tried), strict=True):
            told = _worst_by_entry(before)
            for environment, finding in _new(before, after, tried):
                if _ends_by_itself(finding):
                    continue
                instead = told.get(_entry(environment, finding))
                sources = of_place.of(environment, finding)
                if not sources:
                    unexplained.append(finding)
                for source in sources:
                    is_of_another = _entry(environment, finding) != source.place
                    is_as_bad = instead is not None and instead.reaches(finding.severity)
                    is_nominal = self._was_hidden(finding, source) or (is_of_another and is_as_bad)
                    group = nominal if is_nominal else caused
                    group.setdefault(source.place, []).append(finding)
        return caused, nominal, unexplained

    def _was_hidden(self, finding: Finding, candidate: Candidate) -> bool:
        """Whether a finding is about a certificate that the wrong text did not name until now."""
        return (
            finding.certificate is not None
            and finding.code not in self._about_pairs
            and finding.entry is not None
            and finding.channel is not None
            and finding.channel.ordinal == candidate.place[2]
            and _is_written(finding.entry, candidate)
        )


def _ends_by_itself(finding: Finding) -> bool:
    """Whether it says of a certificate that begins later that nothing has to be done till then.

    A row for a successor is to be there before this is valid.
    """
    return finding.works_from is not None and finding.severity is Severity.NOTE


def _all(groups: dict[Place, list[Finding]]) -> list[Finding]:
    return [finding for group in groups.values() for finding in group]


def _each(report: Report) -> Iterator[tuple[str, Finding]]:
    """Every finding in every environment in which it holds."""
    for finding in report.findings:
        for environment in finding.environments or ("",):
            yield environment, finding


def _entry(environment: str, finding: Finding) -> Place | None:
    if finding.iflow is None or finding.channel is None or finding.entry is None:
        return None
    return environment, finding.iflow.location, finding.channel.ordinal, finding.entry.ordinal


def _worst_by_entry(report: Report) -> dict[Place | None, Severity]:
    """How severe the worst finding of each entry is."""
    ordered = sorted(_each(report), key=lambda each: -each[1].severity.rank)
    return {_entry(*each): each[1].severity for each in ordered if each[1].entry}


def _key(environment: str, finding: Finding) -> tuple[object, ...]:
    place = finding.iflow.location if finding.iflow else finding.location.file
    channel = finding.channel.ordinal if finding.channel else 0
    return environment, finding.code, finding.severity, place, channel


def _new(
    before: Report, after: Report, candidates: Sequence[Candidate]
) -> Iterator[tuple[str, Finding]]:
    """The findings in ``after`` that are more than those in ``before`` less the answered ones.

    They are counted by channel, since an added row moves the others, and the fingerprint of an
    entry changes with its pair. One that is less severe than it was is no new one.
    """
    answered = [(each.place[0], finding) for each in candidates for finding in each.findings]
    counts = Counter(_key(*each) for each in _each(before))
    excess = Counter(_key(*each) for each in _each(after))
    excess.subtract(counts - Counter(_key(*each) for each in answered))
    known = {(environment, each.fingerprint): each.severity for environment, each in _each(before)}
    for environment, finding in answered:
        known.pop((environment, finding.fingerprint), None)
    for environment, finding in _each(after):
        severity = known.get((environment, finding.fingerprint))
        is_known = severity is not None and severity.reaches(finding.severity)
        if excess[_key(environment, finding)] > 0 and not is_known:
            yield environment, finding


class _Sources:
    """Candidates by their places and by what they write."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._found: dict[tuple[object, ...], list[Candidate]] = {}
        self._order = {id(each): number for number, each in enumerate(candidates)}
        for each in candidates:
            environment, flow, channel, _ = each.place
            keys: list[tuple[object, ...]] = [(flow,), (environment, flow, channel)]
            keys += [(*keys[-1], change.new) for change in each.changes[:1]]
            keys += [(*keys[1], *pair) for pair in _pairs_written(each)]
            for key in keys:
                self._found.setdefault(key, []).append(each)

    def of(self, environment: str, finding: Finding) -> Sequence[Candidate]:
        """Those that a finding can come from by its place, as few as can be told."""
        if finding.iflow is None:
            return ()
        entry, flow = finding.entry, finding.iflow.location
        here = (environment, flow, finding.channel.ordinal if finding.channel else 0)
        if entry and (of_pair := self._found.get((*here, *_pair(entry)))):
            return of_pair
        of_entry = [
            each
            for text in (dict.fromkeys(_texts(entry)) if entry else ())
            for each in self._found.get((*here, text), ())
            if entry and _is_written(entry, each)
        ]
        of_entry.sort(key=lambda each: self._order[id(each)])
        return of_entry or self._found.get(here, ()) or self._found.get((flow,), ())


def _pairs_written(candidate: Candidate) -> set[tuple[str, str]]:
    """What the entry then says, of which a fix may write one text only."""
    new = {change.what: change.new for change in candidate.changes}
    entries = (finding.entry for finding in candidate.findings if candidate.beside is None)
    pairs = (_pair(entry) for entry in entries if entry)
    return {(new.get("subject DN", one), new.get("issuer DN", other)) for one, other in pairs}


def _pair(entry: EntryReference) -> tuple[str, str]:
    """Its texts without the blanks around them, which no fix touches."""
    return entry.subject.strip(), entry.issuer.strip()


def _texts(entry: EntryReference) -> tuple[str, ...]:
    """What a change of an entry may write: one of its texts, or both for a new row."""
    texts = _pair(entry)
    return (*texts, " / ".join(texts))


def _is_written(entry: EntryReference, candidate: Candidate) -> bool:
    """Whether an entry has the texts that a candidate writes."""
    texts = _texts(entry)
    return all(change.new in texts for change in candidate.changes)
