"""The public half of a private key and of a certificate, to be compared: whose key is it?

The public half is all that is taken from a key. Sources: RFC 8017 (RSA), RFC 5915 (EC), RFC 5958
(the public key in PKCS#8), RFC 5280 (SubjectPublicKeyInfo).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iflint.pki import der as asn1

if TYPE_CHECKING:
    from iflint.pki.certificates import Certificate
    from iflint.pki.der import Node

_RSA = ("1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10")
_EC = "1.2.840.10045.2.1"
_OF_CURVES = (_EC, "1.3.101.112", "1.3.101.113")
"""Keys whose public half is computed (RFC 5480, RFC 8410): for others that may take long, and no
client has a certificate for them."""
_PUBLIC, _PUBLIC_IMPLICIT = 0xA1, 0x81


def half_of_certificate(certificate: Certificate) -> bytes | None:
    """The public half in a certificate, to be compared; None where it can't be read."""
    return _half_of_spki(certificate.spki)


def half_of_key(node: Node) -> bytes | None:
    """The public half of an unencrypted private key; None where it can't be told."""
    try:
        return _half_of_key(node)
    except (asn1.DerError, IndexError, ValueError):
        return None


def _half_of_key(node: Node) -> bytes | None:
    parts = node.children()
    tags = tuple(part.tag for part in parts)
    if tags[:3] == (asn1.INTEGER, asn1.SEQUENCE, asn1.OCTET_STRING):
        return _half_of_pkcs8(node, parts)
    if tags[:2] == (asn1.INTEGER, asn1.OCTET_STRING):
        return _half_of_ec(parts) or _computed(node)
    if len(tags) >= 9 and set(tags[:9]) == {asn1.INTEGER}:
        return _of_rsa(parts[1], parts[2])
    return None


def _half_of_pkcs8(node: Node, parts: tuple[Node, ...]) -> bytes | None:
    algorithm = asn1.object_identifier(parts[1].children()[0])
    if algorithm in _RSA:
        inner = asn1.parse(parts[2].content).children()
        return _of_rsa(inner[1], inner[2])
    if algorithm == _EC and (half := _half_of_ec(asn1.parse(parts[2].content).children())):
        return half
    return _computed(node) if algorithm in _OF_CURVES else None


def _half_of_ec(parts: tuple[Node, ...]) -> bytes | None:
    """What an EC key tells of its public half itself, as OpenSSL writes it and Java does not."""
    for part in parts[2:]:
        if part.tag == _PUBLIC:
            return _of_bits(asn1.bit_string(part.children()[0]))
    return None


def _half_of_spki(spki: bytes) -> bytes | None:
    try:
        algorithm, bits = asn1.parse(spki).children()[:2]
        public = asn1.bit_string(bits)
        if asn1.object_identifier(algorithm.children()[0]) in _RSA:
            modulus, exponent = asn1.parse(public).children()[:2]
            return _of_rsa(modulus, exponent)
        return _of_bits(public)
    except (asn1.DerError, IndexError, ValueError):
        return None


def _of_rsa(modulus: Node, exponent: Node) -> bytes:
    return f"RSA {asn1.integer(modulus):x} {asn1.integer(exponent):x}".encode()


def _of_bits(public: bytes) -> bytes:
    """A point by its first coordinate, since it may be written with or without the second."""
    if public[:1] == b"\x04" and len(public) % 2:
        return public[1 : len(public) // 2 + 1]
    return public[1:] if public[:1] in (b"\x02", b"\x03") and len(public) % 2 else public


def _computed(node: Node) -> bytes | None:
    """The public half of a key that does not tell it."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_der_private_key,
    )

    try:
        public = load_der_private_key(node.encoded, None).public_key()
        spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return _half_of_spki(spki)
