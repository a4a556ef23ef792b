"""From results to the report: the inventory, its counts, and what it was made with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from iflint.__version__ import __version__
from iflint.engine.results import ToldCertificates, iflow_result
from iflint.options import Options
from iflint.places.defects import each_spared
from iflint.places.paths import absolute, absolute_directory, up_from
from iflint.report.report import (
    CallerResult,
    IdlePattern,
    IflowResult,
    MisnamedValue,
    ParametersSummary,
    Report,
    SkippedResult,
    TrustSummary,
    WantedCertificate,
)

if TYPE_CHECKING:
    from iflint.engine.inputs import Inputs
    from iflint.iflow.model import Iflow
    from iflint.iflow.properties import ParameterFile
    from iflint.judging.verdicts import (
        CallerVerdict,
        EntryVerdict,
        IflowVerdict,
    )
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


def _opened(iflow: IflowResult, having: Mapping[str, tuple[str, ...]]) -> IflowResult:
    """An iFlow, its channels with the ids of the callers that have the role of each."""
    channels = (
        msgspec.structs.replace(channel, callers=having[channel.role])
        if channel.role and channel.role in having
        else channel
        for channel in iflow.channels
    )
    return msgspec.structs.replace(iflow, channels=tuple(channels))


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


def report_on(
    paths: Sequence[str],
    options: Options,
    as_of: datetime,
    inputs: Inputs,
    iflows: Iterable[Iflow | IflowResult],
    verdicts: dict[int, IflowVerdict],
    of_callers: Sequence[CallerVerdict],
    trust: TrustList,
    rules: tuple[RuleInfo, ...],
    findings: Sequence[Finding],
    parameter_files: int,
    parameters: tuple[ParametersSummary, ...],
    root: str,
    idle_patterns: Iterable[IdlePattern] = (),
    misnamed_values: Iterable[MisnamedValue] = (),
    untold: int = 0,
) -> Report:
    """The report at one clock, without what suppressions and the baseline say.

    Of ``iflows`` in which nothing can be found, the results are known.
    """
    from iflint.sources.disk import Disk

    found = findings_by_iflow(findings)
    told = ToldCertificates(as_of)
    callers = caller_results(of_callers, findings, told) if of_callers else ()
    having = _by_role(callers)
    checked, joined, not_found = entry_counts(verdicts.values())

    def result(numbered: tuple[int, Iflow | IflowResult]) -> IflowResult:
        number, iflow = numbered
        if not isinstance(iflow, IflowResult):
            verdict, own = verdicts.get(number), found.get(iflow.location, ())
            iflow = iflow_result(iflow, verdict, own, told, located=options.whole_inventory)
        return _opened(iflow, having) if having else iflow

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
        misnamed_values=tuple(misnamed_values),
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
