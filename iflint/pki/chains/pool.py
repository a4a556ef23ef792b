"""The certificates at hand, by the names that chains are built with."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from iflint.limits import NAMESAKES
from iflint.pki.certificates import Certificate
from iflint.pki.names import Name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from iflint.pki.files import FoundCertificate, KeyEntry
    from iflint.places.location import Location


class CertificatePool:
    """The certificates at hand, each once, with every place at which it was found.

    In ``remembered`` is what others have worked out of them.
    """

    def __init__(self, found: Iterable[FoundCertificate]) -> None:
        self._locations: dict[Certificate, list[Location]] = {}
        self._by_subject: dict[str, tuple[Certificate, ...]] | None = None
        self._by_key_id: dict[tuple[str, bytes | None], list[Certificate]] | None = None
        self._entries: dict[Certificate, list[KeyEntry]] = {}
        self._declared: set[Certificate] = set()
        self.remembered: dict[object, object] = {}
        for one in found:
            places = self._locations.setdefault(one.certificate, [])
            if one.location not in places[-1:]:
                places.append(one.location)
            if one.entry is not None:
                self._entries.setdefault(one.certificate, []).append(one.entry)
            if one.declared or one.entry is not None:
                self._declared.add(one.certificate)

    def __iter__(self) -> Iterator[Certificate]:
        return iter(self._locations)

    def __len__(self) -> int:
        return len(self._locations)

    def locations(self, certificate: Certificate) -> tuple[Location, ...]:
        """Where the certificate was found, in the order of finding; none if it was not."""
        return tuple(self._locations.get(certificate, ()))

    def is_declared(self, certificate: Certificate) -> bool:
        """Whether it was said to be a client's: given as a certificate, or found with its key."""
        return certificate in self._declared

    def entries(self, certificate: Certificate) -> tuple[KeyEntry, ...]:
        """The entries of keystores at hand whose own certificate this is."""
        return tuple(self._entries.get(certificate, ()))

    def named(self, name: Name) -> tuple[Certificate, ...]:
        """The certificates with this subject, by the name matching of RFC 5280 §7.1."""
        if self._by_subject is None:
            named: dict[str, list[Certificate]] = {}
            for certificate in self._locations:
                if not certificate.is_known_by_facts:
                    named.setdefault(certificate.subject.chain_key, []).append(certificate)
            self._by_subject = {key: tuple(those) for key, those in named.items()}
        return self._by_subject.get(name.chain_key, ())

    def issuers_of(self, certificate: Certificate) -> tuple[Certificate, ...]:
        """Those that are named as the issuer: of very many those that its key identifier means."""
        named = self.named(certificate.issuer)
        most = NAMESAKES.value
        if len(named) <= most:
            return named
        if self._by_key_id is None:
            self._by_key_id = {}
            for each in self._locations:
                if each.subject_key_id is not None:
                    known = (each.subject.chain_key, each.subject_key_id)
                    self._by_key_id.setdefault(known, []).append(each)
        key_id = certificate.authority_key_id
        meant = self._by_key_id.get((certificate.issuer.chain_key, key_id), ())
        return tuple(islice(dict.fromkeys((*meant[:most], *named[:most])), most))

    def below_roots(self, certificates: Iterable[Certificate]) -> tuple[Certificate, ...]:
        """``certificates`` and all those at hand that may stand above them, each once."""
        found: dict[Certificate, None] = {}
        asked: set[str] = set()
        waiting = list(certificates)
        while waiting:
            certificate = waiting.pop()
            found[certificate] = None
            name = certificate.issuer.chain_key
            if name not in asked:
                asked.add(name)
                waiting.extend(self.named(certificate.issuer))
        return tuple(found)


def presented_by(entry: KeyEntry) -> CertificatePool:
    """What the holder of a keystore's entry presents, and nothing else."""
    from iflint.pki.files import FoundCertificate

    return CertificatePool(FoundCertificate(c, entry.location) for c in entry.presented)


def expired_without_need(
    entry: KeyEntry, used: Iterable[Certificate], clock: datetime
) -> tuple[Certificate, ...]:
    """The certificates that an entry presents although they have expired and its chain, of those
    that are ``used``, does without.
    """
    needed = set(used)
    return tuple(c for c in entry.presented[1:] if c.not_after < clock and c not in needed)
