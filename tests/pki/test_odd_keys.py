"""Keys and parameters that no program makes: they fail by themselves, and nothing else does."""

from __future__ import annotations

import msgspec
import pytest

from authorities import NOW, found
from exports import dn, issue, root
from iflint.limits import SIGNATURE_WORK, in_force
from iflint.pki.certificates import describe_key, parse_certificate
from iflint.pki.chains.pool import CertificatePool
from iflint.pki.chains.search import judge_chain
from iflint.pki.chains.signatures import SignatureCache, Verification, effort, verify
from iflint.pki.chains.verdict import FaultKind
from iflint.pki.roots.trust import Platform, load_trust_list

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


def dsa(bits: int) -> bytes:
    number = tlv(2, b"\x7f" + bytes(bits // 8 - 1))
    numbers = tlv(0x30, number, tlv(2, bytes(32)), number)
    return tlv(0x30, tlv(0x30, bytes.fromhex("06072a8648ce380401"), numbers), tlv(3, b"\0", number))


def curve(oid: str, size: int) -> bytes:
    algorithm = tlv(0x30, bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex(oid))
    return tlv(0x30, algorithm, tlv(3, b"\0\4", bytes(2 * size)))


@pytest.mark.parametrize(
    ("spki", "least", "most"),
    [
        (curve("06082a8648ce3d030107", 32), 1, 1),
        (rsa(b"\0\xff" + bytes(511), b"\1\0\1"), 1, 2),
        (curve("06092b240303020801010d", 64), 10, 12),
        (rsa(b"\0\xff" + bytes(383), b"\0\xff" + bytes(383)), 65, 90),
        (rsa(b"\0\xff" + bytes(2047), b"\0\xff" + bytes(7)), 50, 60),
        (dsa(10_000), 130, 160),
        (b"", 1, 1),
    ],
    ids=["P-256", "RSA", "brainpool", "long exponent", "long modulus", "DSA", "nothing"],
)
def test_the_work_of_a_signature_is_known_by_its_key(spki: bytes, least: int, most: int) -> None:
    assert least <= effort(spki) <= most


@pytest.fixture
def little_work():
    in_force([f"{SIGNATURE_WORK.name}=1"])
    yield
    in_force([])


def test_what_is_not_computed_any_more_is_told_with_its_limit(little_work: None) -> None:
    other = parse_certificate(issue("odd other", dn("CN=other"), ROOT).der)
    top = found(ROOT.der)
    pool, trust = CertificatePool([top]), load_trust_list(Platform.CUSTOM, NOW, [top])
    verifier = SignatureCache()
    trusted, untried = (judge_chain(each, pool, trust, NOW, verifier) for each in (LEAF, other))
    assert not trusted.faults
    assert [fault.kind for fault in untried.faults] == [FaultKind.ALGORITHM]
    assert SIGNATURE_WORK.name in untried.faults[0].detail
