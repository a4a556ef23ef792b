"""Finds the certificate that an entry evidently means although its pair is another one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from heapq import nsmallest

from iflint.findings import DnComparison, DnRow
from iflint.name_index import folded
from iflint.pki.certificates import Certificate
from iflint.pki.chains import CertificatePool
from iflint.pki.names import Equality, Name, align, compare, rdn_text
from iflint.verdicts import NearMiss

_MOST_COMPARED = 8
_DIFFERENT = frozenset({"attribute", "value", "issuer"})
"""The kinds of difference that are more than another way to write the same name."""


def near_miss(
    subject: Name,
    issuer: Name,
    resembling: Sequence[Certificate],
    taken: set[str],
    at: datetime,
    pool: CertificatePool,
) -> NearMiss | None:
    """The best of the certificates that resemble a pair; None if none is evidently meant.

    ``taken`` are the SHA-256 of certificates that another entry of the channel has: they are
    meant here only if nothing but the spelling differs. Certificates that are valid at ``at``
    go before others. ``pool`` knows where each was found.
    """
    best: tuple[tuple[bool, bool, int, bool, bool, float], NearMiss] | None = None
    for certificate in _closest(subject, issuer, resembling, taken):
        exchanged = _are_exchanged(subject, issuer, certificate)
        comparisons = (
            _comparison("subject", subject, certificate.subject, exchanged=exchanged),
            _comparison("issuer", issuer, certificate.issuer, exchanged=exchanged),
        )
        kinds = {comparison.kind for comparison in comparisons}
        if certificate.sha256 in taken and kinds & {"value", "issuer"}:
            continue
        score = (
            "exchanged" not in kinds,
            bool(kinds & _DIFFERENT),
            sum(not row.same for comparison in comparisons for row in comparison.rows),
            "value" in kinds,
            not certificate.not_before <= at <= certificate.not_after,
            -certificate.not_after.timestamp(),
        )
        if best is None or score < best[0]:
            best = (score, NearMiss(certificate, pool.locations(certificate), comparisons))
    return best[1] if best else None


def _closest(
    subject: Name, issuer: Name, resembling: Sequence[Certificate], taken: set[str]
) -> Iterable[Certificate]:
    """Of many namesakes those that differ least, so that only few are set side by side."""
    if len(resembling) <= _MOST_COMPARED:
        return resembling
    values = subject.values | issuer.values

    def distance(certificate: Certificate) -> tuple[bool, int]:
        differing = len(values ^ (certificate.subject.values | certificate.issuer.values))
        return (differing > 0 and certificate.sha256 in taken, differing)

    return nsmallest(_MOST_COMPARED, resembling, key=distance)


def _are_exchanged(subject: Name, issuer: Name, certificate: Certificate) -> bool:
    """Whether an entry has the certificate's names, each in the other one's place."""
    places = ((subject, certificate.issuer), (issuer, certificate.subject))
    return all(compare(*names).equality is not Equality.DIFFERENT for names in places)


def _comparison(role: str, stored: Name, certificate: Name, *, exchanged: bool) -> DnComparison:
    """Set two names side by side; a difference that the runtime ignores is none."""
    kind, rows = align(stored, certificate)
    if compare(stored, certificate).equality is not Equality.DIFFERENT:
        label = ""
    elif exchanged:
        label = "exchanged"
    elif role == "issuer" and folded(stored.common_name or "") != folded(
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
