"""Which findings can be fixed by writing a DN or a row, and what the files are then.

A fix is made for a DN that differs from a certificate's in form only, where exactly one pair is
meant, and for the row of a successor. Everything is judged again with the files as they would be:
a fix that leaves its finding, or makes another one, is not made. What is wrong with the
certificate itself, and could not be told while the text did not name it, is no such finding.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from iflint.edits import CannotWrite, Edit, applied
from iflint.engine import report_of, sessions
from iflint.findings import EntryReference, Finding
from iflint.location import FileLocation, Location
from iflint.sources.disk import Disk

if TYPE_CHECKING:
    from iflint.engine import Session
    from iflint.iflow.model import Value
    from iflint.name_index import NameIndex
    from iflint.options import Options
    from iflint.pki.certificates import Certificate
    from iflint.report import Report
    from iflint.verdicts import EntryVerdict, NearMiss

WRONG, MALFORMED, NOT_FOUND, NO_OVERLAP = "IFL301", "IFL304", "IFL302", "IFL105"
_OF_THE_ROW = frozenset({"IFL106", "IFL301", "IFL304", "IFL305", "IFL309", "IFL312"})
"""Rules that know a certificate and speak of the row all the same, not of what the row hid."""

Place = tuple[str, FileLocation, int, int]
"""An environment, a flow, the number of a channel and that of an entry."""


class Change(msgspec.Struct, frozen=True):
    """A text that is written in the place of another one; ``old`` is empty for an added row."""

    location: Location
    what: str
    old: str
    new: str
    edit: Edit


class Fix(msgspec.Struct, frozen=True):
    """What is written for a finding.

    ``reveals`` are findings about the certificate that nobody was told while the text hid it.
    """

    finding: Finding
    changes: tuple[Change, ...]
    reveals: tuple[Finding, ...] = ()


class Left(msgspec.Struct, frozen=True):
    """A finding that is left, why, and what to do; ``unsafe`` tells that it can be forced."""

    finding: Finding
    why: str
    remedy: str
    unsafe: bool = False


class ChangedFile(msgspec.Struct, frozen=True):
    """A file on disk, its bytes as they were read, and as they would be."""

    file: FileLocation
    path: str
    before: bytes
    after: bytes


class Plan(msgspec.Struct, frozen=True):
    """What can be fixed, what is left, and the files; ``rows`` counts successors' rows not asked
    for.
    """

    fixes: tuple[Fix, ...]
    left: tuple[Left, ...]
    files: tuple[ChangedFile, ...]
    rows: int = 0

    def without(self, files: Container[FileLocation]) -> Plan:
        """The plan without what concerns some of the files."""
        return msgspec.structs.replace(
            self,
            fixes=tuple(
                fix
                for fix in self.fixes
                if not any(change.edit.file in files for change in fix.changes)
            ),
            files=tuple(file for file in self.files if file.file not in files),
        )


class _Candidate(msgspec.Struct, frozen=True):
    """A fix of one entry in one environment, before it is judged; ``pair`` is what it is then."""

    place: Place
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]
    pair: tuple[str, str]

    @property
    def edits(self) -> Iterator[Edit]:
        """The edits of its changes."""
        return (change.edit for change in self.changes)


def plan_fixes(
    paths: Sequence[str], options: Options, *, add_successor: bool = False, unsafe: bool = False
) -> Plan:
    """What can be fixed in the flows under ``paths``; nothing is written.

    With ``add_successor`` a row is added where a successor has none; ``unsafe`` also takes the
    certificate whose common name is a letter or two away. Raises what `iflint.check` raises.
    """
    return _Planner(paths, options, add_successor=add_successor, unsafe=unsafe).plan()


class _Planner:
    def __init__(
        self, paths: Sequence[str], options: Options, *, add_successor: bool, unsafe: bool
    ) -> None:
        from iflint.clock import now
        from iflint.rule_settings import rules_in_force

        self._paths = paths
        asked = {rule.code for rule in rules_in_force(options)}
        wanted = (WRONG, MALFORMED, NOT_FOUND, NO_OVERLAP)
        self._codes = asked.intersection(wanted)
        self._options = msgspec.structs.replace(
            options, as_of=options.as_of or now(), select=(), baseline=None, describe_rules=False
        )
        self._add_successor = add_successor
        self._unsafe = unsafe
        self._disk = Disk(options.directory)
        self._left: dict[tuple[str, str], Left] = {}
        self._rows = 0
        self._data: dict[FileLocation, bytes] = {}

    def plan(self) -> Plan:
        """Collect what could be written, and keep what proves good."""
        named = sessions(self._paths, self._options)
        before = report_of(named, self._options)
        found = _by_place(before, self._codes)
        candidates = [
            candidate
            for name, session in named
            for candidate in self._collect(name, session, found)
        ]
        candidates = self._without_conflicts(_each_pair_once(candidates, self._leave))
        proven, reveals = self._proven(candidates, before)
        return Plan(
            _fixes(proven, reveals), tuple(self._left.values()), self._files(proven), self._rows
        )

    def _leave(self, finding: Finding, why: str, remedy: str = "", *, unsafe: bool = False) -> None:
        left = Left(finding, why, remedy or finding.remedy, unsafe)
        self._left.setdefault((finding.fingerprint, why), left)

    def _collect(
        self, name: str, session: Session, found: dict[Place, list[Finding]]
    ) -> Iterator[_Candidate]:
        """What could be written for the findings of one environment."""
        if not found:
            return
        from iflint.name_index import NameIndex

        index = NameIndex(session.pool)
        assert self._options.as_of is not None
        for verdict in session.verdicts(self._options.as_of).values():
            for channel in verdict.channels:
                for entry in channel.entries:
                    place = (
                        name,
                        verdict.iflow.location,
                        channel.channel.ordinal,
                        entry.entry.ordinal,
                    )
                    for findings in _together(found.get(place, ())):
                        candidate = self._candidate(place, findings, entry, index)
                        if candidate is not None:
                            yield candidate

    def _candidate(
        self,
        place: Place,
        findings: tuple[Finding, ...],
        entry: EntryVerdict,
        index: NameIndex,
    ) -> _Candidate | None:
        code = findings[0].code
        try:
            if code == NO_OVERLAP:
                certificate = self._successor(findings[0], entry)
            elif code == NOT_FOUND:
                certificate = self._closest(findings[0], entry, index)
            else:
                certificate = self._meant(findings, entry, index)
            if certificate is None:
                return None
            changes = (
                [self._row(entry, certificate)]
                if code == NO_OVERLAP
                else list(self._rewritten(entry, certificate))
            )
        except CannotWrite as reason:
            for finding in findings:
                self._leave(finding, str(reason))
            return None
        pair = (certificate.subject.canonical, certificate.issuer.canonical)
        return _Candidate(place, findings, tuple(changes), pair)

    def _meant(
        self, findings: tuple[Finding, ...], entry: EntryVerdict, index: NameIndex
    ) -> Certificate | None:
        """The one certificate that an entry means, if nothing but the form differs."""
        near = entry.near_miss
        why, remedy = _why_not(near)
        exchanged = near is not None and {each.kind for each in near.comparisons} == {"exchanged"}
        if exchanged and self._unsafe:
            why = ""
        if not why and near is not None and self._others_meant(entry, near, index):
            why = "more than one certificate may be meant"
            remedy = "Find out which one the sender uses, and enter its DNs"
        if not why and near is not None:
            return near.certificate
        for finding in findings:
            self._leave(finding, why, remedy, unsafe=exchanged)
        return None

    def _others_meant(self, entry: EntryVerdict, near: NearMiss, index: NameIndex) -> bool:
        """Whether a certificate with another pair is as good."""
        from iflint.near_misses import differs_in_form_only

        subject, issuer = entry.subject.intended, entry.issuer.intended
        assert subject is not None
        assert issuer is not None
        pairs = {
            (each.subject.canonical, each.issuer.canonical): each
            for each in index.resembling(subject)
        }
        meant = near.certificate
        pairs.pop((meant.subject.canonical, meant.issuer.canonical), None)
        return any(differs_in_form_only(subject, issuer, each) for each in pairs.values())

    def _closest(
        self, finding: Finding, entry: EntryVerdict, index: NameIndex
    ) -> Certificate | None:
        """The one certificate that a letter or two tell from an entry, where that may be used."""
        if entry.closest is None or entry.subject.name is None or entry.issuer.name is None:
            return None
        certificate = entry.closest[0]
        alike = index.misspelt(entry.subject.name, entry.issuer.name)
        if len({(each.subject.canonical, each.issuer.canonical) for each in alike}) > 1:
            self._leave(finding, "more than one certificate may be meant")
            return None
        if self._unsafe:
            return certificate
        name = certificate.subject.common_name
        why = f"that {name} is meant is a guess: the name may be right, and a partner's own"
        self._leave(finding, why, unsafe=True)
        return None

    def _successor(self, finding: Finding, entry: EntryVerdict) -> Certificate | None:
        """The successor to add a row for, where that is asked for."""
        successor = entry.successor
        if successor is not None and not successor.same_pair and not self._add_successor:
            self._rows += 1
            return None
        if not self._add_successor:
            return None
        if successor is None:
            self._leave(finding, "no certificate at hand is its successor")
        elif successor.same_pair:
            self._leave(finding, "the successor has the same subject and issuer: no row is needed")
        else:
            return successor.certificate
        return None

    def _rewritten(self, entry: EntryVerdict, certificate: Certificate) -> Iterator[Change]:
        """The texts of an entry that have to be those of the certificate."""
        near = entry.near_miss
        other = {each.role for each in near.comparisons if each.kind} if near else {"subject"}
        for role, reading, name in (
            ("subject", entry.subject, certificate.subject),
            ("issuer", entry.issuer, certificate.issuer),
        ):
            if role not in other and not reading.faulty:
                continue
            location = reading.value.definition or reading.value.location
            self._check(location.file)
            edit = reading.value.edit(name.text)
            yield Change(location, f"{role} DN", reading.value.text or "", name.text, edit)

    def _row(self, entry: EntryVerdict, certificate: Certificate) -> Change:
        """A copy of an entry's row, with the pair of the certificate, right behind the row."""
        location = entry.entry.location
        data = self._check(location.file)
        region = location.region
        if region is None:
            raise CannotWrite("the place of its row can't be told")
        start, end = region.start_byte, region.end_byte
        cells = [
            _moved(value, name, location.file, start, end)
            for value, name in (
                (entry.entry.subject, certificate.subject.text),
                (entry.entry.issuer, certificate.issuer.text),
            )
        ]
        row = applied(data[start:end], cells)
        edit = Edit(location.file, end, end, _between(data, start, end) + row)
        text = f"{certificate.subject.text} / {certificate.issuer.text}"
        return Change(location, "row", "", text, edit)

    def _check(self, file: FileLocation) -> bytes:
        """The bytes of a file that may be written. Raises CannotWrite."""
        if file.members:
            raise CannotWrite("it stands in an archive, which is never changed")
        if file not in self._data:
            path = self._disk.absolute(file.path)
            if not os.access(path, os.W_OK) or not os.stat(path).st_mode & 0o222:
                raise CannotWrite("the file may not be written")
            with open(path, "rb") as stream:
                self._data[file] = stream.read()
        return self._data[file]

    def _without_conflicts(self, candidates: Sequence[_Candidate]) -> list[_Candidate]:
        """The candidates that agree on what each place is to hold."""
        wanted: dict[tuple[FileLocation, int, int], set[bytes]] = {}
        for candidate in candidates:
            for edit in candidate.edits:
                wanted.setdefault((edit.file, edit.start, edit.end), set()).add(edit.data)
        kept = []
        for candidate in candidates:
            if all(len(wanted[edit.file, edit.start, edit.end]) == 1 for edit in candidate.edits):
                kept.append(candidate)
                continue
            for finding in candidate.findings:
                self._leave(
                    finding,
                    "others use the same text and need another one",
                    "Give each a parameter of its own",
                )
        return kept

    def _proven(
        self, candidates: list[_Candidate], before: Report
    ) -> tuple[list[_Candidate], dict[Place, list[Finding]]]:
        """The candidates that take their findings away and bring no other, and what they reveal."""
        accepted: dict[Place, list[Finding]] = {}
        while candidates:
            after = report_of(
                sessions(
                    self._paths,
                    msgspec.structs.replace(self._options, contents=self._contents(candidates)),
                ),
                self._options,
            )
            accepted = {}
            blamed: dict[Place, list[Finding]] = {}
            for environment, finding in _new(before, after, candidates):
                for candidate in _to_blame(environment, finding, candidates):
                    group = accepted if _is_hidden_by(candidate, finding) else blamed
                    group.setdefault(candidate.place, []).append(finding)
            if not blamed:
                return candidates, accepted
            for candidate in candidates:
                for finding in candidate.findings:
                    for other in blamed.get(candidate.place, ())[:1]:
                        why = f"with it {other.code} {other.name} would be found: {other.message}"
                        self._leave(finding, why, other.remedy)
            candidates = [each for each in candidates if each.place not in blamed]
        return [], {}

    def _contents(self, candidates: Iterable[_Candidate]) -> dict[FileLocation, bytes]:
        edits: dict[FileLocation, set[Edit]] = {}
        for candidate in candidates:
            for edit in candidate.edits:
                edits.setdefault(edit.file, set()).add(edit)
        return {file: applied(self._check(file), edits[file]) for file in sorted(edits)}

    def _files(self, candidates: Iterable[_Candidate]) -> tuple[ChangedFile, ...]:
        return tuple(
            ChangedFile(file, self._disk.absolute(file.path), self._data[file], after)
            for file, after in self._contents(candidates).items()
        )


def _by_place(report: Report, codes: set[str]) -> dict[Place, list[Finding]]:
    found: dict[Place, list[Finding]] = {}
    for finding in report.findings:
        if finding.code in codes and finding.iflow and finding.channel and finding.entry:
            for name in finding.environments or ("",):
                place = (
                    name,
                    finding.iflow.location,
                    finding.channel.ordinal,
                    finding.entry.ordinal,
                )
                found.setdefault(place, []).append(finding)
    return found


def _together(findings: Sequence[Finding]) -> Iterator[tuple[Finding, ...]]:
    """The findings of an entry in groups that one fix answers."""
    of_form = tuple(finding for finding in findings if finding.code in (WRONG, MALFORMED))
    if of_form:
        yield of_form
    for finding in findings:
        if finding not in of_form:
            yield (finding,)


def _why_not(near: NearMiss | None) -> tuple[str, str]:
    """Why an entry can't be put right, and what to do; empty texts if it can."""
    if near is None:
        return "no certificate at hand shows what is meant", ""
    if near.held_by is not None:
        return f"entry {near.held_by.ordinal} has that certificate's pair already", (
            "Remove this row"
        )
    more = near.more_than_form
    if more:
        names = " and the ".join(more)
        return f"the {names} differ{'s' * (len(more) == 1)} in more than spelling or order", ""
    return "", ""


def _each_pair_once(
    candidates: Iterable[_Candidate], leave: Callable[[Finding, str, str], None]
) -> list[_Candidate]:
    """The candidates without those that would make a second row of one pair in a channel."""
    first: dict[tuple[object, ...], _Candidate] = {}
    kept = []
    for candidate in candidates:
        key = (*candidate.place[:3], candidate.pair)
        other = first.setdefault(key, candidate)
        if other is candidate:
            kept.append(candidate)
            continue
        for finding in candidate.findings:
            leave(finding, f"entry {other.place[3]} gets the same pair", "Remove this row")
    return kept


def _moved(value: Value, text: str, file: FileLocation, start: int, end: int) -> Edit:
    """The edit of a cell, counted from the start of its row. Raises CannotWrite."""
    edit = value.edit_raw(text)
    if edit.file != file or not start <= edit.start <= edit.end <= end:
        raise CannotWrite("its DNs are no cells of a row, as in an old format")
    return msgspec.structs.replace(edit, start=edit.start - start, end=edit.end - start)


_BLANKS_BEFORE = re.compile(rb"(?:row>|row&gt;)([ \t\r\n]+)\Z", re.IGNORECASE)
_BLANKS_BEHIND = re.compile(rb"([ \t\r\n]+)(?:<|&lt;)row", re.IGNORECASE)


def _between(data: bytes, start: int, end: int) -> bytes:
    """What stands between two rows of the table: blanks and line ends, copied."""
    found = _BLANKS_BEFORE.search(data, max(0, start - 200), start) or _BLANKS_BEHIND.match(
        data, end
    )
    return found[1] if found else b""


def _each(report: Report) -> Iterator[tuple[str, Finding]]:
    """Every finding in every environment in which it holds."""
    for finding in (*report.findings, *report.suppressed):
        for environment in finding.environments or ("",):
            yield environment, finding


def _key(environment: str, finding: Finding) -> tuple[object, ...]:
    place = finding.iflow.location if finding.iflow else finding.location.file
    channel = finding.channel.ordinal if finding.channel else 0
    return environment, finding.code, finding.severity, place, channel


def _new(
    before: Report, after: Report, candidates: Sequence[_Candidate]
) -> Iterator[tuple[str, Finding]]:
    """The findings in ``after`` that are more than those in ``before`` less the answered ones.

    They are counted by channel, since an added row moves the others, and the fingerprint of an
    entry changes with its pair.
    """
    answered = [(each.place[0], finding) for each in candidates for finding in each.findings]
    counts = Counter(_key(*each) for each in _each(before))
    excess = Counter(_key(*each) for each in _each(after))
    excess.subtract(counts - Counter(_key(*each) for each in answered))
    known = {(environment, finding.fingerprint) for environment, finding in _each(before)}
    known -= {(environment, finding.fingerprint) for environment, finding in answered}
    for environment, finding in _each(after):
        is_known = (environment, finding.fingerprint) in known
        if excess[_key(environment, finding)] > 0 and not is_known:
            yield environment, finding


def _to_blame(
    environment: str, finding: Finding, candidates: Sequence[_Candidate]
) -> Sequence[_Candidate]:
    """The candidates that a finding can come from, as few as can be told."""
    entry = finding.entry
    flow = finding.iflow.location if finding.iflow else None
    channel = finding.channel.ordinal if finding.channel else 0
    of_flow = [each for each in candidates if each.place[1] == flow]
    here = [each for each in of_flow if (each.place[0], each.place[2]) == (environment, channel)]
    of_entry = [each for each in here if entry and _is_written(entry, each)]
    return of_entry or here or of_flow or candidates


def _is_written(entry: EntryReference, candidate: _Candidate) -> bool:
    """Whether an entry has the texts that a candidate writes."""
    texts = (entry.subject, entry.issuer)
    return all(change.new in (*texts, " / ".join(texts)) for change in candidate.changes)


def _is_hidden_by(candidate: _Candidate, finding: Finding) -> bool:
    """Whether a finding was there already, of the certificate that the wrong text did not name."""
    return (
        finding.certificate is not None
        and finding.code not in _OF_THE_ROW
        and finding.entry is not None
        and finding.channel is not None
        and finding.channel.ordinal == candidate.place[2]
        and _is_written(finding.entry, candidate)
    )


def _fixes(
    candidates: Iterable[_Candidate], reveals: dict[Place, list[Finding]]
) -> tuple[Fix, ...]:
    """What is written for each finding, once where it is the same in several environments."""
    fixes: dict[tuple[object, ...], Fix] = {}
    for candidate in candidates:
        for finding in candidate.findings:
            key = (finding.fingerprint, tuple(candidate.edits))
            shown = tuple(reveals.get(candidate.place, ()))
            fixes.setdefault(key, Fix(finding, candidate.changes, shown))
    return tuple(sorted(fixes.values(), key=lambda fix: fix.finding.place))
