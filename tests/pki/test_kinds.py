"""What somebody gave for a certificate is named for what it is, by content alone.

Where a command converts it, that command is run as it is told, and what comes out is read.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from email.message import EmailMessage
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509 import ocsp
from hypothesis import given, settings
from hypothesis import strategies as st

from authorities import NOW, Party, client, intermediate, pem, root_of
from iflint.pki import der as asn1
from iflint.pki.files import FileContent, read_certificate_file, what_to_give
from iflint.places.location import FileLocation

ROOT, CA, SENDER = Party("Root"), Party("CA"), Party("sender")
CHAIN = (client(SENDER, CA), intermediate(CA, ROOT), root_of(ROOT))
LEAF = CHAIN[0]
TEXT = pem(LEAF).decode()
BASE64 = base64.b64encode(LEAF).decode()
FILE = FileLocation("from partner/it's.cer")
BOUNCY_CASTLE = Path(os.environ.get("BCPROV", "/usr/share/java/bcprov.jar"))
DER, PEM = serialization.Encoding.DER, serialization.Encoding.PEM


def read(data: bytes, file: FileLocation = FILE) -> FileContent:
    return read_certificate_file(data, file)


def certificate(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)


def key(form: serialization.PrivateFormat, encoding=PEM, secret: bytes = b"") -> bytes:
    how = serialization.BestAvailableEncryption(secret) if secret else serialization.NoEncryption()
    return SENDER.key.private_bytes(encoding, form, how)


def request(encoding: serialization.Encoding) -> bytes:
    builder = x509.CertificateSigningRequestBuilder().subject_name(SENDER.x509_name)
    return builder.sign(SENDER.key, hashes.SHA256()).public_bytes(encoding)


def revoked(encoding: serialization.Encoding) -> bytes:
    builder = x509.CertificateRevocationListBuilder().issuer_name(CA.x509_name)
    builder = builder.last_update(NOW).next_update(NOW.replace(year=2027))
    return builder.sign(CA.key, hashes.SHA256()).public_bytes(encoding)


def signature() -> bytes:
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.NoCerts]
    builder = pkcs7.PKCS7SignatureBuilder().set_data(b"signed")
    builder = builder.add_signer(certificate(LEAF), SENDER.key, hashes.SHA256())
    return builder.sign(DER, options)


def mail(*attached: tuple[bytes, str], text: str = "Hello,\n", how: str = "7bit") -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"] = "Our certificate", "edi@partner.example"
    message.set_content(text, cte=how)
    for data, name in attached:
        message.add_attachment(data, maintype="application", subtype="x", filename=name)
    return message.as_bytes()


@pytest.mark.parametrize(
    "data",
    [
        TEXT.replace("\n", " "),
        TEXT.replace("\n", ""),
        TEXT.replace("\n", "\\n"),
        TEXT.replace("\n", "\\r\\n"),
        TEXT.replace("\n", "<br>\n"),
        "<html><body><p>" + TEXT.replace("\n", "<br/>") + "</p></body></html>",
        TEXT.replace("\n", "&nbsp;"),
        "> " + TEXT.replace("\n", "\n> "),
        TEXT.replace("-----", "—–"),
        TEXT.replace("-----", "----"),
        f'"{TEXT}"',
        f"Certificate:\n{BASE64}\nBest regards\nthe partner",
        f'<KeyInfo xmlns:ds="a"><ds:X509Certificate>\n  {BASE64}\n</ds:X509Certificate></KeyInfo>',
        json.dumps({"keys": [{"kty": "RSA", "x5c": [BASE64]}]}),
        LEAF.hex(),
        LEAF.hex(":").upper(),
        mail((LEAF, "partner.cer")),
        mail((TEXT.encode(), "partner.pem")),
        mail(text=TEXT, how="quoted-printable"),
        mail(text=TEXT, how="base64"),
        mail((pkcs7.serialize_certificates([certificate(LEAF)], DER), "partner.p7b")),
    ],
    ids=range(21),
)  # fmt: skip
def test_a_certificate_is_read_as_people_send_it(data: str | bytes) -> None:
    content = read(data if isinstance(data, bytes) else data.encode())
    assert [one.certificate.der for one in content.certificates] == [LEAF]
    assert content.problems == ()


def test_several_in_one_text_are_all_read() -> None:
    text = "\n".join(base64.b64encode(der).decode() for der in CHAIN)
    content = read(f"ours, then those of the CA:\n{text}".encode())
    assert [one.certificate.der for one in content.certificates] == list(CHAIN)


def test_what_a_key_stands_for_in_base64_is_never_shown() -> None:
    secret = base64.b64encode(key(serialization.PrivateFormat.PKCS8, DER)).decode()
    content = read(f"our key:\n{secret}\n".encode())
    assert content.other == ("private key",)
    assert secret[:40] not in repr(content)


OCSP_REFUSED = ocsp.OCSPResponseBuilder.build_unsuccessful(
    ocsp.OCSPResponseStatus.UNAUTHORIZED
).public_bytes(DER)
TRADITIONAL = serialization.PrivateFormat.TraditionalOpenSSL
PKCS8 = serialization.PrivateFormat.PKCS8


@pytest.mark.parametrize(
    ("data", "kind", "remedy"),
    [
        (key(TRADITIONAL), "private key", "certificate that belongs to it"),
        (key(PKCS8, DER), "private key", "certificate that belongs to it"),
        (key(PKCS8, PEM, b"s"), "encrypted private key", "certificate that belongs to it"),
        (key(PKCS8, DER, b"s"), "encrypted private key", "certificate that belongs to it"),
        (request(PEM), "certificate request", "give the certificate that comes back"),
        (request(DER), "certificate request", "give the certificate that comes back"),
        (revoked(PEM), "certificate revocation list", "Give the certificate itself"),
        (revoked(DER), "certificate revocation list", "Give the certificate itself"),
        (OCSP_REFUSED, "OCSP response", "Give the certificate itself"),
        (signature(), "signature without certificates", "Ask who signed"),
        (b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQEN\n-----END PGP PUBLIC KEY BLOCK-----\n",
         "OpenPGP key", "Ask for an X.509 certificate"),
        (b"-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n",
         "OpenPGP message or signature", "Ask for an X.509 certificate"),
    ],
    ids=range(12),
)  # fmt: skip
def test_what_lies_beside_certificates_is_told_with_what_to_give(
    data: bytes, kind: str, remedy: str
) -> None:
    content = read(data)
    assert (content.other, content.certificates, content.problems) == ((kind,), (), ())
    assert remedy in what_to_give(content.other, FILE)


OF_BOUNCY_CASTLE = b"\0\0\0\2\0\0\0\x14" + bytes(20) + b"\0\0\4\x11"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\n<!DOCTYPE html>\n<html><title>502 Bad Gateway</title></html>", "an HTML page"),
        ("<html>ü</html>".encode("utf-16"), "an HTML page"),
        (b"[InternetShortcut]\r\nURL=https://partner.example/ca.cer\r\n", "a shortcut to a web"),
        (b"L\0\0\0\x01\x14\x02\0" + bytes(40), "a shortcut of Windows"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "an Outlook message or old Office"),
        (b"{\\rtf1\\ansi no certificate}", "an RTF document"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"PK\x03\x04rest", "a zip archive"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "a packed file"),
        (b"\x1f\x8b\x08\0", "a packed file"),
        (b"\0\0\0\0CERT", "a certificate store of Windows (SST)"),
        (b"\x99\x01\x0d\x04" + bytes(50), "an OpenPGP key"),
        (b"\xc6\x33\x04" + bytes(50), "an OpenPGP key"),
        (b"ssh-ed25519 AAAAC3NzaC1lZDI1 x@example", "a public key of SSH"),
        (b"ssh-rsa-cert-v01@openssh.com AAAAHHNzaC1yc2E", "a certificate of SSH"),
        (b"---- BEGIN SSH2 PUBLIC KEY ----\nAAAA", "a public key of SSH"),
        (b"PuTTY-User-Key-File-3: ssh-rsa\n", "a PuTTY private key"),
        (OF_BOUNCY_CASTLE + b"\1\0\2ca" + bytes(90), "a keystore of Bouncy Castle (BKS)"),
        (OF_BOUNCY_CASTLE + b"\0" + bytes(20), "a keystore of Bouncy Castle (BKS)"),
        (OF_BOUNCY_CASTLE + b"\x91\x05\xc4" * 40, "a keystore of Bouncy Castle (UBER)"),
        (mail((b"PK\x03\x04", "partner.zip")), "an e-mail"),
    ],
    ids=range(22),
)  # fmt: skip
def test_what_is_no_certificate_is_named(data: bytes, what: str) -> None:
    content = read(data)
    (problem,) = content.problems
    assert problem.message.startswith(f"it is {what}")
    assert problem.message.endswith(", not a certificate")
    assert problem.remedy
    assert content.certificates == ()


def test_an_encrypted_message_is_named() -> None:
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(b"secret").add_recipient(recipient())
    content = read(builder.encrypt(DER, []))
    assert content.other == ("encrypted message (S/MIME)",)
    assert "unencrypted" in what_to_give(content.other, FILE)


def recipient() -> x509.Certificate:
    from cryptography.hazmat.primitives.asymmetric import rsa

    private = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "us")])
    builder = x509.CertificateBuilder(name, name, private.public_key(), 1, NOW, NOW)
    return builder.sign(private, hashes.SHA256())


@pytest.mark.skipif(shutil.which("keytool") is None, reason="no JDK is installed")
@pytest.mark.skipif(not BOUNCY_CASTLE.exists(), reason="Bouncy Castle is not installed (BCPROV)")
@pytest.mark.parametrize("kind", ["BKS", "UBER", "BCFKS"])
def test_the_command_for_a_keystore_of_bouncy_castle_works(kind: str, tmp_path: Path) -> None:
    shutil.copy(BOUNCY_CASTLE, tmp_path / "bcprov.jar")
    name = "partner's store.bin"
    made = ["keytool", "-genkeypair", "-alias", "edi", "-keyalg", "EC", "-dname", "CN=sender",
            "-keystore", name, "-storetype", kind, "-providerpath", "bcprov.jar",
            "-providerclass", "org.bouncycastle.jce.provider.BouncyCastleProvider",
            "-storepass", "changeit", "-keypass", "changeit"]  # fmt: skip
    subprocess.run(made, cwd=tmp_path, check=True, capture_output=True)
    (problem,) = read((tmp_path / name).read_bytes(), FileLocation(name)).problems
    assert f"Bouncy Castle ({kind})" in problem.message
    command = problem.remedy.removeprefix("Convert it: ")
    passwords = "-srcstorepass changeit -deststorepass changeit"
    subprocess.run(
        f"{command} {passwords}", shell=True, cwd=tmp_path, check=True, capture_output=True
    )
    from iflint.pki.passwords import Password

    data = (tmp_path / f"{name}.p12").read_bytes()
    content = read_certificate_file(data, FILE, [Password("P", "changeit")])
    assert [one.certificate.subject.text for one in content.certificates] == ["CN=sender"]


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="OpenSSH is not installed")
def test_what_openssh_makes_is_named(tmp_path: Path) -> None:
    run = {"cwd": tmp_path, "check": True, "capture_output": True}
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "ca"], **run)
    subprocess.run(["ssh-keygen", "-q", "-s", "ca", "-I", "edi", "-n", "edi", "ca.pub"], **run)
    named = [read((tmp_path / each).read_bytes()) for each in ("ca", "ca.pub", "ca-cert.pub")]
    assert named[0].other == ("private key",)
    assert "a public key of SSH" in named[1].problems[0].message
    assert "a certificate of SSH" in named[2].problems[0].message


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_what_openssl_makes_is_named(tmp_path: Path) -> None:
    def made(*command: str) -> bytes:
        subprocess.run(["openssl", *command], cwd=tmp_path, check=True, capture_output=True)
        return (tmp_path / "out").read_bytes()

    (tmp_path / "key.pem").write_bytes(key(PKCS8))
    (tmp_path / "crl.pem").write_bytes(revoked(PEM))
    encrypted = ["pkcs8", "-topk8", "-in", "key.pem", "-passout", "pass:s", "-out", "out"]
    assert read(made(*encrypted)).other == ("encrypted private key",)
    asked = ["req", "-new", "-key", "key.pem", "-subj", "/CN=a", "-out", "out"]
    assert read(made(*asked, "-outform", "DER")).other == ("certificate request",)
    without = ["crl2pkcs7", "-in", "crl.pem", "-out", "out"]
    assert read(made(*without)).other == ("certificate revocation list",)
    (problem,) = read(made("crl2pkcs7", "-nocrl", "-out", "out")).problems
    assert "PKCS#7 structure without any certificate" in problem.message


SOURCES = [
    mail((LEAF, "a")), mail((TEXT.encode(), "a")), LEAF.hex().encode(), BASE64.encode(),
    json.dumps({"x5c": [BASE64]}).encode(), TEXT.replace("\n", "<br>").encode(), signature(),
    OCSP_REFUSED, OF_BOUNCY_CASTLE + b"\1\0\2ca", b"\x99\x01\x0d\x04", b"L\0\0\0\x01\x14\x02\0",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damage_never_crashes(data: st.DataObject) -> None:
    source = bytearray(data.draw(st.sampled_from(SOURCES)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(len(source) - 1, 0)))
        source[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    content = read(bytes(source))
    assert content != FileContent()
    assert all(what_to_give([kind], FILE) for kind in content.other)


def test_a_path_of_certificates_is_read() -> None:
    path = asn1.encode(asn1.SEQUENCE, b"".join(reversed(CHAIN)))
    assert {one.certificate.der for one in read(path).certificates} == set(CHAIN)
