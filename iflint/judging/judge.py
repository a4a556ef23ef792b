"""Computes what rules must agree on, once: reads DNs, joins entries to certificates, orders these.

The names of an entry are read by the runtime's grammar, the entry is joined to the certificates
at hand by its pair, and each of these is judged by its dates and its chain.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from iflint.iflow.model import (
    AuthorizationKind,
    CertificateEntry,
    Iflow,
    ParameterUse,
    SenderChannel,
    Value,
)
from iflint.judging.companions import Companions
from iflint.judging.name_index import names_in
from iflint.judging.near_misses import near_miss
from iflint.judging.renewals import Renewals
from iflint.judging.unentered import expression_in, is_placeholder
from iflint.judging.verdicts import (
    ChannelVerdict,
    EntryState,
    EntryVerdict,
    IflowVerdict,
    IssuerVerdict,
    Joined,
    JoinedCertificate,
    Presented,
    Reading,
    Validity,
)
from iflint.pki.certificates import Certificate
from iflint.pki.chains.pool import CertificatePool, presented_by
from iflint.pki.chains.search import judge_chain
from iflint.pki.chains.signatures import SignatureCache
from iflint.pki.chains.verdict import ChainVerdict, Outcome
from iflint.pki.names import (
    Comparison,
    Equality,
    MalformedName,
    Name,
    compare,
    corrected_text,
    hidden_in,
    parse_name,
    swallowed_attribute,
)
from iflint.pki.roots.trust import TrustList
from iflint.report.findings import OddCharacter

if TYPE_CHECKING:
    from iflint.judging.issuers import Issuers
    from iflint.pki.files import KeyEntry
    from iflint.places.location import Location


class Judge:
    """Judges iFlows against the certificates at hand, one trust list and one clock."""

    def __init__(
        self,
        pool: CertificatePool,
        trust: TrustList,
        at: datetime,
        verifier: SignatureCache,
        issuers: Callable[[], Issuers],
    ) -> None:
        """``issuers`` is called when an issuer is met that no certificate at hand explains."""
        self._pool = pool
        self._trust = trust
        self._at = at
        self._verifier = verifier
        self._issuers = issuers
        self._judged: dict[str, tuple[Validity, ChainVerdict, Presented | None]] = {}
        self._having: dict[tuple[Name, Name], tuple[bool, Joined]] = {}
        self.index = names_in(pool)
        self.renewals = Renewals(self.index, pool, trust, at, verifier)
        self._companions = Companions(self.renewals)

    def judge(self, iflow: Iflow) -> IflowVerdict:
        """Judge every channel of ``iflow`` in which there is anything to judge."""
        matter = (channel for channel in iflow.channels if channel.matters)
        return IflowVerdict(iflow, tuple(map(self._judge_channel, matter)))

    def _judge_channel(self, channel: SenderChannel) -> ChannelVerdict:
        undefined = _undefined(channel)
        verdict = ChannelVerdict(channel, (), undefined)
        if verdict.judged:
            entries = self._judge_entries(channel.entries)
        else:
            state = EntryState.UNRESOLVED if undefined else EntryState.NOT_JUDGED
            entries = tuple(
                EntryVerdict(entry, state, _unjudged(entry.subject), _unjudged(entry.issuer))
                for entry in channel.entries
            )
        return ChannelVerdict(channel, entries, undefined)

    def _judge_entries(self, entries: Sequence[CertificateEntry]) -> tuple[EntryVerdict, ...]:
        first: dict[tuple[str, str], CertificateEntry] = {}
        verdicts = [self._join(entry, first) for entry in entries]
        taken = {
            verdict.pair: verdict.entry
            for verdict in verdicts
            if verdict.state is EntryState.JOINED and verdict.pair is not None
        }
        judged = [self._with_near_miss(verdict, taken) for verdict in verdicts]
        return self._companions.beside([self._with_issuer(verdict) for verdict in judged])

    def _join(
        self, entry: CertificateEntry, first: dict[tuple[str, str], CertificateEntry]
    ) -> EntryVerdict:
        """An entry by itself: its DNs as read, and the certificates that have its pair.

        ``first`` are the channel's entries before it by their pairs: only the first one of a
        pair is judged.
        """
        subject, issuer = self._read(entry.subject), self._read(entry.issuer)
        verdict = EntryVerdict(entry, EntryState.MALFORMED, subject, issuer)
        if subject.empty or issuer.empty:
            return msgspec.structs.replace(verdict, state=EntryState.EMPTY)
        if subject.placeholder or issuer.placeholder:
            return msgspec.structs.replace(verdict, state=EntryState.PLACEHOLDER)
        if subject.faulty or issuer.faulty:
            return verdict
        if subject.asterisk or issuer.asterisk:
            return msgspec.structs.replace(verdict, state=EntryState.WILDCARD)
        if subject.name is None or issuer.name is None:
            return verdict
        twin = first.setdefault((subject.name.canonical, issuer.name.canonical), entry)
        if twin is not entry:
            return msgspec.structs.replace(verdict, state=EntryState.DUPLICATE, twin=twin)
        certain, joined = self._having_pair(subject.name, issuer.name)
        if joined:
            state = EntryState.JOINED if certain else EntryState.UNDECIDABLE
        elif self._has_wildcard(subject.name, issuer.name):
            state = EntryState.WILDCARD
        else:
            state = EntryState.NOT_FOUND
        return msgspec.structs.replace(verdict, state=state, joined=joined)

    def _having_pair(self, subject: Name, issuer: Name) -> tuple[bool, Joined]:
        """The certificates that have a pair, one object for all entries; and if that is certain."""
        known = self._having.get((subject, issuer))
        if known is None:
            certain: list[JoinedCertificate] = []
            uncertain: list[JoinedCertificate] = []
            for certificate in self.index.with_pair(subject, issuer):
                of_issuer = compare(issuer, certificate.issuer)
                of_subject = compare(subject, certificate.subject)
                both = (of_subject.equality, of_issuer.equality)
                if Equality.DIFFERENT in both:
                    continue
                match = self.joined_certificate(certificate, of_subject, of_issuer)
                (uncertain if Equality.UNDECIDABLE in both else certain).append(match)
            known = bool(certain), best_first(certain or uncertain)
            self._having[subject, issuer] = known
        return known

    def _read(self, value: Value) -> Reading:
        if not value.text:
            return Reading(value)
        if value.text.strip() == "*":
            return Reading(value, asterisk=True)
        as_it_stands = self._name_at_hand(value.undecoded)
        if as_it_stands is not None:
            return Reading(value, as_it_stands)
        try:
            name = parse_name(value.text)
        except MalformedName as malformed:
            return Reading(
                value,
                malformed=malformed,
                placeholder=is_placeholder(value.text),
                expression=expression_in(value.text),
                meant=parse_name(malformed.meant) if malformed.meant else None,
            )
        if self.index.has(name):
            return Reading(value, name)
        swallowed = swallowed_attribute(name)
        meant = corrected_text(value.text) if swallowed else None
        return Reading(
            value,
            name,
            swallowed=swallowed,
            placeholder=is_placeholder(value.text),
            expression=expression_in(value.text),
            meant=parse_name(meant) if meant else None,
        )

    def _name_at_hand(self, text: str) -> Name | None:
        """The name of a certificate at hand that is written so."""
        try:
            name = parse_name(text) if text else None
        except MalformedName:
            return None
        return name if name is not None and self.index.has(name) else None

    def _has_wildcard(self, *names: Name) -> bool:
        """Whether a value is an asterisk, or holds one that no certificate at hand has.

        Without any certificate at hand, ``*.example.com`` may well be a certificate's name.
        """
        return any(
            value == "*"
            or (
                not self.index.has_value(value)
                and (len(self._pool) > 0 or not re.match(_HOSTS, value))
            )
            for name in names
            for rdn in name.rdns
            for value in (attribute.value for attribute in rdn)
            if "*" in value
        )

    def joined_certificate(
        self, certificate: Certificate, subject: Comparison, issuer: Comparison
    ) -> JoinedCertificate:
        """A certificate with what its dates and its chain are worth, worked out once."""
        known = self._judged.get(certificate.sha256)
        if known is None:
            validity = _validity(certificate, self._at)
            known = self._judged[certificate.sha256] = (validity, *self._chains(certificate))
        locations = self._pool.locations(certificate)
        return JoinedCertificate(certificate, locations, subject, issuer, *known)

    def _chains(self, certificate: Certificate) -> tuple[ChainVerdict, Presented | None]:
        """The chain that decides, and the best of those that keystores present, if there is one."""
        whole = self._judge_chain(certificate, self._pool)
        best: Presented | None = None
        for entry in self._pool.entries(certificate):
            chain = self._judge_chain(certificate, presented_by(entry))
            short = _worth(whole) < _worth(chain)
            if best is None or best.falls_short > short:
                elsewhere = self._elsewhere(entry, whole) if short else ()
                best = Presented(entry, chain, short, elsewhere)
        if best is None or best.falls_short or best.chain.outcome not in _IN_A_ROOT:
            return whole, best
        return best.chain, best

    def _judge_chain(self, certificate: Certificate, pool: CertificatePool) -> ChainVerdict:
        return judge_chain(certificate, pool, self._trust, self._at, self._verifier)

    def _elsewhere(
        self, entry: KeyEntry, whole: ChainVerdict
    ) -> tuple[tuple[Certificate, tuple[Location, ...]], ...]:
        """The intermediates of a chain that a keystore's entry lacks, with their places."""
        return tuple(
            (link.issuer, self._pool.locations(link.issuer))
            for link in whole.links
            if link.issuer is not None and link.root is None and link.issuer not in entry.presented
        )

    def _with_near_miss(
        self, verdict: EntryVerdict, taken: Mapping[tuple[str, str], CertificateEntry]
    ) -> EntryVerdict:
        subject, issuer = verdict.subject.intended, verdict.issuer.intended
        if verdict.state not in _WITHOUT_CERTIFICATE or subject is None or issuer is None:
            return verdict
        resembling = (
            *self.index.with_pair(issuer, subject),
            *self.index.resembling(subject),
        )
        found = near_miss(subject, issuer, resembling, taken, self._at, self._pool, self.index)
        if verdict.state is EntryState.MALFORMED:
            return msgspec.structs.replace(verdict, near_miss=found)
        if found is not None:
            return msgspec.structs.replace(verdict, state=EntryState.NEAR_MISS, near_miss=found)
        subject_seen, issuer_seen = _searched(verdict.subject), _searched(verdict.issuer)
        if subject_seen.faulty or issuer_seen.faulty:
            return msgspec.structs.replace(
                verdict, state=EntryState.MALFORMED, subject=subject_seen, issuer=issuer_seen
            )
        closest = next(
            (
                (certificate, self._pool.locations(certificate))
                for certificate in self.index.misspelt(subject, issuer)
                if certificate.pair not in taken
            ),
            None,
        )
        return msgspec.structs.replace(verdict, closest=closest)

    def _with_issuer(self, verdict: EntryVerdict) -> EntryVerdict:
        subject, issuer = verdict.subject.name, verdict.issuer.name
        if verdict.joined:
            told = self.unexplained_issuer(verdict.joined)
        elif verdict.state is EntryState.NOT_FOUND and subject is not None and issuer is not None:
            told = self._by_name(subject, issuer)
        else:
            return verdict
        return msgspec.structs.replace(verdict, unexplained=told)

    def unexplained_issuer(self, joined: Sequence[JoinedCertificate]) -> IssuerVerdict | None:
        """What is known of the issuer that no certificate at hand explains, for a binding."""
        best = joined[0]
        if all(match.certificate.is_known_by_facts for match in joined):
            return self._by_name(best.certificate.subject, best.certificate.issuer)
        if best.chain.missing_issuer is None or best.chain.below is None:
            return None
        key_id = best.chain.below.authority_key_id
        return self._issuers().verdict(best.chain.missing_issuer, key_id=key_id)

    def _by_name(self, subject: Name, issuer: Name) -> IssuerVerdict | None:
        if not issuer.rdns or self._pool.named(issuer):
            return None
        return self._issuers().verdict(issuer, subject)


_WITHOUT_CERTIFICATE = (EntryState.NOT_FOUND, EntryState.MALFORMED)


_HOSTS = r"\*\.[^*]+$"


def _searched(reading: Reading) -> Reading:
    """A DN that no certificate at hand is like, with the invisible character in it."""
    text = reading.value.text or ""
    span = hidden_in(text)
    meant = corrected_text(text) if span else None
    if span is None or meant is None:
        return reading
    from iflint.pki.dn.resemblance import described

    hidden = OddCharacter(described(text[span[0]]), "", *span)
    return msgspec.structs.replace(reading, hidden=hidden, meant=parse_name(meant))


def _unjudged(value: Value) -> Reading:
    return Reading(value, placeholder=is_placeholder(value.text or ""))


def _undefined(channel: SenderChannel) -> tuple[tuple[Value, ParameterUse], ...]:
    """The parameters that a checked channel needs and no file at hand defines, each once."""
    kind = channel.authorization.kind
    if not channel.checked or kind is AuthorizationKind.UNKNOWN:
        return ()
    values: list[Value] = []
    unresolved = kind is AuthorizationKind.UNRESOLVED
    if unresolved:
        if channel.authorization.value is not None:
            values.append(channel.authorization.value)
    else:
        values.extend(dn for entry in channel.entries for dn in (entry.subject, entry.issuer))
    found: dict[str, tuple[Value, ParameterUse]] = {}
    for value in values:
        for use in value.parameters:
            if use.value is None or (unresolved and not use.value.strip()):
                found.setdefault(use.name, (value, use))
    return tuple(found.values())


def _validity(certificate: Certificate, at: datetime) -> Validity:
    if at > certificate.not_after:
        return Validity.EXPIRED
    if at < certificate.not_before:
        return Validity.NOT_YET_VALID
    return Validity.VALID


_IN_A_ROOT = (Outcome.TRUSTED, Outcome.UNCERTAIN, Outcome.UNSUPPORTED)


def _worth(chain: ChainVerdict) -> tuple[bool, bool, bool]:
    """Smaller is better: it ends in a root, in a supported one, and nothing in it fails."""
    return (
        chain.outcome not in _IN_A_ROOT,
        chain.outcome is Outcome.UNSUPPORTED,
        bool(chain.faults or chain.without_client_auth),
    )


_VALIDITY_RANK = {Validity.VALID: 0, Validity.NOT_YET_VALID: 1, Validity.EXPIRED: 2}
_OUTCOME_RANK = {Outcome.TRUSTED: 0, Outcome.UNCERTAIN: 1}


def best_first(joined: list[JoinedCertificate]) -> Joined:
    """Order by what the entry is worth: dates first, then the chain, then the last day.

    A chain that may hold, in a root that only one of Neo's two lists has, goes before one that
    fails, as it does among the paths of one certificate.
    """

    def rank(match: JoinedCertificate) -> tuple[int, bool, int, bool, float]:
        chain = match.chain
        errors = len(chain.faults) + len(chain.without_client_auth)
        outcome = _OUTCOME_RANK.get(chain.outcome, 2)
        return (
            _VALIDITY_RANK[match.validity],
            errors > 0 or outcome > 1,
            outcome + errors,
            match.presented is not None and match.presented.falls_short,
            -match.certificate.not_after.timestamp(),
        )

    return Joined(sorted(joined, key=rank))
