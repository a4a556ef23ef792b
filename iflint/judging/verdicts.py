"""What several rules must agree on: what an entry is, which certificates it has, and their worth.

The data only; `iflint.judging.judge` computes it, once.
"""

from __future__ import annotations

import enum
from collections.abc import Container
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from iflint.callers.caller import Caller, CallerKind
from iflint.iflow.model import (
    AuthorizationKind,
    CertificateEntry,
    Iflow,
    ParameterUse,
    SenderChannel,
    Value,
)
from iflint.pki.certificates import Certificate
from iflint.pki.chains.pool import expired_without_need
from iflint.pki.chains.verdict import ChainVerdict, FaultKind, Outcome
from iflint.pki.names import Attribute, Comparison, MalformedName, Name
from iflint.pki.roots.trust import Root, RootStanding
from iflint.places.location import Location
from iflint.report.findings import FORM, DnComparison

if TYPE_CHECKING:
    from iflint.pki.calendar import Sunset
    from iflint.pki.files import KeyEntry
    from iflint.report.findings import OddCharacter


class EntryState(enum.StrEnum):
    """How far the judging of a certificate entry came."""

    JOINED = "joined"
    """A certificate at hand has this pair."""
    UNDECIDABLE = "undecidable"
    """A certificate may have it; the stored text can't tell."""
    NEAR_MISS = "near-miss"
    """None has it, but one is evidently meant."""
    NOT_FOUND = "not-found"
    """No certificate at hand resembles it."""
    DUPLICATE = "duplicate"
    """An entry before it in the same channel has the same pair; that one is judged."""
    WILDCARD = "wildcard"
    """A value is an asterisk, or holds one that no certificate has."""
    PLACEHOLDER = "placeholder"
    """Text that stands for a DN which was never entered."""
    MALFORMED = "malformed"
    """No DN by the runtime's grammar, or surely not the one that was meant."""
    EMPTY = "empty"
    UNRESOLVED = "unresolved"
    """A parameter of the channel has no value."""
    NOT_JUDGED = "not-judged"
    """The pairs of this channel don't decide who may call, or can't be judged."""


class Validity(enum.StrEnum):
    """A certificate's own dates against the clock; both bounds are inclusive (RFC 5280)."""

    VALID = "valid"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"


class Reading(msgspec.Struct, frozen=True):
    """One DN of an entry, as the runtime would read it.

    ``name`` is None when the text is empty, undefined or malformed. ``swallowed`` is the
    attribute that took in the next one, with the span of what it swallowed. ``placeholder`` is
    True for a text that stands for a DN which was never entered, ``asterisk`` for one that is
    nothing but an asterisk. ``expression`` is the span of one that only a flow's steps would
    evaluate. ``hidden`` is an invisible character in a name that the runtime accepts and that no
    certificate at hand is like. ``meant`` is the name that a faulty text was probably meant to be.
    """

    value: Value
    name: Name | None = None
    malformed: MalformedName | None = None
    swallowed: tuple[Attribute, int, int] | None = None
    placeholder: bool = False
    asterisk: bool = False
    expression: tuple[int, int] | None = None
    hidden: OddCharacter | None = None
    meant: Name | None = None

    @property
    def empty(self) -> bool:
        """Whether there is no text at all."""
        return self.value.text == ""

    @property
    def faulty(self) -> bool:
        """Whether the text is no DN, or surely not the one that was meant."""
        return any((self.malformed, self.swallowed, self.expression, self.hidden))

    @property
    def intended(self) -> Name | None:
        """The name that the text is or, if it is faulty, was probably meant to be."""
        return self.meant if self.faulty else self.name


class Presented(msgspec.Struct, frozen=True):
    """The chain within a keystore's entry, which is what its holder presents to a server.

    It ``falls_short`` when the files at hand hold a better one; ``elsewhere`` are the
    certificates which that one needs and the entry lacks, with their places, roots left out.
    """

    entry: KeyEntry
    chain: ChainVerdict
    falls_short: bool = False
    elsewhere: tuple[tuple[Certificate, tuple[Location, ...]], ...] = ()

    def expired_without_need(self, clock: datetime) -> tuple[Certificate, ...]:
        """The expired certificates in the entry that its chain does without."""
        return expired_without_need(self.entry, self.chain.certificates, clock)


class JoinedCertificate(msgspec.Struct, frozen=True):
    """A certificate that has the pair of an entry, with its verdicts.

    ``chain`` is the best one that the files at hand allow. Where a keystore holds the
    certificate with its key, that is ``presented``'s, unless it falls short.
    """

    certificate: Certificate
    locations: tuple[Location, ...]
    subject: Comparison
    issuer: Comparison
    validity: Validity
    chain: ChainVerdict
    presented: Presented | None = None

    @property
    def works(self) -> bool:
        """Whether no date, link, root or key usage stands in its way at the clock.

        A root that only one of Neo's two lists has is not certain, and counts.
        """
        chain = self.chain
        return (
            self.validity is Validity.VALID
            and chain.outcome in (Outcome.TRUSTED, Outcome.UNCERTAIN)
            and not chain.faults
            and not chain.without_client_auth
        )


def is_later(one: Certificate, other: Certificate) -> bool:
    """Whether a certificate begins and ends after another one."""
    return one.not_before > other.not_before and one.not_after > other.not_after


class Joined(tuple[JoinedCertificate, ...]):
    """The certificates of one pair, best first: one object for all bindings that have the pair.

    So what is asked of all of them is worked out once.
    """

    @cached_property
    def rivals(self) -> tuple[JoinedCertificate, ...]:
        """Those that are valid now and may be used by clients, one for each of several keys.

        None where each is a renewal of the one before it. The best comes first.
        """
        valid = [
            match
            for match in self
            if match.validity is Validity.VALID and not match.certificate.lacks_client_auth
        ]
        keys = {match.certificate.spki: match for match in reversed(valid)}
        in_order = sorted(
            (match.certificate for match in keys.values()), key=lambda each: each.not_before
        )
        if all(is_later(later, earlier) for earlier, later in pairwise(in_order)):
            return ()
        best = keys.pop(valid[0].certificate.spki)
        return (best, *keys.values())

    @cached_property
    def last(self) -> JoinedCertificate:
        """The one that ends last."""
        return max(self, key=lambda match: match.certificate.not_after)


class NearMiss(msgspec.Struct, frozen=True):
    """The certificate that is evidently meant, although its pair is another one.

    ``issued_alike`` is where another certificate stands that has the entry's issuer, if the
    comparison of the issuers is of the kind ``other``. ``held_by`` is the entry of the same channel
    that has the certificate's pair, so that this one is of no use.
    """

    certificate: Certificate
    locations: tuple[Location, ...]
    comparisons: tuple[DnComparison, ...]
    issued_alike: tuple[Location, ...] = ()
    held_by: CertificateEntry | None = None

    @property
    def more_than_form(self) -> tuple[str, ...]:
        """Which of ``subject`` and ``issuer`` differ in more than the form."""
        return tuple(c.role for c in self.comparisons if c.kind and c.kind not in FORM)

    @property
    def fixable(self) -> bool:
        """Whether nothing but the form differs, and no other entry has the pair already."""
        return self.held_by is None and not self.more_than_form

    def comparison(self, role: str) -> DnComparison:
        """The comparison of the ``subject`` or of the ``issuer``."""
        return next(comparison for comparison in self.comparisons if comparison.role == role)


Binding = CertificateEntry | Caller
"""What lets a client certificate in: a row of a channel, a service key or a mapping."""


class Successor(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate for the same sender that begins and ends later than a binding's best one.

    ``same_pair`` tells whether it keeps subject and issuer, ``in_time`` whether it begins before
    the other one has ended. ``chain`` is what it is worth on its first valid day from the clock on.
    ``accepted_by`` lets it in; None: nothing of the same channel, roles or user does. ``meant_by``
    is the row that is evidently meant to, and does not.
    ``declared`` tells that it was said to be a client's (`CertificatePool.is_declared`).
    """

    certificate: Certificate
    locations: tuple[Location, ...]
    same_pair: bool
    in_time: bool
    chain: ChainVerdict
    accepted_by: Binding | None
    meant_by: Binding | None
    declared: bool

    @property
    def usable(self) -> bool:
        """Whether nothing at hand tells that it would be refused on that day."""
        return not flaws(self.certificate, self.chain)


def flaws(certificate: Certificate, chain: ChainVerdict) -> frozenset[tuple[str, str]]:
    """What surely stands in a certificate's way: of which kind, at which other certificate.

    Equal for two certificates that fail for one cause. An issuer that is missing and a signature
    that can't be verified are none.
    """
    found = {("client auth", _other(each, certificate)) for each in chain.without_client_auth}
    if certificate.lacks_client_auth:
        found.add(("client auth", ""))
    found.update(
        (str(fault.kind), _other(fault.below, certificate))
        for fault in chain.faults
        if fault.kind is not FaultKind.ALGORITHM
    )
    if chain.outcome in (Outcome.UNSUPPORTED, Outcome.SELF_SIGNED):
        found.add((str(chain.outcome), ""))
    return frozenset(found)


def works_until(certificate: Certificate, chain: ChainVerdict) -> datetime | None:
    """The last moment at which a certificate can be used, as its chain is, which may have passed.

    None where what stands in its way (`flaws`) is no date.
    """
    of_dates = (FaultKind.EXPIRED, FaultKind.NOT_YET_VALID)
    if any(kind not in of_dates for kind, _ in flaws(certificate, chain)):
        return None
    return chain.holds_until


def _other(one: Certificate, certificate: Certificate) -> str:
    return "" if one == certificate else one.sha256


class Told(enum.StrEnum):
    """The one thing that is told of an issuer that no certificate at hand explains, worst first."""

    OWN_ISSUER = "own-issuer"
    """Subject and issuer are one name, which is no supported root's."""
    UNSUPPORTED = "unsupported"
    """A root, or a CA below roots, none of which is on the list in force."""
    NO_LONGER_FOR_CLIENTS = "no-longer-for-clients"
    """A public CA that issues no certificates for clients, or will not for long."""
    CHANGES = "changes"
    """An intermediate of a public CA, which a renewal is likely to change."""
    SUPPORTED = "supported"
    """A supported root, or a CA below one."""


class IssuerVerdict(msgspec.Struct, frozen=True):
    """What the name of an issuer tells, or name and key identifier where it is ``confirmed``.

    ``root`` is the best of those to which it leads, or that it ``is_root`` itself, with its
    ``standing`` on the list in force; None where the table of public CAs has no way up.
    ``ended_on`` is the day on which the way to it ended, if it did; ``roots`` are all to which it
    leads now, and ``ends`` the last days of its ways to roots. ``for_clients`` tells whether
    the CA may issue for clients at all; ``sunset`` is the calendar's word on it.
    """

    issuer: Name
    told: Told
    root: Root | None = None
    standing: RootStanding = RootStanding.NOT_LISTED
    is_root: bool = False
    confirmed: bool = False
    for_clients: bool = True
    ended_on: date | None = None
    roots: tuple[Root, ...] = ()
    ends: tuple[date, ...] = ()
    sunset: Sunset | None = None


class BindingVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What lets a client certificate in, and its certificates at hand, best first.

    ``successors`` are later certificates of the same sender, the one to be ready for first.
    ``fresher_by_facts`` tells that only names and dates are known of the certificates of all that
    are ``fresher``. ``unexplained`` tells of an issuer that no certificate at hand explains: the
    binding's own where no certificate of it is at hand but by names and dates (`by_name`), else the
    one that is missing in the chain of the best (`missing_issuer`).
    """

    joined: Joined = Joined()
    successors: tuple[Successor, ...] = ()
    fresher_by_facts: bool = False
    unexplained: IssuerVerdict | None = None

    @property
    def best(self) -> JoinedCertificate | None:
        """The certificate that decides: a binding is as good as its best one."""
        return self.joined[0] if self.joined else None

    @property
    def by_name(self) -> IssuerVerdict | None:
        """What the name of its issuer tells, where that is all that is known."""
        return self.unexplained if self.is_known_by_names else None

    @property
    def missing_issuer(self) -> IssuerVerdict | None:
        """What is known of the issuer that the chain of the best certificate lacks."""
        return None if self.is_known_by_names else self.unexplained

    @property
    def is_known_by_names(self) -> bool:
        """Whether no certificate of it is at hand but by names and dates."""
        return all(match.certificate.is_known_by_facts for match in self.joined)

    @property
    def exact(self) -> bool:
        """Whether it lets in one certificate only, not every one of a pair."""
        return False

    @property
    def successor(self) -> Successor | None:
        """The usable successor to be ready for."""
        first = self.successors[0] if self.successors else None
        return first if first is not None and first.usable else None

    @property
    def unprepared(self) -> Successor | None:
        """The successor, if nothing lets it in so far, nor is meant to."""
        later = self.successor
        waits = later is not None and later.accepted_by is None and later.meant_by is None
        return later if waits else None

    @property
    def unusable_renewal(self) -> Successor | None:
        """The latest successor, if none of them is usable.

        None, too, where what it lacks the binding's certificate lacks already: that is told of this
        one.
        """
        if not self.successors or self.successor is not None or self.best is None:
            return None
        known = flaws(self.best.certificate, self.best.chain)
        return next((s for s in self.successors if flaws(s.certificate, s.chain) - known), None)


class CallerVerdict(BindingVerdict, frozen=True, kw_only=True):
    """A service key or a mapping. Its ``state`` is JOINED with a certificate, NOT_FOUND where
    this is missing, and NOT_JUDGED where there is nothing to miss.

    Its peers are the keys of its tenant with its roles (unknown ones count as the same), or the
    mappings of its user, for the same sender: ``fresher`` and ``meanwhile`` are those of them that
    the same fields of an `EntryVerdict` name of entries. ``conflicts`` are keys of the
    same tenant beside which it can't be used: with the same certificate, or with the same pair
    where one of the two is not pinned.
    """

    caller: Caller
    state: EntryState
    fresher: tuple[Caller, ...] = ()
    meanwhile: Caller | None = None
    conflicts: tuple[Caller, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether it is a mapping or a pinned key (9949c61, 19af5e2)."""
        return self.caller.pinned

    @property
    def may_fetch_tokens(self) -> bool:
        """Whether it is a service key with a chain that XSUAA accepts, who gives tokens for it."""
        from iflint.pki.chains.xsuaa import accepts

        best, known = self.best, self.unexplained
        return (
            self.caller.kind is CallerKind.SERVICE_KEY
            and best is not None
            and accepts(best.chain, known.roots if known else ())
        )


class EntryVerdict(BindingVerdict, frozen=True):
    """An entry, its two DNs as read, and its certificates, best first.

    ``twin`` is the entry of which this one is a duplicate. The same sender is who has the same
    common name or, where there is none, the same subject: ``fresher`` are the channel's other
    entries for it with a certificate that is valid now, and ``meanwhile`` the one among these that
    lasts until this entry's certificate, not valid yet, begins. ``near_miss`` is also set for a
    malformed entry, by the names that were probably meant; ``closest`` is a certificate that
    differs from an entry without any in a few letters of the common name, which may be right all
    the same.
    """

    entry: CertificateEntry
    state: EntryState
    subject: Reading
    issuer: Reading
    near_miss: NearMiss | None = None
    closest: tuple[Certificate, tuple[Location, ...]] | None = None
    twin: CertificateEntry | None = None
    fresher: tuple[CertificateEntry, ...] = ()
    meanwhile: CertificateEntry | None = None

    @property
    def left_open(self) -> bool:
        """Whether nobody has entered a DN in either of its cells, nor a parameter's value."""
        cells = (self.subject, self.issuer)
        return all(each.placeholder or not (each.value.text or "").strip() for each in cells)

    @property
    def differing(self) -> tuple[DnComparison, ...]:
        """What differs from its near miss, without names that are faulty by themselves."""
        if self.near_miss is None:
            return ()
        readings = {"subject": self.subject, "issuer": self.issuer}
        return tuple(
            each
            for each in self.near_miss.comparisons
            if each.kind and not readings[each.role].faulty
        )

    @property
    def has_other_attributes(self) -> bool:
        """Whether its subject has the near miss's common name and other attributes.

        So it is where a renewed certificate got or lost some.
        """
        return any(
            each.role == "subject"
            and each.kind in ("attribute", "value")
            and any(row.same and row.stored.startswith("CN=") for row in each.rows)
            for each in self.differing
        )

    @property
    def has_another_issuer(self) -> bool:
        """Whether its issuer is another one than the near miss's, as where a sender changed."""
        return any(each.kind in ("issuer", "renewal", "other") for each in self.differing)

    @property
    def misspelt(self) -> NearMiss | None:
        """Its near miss, if nothing keeps it out but how its names were entered."""
        near = self.near_miss
        is_of_writing = all(each.kind in _OF_WRITING for each in self.differing)
        return near if near and near.held_by is None and is_of_writing else None

    @property
    def pair(self) -> tuple[str, str] | None:
        """Its two names as the runtime compares them; None if one of them is no name."""
        subject, issuer = self.subject.name, self.issuer.name
        return (subject.canonical, issuer.canonical) if subject and issuer else None


_OF_WRITING = FORM - {"order", "case"} | {"exchanged"}
"""Kinds of a difference that only who entered a row can have made.

A CA may write the names of a renewed certificate in another order or case, and its predecessor may
have been issued by itself or from above: then the row is right for the one in use.
"""


class ChannelVerdict(msgspec.Struct, frozen=True):
    """A sender channel and its entries; ``undefined`` are the parameters that end its judging."""

    channel: SenderChannel
    entries: tuple[EntryVerdict, ...]
    undefined: tuple[tuple[Value, ParameterUse], ...] = ()

    @property
    def judged(self) -> bool:
        """Whether the pairs of this channel decide who may call, and can be judged."""
        kind = self.channel.authorization.kind
        return (
            self.channel.checked
            and kind is AuthorizationKind.CLIENT_CERTIFICATE
            and not self.undefined
        )

    def knows_none_of(self, pairs: Container[tuple[str, str] | None]) -> bool:
        """Whether rows count here, as far as is known, and none of them has one of some pairs."""
        return (self.judged or bool(self.undefined)) and not any(
            entry.pair in pairs for entry in self.entries
        )


class IflowVerdict(msgspec.Struct, frozen=True):
    """An iFlow and those of its channels that have anything to judge."""

    iflow: Iflow
    channels: tuple[ChannelVerdict, ...]


SHORT_LIVED = timedelta(days=90)
"""Certificates that live shorter are renewed by machines, and late in their lives. Ours: Let's
Encrypt's live 90 days."""


def expires_soon(not_before: datetime, not_after: datetime, clock: datetime, window: int) -> bool:
    """Whether something valid at ``clock`` ends within ``window`` days.

    For what lives less than 90 days the window is a third of its lifetime, if that is shorter.
    """
    if not not_before <= clock <= not_after:
        return False
    lifetime = not_after - not_before
    soon = timedelta(days=window)
    return not_after - clock <= (min(soon, lifetime / 3) if lifetime < SHORT_LIVED else soon)
