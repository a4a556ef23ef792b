"""Private keys: that there is one, of which kind, where, and whether it is encrypted.

Nothing of a key is ever shown, and its public half alone is kept. Sources: RFC 5958 (PKCS#8),
RFC 8017 (PKCS#1), RFC 5915 (SEC1), RFC 1421 §4.6.1.1 (encrypted PEM), OpenSSH's PROTOCOL.key.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec

from iflint.pki import der as asn1
from iflint.pki.key_pairs import half_of_key
from iflint.places.location import Location

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iflint.pki.certificates import Certificate
    from iflint.pki.der import Node

OPENSSH_KEY, PUTTY_KEY = "OpenSSH private key", "PuTTY private key"
_OPENSSH = b"openssh-key-v1\0"
_NO_CIPHER = b"\0\0\0\x04none"
_SHORTEST = 48
"""Bytes of an encrypted key: a SEC1 key of the smallest curve in use has more."""
_CIPHER_BLOCK = 8
"""Bytes by which what an encrypted key holds can be divided: a block of DES, half of one of AES."""


class Holder(enum.StrEnum):
    """In what a private key stands beside its certificates."""

    KEYSTORE = "keystore"
    FILE = "file"
    SERVICE_KEY = "service-key"


class KeyMaterial(msgspec.Struct, frozen=True):
    """A private key, or a keystore that holds some; the region is where it begins.

    ``kind`` is for people; ``given`` tells that the user passed the file on purpose,
    ``of_service_key`` that it is a service key's, whose certificate stands beside it. ``half`` is
    its public half, to be compared; None where it can't be read. ``embedded`` tells that its file
    is one of something else, a script or settings. ``beside`` is the certificate that
    lies beside a key without being its own, ``owner`` then the one at hand that is.
    """

    location: Location
    kind: str
    encrypted: bool
    keystore: bool = False
    given: bool = False
    of_service_key: bool = False
    half: bytes | None = None
    embedded: bool = False
    beside: Certificate | None = None
    owner: Certificate | None = None

    @property
    def of_ssh(self) -> bool:
        """Whether it has a form that only SSH has: it belongs to no certificate."""
        return self.kind in (OPENSSH_KEY, PUTTY_KEY)


def each_key_once(keys: Iterable[KeyMaterial]) -> tuple[KeyMaterial, ...]:
    """Each place once; its key is ``given`` if it was so any of the times that it was read."""
    found: dict[Location, KeyMaterial] = {}
    for key in keys:
        known = found.get(key.location)
        if known is None or key.given:
            found[key.location] = key
    return tuple(found.values())


class KeyForm(msgspec.Struct, frozen=True):
    """The form of a private key, for people, whether it is encrypted, and its public half."""

    kind: str
    encrypted: bool
    half: bytes | None = None


def key_in_pem(label: str, headers: str, content: bytes) -> KeyForm | None:
    """The form of the key in a PEM block; None when there is none in it, as in an example.

    ``headers`` is the block's text, of which only RFC 1421's headers are looked at.
    """
    if content.startswith(_OPENSSH):
        encrypted = not content.startswith(_OPENSSH + _NO_CIPHER)
        return KeyForm(OPENSSH_KEY, encrypted) if _is_whole_openssh(content) else None
    if "Proc-Type: 4,ENCRYPTED" in headers:
        kind = f"{label.removesuffix(' PRIVATE KEY')} private key"
        whole = len(content) >= _SHORTEST and len(content) % _CIPHER_BLOCK == 0
        return KeyForm(kind, encrypted=True) if whole else None
    try:
        return key_in_der(asn1.parse(content))
    except asn1.DerError:
        return None


def _is_whole_openssh(content: bytes) -> bool:
    """Whether cipher, derivation, the number of keys, public and private part are there."""
    at = len(_OPENSSH)
    for part in ("cipher", "derivation", "its options", "public", "private"):
        if part == "public":
            at += 4  # how many keys there are
        size = int.from_bytes(content[at : at + 4])
        at += 4 + size
    return size > 0 and at <= len(content)


def key_in_der(node: Node) -> KeyForm | None:
    """The form of the key that a DER value is; None when it is no key. Raises DerError."""
    if node.tag != asn1.SEQUENCE:
        return None
    tags = tuple(part.tag for part in node.children())
    if tags == (asn1.SEQUENCE, asn1.OCTET_STRING):
        return KeyForm("private key (PKCS#8)", encrypted=True)
    if tags[:3] == (asn1.INTEGER, asn1.SEQUENCE, asn1.OCTET_STRING):
        return KeyForm("private key (PKCS#8)", encrypted=False, half=half_of_key(node))
    if tags[:2] == (asn1.INTEGER, asn1.OCTET_STRING):
        return KeyForm("EC private key", encrypted=False, half=half_of_key(node))
    if len(tags) >= 6 and set(tags[:6]) == {asn1.INTEGER}:
        kind = "RSA private key" if len(tags) >= 9 else "DSA private key"
        return KeyForm(kind, encrypted=False, half=half_of_key(node))
    return None
