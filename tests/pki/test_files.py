"""What is found in a certificate file, whatever its format, and what is said of the rest."""

from __future__ import annotations

import base64
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs7
from hypothesis import given, settings
from hypothesis import strategies as st

from authorities import NOW, Party, client, intermediate, pem, root_of
from iflint.limits import PROBLEMS_OF_A_FILE
from iflint.pki import der as asn1
from iflint.pki.files import FileContent, read_certificate_file
from iflint.places.location import FileLocation

FILE = FileLocation("certificates/partner.pem")
ROOT, CA, SENDER = Party("Root"), Party("CA"), Party("sender")
CHAIN = (client(SENDER, CA), intermediate(CA, ROOT), root_of(ROOT))


def read(data: bytes) -> FileContent:
    return read_certificate_file(data, FILE)


def ders(content: FileContent) -> tuple[bytes, ...]:
    return tuple(found.certificate.der for found in content.certificates)


def degenerate_pkcs7() -> bytes:
    certificates = [x509.load_der_x509_certificate(der) for der in CHAIN]
    return pkcs7.serialize_certificates(certificates, serialization.Encoding.DER)


def indefinite(node: asn1.Node, depth: int) -> bytes:
    """The value with indefinite lengths in its outer ``depth`` levels (BER)."""
    if not depth or not node.constructed:
        return node.encoded
    inside = b"".join(indefinite(child, depth - 1) for child in node.children())
    return bytes((node.tag, 0x80)) + inside + b"\0\0"


def der(*values: bytes) -> bytes:
    return asn1.encode(asn1.SEQUENCE, b"".join(values))


def octets(content: bytes) -> bytes:
    return asn1.encode(asn1.OCTET_STRING, content)


BUNDLE = b"".join(map(pem, CHAIN))
ALGORITHM = der(bytes.fromhex("06092a864886f70d01050d"), der())
BCFKS = der(der(ALGORITHM, octets(b"x" * 300)), der(der(ALGORITHM), octets(b"x" * 20)))
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
EMPTY = der(
    SIGNED_DATA,
    asn1.encode(
        0xA0,
        der(
            bytes.fromhex("0201013100"),
            der(bytes.fromhex("06092a864886f70d010701")),
            bytes.fromhex("3100"),
        ),
    ),
)
"""A SignedData without certificates and signers (RFC 5652 §5.1)."""


@pytest.mark.parametrize(
    "data",
    [
        BUNDLE,
        BUNDLE.replace(b"\n", b"\r\n"),
        BUNDLE.replace(b"\n", b"\r"),
        BUNDLE.rstrip(),
        b"\xef\xbb\xbf" + BUNDLE,
        BUNDLE.decode().encode("utf-16"),
        b"\xfe\xff" + BUNDLE.decode().encode("utf-16-be"),
        BUNDLE.decode().encode("utf-16-le"),
        b"".join(b"    " + line + b"  \n" for line in BUNDLE.splitlines()),
        b"subject=CN = sender\nZertifikat f\xfcr Partner\n" + BUNDLE + b"\nend of text",
        BUNDLE.replace(b"-----BEGIN", b"Bag Attributes\n    localKeyID: 01\n-----BEGIN"),
        BUNDLE.replace(b" CERTIFICATE-----", b" X509 CERTIFICATE-----"),
        BUNDLE.replace(b"BEGIN CERTIFICATE-----\n", b"BEGIN CERTIFICATE-----\nName: value\n\n"),
        b"".join(pem(der + b"\x30\x03\x0c\x01a", "TRUSTED CERTIFICATE") for der in CHAIN),
        BUNDLE.replace(b"\n", b"\\n"),
        b"".join(b"-----BEGIN CERTIFICATE-----" + base64.b64encode(der)
                 + b"-----END CERTIFICATE-----" for der in CHAIN),
        b"".join(CHAIN),
        b"".join(CHAIN) + b"\r\n",
        b"".join(CHAIN) + b"\x30\x82trailing",
        degenerate_pkcs7(),
        pem(degenerate_pkcs7(), "PKCS7"),
        pem(degenerate_pkcs7(), "CMS"),
        pem(degenerate_pkcs7(), "CERTIFICATE"),
        base64.b64encode(degenerate_pkcs7()),
        base64.encodebytes(b"".join(CHAIN)),
        pem(b"".join(CHAIN), "PKCS7"),
        indefinite(asn1.parse(degenerate_pkcs7()), 4),
        der(*reversed(CHAIN)),
    ],
    ids=range(28),
)  # fmt: skip
def test_every_format_gives_the_same_certificates(data: bytes) -> None:
    content = read(data)
    expected = set(CHAIN)
    assert set(ders(content)) == expected
    assert len(content.certificates) == len(CHAIN)
    assert content.problems == ()
    assert content.other == ()


def test_a_certificate_is_located_by_its_block() -> None:
    text = (
        "Straße 1\r\n"
        + "  "
        + pem(CHAIN[0]).decode().replace("\n", "\r\n")
        + pem(CHAIN[1]).decode()
    )
    for encoding, mark in (("utf-8", 0), ("utf-16-le", 2), ("latin-1", 0)):
        data = (b"\xff\xfe" if mark else b"") + text.encode(encoding)
        first, second = read(data).certificates
        region = first.location.region
        assert region is not None
        assert (region.start_line, region.start_column) == (2, 3)
        assert region.excerpt == "  -----BEGIN CERTIFICATE-----"
        block = data[region.start_byte : region.end_byte].decode(encoding)
        assert block.startswith("-----BEGIN CERTIFICATE-----")
        assert block.endswith("-----END CERTIFICATE-----")
        assert second.location.region is not None
        assert (
            second.location.region.start_line == text[: text.rindex("-----BEGIN")].count("\n") + 1
        )
    assert read(CHAIN[0]).certificates[0].location.region is None


def test_a_bad_block_costs_only_itself() -> None:
    lines = pem(CHAIN[1]).splitlines(keepends=True)
    lines[2] = lines[2][:10] + b"*" + lines[2][11:]
    content = read(pem(CHAIN[0]) + b"".join(lines) + pem(CHAIN[2]))
    assert ders(content) == (CHAIN[0], CHAIN[2])
    (problem,) = content.problems
    assert "base64" in problem.message
    assert problem.location.region is not None
    assert problem.location.region.start_line == pem(CHAIN[0]).count(b"\n") + 1


def test_a_block_cut_off_in_its_base64() -> None:
    cut = b"".join(pem(CHAIN[0]).splitlines(keepends=True)[:-3]) + b"-----END CERTIFICATE-----\n"
    content = read(cut + pem(CHAIN[1]))
    assert ders(content) == (CHAIN[1],)
    assert len(content.problems) == 1


def test_a_begin_without_end_is_a_problem_and_still_used() -> None:
    without_end = b"".join(pem(CHAIN[0]).splitlines(keepends=True)[:-1])
    for data in (without_end + pem(CHAIN[1]), pem(CHAIN[1]) + without_end):
        content = read(data)
        assert set(ders(content)) == {CHAIN[0], CHAIN[1]}
        assert len(content.problems) == 1
        assert "does not end" in content.problems[0].message


def test_an_unreadable_extension_is_a_problem_and_the_rest_is_used() -> None:
    der = CHAIN[0].replace(bytes.fromhex("0603551d25"), bytes.fromhex("0603551d0f"))
    content = read(pem(der))
    assert ders(content) == (der,)
    assert "keyUsage" in content.problems[0].message


def test_one_bad_certificate_in_pkcs7() -> None:
    bad = degenerate_pkcs7().replace(CHAIN[1][4:12], b"\x05\x00" * 4)
    content = read(bad)
    assert len(content.certificates) == 2
    assert len(content.problems) == 1


def test_other_content_is_named_and_never_shown() -> None:
    key = SENDER.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(SENDER.x509_name)
        .sign(SENDER.key, hashes.SHA256())
    )
    revoked = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(CA.x509_name)
        .last_update(NOW)
        .next_update(NOW.replace(year=2027))
        .sign(CA.key, hashes.SHA256())
    )
    encrypted = SENDER.key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    content = read(key + request.public_bytes(serialization.Encoding.PEM) + pem(CHAIN[0]))
    assert content.other == ("private key", "certificate request")
    assert ders(content) == (CHAIN[0],)
    assert content.problems == ()
    for data, kind in (
        (key, "private key"),
        (encrypted, "encrypted private key"),
        (request.public_bytes(serialization.Encoding.DER), "certificate request"),
        (revoked.public_bytes(serialization.Encoding.DER), "certificate revocation list"),
        (revoked.public_bytes(serialization.Encoding.PEM), "certificate revocation list"),
        (SENDER.spki(), "public key"),
        (pem(SENDER.spki(), "PUBLIC KEY"), "public key"),
        (b"-----BEGIN WHAT EVER-----\n-----END WHAT EVER-----\n", "another kind of PEM block"),
    ):
        content = read(data)
        assert (content.other, content.certificates, content.problems) == ((kind,), (), ())
    wrapped = read(pem(encrypted))
    assert "private key" in wrapped.problems[0].message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n", "empty"),
        (b"hello", "no certificate"),
        (b"<html>-----</html>", "an HTML page"),
        (b"0", "no certificate"),
        (CHAIN[0][:200], "cut off"),
        (b"\xfe\xed\xfe\xed\0\0\0\2", "Java keystore"),
        (b"\0\0\0\2\0\0\0\x14" + bytes(20), "Bouncy Castle"),
        (BCFKS, "Bouncy Castle (BCFKS)"),
        (EMPTY, "PKCS#7 structure without any certificate"),
        (
            der(bytes.fromhex("06092a864886f70d010702"), asn1.encode(0xA0, der())),
            "PKCS#7 structure",
        ),
        (pem(EMPTY, "PKCS7"), "PKCS#7 structure without any certificate"),
        (b"ssh-ed25519 AAAAC3NzaC1lZDI1 x@example", "public key of SSH"),
        (b"PK\x03\x04rest", "zip"),
        (b"-----BEGIN CERTIFICATE-----\n", "does not end"),
        (b"-----BEGIN CERTIFICATE-----\nMIIB\n", "does not end"),
        (pem(CHAIN[0][:60]), "cut off"),
    ],
)
def test_files_without_certificate(data: bytes, message: str) -> None:
    content = read(data)
    assert content.certificates == ()
    (problem,) = content.problems
    assert message in problem.message
    assert "\n" not in problem.message + problem.remedy


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\n\n",
        "MIIF...",
        "MIIF…",
        "...",
        "<paste the certificate here>",
        "<the certificate of the sender, without the certificates of those who issued it>",
        "YOUR CERTIFICATE",
        "paste the whole certificate here, lines and all, and then save this file",
        "xxxxxxxx\nxxxxxxxx",
        "MIIFxxxxxxxxxxxxx",
        "MIIFXXXX",
        "MIIF****",
        pem(CHAIN[0]).decode().splitlines()[1] + "\nxxxxxxxx" + 6 * "\nxxxxxxxxxxxxxxxx",
        "{{ .Values.partner.certificate }}",
        "${partner_certificate}",
        pem(CHAIN[0]).decode().splitlines()[1] + "\n[...]\n",
        "MIIHyDCCBrCgAwIB[...]CAq8Tn7kSFDmVnrXe6v8hcQ==",
    ],
    ids=range(18),
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\\n"])
def test_a_placeholder_is_no_damaged_certificate(body: str, line_end: str) -> None:
    text = f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"
    content = read(text.replace("\n", line_end).encode())
    assert content == FileContent(other=("a placeholder for a certificate",))


@pytest.mark.parametrize(
    "body",
    [
        CHAIN[0][:3],
        CHAIN[0][:48],
        CHAIN[0][:-1],
        CHAIN[0][:100] + CHAIN[0][120:],
    ],
    ids=["a word", "a line", "all but a byte", "without its middle"],
)
def test_a_damaged_certificate_is_no_placeholder(body: bytes) -> None:
    for data in (pem(body), pem(body).replace(b"\n", b"\\n"), pem(body).replace(b"\n", b"\r\n")):
        content = read(data)
        assert content.other == ()
        assert len(content.problems) == 1


def test_headers_are_read_in_one_pass() -> None:
    colons = b"A: b\r\n" + b"  ::::::::::\r\n" * 40_000
    block = b"-----BEGIN CERTIFICATE-----\r\n%b-----END CERTIFICATE-----\r\n"
    started = time.perf_counter()
    assert len(read(block % colons).problems) == 1
    assert len(read(block % (b"a: b\r\n b: c" * 40_000 + b"\rX")).problems) == 1
    assert time.perf_counter() - started < 5


def test_big_and_hostile_files_are_bounded() -> None:
    started = time.perf_counter()
    problems = read(b"-----BEGIN CERTIFICATE-----\n" * 200_000).problems
    assert len(problems) == PROBLEMS_OF_A_FILE.default
    assert "And 199,950 more problems in this file" in problems[-1].message
    assert len(read(b"A" * 5_000_000).problems) == 1
    assert len(read(b"\x30\x80" * 500_000).problems) == 1
    assert len(read(b"-----BEGIN CERTIFICATE-----" + b":\n" * 1_000_000).problems) == 1
    assert len(read(b"\0" * 17_000_000 + b"x").problems) == 1
    assert time.perf_counter() - started < 20


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damage_never_crashes(data: st.DataObject) -> None:
    source = bytearray(data.draw(st.sampled_from([CHAIN[0], BUNDLE, degenerate_pkcs7()])))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(source) - 1))
        source[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    content = read(bytes(source))
    for found in content.certificates:
        assert found.certificate.sha256
        assert found.certificate.key
        assert isinstance(found.certificate.subject.text, str)
    assert content.certificates or content.problems or content.other
