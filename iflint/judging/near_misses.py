"""Finds the certificate that an entry evidently means although its pair is another one."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from heapq import nsmallest

import msgspec

from iflint.iflow.model import CertificateEntry
from iflint.judging.name_index import NameIndex, folded, is_misspelt
from iflint.judging.verdicts import NearMiss
from iflint.pki.certificates import Certificate
from iflint.pki.chains.pool import CertificatePool
from iflint.pki.names import (
    AlignedRdn,
    DifferenceKind,
    Equality,
    Name,
    align,
    compare,
    rdn_text,
)
from iflint.report.findings import FORM, DnComparison, DnRow, OddCharacter

_MOST_COMPARED = 8
"""Certificates that are set side by side with an entry. Ours: each takes 0.4 ms; most seen: 1."""
_DIFFERENT = frozenset({"attribute", "value", "issuer"})
"""The kinds of difference that are more than another way to write the same name."""


def near_miss(
    subject: Name,
    issuer: Name,
    resembling: Sequence[Certificate],
    taken: Mapping[tuple[str, str], CertificateEntry],
    at: datetime,
    pool: CertificatePool,
    index: NameIndex,
) -> NearMiss | None:
    """The best of the certificates that resemble a pair; None if none is evidently meant.

    ``taken`` has the entries of the channel that have a certificate, by its pair: a certificate
    that is taken is meant here only if nothing but the spelling differs. Certificates that are
    valid at ``at``, and that clients may use, go before others. ``pool`` knows where each was
    found, ``index`` the names of all of them.
    """
    best: tuple[tuple[bool, int, bool, int, bool, bool, float], NearMiss] | None = None
    for certificate in _closest(subject, issuer, resembling, taken):
        exchanged = _are_exchanged(subject, issuer, certificate)
        of_subject = _comparison("subject", subject, certificate.subject, exchanged=exchanged)
        of_issuer = _comparison("issuer", issuer, certificate.issuer, exchanged=exchanged)
        kind, alike = _about_issuer(of_issuer, issuer, certificate, index)
        comparisons = (of_subject, msgspec.structs.replace(of_issuer, kind=kind))
        kinds = {comparison.kind for comparison in comparisons}
        if certificate.pair in taken and kinds & _OF_ANOTHER:
            continue
        score = (
            "exchanged" not in kinds,
            sum(
                not row.same
                for comparison in comparisons
                if comparison.kind not in FORM
                for row in comparison.rows
            ),
            of_subject.kind == "value",
            _distance(kind, issuer, certificate),
            not certificate.not_before <= at <= certificate.not_after,
            certificate.lacks_client_auth,
            -certificate.not_after.timestamp(),
        )
        if best is None or score < best[0]:
            found = NearMiss(
                certificate,
                pool.locations(certificate),
                comparisons,
                pool.locations(alike) if alike else (),
                taken.get(certificate.pair),
            )
            best = (score, found)
    return best[1] if best else None


def _distance(kind: str, issuer: Name, certificate: Certificate) -> int:
    """How far the issuers are apart: one that is misspelt, by one letter or two, is near.

    Else the row's issuer may be right, and that of another certificate.
    """
    if kind in ("issuer", "renewal", "other"):
        return 2
    one, other = (folded(name.common_name or "") for name in (issuer, certificate.issuer))
    return 0 if one == other or is_misspelt(one, other, 1) else 1


_OF_ANOTHER = frozenset({"value", "issuer", "renewal", "above", "twice", "other"})


def _closest(
    subject: Name,
    issuer: Name,
    resembling: Sequence[Certificate],
    taken: Container[tuple[str, str]],
) -> Iterable[Certificate]:
    """Of many namesakes those that differ least, so that only few are set side by side."""
    if len(resembling) <= _MOST_COMPARED:
        return resembling
    values = subject.values | issuer.values

    def distance(certificate: Certificate) -> tuple[bool, int]:
        differing = len(values ^ (certificate.subject.values | certificate.issuer.values))
        return (differing > 0 and certificate.pair in taken, differing)

    return nsmallest(_MOST_COMPARED, resembling, key=distance)


def _are_exchanged(subject: Name, issuer: Name, certificate: Certificate) -> bool:
    """Whether an entry has the certificate's names, each in the other one's place."""
    places = ((subject, certificate.issuer), (issuer, certificate.subject))
    return all(compare(*names).equality is not Equality.DIFFERENT for names in places)


def _comparison(role: str, stored: Name, certificate: Name, *, exchanged: bool) -> DnComparison:
    """Set two names side by side; a difference that the runtime ignores is none."""
    kind, rows = align(stored, certificate)
    odd: tuple[OddCharacter, ...] = ()
    if kind in (DifferenceKind.CHARACTERS, DifferenceKind.ENCODING):
        odd = tuple(_odd(stored, rows))
        kind = DifferenceKind.CHARACTERS if odd else kind
    if compare(stored, certificate).equality is not Equality.DIFFERENT:
        label = ""
    else:
        label = "exchanged" if exchanged else str(kind)
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
        odd=odd if label == "characters" else (),
    )


def _odd(stored: Name, rows: Iterable[AlignedRdn]) -> Iterator[OddCharacter]:
    """The characters that make two names differ although they look the same."""
    from iflint.pki.dn.resemblance import described, odd_characters

    for row in rows:
        if row.same or row.stored is None or row.certificate is None:
            continue
        theirs = "".join(attribute.value for attribute in row.certificate)
        ours = "".join(attribute.value for attribute in row.stored)
        for part in row.stored:
            for at, odd, like in odd_characters(stored.stored, part.start, part.end, theirs):
                yield OddCharacter(described(odd), like, at, at + 1)
        for _, odd, like in odd_characters(theirs, 0, len(theirs), ours):
            yield OddCharacter(described(odd), like)


def _about_issuer(
    comparison: DnComparison, issuer: Name, certificate: Certificate, index: NameIndex
) -> tuple[str, Certificate | None]:
    """The kind of a comparison of issuers, and a certificate that has the entry's issuer."""
    theirs = certificate.issuer
    if comparison.kind not in ("attribute", "value"):
        return comparison.kind, None
    if compare(issuer, certificate.subject).equality is not Equality.DIFFERENT:
        return "twice", None
    if any(
        compare(issuer, name).equality is not Equality.DIFFERENT for name in index.above(theirs)
    ):
        return "above", None
    one, other = folded(issuer.common_name or ""), folded(theirs.common_name or "")
    if one == other or is_misspelt(one, other):
        return comparison.kind, None
    if issuer.without_common_name == theirs.without_common_name != ("",):
        return "renewal", None
    alike = index.issued_by(issuer)
    return ("other", alike) if alike else ("issuer", None)


def side_by_side(subject: Name, issuer: Name, certificate: Certificate) -> tuple[DnComparison, ...]:
    """A pair beside a certificate's, whatever is meant by it."""
    pairs = (("subject", subject, certificate.subject), ("issuer", issuer, certificate.issuer))
    return tuple(_comparison(*pair, exchanged=False) for pair in pairs)


def differs_in_form_only(subject: Name, issuer: Name, certificate: Certificate) -> bool:
    """Whether a pair and a certificate's mean the same, each name in whatever form."""
    return all(each.kind in _SAME for each in side_by_side(subject, issuer, certificate))


_SAME = FORM | {""}
