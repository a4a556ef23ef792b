"""Judges one certificate by itself, by the rules for what lets a certificate in.

For what comes without a flow: a renewed certificate, what a sender's keystore presents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from iflint.callers.caller import Caller, CallerKind
from iflint.iflow.model import (
    Authorization,
    AuthorizationKind,
    CertificateEntry,
    Iflow,
    SenderChannel,
    Value,
)
from iflint.places.edits import CannotWrite
from iflint.rule.rule import Topic, topics

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iflint.engine.session import Session
    from iflint.pki.certificates import Certificate
    from iflint.pki.files import FoundCertificate
    from iflint.places.edits import Edit
    from iflint.places.location import Location
    from iflint.report.findings import Finding


def findings_about(
    found: FoundCertificate,
    session: Session,
    beside: Iterable[FoundCertificate],
    caller: Caller | None = None,
) -> tuple[Finding, ...]:
    """What the rules in force in ``session`` say of a certificate, less what is about renewals:
    a certificate by itself has no entries besides its own.

    It is taken for that of a row, or of a service key or a mapping such as ``caller``; one without
    a subject, which can stand in no row, for that of any mapping. ``beside``
    are the certificates that may complete its chain; those of its own pair are left out, as they
    could hide a fault.
    """
    pair = found.certificate.pair
    others = (one for one in beside if one.certificate.pair != pair)
    alone = session.with_certificates((found, *others))
    if caller is not None:
        findings = alone.findings_of(_caller_for(found, caller))
    elif found.certificate.subject.rdns:
        findings = alone.findings_in(_flow_for(found))
    else:
        findings = alone.findings_of(_without_row(found), lone=True)
    about = topics(session.rules)
    return tuple(finding for finding in findings if about.get(finding.code) is not Topic.RENEWAL)


def clients(found: Iterable[FoundCertificate]) -> Iterator[FoundCertificate]:
    """The certificates that issued no other one of the file, each once; CAs' only if all are."""
    each = {one.certificate.sha256: one for one in found}
    issuers = {
        one.certificate.issuer.chain_key
        for one in each.values()
        if one.certificate.subject.chain_key != one.certificate.issuer.chain_key
    }
    leaves = [one for one in each.values() if one.certificate.subject.chain_key not in issuers]
    own = [one for one in leaves if not is_an_authoritys(one.certificate)]
    yield from own or leaves or each.values()


def is_an_authoritys(certificate: Certificate) -> bool:
    """Whether a certificate is a CA's, above others: of itself, a sender's often says so, too."""
    return bool(certificate.is_ca) and not certificate.self_issued


class _Place(msgspec.Struct, frozen=True):
    """An origin that is one place, whatever characters are asked for."""

    location: Location

    def locate(self, start: int = 0, end: int | None = None) -> Location:  # noqa: ARG002
        """The place."""
        return self.location

    def edit(self, text: str, start: int = 0, end: int | None = None) -> Edit:  # noqa: ARG002
        """Always raises CannotWrite."""
        raise CannotWrite("it stands in no flow")


def _caller_for(found: FoundCertificate, caller: Caller) -> Caller:
    """A key or a mapping such as another one, made up for one certificate."""
    return msgspec.structs.replace(
        caller,
        certificate=found.certificate,
        location=found.location,
        places=(found.location,),
        chain=(),
    )


def _without_row(found: FoundCertificate) -> Caller:
    """What lets a certificate in that can stand in no row."""
    place = found.location
    return Caller(
        kind=CallerKind.MAPPING,
        name="",
        identity="",
        location=place,
        places=(place,),
        certificate=found.certificate,
    )


def _flow_for(found: FoundCertificate) -> Iflow:
    """A flow made up for one certificate: one channel, and one entry with its pair."""
    place, certificate = _Place(found.location), found.certificate
    subject, issuer = (
        Value(name.text, name.text, place) for name in (certificate.subject, certificate.issuer)
    )
    channel = SenderChannel(
        id="",
        ordinal=1,
        name="",
        participant="",
        adapter="",
        address=None,
        authorization=Authorization(AuthorizationKind.CLIENT_CERTIFICATE),
        entries=(CertificateEntry(1, subject, issuer, place),),
        origin=place,
        checked=True,
    )
    file = found.location.file
    return Iflow("", "", "", None, file, file, (channel,))
