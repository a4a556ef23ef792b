"""That a private key is there is told, of which kind and where; nothing of it ever is."""

from __future__ import annotations

import base64
import json
import time

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat

from authorities import Party, client, intermediate, pem
from iflint.pki.files import FileContent, may_hold_certificates, read_certificate_file
from iflint.places.location import FileLocation

FILE = FileLocation("certificates/partner.key")
PLAIN = serialization.NoEncryption()
LOCKED = serialization.BestAvailableEncryption(b"geheim")
RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
ROOT, CA, SENDER = Party("Root"), Party("CA"), Party("sender", EC)
CHAIN = (client(SENDER, CA), intermediate(CA, ROOT))
PEM, DER = Encoding.PEM, Encoding.DER
PKCS8, PKCS1 = PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL

FORMS = [
    (EC, PEM, PKCS8, PLAIN, "private key (PKCS#8)", False),
    (EC, DER, PKCS8, PLAIN, "private key (PKCS#8)", False),
    (EC, PEM, PKCS1, PLAIN, "EC private key", False),
    (EC, DER, PKCS1, PLAIN, "EC private key", False),
    (RSA, PEM, PKCS1, PLAIN, "RSA private key", False),
    (RSA, DER, PKCS1, PLAIN, "RSA private key", False),
    (dsa.generate_private_key(1024), PEM, PKCS1, PLAIN, "DSA private key", False),
    (ed25519.Ed25519PrivateKey.generate(), PEM, PKCS8, PLAIN, "private key (PKCS#8)", False),
    (EC, PEM, PrivateFormat.OpenSSH, PLAIN, "OpenSSH private key", False),
    (ed25519.Ed25519PrivateKey.generate(), DER, PKCS8, PLAIN, "private key (PKCS#8)", False),
    (EC, PEM, PKCS8, LOCKED, "private key (PKCS#8)", True),
    (EC, DER, PKCS8, LOCKED, "private key (PKCS#8)", True),
    (RSA, PEM, PKCS1, LOCKED, "RSA private key", True),
]


def read(data: bytes) -> FileContent:
    return read_certificate_file(data, FILE)


def told(content: FileContent) -> list[tuple[str, bool]]:
    return [(key.kind, key.encrypted) for key in content.keys]


def everything_said(content: FileContent) -> str:
    places = [key.location for key in content.keys]
    places += [found.location for found in content.certificates]
    places += [problem.location for problem in content.problems]
    excerpts = [place.region.excerpt for place in places if place.region]
    texts = [problem.message + problem.remedy for problem in content.problems]
    return "\n".join([*excerpts, *texts, *content.other, *(key.kind for key in content.keys)])


@pytest.mark.parametrize(("key", "encoding", "form", "encryption", "kind", "encrypted"), FORMS)
def test_every_form_is_known(key, encoding, form, encryption, kind, encrypted) -> None:
    data = key.private_bytes(encoding, form, encryption)
    assert may_hold_certificates(data)
    content = read(data)
    assert told(content) == [(kind, encrypted)]
    (named,) = content.other
    assert named.endswith("private key")
    assert content.problems == ()


def test_an_encrypted_key_of_openssh() -> None:
    parts = (b"aes256-ctr", b"bcrypt", bytes(24))
    content = b"openssh-key-v1\0" + b"".join(len(part).to_bytes(4) + part for part in parts)
    content += b"\0\0\0\1" + b"\0\0\0\4abcd" + b"\0\0\0\4wxyz"
    assert told(read(pem(content, "OPENSSH PRIVATE KEY"))) == [("OpenSSH private key", True)]


KEY = EC.private_bytes(PEM, PKCS8, PLAIN)
BODY = b"".join(KEY.splitlines()[1:-1])
ONE_LINE = b"-----BEGIN PRIVATE KEY-----" + BODY + b"-----END PRIVATE KEY-----"
SERVICE_KEY = {
    "clientid": "sb-x",
    "certificate": b"".join(map(pem, CHAIN)).decode(),
    "key": KEY.decode(),
}


@pytest.mark.parametrize(
    "data",
    [
        pem(CHAIN[0]) + KEY,
        KEY + pem(CHAIN[0]),
        KEY.replace(b"\n", b"\r\n") + pem(CHAIN[0]),
        ONE_LINE + pem(CHAIN[0]).replace(b"\n", b""),
        ONE_LINE + b" " + pem(CHAIN[0]),
        (KEY + pem(CHAIN[0])).decode().encode("utf-16"),
        KEY.replace(b"\n", b"\\n") + pem(CHAIN[0]).replace(b"\n", b"\\n"),
        b"password: " + BODY[:20] + b" " + pem(CHAIN[0]) + KEY,
        b"-----BEGIN CERTIFICATE-----" + BODY + b"-----END CERTIFICATE-----" + pem(CHAIN[0]),
        pem(CHAIN[0]) + b"-----BEGIN PRIVATE KEY-----" + BODY,
        json.dumps(SERVICE_KEY).encode(),
        json.dumps({"a": [{"credentials": SERVICE_KEY}]}, indent=2).encode(),
        json.dumps({"x": KEY.decode(), "y": pem(CHAIN[0]).decode()}, indent=1).encode("utf-16"),
        BODY,
    ],
    ids=range(14),
)
def test_nothing_of_a_key_is_repeated(data) -> None:
    content = read(data)
    assert told(content) == [("private key (PKCS#8)", False)]
    said = everything_said(content)
    assert all(BODY[at : at + 8].decode() not in said for at in range(0, len(BODY) - 8, 4))


def test_a_key_is_located_by_its_first_line() -> None:
    (key,) = read(pem(CHAIN[0]) + KEY).keys
    region = key.location.region
    assert region is not None
    assert region.start_line == pem(CHAIN[0]).count(b"\n") + 1
    assert region.excerpt == "-----BEGIN PRIVATE KEY-----"


@pytest.mark.parametrize(
    "data",
    [
        b"-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n",
        b"-----BEGIN RSA PRIVATE KEY-----\nMIIE...<your key>...\n-----END RSA PRIVATE KEY-----\n",
        b"-----BEGIN PRIVATE KEY-----\nYOURKEY\n-----END PRIVATE KEY-----\n",
        b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        pem(CHAIN[0], "PUBLIC KEY"),
        pem(CHAIN[0], "CERTIFICATE"),
    ],
)
def test_what_only_looks_like_a_key_is_none(data) -> None:
    assert read(data).keys == ()


def test_a_service_key_gives_its_certificates_and_tells_its_key() -> None:
    document = json.dumps({"keys": [{"credentials": SERVICE_KEY}, SERVICE_KEY]}, indent=2)
    assert may_hold_certificates(document.encode())
    content = read(document.encode())
    assert [found.certificate.der for found in content.certificates] == [*CHAIN, *CHAIN]
    with_key = [f.certificate.der for f in content.certificates if f.entry is not None]
    assert with_key == [CHAIN[0], CHAIN[0]]
    assert content.problems == ()
    lines = document.splitlines()
    for found in content.certificates:
        region = found.location.region
        assert region is not None
        assert lines[region.start_line - 1].lstrip().startswith('"certificate"')
    for key in content.keys:
        assert key.location.region is not None
        assert lines[key.location.region.start_line - 1].lstrip().startswith('"key"')
    assert len(content.keys) == 2


def test_a_dump_of_certificate_user_mappings() -> None:
    rows = [
        {
            "User": f"S000{number}",
            "Certificate": base64.b64encode(pem(der)).decode(),
            "ValidUntil": "/Date(1790000000000)/",
        }
        for number, der in enumerate(CHAIN)
    ]
    document = json.dumps({"d": {"results": rows}}).encode()
    assert may_hold_certificates(document)
    assert [f.certificate.der for f in read(document).certificates] == list(CHAIN)


def test_a_dump_of_keystore_entries_has_no_certificates() -> None:
    row = {"Hexalias": "6162", "Alias": "ab", "SubjectDN": "CN=x", "ValidNotAfter": "/Date(1)/"}
    document = json.dumps({"d": {"results": [row]}}).encode()
    assert may_hold_certificates(document)
    content = read(document)
    assert content.problems == ()
    assert content.other == ("a list of keystore entries, without the certificates",)


def test_a_document_that_breaks_off_gives_what_comes_before() -> None:
    document = json.dumps({"credentials": SERVICE_KEY, "more": "x" * 10}).encode()
    assert len(read(document[:-8]).certificates) == 2


@pytest.mark.parametrize(
    "document",
    [
        b"{}",
        b"[" * 100_000,
        b'{"certificate": "\\ud800-----BEGIN CERTIFICATE-----"}',
        b'{"certificate": "-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----"}',
        b'{"a": "' + b"\\" * 100_001 + b"-----BEGIN CERTIFICATE-----",
        b'{"a": "LS0tLS1CRUdJTi" , "b": "LS0tLS1CRUdJTi!!!"}',
        '{"a": "LS0tLS1CRUdJTié"}'.encode(),
    ],
)
def test_odd_documents_are_problems_or_nothing(document) -> None:
    content = read(document)
    assert content.certificates == ()
    assert content.problems


def test_strings_are_found_in_one_pass() -> None:
    quotes = b'{"Hexalias":1,\n"' + b'\\"' * 500_000
    unended = b'{"Hexalias":1,\n' + b'"a\n' * 200_000
    started = time.perf_counter()
    for data in (quotes, quotes + b'"', unended):
        assert read(data).certificates == ()
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    "data", [b"{}", b"PK\x03\x04 slides", b"lang en_US\n", b"", b"\0", b"license: 0000-1111"]
)
def test_other_files_are_told_apart_at_a_look(data) -> None:
    assert not may_hold_certificates(data)
