"""What to write to the partner whose certificate ends: what the files prove, and no more."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from iflint.answers.certificate_uses import uses_of
from iflint.answers.lone_certificate import clients
from iflint.answers.predecessors import read_replaced
from iflint.judging.renewals import is_of_same_sender
from iflint.judging.verdicts import is_later
from iflint.options import UsageError
from iflint.pki.names import COMMON_NAME
from iflint.pki.roots.trust import TRUST_STORE, Platform
from iflint.report.certificate_list import OWN, PAIR
from iflint.report.letter import Interface, Letter, RootList

if TYPE_CHECKING:
    from iflint.callers.caller import Caller
    from iflint.engine.session import Session
    from iflint.pki.certificates import Certificate
    from iflint.report.certificate_list import CertificateUse

_OPTION = "--letter"


def letter_about(certificate: str, sessions: Sequence[Session]) -> Letter:
    """The letter about a certificate, given as a file or as the subject of one at hand.

    Of several with one subject it is about the one that counts. Raises UsageError.
    """
    sessions, wanted = _with_it(certificate, sessions)
    known = {each.sha256: each for session in sessions for each in _certificates(session)}
    uses = [
        use
        for use in uses_of(sessions).certificates
        if use.role == "client" and wanted(known[use.certificate.sha256])
    ]
    if not uses:
        raise UsageError(f"{_OPTION} {certificate}: no client certificate at hand has this subject")
    use = max(uses, key=_what_counts)
    return _letter(known[use.certificate.sha256], use, sessions)


def _with_it(
    certificate: str, sessions: Sequence[Session]
) -> tuple[Sequence[Session], Callable[[Certificate], bool]]:
    """The sessions, with the certificate at hand, and which one it is."""
    from iflint.engine.inputs import read_certificates
    from iflint.sources.disk import Disk

    options = sessions[0].options
    if not os.path.lexists(Disk(options.directory).absolute(certificate)):
        return sessions, read_replaced(certificate, options, _OPTION).has
    read = read_certificates([certificate], options)
    if not read.certificates:
        what = read.problems[0].in_one_line if read.problems else "it holds no certificate"
        raise UsageError(f"{_OPTION} {certificate}: {what}")
    own = [each.certificate for each in clients(read.certificates)]
    if len({each.subject.canonical for each in own}) > 1:
        raise UsageError(f"{_OPTION} {certificate}: it holds several; name one by its subject")
    if own[0].is_ca:
        raise UsageError(f"{_OPTION} {certificate}: it is a CA's certificate, not a client's")
    ready = [
        each.with_certificates((*each.inputs.certificates, *read.certificates)) for each in sessions
    ]
    return ready, lambda each: each in own


def _certificates(session: Session) -> Iterator[Certificate]:
    yield from session.pool
    yield from (each.certificate for each in session.callers if each.certificate is not None)


def _what_counts(use: CertificateUse) -> tuple[bool, datetime]:
    needing = [*(one.decides for one in use.uses), *(one.decides for one in use.callers)]
    return any(needing), use.certificate.not_after


def _letter(certificate: Certificate, use: CertificateUse, sessions: Sequence[Session]) -> Letter:
    callers = [one for each in sessions for one in _holders(certificate, each)]
    pinned = [one for one in callers if one.pinned]
    by_row = [one for one in use.uses if one.relation == PAIR]
    first = sessions[0]
    until = _works_until(certificate, use, sessions)
    return Letter(
        as_of=first.as_of,
        name=_common_name(certificate),
        subject=certificate.subject.text,
        issuer=certificate.issuer.text,
        serial="" if use.by_facts else f"{certificate.serial:X}",
        sha256="" if use.by_facts else certificate.sha256,
        not_after=certificate.not_after,
        works_until=until,
        interfaces=tuple(_interfaces(use)),
        lists=tuple(_lists(sessions)),
        names_are_compared=bool(by_row) or any(not one.pinned for one in callers),
        only_this_one=bool(pinned),
        assumed=all(one.assumed for one in pinned),
        made_by_sap=bool(callers) and not by_row and all(one.made_by_sap for one in callers),
        self_signed=certificate.self_issued,
        trusted=all(each.verdict == "works" for each in use.standings),
        wanted=((until or first.as_of) - timedelta(days=first.options.expiry_days)).date(),
        ca_ends=any(_ends_for_clients(certificate, each) for each in sessions),
        renewed=_renewed(certificate, sessions),
    )


def _ends_for_clients(certificate: Certificate, session: Session) -> bool:
    """Whether the calendar of public CAs has its CA, which issues none for clients before long."""
    from iflint.pki.chains.search import judge_chain
    from iflint.rule.supply import sunset_of

    trust = session.trust.at(session.as_of)
    chain = judge_chain(certificate, session.pool, trust, session.as_of)
    return sunset_of(session.calendar, chain) is not None


def _renewed(certificate: Certificate, sessions: Iterable[Session]) -> str:
    """The file of a certificate at hand that the sender can use after this one."""
    for session in sessions:
        for each in session.pool:
            follows = is_later(each, certificate) and is_of_same_sender(each, certificate)
            if follows and not session.would_refuse(each):
                return str(session.pool.locations(each)[0].file)
    return ""


def _works_until(
    certificate: Certificate, use: CertificateUse, sessions: Sequence[Session]
) -> datetime | None:
    """The last moment at which it can be used wherever it opens something; None: not everywhere."""
    needed = {*(each.environments for each in use.uses), *(one.environments for one in use.callers)}
    names = {name for names in needed for name in names or ("",)}
    asked = [each for each in sessions if each.name in names] or sessions
    ends = [each.works_until(certificate) for each in asked]
    return None if None in ends else min(filter(None, ends))


def _common_name(certificate: Certificate) -> str:
    subject = certificate.subject
    parts = (part for rdn in reversed(subject.rdns) for part in rdn)
    found = next((part.value for part in parts if part.oid == COMMON_NAME), "")
    return found or subject.readable


def _holders(certificate: Certificate, session: Session) -> Iterator[Caller]:
    """The service keys and mappings that let the certificate in."""
    for verdict in session.caller_verdicts(session.as_of):
        joined = any(match.certificate == certificate for match in verdict.joined)
        if joined or verdict.caller.certificate == certificate:
            yield verdict.caller


def _interfaces(use: CertificateUse) -> Iterator[Interface]:
    """What the certificate opens, each once, with the environments in which it does so."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for one in use.uses:
        if one.relation == PAIR:
            address = f"{one.channel.adapter} {one.channel.address or one.channel.name}".strip()
            found.setdefault((address, one.iflow.name), {}).update(dict.fromkeys(one.environments))
    for caller in use.callers:
        for label in caller.channels if caller.relation in (OWN, PAIR) else ():
            iflow, _, address = label.rpartition(": ")
            found.setdefault((address, iflow), {}).update(dict.fromkeys(caller.environments))
    for (address, iflow), environments in found.items():
        yield Interface(address, iflow, tuple(environments))


def _lists(sessions: Iterable[Session]) -> Iterator[RootList]:
    """The lists in force, each once, with its environments where they differ."""
    found: dict[tuple[str, str], list[str]] = {}
    for session in sessions:
        trust = session.trust.at(session.as_of)
        kind, name = "own", ""
        is_public = trust.release is not None and trust.table.name == TRUST_STORE
        if is_public and trust.platform is not Platform.CUSTOM:
            kind = "neo" if trust.platform is Platform.NEO else "sap"
            name = f"{trust.table.name} {trust.release}"
        found.setdefault((kind, name), []).append(session.name)
    for (kind, name), environments in found.items():
        several = tuple(filter(None, environments)) if len(found) > 1 else ()
        yield RootList(kind, name, several)
