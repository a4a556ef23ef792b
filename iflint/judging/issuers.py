"""What is known of an issuer that no certificate at hand explains: by its name, or name and key.

A CA's name leads to its roots by the table of public CAs, and these to the list in force and the
calendar. By name alone all of this is *inferred*, since a private CA may bear the same name; with
the key identifier that a certificate below it names, the CA is known.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import TYPE_CHECKING

import msgspec

from iflint.judging.verdicts import IssuerVerdict, Told
from iflint.pki.roots.trust import Root, RootStanding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iflint.pki.calendar import Calendar, Sunset
    from iflint.pki.certificates import Certificate
    from iflint.pki.names import Name
    from iflint.pki.public_cas import PublicCa, PublicCas, PublicRoot
    from iflint.pki.roots.trust import TrustList

_STANDINGS = list(RootStanding)
PUBLIC_CAS = "CCADB"
"""What reports call the origin of a root that only the table of public CAs has."""


class Way(msgspec.Struct, frozen=True):
    """A way from a CA to a root; without ``ca`` it is the root itself.

    ``root`` is None where no way is known; ``last`` is the last day of the path, None where it is
    not known, and ``over`` tells that it has passed. ``standing`` is the root's.
    """

    root: Root | None
    standing: RootStanding
    ca: PublicCa | None = None
    last: date | None = None
    over: bool = False

    @property
    def supported(self) -> bool:
        """Whether it leads to a root of the list in force; on Neo its own list decides."""
        if self.root is None or self.over:
            return False
        on_neos_own = self.standing is RootStanding.ONE_LIST and self.root.in_neo_list
        return self.standing is RootStanding.LISTED or on_neos_own

    @property
    def key_id(self) -> bytes | None:
        """The key identifier of the CA, or of the root itself, where it is known."""
        if self.ca is not None:
            return bytes.fromhex(self.ca.subject_key_id) if self.ca.subject_key_id else None
        return self.root.subject_key_id if self.root else None

    @property
    def rank(self) -> tuple[object, ...]:
        """Smaller is better."""
        return (
            not self.supported,
            self.ca is not None and not self.ca.may_issue_for_clients,
            self.ca is not None,
            self.over,
            _STANDINGS.index(self.standing),
            -(self.last or date.max).toordinal(),
        )


class Issuers:
    """Tells of issuers, each name once, with one trust list and one clock."""

    def __init__(
        self, public_cas: PublicCas, calendar: Calendar, trust: TrustList, at: datetime
    ) -> None:
        self._public_cas = public_cas
        self._calendar = calendar
        self._trust = trust
        self._today = at.date()
        self._roots: dict[str, Root] = {}
        self._known: dict[tuple[str, bytes | None], IssuerVerdict | None] = {}

    def verdict(
        self, issuer: Name, subject: Name | None = None, key_id: bytes | None = None
    ) -> IssuerVerdict | None:
        """What is known of ``issuer``; None: nothing.

        ``subject`` is that of the certificate below, where only its name is known: one with the
        name of a supported root needs no issuer. ``key_id`` is the key identifier that the
        certificate below names.
        """
        if subject is not None and any(
            Way(root, self._trust.standing(root)).supported
            for root in self._trust.roots_named(subject)
        ):
            return None
        if subject is not None and subject.canonical == issuer.canonical:
            return IssuerVerdict(issuer, Told.OWN_ISSUER)
        question = (issuer.canonical, key_id)
        if question not in self._known:
            self._known[question] = self._find(issuer, key_id)
        return self._known[question]

    def _find(self, issuer: Name, key_id: bytes | None) -> IssuerVerdict | None:
        ways = list(self._ways(issuer))
        if key_id is not None:
            named = [way for way in ways if way.key_id == key_id]
            ways = named or [way for way in ways if way.key_id is None]
        if not ways:
            return None
        best = min(ways, key=lambda way: way.rank)
        sunset = self._sunset(issuer, best, ways) if best.supported else None
        return IssuerVerdict(
            issuer,
            _told(best, sunset),
            root=best.root,
            standing=best.standing,
            is_root=best.ca is None,
            confirmed=key_id is not None and best.key_id == key_id,
            for_clients=best.ca is None or best.ca.may_issue_for_clients,
            ended_on=best.last if best.over else None,
            roots=tuple(way.root for way in ways if way.root is not None and not way.over),
            ends=tuple(way.last for way in ways if way.last is not None),
            sunset=sunset,
        )

    def _ways(self, issuer: Name) -> Iterator[Way]:
        """Every way that the name may mean."""
        known = self._trust.roots_named(issuer)
        yield from (Way(root, self._trust.standing(root)) for root in known)
        table = self._public_cas.table
        keys = {_spki_sha256(root) for root in known}
        for public in table.roots_named(issuer):
            if public.spki_sha256 not in keys:
                root = self._root(public)
                yield Way(root, self._trust.standing(root))
        for ca in table.cas_named(issuer):
            yield from self.ways_of(ca)

    def ways_of(self, ca: PublicCa) -> list[Way]:
        """The ways of a public CA, the best first."""
        ways = []
        for public, last in self._public_cas.table.roots_of(ca):
            root = self._root(public)
            standing = self._trust.standing(root)
            ways.append(Way(root, standing, ca, last, over=last < self._today))
        return sorted(ways, key=lambda way: way.rank) or [Way(None, RootStanding.NOT_LISTED, ca)]

    def ways_of_certificate(self, ca: Certificate) -> Iterator[tuple[Root, date]]:
        """The roots to which a CA leads, by name and key, each with the path's last day.

        None, if the CA may not issue for clients.
        """
        if ca.subject_key_id is None:
            return
        for row in self._public_cas.table.cas_named(ca.subject):
            for way in self.ways_of(row) if row.may_issue_for_clients else ():
                if way.key_id == ca.subject_key_id and way.root is not None and way.last:
                    yield way.root, way.last

    def _root(self, public: PublicRoot) -> Root:
        """What the list knows of a root of the table; as good as nothing, if it is not there."""
        if public.spki_sha256 not in self._roots:
            self._roots[public.spki_sha256] = self._find_root(public)
        return self._roots[public.spki_sha256]

    def _find_root(self, public: PublicRoot) -> Root:
        from iflint.pki.names import parse_name

        name = parse_name(public.subject)
        for root in self._trust.roots_named(name):
            if _spki_sha256(root) == public.spki_sha256:
                return root
        return Root(name, name.readable, sha256="", sha1="", origin=PUBLIC_CAS)

    def _sunset(self, issuer: Name, best: Way, ways: list[Way]) -> Sunset | None:
        """The end of certificates for clients, by a supported root of the best CA.

        One whose CA has a row of its own in the calendar counts first.
        """
        roots = [way.root for way in ways if way.ca is best.ca and way.supported]
        found = [
            sunset
            for root in roots
            if root is not None and (sunset := self._calendar.sunset_of(root, [issuer]))
        ]
        return next((each for each in found if each.authority), next(iter(found), None))


def _told(best: Way, sunset: Sunset | None) -> Told:
    if not best.supported:
        return Told.UNSUPPORTED
    if sunset is not None or (best.ca is not None and not best.ca.may_issue_for_clients):
        return Told.NO_LONGER_FOR_CLIENTS
    if best.ca is not None and best.root is not None and best.root.public_web:
        return Told.CHANGES
    return Told.SUPPORTED


def _spki_sha256(root: Root) -> str:
    return hashlib.sha256(root.spki).hexdigest() if root.spki is not None else ""
