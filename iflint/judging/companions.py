"""Sets each entry beside the others of its channel for the same sender, and finds its successor.

By SAP's procedure for renewals (2d3cae7) a channel lists a sender's old and new pair for a while.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

import msgspec

from iflint.judging.name_index import NameIndex, sender_key
from iflint.judging.verdicts import BindingVerdict, EntryVerdict, Successor, Validity
from iflint.pki.certificates import Certificate
from iflint.pki.chains.pool import CertificatePool
from iflint.pki.names import Name

V = TypeVar("V", bound=BindingVerdict)

_MOST_ENTRIES = 200
_MOST_CERTIFICATES = 50
"""How many entries of a sender in a channel are looked at, and how many of its certificates, those
that end last. Ours: most seen: 2 of each."""


class Companions:
    """The entries and certificates of one sender: a common name or, without, a whole subject."""

    def __init__(self, index: NameIndex, pool: CertificatePool) -> None:
        self._index = index
        self._pool = pool
        self._of_sender: dict[str, tuple[Certificate, ...]] = {}

    def beside(self, verdicts: Sequence[EntryVerdict]) -> tuple[EntryVerdict, ...]:
        """The verdicts of one channel, each with what the others of its sender mean for it."""
        of_sender: dict[str, list[EntryVerdict]] = {}
        for verdict in verdicts:
            if verdict.subject.name is not None and verdict.twin is None:
                of_sender.setdefault(sender_key(verdict.subject.name), []).append(verdict)
        return tuple(
            self._beside(verdict, of_sender[sender_key(verdict.subject.name)])
            if verdict.best is not None and verdict.subject.name is not None
            else verdict
            for verdict in verdicts
        )

    def _beside(self, verdict: EntryVerdict, all_of_them: Iterable[EntryVerdict]) -> EntryVerdict:
        others = [other for other in islice(all_of_them, _MOST_ENTRIES) if other is not verdict]
        return msgspec.structs.replace(
            verdict,
            successors=self.successors(verdict),
            **beside_peers(verdict, others, lambda each: each.entry),
        )

    def successors(self, verdict: BindingVerdict) -> tuple[Successor, ...]:
        """Later certificates than the best one of a binding, those of its subject first."""
        return tuple(self._successors(verdict, verdict.best.certificate)) if verdict.best else ()

    def _successors(self, verdict: BindingVerdict, best: Certificate) -> Iterator[Successor]:
        own = {m.certificate.sha256 for m in verdict.joined if m.validity is Validity.VALID}
        of_sender = self._latest_first(best.subject)
        of_subject = [c for c in of_sender if c.subject.canonical == best.subject.canonical]
        for certificate in dict.fromkeys((*of_subject, *of_sender)):
            if certificate.not_after > best.not_after and certificate.sha256 not in own:
                same_pair = (
                    certificate.subject.canonical == best.subject.canonical
                    and certificate.issuer.canonical == best.issuer.canonical
                )
                yield Successor(certificate, self._pool.locations(certificate), same_pair)

    def _latest_first(self, subject: Name) -> tuple[Certificate, ...]:
        """The certificates of a sender that a client can use, the one that ends last first.

        A CA's certificate is none, nor one for servers only: a web server's certificate often
        has the same common name.
        """
        key = sender_key(subject)
        if key not in self._of_sender:
            found = [
                certificate
                for certificate in self._index.of_sender(subject)
                if not certificate.is_ca and not certificate.lacks_client_auth
            ]
            found.sort(key=lambda certificate: certificate.sha256)
            found.sort(key=lambda certificate: certificate.not_after, reverse=True)
            self._of_sender[key] = tuple(found[:_MOST_CERTIFICATES])
        return self._of_sender[key]


def beside_peers(
    verdict: BindingVerdict, others: Sequence[V], binding_of: Callable[[V], object]
) -> dict[str, Any]:
    """What the other bindings of a sender mean for one of them, by the fields of its verdict.

    ``overlap`` are those that are not known to end with it or before, ``fresher`` those with a
    certificate that is valid now, those at hand first (``fresher_by_facts``: none of them is),
    ``meanwhile`` the one among these that lasts until its own certificate, not valid yet, begins.
    """
    best = verdict.best
    assert best is not None
    valid = [(o, o.best) for o in others if o.best and o.best.validity is Validity.VALID]
    valid.sort(key=lambda each: each[1].certificate.is_known_by_facts)
    begins = _begins(verdict)
    return {
        "overlap": tuple(
            binding_of(other)
            for other in others
            if other.best is None or other.best.certificate.not_after > best.certificate.not_after
        ),
        "fresher": tuple(binding_of(other) for other, _ in valid),
        "fresher_by_facts": bool(valid) and valid[0][1].certificate.is_known_by_facts,
        "meanwhile": next(
            (
                binding_of(other)
                for other, match in valid
                if begins is not None and begins <= match.certificate.not_after
            ),
            None,
        ),
    }


def _begins(verdict: BindingVerdict) -> datetime | None:
    """When a binding without a valid certificate gets one; None for any other one."""
    if verdict.best is None or verdict.best.validity is not Validity.NOT_YET_VALID:
        return None
    return min(
        match.certificate.not_before
        for match in verdict.joined
        if match.validity is Validity.NOT_YET_VALID
    )
