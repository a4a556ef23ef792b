"""A CA's certificate that lies beside the key entry that asked for it.

Who makes a key with ``keytool`` gets an entry with a self-signed certificate. What the CA returns
is to be imported under the alias of that entry, as the reply; under another alias it is one to
trust, and the sender goes on presenting the self-signed one. So it is when a renewed certificate
of the same key is imported under a new alias.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from iflint.answers.checklist import Complaint
from iflint.answers.store_commands import alias_of, as_reply
from iflint.pki.chains.pool import CertificatePool
from iflint.pki.chains.search import judge_chain
from iflint.pki.files import FoundCertificate, KeyEntry
from iflint.pki.roots.trust import RootStanding
from iflint.words.wording import dated

if TYPE_CHECKING:
    from iflint.pki.certificates import Certificate
    from iflint.pki.roots.trust import TrustList


class Reply(msgspec.Struct, frozen=True):
    """The certificate that belongs into an entry, and those at hand above it, without a root."""

    found: FoundCertificate
    above: tuple[FoundCertificate, ...]

    def imported_into(self, entry: KeyEntry) -> KeyEntry:
        """The entry as it will be once the reply is in it."""
        presented = (self.found.certificate, *(one.certificate for one in self.above))
        return msgspec.structs.replace(entry, presented=presented)


def reply_to(
    entry: KeyEntry, at_hand: Iterable[FoundCertificate], trust: TrustList, clock: datetime
) -> Reply | None:
    """The CA's certificate of an entry's key, where the entry holds none that is of use.

    That is, a self-signed or an expired one. Of several the one that is valid, then the latest.
    """
    own = entry.presented[0]
    known = trust.root_of(own)
    is_listed = known is not None and trust.standing(known) is RootStanding.LISTED
    if is_listed or not (own.self_issued or own.not_after < clock):
        return None
    found = tuple(at_hand)
    places: dict[Certificate, FoundCertificate] = {}
    for one in found:
        before = places.get(one.certificate)
        if before is None or (one.alias and not before.alias):
            places[one.certificate] = one

    def rank(certificate: Certificate) -> tuple[bool, datetime, str]:
        is_valid = certificate.not_before <= clock <= certificate.not_after
        return is_valid, certificate.not_after, certificate.sha256

    replies = [
        certificate
        for certificate in places
        if certificate.spki == own.spki
        and not certificate.self_issued
        and certificate not in entry.presented
        and certificate.not_after > max(clock, own.not_before)
    ]
    if not replies:
        return None
    best = max(replies, key=rank)
    chain = judge_chain(best, CertificatePool(found), trust, clock)
    above = [c for c in chain.below_root if c != best and not c.self_issued]
    return Reply(places[best], tuple(places[certificate] for certificate in above))


def complaint_of_reply(reply: Reply, entry: KeyEntry, keystore: str, clock: datetime) -> Complaint:
    """What is wrong, and the commands that put it right."""
    own = entry.presented[0]
    old = (
        "the self-signed certificate that it was made with"
        if own.self_issued
        else f"a certificate that expired on {dated(own.not_after, clock)}"
    )
    found = reply.found
    lies = f"under the alias “{found.alias}”" if found.alias else f"in {found.location.file}"
    alias = alias_of(entry.alias)
    commands = as_reply(alias, keystore, (found, *reply.above))
    remedy = f"Import it with its chain under the alias of the key, “{alias}”: so it becomes the "
    remedy += "reply to that entry. No new certificate is needed."
    if not commands:
        remedy += " keytool -importcert wants them in one PEM file, the certificate first."
    return Complaint(
        f"The key entry still holds {old}. The CA's certificate of the same key lies {lies}, "
        "where the sender does not present it.",
        remedy,
        commands=commands,
    )
