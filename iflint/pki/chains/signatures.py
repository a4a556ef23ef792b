"""Whether a public key signed a certificate; the only module that uses ``cryptography``.

Algorithms by RFC 3279, 4055, 5758, 8410 and 8702. Nothing is judged weak here: a SHA-1 or MD5
signature that verifies is valid.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from iflint.limits import SIGNATURE_WORK, Budget
from iflint.pki import der as asn1

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

    from iflint.pki.certificates import Certificate

_HASHES = {
    "1.2.840.113549.2.5": "MD5",
    "1.3.14.3.2.26": "SHA1",
    "2.16.840.1.101.3.4.2.1": "SHA256",
    "2.16.840.1.101.3.4.2.2": "SHA384",
    "2.16.840.1.101.3.4.2.3": "SHA512",
    "2.16.840.1.101.3.4.2.4": "SHA224",
    "2.16.840.1.101.3.4.2.5": "SHA512_224",
    "2.16.840.1.101.3.4.2.6": "SHA512_256",
    "2.16.840.1.101.3.4.2.7": "SHA3_224",
    "2.16.840.1.101.3.4.2.8": "SHA3_256",
    "2.16.840.1.101.3.4.2.9": "SHA3_384",
    "2.16.840.1.101.3.4.2.10": "SHA3_512",
}
_RSA = {
    "1.2.840.113549.1.1.4": "MD5",
    "1.2.840.113549.1.1.5": "SHA1",
    "1.3.14.3.2.29": "SHA1",
    "1.2.840.113549.1.1.11": "SHA256",
    "1.2.840.113549.1.1.12": "SHA384",
    "1.2.840.113549.1.1.13": "SHA512",
    "1.2.840.113549.1.1.14": "SHA224",
    "1.2.840.113549.1.1.15": "SHA512_224",
    "1.2.840.113549.1.1.16": "SHA512_256",
    "2.16.840.1.101.3.4.3.13": "SHA3_224",
    "2.16.840.1.101.3.4.3.14": "SHA3_256",
    "2.16.840.1.101.3.4.3.15": "SHA3_384",
    "2.16.840.1.101.3.4.3.16": "SHA3_512",
}
_RSA_PSS = "1.2.840.113549.1.1.10"
_MGF1 = "1.2.840.113549.1.1.8"
_LONGEST_SALT = 2048
"""Bytes of a PSS salt, which must fit into the key (RFC 8017 §9.1.1). Ours: keys of 16,384 bits."""
_ECDSA = {
    "1.2.840.10045.4.1": "SHA1",
    "1.2.840.10045.4.3.1": "SHA224",
    "1.2.840.10045.4.3.2": "SHA256",
    "1.2.840.10045.4.3.3": "SHA384",
    "1.2.840.10045.4.3.4": "SHA512",
    "2.16.840.1.101.3.4.3.9": "SHA3_224",
    "2.16.840.1.101.3.4.3.10": "SHA3_256",
    "2.16.840.1.101.3.4.3.11": "SHA3_384",
    "2.16.840.1.101.3.4.3.12": "SHA3_512",
}
_DSA = {
    "1.2.840.10040.4.3": "SHA1",
    "1.3.14.3.2.27": "SHA1",
    "2.16.840.1.101.3.4.3.1": "SHA224",
    "2.16.840.1.101.3.4.3.2": "SHA256",
    "2.16.840.1.101.3.4.3.3": "SHA384",
    "2.16.840.1.101.3.4.3.4": "SHA512",
}
_RSA_KEY = "1.2.840.113549.1.1.1"
_EC_KEY = "1.2.840.10045.2.1"
_P256 = "1.2.840.10045.3.1.7"
_CURVES = {
    _P256: "SECP256R1",
    "1.3.132.0.34": "SECP384R1",
    "1.3.132.0.35": "SECP521R1",
}
_DSA_KEY = "1.2.840.10040.4.1"
_OF_ONE = 3.5e8
"""Bits of a modulus, twice, times those of an exponent: what takes as long as one signature of
P-256, which is 0.07 ms. Ours, measured: from RSA with 8,192 bits on it is in proportion."""
_OF_ONE_POINT = 14
"""Bytes of a key on a curve for each. Ours, measured: brainpoolP512r1 takes ten times as long."""
_EDWARDS = {"1.3.101.112": "Ed25519", "1.3.101.113": "Ed448"}


_READABLE = {"SHA1": "SHA-1", "SHA224": "SHA-224", "SHA256": "SHA-256", "SHA384": "SHA-384"}


def hash_name(certificate: Certificate) -> str:
    """The hash of the certificate's signature, such as ``SHA-1``; empty where it has none.

    RSASSA-PSS names it in its parameters; without any it is SHA-1 (RFC 4055 §3.1).
    """
    oid = certificate.signature_algorithm
    name = next((known[oid] for known in (_RSA, _ECDSA, _DSA) if oid in known), "")
    if oid == _RSA_PSS:
        try:
            algorithm = _explicit_fields(certificate.signature_parameters).get(0xA0)
            used = asn1.object_identifier(algorithm.children()[0]) if algorithm else ""
        except (asn1.DerError, IndexError):
            return ""
        name = _HASHES.get(used, "") if used else "SHA1"
    return _READABLE.get(name, name)


class Verification(enum.StrEnum):
    """What a key says of a certificate's signature."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN = "unknown"
    """The algorithm or the key is none that can be verified here."""


class _NotSupported(Exception):  # noqa: N818 - a state, not an error: it becomes UNKNOWN
    pass


class SignatureCache:
    """Verifies signatures and remembers each answer; one for a run, as chains share their tops.

    ``budget`` is what the search for chains may cost in that run, which reads ``size`` bytes.
    """

    def __init__(self, size: int = 0) -> None:
        self.budget = Budget()
        self._work = Budget(size)
        self._efforts: dict[bytes, int] = {}
        self._answers: dict[tuple[bytes, bytes], Verification] = {}
        self._untried: set[bytes] = set()

    def verify(self, certificate: Certificate, spki: bytes) -> Verification:
        """Whether the key ``spki`` (DER of a SubjectPublicKeyInfo) signed the certificate.

        UNKNOWN where the run may compute no more.
        """
        question = (certificate.der, spki)
        answer = self._answers.get(question)
        if answer is None:
            if spki not in self._efforts:
                self._efforts[spki] = effort(spki)
            if self._work.spend(SIGNATURE_WORK, self._efforts[spki]):
                answer = verify(certificate, spki)
            else:
                self._untried.add(certificate.der)
                answer = Verification.UNKNOWN
            self._answers[question] = answer
        return answer

    def left_out(self, certificate: Certificate) -> bool:
        """Whether a signature of this certificate was not tried, as the run may compute no more."""
        return certificate.der in self._untried


def effort(spki: bytes) -> int:
    """How many signatures of P-256 one of this key takes as long as, roughly."""
    try:
        algorithm, key = asn1.parse(spki).children()
        oid, *parameters = algorithm.children()
        kind = asn1.object_identifier(oid)
        if kind == _RSA_KEY:
            modulus, exponent = asn1.parse(asn1.bit_string(key)).children()
            return _of_powers(modulus, exponent)
        if kind == _DSA_KEY:
            prime, order, _ = parameters[0].children()
            return 2 * _of_powers(prime, order)
        if kind == _EC_KEY and asn1.object_identifier(parameters[0]) != _P256:
            return len(spki) // _OF_ONE_POINT
    except (ValueError, IndexError):
        pass  # it is refused at once
    return 1


def _of_powers(modulus: asn1.Node, exponent: asn1.Node) -> int:
    size, times = (8 * len(number.content) for number in (modulus, exponent))
    return 1 + int(size * size * times / _OF_ONE)


def verify(certificate: Certificate, spki: bytes) -> Verification:
    """Whether the key ``spki`` (DER of a SubjectPublicKeyInfo) signed the certificate.

    A certificate that names one algorithm in its signed part and another at its signature has
    no valid signature (RFC 5280 §4.1.1.2). A key of another kind than the algorithm's is
    INVALID: it did not sign it.
    """
    import warnings

    if not certificate.algorithms_agree:
        return Verification.INVALID
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _verify(certificate, spki)


def _verify(certificate: Certificate, spki: bytes) -> Verification:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    if not _is_known(certificate.signature_algorithm):
        return Verification.UNKNOWN
    try:
        key = _public_key(spki)
        signed = _check(certificate, key)
    except InvalidSignature:
        return Verification.INVALID
    except (_NotSupported, UnsupportedAlgorithm, ValueError, IndexError):
        return Verification.UNKNOWN
    return Verification.VALID if signed else Verification.INVALID


def _public_key(spki: bytes) -> PublicKeyTypes:
    """The key of a SubjectPublicKeyInfo; the usual kinds without loading `serialization`.

    That package costs as much to import as everything else here. Raises ValueError or
    UnsupportedAlgorithm for a key that can't be used.
    """
    try:
        algorithm, key = asn1.parse(spki).children()
        oid, *parameters = algorithm.children()
        kind = asn1.object_identifier(oid)
        if kind == _RSA_KEY:
            from cryptography.hazmat.primitives.asymmetric import rsa

            modulus, exponent = map(asn1.integer, asn1.parse(asn1.bit_string(key)).children())
            if modulus <= 0 or exponent <= 0:
                raise ValueError("an RSA key of a negative number")
            return rsa.RSAPublicNumbers(exponent, modulus).public_key()
        curve = asn1.object_identifier(parameters[0]) if kind == _EC_KEY else ""
        if curve in _CURVES:
            from cryptography.hazmat.primitives.asymmetric import ec

            named = getattr(ec, _CURVES[curve])()
            return ec.EllipticCurvePublicKey.from_encoded_point(named, asn1.bit_string(key))
    except (asn1.DerError, IndexError) as error:
        raise ValueError(str(error)) from None
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    return load_der_public_key(spki)


def _is_known(oid: str) -> bool:
    return oid == _RSA_PSS or any(oid in known for known in (_RSA, _ECDSA, _DSA, _EDWARDS))


def _check(certificate: Certificate, key: PublicKeyTypes) -> bool:
    """False when the key is of another kind; raises InvalidSignature when it did not sign."""
    oid = certificate.signature_algorithm
    signature, signed = certificate.signature, certificate.tbs
    if oid in _RSA or oid == _RSA_PSS:
        return _check_rsa(certificate, key)
    if oid in _ECDSA:
        from cryptography.hazmat.primitives.asymmetric import ec

        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        key.verify(signature, signed, ec.ECDSA(_hash(_ECDSA[oid])))
    elif oid in _DSA:
        from cryptography.hazmat.primitives.asymmetric import dsa

        if not isinstance(key, dsa.DSAPublicKey):
            return False
        key.verify(signature, signed, _hash(_DSA[oid]))
    else:
        from cryptography.hazmat.primitives.asymmetric import ed448, ed25519

        wanted: type[ed448.Ed448PublicKey] | type[ed25519.Ed25519PublicKey]
        wanted = ed448.Ed448PublicKey if _EDWARDS[oid] == "Ed448" else ed25519.Ed25519PublicKey
        if not isinstance(key, wanted):
            return False
        key.verify(signature, signed)
    return True


def _check_rsa(certificate: Certificate, key: PublicKeyTypes) -> bool:
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    if not isinstance(key, rsa.RSAPublicKey):
        return False
    oid = certificate.signature_algorithm
    scheme: padding.AsymmetricPadding = padding.PKCS1v15()
    if oid == _RSA_PSS:
        scheme, digest = _pss(certificate.signature_parameters)
    else:
        digest = _hash(_RSA[oid])
    key.verify(certificate.signature, certificate.tbs, scheme, digest)
    return True


def _hash(name: str) -> HashAlgorithm:
    from cryptography.hazmat.primitives import hashes

    algorithm = getattr(hashes, name)()
    assert isinstance(algorithm, hashes.HashAlgorithm)
    return algorithm


def _pss(parameters: bytes | None) -> tuple[padding.PSS, HashAlgorithm]:
    """RSASSA-PSS-params (RFC 4055 §3.1); what is absent is SHA-1, MGF1 with SHA-1 and 20 bytes."""
    from cryptography.hazmat.primitives.asymmetric import padding

    fields = _explicit_fields(parameters)
    digest = _hash_of(fields.get(0xA0))
    mask_digest = _hash("SHA1")
    if 0xA1 in fields:
        function, *its_hash = fields[0xA1].children()
        if asn1.object_identifier(function) != _MGF1:
            raise _NotSupported
        mask_digest = _hash_of(its_hash[0] if its_hash else None)
    salt = asn1.integer(fields[0xA2]) if 0xA2 in fields else 20
    if not 0 <= salt <= _LONGEST_SALT:
        raise _NotSupported
    return padding.PSS(padding.MGF1(mask_digest), salt), digest


def _explicit_fields(parameters: bytes | None) -> Mapping[int, asn1.Node]:
    if parameters is None:
        return {}
    fields = {}
    for field in asn1.parse(parameters).expect(asn1.SEQUENCE, "PSS parameters").children():
        for value in field.children():
            fields[field.tag] = value
    return fields


def _hash_of(algorithm: asn1.Node | None) -> HashAlgorithm:
    if algorithm is None:
        return _hash("SHA1")
    name = _HASHES.get(asn1.object_identifier(algorithm.children()[0]))
    if name is None:
        raise _NotSupported
    return _hash(name)
