"""Whose key it is: by the public half alone, whatever the form of the key."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import PBES, serialize_key_and_certificates

from exports import Channel, Flow, bundle, dn, intermediate, issue, pem, root, write_tree
from iflint.commands.main import cli
from iflint.pki import der as asn1
from iflint.pki.certificates import parse_certificate
from iflint.pki.der import encode
from iflint.pki.key_pairs import half_of_certificate, half_of_key

TOP = root("pair-root", dn("CN=Root", "O=Example"), "2020-01-01", "2040-01-01")
CA = intermediate("pair-ca", dn("CN=CA", "O=Example"), TOP, "2020-01-01", "2035-01-01")
NAME = dn("CN=orders.example.com", "O=Example")
KEYS = {
    "RSA": rsa.generate_private_key(65537, 2048),
    "P-256": ec.generate_private_key(ec.SECP256R1()),
    "P-384": ec.generate_private_key(ec.SECP384R1()),
    "P-521": ec.generate_private_key(ec.SECP521R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate(),
    "Ed448": ed448.Ed448PrivateKey.generate(),
}
PLAIN = serialization.NoEncryption()
LOCKED = serialization.BestAvailableEncryption(b"geheim")
PKCS8, OLD = PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL


def certificate(kind: str):
    return issue(f"pair {kind}", NAME, CA, public_key=KEYS[kind].public_key())


def key_pem(kind: str, form=PKCS8, encryption=PLAIN) -> bytes:
    return KEYS[kind].private_bytes(Encoding.PEM, form, encryption)


def half(kind: str, form=PKCS8) -> bytes | None:
    return half_of_key(asn1.parse(KEYS[kind].private_bytes(Encoding.DER, form, PLAIN)))


@pytest.mark.parametrize("kind", KEYS)
def test_a_key_and_its_certificate_agree_and_no_others_do(kind: str) -> None:
    halves = {each: half_of_certificate(parse_certificate(certificate(each).der)) for each in KEYS}
    assert [each for each, found in halves.items() if found == half(kind)] == [kind]


@pytest.mark.parametrize("kind", ["RSA", "P-256", "P-384", "P-521"])
def test_the_older_forms_tell_the_same(kind: str) -> None:
    assert half(kind, OLD) == half(kind) is not None


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs OpenSSL")
@pytest.mark.parametrize("form", ["uncompressed", "compressed"])
@pytest.mark.parametrize("options", [[], ["-no_public"]], ids=["with", "without"])
def test_a_point_may_be_written_in_either_way_or_not_at_all(tmp_path, form, options) -> None:
    (tmp_path / "key.pem").write_bytes(key_pem("P-256"))
    command = ["openssl", "ec", "-in", "key.pem", "-conv_form", form, *options, "-outform", "DER"]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert half_of_key(asn1.parse(done.stdout)) == half("P-256")


def test_a_key_as_java_writes_it_tells_it_by_a_computation() -> None:
    numbers = KEYS["P-256"].private_numbers()
    scalar = numbers.private_value.to_bytes(32)
    inner = b"\x30\x25\x02\x01\x01\x04\x20" + scalar
    algorithm = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107")
    content = b"\x02\x01\x00" + algorithm + b"\x04\x27" + inner
    assert half_of_key(asn1.parse(b"\x30" + bytes([len(content)]) + content)) == half("P-256")


@pytest.mark.parametrize("size", range(0, 138, 3))
def test_a_damaged_key_hurts_nobody(size: int) -> None:
    whole = KEYS["P-256"].private_bytes(Encoding.DER, PKCS8, PLAIN)
    damaged = whole[:size] + bytes(len(whole) - size)
    try:
        node = asn1.parse(damaged)
    except asn1.DerError:
        return
    assert isinstance(half_of_key(node), bytes | None)


# What is said of a stranger's.


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "roots.pem").write_bytes(pem(TOP))
    (tmp_path / "iflint.toml").write_text('roots = ["roots.pem"]\n')
    (tmp_path / "ca.pem").write_bytes(pem(CA))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said_of_keys(*arguments: str) -> list[str]:
    given = ["check", ".", "--as-of", "2026-11-24", "--format", "json", *arguments]
    findings = json.loads(CliRunner().invoke(cli, given).stdout)["report"]["findings"]
    return [finding["message"] for finding in findings if finding["code"] == "IFL407"]


STRANGE = "It is not the key of CN=orders.example.com, O=Example, beside which it lies"


@pytest.mark.parametrize(
    ("files", "strange"),
    [
        ({"a.pem": pem(certificate("RSA")) + key_pem("RSA")}, False),
        ({"a.pem": pem(certificate("RSA")) + key_pem("P-256")}, True),
        ({"a.pem": pem(certificate("RSA")) + key_pem("P-256", OLD)}, True),
        ({"a.pem": pem(certificate("RSA")) + key_pem("P-256", PKCS8, LOCKED)}, False),
        ({"a.pem": pem(certificate("RSA")), "a.key": key_pem("P-256")}, True),
        ({"a.crt": certificate("RSA").der, "a.key": key_pem("P-256")}, True),
        ({"a.pem": pem(certificate("RSA")), "a.key": key_pem("RSA")}, False),
        ({"a.pem": pem(certificate("RSA")), "b.key": key_pem("P-256")}, False),
        ({"a.key": key_pem("P-256")}, False),
        ({"a.pem": pem(CA), "a.key": key_pem("P-256")}, False),
    ],
    ids=[
        *("own", "another's", "old form", "encrypted", "by name", "binary", "own by name"),
        *("elsewhere", "alone", "beside a CA"),
    ],
)
def test_a_strangers_key_is_named(folder: Path, files, strange) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (message,) = said_of_keys()
    assert (STRANGE in message) is strange


def test_whose_it_is_is_told_where_that_is_at_hand(folder: Path) -> None:
    other = dn("CN=other.example.com", "O=Example")
    owner = issue("pair owner", other, CA, public_key=KEYS["P-256"].public_key())
    (folder / "a.pem").write_bytes(pem(certificate("RSA")) + key_pem("P-256"))
    (folder / "other.cer").write_bytes(owner.der)
    assert said_of_keys()[0].endswith(f"{STRANGE}, but of CN=other.example.com, O=Example.")


def test_of_several_pairs_in_a_file_each_is_found(folder: Path) -> None:
    kinds = ("RSA", "P-256")
    content = b"".join(pem(certificate(kind)) for kind in kinds)
    content += b"".join(key_pem(kind) for kind in reversed(kinds))
    (folder / "a.pem").write_bytes(content)
    assert not any("not the key" in message for message in said_of_keys())


def test_a_strangers_key_proves_no_chain(folder: Path) -> None:
    own = certificate("RSA")
    (folder / "ca.pem").unlink()
    flow = bundle(Flow("Orders", "Orders", [Channel("HTTPS", "/orders", [own.pair])]))
    write_tree(folder / "flow", flow)
    severities = {}
    for kind in ("RSA", "P-256"):
        (folder / "a.pem").write_bytes(pem(own) + key_pem(kind))
        given = ["check", ".", "--as-of", "2026-11-24", "--format", "json"]
        findings = json.loads(CliRunner().invoke(cli, given).stdout)["report"]["findings"]
        severities[kind] = [f["severity"] for f in findings if f["code"] == "IFL202"]
    assert severities == {"RSA": ["error"], "P-256": ["warning"]}


@pytest.mark.parametrize(("kind", "verdict"), [("RSA", "works"), ("P-256", "uncertain")])
def test_chain_tells_of_a_strangers_key(folder: Path, kind: str, verdict: str) -> None:
    (folder / "a.pem").write_bytes(pem(certificate("RSA"), CA))
    (folder / "a.key").write_bytes(key_pem(kind))
    arguments = ["chain", "a.pem", "a.key", "--as-of", "2026-11-24"]
    text = " ".join(CliRunner().invoke(cli, arguments).stdout.split())
    assert f"{verdict}" in text
    assert ("the private key in a.key is not that of this certificate" in text) is (
        verdict == "uncertain"
    )


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs OpenSSL")
def test_sender_tells_of_a_strangers_key_and_makes_a_keystore_of_its_own(folder: Path) -> None:
    def complaint(kind: str) -> dict:
        (folder / "a file.pem").write_bytes(pem(certificate("RSA"), CA) + key_pem(kind))
        arguments = ["sender", "a file.pem", "--as-of", "2026-11-24", "--format", "json"]
        found = json.loads(CliRunner().invoke(cli, arguments).stdout)
        return found["points"][1]["complaints"][0]

    assert "can prove nothing" in complaint("P-256")["message"]
    (command,) = complaint("RSA")["commands"]
    done = subprocess.run(
        f"{command} -passout pass:changeit", shell=True, check=True, capture_output=True
    )
    assert done.returncode == 0
    given = ["sender", "new-sender.p12", "--as-of", "2026-11-24", "--format", "json"]
    result = CliRunner(env={"PW": "changeit"}).invoke(cli, [*given, "--keystore-password-env=PW"])
    (entry,) = json.loads(result.stdout)["entries"]
    assert entry["accepted"]


def test_an_expired_certificate_beside_the_chain_is_told_by_chain(folder: Path) -> None:
    far = root("pair-far", dn("CN=Far", "O=Example"), "2000-01-01", "2040-01-01")
    cross = intermediate(
        "pair-cross", TOP.name, far, "2010-01-01", "2025-01-01", key_label=TOP.key_label
    )
    (folder / "a.pem").write_bytes(pem(certificate("RSA"), CA, cross) + key_pem("RSA"))
    text = CliRunner().invoke(cli, ["chain", "a.pem", "--as-of", "2026-11-24"]).stdout
    said = " ".join(text.split())
    assert "CN=Root, O=Example is presented with it, which expired on 2025-01-01" in said
    assert "whether SAP's does is not known" in said


# In a keystore.


def keystore(key: str, of: str = "RSA", encryption=None) -> bytes:
    own, others = certificate(of).certificate, [CA.certificate]
    held = (own, others) if key == of else (None, [own, *others])
    encryption = encryption or BestAvailableEncryption(b"changeit")
    return serialize_key_and_certificates(b"client", KEYS[key], *held, encryption)


def sender_says(path: str, *environment: str) -> str:
    given = ["sender", path, "--as-of", "2026-11-24", "--format", "json", *environment]
    result = CliRunner(env={"PW": "changeit"}).invoke(cli, given)
    (entry,) = json.loads(result.stdout)["entries"]
    return json.dumps(entry, ensure_ascii=False)


PASSWORD = "--keystore-password-env=PW"
NOT_OWN = "he private key in a.p12 is not that of this certificate"


@pytest.mark.parametrize("encryption", [None, PLAIN], ids=["a password", "none"])
@pytest.mark.parametrize("key", ["RSA", "P-256"])
def test_the_key_of_a_keystores_entry_is_compared_by_all(folder, key, encryption) -> None:
    (folder / "a.p12").write_bytes(keystore(key, encryption=encryption))
    strange = key != "RSA"
    assert (NOT_OWN in sender_says("a.p12", PASSWORD)) is strange
    given = ["chain", "a.p12", "--as-of", "2026-11-24", PASSWORD]
    text = " ".join(CliRunner(env={"PW": "changeit"}).invoke(cli, given).stdout.split())
    assert (NOT_OWN in text) is strange


def test_one_that_is_given_is_reported_for_a_strangers_key_only(folder, monkeypatch) -> None:
    monkeypatch.setenv("PW", "changeit")
    (folder / "senders").mkdir()
    said = []
    for key in ("RSA", "P-256"):
        (folder / "senders" / "a.p12").write_bytes(keystore(key))
        said.append(said_of_keys("--certificates", "senders", PASSWORD))
    assert said[0] == []
    assert STRANGE in said[1][0]


def test_a_keystore_of_old_ciphers_is_compared_too(folder: Path) -> None:
    old = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(2000)
        .key_cert_algorithm(PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .build(b"changeit")
    )
    (folder / "a.p12").write_bytes(keystore("P-256", encryption=old))
    assert NOT_OWN in sender_says("a.p12", PASSWORD)


@pytest.mark.skipif(not shutil.which("keytool"), reason="needs the JDK's keytool")
def test_the_own_key_of_an_entry_that_java_made_is_no_strangers(folder: Path) -> None:
    command = "keytool -genkeypair -alias c -keyalg EC -dname CN=x -keystore a.p12 -storepass"
    subprocess.run([*command.split(), "changeit"], check=True, capture_output=True)
    assert NOT_OWN not in sender_says("a.p12", PASSWORD)


def test_keys_of_no_client_cost_nothing_and_warn_nobody(recwarn) -> None:
    """OpenSSL computes with numbers of any size that such a key names."""
    group = encode(0x30, encode(2, b"\x7f" + b"\xff" * 1000) + encode(2, b"\2"))
    diffie_hellman = bytes.fromhex("06092a864886f70d010301")
    key = encode(2, b"\0") + encode(0x30, diffie_hellman + group) + encode(4, encode(2, b"\5"))
    assert half_of_key(asn1.parse(encode(0x30, key))) is None
    assert not recwarn.list
