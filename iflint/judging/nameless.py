"""Certificates without a subject: their names are alternative names, which no row can hold.

A channel compares Subject DN and Issuer DN, so such a certificate can stand in no row, whatever
somebody enters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from iflint.pki import der as asn1

if TYPE_CHECKING:
    from iflint.judging.verdicts import EntryVerdict
    from iflint.pki.certificates import Certificate
    from iflint.pki.files import FoundCertificate

_DNS_NAME = 0x82


def meant_by(
    verdict: EntryVerdict, candidates: Iterable[FoundCertificate]
) -> FoundCertificate | None:
    """The one of ``candidates`` that an entry may mean: by an alternative name, or by its issuer.

    An empty subject of an entry means any of its issuer.
    """
    subject, issuer = verdict.subject.name, verdict.issuer.name
    named = (subject.common_name or "").lower() if subject is not None else ""
    by_issuer = None
    for one in candidates:
        if named and named in _host_names(one.certificate):
            return one
        same = issuer is not None and one.certificate.issuer.canonical == issuer.canonical
        by_issuer = by_issuer or (one if same else None)
    return by_issuer


def _host_names(certificate: Certificate) -> Iterator[str]:
    names = certificate.subject_alternative_names
    if names is None:
        return
    try:
        for name in asn1.parse(names).children():
            if name.tag == _DNS_NAME:
                yield name.content.decode("ascii", "replace").lower()
    except asn1.DerError:
        return
