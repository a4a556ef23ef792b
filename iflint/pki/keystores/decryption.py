"""Password-based encryption, as far as PKCS#12 keystores use it: from a password to the content.

Sources: RFC 8018 (PBES2, PBKDF2), RFC 7292 appendices B and C (the schemes of PKCS#12).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iflint.limits import (
    KEY_DERIVATION,
    KEY_DERIVATION_OF_A_FILE,
    SLOW_CIPHER,
    SLOW_CIPHER_OF_A_FILE,
    Budget,
    Limit,
)
from iflint.pki import der as asn1

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iflint.pki.der import Node

_PBES2 = "1.2.840.113549.1.5.13"
_PBKDF2 = "1.2.840.113549.1.5.12"
_PKCS12_SCHEMES = "1.2.840.113549.1.12.1."
_DIGESTS = {
    "1.2.840.113549.2.7": "sha1",
    "1.2.840.113549.2.8": "sha224",
    "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.10": "sha384",
    "1.2.840.113549.2.11": "sha512",
}
_CIPHERS = {
    "2.16.840.1.101.3.4.1.2": ("AES", 16),
    "2.16.840.1.101.3.4.1.22": ("AES", 24),
    "2.16.840.1.101.3.4.1.42": ("AES", 32),
    "1.2.840.113549.3.7": ("3DES", 24),
    f"{_PKCS12_SCHEMES}3": ("3DES", 24),
    f"{_PKCS12_SCHEMES}4": ("3DES", 16),
    f"{_PKCS12_SCHEMES}5": ("RC2", 16),
    f"{_PKCS12_SCHEMES}6": ("RC2", 5),
}
_SLOW = {"RC2"}
_BLOCKS = {"AES": 16, "3DES": 8, "RC2": 8}


class Unsupported(Exception):  # noqa: N818 - it names the state of the content
    """The content is encrypted in a way that is not read here; one clause for people."""


class Effort:
    """What may still be computed to open one keystore, within what is left of the run."""

    def __init__(self, run: Budget | None = None) -> None:
        self._run = run or Budget()
        self._own = Budget()

    def hash(self, times: int) -> None:
        """Take so many hashes; raises Unsupported when there are not as many left."""
        why = "deriving its key takes more computing than any usual keystore does"
        self._spend(times, why, KEY_DERIVATION_OF_A_FILE, KEY_DERIVATION)

    def decrypt_slowly(self, size: int) -> None:
        """Take so many bytes of RC2; raises Unsupported when there are not as many left."""
        why = "it is too large for its old cipher (RC2)"
        self._spend(size, why, SLOW_CIPHER_OF_A_FILE, SLOW_CIPHER)

    def _spend(self, amount: int, why: str, of_file: Limit, of_run: Limit) -> None:
        if amount < 1:
            raise Unsupported(why)
        for budget, limit in ((self._own, of_file), (self._run, of_run)):
            if not budget.spend(limit, amount):
                raise Unsupported(f"{why} (limit {limit.name})")


def decrypt(algorithm: Node, encrypted: bytes, password: str, effort: Effort) -> Node | None:
    """The SEQUENCE that was encrypted; None when the password is wrong or the data damaged.

    ``algorithm`` is an AlgorithmIdentifier. Raises Unsupported, or DerError when it can't be read.
    """
    oid, *parameters = algorithm.children()
    scheme = asn1.object_identifier(oid)
    keys: Iterator[tuple[str, bytes, bytes]]
    if scheme == _PBES2:
        keys = _pbes2(parameters[0], password, effort)
    elif scheme in _CIPHERS and scheme.startswith(_PKCS12_SCHEMES):
        keys = _pkcs12(scheme, parameters[0], password, effort)
    else:
        raise Unsupported(f"its encryption ({scheme}) is not one that can be read here")
    for cipher, key, vector in keys:
        plain = _decrypted(cipher, key, vector, encrypted, effort)
        if plain is not None:
            return plain
    return None


def _pbes2(parameters: Node, password: str, effort: Effort) -> Iterator[tuple[str, bytes, bytes]]:
    import hashlib

    derivation, encryption = parameters.children()[:2]
    function, settings = derivation.children()[:2]
    cipher_oid, vector = encryption.children()[:2]
    cipher, size = _cipher(asn1.object_identifier(cipher_oid))
    if asn1.object_identifier(function) != _PBKDF2:
        raise Unsupported("its key is not derived by PBKDF2")
    salt, count, *rest = settings.children()
    iterations = asn1.integer(count)
    digests = [node.children()[0] for node in rest if node.tag == asn1.SEQUENCE]
    digest = "sha1"
    if digests:
        name = asn1.object_identifier(digests[0])
        if name not in _DIGESTS:
            raise Unsupported(f"its key is derived by a function ({name}) that is not known here")
        digest = _DIGESTS[name]
    blocks = -(-size // hashlib.new(digest, usedforsecurity=False).digest_size)
    effort.hash(iterations * blocks)
    secret = password.encode("utf-8", errors="surrogateescape")
    yield (
        cipher,
        hashlib.pbkdf2_hmac(digest, secret, salt.content, iterations, size),
        vector.content,
    )


def _pkcs12(
    scheme: str, parameters: Node, password: str, effort: Effort
) -> Iterator[tuple[str, bytes, bytes]]:
    """An empty password is hashed as its end mark or as nothing: programs differ."""
    salt, count = parameters.children()[:2]
    iterations = asn1.integer(count)
    cipher, size = _CIPHERS[scheme]
    secret = password.encode("utf-16-be", errors="surrogatepass") + b"\0\0"
    for spelling in (secret,) if password else (secret, b""):
        effort.hash(3 * iterations)
        key = pkcs12_key(spelling, salt.content, iterations, 1, size)
        vector = pkcs12_key(spelling, salt.content, iterations, 2, _BLOCKS[cipher])
        yield cipher, key, vector


def pkcs12_key(password: bytes, salt: bytes, iterations: int, purpose: int, size: int) -> bytes:
    """The key derivation of PKCS#12 with SHA-1 (RFC 7292 B.2); ``purpose`` 1 a key, 2 an IV."""
    import hashlib

    block = 64  # bytes, of SHA-1 (RFC 7292 B.2)
    mixed = bytearray(_filled(salt, block) + _filled(password, block))
    derived = b""
    while len(derived) < size:
        digest = hashlib.sha1(bytes((purpose,)) * block + mixed, usedforsecurity=False).digest()
        for _ in range(iterations - 1):
            digest = hashlib.sha1(digest, usedforsecurity=False).digest()
        derived += digest
        addend = int.from_bytes((digest * 4)[:block], "big") + 1
        for start in range(0, len(mixed), block):
            total = int.from_bytes(mixed[start : start + block], "big") + addend
            mixed[start : start + block] = (total % (1 << 8 * block)).to_bytes(block, "big")
    return derived[:size]


def _filled(octets: bytes, block: int) -> bytes:
    """``octets`` repeated to whole blocks."""
    size = -(-len(octets) // block) * block
    return (octets * (size // len(octets) + 1))[:size] if octets else b""


def _cipher(oid: str) -> tuple[str, int]:
    if oid not in _CIPHERS:
        raise Unsupported(f"its cipher ({oid}) is not one that can be read here")
    return _CIPHERS[oid]


def _decrypted(
    cipher: str, key: bytes, vector: bytes, encrypted: bytes, effort: Effort
) -> Node | None:
    """The content, of which the last block tells whether the key is right."""
    block = _BLOCKS[cipher]
    if not encrypted or len(encrypted) % block or len(vector) != block:
        return None
    decrypted = _CBC[cipher]
    last = decrypted(key, (vector + encrypted)[-2 * block : -block], encrypted[-block:])
    padding = last[-1]
    if not 1 <= padding <= block or last[-padding:] != bytes((padding,)) * padding:
        return None
    if cipher in _SLOW:
        effort.decrypt_slowly(len(encrypted))
    content = decrypted(key, vector, encrypted)[:-padding]
    try:
        node = asn1.parse(content)
    except asn1.DerError:
        return None
    return node if node.tag == asn1.SEQUENCE and node.end == len(content) else None


def _aes(key: bytes, vector: bytes, encrypted: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, modes
    from cryptography.hazmat.primitives.ciphers.algorithms import AES

    decryptor = Cipher(AES(key), modes.CBC(vector)).decryptor()
    return decryptor.update(encrypted) + decryptor.finalize()


def _triple_des(key: bytes, vector: bytes, encrypted: bytes) -> bytes:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

    whole = key + key[:8] if len(key) == 16 else key
    decryptor = Cipher(TripleDES(whole), modes.CBC(vector)).decryptor()
    return decryptor.update(encrypted) + decryptor.finalize()


def _rc2(key: bytes, vector: bytes, encrypted: bytes) -> bytes:
    from iflint.pki.keystores import rc2

    return rc2.decrypt(key, vector, encrypted)


_CBC: dict[str, Callable[[bytes, bytes, bytes], bytes]] = {
    "AES": _aes,
    "3DES": _triple_des,
    "RC2": _rc2,
}
