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
    from iflint.pki.names import Name
    from iflint.pki.public_cas import PublicCa, PublicCas, PublicRoot
    from iflint.pki.roots.trust import TrustList

_STANDINGS = list(RootStanding)
PUBLIC_CAS = "CCADB"
"""What reports call the origin of a root that only the table of public CAs has."""


class _Way(msgspec.Struct, frozen=True):
    """A way from a CA of the name to a root; without ``ca`` the name is the root's own.

    ``last`` is the last day of the path, None where it is not known.
    """

    root: Root | None
    ca: PublicCa | None = None
    last: date | None = None


class Issuers:
    """Tells of issuers, each name once, with one trust list and one clock."""

    def __init__(
        self, public_cas: PublicCas, calendar: Calendar, trust: TrustList, at: datetime
    ) -> None:
        self._public_cas = public_cas
        self._calendar = calendar
        self._trust = trust
        self._today = at.date()
        self._known: dict[tuple[str, bytes | None], IssuerVerdict | None] = {}

    def verdict(
        self, issuer: Name, subject: Name | None = None, key_id: bytes | None = None
    ) -> IssuerVerdict | None:
        """What is known of ``issuer``; None: nothing.

        ``subject`` is that of the certificate below, ``key_id`` the key identifier of the issuer
        that this names.
        """
        question = (issuer.canonical, key_id)
        if question not in self._known:
            self._known[question] = self._find(issuer, key_id)
        found = self._known[question]
        if subject is None or subject.canonical != issuer.canonical:
            return found
        if found is not None and found.told is not Told.UNSUPPORTED and found.is_root:
            return found
        return IssuerVerdict(issuer, Told.OWN_ISSUER)

    def _find(self, issuer: Name, key_id: bytes | None) -> IssuerVerdict | None:
        ways = list(self._ways(issuer))
        if key_id is not None:
            named = [way for way in ways if _key_id(way) == key_id]
            ways = named or [way for way in ways if _key_id(way) is None]
        if not ways:
            return None
        best = min(ways, key=self._rank)
        supported = self._is_supported(best)
        sunset = self._sunset(issuer, best, ways) if supported else None
        return IssuerVerdict(
            issuer,
            self._told(best, sunset, supported=supported),
            root=best.root,
            standing=self._standing(best),
            is_root=best.ca is None,
            confirmed=key_id is not None and _key_id(best) == key_id,
            for_clients=best.ca is None or best.ca.may_issue_for_clients,
            ended_on=best.last if best.last is not None and best.last < self._today else None,
            sunset=sunset,
        )

    def _told(self, best: _Way, sunset: Sunset | None, *, supported: bool) -> Told:
        if not supported:
            return Told.UNSUPPORTED
        if sunset is not None or (best.ca is not None and not best.ca.may_issue_for_clients):
            return Told.NO_LONGER_FOR_CLIENTS
        if best.ca is not None and best.root is not None and best.root.public_web:
            return Told.CHANGES
        return Told.SUPPORTED

    def _ways(self, issuer: Name) -> Iterator[_Way]:
        """Every way that the name may mean."""
        known = self._trust.roots_named(issuer)
        yield from (_Way(root) for root in known)
        table = self._public_cas.table
        keys = {_spki_sha256(root) for root in known}
        for root in table.roots_named(issuer):
            if root.spki_sha256 not in keys:
                yield _Way(self._root(root))
        for ca in table.cas_named(issuer):
            roots = table.roots_of(ca)
            yield from (_Way(self._root(root), ca, last) for root, last in roots)
            if not roots:
                yield _Way(None, ca)

    def _root(self, public: PublicRoot) -> Root:
        """What the list knows of a root of the table; as good as nothing, if it is not there."""
        from iflint.pki.names import parse_name

        name = parse_name(public.subject)
        for root in self._trust.roots_named(name):
            if _spki_sha256(root) == public.spki_sha256:
                return root
        return Root(name, name.readable, sha256="", sha1="", origin=PUBLIC_CAS)

    def _rank(self, way: _Way) -> tuple[object, ...]:
        """Smaller is better."""
        return (
            not self._is_supported(way),
            way.ca is not None and not way.ca.may_issue_for_clients,
            way.ca is not None,
            self._is_over(way),
            _STANDINGS.index(self._standing(way)),
            -(way.last or date.max).toordinal(),
        )

    def _is_supported(self, way: _Way) -> bool:
        """Whether the list in force has the root; on Neo its own list decides."""
        if way.root is None or self._is_over(way):
            return False
        standing = self._standing(way)
        on_neos_own = standing is RootStanding.ONE_LIST and way.root.in_neo_list
        return standing is RootStanding.LISTED or on_neos_own

    def _is_over(self, way: _Way) -> bool:
        return way.last is not None and way.last < self._today

    def _standing(self, way: _Way) -> RootStanding:
        return RootStanding.NOT_LISTED if way.root is None else self._trust.standing(way.root)

    def _sunset(self, issuer: Name, best: _Way, ways: list[_Way]) -> Sunset | None:
        """The end of certificates for clients, by a supported root of the best CA.

        One whose CA has a row of its own in the calendar counts first.
        """
        roots = [way.root for way in ways if way.ca is best.ca and self._is_supported(way)]
        found = [
            sunset
            for root in roots
            if root is not None and (sunset := self._calendar.sunset_of(root, [issuer]))
        ]
        return next((each for each in found if each.authority), next(iter(found), None))


def _key_id(way: _Way) -> bytes | None:
    if way.ca is not None:
        return bytes.fromhex(way.ca.subject_key_id) if way.ca.subject_key_id else None
    return way.root.subject_key_id if way.root else None


def _spki_sha256(root: Root) -> str:
    return hashlib.sha256(root.spki).hexdigest() if root.spki is not None else ""
