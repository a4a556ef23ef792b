"""Which findings can be fixed by writing a DN or a row, and what the files are then.

A fix is made for a DN that differs from a certificate's in form only, where exactly one pair is
meant, and for the row of a successor, if it proves good (`iflint.fix_proofs`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from iflint.edits import CannotWrite, Edit, applied
from iflint.engine import report_of, sessions
from iflint.findings import Finding
from iflint.fix_choices import Reason, meant, misspelt, successor
from iflint.fix_proofs import Candidate, Change, Place, Prover
from iflint.location import FileLocation
from iflint.sources.disk import Disk

if TYPE_CHECKING:
    from iflint.engine import Session
    from iflint.fix_proofs import Refusal
    from iflint.iflow.model import Value
    from iflint.name_index import NameIndex
    from iflint.options import Environment, Options
    from iflint.pki.certificates import Certificate
    from iflint.report import Report
    from iflint.verdicts import EntryVerdict

WRONG, MALFORMED, NOT_FOUND, NO_OVERLAP = "IFL301", "IFL304", "IFL302", "IFL105"


class Fix(msgspec.Struct, frozen=True):
    """What is written for a finding, and what is found then and was not told before."""

    finding: Finding
    changes: tuple[Change, ...]
    reveals: tuple[Finding, ...] = ()


class Left(msgspec.Struct, frozen=True):
    """A finding that is left, why, and what to do; ``unsafe`` tells that it can be forced.

    ``hides`` are findings about the certificate that its fix would bring to light.
    """

    finding: Finding
    why: str
    remedy: str
    unsafe: bool = False
    hides: tuple[Finding, ...] = ()


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


def plan_fixes(
    paths: Sequence[str],
    options: Options,
    *,
    also: Sequence[Environment] = (),
    add_successor: bool = False,
    unsafe: bool = False,
) -> Plan:
    """What can be fixed in the flows under ``paths``; nothing is written.

    ``also`` are environments that are looked at beside what ``options`` ask for. With
    ``add_successor`` a row is added where a successor has none; ``unsafe`` also takes the
    certificate whose common name is a letter or two away or whose names are exchanged, and writes
    what brings to light what is new only in name (`iflint.fix_proofs`). Raises what
    `iflint.check` raises.
    """
    planner = _Planner(paths, options, also, add_successor=add_successor, unsafe=unsafe)
    return planner.plan()


class _Planner:
    def __init__(
        self,
        paths: Sequence[str],
        options: Options,
        also: Sequence[Environment],
        *,
        add_successor: bool,
        unsafe: bool,
    ) -> None:
        from iflint.clock import now
        from iflint.rule_settings import rules_in_force

        self._paths = paths
        self._also = tuple(also)
        asked = {rule.code for rule in rules_in_force(options)}
        usual = rules_in_force(msgspec.structs.replace(options, select=()))
        self._codes = asked.intersection((WRONG, MALFORMED, NOT_FOUND, NO_OVERLAP))
        self._options = msgspec.structs.replace(
            options,
            as_of=options.as_of or now(),
            select=tuple(sorted(asked.union(rule.code for rule in usual))),
            describe_rules=False,
            whole_inventory=False,
        )
        self._add_successor = add_successor
        self._unsafe = unsafe
        self._disk = Disk(options.directory)
        self._left: dict[tuple[str, str], Left] = {}
        self._rows = 0
        self._data: dict[FileLocation, bytes] = {}

    def plan(self) -> Plan:
        """Collect what could be written, and keep what proves good."""
        checks = self._sessions(self._options)
        before = self._reports(checks)
        found = _by_place(before, self._codes)
        candidates = [
            candidate
            for named in checks
            for name, session in named
            for candidate in self._collect(name, session, found)
        ]
        candidates = self._without_conflicts(_each_pair_once(candidates, self._leave))
        prover = Prover(before, self._with, wished=self._unsafe)
        good = prover.good(candidates)
        for refusal in prover.refusals:
            self._refuse(refusal)
        return Plan(
            _fixes(good, prover.reveals),
            tuple(self._left.values()),
            self._files(good),
            self._rows,
        )

    def _sessions(self, options: Options) -> list[list[tuple[str, Session]]]:
        """The sessions of each check: what is asked for, and the other environments."""
        asked = sessions(self._paths, options)
        others = [(each.name, asked[0][1].in_environment(each)) for each in self._also]
        return [asked, others] if others else [asked]

    def _reports(self, checks: Iterable[Sequence[tuple[str, Session]]]) -> list[Report]:
        return [report_of(named, self._options) for named in checks]

    def _with(self, candidates: Sequence[Candidate]) -> list[Report]:
        """The checks of the files as they would be."""
        contents = self._contents(candidates)
        return self._reports(
            self._sessions(msgspec.structs.replace(self._options, contents=contents))
        )

    def _refuse(self, refusal: Refusal) -> None:
        """Say of a fix that is not good what would be found with it."""
        worst = min(refusal.findings, key=lambda finding: finding.severity.rank)
        own = refusal.candidate.place[3]
        entry = worst.entry.ordinal if worst.entry else own
        where = "" if entry == own else f" at entry {entry}"
        why = f"with it {worst.code} {worst.name} would be found{where}: {worst.message}"
        hides = refusal.hidden if refusal.can_be_wished else ()
        if hides:
            why = "the certificate has findings of its own, which nobody was told so far"
        for finding in refusal.candidate.findings:
            self._leave(finding, why, worst.remedy, unsafe=refusal.can_be_wished, hides=hides)

    def _leave(
        self,
        finding: Finding,
        why: str,
        remedy: str = "",
        *,
        unsafe: bool = False,
        hides: tuple[Finding, ...] = (),
    ) -> None:
        left = Left(finding, why, remedy or finding.remedy, unsafe, hides)
        self._left.setdefault((finding.fingerprint, why), left)

    def _collect(
        self, name: str, session: Session, found: dict[Place, list[Finding]]
    ) -> Iterator[Candidate]:
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
    ) -> Candidate | None:
        chosen = self._chosen(findings[0].code, entry, index)
        if chosen is None:
            return None
        if not isinstance(chosen, Reason):
            try:
                changes = tuple(
                    [self._row(entry, chosen)]
                    if findings[0].code == NO_OVERLAP
                    else self._rewritten(entry, chosen)
                )
            except CannotWrite as error:
                chosen = Reason(str(error))
            else:
                pair = (chosen.subject.canonical, chosen.issuer.canonical)
                return Candidate(place, findings, changes, pair)
        for finding in findings:
            self._leave(finding, chosen.why, chosen.remedy, unsafe=chosen.unsafe)
        return None

    def _chosen(
        self, code: str, entry: EntryVerdict, index: NameIndex
    ) -> Certificate | Reason | None:
        """The certificate whose names answer a finding; None where nobody asks for that."""
        if code == NOT_FOUND:
            return misspelt(entry, index, unsafe=self._unsafe)
        if code != NO_OVERLAP:
            return meant(entry, index, unsafe=self._unsafe)
        if self._add_successor:
            return successor(entry)
        self._rows += entry.successor is not None and not entry.successor.same_pair
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
            edit = self._in_real_file(reading.value.edit(name.text))
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
        row = _between(data, start, end) + applied(data[start:end], cells)
        edit = Edit(location.file, end, end, row, cells[0].encoding)
        text = f"{certificate.subject.text} / {certificate.issuer.text}"
        return Change(location, "row", "", text, self._in_real_file(edit))

    def _in_real_file(self, edit: Edit) -> Edit:
        """The edit of the file itself, so that links to one file count as one."""
        return msgspec.structs.replace(edit, file=self._disk.real(edit.file))

    def _check(self, file: FileLocation) -> bytes:
        """The bytes of a file that may be written. Raises CannotWrite."""
        if file.members:
            raise CannotWrite("it stands in an archive, which is never changed")
        file = self._disk.real(file)
        if file not in self._data:
            self._data[file] = _writable(self._disk.absolute(file.path))
        return self._data[file]

    def _without_conflicts(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates that agree on what each place is to hold."""
        clashing = _clashing(edit for candidate in candidates for edit in candidate.edits)
        kept = []
        for candidate in candidates:
            if clashing.isdisjoint(candidate.edits):
                kept.append(candidate)
                continue
            for finding in candidate.findings:
                self._leave(
                    finding,
                    "others use the same text and need another one",
                    "Give each a parameter of its own",
                )
        return kept

    def _contents(self, candidates: Iterable[Candidate]) -> dict[FileLocation, bytes]:
        edits: dict[FileLocation, set[Edit]] = {}
        for candidate in candidates:
            for edit in candidate.edits:
                edits.setdefault(edit.file, set()).add(edit)
        return {file: applied(self._check(file), edits[file]) for file in sorted(edits)}

    def _files(self, candidates: Iterable[Candidate]) -> tuple[ChangedFile, ...]:
        return tuple(
            ChangedFile(file, self._disk.absolute(file.path), self._data[file], after)
            for file, after in self._contents(candidates).items()
        )


def _writable(path: str) -> bytes:
    """What stands in a file that may be written. Raises CannotWrite."""
    try:
        if not os.access(path, os.W_OK) or not os.stat(path).st_mode & 0o222:
            raise CannotWrite("the file may not be written")
        if not os.access(os.path.dirname(path), os.W_OK):
            raise CannotWrite("no file may be written in its folder")
        with open(path, "rb") as stream:
            return stream.read()
    except OSError as error:
        raise CannotWrite(f"the file can't be read: {error.strerror or error}") from error


def _by_place(reports: Iterable[Report], codes: set[str]) -> dict[Place, list[Finding]]:
    """The findings that can be fixed, known ones too, in each environment in which they hold."""
    found: dict[Place, list[Finding]] = {}
    for finding in (each for report in reports for each in (*report.findings, *report.known)):
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


def _each_pair_once(
    candidates: Iterable[Candidate], leave: Callable[[Finding, str, str], None]
) -> list[Candidate]:
    """The candidates without those that would make a second row of one pair in a channel."""
    first: dict[tuple[object, ...], Candidate] = {}
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


def _clashing(edits: Iterable[Edit]) -> set[Edit]:
    """The edits that meet another one in their file, or put something else in the same place."""
    found: set[Edit] = set()
    furthest: Edit | None = None
    for edit in sorted(set(edits)):
        if furthest is None or edit.file != furthest.file:
            furthest = edit
            continue
        same = (edit.start, edit.end) == (furthest.start, furthest.end)
        if same or edit.start < furthest.end:
            found |= {edit, furthest}
        furthest = max(edit, furthest, key=lambda each: each.end)
    return found


_BLANKS_BEFORE = re.compile(rb"(?:row>|row&gt;)([ \t\r\n]+)\Z", re.IGNORECASE)
_BLANKS_BEHIND = re.compile(rb"([ \t\r\n]+)(?:<|&lt;)row", re.IGNORECASE)


def _between(data: bytes, start: int, end: int) -> bytes:
    """What stands between two rows of the table: blanks and line ends, copied."""
    found = _BLANKS_BEFORE.search(data, max(0, start - 200), start) or _BLANKS_BEHIND.match(
        data, end
    )
    return found[1] if found else b""


def _fixes(candidates: Iterable[Candidate], reveals: dict[Place, list[Finding]]) -> tuple[Fix, ...]:
    """What is written for each finding, once where it is the same in several environments."""
    fixes: dict[tuple[object, ...], Fix] = {}
    for candidate in candidates:
        for finding in candidate.findings:
            key = (finding.fingerprint, tuple(candidate.edits))
            shown = tuple(reveals.get(candidate.place, ()))
            fixes.setdefault(key, Fix(finding, candidate.changes, shown))
    return tuple(sorted(fixes.values(), key=lambda fix: fix.finding.place))
