"""Finds the certificates that an entry's names may mean, without comparing it with each."""

from __future__ import annotations

from collections.abc import Iterable

from iflint.pki.certificates import Certificate
from iflint.pki.names import Name

_MOST_NAMESAKES = 1000


class NameIndex:
    """The certificates at hand by pair, by subject and by common name."""

    def __init__(self, certificates: Iterable[Certificate]) -> None:
        self._by_pair: dict[tuple[object, object], list[Certificate]] = {}
        self._by_subject: dict[object, list[Certificate]] = {}
        self._by_common_name: dict[str, list[Certificate]] = {}
        self._canonical: set[str] = set()
        self._asterisks: set[str] = set()
        for certificate in certificates:
            subject = certificate.subject
            self._asterisks.update(
                folded(attribute.value)
                for name in (subject, certificate.issuer)
                for rdn in name.rdns
                for attribute in rdn
                if "*" in attribute.value
            )
            self._canonical.update((subject.canonical, certificate.issuer.canonical))
            issuer_keys = _keys(certificate.issuer)
            for key in _keys(subject):
                self._by_subject.setdefault(key, []).append(certificate)
                for issuer_key in issuer_keys:
                    self._by_pair.setdefault((key, issuer_key), []).append(certificate)
            if subject.common_name:
                key = folded(subject.common_name)
                self._by_common_name.setdefault(key, []).append(certificate)

    def __len__(self) -> int:
        return len(self._canonical)

    def has(self, name: Name) -> bool:
        """Whether a certificate has exactly this name as its subject or its issuer."""
        return name.canonical in self._canonical

    def has_value(self, value: str) -> bool:
        """Whether a certificate has this value, which holds an asterisk, in one of its names."""
        return folded(value) in self._asterisks

    def with_subject(self, name: Name) -> tuple[Certificate, ...]:
        """The certificates whose subject may be equal to ``name``."""
        return _each_once(self._by_subject.get(key, ()) for key in _keys(name))

    def with_pair(self, subject: Name, issuer: Name) -> tuple[Certificate, ...]:
        """The certificates whose subject and issuer may be equal to these."""
        return _each_once(
            self._by_pair.get((key, issuer_key), ())
            for key in _keys(subject)
            for issuer_key in _keys(issuer)
        )

    def with_common_name(self, name: Name) -> tuple[Certificate, ...]:
        """The certificates whose common name is that of ``name``; none if it has none."""
        if not name.common_name:
            return ()
        return tuple(self._by_common_name.get(folded(name.common_name), ()))

    def of_sender(self, name: Name) -> tuple[Certificate, ...]:
        """The certificates of the sender that ``name`` names: see `sender_key`."""
        return self.with_common_name(name) if name.common_name else self.with_subject(name)

    def resembling(self, subject: Name) -> tuple[Certificate, ...]:
        """The certificates with the same subject or, failing that, the same common name.

        Of very many the first ones: which of them is meant could not be told anyway.
        """
        return (self.with_subject(subject) or self.with_common_name(subject))[:_MOST_NAMESAKES]


def sender_key(name: Name) -> str:
    """Equal for names of one sender: those with the same common name or, without, the same name."""
    return folded(name.common_name) if name.common_name else name.canonical


def folded(text: str) -> str:
    """Fold letter case, runs of blanks and compatibility forms, as an index needs it."""
    if not text.isascii():
        import unicodedata

        text = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(text.lower().split())


def _keys(name: Name) -> tuple[object, ...]:
    """Names that may be equal at runtime have at least one of these in common."""
    return name.canonical, _loose_key(name)


def _each_once(found: Iterable[Iterable[Certificate]]) -> tuple[Certificate, ...]:
    return tuple(
        {certificate.sha256: certificate for some in found for certificate in some}.values()
    )


def _loose_key(name: Name) -> tuple[frozenset[tuple[str, str]], ...]:
    return tuple(frozenset((a.oid, folded(a.value)) for a in rdn) for rdn in name.rdns)
