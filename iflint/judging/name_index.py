"""Finds the certificates that an entry's names may mean, without comparing it with each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from heapq import nlargest
from typing import TYPE_CHECKING

from iflint.limits import NAMESAKES
from iflint.pki.certificates import Certificate
from iflint.pki.names import NAMES_KEPT, Name

if TYPE_CHECKING:
    from iflint.pki.chains.pool import CertificatePool

_MOST_NAMESAKES = 1000
"""Certificates that an entry may mean. Ours: choosing among them takes 16 ms; most seen: 1."""
_MOST_ABOVE = 8
"""Authorities above an issuer, and certificates with the name of one. Ours: most seen: 2."""
_MOST_OF_A_KIND = 200
"""Certificates alike but for the common name. Ours: of more, some name is always a letter or two
away; comparing them takes 1 ms."""
_SHORTEST_MISSPELT = 6
"""Letters. Ours: shorter names are often a letter or two apart, and all of them right."""


class NameIndex:
    """The certificates at hand by pair, by subject and by common name."""

    def __init__(self, certificates: Iterable[Certificate]) -> None:
        self._certificates = tuple(certificates)
        self._by_pair: dict[tuple[object, object], list[Certificate]] = {}
        self._by_subject: dict[object, list[Certificate]] = {}
        self._by_common_name: dict[str, list[Certificate]] = {}
        self._canonical: set[str] = set()
        self._asterisks: set[str] = set()
        for certificate in self._certificates:
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
        """The certificates whose subject and issuer may be equal to these.

        Of very many those that end last: of all that have a pair, these are the best.
        """
        found = _each_once(
            self._of_pair(key, issuer_key) for key in _keys(subject) for issuer_key in _keys(issuer)
        )
        return _that_end_last(found)

    def _of_pair(self, key: object, issuer_key: object) -> Sequence[Certificate]:
        """Those of a pair of keys, cut down where they are too many to be judged."""
        pair = (key, issuer_key)
        found = self._by_pair.get(pair, ())
        if len(found) > NAMESAKES.value:
            found = self._by_pair[pair] = list(_that_end_last(tuple(found)))
        return found

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

        Failing that, too, those whose subject looks the same in whatever order, or whose common
        name does. Of very many the first ones: which of them is meant could not be told anyway.
        """
        found = self.with_subject(subject) or self.with_common_name(subject)
        return (found or self._looking_like(subject))[:_MOST_NAMESAKES]

    def above(self, issuer: Name) -> list[Name]:
        """The issuers of the certificates with this name, their issuers, and so on."""
        seen = {issuer.canonical}
        found: list[Name] = []
        waiting = [issuer]
        while waiting and len(found) < _MOST_ABOVE:
            for certificate in self.with_subject(waiting.pop(0))[:_MOST_ABOVE]:
                name = certificate.issuer
                if name.canonical not in seen:
                    seen.add(name.canonical)
                    found.append(name)
                    waiting.append(name)
        return found

    def issued_by(self, issuer: Name) -> Certificate | None:
        """A certificate with this issuer, if there is one."""
        return self._by_issuer.get(issuer.canonical)

    def misspelt(self, subject: Name, issuer: Name) -> Iterator[Certificate]:
        """The certificates whose pair differs in one or two letters of the common name alone.

        Those that differ in one come first, of these the one that ends last.
        """
        group = self._alike_but_for_common_name.get(_but_for_common_name(subject, issuer), ())
        if not subject.common_name or len(group) > _MOST_OF_A_KIND:
            return
        name = folded(subject.common_name)
        similar = [pair for pair in group if is_misspelt(name, pair[0])]
        similar.sort(key=lambda pair: -pair[1].not_after.timestamp())
        similar.sort(key=lambda pair: not is_misspelt(name, pair[0], 1))
        for _, certificate in similar:
            yield certificate

    def _looking_like(self, name: Name) -> tuple[Certificate, ...]:
        return _each_once(self._by_looks.get(look, ()) for look in _looks(name))

    @cached_property
    def _by_looks(self) -> dict[object, list[Certificate]]:
        found: dict[object, list[Certificate]] = {}
        for certificate in self._certificates:
            for look in _looks(certificate.subject):
                found.setdefault(look, []).append(certificate)
        return found

    @cached_property
    def _by_issuer(self) -> dict[str, Certificate]:
        found: dict[str, Certificate] = {}
        for certificate in self._certificates:
            found.setdefault(certificate.issuer.canonical, certificate)
        return found

    @cached_property
    def _alike_but_for_common_name(self) -> dict[object, list[tuple[str, Certificate]]]:
        """The certificates, each beside its common name, by all else of their pairs."""
        found: dict[object, list[tuple[str, Certificate]]] = {}
        for certificate in self._certificates:
            key = _but_for_common_name(certificate.subject, certificate.issuer)
            name = folded(certificate.subject.common_name or "")
            found.setdefault(key, []).append((name, certificate))
        return found


def names_in(pool: CertificatePool) -> NameIndex:
    """The names of the certificates at hand, the same from one clock to the next."""
    if NameIndex not in pool.remembered:
        pool.remembered[NameIndex] = NameIndex(pool)
    found = pool.remembered[NameIndex]
    assert isinstance(found, NameIndex)
    return found


def sender_key(name: Name) -> str:
    """Equal for names of one sender: those with the same common name or, without, the same name."""
    return folded(name.common_name) if name.common_name else name.canonical


def folded(text: str) -> str:
    """Fold letter case, runs of blanks and compatibility forms, as an index needs it."""
    if not text.isascii():
        import unicodedata

        text = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(text.lower().split())


def is_misspelt(one: str, other: str, most: int = 2) -> bool:
    """Whether two different names are at most ``most`` (1 or 2) letters apart.

    Names that differ in their numbers alone are those of a series, and both right.
    """
    from iflint.pki.dn.resemblance import letters_apart

    return (
        abs(len(one) - len(other)) <= most
        and one != other
        and min(len(one), len(other)) >= _SHORTEST_MISSPELT
        and letters_apart(one, other, most)
        and folded(one.translate(_DIGITS)) != folded(other.translate(_DIGITS))
    )


_DIGITS = str.maketrans("", "", "0123456789")


def _looks(name: Name) -> tuple[object, ...]:
    """What names that look the same have in common: all their values, or the common name's."""
    from iflint.pki.dn.resemblance import essence

    parts = [(part.oid, essence(part.value)) for rdn in name.rdns for part in rdn if part.value]
    keys: list[object] = [tuple(sorted(parts))] if parts else []
    if name.common_name and (look := essence(name.common_name)):
        keys.append(look)
    return tuple(keys)


def _but_for_common_name(subject: Name, issuer: Name) -> tuple[object, ...]:
    return (issuer.canonical, subject.without_common_name)


@lru_cache(NAMES_KEPT)
def _keys(name: Name) -> tuple[object, ...]:
    """Names that may be equal at runtime have at least one of these in common."""
    return name.canonical, _loose_key(name)


def _each_once(found: Iterable[Iterable[Certificate]]) -> tuple[Certificate, ...]:
    return tuple(
        {certificate.sha256: certificate for some in found for certificate in some}.values()
    )


def _that_end_last(found: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
    most = NAMESAKES.value
    if len(found) <= most:
        return found
    return tuple(nlargest(most, found, key=lambda each: (each.not_after, each.sha256)))


def _loose_key(name: Name) -> tuple[frozenset[tuple[str, str]], ...]:
    return tuple(frozenset((a.oid, folded(a.value)) for a in rdn) for rdn in name.rdns)
