"""From verdicts to results: what reports tell of a flow, its channels, rows and certificates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from iflint.report.report import (
    CertificateResult,
    ChainResult,
    ChannelResult,
    EntryResult,
    IflowResult,
    LinkResult,
)
from iflint.words.wording import days_until

if TYPE_CHECKING:
    from iflint.iflow.model import CertificateEntry, Iflow, SenderChannel
    from iflint.judging.verdicts import (
        ChannelVerdict,
        EntryVerdict,
        IflowVerdict,
        Joined,
        JoinedCertificate,
    )
    from iflint.pki.chains.verdict import ChainVerdict, Link
    from iflint.report.findings import Finding

    Told = Callable[[Joined], tuple[CertificateResult, ...]]


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
    told: Told,
    *,
    located: bool,
) -> IflowResult:
    """An iFlow with all its sender channels and the codes of what was found about each.

    ``told`` makes the results of certificates. ``located`` asks for exact places, too.
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
            _channel_result(channel, channels.get(channel.ordinal), codes, told, located)
            for channel in iflow.channels
        ),
    )


def quiet_result(iflow: Iflow, *, located: bool) -> IflowResult:
    """An iFlow in which nothing can be found, whatever the clock."""
    return iflow_result(iflow, None, (), lambda _: (), located=located)


def _channel_result(
    channel: SenderChannel,
    verdict: ChannelVerdict | None,
    codes: dict[tuple[int, int], list[str]],
    told: Told,
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
        role=(channel.role.text or channel.role.raw) if channel.role else "",
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
    verdict: EntryVerdict, codes: Sequence[str], told: Told, located: bool
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
