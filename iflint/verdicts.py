"""What several rules must agree on, computed once: what each entry and its certificates are.

The names of an entry are read by the runtime's grammar, the entry is joined to the certificates
at hand by its pair, and each of these is judged by its dates and its chain.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import datetime

import msgspec

from iflint.findings import DnComparison, DnRow
from iflint.iflow.model import (
    AuthorizationKind,
    CertificateEntry,
    Iflow,
    ParameterUse,
    SenderChannel,
    Value,
)
from iflint.location import Location
from iflint.pki.certificates import Certificate
from iflint.pki.chains import CertificatePool, ChainVerdict, Outcome, judge_chain
from iflint.pki.names import (
    Attribute,
    Comparison,
    Equality,
    MalformedName,
    Name,
    align,
    compare,
    parse_name,
    rdn_text,
    swallowed_attribute,
)
from iflint.pki.signatures import SignatureCache
from iflint.pki.trust import TrustList


class EntryState(enum.StrEnum):
    """How far the judging of a certificate entry came."""

    JOINED = "joined"
    UNDECIDABLE = "undecidable"
    NEAR_MISS = "near-miss"
    NOT_FOUND = "not-found"
    MALFORMED = "malformed"
    EMPTY = "empty"
    UNRESOLVED = "unresolved"
    NOT_JUDGED = "not-judged"


class Validity(enum.StrEnum):
    """A certificate's own dates against the clock; both bounds are inclusive (RFC 5280)."""

    VALID = "valid"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"


class Reading(msgspec.Struct, frozen=True):
    """One DN of an entry, as the runtime would read it.

    ``name`` is None when the text is empty, undefined or malformed. ``swallowed`` is the
    attribute that took in the next one, with the span of what it swallowed.
    """

    value: Value
    name: Name | None = None
    malformed: MalformedName | None = None
    swallowed: tuple[Attribute, int, int] | None = None

    @property
    def empty(self) -> bool:
        """Whether there is no text at all."""
        return self.value.text == ""

    @property
    def faulty(self) -> bool:
        """Whether the text is no DN, or surely not the one that was meant."""
        return self.malformed is not None or self.swallowed is not None


class JoinedCertificate(msgspec.Struct, frozen=True):
    """A certificate that has the pair of an entry, with its verdicts."""

    certificate: Certificate
    locations: tuple[Location, ...]
    subject: Comparison
    issuer: Comparison
    validity: Validity
    chain: ChainVerdict


class NearMiss(msgspec.Struct, frozen=True):
    """The certificate that is evidently meant, although its pair is another one."""

    certificate: Certificate
    locations: tuple[Location, ...]
    comparisons: tuple[DnComparison, ...]


class EntryVerdict(msgspec.Struct, frozen=True):
    """An entry, its two DNs as read, and its certificates, best first."""

    entry: CertificateEntry
    state: EntryState
    subject: Reading
    issuer: Reading
    joined: tuple[JoinedCertificate, ...] = ()
    near_miss: NearMiss | None = None

    @property
    def best(self) -> JoinedCertificate | None:
        """The certificate that decides: an entry is as good as its best one."""
        return self.joined[0] if self.joined else None


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


class IflowVerdict(msgspec.Struct, frozen=True):
    """An iFlow and those of its channels that have anything to judge."""

    iflow: Iflow
    channels: tuple[ChannelVerdict, ...]


class Judge:
    """Judges iFlows against the certificates at hand, one trust list and one clock."""

    def __init__(
        self, pool: CertificatePool, trust: TrustList, at: datetime, verifier: SignatureCache
    ) -> None:
        self._pool = pool
        self._trust = trust
        self._at = at
        self._verifier = verifier
        self._joined: dict[str, tuple[Validity, ChainVerdict]] = {}
        self._index = _NameIndex(pool)

    def judge(self, iflow: Iflow) -> IflowVerdict:
        """Judge every channel of ``iflow`` that is to be checked or has entries."""
        return IflowVerdict(
            iflow,
            tuple(
                self._judge_channel(channel)
                for channel in iflow.channels
                if channel.checked or channel.entries
            ),
        )

    def _judge_channel(self, channel: SenderChannel) -> ChannelVerdict:
        undefined = _undefined(channel)
        verdict = ChannelVerdict(channel, (), undefined)
        if verdict.judged:
            entries = self._judge_entries(channel.entries)
        else:
            state = EntryState.UNRESOLVED if undefined else EntryState.NOT_JUDGED
            entries = tuple(
                EntryVerdict(entry, state, Reading(entry.subject), Reading(entry.issuer))
                for entry in channel.entries
            )
        return ChannelVerdict(channel, entries, undefined)

    def _judge_entries(self, entries: tuple[CertificateEntry, ...]) -> tuple[EntryVerdict, ...]:
        joined = [self._join(entry) for entry in entries]
        taken = {
            match.certificate.sha256
            for verdict in joined
            if verdict.state is EntryState.JOINED
            for match in verdict.joined
        }
        return tuple(
            self._with_near_miss(verdict, taken)
            if verdict.state is EntryState.NOT_FOUND
            else verdict
            for verdict in joined
        )

    def _join(self, entry: CertificateEntry) -> EntryVerdict:
        subject, issuer = self._read(entry.subject), self._read(entry.issuer)
        if subject.empty or issuer.empty:
            return EntryVerdict(entry, EntryState.EMPTY, subject, issuer)
        if subject.faulty or issuer.faulty or subject.name is None or issuer.name is None:
            return EntryVerdict(entry, EntryState.MALFORMED, subject, issuer)
        certain: list[JoinedCertificate] = []
        uncertain: list[JoinedCertificate] = []
        for certificate in self._index.with_subject(subject.name):
            of_issuer = compare(issuer.name, certificate.issuer)
            of_subject = compare(subject.name, certificate.subject)
            both = (of_subject.equality, of_issuer.equality)
            if Equality.DIFFERENT in both:
                continue
            match = self._joined_certificate(certificate, of_subject, of_issuer)
            (uncertain if Equality.UNDECIDABLE in both else certain).append(match)
        if certain:
            return EntryVerdict(entry, EntryState.JOINED, subject, issuer, _best_first(certain))
        state = EntryState.UNDECIDABLE if uncertain else EntryState.NOT_FOUND
        return EntryVerdict(entry, state, subject, issuer, _best_first(uncertain))

    def _read(self, value: Value) -> Reading:
        if not value.text:
            return Reading(value)
        try:
            name = parse_name(value.text)
        except MalformedName as malformed:
            return Reading(value, malformed=malformed)
        swallowed = swallowed_attribute(name)
        if swallowed is not None and self._index.has(name):
            swallowed = None
        return Reading(value, name, swallowed=swallowed)

    def _joined_certificate(
        self, certificate: Certificate, subject: Comparison, issuer: Comparison
    ) -> JoinedCertificate:
        known = self._joined.get(certificate.sha256)
        if known is None:
            validity = _validity(certificate, self._at)
            chain = judge_chain(certificate, self._pool, self._trust, self._at, self._verifier)
            known = self._joined[certificate.sha256] = (validity, chain)
        locations = self._pool.locations(certificate)
        return JoinedCertificate(certificate, locations, subject, issuer, *known)

    def _with_near_miss(self, verdict: EntryVerdict, taken: set[str]) -> EntryVerdict:
        subject, issuer = verdict.subject.name, verdict.issuer.name
        if subject is None or issuer is None:
            return verdict
        best: tuple[tuple[int, int, bool, float], NearMiss] | None = None
        for certificate in self._index.resembling(subject):
            comparisons = (
                _comparison("subject", subject, certificate.subject),
                _comparison("issuer", issuer, certificate.issuer),
            )
            kinds = {comparison.kind for comparison in comparisons}
            if certificate.sha256 in taken and kinds & {"value", "issuer"}:
                continue
            differing = sum(not row.same for c in comparisons for row in c.rows)
            score = (
                "value" in kinds,
                differing,
                _validity(certificate, self._at) is not Validity.VALID,
                -certificate.not_after.timestamp(),
            )
            if best is None or score < best[0]:
                locations = self._pool.locations(certificate)
                best = (score, NearMiss(certificate, locations, comparisons))
        if best is None:
            return verdict
        return msgspec.structs.replace(verdict, state=EntryState.NEAR_MISS, near_miss=best[1])


class _NameIndex:
    """Finds certificates by the names of an entry without comparing it with each of them."""

    def __init__(self, certificates: Iterable[Certificate]) -> None:
        self._by_subject: dict[object, list[Certificate]] = {}
        self._by_common_name: dict[str, list[Certificate]] = {}
        self._canonical: set[str] = set()
        for certificate in certificates:
            subject = certificate.subject
            self._canonical.update((subject.canonical, certificate.issuer.canonical))
            for key in {subject.canonical, _loose_key(subject)}:
                self._by_subject.setdefault(key, []).append(certificate)
            if subject.common_name:
                key = _folded(subject.common_name)
                self._by_common_name.setdefault(key, []).append(certificate)

    def has(self, name: Name) -> bool:
        """Whether a certificate has exactly this name as its subject or its issuer."""
        return name.canonical in self._canonical

    def with_subject(self, name: Name) -> tuple[Certificate, ...]:
        """The certificates whose subject may be equal to ``name``."""
        found = [
            *self._by_subject.get(name.canonical, ()),
            *self._by_subject.get(_loose_key(name), ()),
        ]
        return tuple({certificate.sha256: certificate for certificate in found}.values())

    def resembling(self, subject: Name) -> tuple[Certificate, ...]:
        """The certificates with the same subject or, failing that, the same common name."""
        same = self.with_subject(subject)
        if same or not subject.common_name:
            return same
        return tuple(self._by_common_name.get(_folded(subject.common_name), ()))


def _undefined(channel: SenderChannel) -> tuple[tuple[Value, ParameterUse], ...]:
    """The parameters that a checked channel needs and no file at hand defines, each once."""
    kind = channel.authorization.kind
    if not channel.checked or kind is AuthorizationKind.UNKNOWN:
        return ()
    values: list[Value] = []
    if kind is AuthorizationKind.UNRESOLVED:
        if channel.authorization.value is not None:
            values.append(channel.authorization.value)
    else:
        values.extend(dn for entry in channel.entries for dn in (entry.subject, entry.issuer))
    found: dict[str, tuple[Value, ParameterUse]] = {}
    for value in values:
        for use in value.parameters:
            if use.value is None or (kind is AuthorizationKind.UNRESOLVED and not use.value):
                found.setdefault(use.name, (value, use))
    return tuple(found.values())


def _validity(certificate: Certificate, at: datetime) -> Validity:
    if at > certificate.not_after:
        return Validity.EXPIRED
    if at < certificate.not_before:
        return Validity.NOT_YET_VALID
    return Validity.VALID


_VALIDITY_RANK = {Validity.VALID: 0, Validity.NOT_YET_VALID: 1, Validity.EXPIRED: 2}
_OUTCOME_RANK = {Outcome.TRUSTED: 0, Outcome.UNCERTAIN: 1}


def _best_first(joined: list[JoinedCertificate]) -> tuple[JoinedCertificate, ...]:
    """Order by what the entry is worth: dates first, then the chain, then the last day."""

    def rank(match: JoinedCertificate) -> tuple[int, int, int, float]:
        chain = match.chain
        errors = len(chain.faults) + len(chain.without_client_auth)
        outcome = _OUTCOME_RANK.get(chain.outcome, 2)
        return (
            _VALIDITY_RANK[match.validity],
            outcome + errors,
            outcome,
            -match.certificate.not_after.timestamp(),
        )

    return tuple(sorted(joined, key=rank))


def _comparison(role: str, stored: Name, certificate: Name) -> DnComparison:
    """Set two names side by side; a difference that the runtime ignores is none."""
    kind, rows = align(stored, certificate)
    if compare(stored, certificate).equality is not Equality.DIFFERENT:
        label = ""
    elif role == "issuer" and _folded(stored.common_name or "") != _folded(
        certificate.common_name or ""
    ):
        label = "issuer"
    else:
        label = str(kind)
    return DnComparison(
        role=role,
        kind=label,
        stored=stored.text,
        certificate=certificate.text,
        rows=tuple(
            DnRow(
                rdn_text(row.stored) if row.stored else "",
                rdn_text(row.certificate) if row.certificate else "",
                row.same or not label,
            )
            for row in rows
        ),
    )


def _loose_key(name: Name) -> tuple[frozenset[tuple[str, str]], ...]:
    return tuple(frozenset((a.oid, _folded(a.value)) for a in rdn) for rdn in name.rdns)


def _folded(text: str) -> str:
    """Fold letter case, runs of blanks and compatibility forms, as an index needs it."""
    if not text.isascii():
        import unicodedata

        text = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(text.lower().split())
