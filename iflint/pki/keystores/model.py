"""What a keystore of any kind holds: entries of certificates, with a private key or without."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec

from iflint.limits import CERTIFICATES_OF_A_FILE, PROBLEMS_OF_A_FILE
from iflint.pki.certificates import Certificate, CertificateError, parse_certificate

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_PRESENTED = 64
"""How many certificates of an entry count as presented. Ours: a Java server takes 8 from a client
unless it is told otherwise."""


class Protection(enum.StrEnum):
    """What protects the private keys of a keystore."""

    PASSWORD = "a password"  # noqa: S105 - no password
    EMPTY_PASSWORD = "an empty password"  # noqa: S105 - no password
    NOTHING = "unencrypted content"


class StoredEntry(msgspec.Struct, frozen=True):
    """One entry; with a key, ``certificates`` are what it presents, the key's own first.

    ``trusted`` tells whether Java takes it as a certificate to trust. ``half`` is the public half
    of its key, to be compared; None where the key can't be read.
    """

    alias: str
    certificates: tuple[Certificate, ...]
    has_key: bool
    trusted: bool = False
    half: bytes | None = None


class Keystore(msgspec.Struct, frozen=True, kw_only=True):
    """What could be read of a keystore.

    ``kind`` is its name for people; ``certificates`` are all in it, in its order;
    ``protection`` is None without a private key; ``locked`` tells that a part of it is encrypted
    and no password at hand opens it; ``faults`` are clauses on what else can't be read.
    """

    kind: str
    entries: tuple[StoredEntry, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    protection: Protection | None = None
    locked: bool = False
    faults: tuple[str, ...] = ()


class TooMany(Exception):  # noqa: N818 - it names the state of the keystore
    """The rest of the keystore is not read; the text is a clause for people."""


def go_on(certificates: int, faults: list[str]) -> None:
    """Raises TooMany where so many certificates or faults were found that no more are read."""
    for count, limit in ((certificates, CERTIFICATES_OF_A_FILE), (len(faults), PROBLEMS_OF_A_FILE)):
        if count > limit.value:
            raise TooMany(f"it holds too much: the rest is not read (limit {limit.name})")


def certificates_in(
    encoded: Iterable[bytes], faults: list[str], place: str
) -> tuple[Certificate, ...]:
    """The certificates that can be read; for the others a clause goes to ``faults``."""
    found: list[Certificate] = []
    for ordinal, der in enumerate(encoded, 1):
        go_on(len(found), faults)
        try:
            found.append(parse_certificate(der))
        except CertificateError as error:
            faults.append(f"certificate {ordinal} {place}: {error}")
    return tuple(found)
