"""PKCS#12 keystores: the certificates in them, and which key each belongs to (RFC 7292).

A password is proven by what it decrypts; the MAC is not verified. Of a key that a password at hand
decrypts the public half is taken, and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from iflint.pki import der as asn1
from iflint.pki.key_pairs import half_of_certificate, half_of_key
from iflint.pki.keystores.decryption import Effort, Unsupported, decrypt
from iflint.pki.keystores.model import (
    MAX_PRESENTED,
    Keystore,
    Protection,
    StoredEntry,
    TooMany,
    certificates_in,
    go_on,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iflint.limits import Budget
    from iflint.pki.certificates import Certificate
    from iflint.pki.der import Node

KIND = "PKCS#12 keystore"

_DATA = "1.2.840.113549.1.7.1"
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_ENCRYPTED_DATA = "1.2.840.113549.1.7.6"
_BAG = "1.2.840.113549.1.12.10.1."
_KEY_BAG, _SHROUDED_KEY_BAG, _CERTIFICATE_BAG, _NESTED_BAG = (
    f"{_BAG}{number}" for number in (1, 2, 3, 6)
)
_X509 = "1.2.840.113549.1.9.22.1"
_FRIENDLY_NAME = "1.2.840.113549.1.9.20"
_LOCAL_KEY_ID = "1.2.840.113549.1.9.21"
_TRUSTED = "2.16.840.1.113894.746875.1.1"
"""Java's mark of a certificate to trust; the JDK's ``PKCS12KeyStore`` trusts no other one."""
_MOST_KEYS = 100
"""Of a keystore, that are compared with their certificates. Ours: 20 ms; most seen: 4."""
_MAX_DEPTH = 8
"""Of bags in bags (RFC 7292 §4.2.6). Ours: none seen."""


def read_pkcs12(pfx: Node, passwords: Sequence[str], run: Budget | None = None) -> Keystore:
    """The entries of a PKCS#12 file; each password is tried, and at last an empty one.

    What it costs to open is taken from the budget of the ``run``.
    """
    reader = _Reader((*passwords, "") if "" not in passwords else tuple(passwords), run)
    try:
        reader.read(pfx)
    except (asn1.DerError, IndexError, ValueError):
        reader.faults.append("it is damaged; what could be read is used")
    except TooMany as too_many:
        reader.faults.append(str(too_many))
    except RecursionError:
        reader.faults.append("it is nested too deeply")
    return reader.keystore()


class _Bag(msgspec.Struct, frozen=True):
    """A key, or a certificate: its name and the identifier that ties the two together.

    ``content`` is what the bag of a key holds, ``half`` the key's public half once it is read.
    """

    alias: str
    key_id: bytes | None
    trusted: bool = False
    certificate: Certificate | None = None
    content: Node | None = None
    half: bytes | None = None


class _Reader:
    def __init__(self, passwords: tuple[str, ...], run: Budget | None) -> None:
        self._passwords = passwords
        self._effort = Effort(run)
        self._keys: list[_Bag] = []
        self._certificates: list[_Bag] = []
        self._plain_key = False
        self._opened_without = False
        self._locked = False
        self.faults: list[str] = []

    def keystore(self) -> Keystore:
        protection = None
        if self._keys:
            protection = Protection.PASSWORD
            if self._plain_key:
                protection = Protection.NOTHING
            elif self._opened_without:
                protection = Protection.EMPTY_PASSWORD
        return Keystore(
            kind=KIND,
            entries=_entries(self._keys_read(), self._certificates),
            certificates=tuple(b.certificate for b in self._certificates if b.certificate),
            protection=protection,
            locked=self._locked,
            faults=tuple(self.faults),
        )

    def read(self, pfx: Node) -> None:
        """PFX: a version, the authenticated safe, a MAC (RFC 7292 §4)."""
        kind, content = _content_info(pfx.children()[1])
        if kind == _SIGNED_DATA:
            kind, content = _content_info(content.children()[2])
        if kind != _DATA:
            self.faults.append("its content is encrypted for a certificate, not by a password")
            return
        for part in asn1.parse(_octets(content)).children():
            self._read_part(part)

    def _read_part(self, part: Node) -> None:
        go_on(len(self._certificates), self.faults)
        kind, content = _content_info(part)
        if kind == _DATA:
            self._read_bags(asn1.parse(_octets(content)), 0)
        elif kind == _ENCRYPTED_DATA:
            bags = self._decrypted(content)
            if bags is not None:
                self._read_bags(bags, 0)
        else:
            self.faults.append("a part of it is encrypted for a certificate, not by a password")

    def _decrypted(self, encrypted_data: Node) -> Node | None:
        """The bags of an EncryptedData (RFC 5652 §8), opened by the first password that does."""
        _, algorithm, *content = encrypted_data.children()[1].children()
        encrypted = _octets(content[0]) if content else b""
        for password in self._passwords:
            try:
                bags = decrypt(algorithm, encrypted, password, self._effort)
            except Unsupported as unsupported:
                self.faults.append(str(unsupported))
                return None
            if bags is not None:
                self._passwords = (password, *(p for p in self._passwords if p != password))
                self._opened_without = self._opened_without or not password
                return bags
        self._locked = True
        return None

    def _read_bags(self, bags: Node, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise RecursionError
        for bag in bags.children():
            go_on(max(len(self._certificates), len(self._keys)), self.faults)
            oid, value, *attributes = bag.children()
            kind = asn1.object_identifier(oid)
            content = value.children()[0]
            if kind == _NESTED_BAG:
                self._read_bags(content, depth + 1)
                continue
            named = _named(attributes)
            if kind in (_KEY_BAG, _SHROUDED_KEY_BAG):
                self._plain_key = self._plain_key or kind == _KEY_BAG
                self._keys.append(msgspec.structs.replace(named, content=content))
            elif kind == _CERTIFICATE_BAG:
                self._read_certificate(content, named)

    def _keys_read(self) -> list[_Bag]:
        compared = [self._with_half(key) for key in self._keys[:_MOST_KEYS]]
        return [*compared, *self._keys[_MOST_KEYS:]]

    def _with_half(self, key: _Bag) -> _Bag:
        """A key with its public half, if it is not encrypted or a password at hand opens it."""
        if key.content is None:
            return key
        try:
            parts = key.content.children()
            if parts and parts[0].tag == asn1.INTEGER:
                return msgspec.structs.replace(key, content=None, half=half_of_key(key.content))
            encrypted = _octets(parts[1])
            for password in self._passwords:
                opened = decrypt(parts[0], encrypted, password, self._effort)
                if opened is not None:
                    return msgspec.structs.replace(key, content=None, half=half_of_key(opened))
        except (Unsupported, asn1.DerError, IndexError, ValueError, RecursionError):
            pass  # nothing is told of a key that can't be read
        return msgspec.structs.replace(key, content=None)

    def _read_certificate(self, bag: Node, named: _Bag) -> None:
        kind, value = bag.children()[:2]
        if asn1.object_identifier(kind) != _X509:
            self.faults.append("one of its certificates is not an X.509 certificate")
            return
        der = _octets(value.children()[0])
        place = f"“{named.alias}” of it" if named.alias else "of it"
        for certificate in certificates_in([der], self.faults, place):
            self._certificates.append(msgspec.structs.replace(named, certificate=certificate))


def _content_info(node: Node) -> tuple[str, Node]:
    kind, content = node.children()[:2]
    return asn1.object_identifier(kind), content.children()[0]


def _octets(node: Node) -> bytes:
    """The bytes of an OCTET STRING, also of one in pieces (BER)."""
    if not node.constructed:
        return node.content
    return b"".join(_octets(piece) for piece in node.children())


def _named(attributes: list[Node]) -> _Bag:
    """The friendly name and the local key id of a bag (RFC 2985 §5.5), and Java's mark."""
    alias, key_id, trusted = "", None, False
    for attribute in attributes[0].children() if attributes else ():
        oid, values = attribute.children()[:2]
        kind = asn1.object_identifier(oid)
        trusted = trusted or kind == _TRUSTED
        first = next(iter(values.children()), None)
        if first is None:
            continue
        if kind == _FRIENDLY_NAME:
            alias = asn1.string(first)
        elif kind == _LOCAL_KEY_ID:
            key_id = first.content
    return _Bag(alias, key_id, trusted)


def _entries(keys: list[_Bag], bags: list[_Bag]) -> tuple[StoredEntry, ...]:
    """An entry for each key with its chain, and one for each other or trusted certificate."""
    by_key_id = {bag.key_id: bag for bag in reversed(bags) if bag.key_id is not None}
    by_half = _by_half(keys, bags)
    by_subject: dict[str, list[_Bag]] = {}
    for bag in bags:
        if bag.certificate is not None:
            by_subject.setdefault(bag.certificate.subject.chain_key, []).append(bag)
    entries: list[StoredEntry] = []
    taken: set[int] = set()
    for key in keys:
        own = by_key_id.get(key.key_id) if key.key_id is not None else None
        own = own or by_half.get(key.half or b"")
        if own is None and len(keys) == 1:
            own = _lowest(bags)
        if own is None or own.certificate is None:
            continue
        chain = _above(own, by_subject)
        taken.update(map(id, chain))
        certificates = tuple(bag.certificate for bag in chain if bag.certificate)
        alias = key.alias or own.alias
        entries.append(StoredEntry(alias, certificates, has_key=True, half=key.half))
    entries.extend(
        StoredEntry(bag.alias, (bag.certificate,), has_key=False, trusted=bag.trusted)
        for bag in bags
        if bag.certificate is not None and (bag.trusted or id(bag) not in taken)
    )
    return tuple(entries)


def _by_half(keys: list[_Bag], bags: list[_Bag]) -> dict[bytes, _Bag]:
    """The certificates by their public halves, if a key is there that only these tell of."""
    if all(key.half is None or key.key_id is not None for key in keys):
        return {}
    halves = {
        half_of_certificate(bag.certificate): bag for bag in reversed(bags) if bag.certificate
    }
    return {half: bag for half, bag in halves.items() if half is not None}


def _lowest(bags: list[_Bag]) -> _Bag | None:
    """The first certificate that issued no other one: a single key's, where nothing else tells."""
    certificates = [bag.certificate for bag in bags if bag.certificate]
    issuers = {c.issuer.chain_key for c in certificates if not c.self_issued}
    return next(
        (b for b in bags if b.certificate and b.certificate.subject.chain_key not in issuers), None
    )


def _above(own: _Bag, by_subject: dict[str, list[_Bag]]) -> list[_Bag]:
    """A certificate and all others in the keystore that its issuers' names lead to, as in Java."""
    chain = [own]
    known = {id(own)}
    for bag in chain:
        if bag.certificate is None or bag.certificate.self_issued:
            continue
        for issuer in by_subject.get(bag.certificate.issuer.chain_key, ()):
            if len(chain) >= MAX_PRESENTED:
                return chain
            if id(issuer) not in known:
                known.add(id(issuer))
                chain.append(issuer)
    return chain
