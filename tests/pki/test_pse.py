"""SAP's own keystores: what is read of them, without a PIN and with it."""

from __future__ import annotations

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from exports import dn, intermediate, issue, root, sap_pse
from iflint.pki import der as asn1
from iflint.pki.files import FileContent, Stored, read_certificate_file
from iflint.pki.keystores.decryption import pkcs12_key
from iflint.pki.passwords import Password
from iflint.places.location import FileLocation

FILE = FileLocation("certificates/partner trust.pse")
ROOT = root("pse root", dn("CN=Example Root", "C=DE"), "2020-01-01", "2040-01-01")
OTHER_ROOT = root("pse other", dn("CN=Example Other Root"), "2020-01-01", "2040-01-01")
CA = intermediate("pse ca", dn("CN=Example CA"), ROOT)
OWN = issue("pse own", dn("CN=edi.partner.example"), CA)
PIN = "geheim"


def read(data: bytes, *pins: str) -> FileContent:
    passwords = [Password("PIN", pin) for pin in pins]
    return read_certificate_file(data, FILE, passwords)


def ders(content: FileContent) -> set[bytes]:
    assert len({one.certificate for one in content.certificates}) == len(content.certificates)
    return {one.certificate.der for one in content.certificates}


def sequence(*values: bytes, tag: int = asn1.SEQUENCE) -> bytes:
    return asn1.encode(tag, b"".join(values))


def with_pin(plain: bytes, version: int) -> bytes:
    """The PSE as it is under a PIN: its content encrypted as PKCS#12 does (pysap's specimens)."""
    content = asn1.parse(plain).children()[1]
    algorithm = content.children()[0]
    salt, count = algorithm.children()[1].children()
    secret = PIN.encode("utf-16-be") + b"\0\0"
    key, vector = (
        pkcs12_key(secret, salt.content, asn1.integer(count), purpose, size)
        for purpose, size in ((1, 24), (2, 8))
    )
    padding = 8 - len(content.encoded) % 8
    encryptor = Cipher(TripleDES(key), modes.CBC(vector)).encryptor()
    encrypted = encryptor.update(content.encoded + bytes((padding,)) * padding)
    octets = [asn1.encode(asn1.OCTET_STRING, each) for each in (encrypted, bytes(16))]
    number = asn1.encode(asn1.INTEGER, bytes((version,)))
    if version == 2:
        parts = sequence(octets[1], algorithm.encoded, octets[0], tag=0xA0)
    else:
        parts = sequence(b"\x02\x01\x01", algorithm.encoded, *octets, tag=0xA3)
    return sequence(number, parts)


@pytest.mark.parametrize("version", [2, 4])
def test_a_trust_list_without_a_pin_is_read(version: int) -> None:
    content = read(sap_pse(ROOT, OTHER_ROOT, CA, version=version))
    assert ders(content) == {ROOT.der, OTHER_ROOT.der, CA.der}
    assert {one.stored for one in content.certificates} == {Stored.TRUSTED}
    assert (content.problems, content.other, content.keys) == ((), (), ())


def test_the_owner_presents_its_certificate_and_path() -> None:
    content = read(sap_pse(OTHER_ROOT, own=[OWN, CA, ROOT]))
    assert ders(content) == {OWN.der, CA.der, ROOT.der, OTHER_ROOT.der}
    (entry,) = (one.entry for one in content.certificates if one.entry)
    assert [each.der for each in entry.presented] == [OWN.der, CA.der, ROOT.der]
    (key,) = content.keys
    assert (key.kind, key.encrypted) == ("SAP PSE with unencrypted content", False)


@pytest.mark.parametrize("version", [2, 4])
def test_a_pin_that_is_given_opens_it(version: int) -> None:
    closed = with_pin(sap_pse(ROOT, own=[OWN, CA]), version)
    assert ders(read(closed, "wrong", PIN)) == {OWN.der, CA.der, ROOT.der}
    (problem,) = read(closed).problems
    assert "SAP PSE can't be opened" in problem.message
    assert "--keystore-password-env NAME" in problem.remedy
    path = "'certificates/partner trust.pse'"
    assert f"sapgenpse export_p12 -p {path} 'certificates/partner trust.pse.p12'" in problem.remedy
    assert f"sapgenpse maintain_pk -l -p {path}" in problem.remedy
    (problem,) = read(closed, "wrong").problems
    assert "the password in the environment variable PIN is wrong" in problem.message


def test_what_its_machine_protects_is_named() -> None:
    closed = bytearray(with_pin(sap_pse(ROOT), 4))
    version = closed.index(b"\x02\x01\x04")
    inner = bytes(closed[:version][4:]) + b"\x02\x02\x01\x00" + bytes(closed[version + 3 :])
    (problem,) = read(sequence(inner), PIN).problems
    assert "only the machine can open it on which it was made" in problem.message


def test_roots_of_which_only_the_signed_part_is_there() -> None:
    content = read(sap_pse(ROOT, CA, whole=False))
    (found,) = content.certificates
    made_up, real = found.certificate, ROOT.certificate
    assert made_up.subject == made_up.issuer
    assert made_up.tbs == real.tbs_certificate_bytes
    fingerprints, left_out = (problem.message for problem in content.problems)
    assert "without their signature: 1. Their fingerprints are not the real ones" in fingerprints
    assert "intermediates that it trusts without their signature: 1" in left_out


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damage_never_crashes(data: st.DataObject) -> None:
    sources = [sap_pse(ROOT, own=[OWN, CA]), sap_pse(ROOT, whole=False, version=4)]
    source = bytearray(data.draw(st.sampled_from(sources)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(source) - 1))
        source[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    read(bytes(source), PIN)
