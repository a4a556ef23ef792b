"""Certificates that Java accepts and `cryptography` refuses are read and judged all the same."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

import iflint
from authorities import (
    Party,
    algorithm,
    client,
    intermediate,
    object_identifier,
    pem,
    resigned,
    root_of,
)
from exports import Channel, Flow, bundle, write_tree
from iflint.pki import der as asn1
from iflint.pki.files import read_certificate_file
from iflint.places.location import FileLocation
from iflint.values import parse_as_of

ROOT, CA, SENDER = Party("Root"), Party("CA"), Party("sender")
ECDSA_SHA256 = "1.2.840.10045.4.3.2"
NAMES = {"CN": "2.5.4.3", "O": "2.5.4.10", "C": "2.5.4.6"}


def signed(message: bytes) -> bytes:
    return CA.key.sign(message, ec.ECDSA(hashes.SHA256()))


def attribute(keyword: str, tag: int, value: bytes) -> bytes:
    oid = asn1.encode(asn1.OBJECT_IDENTIFIER, object_identifier(NAMES[keyword]))
    return asn1.encode(asn1.SEQUENCE, oid + asn1.encode(tag, value))


def name(*rdns: tuple[bytes, ...]) -> bytes:
    return asn1.encode(
        asn1.SEQUENCE, b"".join(asn1.encode(asn1.SET, b"".join(rdn)) for rdn in rdns)
    )


def with_field(index: int, value: bytes, der: bytes) -> bytes:
    """The certificate with another field ``index`` (0 the version) of its signed part."""
    fields = [node.encoded for node in asn1.parse(der).children()[0].children()]
    fields[index] = value
    tbs = asn1.encode(asn1.SEQUENCE, b"".join(fields))
    rest = b"".join(node.encoded for node in asn1.parse(der).children()[1:])
    return resigned(asn1.encode(asn1.SEQUENCE, tbs + rest), algorithm(ECDSA_SHA256), signed)


def with_subject(encoded: bytes) -> bytes:
    return with_field(5, encoded, client(SENDER, CA))


COUNTRY = attribute("C", asn1.PRINTABLE_STRING, b"DE")
CASES: dict[str, tuple[bytes, str]] = {
    "PrintableString with @": (
        with_subject(name((COUNTRY,), (attribute("CN", asn1.PRINTABLE_STRING, b"edi@a.example"),))),
        "CN=edi@a.example, C=DE",
    ),
    "PrintableString with an asterisk and an underscore": (
        with_subject(name((COUNTRY,), (attribute("CN", asn1.PRINTABLE_STRING, b"*.a_b.example"),))),
        "CN=*.a_b.example, C=DE",
    ),
    "bytes after the certificate": (client(SENDER, CA) + b"\0\0trailing", ""),
    "unsorted multi-valued RDN": (
        with_subject(
            name(
                (COUNTRY,),
                (
                    attribute("O", asn1.UTF8_STRING, b"Example"),
                    attribute("CN", asn1.UTF8_STRING, b"edi"),
                ),
            )
        ),
        "CN=edi+O=Example, C=DE",
    ),
    "T61String with umlauts": (
        with_subject(
            name(
                (COUNTRY,),
                (attribute("O", asn1.TELETEX_STRING, "Müller".encode("latin-1")),),
                (attribute("CN", asn1.PRINTABLE_STRING, b"edi"),),
            )
        ),
        "CN=edi, O=#14064DFC6C6C6572, C=DE",
    ),
    "ECDSA with NULL parameters": (
        resigned(client(SENDER, CA), algorithm(ECDSA_SHA256, b"\x05\0"), signed),
        "",
    ),
    "serial number 0": (with_field(1, b"\x02\x01\x00", client(SENDER, CA)), ""),
    "negative serial number": (with_field(1, b"\x02\x01\x80", client(SENDER, CA)), ""),
    "country of three letters": (
        with_subject(
            name((attribute("C", asn1.PRINTABLE_STRING, b"DEU"),), (
                attribute("CN", asn1.UTF8_STRING, b"edi"),))
        ),
        "CN=edi, C=DEU",
    ),
    "empty country": (
        with_subject(
            name((attribute("C", asn1.PRINTABLE_STRING, b""),), (
                attribute("CN", asn1.UTF8_STRING, b"edi"),))
        ),
        "CN=edi, C=",
    ),
}  # fmt: skip


@pytest.fixture
def check(tmp_path: Path, monkeypatch) -> Callable[..., iflint.report.report.Report]:  # type: ignore[name-defined]
    def run(der: bytes, subject: str):
        monkeypatch.chdir(tmp_path)
        pair = (subject or "CN=sender, O=Example, C=DE", "CN=CA, O=Example, C=DE")
        flow = Flow("Orders", "Orders", [Channel("HTTPS", "/orders", [pair])])
        write_tree(tmp_path / "flow", bundle(flow))
        (tmp_path / "sender.cer").write_bytes(der)
        (tmp_path / "ca.cer").write_bytes(intermediate(CA, ROOT))
        (tmp_path / "root.cer").write_bytes(root_of(ROOT))
        return iflint.check(
            "flow",
            certificates=("sender.cer", "ca.cer"),
            roots=("root.cer",),
            as_of=parse_as_of("2026-11-24"),
        )

    return run


@pytest.mark.parametrize("case", CASES)
def test_it_is_judged_like_any_other(case: str, check) -> None:
    der, subject = CASES[case]
    for data in (der, pem(der)):
        report = check(data, subject)
        assert report.findings == ()
        (entry,) = [entry for channel in report.channels for entry in channel.entries]
        assert entry.state == "joined"
        assert entry.certificates[0].chain.outcome == "trusted"


REFUSED = [*CASES][:6]


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_by_others(case: str) -> None:
    """What the list is for; the cases after these are read with a warning."""
    with pytest.raises(ValueError, match="pars"):
        _read_everything(x509.load_der_x509_certificate(CASES[case][0]))


def _read_everything(certificate: x509.Certificate) -> None:
    _ = certificate.subject, certificate.extensions, certificate.signature_hash_algorithm


@pytest.mark.skipif(shutil.which("keytool") is None, reason="no JDK is installed")
@pytest.mark.parametrize("case", CASES)
def test_java_accepts_it(case: str, tmp_path: Path) -> None:
    (tmp_path / "a.cer").write_bytes(CASES[case][0])
    run = subprocess.run(
        ["keytool", "-printcert", "-file", "a.cer"], cwd=tmp_path, capture_output=True, check=False
    )
    assert run.returncode == 0, run.stdout


def test_an_extension_that_cannot_be_read_is_noted_and_the_rest_is_used() -> None:
    der = client(SENDER, CA)
    fields = asn1.parse(der).children()[0].children()
    extensions = fields[-1].encoded
    eku = bytes.fromhex("0603551d25")
    at = extensions.index(eku) + len(eku) + 2
    damaged = extensions[:at] + b"\x31" + extensions[at + 1 :]
    content = read_certificate_file(with_field(len(fields) - 1, damaged, der), FileLocation("a"))
    (found,) = content.certificates
    assert found.certificate.unread == ("the extension extendedKeyUsage",)
    assert found.certificate.extended_key_usage is None
    (problem,) = content.problems
    assert "extendedKeyUsage" in problem.message
    assert hashlib.sha256(found.certificate.der).hexdigest() == found.certificate.sha256
