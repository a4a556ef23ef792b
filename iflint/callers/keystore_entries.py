"""The certificates that a dump of ``KeystoreEntries`` tells of, by their names and dates."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from iflint.callers.caller import certificate_by_facts
from iflint.pki.certificates import known_by_facts
from iflint.places.problems import Problem, ProblemKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iflint.callers.model import KeystoreEntryFacts
    from iflint.pki.certificates import Certificate
    from iflint.pki.files import FoundCertificate


def certificates_by_facts(
    entries: Iterable[KeystoreEntryFacts], at_hand: Iterable[FoundCertificate]
) -> Iterator[FoundCertificate]:
    """The certificates of keystore entries by their names and dates, where no file has the bytes.

    They let nobody in: they are at hand, as those of files are.
    """
    from iflint.pki.files import FoundCertificate

    told = [(entry, certificate_by_facts(entry.certificate)) for entry in entries]
    known = {_facts_of(found.certificate) for found in at_hand} if told else set()
    for entry, certificate in told:
        if certificate is not None and _facts_of(certificate) not in known:
            known.add(_facts_of(certificate))
            yield FoundCertificate(certificate, entry.location)


def undated(
    entries: Iterable[KeystoreEntryFacts], at_hand: Iterable[FoundCertificate]
) -> Iterator[Problem]:
    """The keystore entries of which nothing tells the end: no bytes, and no date that is known."""
    unread = [entry for entry in entries if entry.certificate.unread]
    known = {_names_of(found.certificate) for found in at_hand} if unread else set()
    for entry in unread:
        told = entry.certificate
        if _names_of(known_by_facts(told.subject, told.issuer, None, _SOME_DAY)) in known:
            continue
        yield Problem(
            ProblemKind.CERTIFICATE,
            entry.location,
            f"the end of the keystore entry {entry.alias} has a form that is not known here: "
            f"{entry.certificate.unread}",
            "write this date as 2026-12-31T00:00:00Z, or give the certificate itself",
        )


_SOME_DAY = datetime.max.replace(tzinfo=UTC)


def _names_of(certificate: Certificate) -> tuple[object, object]:
    return certificate.subject.chain_key, certificate.issuer.chain_key


def _facts_of(certificate: Certificate) -> tuple[object, ...]:
    return *_names_of(certificate), certificate.not_after.replace(microsecond=0)
