"""What is read of PKCS#12 and Java keystores, whichever program made them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.decrepit.ciphers.algorithms import RC2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12
from hypothesis import given, settings
from hypothesis import strategies as st

from authorities import Party, client, intermediate, pem
from exports import dn, java_keystore
from exports import issue as issue_for_fixtures
from iflint.pki import der as asn1
from iflint.pki.files import FileContent, read_certificate_file
from iflint.pki.keystores import rc2
from iflint.pki.passwords import Password
from iflint.places.location import FileLocation

FILE = FileLocation("certificates/partner.p12")
ROOT, UPPER, CA, SENDER = Party("Root"), Party("Upper"), Party("CA"), Party("sender")
LEAF = client(SENDER, CA)
CAS = (intermediate(CA, UPPER), intermediate(UPPER, ROOT))
OTHER = client(Party("stranger"), Party("Stranger CA"))
SECRET = "geheim-€-pässwort"


def read(data: bytes, *passwords: str | None) -> FileContent:
    tried = [Password(f"PASSWORD_{n}", value) for n, value in enumerate(passwords)]
    return read_certificate_file(data, FILE, tried)


def ders(content: FileContent) -> list[bytes]:
    return [found.certificate.der for found in content.certificates]


def presented(content: FileContent) -> dict[str, list[bytes]]:
    """What each key entry presents, by alias."""
    return {
        found.entry.alias: [certificate.der for certificate in found.entry.presented]
        for found in content.certificates
        if found.entry is not None
    }


def protected(scheme: pkcs12.PBES | None = None, digest: hashes.HashAlgorithm | None = None):
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(1000)
    if scheme is not None:
        builder = builder.key_cert_algorithm(scheme)
    if digest is not None:
        builder = builder.hmac_hash(digest)
    return builder.build(SECRET.encode())


def keystore(encryption=None, cas=CAS, extra=()) -> bytes:
    others = [x509.load_der_x509_certificate(der) for der in (*cas, *extra)]
    return pkcs12.serialize_key_and_certificates(
        b"edi",
        SENDER.key,
        x509.load_der_x509_certificate(LEAF),
        others,
        encryption or protected(),
    )


@pytest.mark.parametrize(
    "encryption",
    [
        protected(),
        protected(pkcs12.PBES.PBESv2SHA256AndAES256CBC, hashes.SHA512()),
        protected(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC),
        serialization.NoEncryption(),
    ],
    ids=["default", "aes", "3des", "none"],
)
def test_a_key_entry_presents_its_chain(encryption) -> None:
    content = read(keystore(encryption, extra=(OTHER,)), "wrong", SECRET)
    assert content.problems == ()
    assert sorted(ders(content)) == sorted((LEAF, *CAS, OTHER))
    assert presented(content) == {"edi": [LEAF, *CAS]}
    (key,) = content.keys
    assert key.keystore
    assert key.encrypted == (not isinstance(encryption, serialization.NoEncryption))
    assert key.location.region is None


def test_a_line_end_after_the_password_does_not_matter() -> None:
    assert presented(read(keystore(), f"{SECRET}\r\n")) == {"edi": [LEAF, *CAS]}


def in_pieces(node: asn1.Node) -> bytes:
    """The value in BER: indefinite lengths, and strings of octets in pieces."""
    if node.constructed:
        inside = b"".join(map(in_pieces, node.children()))
        return bytes((node.tag, 0x80)) + inside + b"\0\0"
    if node.tag not in (asn1.OCTET_STRING, 0x80) or len(node.content) < 64:
        return node.encoded
    half = len(node.content) // 2
    pieces = (node.content[:half], node.content[half:])
    inside = b"".join(asn1.encode(asn1.OCTET_STRING, piece) for piece in pieces)
    return bytes((node.tag | 0x20, 0x80)) + inside + b"\0\0"


def test_a_keystore_in_ber() -> None:
    content = read(in_pieces(asn1.parse(keystore())), SECRET)
    assert content.problems == ()
    assert presented(content) == {"edi": [LEAF, *CAS]}


def test_the_order_within_the_file_does_not_matter() -> None:
    content = read(keystore(cas=CAS[::-1]), SECRET)
    assert presented(content) == {"edi": [LEAF, *CAS]}


@pytest.mark.parametrize(
    ("passwords", "message"),
    [
        ((), "neither an empty password nor none opens it"),
        (("wrong",), "the password in the environment variable PASSWORD_0 is wrong"),
        ((None,), "the environment variable PASSWORD_0 is not set"),
        ((None, "wrong"), "the password in the environment variable PASSWORD_1 is wrong"),
        (("changeit", "geheim"), "PASSWORD_0 or the environment variable PASSWORD_1 is wrong"),
    ],
)
def test_what_a_closed_keystore_needs_is_said_once(passwords, message) -> None:
    content = read(keystore(), *passwords)
    (problem,) = content.problems
    assert message in problem.message
    assert "--keystore-password-env" in problem.remedy
    for secret in ("geheim", "changeit"):
        assert secret not in problem.message + problem.remedy
    assert [key.encrypted for key in content.keys] == [True]


def test_changeit_is_not_tried_in_silence() -> None:
    encryption = serialization.BestAvailableEncryption(b"changeit")
    assert read(keystore(encryption)).certificates == ()


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda data: pem(data, "PKCS12"),
        lambda data: pem(data, "CERTIFICATE"),
        lambda data: b"".join(pem(data).splitlines()[1:-1]),
    ],
    ids=["pem", "wrong armour", "bare base64"],
)
def test_a_keystore_in_text(wrapped) -> None:
    assert presented(read(wrapped(keystore()), SECRET)) == {"edi": [LEAF, *CAS]}


def test_a_keystore_without_certificates_says_so() -> None:
    data = pkcs12.serialize_key_and_certificates(
        b"edi", SENDER.key, None, None, serialization.NoEncryption()
    )
    content = read(data)
    assert content.other == ("a PKCS#12 keystore without certificates",)
    assert [key.encrypted for key in content.keys] == [False]


def test_certificates_alone_are_no_key_entry() -> None:
    certificates = [
        pkcs12.PKCS12Certificate(x509.load_der_x509_certificate(der), b"alias")
        for der in (LEAF, *CAS)
    ]
    data = pkcs12.serialize_java_truststore(certificates, protected())
    content = read(data, SECRET)
    assert ders(content) == [LEAF, *CAS]
    assert presented(content) == {}
    assert content.keys == ()


def java_parties():
    ca = issue_for_fixtures("test ca", dn("CN=CA", "C=DE"), None, ca=True, usages=None)
    return issue_for_fixtures("test leaf", dn("CN=leaf", "C=DE"), ca), ca


def test_a_jks_needs_no_password() -> None:
    leaf, ca = java_parties()
    content = read(java_keystore({"edi": [leaf, ca]}, {"ca": ca}))
    assert content.problems == ()
    assert ders(content) == [leaf.der, ca.der, ca.der]
    assert presented(content) == {"edi": [leaf.der, ca.der]}
    assert [(key.kind, key.encrypted) for key in content.keys] == [("Java keystore (JKS)", True)]


def test_certificates_of_another_alias_are_not_presented() -> None:
    leaf, ca = java_parties()
    content = read(java_keystore({"edi": [leaf]}, {"ca": ca}))
    assert presented(content) == {"edi": [leaf.der]}


def test_of_a_damaged_jks_what_stands_before_the_damage_is_used() -> None:
    leaf, ca = java_parties()
    whole = java_keystore({"a": [leaf, ca], "b": [leaf, ca]})
    content = read(whole[: len(whole) // 2 + 40])
    assert presented(content) == {"a": [leaf.der, ca.der]}
    (problem,) = content.problems
    assert "cut off or damaged" in problem.message


def test_a_jks_that_is_cut_off_within_a_chain_still_gives_the_client_certificate() -> None:
    leaf, ca = java_parties()
    whole = java_keystore({"edi": [leaf, ca]})
    content = read(whole[: whole.index(ca.der) + 40])
    assert presented(content) == {"edi": [leaf.der]}
    (problem,) = content.problems
    assert "cut off or damaged" in problem.message


def test_one_bad_certificate_of_a_jks_costs_only_itself() -> None:
    leaf, ca = java_parties()
    whole = java_keystore({"edi": [leaf, ca]})
    at = whole.index(ca.der)
    content = read(whole[: at + 8] + b"\xff" * 30 + whole[at + 38 :])
    assert presented(content) == {"edi": [leaf.der]}
    (problem,) = content.problems
    assert "certificate 1 after the first of its entry “edi”" in problem.message


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damage_never_crashes(data) -> None:
    leaf, ca = java_parties()
    whole = data.draw(
        st.sampled_from([java_keystore({"edi": [leaf, ca]}, {"ca": ca}), PLAIN, ENCRYPTED])
    )
    damaged = bytearray(whole[: data.draw(st.integers(8, len(whole)))])
    for _ in range(data.draw(st.integers(0, 4))):
        damaged[data.draw(st.integers(4, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    content = read(bytes(damaged), SECRET)
    assert content.certificates or content.problems or content.other


PLAIN = keystore(serialization.NoEncryption())
ENCRYPTED = keystore()


def test_hashing_that_takes_forever_is_refused() -> None:
    at = ENCRYPTED.index(b"\x02\x02\x03\xe8")  # the count of 1000 of the certificates' key
    node = asn1.parse(ENCRYPTED)
    assert node.end == len(ENCRYPTED)
    hostile = ENCRYPTED[:at] + b"\x02\x02\x7f\xff" + ENCRYPTED[at + 4 :]
    content = read(hostile, *["wrong"] * 400)
    assert any("more computing" in problem.message for problem in content.problems)


@pytest.mark.parametrize(
    ("key", "plain", "encrypted"),
    [
        ("ffffffffffffffff", "ffffffffffffffff", "278b27e42e2f0d49"),
        ("3000000000000000", "1000000000000001", "30649edf9be7d2c2"),
        ("88bca90e90875a7f0f79c384627bafb2", "0000000000000000", "2269552ab0f85ca6"),
    ],
)
def test_rc2_as_its_rfc_shows_it(key, plain, encrypted) -> None:
    decrypted = rc2.decrypt(bytes.fromhex(key), bytes(8), bytes.fromhex(encrypted))
    assert decrypted.hex() == plain


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=8, max_size=8), st.binary())
def test_rc2_undoes_what_openssl_did(key, vector, data) -> None:
    padded = data + bytes(-len(data) % 8)
    encryptor = Cipher(RC2(key), modes.CBC(vector)).encryptor()
    encrypted = encryptor.update(padded) + encryptor.finalize()
    assert rc2.decrypt(key, vector, encrypted) == padded


openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
keytool = pytest.mark.skipif(shutil.which("keytool") is None, reason="no JDK is installed")


def run(*arguments: str, cwd: Path) -> None:
    environment = {**os.environ, "PASSWORD": SECRET, "EMPTY": ""}
    made = subprocess.run(arguments, cwd=cwd, env=environment, capture_output=True, check=False)
    if made.returncode and b"unsupported" in made.stderr:
        pytest.skip("this OpenSSL has no old algorithms")
    assert made.returncode == 0, made.stderr


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    (tmp_path / "key.pem").write_bytes(
        SENDER.key.private_bytes(
            serialization.Encoding.PEM, PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    (tmp_path / "leaf.pem").write_bytes(pem(LEAF))
    (tmp_path / "cas.pem").write_bytes(b"".join(map(pem, CAS)))
    return tmp_path


@openssl
@pytest.mark.parametrize(
    ("options", "encrypted"),
    [
        ("-passout env:PASSWORD", True),
        ("-passout env:PASSWORD -legacy", True),
        ("-passout env:PASSWORD -nomac -certpbe AES-128-CBC", True),
        ("-passout env:PASSWORD -certpbe PBE-SHA1-2DES -legacy", True),
        ("-passout env:PASSWORD -certpbe PBE-SHA1-RC2-128 -legacy", True),
        ("-passout env:PASSWORD -certpbe NONE", True),
        ("-passout env:EMPTY", False),
        ("-passout env:EMPTY -legacy", False),
        ("-passout env:EMPTY -certpbe NONE -keypbe NONE", False),
    ],
)
def test_keystores_that_openssl_makes(parts: Path, options: str, encrypted: bool) -> None:
    made = "openssl pkcs12 -export -inkey key.pem -in leaf.pem -certfile cas.pem -name edi"
    run(*made.split(), "-out", "made.p12", *options.split(), cwd=parts)
    content = read((parts / "made.p12").read_bytes(), *([SECRET] if encrypted else []))
    assert content.problems == ()
    assert presented(content) == {"edi": [LEAF, *CAS]}
    assert [key.encrypted for key in content.keys] == [encrypted]


@keytool
@pytest.mark.parametrize(
    ("kind", "said"),
    [("JKS", "Java keystore (JKS)"), ("JCEKS", "Java keystore (JCEKS)"), ("PKCS12", "PKCS#12")],
)
def test_keystores_that_keytool_makes(parts: Path, kind: str, said: str) -> None:
    (parts / "from.p12").write_bytes(keystore(serialization.BestAvailableEncryption(b"changeit")))
    (parts / "other.pem").write_bytes(pem(OTHER))
    store = ("-keystore", "made.jks", "-storetype", kind, "-storepass", "changeit", "-noprompt")
    source = ("-srckeystore", "from.p12", "-srcstorepass", "changeit")
    target = ("-destkeystore", "made.jks", "-deststoretype", kind, "-deststorepass", "changeit")
    run("keytool", "-importkeystore", *source, *target, "-noprompt", cwd=parts)
    if kind != "JKS":
        run("keytool", "-genseckey", "-alias", "s", "-keyalg", "AES", "-keysize", "256", *store,
            cwd=parts)  # fmt: skip
    run("keytool", "-importcert", "-alias", "other", "-file", "other.pem", *store, cwd=parts)
    content = read((parts / "made.jks").read_bytes(), *(["changeit"] if kind == "PKCS12" else []))
    assert content.problems == ()
    assert presented(content) == {"edi": [LEAF, *CAS]}
    assert sorted(ders(content)) == sorted((LEAF, *CAS, OTHER))
    assert said in content.keys[0].kind
