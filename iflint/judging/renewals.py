"""Finds the successors of a binding's certificate, and tells whether one of them will be let in.

A renewed certificate keeps the pair or, with another CA or another organizational unit, at least
the common name. What it is worth is judged on its first valid day from the clock on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from iflint.judging.name_index import sender_key
from iflint.judging.verdicts import BindingVerdict, Successor, Validity, is_later
from iflint.pki.chains.search import judge_chain
from iflint.pki.names import COMMON_NAME, ORGANIZATION

if TYPE_CHECKING:
    from iflint.judging.name_index import NameIndex
    from iflint.judging.verdicts import Binding
    from iflint.pki.certificates import Certificate
    from iflint.pki.chains.pool import CertificatePool
    from iflint.pki.chains.signatures import SignatureCache
    from iflint.pki.chains.verdict import ChainVerdict
    from iflint.pki.names import Name
    from iflint.pki.roots.trust import TrustList

_MOST_SUCCESSORS = 20
"""Later certificates of a sender that are looked at, those that end last. Ours: most seen: 2."""


class Renewals:
    """The certificates at hand that may take the place of another one, with their chains.

    ``taken`` are those that are bound already, by SHA-256, and can't be bound anew.
    """

    def __init__(
        self,
        index: NameIndex,
        pool: CertificatePool,
        trust: TrustList,
        at: datetime,
        verifier: SignatureCache,
        taken: Collection[str] = (),
    ) -> None:
        self._index = index
        self._pool = pool
        self._trust = trust
        self._at = at
        self._verifier = verifier
        self._taken = taken
        self._free: dict[str, tuple[Certificate, ...]] = {}
        self._chains: dict[str, ChainVerdict] = {}

    def without(self, taken: Collection[str]) -> Renewals:
        """The same certificates without those that are taken."""
        return Renewals(self._index, self._pool, self._trust, self._at, self._verifier, taken)

    def successors(
        self,
        verdict: BindingVerdict,
        accepting: Callable[[], Mapping[str, Binding]],
        meaning: Callable[[], Mapping[str, Binding]] = dict,
        accepted: Iterable[Certificate] = (),
    ) -> tuple[Successor, ...]:
        """The later certificates of a binding's sender, the one to be ready for first.

        ``accepting`` tells, by its SHA-256, which binding of the same channel, roles or user lets
        a certificate in, ``meaning`` which one is only meant to; ``accepted`` are those that are
        let in and taken.
        """
        best = verdict.best
        if best is None or best.validity is Validity.NOT_YET_VALID:
            return ()
        candidates = (*accepted, *self._free_of_sender(best.certificate))
        later = dict.fromkeys(islice(_later(candidates, best.certificate), _MOST_SUCCESSORS))
        found = [
            self._successor(
                best.certificate, each, accepting().get(each.sha256), meaning().get(each.sha256)
            )
            for each in later
        ]
        subject = best.certificate.subject.canonical
        return tuple(sorted(found, key=lambda each: _to_be_ready_for(each, subject)))

    def _free_of_sender(self, best: Certificate) -> Iterator[Certificate]:
        """Those of a sender that are not taken and end later, the one that ends last first."""
        key = sender_key(best.subject)
        if key not in self._free:
            found = [
                each
                for each in self._index.of_sender(best.subject)
                if each.sha256 not in self._taken and each.is_ca is not True
            ]
            found.sort(key=lambda each: (-each.not_after.timestamp(), each.sha256))
            self._free[key] = tuple(found)
        return takewhile(lambda each: each.not_after > best.not_after, self._free[key])

    def _successor(
        self,
        best: Certificate,
        certificate: Certificate,
        accepted_by: Binding | None,
        meant_by: Binding | None,
    ) -> Successor:
        return Successor(
            certificate=certificate,
            locations=self._pool.locations(certificate),
            same_pair=has_pair_of(certificate, best),
            in_time=certificate.not_before <= best.not_after,
            chain=self._chain(certificate),
            accepted_by=accepted_by,
            meant_by=meant_by if accepted_by is None else None,
            declared=self._pool.is_declared(certificate),
        )

    def _chain(self, certificate: Certificate) -> ChainVerdict:
        """The chain as it is on the certificate's first valid day from the clock on."""
        if certificate.sha256 not in self._chains:
            first = max(self._at, certificate.not_before)
            self._chains[certificate.sha256] = judge_chain(
                certificate, self._pool, self._trust.at(first), first, self._verifier
            )
        return self._chains[certificate.sha256]


def _to_be_ready_for(one: Successor, subject: str) -> tuple[bool, bool, bool, bool, bool, float]:
    """Usable ones first, those in time, those let in or meant to be, those of the same subject."""
    return (
        not one.usable,
        not one.in_time,
        one.accepted_by is None,
        one.meant_by is None,
        one.certificate.subject.canonical != subject,
        -one.certificate.not_after.timestamp(),
    )


def _later(candidates: Iterable[Certificate], best: Certificate) -> Iterator[Certificate]:
    for each in candidates:
        if is_later(each, best) and is_of_same_sender(each, best):
            yield each


def has_pair_of(one: Certificate, other: Certificate) -> bool:
    """Whether two certificates have one pair, as the runtime compares names (*inferred*)."""
    return one.pair == other.pair


def is_of_same_sender(one: Certificate, other: Certificate) -> bool:
    """Whether two certificates are of one sender: by the subject, without one by all other names.

    Of many senders' certificates without a subject all have the same one.
    """
    if one.subject.rdns or other.subject.rdns:
        return is_same_sender(one.subject, other.subject)
    names = one.subject_alternative_names
    return names is not None and names == other.subject_alternative_names


def is_same_sender(one: Name, other: Name) -> bool:
    """Whether two subjects are the same, or have one common name and no different organization.

    As the runtime compares names (*inferred*).
    """
    if one.canonical == other.canonical:
        return True
    name = one.values_of(COMMON_NAME)
    if not name or name != other.values_of(COMMON_NAME):
        return False
    organizations = one.values_of(ORGANIZATION), other.values_of(ORGANIZATION)
    return not all(organizations) or organizations[0] == organizations[1]
