"""What a chain is worth: an outcome, and a verdict for each link."""

from __future__ import annotations

import enum
from datetime import datetime

import msgspec

from iflint.pki.certificates import Certificate
from iflint.pki.names import Name
from iflint.pki.roots.trust import Leaving, Root, RootStanding

MAX_CERTIFICATES_IN_PATH = 16
"""Ours: twice what a Java server takes from a client unless it is told otherwise (8). Go counts on
fewer than 15, rustls-webpki on 6 intermediates at most; longest seen: 4."""


class FaultKind(enum.StrEnum):
    """Why a link of a chain does not hold."""

    SIGNATURE = "signature"
    ALGORITHM = "algorithm"
    """The signature can't be verified here; whether it holds is not known."""
    NOT_A_CA = "not-a-ca"
    KEY_USAGE = "key-usage"
    PATH_LENGTH = "path-length"
    NAME_CONSTRAINTS = "name-constraints"
    UNKNOWN_CRITICAL_EXTENSION = "unknown-critical-extension"
    MALFORMED = "malformed"
    """By its form alone the certificate is refused, whoever issued it."""
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"


class Fault(msgspec.Struct, frozen=True):
    """One reason why the link above ``below`` does not hold.

    ``certificate`` is the faulty one (None: a root known only from the table, see ``root``);
    where it is ``below`` itself, that certificate is invalid whoever issued it. ``detail`` is one
    clause for people.
    """

    kind: FaultKind
    certificate: Certificate | None
    root: Root | None
    below: Certificate
    detail: str


class Link(msgspec.Struct, frozen=True):
    """One step up: who issued ``certificate``, as a certificate at hand, a known root, or both."""

    certificate: Certificate
    issuer: Certificate | None
    root: Root | None
    faults: tuple[Fault, ...] = ()


class Outcome(enum.StrEnum):
    """Where the best path ends."""

    TRUSTED = "trusted"
    UNCERTAIN = "uncertain"
    """In a root that only one of the platform's two lists has."""
    UNSUPPORTED = "unsupported"
    """In a root that is not on the list in force."""
    MISSING = "missing"
    """At a certificate whose issuer is not at hand and no known root."""
    SELF_SIGNED = "self-signed"
    """The client certificate is its own issuer and not on the list."""
    BROKEN_OFF = "broken-off"
    """At a link that fails so that nothing above it matters."""
    UNKNOWN = "unknown"
    """Nowhere: the certificate is known by names and dates alone."""


class ChainVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """The best path of a client certificate, and what is wrong with it.

    ``certificates`` are those at hand, the client's first, a root's last. ``root`` is the one
    that ends the path, also when it is not on the list, and ``standing`` what the list says of
    it. ``missing_issuer`` is the absent issuer of ``below``, from whose AIA ``ca_issuers``
    come; ``issuer_name_known`` says that another certificate or root of that name is known.
    ``without_client_auth`` are the client certificate, the intermediates and the root from a file
    whose extended key usage excludes clients. ``valid_from`` and ``valid_until`` (inclusive) bound
    the time in which the whole path is valid, the client certificate and a root with known dates
    included; ``leaving`` is the later release that takes the root off the list, where one is known.
    """

    leaf: Certificate
    links: tuple[Link, ...]
    certificates: tuple[Certificate, ...]
    outcome: Outcome
    root: Root | None = None
    standing: RootStanding = RootStanding.NOT_LISTED
    faults: tuple[Fault, ...] = ()
    missing_issuer: Name | None = None
    below: Certificate | None = None
    ca_issuers: tuple[str, ...] = ()
    issuer_name_known: bool = False
    without_client_auth: tuple[Certificate, ...] = ()
    valid_from: datetime
    valid_until: datetime
    leaving: Leaving | None = None

    @property
    def holds_until(self) -> datetime:
        """Until when the path can be used: its end, or the day on which its root leaves."""
        return min(self.valid_until, self.leaving.on) if self.leaving else self.valid_until

    @property
    def below_root(self) -> tuple[Certificate, ...]:
        """The certificates of the path that are at hand, without those that count as its root."""
        if self.root is None:
            return self.certificates
        return tuple(c for c in self.certificates if c.spki != self.root.spki)

    @property
    def ok(self) -> bool:
        """Whether nothing above the client certificate stands in its way, nor its EKU."""
        return self.outcome is Outcome.TRUSTED and not self.faults and not self.without_client_auth
