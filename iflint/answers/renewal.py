"""What to do with a renewed certificate: which channels it touches, and SAP's steps with dates.

The order is that of SAP's procedure (2d3cae7): the new pair is added beside the old one and
deployed, the sender switches, the old pair is removed and deployed. With the same pair nothing in
the flow changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from iflint.answers.lone_certificate import findings_about
from iflint.judging.name_index import sender_key
from iflint.judging.references import (
    certificate_reference,
    channel_reference,
    entry_reference,
    iflow_reference,
)
from iflint.options import UsageError
from iflint.report.findings import (
    CertificateReference,
    ChannelReference,
    EntryReference,
    Finding,
    IflowReference,
    Severity,
)

if TYPE_CHECKING:
    from iflint.engine.session import Session
    from iflint.judging.verdicts import ChannelVerdict, EntryVerdict, IflowVerdict
    from iflint.pki.certificates import Certificate
    from iflint.pki.files import FoundCertificate


class Touched(msgspec.Struct, frozen=True):
    """A channel that knows the sender of the new certificate, in the environments named.

    ``old`` are its entries for this sender with another pair; ``has_new`` tells whether it lists
    the new pair already, ``old_until`` the last day of the best certificate for the old ones
    (or, where the pair stays, for that pair), None if none is at hand.
    """

    iflow: IflowReference
    channel: ChannelReference
    old: tuple[EntryReference, ...]
    has_new: bool
    old_until: date | None
    environments: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything has to be done in the flow."""
        return bool(self.old) or not self.has_new


class RenewalStep(msgspec.Struct, frozen=True):
    """One step of the procedure: what, at which channels, and in which days it may happen.

    ``row`` is the subject and issuer to enter, exactly as the runtime accepts them. ``days_left``
    counts calendar days from the clock to ``until``; negative: too late.
    """

    what: str
    row: tuple[str, str] | None = None
    channels: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    days_left: int | None = None


class Renewal(msgspec.Struct, frozen=True):
    """The plan for one new certificate; ``problems`` is what is wrong with the certificate."""

    certificate: CertificateReference
    subject: str
    issuer: str
    problems: tuple[Finding, ...]
    touched: tuple[Touched, ...]
    steps: tuple[RenewalStep, ...]

    @property
    def pair_changes(self) -> bool:
        """Whether a channel has to be changed."""
        return any(touched.changes for touched in self.touched)


def plan_renewals(certificate_path: str, sessions: Sequence[Session]) -> tuple[Renewal, ...]:
    """The plan for each client certificate in a file; issuers in it complete the chain only.

    ``sessions`` are those of a run. Raises UsageError when the file holds none, and
    FileNotFoundError.
    """
    from iflint.engine.inputs import read_certificates

    read = read_certificates([certificate_path], sessions[0].options)
    if not read.certificates:
        what = read.problems[0].in_one_line if read.problems else "it holds no certificate"
        raise UsageError(f"{certificate_path}: {what}")
    ready = [
        session.with_certificates((*session.inputs.certificates, *read.certificates))
        for session in sessions
    ]
    return tuple(_plan(found, ready) for found in _clients(read.certificates))


def _clients(found: Iterable[FoundCertificate]) -> Iterator[FoundCertificate]:
    """The certificates that issued no other one of the file, each once."""
    each = {one.certificate.sha256: one for one in found}
    issuers = {
        one.certificate.issuer.chain_key
        for one in each.values()
        if one.certificate.subject.chain_key != one.certificate.issuer.chain_key
    }
    clients = [one for one in each.values() if one.certificate.subject.chain_key not in issuers]
    yield from clients or each.values()


def _plan(found: FoundCertificate, sessions: Sequence[Session]) -> Renewal:
    certificate = found.certificate
    touched: dict[Touched, list[str]] = {}
    for each in sessions:
        for iflow in each.verdicts(each.as_of).values():
            for channel in iflow.channels:
                one = _touched(iflow, channel, certificate)
                if one is not None:
                    touched.setdefault(one, []).append(each.name)
    problems = {
        finding.message: finding
        for each in sessions
        for finding in findings_about(found, each, each.inputs.certificates)
    }
    channels = tuple(
        msgspec.structs.replace(one, environments=tuple(filter(None, names)))
        for one, names in touched.items()
    )
    return Renewal(
        certificate=certificate_reference(certificate, (found.location,)),
        subject=certificate.subject.text,
        issuer=certificate.issuer.text,
        problems=tuple(problems.values()),
        touched=channels,
        steps=tuple(_steps(certificate, problems.values(), channels, sessions[0])),
    )


def _touched(
    iflow: IflowVerdict, channel: ChannelVerdict, certificate: Certificate
) -> Touched | None:
    if not channel.judged:
        return None
    wanted = sender_key(certificate.subject)
    same: list[EntryVerdict] = []
    old: list[EntryVerdict] = []
    for entry in channel.entries:
        subject, issuer = entry.subject.name, entry.issuer.name
        if subject is None or issuer is None or sender_key(subject) != wanted:
            continue
        (same if _has_pair(entry, certificate) else old).append(entry)
    if not same and not old:
        return None
    ends = [
        match.certificate.not_after.date()
        for entry in old or same
        for match in entry.joined
        if match.certificate.sha256 != certificate.sha256
    ]
    return Touched(
        iflow=iflow_reference(iflow.iflow),
        channel=channel_reference(channel.channel),
        old=tuple(map(entry_reference, old)),
        has_new=bool(same),
        old_until=max(ends, default=None),
    )


def _has_pair(entry: EntryVerdict, certificate: Certificate) -> bool:
    return any(match.certificate.sha256 == certificate.sha256 for match in entry.joined) or (
        entry.twin is not None
        and entry.subject.name is not None
        and entry.subject.name.canonical == certificate.subject.canonical
    )


def _steps(
    certificate: Certificate,
    problems: Iterable[Finding],
    touched: Sequence[Touched],
    session: Session,
) -> Iterator[RenewalStep]:
    first = certificate.not_before.date()
    to_add = [one for one in touched if not one.has_new]
    to_remove = [one for one in touched if one.old]
    ends = [one.old_until for one in touched if one.old_until is not None]
    last = min(ends, default=None)

    def left(day: date | None) -> int | None:
        return None if day is None else (day - session.as_of.date()).days

    if any(each.severity is Severity.ERROR and not each.works_from for each in problems):
        what = "Get right what is wrong with the certificate: as it is, the sender can't call"
        yield RenewalStep(what, None, (), None, last, left(last))
    if to_add:
        row = (certificate.subject.text, certificate.issuer.text)
        what = "Add this row beside the old one"
        yield RenewalStep(what, row, _labels(to_add), None, last, left(last))
        yield RenewalStep("Redeploy", None, _flows(to_add), None, last, left(last))
    switch = "The sender switches to the new certificate"
    if last is not None and last < first:
        if first > session.as_of.date():
            switch += f"; the old one ends before, on {last}: in between nobody can call"
        yield RenewalStep(switch, None, (), first)
    else:
        yield RenewalStep(switch, None, (), first, last, left(last))
    if to_remove:
        yield RenewalStep("After the switch, remove the old row", None, _labels(to_remove))
        yield RenewalStep("Redeploy", None, _flows(to_remove))


def _labels(touched: Iterable[Touched]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{_flow(one)}: {_channel(one)}" for one in touched))


def _flows(touched: Iterable[Touched]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(_flow, touched)))


def _flow(one: Touched) -> str:
    package = f"{one.iflow.package.name} › " if one.iflow.package else ""
    environments = f" ({', '.join(one.environments)})" if one.environments else ""
    return f"{package}{one.iflow.name}{environments}"


def _channel(one: Touched) -> str:
    return f"{one.channel.adapter} {one.channel.address or one.channel.name}".strip()
