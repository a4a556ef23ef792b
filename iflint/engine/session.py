"""One run: read everything, judge it, hand it to the rules, and report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from iflint.engine.inventory import report_on
from iflint.options import Environment, Options
from iflint.places.paths import absolute_directory
from iflint.places.problems import ProblemKind
from iflint.progress import followed
from iflint.report.report import Report

if TYPE_CHECKING:
    from datetime import datetime

    from iflint.engine.coverage import Coverage
    from iflint.engine.inputs import Inputs
    from iflint.iflow.model import Iflow
    from iflint.judging.verdicts import IflowVerdict
    from iflint.pki.calendar import Calendar
    from iflint.pki.chains.pool import CertificatePool
    from iflint.pki.chains.signatures import SignatureCache
    from iflint.pki.files import FoundCertificate
    from iflint.report.findings import Finding, RuleInfo
    from iflint.rule.rule import Case, Rule, Run


_KEPT_FROM = {
    "pool": {"inputs"},
    "root": {"options"},
    "rules": {"options"},
    "_judged": {"inputs", "trust", "_iflows"},
}
"""What a session keeps once it is worked out, and the fields that it comes from."""


class Session:
    """Everything read once, and judged as often as is asked for: each clock has its report.

    ``parameter_files`` counts the iFlows that have parameter files of the session's environment.
    """

    def __init__(
        self, paths: Sequence[str], options: Options, inputs: Inputs | None = None
    ) -> None:
        from iflint.engine.inputs import read_inputs, read_parameters
        from iflint.engine.roots import read_calendar, read_trust_list
        from iflint.options import now

        self.options = options
        self.as_of = options.as_of or now()
        self._paths = paths
        overlays, parameter_problems = read_parameters(options)
        self._overlays = overlays
        self.trust, root_problems = read_trust_list(options, self.as_of)
        self._calendar = read_calendar(options) if options.calendar is not None else None
        self.inputs = inputs or read_inputs(paths, options)
        self._iflows = tuple(flow.resolve(overlays) for flow in self.inputs.flows)
        self._problems = (*self.inputs.problems, *parameter_problems, *root_problems)
        self._parameter_files = {file.location.path for file in overlays}
        self.parameter_files = 0

    def in_environment(self, environment: Environment) -> Session:
        """The same flows with the settings of an environment."""
        from iflint.engine.inputs import read_certificates, read_environment_parameters

        own = {
            name: getattr(environment, name)
            for name in ("landscape", "trust", "certificates", "roots", "roots_add")
            if getattr(environment, name) is not None
        }
        options = msgspec.structs.replace(self.options, **own, environments=(), as_of=self.as_of)
        inputs = self.inputs
        if environment.certificates is not None:
            inputs = self._with_certificates(read_certificates(environment.certificates, options))
        other = Session(self._paths, options, inputs)
        files, problems = read_environment_parameters(environment, inputs.flows, options)
        return other._changed(
            _iflows=tuple(
                flow.resolve((*other._overlays, *own_files))
                for flow, own_files in zip(inputs.flows, files, strict=True)
            ),
            _problems=(*other._problems, *problems),
            _parameter_files=other._parameter_files.union(
                file.location.path for own_files in files for file in own_files
            ),
            parameter_files=sum(map(bool, files)),
        )

    def _with_certificates(self, read: Inputs) -> Inputs:
        """What this session read, with the certificates of ``read`` in the place of its own."""
        from iflint.pki.keys import each_key_once

        return msgspec.structs.replace(
            self.inputs,
            certificates=read.certificates,
            certificate_files=read.certificate_files,
            skipped=(*self.inputs.skipped, *read.skipped),
            files=self.inputs.files | read.files,
            keys=each_key_once((*self.inputs.keys, *read.keys)),
            problems=(
                *(p for p in self.inputs.problems if p.kind is not ProblemKind.CERTIFICATE),
                *read.problems,
            ),
        )

    def with_certificates(self, certificates: Iterable[FoundCertificate]) -> Session:
        """The same session with these certificates at hand instead."""
        at_hand = tuple(certificates)
        return self._changed(inputs=msgspec.structs.replace(self.inputs, certificates=at_hand))

    def findings_in(self, iflow: Iflow) -> tuple[Finding, ...]:
        """What the rules say of the entries of any iFlow, also one that was not read."""
        from iflint.judging.judge import Judge
        from iflint.rule.rule import EntryCase

        judge = Judge(self.pool, self.trust.at(self.as_of), self.as_of, self._signatures)
        run = self._run(self.as_of)
        cases = [
            EntryCase(run, iflow, channel.channel, entry)
            for channel in judge.judge(iflow).channels
            for entry in channel.entries
        ]
        return tuple(_findings(self.rules, cases))

    def report(self, as_of: datetime | None = None) -> Report:
        """The report at the clock ``as_of`` (aware; default: the session's own)."""
        as_of = as_of or self.as_of
        verdicts = self.verdicts(as_of)
        findings = self.findings(as_of, verdicts)
        return report_on(
            self._paths,
            self.options,
            as_of,
            self.inputs,
            self._iflows,
            verdicts,
            self.trust.at(as_of),
            self._described_rules() if self.options.describe_rules else (),
            findings,
            self.parameter_files,
            self._overlays,
            self.root,
        )

    def findings(
        self, as_of: datetime, verdicts: dict[int, IflowVerdict] | None = None
    ) -> tuple[Finding, ...]:
        """What the rules in force say at the clock ``as_of``, in the order of the report.

        ``verdicts`` are those of that clock, where they are known already.
        """
        if verdicts is None:
            verdicts = self.verdicts(as_of)
        if not self._needs_rules(verdicts):
            return ()
        from iflint.engine.fingerprints import fingerprinted

        found = _findings(self.rules, self._cases(verdicts, as_of))
        directory = absolute_directory(self.options.directory)
        ordered = sorted(found, key=lambda finding: finding.place)
        return fingerprinted(ordered, directory, self.root)

    @cached_property
    def root(self) -> str:
        """The folder, absolute, that fingerprints and URIs begin at."""
        from iflint.sources import root_of

        directory = absolute_directory(self.options.directory)
        return root_of(self._paths, directory, self.options.root)

    @property
    def coverage(self) -> Coverage:
        """What was looked at, for `iflint.engine.baseline`.

        A key that is given on purpose is not judged. Where a file that serves every flow can't be
        read, nothing counts as read.
        """
        from iflint.engine.coverage import Coverage
        from iflint.places.location import FileLocation

        options, inputs = self.options, self.inputs
        unread = [problem.location.file for problem in inputs.problems]
        unread += [key.location.file for key in inputs.keys if key.given]
        unread += [
            iflow.location
            for iflow in self._iflows
            if iflow.problems or not iflow.parameters_complete
        ]
        if not set(self._problems).issubset(inputs.problems):
            unread.append(FileLocation(self.root))
        return Coverage(
            paths=(*self._paths, *(options.certificates or ()), *options.roots, *options.roots_add),
            given=(*options.roots, *options.roots_add),
            files=inputs.files | self._parameter_files,
            unread=tuple(unread),
        )

    def with_suppressions(self, report: Report) -> Report:
        """The report with the suppressed findings set apart, and what rules say of suppressions.

        The report may be of several environments: a suppression is of use if it is in one.
        """
        from iflint.engine.fingerprints import fingerprinted
        from iflint.engine.suppressions import suppressed
        from iflint.rule.rule import SuppressionCase

        names = [(rule.code, rule.name) for rule in self.rules]
        report, uses = suppressed(report, self.options.suppressions, names)
        run = self._run(report.as_of)
        found = _findings(self.rules, (SuppressionCase(run, use) for use in uses))
        environments = tuple(each.name for each in report.environments)
        about = [
            msgspec.structs.replace(finding, environments=environments)
            for finding in fingerprinted(found, report.directory, report.root)
        ]
        findings = sorted((*report.findings, *about), key=lambda finding: finding.place)
        return msgspec.structs.replace(report, findings=tuple(findings))

    def untold(self) -> Session:
        """The same session, without anybody to tell its progress to."""
        return self._changed(options=msgspec.structs.replace(self.options, progress=None))

    def with_every_rule(self) -> Session:
        """The same session, with every rule asked that is on unless it is told otherwise."""
        from iflint.engine.rule_settings import without_states

        rules = without_states(self.options.rules)
        options = msgspec.structs.replace(self.options, select=(), ignore=(), rules=rules)
        return self._changed(options=options)

    def of_release(self, release: str) -> Session:
        """The same session with this release of the table of roots in force at every clock."""
        return self._changed(trust=self.trust.of_release(release))

    def _changed(self, **fields: Any) -> Session:
        """The same session with other fields, and nothing kept that came from the old ones."""
        other = copy(self)
        for kept, sources in _KEPT_FROM.items():
            if not sources.isdisjoint(fields):
                other.__dict__.pop(kept, None)
        other.__dict__ |= fields
        return other

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in force with their settings, loaded when first asked for."""
        from iflint.engine.rule_settings import rules_in_force

        return rules_in_force(self.options)

    def _described_rules(self) -> tuple[RuleInfo, ...]:
        from iflint.engine.rule_settings import described

        return tuple(map(described, self.rules))

    def verdicts(self, as_of: datetime) -> dict[int, IflowVerdict]:
        """The verdict of each iFlow that has anything to judge, by its number.

        Those of the clock that was asked for last are kept.
        """
        if as_of not in self._judged:
            verdicts = self._judge(as_of)
            self._judged.clear()
            self._judged[as_of] = verdicts
        return self._judged[as_of]

    @cached_property
    def _judged(self) -> dict[datetime, dict[int, IflowVerdict]]:
        return {}

    def _judge(self, as_of: datetime) -> dict[int, IflowVerdict]:
        relevant = [
            number
            for number, iflow in enumerate(self._iflows)
            if any(channel.checked or channel.entries for channel in iflow.channels)
        ]
        if not relevant:
            return {}
        from iflint.judging.judge import Judge

        judge = Judge(self.pool, self.trust.at(as_of), as_of, self._signatures)
        progress = self.options.progress
        return {
            number: judge.judge(self._iflows[number])
            for number in followed(relevant, progress, "judging iFlow", self._name_of)
        }

    def _name_of(self, number: int) -> str:
        return self._iflows[number].name

    def _cases(self, verdicts: dict[int, IflowVerdict], as_of: datetime) -> Iterator[Case]:
        """Everything that rules are handed, in the order of the report."""
        from iflint.rule.rule import (
            ChannelCase,
            EntryCase,
            IflowCase,
            KeyCase,
            ProblemCase,
            RunCase,
        )

        run = self._run(as_of)
        for problem in self._problems:
            yield ProblemCase(run, problem)
        for key in self.inputs.keys:
            yield KeyCase(run, key)
        numbers = range(len(self._iflows))
        progress = self.options.progress
        for number in followed(numbers, progress, "applying rules to iFlow", self._name_of):
            iflow = self._iflows[number]
            for problem in iflow.problems:
                yield ProblemCase(run, problem, iflow)
            verdict = verdicts.get(number)
            if verdict is None:
                continue
            yield IflowCase(run, verdict)
            for channel in verdict.channels:
                yield ChannelCase(run, iflow, channel)
                if channel.judged:
                    for entry in channel.entries:
                        yield EntryCase(run, iflow, channel.channel, entry)
        yield RunCase(run, tuple(verdicts.values()))

    def _run(self, as_of: datetime) -> Run:
        from iflint.rule.rule import Run

        at_hand = len({found.certificate.sha256 for found in self.inputs.certificates})
        return Run(
            as_of,
            self.options.expiry_days,
            self.trust.at(as_of),
            at_hand,
            self.calendar,
            {rule.code: rule for rule in self.rules},
        )

    @property
    def calendar(self) -> Calendar:
        """The CA calendar, read from its file when it is first asked something."""
        if self._calendar is None:
            from iflint.engine.roots import read_calendar

            self._calendar = read_calendar(self.options)
        return self._calendar

    @cached_property
    def pool(self) -> CertificatePool:
        """The certificates at hand."""
        from iflint.pki.chains.pool import CertificatePool

        return CertificatePool(self.inputs.certificates)

    @cached_property
    def _signatures(self) -> SignatureCache:
        from iflint.pki.chains.signatures import SignatureCache

        return SignatureCache()

    def _needs_rules(self, verdicts: dict[int, IflowVerdict]) -> bool:
        options = self.options
        return bool(
            options.describe_rules
            or options.select
            or options.ignore
            or options.rules
            or self._problems
            or self.inputs.keys
            or verdicts
            or any(iflow.problems for iflow in self._iflows)
        )


def _findings(rules: Sequence[Rule], cases: Iterable[Case]) -> list[Finding]:
    handlers: dict[str, list[Rule]] = {}
    for rule in rules:
        for kind in rule.handed():
            handlers.setdefault(kind, []).append(rule)
    return [
        _as_severe(finding, rule)
        for case in cases
        for rule in handlers.get(case.kind, ())
        for finding in rule.check(case)
    ]


def _as_severe(finding: Finding, rule: Rule) -> Finding:
    """The finding with the severity that the settings give to its rule."""
    severity = rule.configured.severity
    if severity in (None, finding.severity):
        return finding
    return msgspec.structs.replace(finding, severity=severity)
