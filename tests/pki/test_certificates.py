"""One certificate, read from its DER: what it says, and what can't be read of it."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID

from authorities import (
    ANY,
    CLIENT,
    NOW,
    SERVER,
    Party,
    algorithm,
    client,
    intermediate,
    issue,
    object_identifier,
    resigned,
)
from iflint.pki import der as asn1
from iflint.pki.certificates import CertificateError, parse_certificate

ROOT, CA, SENDER = Party("Root"), Party("CA"), Party("sender")


def test_it_reads_what_the_library_reads() -> None:
    der = intermediate(CA, ROOT, path_length=2, eku=(CLIENT, SERVER), aia="http://ca.example.com/x")
    certificate = parse_certificate(der)
    expected = x509.load_der_x509_certificate(der)
    extensions = expected.extensions
    assert certificate.der == der
    assert certificate.sha256 == hashlib.sha256(der).hexdigest()
    assert certificate.sha1 == hashlib.sha1(der).hexdigest()
    assert certificate.version == 3
    assert certificate.serial == expected.serial_number
    assert certificate.subject.text == "CN=CA,O=Example,C=DE"
    assert certificate.issuer.text == "CN=Root,O=Example,C=DE"
    assert certificate.not_before == expected.not_valid_before_utc
    assert certificate.not_after == expected.not_valid_after_utc
    assert certificate.spki == CA.spki()
    assert certificate.signature == expected.signature
    assert certificate.tbs == expected.tbs_certificate_bytes
    assert certificate.signature_algorithm == expected.signature_algorithm_oid.dotted_string
    assert (certificate.is_ca, certificate.path_length) == (True, 2)
    assert certificate.key_usage == {"keyCertSign", "cRLSign"}
    assert certificate.extended_key_usage == (CLIENT.dotted_string, SERVER.dotted_string)
    key_id = extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    assert certificate.subject_key_id == key_id
    assert certificate.authority_key_id == ROOT.key_id().digest
    assert certificate.ca_issuers == ("http://ca.example.com/x",)
    assert certificate.unread == ()
    assert not certificate.self_issued


def test_two_are_the_same_by_their_bytes_whichever_way_it_is_asked() -> None:
    der = client(SENDER, CA)
    one, again, other = map(parse_certificate, (der, der, client(SENDER, ROOT)))
    assert one is not again
    assert (one == again, one != again) == (True, False)
    assert (one == other, one != other) == (False, True)


def test_absent_extensions_are_none() -> None:
    certificate = parse_certificate(issue(SENDER, CA, key_ids=False))
    assert certificate.is_ca is None
    assert certificate.path_length is None
    assert certificate.key_usage is None
    assert certificate.extended_key_usage is None
    assert certificate.subject_key_id is None
    assert certificate.authority_key_id is None
    assert certificate.ca_issuers == ()


def test_of_the_places_of_information_only_urls_of_the_issuer_count() -> None:
    issuer, ocsp = AuthorityInformationAccessOID.CA_ISSUERS, AuthorityInformationAccessOID.OCSP
    first, second = (f"http://ca.example.com/{name}" for name in ("a.cer", "b.cer"))
    places = [
        (issuer, x509.DirectoryName(CA.x509_name)),
        (ocsp, x509.UniformResourceIdentifier("http://ocsp.example.com")),
        (issuer, x509.UniformResourceIdentifier(first)),
        (issuer, x509.UniformResourceIdentifier(second)),
    ]
    access = x509.AuthorityInformationAccess([x509.AccessDescription(*place) for place in places])
    certificate = parse_certificate(client(SENDER, CA, more=((access, False),)))
    assert certificate.ca_issuers == (first, second)
    assert certificate.unread == ()


def test_a_place_of_information_that_lacks_a_part_costs_only_itself() -> None:
    oid = AuthorityInformationAccessOID.CA_ISSUERS.dotted_string
    method = asn1.encode(asn1.OBJECT_IDENTIFIER, object_identifier(oid))
    url = asn1.encode(0x86, b"http://ca.example.com/a.cer")
    places = (asn1.encode(asn1.SEQUENCE, part) for part in (b"", method, method + url))
    value = asn1.encode(asn1.SEQUENCE, b"".join(places))
    access = x509.UnrecognizedExtension(ExtensionOID.AUTHORITY_INFORMATION_ACCESS, value)
    certificate = parse_certificate(client(SENDER, CA, more=((access, False),)))
    assert certificate.ca_issuers == ("http://ca.example.com/a.cer",)


@pytest.mark.parametrize(
    ("usages", "lacks"),
    [(None, False), ((CLIENT,), False), ((ANY,), False), ((SERVER,), True), ((SERVER, ANY), False)],
)
def test_client_authentication(
    usages: tuple[x509.ObjectIdentifier, ...] | None, lacks: bool
) -> None:
    assert parse_certificate(issue(SENDER, CA, eku=usages)).lacks_client_auth is lacks


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (rsa.generate_private_key(65537, 2048), "RSA 2048"),
        (ec.generate_private_key(ec.SECP256R1()), "EC secp256r1"),
        (ec.generate_private_key(ec.BrainpoolP384R1()), "EC brainpoolP384r1"),
        (dsa.generate_private_key(1024), "DSA 1024"),
        (ed25519.Ed25519PrivateKey.generate(), "Ed25519"),
        (ed448.Ed448PrivateKey.generate(), "Ed448"),
    ],
)
def test_keys_in_words(key: object, text: str) -> None:
    assert parse_certificate(client(Party("sender", key), CA)).key == text


def test_times_of_both_kinds_and_centuries() -> None:
    begin = dt.datetime(1951, 1, 1, tzinfo=dt.UTC)
    end = dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)
    certificate = parse_certificate(issue(SENDER, CA, begin=begin, end=end))
    assert (certificate.not_before, certificate.not_after) == (begin, end)


def test_bytes_after_it_are_left_alone() -> None:
    der = client(SENDER, CA)
    certificate = parse_certificate(der + b"\r\nmore")
    assert certificate.der == der
    assert certificate == parse_certificate(der)
    assert len({certificate, parse_certificate(der)}) == 1


def test_what_the_library_refuses_is_read() -> None:
    der = issue(Party("user.example.com"), CA).replace(b"user.example", b"user@example")
    der = der.replace(b"\x0c\x10user", b"\x13\x10user")
    with pytest.raises(ValueError, match="PrintableString"):
        assert x509.load_der_x509_certificate(der).subject
    assert parse_certificate(der).subject.common_name == "user@example.com"


def test_a_bad_extension_costs_only_itself() -> None:
    der = client(SENDER, CA).replace(bytes.fromhex("0603551d25"), bytes.fromhex("0603551d0f"))
    certificate = parse_certificate(der)
    assert certificate.unread == ("the extension keyUsage",)
    assert certificate.key_usage is None
    assert certificate.authority_key_id == CA.key_id().digest


def test_an_extension_that_occurs_twice() -> None:
    der = intermediate(CA, ROOT).replace(bytes.fromhex("0603551d23"), bytes.fromhex("0603551d0e"))
    certificate = parse_certificate(der)
    assert certificate.subject_key_id == CA.key_id().digest
    assert "second extension subjectKeyIdentifier" in certificate.unread[0]


def test_a_certificate_of_version_1() -> None:
    fields = asn1.parse(issue(CA, ROOT, key_ids=False)).children()[0].children()
    tbs = asn1.encode(asn1.SEQUENCE, b"".join(field.encoded for field in fields[1:7]))
    der = asn1.encode(
        asn1.SEQUENCE, tbs + fields[2].encoded + asn1.encode(asn1.BIT_STRING, b"\0\1\2")
    )
    certificate = parse_certificate(der)
    assert certificate.version == 1
    assert certificate.is_ca is None


def test_two_signature_algorithms() -> None:
    der = client(SENDER, CA)
    assert parse_certificate(der).algorithms_agree
    with_null = resigned(der, algorithm("1.2.840.10045.4.3.2", b"\x05\x00"), lambda _: b"")
    assert parse_certificate(with_null).algorithms_agree
    last = der.rindex(bytes.fromhex("2a8648ce3d040302"))
    assert not parse_certificate(der[: last + 7] + b"\3" + der[last + 8 :]).algorithms_agree


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x30",
        b"\x30\x00",
        b"hello",
        b"\x30\x03\x02\x01\x05",
        SENDER.spki(),
        client(SENDER, CA)[:90],
    ],
    ids=["nothing", "tag", "empty", "text", "number", "key", "cut-off"],
)
def test_no_certificate(der: bytes) -> None:
    with pytest.raises(CertificateError, match="not a certificate"):
        parse_certificate(der)


def test_self_issued_by_the_matching_of_names() -> None:
    certificate = parse_certificate(client(SENDER, Party("SENDER")))
    assert certificate.self_issued
    assert certificate.not_after > NOW
