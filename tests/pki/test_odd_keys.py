"""Keys and parameters that no program makes: they fail by themselves, and nothing else does."""

from __future__ import annotations

import msgspec
import pytest

from exports import dn, issue, root
from iflint.pki.certificates import describe_key, parse_certificate
from iflint.pki.chains.signatures import Verification, verify

ROOT = root("odd root", dn("CN=Odd Root"), "2020-01-01", "2040-01-01")
LEAF = parse_certificate(issue("odd leaf", dn("CN=odd"), ROOT).der)


def tlv(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x82, size >> 8, size & 255])
    return bytes([tag]) + length + content


RSA = tlv(0x30, bytes.fromhex("06092a864886f70d0101010500"))


def rsa(modulus: bytes, exponent: bytes) -> bytes:
    numbers = tlv(0x30, tlv(2, modulus), tlv(2, exponent))
    return tlv(0x30, RSA, tlv(3, b"\0", numbers))


@pytest.mark.parametrize(
    "spki",
    [
        rsa(b"\x80" + bytes(255), b"\1\0\1"),
        rsa(b"\0", b"\1\0\1"),
        rsa(b"\0\x80" + bytes(255), b"\xff"),
        tlv(0x30, tlv(0x30), tlv(3, b"\0")),
        tlv(0x30, RSA, tlv(3, b"\0")),
        tlv(0x30),
        b"",
    ],
    ids=["negative", "zero", "negative exponent", "no algorithm", "no numbers", "empty", "nothing"],
)
def test_a_key_that_is_none_verifies_nothing(spki: bytes) -> None:
    assert verify(LEAF, spki) in (Verification.UNKNOWN, Verification.INVALID)
    assert describe_key(spki)


@pytest.mark.parametrize("salt", [b"\x7f" + b"\xff" * 20, b"\x80"], ids=["huge", "negative"])
def test_a_salt_that_fits_no_key_verifies_nothing(salt: bytes) -> None:
    parameters = tlv(0x30, tlv(0xA2, tlv(2, salt)))
    odd = msgspec.structs.replace(
        LEAF, signature_algorithm="1.2.840.113549.1.1.10", signature_parameters=parameters
    )
    key = parse_certificate(ROOT.der).spki
    assert verify(odd, rsa(b"\0\xc0" + bytes(254) + b"\1", b"\1\0\1")) is Verification.UNKNOWN
    assert verify(odd, key) in (Verification.UNKNOWN, Verification.INVALID)
