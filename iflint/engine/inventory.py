"""From verdicts to the inventory of the report: every channel and entry with its state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from iflint.__version__ import __version__
from iflint.options import Options
from iflint.places.defects import each_spared
from iflint.places.paths import absolute, absolute_directory, up_from
from iflint.report.report import (
    CallerResult,
    CertificateResult,
    ChainResult,
    ChannelResult,
    EntryResult,
    IdlePattern,
    IflowResult,
    LinkResult,
    ParametersSummary,
    Report,
    SkippedResult,
    TrustSummary,
    WantedCertificate,
)
from iflint.words.wording import days_until

if TYPE_CHECKING:
    from iflint.engine.inputs import Inputs
    from iflint.iflow.model import CertificateEntry, Iflow, SenderChannel
    from iflint.iflow.properties import ParameterFile
    from iflint.judging.verdicts import (
        CallerVerdict,
        ChannelVerdict,
        EntryVerdict,
        IflowVerdict,
        Joined,
        JoinedCertificate,
    )
    from iflint.pki.chains.verdict import ChainVerdict, Link
    from iflint.pki.roots.trust import TrustList
    from iflint.places.location import FileLocation
    from iflint.report.findings import Finding, RuleInfo
    from iflint.sources import Skipped
    from iflint.sources.disk import Disk


def findings_by_iflow(
    findings: Iterable[Finding],
) -> dict[FileLocation, tuple[Finding, ...]]:
    """The findings of each iFlow, by the location of its ``.iflw``."""
    found: dict[FileLocation, list[Finding]] = {}
    for finding in findings:
        if finding.iflow is not None:
            found.setdefault(finding.iflow.location, []).append(finding)
    return {location: tuple(those) for location, those in found.items()}


class ToldCertificates:
    """The results of certificates at a clock: what is joined in many places is told once."""

    def __init__(self, clock: datetime) -> None:
        self._clock = clock
        self._results: dict[int, tuple[CertificateResult, ...]] = {}

    def __call__(self, joined: Joined) -> tuple[CertificateResult, ...]:
        """Those of a binding, best first; what is joined outlives this object."""
        if id(joined) not in self._results:
            self._results[id(joined)] = tuple(
                _certificate_result(match, self._clock) for match in joined
            )
        return self._results[id(joined)]


def iflow_result(
    iflow: Iflow,
    verdict: IflowVerdict | None,
    findings: Sequence[Finding],
    told: ToldCertificates,
    having: Mapping[str, tuple[str, ...]],
    *,
    located: bool,
) -> IflowResult:
    """An iFlow with all its sender channels and the codes of what was found about each.

    ``told`` makes the results of certificates, ``having`` are the ids of callers by the roles that
    they have. ``located`` asks for exact places, too.
    """
    codes: dict[tuple[int, int], list[str]] = {}
    for finding in findings:
        if finding.channel is not None:
            key = (finding.channel.ordinal, finding.entry.ordinal if finding.entry else 0)
            if finding.code not in codes.setdefault(key, []):
                codes[key].append(finding.code)
    channels = {v.channel.ordinal: v for v in verdict.channels} if verdict else {}
    return IflowResult(
        id=iflow.id,
        name=iflow.name,
        version=iflow.version,
        package=iflow.package,
        location=iflow.location,
        channels=tuple(
            _channel_result(channel, channels.get(channel.ordinal), codes, told, having, located)
            for channel in iflow.channels
        ),
    )


def caller_results(
    verdicts: Iterable[CallerVerdict], findings: Iterable[Finding], told: ToldCertificates
) -> tuple[CallerResult, ...]:
    """Every service key and mapping with the codes of what was found about it."""
    from iflint.judging.references import caller_reference

    codes: dict[str, dict[str, None]] = {}
    for finding in findings:
        if finding.caller is not None:
            codes.setdefault(finding.caller.id, {})[finding.code] = None

    def result(verdict: CallerVerdict) -> CallerResult:
        caller, reference, best = verdict.caller, caller_reference(verdict.caller), verdict.best
        found = tuple(codes.get(reference.id, ()))
        return CallerResult(
            kind=reference.kind,
            name=reference.name,
            id=reference.id,
            location=caller.location,
            tenant=reference.tenant,
            roles=reference.roles,
            pinned=caller.pinned,
            pin_assumed=caller.assumed,
            state=str(verdict.state),
            by_facts=caller.certificate is not None and caller.certificate.is_known_by_facts,
            certificates=told(verdict.joined),
            findings=found,
            healthy_until=best.chain.holds_until if best and not found else None,
        )

    return tuple(each_spared(verdicts, result, lambda verdict: verdict.caller.location))


def _by_role(callers: Iterable[CallerResult]) -> dict[str, tuple[str, ...]]:
    """The ids of the callers that are known to have each role."""
    found: dict[str, dict[str, None]] = {}
    for caller in callers:
        for role in caller.roles or ():
            found.setdefault(role, {})[caller.id] = None
    return {role: tuple(ids) for role, ids in found.items()}


def trust_summary(trust: TrustList, clock: datetime) -> TrustSummary:
    """The list of roots in force, as reports name it."""
    return TrustSummary(
        platform=str(trust.platform),
        name=trust.name,
        release=trust.release or "",
        released_on=str(trust.released_on or ""),
        known_until="" if trust.release is None else str(trust.table.known_until),
        stale_days=trust.days_stale(clock),
    )


def parameters_summary(
    files: Sequence[ParameterFile], iflows: Iterable[Iflow]
) -> tuple[ParametersSummary, ...]:
    """How much of each file of parameters is used. A name in several files is the last one's."""
    if not files:
        return ()
    names = {name for iflow in iflows for name in iflow.parameters}
    found: list[ParametersSummary] = []
    for file in reversed(files):
        used = names & file.entries.keys()
        names -= used
        found.append(ParametersSummary(file.location, len(file.entries), len(used)))
    return tuple(reversed(found))


def paths_without_certificate(paths: Sequence[str], inputs: Inputs, disk: Disk) -> tuple[str, ...]:
    """The paths given for certificates in which there was none, unless a problem says so."""
    known = [found.location.file for found in inputs.certificates]
    known += [problem.location.file for problem in inputs.problems]
    places = {place for file in known for place in up_from(disk.absolute(file.path))}
    return tuple(path for path in paths if disk.absolute(path) not in places)


def skipped_result(skipped: Skipped) -> SkippedResult:
    """Something that was passed over, as reports count it."""
    return SkippedResult(skipped.location, str(skipped.kind), skipped.detail)


def entry_counts(verdicts: Iterable[IflowVerdict]) -> tuple[int, int, int]:
    """How many entries were checked; for how many a certificate was at hand, for how many none."""
    entries = [
        entry
        for verdict in verdicts
        for channel in verdict.channels
        if channel.judged
        for entry in channel.entries
    ]
    return (
        len(entries),
        sum(bool(entry.joined) for entry in entries),
        sum(entry.state == "not-found" for entry in entries),
    )


def wanted(verdicts: Iterable[IflowVerdict]) -> tuple[WantedCertificate, ...]:
    """The pairs to ask certificates for, each once, in the order of the report.

    Of pairs that only their spelling tells apart, the first one.
    """
    from iflint.judging.references import channel_label

    found: dict[tuple[str, str], tuple[EntryVerdict, list[str]]] = {}
    for verdict in verdicts:
        for channel in verdict.channels:
            for entry in channel.entries:
                subject, issuer = entry.subject.name, entry.issuer.name
                if entry.state == "not-found" and subject is not None and issuer is not None:
                    pair = (subject.canonical, issuer.canonical)
                    label = channel_label(verdict.iflow, channel.channel)
                    found.setdefault(pair, (entry, []))[1].append(label)
    return tuple(
        WantedCertificate(
            entry.subject.value.text or "",
            entry.issuer.value.text or "",
            tuple(dict.fromkeys(labels)),
            (entry.closest[0].subject.common_name or "") if entry.closest else "",
        )
        for entry, labels in found.values()
    )


def _channel_result(
    channel: SenderChannel,
    verdict: ChannelVerdict | None,
    codes: dict[tuple[int, int], list[str]],
    told: ToldCertificates,
    having: Mapping[str, tuple[str, ...]],
    located: bool,
) -> ChannelResult:
    authorization, address = channel.authorization, channel.address
    entries: Iterable[EntryResult]
    if verdict is None:
        entries = (_unjudged(entry, located) for entry in channel.entries)
    else:
        entries = (
            _entry_result(
                entry, codes.get((channel.ordinal, entry.entry.ordinal), []), told, located
            )
            for entry in verdict.entries
        )
    value = authorization.value
    role = (channel.role.text or channel.role.raw) if channel.role else ""
    return ChannelResult(
        id=channel.id,
        ordinal=channel.ordinal,
        name=channel.name,
        participant=channel.participant,
        adapter=channel.adapter,
        address=(address.raw if address.text is None else address.text) if address else "",
        authorization=(value.raw if value.text is None else value.text) if value else "",
        kind=str(authorization.kind),
        checked=channel.checked,
        location=channel.location if located else None,
        entries=tuple(entries),
        findings=tuple(codes.get((channel.ordinal, 0), ())),
        role=role,
        callers=having.get(role, ()) if role else (),
    )


def _unjudged(entry: CertificateEntry, located: bool) -> EntryResult:
    return EntryResult(
        ordinal=entry.ordinal,
        subject=entry.subject.text or "",
        issuer=entry.issuer.text or "",
        subject_raw=entry.subject.raw,
        issuer_raw=entry.issuer.raw,
        state="not-judged",
        location=entry.location if located else None,
    )


def _entry_result(
    verdict: EntryVerdict, codes: Sequence[str], told: ToldCertificates, located: bool
) -> EntryResult:
    entry, best = verdict.entry, verdict.best
    healthy = best is not None and verdict.state == "joined" and not codes
    return EntryResult(
        ordinal=entry.ordinal,
        subject=entry.subject.text or "",
        issuer=entry.issuer.text or "",
        subject_raw=entry.subject.raw,
        issuer_raw=entry.issuer.raw,
        state=str(verdict.state),
        location=entry.location if located else None,
        certificates=told(verdict.joined),
        comparisons=verdict.near_miss.comparisons if verdict.near_miss else (),
        findings=tuple(codes),
        healthy_until=best.chain.holds_until if healthy and best else None,
    )


def _certificate_result(match: JoinedCertificate, clock: datetime) -> CertificateResult:
    from iflint.judging.references import told_certificate

    return CertificateResult(
        certificate=told_certificate(match.certificate, match.locations),
        validity=str(match.validity),
        days_left=days_until(match.certificate.not_after, clock),
        chain=_chain_result(match.chain),
    )


def _chain_result(chain: ChainVerdict) -> ChainResult:
    return ChainResult(
        outcome=str(chain.outcome),
        links=tuple(map(_link_result, chain.links)),
        root=chain.root.subject_text if chain.root else "",
        missing_issuer=chain.missing_issuer.readable if chain.missing_issuer else "",
        valid_from=chain.valid_from,
        valid_until=chain.valid_until,
    )


def _link_result(link: Link) -> LinkResult:
    return LinkResult(
        subject=link.certificate.subject.readable,
        issuer=link.certificate.issuer.readable,
        issuer_at_hand=link.issuer is not None,
        faults=tuple(fault.detail for fault in link.faults),
    )


def report_on(
    paths: Sequence[str],
    options: Options,
    as_of: datetime,
    inputs: Inputs,
    iflows: Iterable[Iflow],
    verdicts: dict[int, IflowVerdict],
    of_callers: Sequence[CallerVerdict],
    trust: TrustList,
    rules: tuple[RuleInfo, ...],
    findings: Sequence[Finding],
    parameter_files: int,
    parameters: tuple[ParametersSummary, ...],
    root: str,
    idle_patterns: Iterable[IdlePattern] = (),
    untold: int = 0,
) -> Report:
    """The report at one clock, without what suppressions and the baseline say."""
    from iflint.sources.disk import Disk

    found = findings_by_iflow(findings)
    told = ToldCertificates(as_of)
    callers = caller_results(of_callers, findings, told) if of_callers else ()
    having = _by_role(callers)
    checked, joined, not_found = entry_counts(verdicts.values())

    def result(numbered: tuple[int, Iflow]) -> IflowResult:
        number, iflow = numbered
        verdict, own = verdicts.get(number), found.get(iflow.location, ())
        return iflow_result(iflow, verdict, own, told, having, located=options.whole_inventory)

    return Report(
        version=__version__,
        as_of=as_of,
        trust=trust_summary(trust, as_of),
        directory=absolute_directory(options.directory),
        root=root,
        paths=tuple(path.replace("\\", "/") for path in paths),
        iflows=tuple(each_spared(enumerate(iflows), result, lambda each: each[1].location)),
        findings=tuple(findings),
        callers=callers,
        skipped=tuple(map(skipped_result, inputs.skipped)),
        rules=rules,
        certificates=len({found.certificate.sha256 for found in inputs.certificates}),
        certificate_files=inputs.certificate_files,
        entries_checked=checked,
        entries_joined=joined,
        entries_not_found=not_found,
        wanted=wanted(verdicts.values()) if verdicts else (),
        parameter_files=parameter_files,
        parameters=parameters,
        certificate_paths_without=paths_without_certificate(
            options.certificates or (), inputs, Disk(options.directory)
        )
        if options.certificates
        else (),
        idle_patterns=(*_idle(inputs.idle, paths, options), *idle_patterns),
        flows_expected=options.expect_flows,
        untold=untold,
    )


def _idle(patterns: Iterable[str], paths: Sequence[str], options: Options) -> Iterator[IdlePattern]:
    """The patterns that excluded nothing where the run looked at all that they may match."""
    if not patterns:
        return
    from iflint.engine.patterns import looked_for

    directory = absolute_directory(options.directory)
    folder = absolute(directory, options.exclude_directory or ".")
    checked = [absolute(directory, path) for path in paths]
    for each in patterns:
        if looked_for(each, folder, checked):
            yield IdlePattern("exclude", each)
