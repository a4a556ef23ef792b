"""What to do with a renewed certificate: which channels it touches, and SAP's steps with dates.

`iflint.answers.renewal_steps` has the steps, `iflint.answers.predecessors` what it may replace
where nobody knows its sender.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

import msgspec

from iflint.answers.admissions import label_of
from iflint.answers.lone_certificate import clients, findings_about, is_an_authoritys
from iflint.answers.predecessors import Replaced, alike, knows, read_replaced
from iflint.answers.renewal_plan import Renewal, Touched, TouchedCaller
from iflint.answers.renewal_steps import flow_name, schedules
from iflint.callers.caller import CallerKind
from iflint.judging.references import (
    caller_reference,
    certificate_reference,
    channel_reference,
    entry_reference,
    folder_of,
    iflow_reference,
)
from iflint.judging.renewals import is_same_sender
from iflint.judging.verdicts import (
    CallerVerdict,
    EntryState,
    EntryVerdict,
    flaws,
    is_later,
    works_until,
)
from iflint.limits import RENEWALS, numbered
from iflint.options import UsageError
from iflint.places.defects import each_spared
from iflint.report.findings import CallerReference, Finding, Severity
from iflint.words.wording import day

if TYPE_CHECKING:
    from datetime import datetime

    from iflint.callers.caller import Caller
    from iflint.engine.session import Session
    from iflint.judging.verdicts import (
        BindingVerdict,
        ChannelVerdict,
        IflowVerdict,
        JoinedCertificate,
        Successor,
    )
    from iflint.pki.certificates import Certificate
    from iflint.pki.files import FoundCertificate
    from iflint.pki.names import Name
    from iflint.places.location import FileLocation, Location
    from iflint.places.problems import Problem


class Plans(msgspec.Struct, frozen=True):
    """The plan for each client certificate of a file, and what of the file could not be read."""

    renewals: tuple[Renewal, ...]
    problems: tuple[Problem, ...]


class _InOne(msgspec.Struct, frozen=True):
    """What a certificate touches in one environment."""

    session: Session
    touched: tuple[Touched, ...]
    callers: tuple[TouchedCaller, ...]
    bindings: tuple[BindingVerdict, ...]

    @property
    def like(self) -> Caller | None:
        """The key or mapping in whose words the certificate is spoken of; None: a row's."""
        held = (each.caller for each in self.bindings if isinstance(each, CallerVerdict))
        return None if self.touched else next(held, None)

    @property
    def letting_in(self) -> _InOne:
        """The same with those alone that let the certificate in."""
        return msgspec.structs.replace(
            self,
            touched=tuple(
                msgspec.structs.replace(one, old=(), old_until=None)
                for one in self.touched
                if one.has_new or one.wrong
            ),
            callers=tuple(one for one in self.callers if one.accepts_new),
        )


def plan_renewals(
    certificate_path: str,
    sessions: Sequence[Session],
    *,
    others: Sequence[Session] = (),
    replaces: str | None = None,
) -> Plans:
    """The plan for each client certificate in a file; issuers in it complete the chain only.

    ``sessions`` are those of a run, ``others`` those of environments that nobody asked for, where
    rows of flows count all the same. ``replaces`` is a certificate file or a DN: whose certificate
    the new one takes the place of. Raises UsageError when a file holds no certificate or the DN is
    none, and FileNotFoundError.
    """
    from iflint.engine.inputs import read_certificates

    read = read_certificates([certificate_path], sessions[0].options)
    if not read.certificates:
        what = read.problems[0].in_one_line if read.problems else "it holds no certificate"
        raise UsageError(f"{certificate_path}: {what}")
    replaced = Replaced()
    if replaces is not None:
        replaced = read_replaced(replaces, sessions[0].options)
        if not any(knows(session, replaced) for session in sessions):
            what = "no row, service key or mapping has this subject"
            raise UsageError(f"--replaces {replaces}: {what}")

    def ready(each: Session) -> Session:
        return each.with_certificates((*each.inputs.certificates, *read.certificates))

    asked = tuple(clients(read.certificates))
    if len(asked) > RENEWALS.value:
        raise UsageError(
            f"{certificate_path}: it holds {numbered(len(asked))} client certificates, more than"
            f" {numbered(RENEWALS.value)}; split it, or {RENEWALS.option}"
        )
    known = {one.certificate.sha256 for each in sessions for one in each.inputs.certificates}
    prepared, elsewhere = list(map(ready, sessions)), list(map(ready, others))

    def planned(found: FoundCertificate) -> Renewal:
        at_hand = found.certificate.sha256 in known
        return _plan(found, prepared, elsewhere, replaced, at_hand=at_hand)

    renewals = tuple(each_spared(asked, planned, lambda found: found.location))
    return Plans(renewals, tuple(read.problems))


def _plan(
    found: FoundCertificate,
    sessions: Sequence[Session],
    others: Sequence[Session],
    replaced: Replaced,
    *,
    at_hand: bool,
) -> Renewal:
    certificate = found.certificate
    sender = _Sender(certificate, replaced)
    in_each = [_in_one(each, sender, (*sessions, *others)) for each in sessions]
    problems = {finding.message: finding for one in in_each for finding in _problems(found, one)}
    bindings = [binding for one in in_each for binding in one.bindings]
    in_use = at_hand and _is_in_use(certificate, bindings, sessions[0].as_of)
    if in_use:
        in_each = [one.letting_in for one in in_each]
    in_each = _told_apart(in_each)
    renewed = _renewed(certificate, bindings) if in_use else None
    plan = Renewal(
        certificate=certificate_reference(certificate, (found.location,)),
        subject=certificate.subject.text,
        issuer=certificate.issuer.text,
        problems=tuple(_answered(each, certificate, renewed) for each in problems.values()),
        touched=_merged([(one.session.name, each) for one in in_each for each in one.touched]),
        callers=_merged([(one.session.name, each) for one in in_each for each in one.callers]),
        schedules=(),
        in_use=in_use,
        until=_until(in_each, certificate),
        renewed=renewed,
        without_subject=not certificate.subject.rdns,
        unknown=() if in_use else tuple(dict.fromkeys(_unknown(sessions))),
        refused=any(one.session.would_refuse(certificate) for one in in_each),
        at_hand=at_hand,
    )
    of_another = any(not one.has_new for one in plan.touched)
    of_another |= any(not one.has_new for one in plan.callers)
    if is_an_authoritys(certificate) and not of_another:
        return _of_a_ca(plan, certificate, sessions)
    if not plan.touched and not plan.callers:
        others_like_it = () if certificate.is_ca else alike(certificate, sessions)
        return msgspec.structs.replace(plan, predecessors=others_like_it)
    to_do = (
        (one.session, one.touched, one.callers, _renewed(certificate, one.bindings) is not None)
        for one in in_each
    )
    steps = schedules(plan, certificate, to_do)
    return msgspec.structs.replace(plan, schedules=steps)


def _told_apart(in_each: Sequence[_InOne]) -> list[_InOne]:
    """The same with the places of flows that have one name, as copies for environments have."""
    files: dict[str, set[FileLocation]] = {}
    for each in in_each:
        for one in each.touched:
            files.setdefault(flow_name(one), set()).add(one.iflow.location)

    def told(one: Touched) -> Touched:
        if len(files[flow_name(one)]) == 1:
            return one
        return msgspec.structs.replace(one, at=folder_of(one.iflow))

    return [
        msgspec.structs.replace(each, touched=tuple(map(told, each.touched))) for each in in_each
    ]


def _of_a_ca(plan: Renewal, certificate: Certificate, sessions: Iterable[Session]) -> Renewal:
    """What there is to tell of a CA's certificate: what has it as a sender's, and who is below."""
    name = certificate.subject.canonical
    below = {
        each.certificate.subject.readable: None
        for session in sessions
        for each in session.inputs.certificates
        if each.certificate.issuer.canonical == name != each.certificate.subject.canonical
    }
    return msgspec.structs.replace(
        plan,
        problems=(),
        in_use=False,
        renewed=None,
        unknown=(),
        of_ca=True,
        below=tuple(below),
    )


def _until(in_each: Iterable[_InOne], certificate: Certificate) -> datetime | None:
    """The last moment at which it can be used wherever it is; None: somewhere it can't."""
    ends = [each.session.works_until(certificate) for each in in_each if each.bindings]
    return None if None in ends else min(filter(None, ends), default=certificate.not_after)


def _unknown(sessions: Iterable[Session]) -> Iterator[str]:
    """The service keys and mappings of whose certificates no name is known."""
    for session in sessions:
        for each in session.caller_verdicts(session.as_of):
            held = each.caller.certificate
            nameless = held is not None and held.is_known_by_facts and not held.subject.rdns
            if nameless or (held is None and each.caller.missing is not None):
                yield label_of(caller_reference(each.caller), each.caller.location.file)


def _problems(found: FoundCertificate, one: _InOne) -> Iterator[Finding]:
    """What is wrong with a certificate today, and what will be on its first day."""
    beside = one.session.inputs.certificates
    today = findings_about(found, one.session, beside, one.like)
    yield from today
    first = found.certificate.not_before
    if first <= one.session.as_of:
        return
    known = {finding.code for finding in today}
    for finding in findings_about(found, one.session.at(first), beside, one.like):
        if finding.severity is Severity.ERROR and finding.code not in known:
            message = f"On its first day, {day(first)}: {finding.message}"
            yield msgspec.structs.replace(finding, message=message)


def _answered(finding: Finding, certificate: Certificate, renewed: Location | None) -> Finding:
    """What is said of a certificate; of its own end, where the renewed one is if it is at hand."""
    end = finding.breaks_on or finding.broken_since
    if renewed is None or end != certificate.not_after:
        return finding
    remedy = f"The renewed certificate is at hand ({renewed.file}). Use that one."
    return msgspec.structs.replace(finding, remedy=remedy)


class _Sender(msgspec.Struct, frozen=True):
    """Who has a new certificate, and what it replaces."""

    certificate: Certificate
    replaced: Replaced

    def is_named(self, name: Name) -> bool:
        """Whether a subject is the sender's."""
        same = bool(name.rdns) and is_same_sender(name, self.certificate.subject)
        return same or self.replaced.is_named(name)

    def knows(self, entry: EntryVerdict) -> bool:
        """Whether a row has one of the sender's names in its pair, or is meant for the certificate.

        Only the way in which its names are written keeps it out then.
        """
        name = entry.subject.name
        named = name is not None and entry.pair is not None and self.is_named(name)
        return named or _is_meant(entry, self.certificate)

    def has(self, certificate: Certificate) -> bool:
        """Whether a certificate is the sender's."""
        return (
            certificate.sha256 == self.certificate.sha256
            or self.replaced.has(certificate)
            or self.is_named(certificate.subject)
        )


def _is_in_use(
    certificate: Certificate, bindings: Iterable[BindingVerdict], clock: datetime
) -> bool:
    """Whether a binding has the certificate, and none of its sender an older one that still counts.

    A row for which no certificate is at hand may have one.
    """
    held = {
        match.certificate.sha256: match.certificate
        for binding in bindings
        for match in binding.joined
    }
    older = any(is_later(certificate, c) and clock <= c.not_after for c in held.values())
    unknown = any(
        not binding.joined
        for binding in bindings
        if not isinstance(binding, EntryVerdict)
        or (binding.twin is None and not _is_meant(binding, certificate))
    )
    begun = certificate.not_before <= clock
    return certificate.sha256 in held and begun and not older and not unknown


def _renewed(certificate: Certificate, bindings: Iterable[BindingVerdict]) -> Location | None:
    """Where a usable one of the same sender stands that is later than the certificate."""
    for binding in bindings:
        found: tuple[Successor | JoinedCertificate, ...] = (*binding.successors, *binding.joined)
        for each in found:
            later = is_later(each.certificate, certificate)
            if later and not flaws(each.certificate, each.chain):
                return each.locations[0]
    return None


T = TypeVar("T", Touched, TouchedCaller)


def _merged(found: Iterable[tuple[str, T]]) -> tuple[T, ...]:
    """What is the same in several environments once, with their names."""
    environments: dict[T, list[str]] = {}
    for name, one in found:
        environments.setdefault(one, []).append(name)
    return tuple(
        msgspec.structs.replace(one, environments=tuple(filter(None, names)))
        for one, names in environments.items()
    )


def _in_one(session: Session, sender: _Sender, everywhere: Sequence[Session]) -> _InOne:
    """What a certificate touches in one environment; rows count ``everywhere``."""
    certificate = sender.certificate
    touched: list[Touched] = []
    bindings: list[BindingVerdict] = []
    for iflow in session.verdicts(session.as_of).values():
        for channel in iflow.channels:
            known = [each for each in channel.entries if sender.knows(each)]
            if channel.judged and known:
                one = _touched(iflow, channel, known, certificate)
                strangers = () if one.has_new else _strangers(one, known, certificate, everywhere)
                kept_for = _kept_for(one, known, sender, everywhere)
                one = msgspec.structs.replace(one, strangers=strangers, kept_for=kept_for)
                touched.append(one)
                bindings += known
    callers = [
        each
        for each in session.caller_verdicts(session.as_of)
        if each.caller.certificate is not None and sender.has(each.caller.certificate)
    ]
    return _InOne(
        session,
        tuple(touched),
        tuple(_beside_each_other(_touched_caller(session, one, certificate) for one in callers)),
        (*bindings, *callers),
    )


def _touched_caller(
    session: Session, verdict: CallerVerdict, certificate: Certificate
) -> TouchedCaller:
    caller, held = verdict.caller, verdict.caller.certificate
    assert held is not None
    has_new = held.sha256 == certificate.sha256
    last = session.works_until(held)
    return TouchedCaller(
        caller=caller_reference(caller),
        file=caller.location.file,
        has_new=has_new,
        accepts_new=certificate.sha256 in {m.certificate.sha256 for m in verdict.joined},
        pinned=caller.pinned,
        pin_assumed=caller.assumed,
        opens=session.opened_by(caller),
        made_by_sap=bool(caller.made_by_sap),
        old_until=None if has_new or last is None else last.date(),
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
    iflow: IflowVerdict,
    channel: ChannelVerdict,
    known: Sequence[EntryVerdict],
    certificate: Certificate,
) -> Touched:
    pair = _pair(certificate)
    same = [entry for entry in known if entry.pair == pair or _lets_in(entry, certificate)]
    wrong = [entry for entry in known if entry not in same and _is_meant(entry, certificate)]
    old = [entry for entry in known if entry not in same and entry not in wrong]
    ends = [
        last.date()
        for entry in old or same or wrong
        for match in entry.joined
        if match.certificate.sha256 != certificate.sha256
        and (last := works_until(match.certificate, match.chain)) is not None
    ]
    return Touched(
        iflow=iflow_reference(iflow.iflow),
        channel=channel_reference(channel.channel),
        old=tuple(map(entry_reference, old)),
        wrong=tuple(map(entry_reference, wrong)),
        of_parameters=any(
            value.parameters for each in wrong for value in (each.entry.subject, each.entry.issuer)
        ),
        doubtful=any(_may_be_meant(entry, certificate) for entry in old),
        has_new=bool(same),
        uncertain=bool(same) and all(each.state is EntryState.UNDECIDABLE for each in same),
        old_until=max(ends, default=None),
    )


def _strangers(
    touched: Touched,
    known: Iterable[EntryVerdict],
    certificate: Certificate,
    everywhere: Iterable[Session],
) -> tuple[str, ...]:
    """The environments whose channel a new row in the flow's file would open to a stranger."""
    pairs = {_pair(certificate), *(entry.pair for entry in known)}
    return tuple(
        session.name
        for session in everywhere
        if session.would_open(touched.iflow.location, touched.channel.ordinal, pairs)
    )


def _kept_for(
    touched: Touched, known: Sequence[EntryVerdict], sender: _Sender, everywhere: Iterable[Session]
) -> tuple[str, ...]:
    """The environments in which a row that is the sender's here lets another one in.

    Its cells are parameters, so it stands once in the flow, with the values of each environment.
    """
    going = {each.ordinal for each in touched.old}
    rows = {_cells(each) for each in known if not going or each.entry.ordinal in going}
    return tuple(
        session.name
        for session in everywhere
        if any(
            _cells(each) in rows and _lets_another_in(each, sender)
            for channel in session.channels_at(touched.iflow.location, touched.channel.ordinal)
            for each in channel.entries
        )
    )


def _cells(entry: EntryVerdict) -> tuple[int, str, str]:
    """A row as it stands in the flow, whatever the values of its parameters."""
    return entry.entry.ordinal, entry.subject.value.raw, entry.issuer.value.raw


def _lets_another_in(entry: EntryVerdict, sender: _Sender) -> bool:
    name = entry.subject.name if entry.state is not EntryState.PLACEHOLDER else None
    return name is not None and entry.pair is not None and not sender.knows(entry)


def _pair(certificate: Certificate) -> tuple[str, str]:
    return certificate.subject.canonical, certificate.issuer.canonical


def _is_meant(entry: EntryVerdict, certificate: Certificate) -> bool:
    """Whether a row would have the certificate's pair but for the way in which it is written."""
    near = entry.misspelt
    return near is not None and near.certificate.sha256 == certificate.sha256


def _may_be_meant(entry: EntryVerdict, certificate: Certificate) -> bool:
    """Whether a row differs from the certificate's pair as by a typing error."""
    near = entry.near_miss
    changed = entry.has_other_attributes or entry.has_another_issuer
    return near is not None and near.certificate.sha256 == certificate.sha256 and not changed


def _lets_in(entry: EntryVerdict, certificate: Certificate) -> bool:
    return any(match.certificate.sha256 == certificate.sha256 for match in entry.joined)
