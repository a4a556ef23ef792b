"""What to do with a renewed certificate: which channels it touches, and SAP's steps with dates.

The order is that of SAP's procedure (2d3cae7): the new pair is added beside the old one and
deployed, the sender switches, the old pair is removed and deployed. With the same pair nothing in
the flow changes. A service key that is pinned and a mapping accept one certificate: a new one of
the same instance or user comes before the switch, and the old one goes after it (19af5e2, 9949c61).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from iflint.answers.admissions import label_of
from iflint.answers.lone_certificate import findings_about
from iflint.callers.caller import CallerKind
from iflint.judging.name_index import sender_key
from iflint.judging.references import (
    caller_reference,
    certificate_reference,
    channel_reference,
    entry_reference,
    iflow_reference,
)
from iflint.options import UsageError
from iflint.report.findings import (
    CallerReference,
    CertificateReference,
    ChannelReference,
    EntryReference,
    Finding,
    IflowReference,
    Severity,
)

if TYPE_CHECKING:
    from iflint.engine.session import Session
    from iflint.judging.verdicts import (
        CallerVerdict,
        ChannelVerdict,
        EntryVerdict,
        IflowVerdict,
    )
    from iflint.pki.certificates import Certificate
    from iflint.pki.files import FoundCertificate
    from iflint.places.location import FileLocation


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


class TouchedCaller(msgspec.Struct, frozen=True, kw_only=True):
    """A service key or a mapping that holds a certificate of this sender.

    It does so in the ``environments`` named. ``has_new`` tells whether it holds the new
    certificate, ``accepts_new`` whether it lets it in: a key that is not pinned does so with the
    pair of its own one. ``replaced`` tells that another one for the same channels holds the new
    certificate already. ``pin_assumed``: nobody said whether the key is pinned. ``opens`` are the
    channels that it is known to open, ``old_until`` is the last day of the certificate that it
    holds.
    """

    caller: CallerReference
    file: FileLocation
    has_new: bool
    accepts_new: bool
    pinned: bool
    pin_assumed: bool
    opens: tuple[str, ...]
    old_until: date | None
    replaced: bool = False
    environments: tuple[str, ...] = ()

    @property
    def is_mapping(self) -> bool:
        """Whether it is a certificate-to-user mapping, no service key."""
        return self.caller.kind == CallerKind.MAPPING

    @property
    def needs_new(self) -> bool:
        """Whether a new one has to be made before the sender switches."""
        return not self.accepts_new and not self.replaced


class RenewalStep(msgspec.Struct, frozen=True):
    """One step of the procedure: what, at which channels, and in which days it may happen.

    ``channels`` are keys and mappings where the step is about these. ``row`` is the subject and
    issuer to enter, exactly as the runtime accepts them. ``days_left`` counts calendar days from
    the clock to ``until``; negative: too late.
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
    callers: tuple[TouchedCaller, ...] = ()

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
    known: dict[TouchedCaller, list[str]] = {}
    problems: dict[str, Finding] = {}
    for each in sessions:
        verdicts = tuple(_of_sender(each, certificate))
        of_callers = (_touched_caller(each, verdict, certificate) for verdict in verdicts)
        for caller in _beside_each_other(of_callers):
            known.setdefault(caller, []).append(each.name)
        has_row = False
        for iflow in each.verdicts(each.as_of).values():
            for channel in iflow.channels:
                one = _touched(iflow, channel, certificate)
                if one is not None:
                    has_row = True
                    touched.setdefault(one, []).append(each.name)
        alike = verdicts[0].caller if verdicts and not has_row else None
        for finding in findings_about(found, each, each.inputs.certificates, alike):
            problems[finding.message] = finding
    channels = tuple(
        msgspec.structs.replace(one, environments=tuple(filter(None, names)))
        for one, names in touched.items()
    )
    callers = tuple(
        msgspec.structs.replace(one, environments=tuple(filter(None, names)))
        for one, names in known.items()
    )
    return Renewal(
        certificate=certificate_reference(certificate, (found.location,)),
        subject=certificate.subject.text,
        issuer=certificate.issuer.text,
        problems=tuple(problems.values()),
        touched=channels,
        steps=tuple(_steps(certificate, problems.values(), channels, callers, sessions[0])),
        callers=callers,
    )


def _of_sender(session: Session, certificate: Certificate) -> Iterator[CallerVerdict]:
    """The service keys and mappings that hold a certificate of the same sender."""
    wanted = sender_key(certificate.subject)
    for verdict in session.caller_verdicts(session.as_of):
        held = verdict.caller.certificate
        if held is not None and held.subject.rdns and sender_key(held.subject) == wanted:
            yield verdict


def _touched_caller(
    session: Session, verdict: CallerVerdict, certificate: Certificate
) -> TouchedCaller:
    caller, held = verdict.caller, verdict.caller.certificate
    assert held is not None
    accepted = {match.certificate.sha256 for match in verdict.joined}
    has_new = held.sha256 == certificate.sha256
    return TouchedCaller(
        caller=caller_reference(caller),
        file=caller.location.file,
        has_new=has_new,
        accepts_new=certificate.sha256 in accepted,
        pinned=caller.pinned,
        pin_assumed=caller.assumed,
        opens=session.opened_by(caller),
        old_until=None if has_new else held.not_after.date(),
    )


def _beside_each_other(callers: Iterable[TouchedCaller]) -> Iterator[TouchedCaller]:
    """Each with whether another one has taken its place already."""
    found = list(callers)
    new = [one for one in found if one.has_new]
    for one in found:
        replaced = not one.accepts_new and any(_replaces(other.caller, one.caller) for other in new)
        yield msgspec.structs.replace(one, replaced=replaced)


def _replaces(new: CallerReference, old: CallerReference) -> bool:
    """Whether a new key is of the same tenant and roles, or a new mapping of the same user."""
    if new.kind != old.kind:
        return False
    if new.kind == CallerKind.MAPPING:
        return new.name == old.name
    unknown = new.roles is None or old.roles is None
    return new.tenant == old.tenant and (unknown or set(old.roles or ()) <= set(new.roles or ()))


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
    callers: Sequence[TouchedCaller],
    session: Session,
) -> Iterator[RenewalStep]:
    first = certificate.not_before.date()
    to_add = [one for one in touched if not one.has_new]
    to_remove = [one for one in touched if one.old]
    ends = [*(one.old_until for one in touched), *(one.old_until for one in callers)]
    last = min((day for day in ends if day is not None), default=None)

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
    for what, those in (
        (_NEW_KEY, [one for one in callers if one.needs_new and not one.is_mapping]),
        (_NEW_MAPPING, [one for one in callers if one.needs_new and one.is_mapping]),
    ):
        if those:
            yield RenewalStep(what, None, _named(those), None, last, left(last))
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
    for what, those in (
        (_OLD_KEY, [one for one in callers if not one.accepts_new and not one.is_mapping]),
        (_OLD_MAPPING, [one for one in callers if not one.accepts_new and one.is_mapping]),
    ):
        if those:
            yield RenewalStep(what, None, _named(those))


_NEW_KEY = "Make a new service key with the new certificate in the same instance as the old one"
_NEW_MAPPING = "Map the new certificate to the same user as the old one"
_OLD_KEY = "After the switch, delete the old service key"
_OLD_MAPPING = "After the switch, remove the old mapping"


def _named(callers: Iterable[TouchedCaller]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(caller_label, callers)))


def caller_label(one: TouchedCaller) -> str:
    """A service key or a mapping with its file and environments, as people read it."""
    environments = f" in {', '.join(one.environments)}" if one.environments else ""
    return f"{label_of(one.caller, one.file)}{environments}"


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
