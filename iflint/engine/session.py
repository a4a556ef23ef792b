"""One run: read everything, judge it, hand it to the rules, and report."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, partial
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from iflint.engine.flows import Flows
from iflint.engine.inventory import parameters_summary, report_on
from iflint.engine.shared import Shared
from iflint.limits import (
    CALLERS_OF_ENVIRONMENTS,
    CERTIFICATES_OF_ENVIRONMENTS,
    ENVIRONMENTS,
    SUPPRESSIONS,
    Limit,
    in_force,
    numbered,
)
from iflint.options import Environment, Options, UsageError, now
from iflint.places.paths import absolute_directory, is_below
from iflint.places.problems import ProblemKind, told_of_a_run
from iflint.progress import followed
from iflint.report.report import Report
from iflint.sources.disk import Disk
from iflint.words.visible import shown

if TYPE_CHECKING:
    from datetime import datetime

    from iflint.callers.caller import Caller
    from iflint.engine.callers import Table
    from iflint.engine.coverage import Coverage
    from iflint.engine.inputs import Inputs
    from iflint.engine.kept_flow import KeptFlow
    from iflint.engine.patterns import Trials
    from iflint.engine.rulings import Handlers, Rulings
    from iflint.engine.salvage import Salvage
    from iflint.iflow.model import Iflow, SenderChannel
    from iflint.iflow.properties import ParameterFile
    from iflint.judging.issuers import Issuers
    from iflint.judging.judge import Judge
    from iflint.judging.verdicts import BindingVerdict, CallerVerdict, ChannelVerdict, IflowVerdict
    from iflint.pki.calendar import Calendar
    from iflint.pki.certificates import Certificate
    from iflint.pki.chains.pool import CertificatePool
    from iflint.pki.chains.signatures import SignatureCache
    from iflint.pki.chains.verdict import ChainVerdict
    from iflint.pki.files import FoundCertificate
    from iflint.pki.public_cas import PublicCas
    from iflint.places.location import FileLocation
    from iflint.places.problems import Problem
    from iflint.report.findings import CallerReference, Finding, RuleInfo
    from iflint.report.report import IdlePattern, IflowResult, MisnamedValue
    from iflint.rule.rule import Case, Context, Rule


T = TypeVar("T")


_KEPT_FROM = {
    "pool": {"inputs"},
    "_at_hand": {"inputs"},
    "_nameless": {"inputs"},
    "root": {"options"},
    "rules": {"options"},
    "_handlers": {"options"},
    "_judged": {"inputs", "trust", "flows"},
    "_said": {"inputs", "trust", "flows", "options"},
    "_rulings": {"inputs", "trust", "flows", "options"},
    "_unjudged": {"inputs", "trust", "flows"},
    "callers": {"inputs", "options"},
    "_channels_by_role": {"flows"},
    "_opened_by": {"flows"},
    "_judged_callers": {"inputs", "options", "trust"},
    "_issuers": {"trust"},
    "_verdicts_by_place": {"inputs", "trust", "flows", "as_of"},
}
"""What a session keeps once it is worked out, and the fields that it comes from."""

_WORK = (
    *("callers", "pool"),
    *("_judged", "_said", "_rulings", "_unjudged", "_judged_callers", "_issuers"),
)
"""What sessions of equal environments share: what is worked out later is kept in these, too."""


class Session:
    """One environment of a run: read once, and judged as often as is asked for.

    Each clock has its report. ``name`` is the environment's, empty where none is configured.
    """

    def __init__(self, paths: Sequence[str], options: Options) -> None:
        from iflint.engine.reading import Reader

        in_force(options.limit)
        environments = len(options.environments) + len(options.other_environments)
        _refuse_more(environments, "environments", ENVIRONMENTS)
        _refuse_more(len(options.suppressions), "suppressions", SUPPRESSIONS)
        self.name = ""
        self.options = options
        self.as_of = options.as_of or now()
        self.paths = paths
        self._reader = Reader(options)
        overlays, self._unread_parameters = self._reader.parameters(options.parameters)
        self.trust, self._root_problems = self._reader.trust_list(options, self.as_of)
        self._reader.read_tables_that_are_given()
        self.inputs = self._reader.inputs(paths)
        self._shared = Shared(self.inputs.size)
        self.flows = Flows(self.inputs.flows, self._shared, overlays=overlays)
        self._environments: dict[object, Session] = {}
        self._is_part = False
        self._idle_parameters: tuple[str, ...] = ()

    def in_environment(self, environment: Environment) -> Session:
        """The same flows with the settings of an environment.

        Raises UsageError for one with parameters, if the options of the run name none.
        """
        if environment.parameters and any(flow.packed is None for flow in self.flows.kept):
            named = shown(environment.name)
            raise UsageError(f"environment {named} has parameters: name it in the options")
        files, unread, idle = self._reader.parameters_of(environment, self.flows.kept)
        options = self._options_in(environment)
        key = None
        if not (unread or idle or environment.service_keys or environment.users):
            unnamed = msgspec.structs.replace(environment, name="", parameters=())
            key = unnamed, tuple(tuple(map(id, each)) for each in files)
            if key in self._environments:
                return self._environments[key].also_as(environment.name, options)
        inputs = self.inputs
        if environment.certificates_only is not None:
            certificates = options.certificates or ()
            inputs = self._with_certificates(self._reader.certificates(certificates))
        elif environment.certificates is not None:
            read = self._reader.certificates(environment.certificates, inputs.taken)
            inputs = inputs.with_more(read)
        if inputs is not self.inputs:
            count = len(inputs.certificates)
            self._shared.take(CERTIFICATES_OF_ENVIRONMENTS, environment.name, count)
        trust, root_problems = self._reader.trust_list(options, self.as_of)
        session = self._changed(
            name=environment.name,
            options=options,
            inputs=inputs,
            trust=trust,
            _root_problems=root_problems,
            flows=self.flows.in_environment(environment.name, files),
            _unread_parameters=(*self._unread_parameters, *unread),
            _idle_parameters=idle,
        )
        if key is not None:
            self._environments[key] = session
        return session

    def also_as(self, name: str, options: Options) -> Session:
        """The same session as another environment of which all is equal: both share their work.

        Its ``options`` tell which environments there are besides.
        """
        for each in _WORK:
            getattr(self, each)
        other = self._changed()
        other.name = name
        other.options = msgspec.structs.replace(
            self.options,
            environments=options.environments,
            other_environments=options.other_environments,
        )
        return other

    def works_as(self, other: Session) -> bool:
        """Whether what one session works out is the other one's, too (`also_as`)."""
        return self._judged is other._judged

    def _options_in(self, environment: Environment) -> Options:
        """The options of the run with the settings of an environment."""
        own = {
            name: getattr(environment, name)
            for name in ("platform", "trust", "roots", "roots_add")
            if getattr(environment, name) is not None
        }
        certificates = self.options.certificates
        if environment.has_own_certificates:
            base = environment.certificates_only
            shared = certificates or () if base is None else base
            certificates = (*shared, *(environment.certificates or ()))
        return msgspec.structs.replace(
            self.options,
            **own,
            certificates=certificates,
            environments=(environment,),
            other_environments=tuple(
                each
                for each in (*self.options.environments, *self.options.other_environments)
                if each.name != environment.name
            ),
            as_of=self.as_of,
            service_keys=(*self.options.service_keys, *environment.service_keys),
            users=(*self.options.users, *environment.users),
        )

    def with_contents(self, contents: Mapping[FileLocation, bytes]) -> Session:
        """The same session, as if files of flows and parameters held other bytes.

        ``contents`` has these by the path without links (`Disk.real`). Nothing is read, and no
        verdict is worked out anew but those of the flows that the files belong to.
        """
        real = cache(Disk(self.options.directory).real)

        def text_of(file: FileLocation) -> bytes | None:
            return None if file.members else contents.get(real(file))

        @cache
        def changed(location: FileLocation) -> ParameterFile | None:
            from iflint.engine.parameter_files import read_parameters

            text = text_of(location)
            return None if text is None else read_parameters(text, location)

        def with_texts(flow: KeptFlow) -> KeptFlow:
            if flow.packed is None:
                return flow
            read = flow.read
            new = read.with_texts(text_of)
            return flow if new is read else flow.with_other(new)

        def current(files: Iterable[ParameterFile]) -> tuple[ParameterFile, ...]:
            return tuple(changed(file.location) or file for file in files)

        flows, same = self.flows.changed(with_texts, current, Shared(self.inputs.size))
        other = self._changed(_shared=flows.shared, flows=flows)
        other._judged = {clock: _only(same, found) for clock, found in self._judged.items()}
        other._said = {clock: _only(same, found) for clock, found in self._said.items()}
        return other

    def _with_certificates(self, read: Inputs) -> Inputs:
        """What this session read, with the certificates of ``read`` in the place of its own.

        Where ``read`` has no callers, those of the session stay: who may call is not narrowed by
        saying where certificates are.
        """
        from iflint.callers.model import Callers
        from iflint.pki.keys import each_key_once

        kept = Callers() if read.callers else self.inputs.callers
        return msgspec.structs.replace(
            self.inputs,
            certificates=(*read.certificates, *kept.certificates),
            certificate_files=read.certificate_files,
            callers=read.callers or kept,
            skipped=(*self.inputs.skipped, *read.skipped),
            files=tuple(sorted({*self.inputs.files, *read.files})),
            keys=each_key_once((*self.inputs.keys, *read.keys)),
            problems=(
                *(p for p in self.inputs.problems if p.kind is not ProblemKind.CERTIFICATE),
                *read.problems,
            ),
        )

    def with_certificates(self, certificates: Iterable[FoundCertificate]) -> Session:
        """The same session with these certificates at hand instead."""
        at_hand = tuple(certificates)
        inputs = msgspec.structs.replace(self.inputs, certificates=at_hand)
        return self._changed(inputs=inputs, _shared=self._shared.with_other_certificates())

    def findings_in(self, iflow: Iflow) -> tuple[Finding, ...]:
        """What the rules say of the entries of an iFlow made up for a certificate by itself."""
        from iflint.rule.rule import EntryCase
        from iflint.rule.words import LONE

        judge = self._judge(self.as_of)
        context = self._context(self.as_of)
        cases = [
            EntryCase(context, iflow, channel.channel, entry, LONE)
            for channel in judge.judge(iflow).channels
            for entry in channel.entries
        ]
        return tuple(self._rulings.with_failures(cases, context))

    def findings_of(self, caller: Caller, *, lone: bool = False) -> tuple[Finding, ...]:
        """What the rules say of any service key or mapping, also one that was not read.

        ``lone``: it is made up for a certificate by itself, and spoken of so.
        """
        from iflint.judging.callers import judge_callers
        from iflint.rule.rule import CallerCase
        from iflint.rule.words import LONE

        judge = self._judge(self.as_of)
        context = self._context(self.as_of)
        spoken = LONE if lone else None
        cases = [CallerCase(context, each, spoken) for each in judge_callers([caller], judge)]
        return tuple(self._rulings.with_failures(cases, context))

    def would_refuse(self, certificate: Certificate) -> bool:
        """Whether a certificate is of no use on its first valid day from the clock on.

        Whatever the rules in force say of it (`iflint.judging.verdicts.flaws`).
        """
        from iflint.judging.verdicts import flaws

        day, chain = self._on_its_first_day(certificate)
        return day > certificate.not_after or bool(flaws(certificate, chain))

    def works_until(self, certificate: Certificate) -> datetime | None:
        """The last moment at which a certificate can be used; None: it is of no use whenever.

        Its chain or its root may end before it does (`iflint.judging.verdicts.works_until`).
        """
        from iflint.judging.verdicts import works_until

        _, chain = self._on_its_first_day(certificate)
        return works_until(certificate, chain)

    def _on_its_first_day(self, certificate: Certificate) -> tuple[datetime, ChainVerdict]:
        """The first day from the clock on on which a certificate is valid, and its chain then."""
        from iflint.pki.chains.search import judge_chain

        day = max(self.as_of, certificate.not_before)
        trust = self.trust.at(day)
        return day, judge_chain(certificate, self.pool, trust, day, self._signatures)

    def parts(self) -> Iterator[Session]:
        """The same session cut into what is judged apart, whatever the clock.

        First what belongs to no iFlow, without what is said of the run as a whole; then the iFlows,
        those of one id in one file together.
        """
        yield self._changed(flows=self.flows.only({}))
        together: dict[tuple[str, str], dict[int, Iflow | IflowResult]] = {}
        for number, flow in enumerate(self.flows):
            together.setdefault((flow.location.path, flow.id), {})[number] = flow
        for flows in together.values():
            yield self._part(flows)

    def smallest_parts(self) -> Iterator[Session]:
        """The same session cut as small as it is judged apart, without what can't be read.

        First what belongs to no iFlow, sender or run as a whole; then the service keys and mappings
        of each sender; then the channels, those together that are called the same in iFlows of one
        id in one file.
        """
        from iflint.judging.callers import sender_of

        first = self._changed(flows=self.flows.only({}))
        first.callers, first._judged_callers = (), {}
        yield first
        senders: dict[str, list[Caller]] = {}
        for caller in self.callers:
            senders.setdefault(sender_of(caller), []).append(caller)
        for callers in senders.values():
            yield self._part({}, callers)
        together: dict[tuple[str, ...], dict[int, list[SenderChannel]]] = {}
        for number, iflow in self.flows.that_matter.items():
            for channel in iflow.channels:
                address = channel.address.raw if channel.address else ""
                named = (channel.adapter, address, channel.name)
                of_id = together.setdefault((iflow.location.path, iflow.id, *named), {})
                of_id.setdefault(number, []).append(channel)
        for channels in together.values():
            iflows = self.flows.that_matter
            yield self._part(
                {
                    number: msgspec.structs.replace(
                        iflows[number], channels=tuple(some), problems=()
                    )
                    for number, some in channels.items()
                }
            )

    def _part(
        self, flows: Mapping[int, Iflow | IflowResult], callers: Iterable[Caller] = ()
    ) -> Session:
        """The same session with some iFlows, by their numbers, and some callers.

        Of an iFlow these may be some of the channels; what was judged of them is kept.
        """
        judged = self._judged.get(self.as_of, {})
        part = self._changed(flows=self.flows.only(flows), _is_part=True)
        part._judged = {
            self.as_of: {
                place: _of_channels(judged[number], part.flows.that_matter[place])
                for place, number in enumerate(flows)
                if number in judged
            }
        }
        part.callers, part._judged_callers = tuple(callers), {}
        return part

    def at(self, clock: datetime) -> Session:
        """The same session at another clock, which keeps nothing for this one."""
        other = self._changed(as_of=clock)
        other._judged = dict(self._judged)
        return other

    def report(self, as_of: datetime | None = None) -> Report:
        """The report at the clock ``as_of`` (aware; default: the session's own).

        Of a part (`parts`) it has nothing but its flows and what is found in them.
        """
        from iflint.engine.inputs import Inputs

        as_of = as_of or self.as_of
        verdicts = self.verdicts(as_of)
        findings = self.findings(as_of)
        return report_on(
            self.paths,
            self.options,
            as_of,
            Inputs() if self._is_part else self.inputs,
            self.flows,
            verdicts,
            self.caller_verdicts(as_of),
            self.trust.at(as_of),
            self._described_rules() if self.options.describe_rules else (),
            findings,
            self.parameter_files,
            parameters_summary(self.flows.overlays, self.flows.models()),
            self.root,
            self._idle_patterns(),
            self._misnamed_values(),
            self._untold,
        )

    def findings(self, as_of: datetime) -> tuple[Finding, ...]:
        """What the rules in force say at the clock ``as_of``, in the order of the report."""
        verdicts = self.verdicts(as_of)
        if not self._needs_rules(verdicts):
            return ()
        from iflint.engine.fingerprints import fingerprinted

        problems = () if self._is_part else self._problems
        kept = self.flows.that_matter
        of_run, *others = told_of_a_run((problems, *(iflow.problems for iflow in kept.values())))
        of_flows = dict(zip(kept, others, strict=True))
        found: list[Finding] = []
        if self._is_part:
            found += self._caller_findings(as_of)
        else:
            found += self._general_findings(of_run, verdicts, as_of)
        found += self._flow_findings(of_flows, verdicts, as_of)
        found += self._rulings.about_failures(self._context(as_of))
        directory = absolute_directory(self.options.directory)
        ordered = sorted(found, key=lambda finding: finding.place)
        ids = (flow.id for flow in self.flows)
        return fingerprinted(ordered, directory, self.root, ids)

    @property
    def _untold(self) -> int:
        """How many inputs could not be read, where none of the rules that are selected tells."""
        if not self.options.select or "problem" in self._handlers:
            return 0
        flows = self.flows.that_matter.values()
        problems = chain(self._problems, *(iflow.problems for iflow in flows))
        return sum(not problem.left_out for problem in problems)

    @property
    def parameter_files(self) -> int:
        """How many iFlows have parameter files of the environment."""
        return sum(map(bool, self.flows.own))

    def _idle_patterns(self) -> Iterator[IdlePattern]:
        """The patterns of parameters that lead to no file; of single flows nothing is said."""
        from iflint.places.paths import from_root
        from iflint.report.report import IdlePattern
        from iflint.sources import repository_of_flows

        if self._idle_parameters and not repository_of_flows(
            self.paths, directory=self.options.directory
        ):
            directory = absolute_directory(self.options.directory)
            for pattern in self._idle_parameters:
                way = pattern.replace("\\", "/")
                shown = from_root(way, directory) if is_below(way, directory) else way
                yield IdlePattern("parameters", shown, self.name)

    def _misnamed_values(self) -> Iterable[MisnamedValue]:
        """What environments' own files give to no parameter, as it seems by mistake."""
        if not any(self.flows.own):
            return ()
        from iflint.engine.misnamed import misnamed

        return misnamed(self.flows, self.name)

    @property
    def _parameter_files(self) -> Iterator[ParameterFile]:
        return chain(self.flows.overlays, *self.flows.own)

    @cached_property
    def root(self) -> str:
        """The folder, absolute, that fingerprints and URIs begin at."""
        from iflint.sources import root_of

        directory = absolute_directory(self.options.directory)
        return root_of(self.paths, directory, self.options.root)

    @property
    def coverage(self) -> Coverage:
        """What was looked at, for `iflint.engine.baseline`.

        A key that is given on purpose is not judged. Where a file that serves every flow can't be
        read, nothing counts as read.
        """
        from iflint.engine.coverage import Coverage
        from iflint.places.location import FileLocation
        from iflint.rule.rule import Topic

        options, inputs = self.options, self.inputs
        unread = [problem.location.file for problem in inputs.problems]
        unread += [key.location.file for key in inputs.keys if key.given]
        unread += [
            iflow.location
            for iflow in self.flows.that_matter.values()
            if iflow.problems or not iflow.parameters_complete
        ]
        if not set(self._problems).issubset(inputs.problems):
            unread.append(FileLocation(self.root))
        return Coverage(
            paths=(*self.paths, *(options.certificates or ()), *options.roots, *options.roots_add),
            given=(*options.roots, *options.roots_add),
            files=frozenset((*inputs.files, *(f.location.path for f in self._parameter_files))),
            unread=tuple(unread),
            by_dates=frozenset(rule.code for rule in self.rules if rule.about is Topic.VALIDITY),
        )

    def with_suppressions(self, report: Report) -> Report:
        """The report with the suppressed findings set apart, and what rules say of suppressions.

        The report may be of several environments: a suppression is of use if it is in one.
        """
        from iflint.engine.suppressions import suppressed
        from iflint.rule.rule import SuppressionCase

        names = [(rule.code, rule.name) for rule in self.rules]
        suppressions = self.options.suppressions
        report, uses = suppressed(report, suppressions, names, self.trials)
        context = self._context(report.as_of)
        environments = tuple(each.name for each in report.environments)
        return self._with_findings(
            report, [(SuppressionCase(context, use), environments) for use in uses]
        )

    def with_idle(self, report: Report, tables: Mapping[Table, tuple[str, ...]]) -> Report:
        """The report with what rules say of tables that match nothing in some environments."""
        from iflint.rule.rule import SettingCase

        context = self._context(report.as_of)
        return self._with_findings(
            report, [(SettingCase(context, table), names) for table, names in tables.items()]
        )

    def _with_findings(
        self, report: Report, cases: Iterable[tuple[Case, tuple[str, ...]]]
    ) -> Report:
        """The report with what rules say of the configuration; of environments by name."""
        from iflint.engine.fingerprints import fingerprinted

        found = [
            msgspec.structs.replace(finding, environments=environments)
            for case, environments in cases
            for finding in self._rulings.with_failures([case], case.context)
        ]
        about = fingerprinted(found, report.directory, report.root)
        findings = sorted((*report.findings, *about), key=lambda finding: finding.place)
        return msgspec.structs.replace(report, findings=tuple(findings))

    def untold(self) -> Session:
        """The same session, without anybody to tell its progress to."""
        return self._changed(options=msgspec.structs.replace(self.options, progress=None))

    def with_rules(self, codes: Iterable[str]) -> Session:
        """The same session, with these rules asked."""
        options = msgspec.structs.replace(self.options, select=tuple(sorted(codes)))
        return self._changed(options=options)

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
        from copy import copy

        other = copy(self)
        for kept, sources in _KEPT_FROM.items():
            if not sources.isdisjoint(fields):
                other.__dict__.pop(kept, None)
        other.__dict__ |= fields
        other._environments = {}
        return other

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in force with their settings, loaded when first asked for."""
        from iflint.engine.rule_settings import rules_in_force

        return rules_in_force(self.options)

    @property
    def failed_rules(self) -> frozenset[str]:
        """The codes of the rules that failed so far, which did not look at all that they should."""
        return self._rulings.failed

    def _described_rules(self) -> tuple[RuleInfo, ...]:
        from iflint.engine.rule_settings import described

        return tuple(map(described, self.rules))

    def verdicts(self, as_of: datetime) -> dict[int, IflowVerdict]:
        """The verdict of each iFlow that has anything to judge, by its number.

        Those of the clock that was asked for last are kept.
        """
        known = _of_clock(self._judged, as_of)
        unjudged = [
            number
            for number, iflow in self.flows.that_matter.items()
            if number not in known and any(channel.matters for channel in iflow.channels)
        ]
        if unjudged:
            judge = self._judge(as_of)
            progress = self.options.progress
            verdict_of = partial(self._salvage.verdict, judge)
            for number in followed(unjudged, progress, "judging iFlow", self._name_of):
                verdict = verdict_of(self.flows.that_matter[number])
                if verdict is not None:
                    known[number] = verdict
            self._judged[as_of] = known = dict(sorted(known.items()))
        return known

    @cached_property
    def callers(self) -> tuple[Caller, ...]:
        """Who may call besides the rows of channels: service keys and mappings, each once."""
        found = self._callers_of(self.name) if self.inputs.callers else ()
        self._shared.take(CALLERS_OF_ENVIRONMENTS, self.name, len(found))
        return found

    def _callers_of(self, environment: str) -> tuple[Caller, ...]:
        """Those of an environment; of an empty name, of all of them."""
        from iflint.engine.callers import callers_in

        directory, inputs = absolute_directory(self.options.directory), self.inputs
        return callers_in(
            inputs.callers,
            inputs.certificates,
            self.options,
            environment,
            directory,
            self.root,
            self.trials,
        )

    @property
    def trials(self) -> Trials:
        """What counts how often patterns are tried in the run."""
        from iflint.engine.patterns import Trials

        return Trials(self._reader.budget)

    def bindings(self, as_of: datetime) -> Iterator[BindingVerdict]:
        """The verdicts on everything that lets a certificate in: rows, service keys, mappings."""
        for verdict in self.verdicts(as_of).values():
            for channel in verdict.channels:
                yield from channel.entries
        yield from self.caller_verdicts(as_of)

    def would_open(
        self, flow: FileLocation, ordinal: int, pairs: Container[tuple[str, str] | None]
    ) -> bool:
        """Whether a new row in a flow's file lets a sender in who may not call here so far.

        ``pairs`` are the sender's. A flow as it stands, some of whose parameters only environments
        define, lets nobody in.
        """
        return any(
            channel.knows_none_of(pairs) and (bool(self.name) or not channel.undefined)
            for channel in self.channels_at(flow, ordinal)
        )

    def channels_at(self, flow: FileLocation, ordinal: int) -> Iterator[ChannelVerdict]:
        """The verdict on a flow's channel of that number, as it is in this environment."""
        for verdict in self._verdicts_by_place.get(flow, ()):
            yield from (each for each in verdict.channels if each.channel.ordinal == ordinal)

    @cached_property
    def _verdicts_by_place(self) -> dict[FileLocation, list[IflowVerdict]]:
        found: dict[FileLocation, list[IflowVerdict]] = {}
        for verdict in self.verdicts(self.as_of).values():
            found.setdefault(verdict.iflow.location, []).append(verdict)
        return found

    def opened_by(self, caller: Caller | CallerReference) -> tuple[str, ...]:
        """The channels that a caller is known to open, each as people read it.

        Callers with the same roles share them: a role may have thousands of both.
        """
        roles = tuple(caller.roles or ())
        if roles not in self._opened_by:
            by_role = self._channels_by_role
            labels = (label for role in roles for label in by_role.get(role, ()))
            self._opened_by[roles] = tuple(labels)
        return self._opened_by[roles]

    @cached_property
    def _opened_by(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        return {}

    @property
    def has_channels_by_role(self) -> bool:
        """Whether any channel is authorized by a role, which service keys and mappings may have."""
        return bool(self._channels_by_role)

    @cached_property
    def _channels_by_role(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for iflow in self.flows.results():
            for channel in iflow.channels:
                if channel.role:
                    label = f"{iflow.name}: {channel.adapter} {channel.address or channel.name}"
                    found.setdefault(channel.role, []).append(label.strip())
        return found

    def caller_verdicts(self, as_of: datetime) -> tuple[CallerVerdict, ...]:
        """The verdict of each caller; those of the clock that was asked for last are kept."""
        if as_of not in self._judged_callers:
            self._judged_callers.clear()
            self._judged_callers[as_of] = self._judge_callers(as_of) if self.callers else ()
        return self._judged_callers[as_of]

    def _judge_callers(self, as_of: datetime) -> tuple[CallerVerdict, ...]:
        from iflint.judging.callers import judge_callers

        judge = self._judge(as_of)
        return self._salvage.made_of(self.callers, lambda some: judge_callers(some, judge))

    @property
    def _salvage(self) -> Salvage:
        """What goes on where iflint fails to judge something."""
        from iflint.engine.salvage import Salvage

        return Salvage(self._unjudged)

    @cached_property
    def _unjudged(self) -> dict[Problem, None]:
        """Where iflint failed to judge."""
        return {}

    def _judge(self, as_of: datetime) -> Judge:
        """What judges at a clock, without the certificates on which iflint fails."""
        from iflint.judging.judge import Judge
        from iflint.pki.chains.pool import CertificatePool

        every = self.inputs.certificates

        def with_pool(
            certificates: Sequence[FoundCertificate],
        ) -> tuple[Judge, CertificatePool]:
            pool = self.pool if certificates is every else CertificatePool(certificates)
            trust = self.trust.at(as_of)
            return Judge(pool, trust, as_of, self._signatures, lambda: self.issuers(as_of)), pool

        judge, self.pool = self._salvage.made_of(every, with_pool)
        return judge

    def issuers(self, as_of: datetime) -> Issuers:
        """What names of issuers tell; those of the clock that was asked for last are kept."""
        if as_of not in self._issuers:
            from iflint.judging.issuers import Issuers

            self._issuers.clear()
            self._issuers[as_of] = Issuers(
                self.public_cas, self.calendar, self.trust.at(as_of), as_of
            )
        return self._issuers[as_of]

    @cached_property
    def _issuers(self) -> dict[datetime, Issuers]:
        return {}

    @cached_property
    def _judged_callers(self) -> dict[datetime, tuple[CallerVerdict, ...]]:
        return {}

    @cached_property
    def _judged(self) -> dict[datetime, dict[int, IflowVerdict]]:
        return {}

    @cached_property
    def _said(self) -> dict[datetime, dict[int, Sequence[Finding]]]:
        return {}

    def _name_of(self, number: int) -> str:
        return self.flows.that_matter[number].name

    @property
    def _problems(self) -> tuple[Problem, ...]:
        """What could not be read, but for the files of flows."""
        files = {file.location: file for own in self.flows.own for file in own}
        of_parameters = (file.problems for file in (*self.flows.overlays, *files.values()))
        return (
            *self.inputs.problems,
            *self._unread_parameters,
            *chain.from_iterable(of_parameters),
            *self._root_problems,
            *self._unjudged,
        )

    def _flow_findings(
        self,
        problems: Mapping[int, tuple[Problem, ...]],
        verdicts: dict[int, IflowVerdict],
        as_of: datetime,
    ) -> Iterator[Finding]:
        """What rules say of each iFlow."""
        context, known = self._context(as_of), _of_clock(self._said, as_of)
        progress = self.options.progress
        for number in followed(problems, progress, "applying rules to iFlow", self._name_of):
            if number not in known:
                iflow, verdict = self.flows.that_matter[number], verdicts.get(number)
                cases = _flow_cases(context, iflow, problems[number], verdict)
                known[number] = self._rulings.of(cases)
            yield from known[number]

    def _general_findings(
        self, problems: Iterable[Problem], verdicts: dict[int, IflowVerdict], as_of: datetime
    ) -> Iterator[Finding]:
        """What rules say of what belongs to no iFlow, and of the run as a whole."""
        from iflint.rule.rule import KeyCase, ProblemCase, RunCase

        context = self._context(as_of)
        yield from self._rulings.of(ProblemCase(context, problem) for problem in problems)
        yield from self._rulings.of(KeyCase(context, key) for key in self.inputs.keys)
        yield from self._caller_findings(as_of)
        yield from self._rulings.of([RunCase(context, tuple(verdicts.values()))])

    def _caller_findings(self, as_of: datetime) -> list[Finding]:
        """What rules say of service keys and mappings."""
        from iflint.rule.rule import CallerCase

        context, verdicts = self._context(as_of), self.caller_verdicts(as_of)
        return self._rulings.of(CallerCase(context, verdict) for verdict in verdicts)

    @cached_property
    def _rulings(self) -> Rulings:
        """What asks the rules in force, and keeps which of them failed."""
        from iflint.engine.rulings import Rulings

        return Rulings(self._handlers, self.paths[0] if self.paths else ".")

    @cached_property
    def _handlers(self) -> Handlers:
        from iflint.engine.rulings import handlers_of

        return handlers_of(self.rules)

    @cached_property
    def _nameless(self) -> tuple[FoundCertificate, ...]:
        """The certificates of clients that have no subject, each once."""
        found = {
            one.certificate: one
            for one in self.inputs.certificates
            if not one.certificate.subject.rdns
            and not one.certificate.is_known_by_facts
            and not one.certificate.is_ca
        }
        return tuple(found.values())

    @cached_property
    def _at_hand(self) -> int:
        """How many certificates there are, each once."""
        return len({found.certificate.sha256 for found in self.inputs.certificates})

    @property
    def context(self) -> Context:
        """What is the same for every case at the session's clock."""
        return self._context(self.as_of)

    def _context(self, as_of: datetime) -> Context:
        from iflint.rule.rule import Context

        return Context(
            as_of,
            self.options.expiry_days,
            self.trust.at(as_of),
            self._at_hand,
            self.calendar,
            {rule.code: rule for rule in self.rules},
            ways=lambda ca: self.issuers(as_of).ways_of_certificate(ca),
            nameless=self._nameless,
        )

    @property
    def calendar(self) -> Calendar:
        """The CA calendar."""
        return self._reader.calendar

    @property
    def public_cas(self) -> PublicCas:
        """The table of public CAs."""
        return self._reader.public_cas

    @cached_property
    def pool(self) -> CertificatePool:
        """The certificates at hand, less those of keys and mappings of other environments."""
        foreign = (
            place
            for each in (self._callers_of("") if self.name and self.inputs.callers else ())
            if each.environments and self.name not in each.environments
            for place in each.places
        )
        return self._shared.pool(self.inputs.certificates, frozenset(foreign))

    @property
    def _signatures(self) -> SignatureCache:
        return self._shared.signatures

    def _needs_rules(self, verdicts: dict[int, IflowVerdict]) -> bool:
        options = self.options
        return bool(
            options.describe_rules
            or options.select
            or options.ignore
            or options.rules
            or self._problems
            or self.inputs.keys
            or self.callers
            or verdicts
            or any(iflow.problems for iflow in self.flows.that_matter.values())
        )


def _flow_cases(
    context: Context, iflow: Iflow, problems: Iterable[Problem], verdict: IflowVerdict | None
) -> Iterator[Case]:
    """Everything of an iFlow that rules are handed; without a verdict, what can't be read."""
    from iflint.rule.rule import ChannelCase, EntryCase, IflowCase, ProblemCase

    for problem in problems:
        yield ProblemCase(context, problem, iflow)
    if verdict is None:
        return
    yield IflowCase(context, verdict)
    for channel in verdict.channels:
        yield ChannelCase(context, iflow, channel)
        if channel.judged:
            for entry in channel.entries:
                yield EntryCase(context, iflow, channel.channel, entry)


def _of_channels(verdict: IflowVerdict, iflow: Iflow) -> IflowVerdict:
    """What is judged of an iFlow's channels, where it has these of them."""
    those = {channel.ordinal for channel in iflow.channels}
    channels = (each for each in verdict.channels if each.channel.ordinal in those)
    return msgspec.structs.replace(verdict, iflow=iflow, channels=tuple(channels))


def _of_clock(kept: dict[datetime, dict[int, T]], as_of: datetime) -> dict[int, T]:
    """What is kept of a clock, by the number of the iFlow; other clocks' are let go."""
    if as_of not in kept:
        kept.clear()
        kept[as_of] = {}
    return kept[as_of]


def _only(numbers: Container[int], kept: Mapping[int, T]) -> dict[int, T]:
    """What is kept of some iFlows."""
    return {number: each for number, each in kept.items() if number in numbers}


def _refuse_more(count: int, things: str, limit: Limit) -> None:
    """Raise UsageError for more things in the configuration than a run may compare all with."""
    if count > limit.value:
        raise UsageError(
            f"there are {numbered(count)} {things}, and {numbered(limit.value)} may be;"
            f" {limit.option}"
        )
