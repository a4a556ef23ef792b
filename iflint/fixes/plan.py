"""Which findings can be fixed by writing a DN or a row, and what the files are then.

A fix is made for a DN that differs from a certificate's in form only, where exactly one pair is
meant, and for the row of a successor, if it proves good (`iflint.fixes.proofs`).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from iflint.fixes.choices import NoChoice, meant, misspelt
from iflint.fixes.proofs import Candidate, Place, Prover
from iflint.fixes.strangers import opens_for_a_stranger, row_of_parameters
from iflint.fixes.texts import Change, ChangedFile, Texts
from iflint.places.defects import each_spared
from iflint.places.edits import CannotWrite, clashing
from iflint.places.location import FileLocation
from iflint.report.findings import Finding
from iflint.rule.rule import Answer, Topic

if TYPE_CHECKING:
    from iflint.engine.run import Run
    from iflint.engine.session import Session
    from iflint.fixes.proofs import FailedProof
    from iflint.judging.name_index import NameIndex
    from iflint.judging.verdicts import EntryVerdict
    from iflint.options import Environment
    from iflint.pki.certificates import Certificate
    from iflint.report.report import Report


class Fix(msgspec.Struct, frozen=True):
    """What is written for a finding, and what is found then and was not told before."""

    finding: Finding
    changes: tuple[Change, ...]
    reveals: tuple[Finding, ...] = ()


class Unfixed(msgspec.Struct, frozen=True):
    """A finding that is left, why, and what to do; ``unsafe`` tells that it can be forced.

    ``hides`` are findings about the certificate that its fix would bring to light.
    """

    finding: Finding
    why: str
    remedy: str
    unsafe: bool = False
    hides: tuple[Finding, ...] = ()


class Plan(msgspec.Struct, frozen=True):
    """What can be fixed, what is left, and the files; ``rows`` counts successors' rows not asked
    for.
    """

    fixes: tuple[Fix, ...]
    left: tuple[Unfixed, ...]
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
    run: Run,
    *,
    also: Sequence[Environment] = (),
    add_successor: bool = False,
    unsafe: bool = False,
) -> Plan:
    """What can be fixed in the flows of a run; nothing is written.

    ``also`` are environments that are looked at besides those of the run. With
    ``add_successor`` a row is added where a successor has none; ``unsafe`` also takes the
    certificate whose common name is a letter or two away or whose names are exchanged, and writes
    what brings to light what is new only in name (`iflint.fixes.proofs`). Of what
    was read nothing is read again but the files that would be changed. Raises what `iflint.check`
    raises.
    """
    planner = _Planner(run, also, add_successor=add_successor, unsafe=unsafe)
    return planner.plan()


_Found = dict[tuple[Place, Answer], list[Finding]]
_Asked = tuple[Place, tuple[Finding, ...], Answer, "EntryVerdict", "NameIndex"]


def _flow_of(asked: _Asked) -> FileLocation:
    return asked[0][1]


class _Planner:
    def __init__(
        self, run: Run, also: Sequence[Environment], *, add_successor: bool, unsafe: bool
    ) -> None:
        from iflint.engine.rule_settings import rules_in_force

        session = run.first
        asked = session.rules
        usual = rules_in_force(msgspec.structs.replace(session.options, select=()))
        rules = {rule.code: rule for rule in (*asked, *usual)}
        if len(rules) > len(asked):
            run = run.with_rules(rules)
        self._runs = [run, run.in_other_environments(also)] if also else [run]
        self._answers = {rule.code: rule.answer for rule in asked if rule.answer}
        self._about_pairs = {code for code, rule in rules.items() if rule.about is Topic.PAIR}
        self._add_successor = add_successor
        self._unsafe = unsafe
        self._texts = Texts(session.options.directory, _places(session))
        self._left: dict[tuple[str, str], Unfixed] = {}
        self._rows: set[tuple[object, ...]] = set()

    def plan(self) -> Plan:
        """Collect what could be written, and keep what proves good."""
        before = [run.report for run in self._runs]
        found = _by_place(before, self._answers)
        candidates = [
            candidate
            for run in self._runs
            for session in run.sessions
            for candidate in self._collect(session, found)
        ]
        candidates = self._opening_nothing_else(candidates)
        candidates = self._without_conflicts(_each_pair_once(candidates, self._leave))
        prover = Prover(before, self._with, about_pairs=self._about_pairs, unsafe=self._unsafe)
        good = prover.good(candidates)
        for failed in prover.failed:
            self._leave_failed(failed)
        return Plan(
            _fixes(good, prover.reveals),
            tuple(self._left.values()),
            self._changed(good),
            len(self._rows),
        )

    def _with(self, candidates: Sequence[Candidate]) -> list[Report]:
        """The reports on the files as they would be."""
        contents = {each.file: each.after for each in self._changed(candidates)}
        return [run.with_contents(contents).report for run in self._runs]

    def _changed(self, candidates: Iterable[Candidate]) -> tuple[ChangedFile, ...]:
        return self._texts.changed(edit for each in candidates for edit in each.edits)

    def _leave_failed(self, failed: FailedProof) -> None:
        """Say of a fix that is not good what would be found with it."""
        worst = min(failed.findings, key=lambda finding: finding.severity.rank)
        own = failed.candidate.place[3]
        entry = worst.entry.ordinal if worst.entry else own
        where = "" if entry == own else f" at row {entry}"
        why = f"with it {worst.code} {worst.name} would be found{where}: {worst.message}"
        remedy = worst.remedy
        hides = failed.hidden if failed.unsafe else ()
        if hides:
            why = "the certificate has findings of its own, which nobody was told so far"
            remedy = f"Write it with --unsafe-fixes. Then: {remedy}"
        for finding in failed.candidate.findings:
            self._leave(finding, why, remedy, unsafe=failed.unsafe, hides=hides)

    def _leave(
        self,
        finding: Finding,
        why: str,
        remedy: str = "",
        *,
        unsafe: bool = False,
        hides: tuple[Finding, ...] = (),
    ) -> None:
        left = Unfixed(finding, why, remedy or finding.remedy, unsafe, hides)
        self._left.setdefault((finding.fingerprint, why), left)

    def _collect(self, session: Session, found: _Found) -> Iterator[Candidate]:
        """What could be written for the findings of one environment."""
        if not found:
            return
        from iflint.judging.name_index import names_in

        index = names_in(session.pool)
        for verdict in session.verdicts(session.as_of).values():
            for channel in verdict.channels:
                for entry in channel.entries:
                    place = (
                        session.name,
                        verdict.iflow.location,
                        channel.channel.ordinal,
                        entry.entry.ordinal,
                    )
                    asked = [
                        (place, tuple(findings), answer, entry, index)
                        for answer in Answer
                        if (findings := found.get((place, answer)))
                    ]
                    for candidates in each_spared(asked, self._all_candidates, _flow_of):
                        yield from candidates

    def _all_candidates(self, asked: _Asked) -> list[Candidate]:
        return list(self._candidates(*asked))

    def _candidates(
        self,
        place: Place,
        findings: tuple[Finding, ...],
        answer: Answer,
        entry: EntryVerdict,
        index: NameIndex,
    ) -> Iterator[Candidate]:
        """What could be written for the findings of an entry that one fix answers, if anything."""
        chosen = self._chosen(answer, entry, index, place)
        if chosen is None:
            return
        if not isinstance(chosen, NoChoice):
            try:
                changes = tuple(
                    [self._texts.row(entry, chosen)]
                    if answer is Answer.SUCCESSOR
                    else self._texts.names(entry, chosen)
                )
            except CannotWrite as error:
                chosen = NoChoice(str(error))
            else:
                pair = (chosen.subject.canonical, chosen.issuer.canonical)
                beside = entry.pair if answer is Answer.SUCCESSOR else None
                yield Candidate(place, findings, changes, pair, beside)
                return
        for finding in findings:
            self._leave(finding, chosen.why, chosen.remedy, unsafe=chosen.unsafe)

    def _chosen(
        self, answer: Answer, entry: EntryVerdict, index: NameIndex, place: Place
    ) -> Certificate | NoChoice | None:
        """The certificate whose names answer a finding; None where nobody asks for that."""
        if answer is Answer.MEANT:
            return meant(entry, index, unsafe=self._unsafe)
        if answer is Answer.CLOSEST:
            return misspelt(entry, index, unsafe=self._unsafe)
        if entry.unprepared is not None and self._add_successor:
            return entry.unprepared.certificate
        if entry.unprepared is not None:
            self._rows.add(place[1:])  # whatever the environment
        return None

    def _opening_nothing_else(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates without rows that would let a sender in where it may not call today.

        A row that is written in a flow's file counts in every environment.
        """
        kept = []
        for candidate in candidates:
            others = [
                session.name
                for run in (self._runs if candidate.beside else ())
                for session in run.sessions
                if opens_for_a_stranger(candidate, session)
            ]
            if not others:
                kept.append(candidate)
                continue
            for finding in candidate.findings:
                self._leave(finding, *row_of_parameters(candidate, others))
        return kept

    def _without_conflicts(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates that agree on what each place is to hold."""
        disputed = clashing(edit for candidate in candidates for edit in candidate.edits)
        kept = []
        for candidate in candidates:
            if disputed.isdisjoint(candidate.edits):
                kept.append(candidate)
                continue
            for finding in candidate.findings:
                self._leave(
                    finding,
                    "others use the same text and need another one",
                    "Give each a parameter of its own",
                )
        return kept


def _places(session: Session) -> Iterator[str]:
    """What is named to be read, and the repository or folder that it belongs to."""
    yield from session.paths
    yield from session.options.parameters
    yield session.root


def _by_place(reports: Iterable[Report], answers: Mapping[str, Answer]) -> _Found:
    """The findings that can be fixed, known ones too, in each environment in which they hold,
    by what answers them.
    """
    found: _Found = {}
    for finding in (each for report in reports for each in (*report.findings, *report.known)):
        answer = answers.get(finding.code)
        if answer and finding.iflow and finding.channel and finding.entry:
            for name in finding.environments or ("",):
                place = (
                    name,
                    finding.iflow.location,
                    finding.channel.ordinal,
                    finding.entry.ordinal,
                )
                found.setdefault((place, answer), []).append(finding)
    return found


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
            leave(finding, f"row {other.place[3]} gets the same pair", "Remove this row")
    return kept


def _fixes(candidates: Iterable[Candidate], reveals: dict[Place, list[Finding]]) -> tuple[Fix, ...]:
    """What is written for each finding, once where it is the same in several environments."""
    fixes: dict[tuple[object, ...], Fix] = {}
    for candidate in candidates:
        for finding in candidate.findings:
            key = (finding.fingerprint, tuple(candidate.edits))
            shown = tuple(reveals.get(candidate.place, ()))
            fixes.setdefault(key, Fix(finding, candidate.changes, shown))
    return tuple(sorted(fixes.values(), key=lambda fix: fix.finding.place))
