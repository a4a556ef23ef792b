"""The advice of `iflint sender` can be followed: its commands are run as they are printed."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from exports import (
    SERVER_AUTH,
    Channel,
    Flow,
    bundle,
    dn,
    intermediate,
    issue,
    java_keystore,
    pem,
    root,
    write_tree,
)
from iflint.commands.main import cli

TOP = root("advice-root", dn("CN=Root", "O=Example"), "2020-01-01", "2040-01-01")
CA = intermediate("advice-ca", dn("CN=CA", "O=Example"), TOP, "2020-01-01", "2035-01-01")
NAME = dn("CN=orders.example.com", "O=Example")
KEY = ec.generate_private_key(ec.SECP256R1())
SIGNED = issue("advice-signed", NAME, CA, public_key=KEY.public_key())
LB_TOP = root("advice-lb", dn("CN=Load Root", "O=Example"), "2020-01-01", "2040-01-01")
HOST = dn("CN=*.it-cpi001-rt.cfapps.eu10.hana.ondemand.com", "O=Example")
SERVER = issue("advice-server", HOST, LB_TOP, usages=[SERVER_AUTH])
PASSWORD = "changeit"
keytool = pytest.mark.skipif(not shutil.which("keytool"), reason="needs the JDK's keytool")
openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="needs OpenSSL")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "roots.pem").write_bytes(pem(TOP))
    (tmp_path / "iflint.toml").write_text('roots = ["roots.pem"]\n')
    (tmp_path / "key.pem").write_bytes(
        KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    channel = Channel("HTTPS", "/orders", [SIGNED.pair])
    write_tree(tmp_path / "flow", bundle(Flow("Orders", "Orders", [channel])))
    monkeypatch.setenv("PW", PASSWORD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answer(keystore: str, *arguments: str) -> dict:
    given = [keystore, "flow", *arguments, "--as-of", "2026-11-24", "--keystore-password-env", "PW"]
    result = CliRunner().invoke(cli, ["sender", *given, "--format", "json"])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def points(found: dict) -> dict[str, dict]:
    (entry,) = found["entries"]
    return {point["name"]: point for point in (*found["points"], *entry["points"])}


def shell(command: str, answers: str = PASSWORD) -> None:
    """Run a printed command; the password is asked for, and a question answered with yes."""
    subprocess.run(
        command, shell=True, check=True, capture_output=True, input=f"{answers}\nyes\n".encode()
    )


def tool(*arguments: str) -> None:
    subprocess.run(["keytool", *arguments, "-storepass", PASSWORD], check=True, capture_output=True)


def make_keystore(path: str, store: str, name: str = "CN=orders.example.com, O=Example") -> bytes:
    """A keystore with a new key under the alias ``client``; its certificate request."""
    tool(
        *("-genkeypair", "-alias", "client", "-keyalg", "EC", "-groupname", "secp256r1"),
        *("-dname", name, "-validity", "3650", "-keystore", path, "-storetype", store),
    )
    tool("-certreq", "-alias", "client", "-file", "request.pem", "-keystore", path)
    return Path("request.pem").read_bytes()


def take_in(path: str, **certificates) -> None:
    for alias, identity in certificates.items():
        Path("one.pem").write_bytes(pem(identity))
        named = ("-alias", alias, "-file", "one.pem", "-keystore", path)
        tool("-importcert", "-noprompt", *named)


def signed_for(request: bytes, name=NAME, **options):
    from cryptography.x509 import load_pem_x509_csr

    key = load_pem_x509_csr(request).public_key()
    return issue("advice-reply", name, CA, public_key=key, **options)


@keytool
@pytest.mark.parametrize("store", ["JKS", "PKCS12", "JCEKS"])
def test_a_reply_under_another_alias_is_imported_under_the_keys(folder: Path, store: str) -> None:
    reply = signed_for(make_keystore("client store", store))
    take_in("client store", signed=reply, above=CA, top=TOP, lb=LB_TOP)
    found = points(answer("client store"))
    (complaint,) = found["chain"]["complaints"]
    assert "the self-signed certificate that it was made with" in complaint["message"]
    assert "under the alias “signed”" in complaint["message"]
    assert found["channels"]["state"] == "holds"
    for command in complaint["commands"]:
        shell(command)
    found = points(answer("client store"))
    assert {name for name, point in found.items() if point["state"] != "holds"} == {
        "load-balancer-root"
    }
    assert found["channels"]["facts"] == ["it can call 1 channel by a row"]


@keytool
@pytest.mark.parametrize("form", ["pem", "der", "bundle"])
def test_a_reply_in_a_file_is_imported_from_there(folder: Path, form: str) -> None:
    reply = signed_for(make_keystore("client.p12", "PKCS12"))
    for name, identity in (("signed", reply), ("above", CA)):
        content = identity.der if form == "der" else pem(identity)
        (folder / "flow" / f"{name}.cer").write_bytes(content)
    if form == "bundle":
        (folder / "flow" / "above.cer").unlink()
        (folder / "flow" / "signed.cer").write_bytes(pem(LB_TOP, TOP, CA, reply, SERVER))
    (complaint,) = points(answer("client.p12"))["chain"]["complaints"]
    assert "lies in flow/signed.cer" in complaint["message"]
    for command in complaint["commands"]:
        shell(command)
    assert points(answer("client.p12"))["chain"]["state"] == "holds"


def test_a_renewed_certificate_of_the_same_key_is_a_reply_too(folder: Path) -> None:
    old = issue("advice-old", NAME, CA, "2024-01-01", "2025-01-01", key_label="advice-same")
    new = issue("advice-new", NAME, CA, key_label="advice-same")
    (folder / "client.jks").write_bytes(java_keystore({"client": [old, CA]}, {"new": new}))
    found = points(answer("client.jks"))
    (complaint,) = found["chain"]["complaints"]
    assert "a certificate that expired on 2025-01-01" in complaint["message"]
    assert found["validity"]["state"] == "holds"


@pytest.mark.parametrize(
    ("beside", "roots"),
    [
        ({"signed": issue("advice-other", NAME, CA)}, TOP),
        ({"signed": issue("advice-ended", NAME, CA, last="2026-06-01", key_label="own")}, TOP),
        ({"signed": issue("advice-fine", NAME, CA, key_label="own")}, None),
    ],
    ids=["another key", "expired itself", "the self-signed one is on the list"],
)
def test_what_is_no_reply_is_not_advised(folder: Path, beside, roots) -> None:
    own = issue("own", NAME, None)
    (folder / "roots.pem").write_bytes(pem(roots or own))
    (folder / "client.jks").write_bytes(java_keystore({"client": [own]}, beside))
    said = json.dumps(points(answer("client.jks"))["chain"], ensure_ascii=False)
    assert "still holds" not in said


# An expired certificate among those that are presented.


OTHER = root("advice-far", dn("CN=Far Root", "O=Example"), "2000-01-01", "2040-01-01")
CROSS = intermediate(
    "advice-cross", TOP.name, OTHER, "2010-01-01", "2025-01-01", key_label=TOP.key_label
)


@keytool
@pytest.mark.parametrize("store", ["JKS", "PKCS12"])
def test_an_expired_certificate_that_is_presented_is_to_be_removed(folder, store) -> None:
    reply = signed_for(make_keystore("client store", store))
    (folder / "reply.pem").write_bytes(pem(reply, CA, CROSS))
    shell("keytool -importcert -alias client -file reply.pem -keystore 'client store'")
    chain = points(answer("client store"))["chain"]
    (complaint,) = chain["complaints"]
    assert chain["state"] == "warning"
    assert "also presents CN=Root, O=Example, which expired on 2025-01-01" in complaint["message"]
    write, read = complaint["commands"]
    shell(write)
    blocks = Path("key-entry-chain.pem").read_text().split("-----BEGIN CERTIFICATE-----")
    Path("key-entry-chain.pem").write_text("-----BEGIN CERTIFICATE-----".join(blocks[:-1]))
    shell(read)
    assert points(answer("client store"))["chain"]["complaints"] == []


def test_one_that_the_chain_needs_is_told_as_a_broken_chain_only(folder: Path) -> None:
    ended = intermediate("advice-ca", CA.name, TOP, "2020-01-01", "2025-01-01")
    client = issue("advice-client", NAME, CA)
    (folder / "client.jks").write_bytes(java_keystore({"client": [client, ended]}))
    codes = [each["code"] for each in points(answer("client.jks"))["chain"]["complaints"]]
    assert codes == ["IFL204"]


# What the sender trusts, in whatever format.


@pytest.fixture
def complete(folder: Path) -> Path:
    """A keystore that holds its chain, and the Connectivity Test's download."""
    import zipfile

    encryption = BestAvailableEncryption(PASSWORD.encode())
    others = [CA.certificate]
    data = serialize_key_and_certificates(b"client", KEY, SIGNED.certificate, others, encryption)
    (folder / "client.p12").write_bytes(data)
    with zipfile.ZipFile(folder / "download.zip", "w") as archive:
        archive.writestr("server.cer", SERVER.der)
        archive.writestr("load root.cer", LB_TOP.der)
    (folder / "load root.cer").write_bytes(LB_TOP.der)
    return folder


def load_balancer(store: str) -> dict:
    given = ("--connectivity-test", "download.zip", "--truststore", store)
    return points(answer("client.p12", *given))["load-balancer-root"]


@openssl
@keytool
@pytest.mark.parametrize("kind", ["JKS", "PKCS12", "JCEKS", "PEM", "PEM-cut"])
def test_the_root_is_added_in_the_format_of_the_truststore(complete: Path, kind: str) -> None:
    if kind.startswith("PEM"):
        content = pem(TOP)
        (complete / "trust it").write_bytes(content.rstrip() if "cut" in kind else content)
    else:
        Path("one.pem").write_bytes(pem(TOP))
        named = ("-alias", "top", "-file", "one.pem", "-keystore", "trust it")
        tool("-importcert", "-noprompt", *named, "-storetype", kind)
    (complaint,) = load_balancer("trust it")["complaints"]
    (command,) = complaint["commands"]
    assert ("keytool" in command) is not kind.startswith("PEM")
    shell(command)
    assert load_balancer("trust it")["state"] == "holds"


@openssl
def test_a_binary_certificate_becomes_a_pem_file_of_both(complete: Path) -> None:
    (complete / "trust.cer").write_bytes(TOP.der)
    (complaint,) = load_balancer("trust.cer")["complaints"]
    assert "can hold no second one" in complaint["remedy"]
    shell(complaint["commands"][0])
    assert load_balancer("trust-both.pem")["state"] == "holds"


def test_into_a_folder_the_file_is_put(complete: Path) -> None:
    (complete / "trusted").mkdir()
    (complete / "trusted" / "top.pem").write_bytes(pem(TOP))
    (complaint,) = load_balancer("trusted")["complaints"]
    assert complaint["commands"] == []
    assert "Add load root.cer of the download into trusted" in complaint["remedy"]


# Who chooses by himself, and who can stand in no row.


def test_where_windows_takes_its_certificates_from_is_told_of_pkcs12(complete: Path) -> None:
    (complete / "client.jks").write_bytes(java_keystore({"c": [SIGNED, CA]}))
    told = [points(answer(name))["chain"]["facts"] for name in ("client.p12", "client.jks")]
    assert "Intermediate Certification Authorities" in told[0][-1]
    assert told[1] == []


def test_a_certificate_without_a_subject_can_stand_in_no_row(folder: Path) -> None:
    nameless = issue("advice-nameless", dn(), CA)
    (folder / "client.jks").write_bytes(java_keystore({"client": [nameless, CA]}))
    found = points(answer("client.jks"))
    (complaint,) = found["channels"]["complaints"]
    assert "has no subject" in complaint["message"]
    assert "can stand in no row" in complaint["message"]
    assert found["channels"]["state"] == "fails"
    text = CliRunner().invoke(cli, ["sender", "client.jks", "--as-of", "2026-11-24"]).stdout
    assert "subject" in text


def test_commands_stay_in_one_piece(folder: Path) -> None:
    own, new = issue("own", NAME, None), issue("advice-fine", NAME, CA, key_label="own")
    beside = {"a long alias, `quoted` and more": new, "above": CA}
    (folder / "client.jks").write_bytes(java_keystore({"client": [own]}, beside))
    command = "keytool -exportcert -rfc -alias 'a long alias, `quoted` and more' -keystore"
    for form in ("text", "markdown"):
        arguments = ["sender", "client.jks", "--as-of", "2026-11-24", "--format", form]
        assert command in CliRunner().invoke(cli, arguments).stdout


# What the key entry lacks.


@keytool
@pytest.mark.parametrize(
    ("store", "where"), [("JKS", "alias"), ("JKS", "file"), ("PKCS12", "file")]
)
def test_what_the_key_entry_lacks_is_added_by_commands(folder: Path, store, where) -> None:
    encryption = BestAvailableEncryption(PASSWORD.encode())
    data = serialize_key_and_certificates(b"client", KEY, SIGNED.certificate, [], encryption)
    (folder / "leaf.p12").write_bytes(data)
    stores = ("-srckeystore", "leaf.p12", "-srcstorepass", PASSWORD, "-deststorepass", PASSWORD)
    command = ["keytool", "-importkeystore", *stores, "-destkeystore", "client store"]
    subprocess.run([*command, "-deststoretype", store], check=True, capture_output=True)
    if where == "alias":
        take_in("client store", above=CA)
    else:
        (folder / "flow" / "all.pem").write_bytes(pem(TOP, CA, SIGNED))
    (complaint, *_) = points(answer("client store"))["chain"]["complaints"]
    assert complaint["code"] in ("IFL202", "IFL206")
    for command in complaint["commands"]:
        shell(command)
    assert points(answer("client store"))["chain"]["state"] == "holds"


def test_a_cross_certificate_at_hand_needs_no_new_certificate(folder: Path) -> None:
    own_top = root("advice-own", dn("CN=Own Root", "O=Example"), "2020-01-01", "2040-01-01")
    ca = intermediate("advice-oca", dn("CN=Own CA", "O=Example"), own_top)
    crossed = intermediate("advice-x", own_top.name, TOP, key_label=own_top.key_label)
    client = issue("advice-client", NAME, ca)
    (folder / "client.jks").write_bytes(
        java_keystore({"client": [client, ca, own_top]}, {"cross": crossed})
    )
    found = points(answer("client.jks"))
    (complaint,) = found["chain"]["complaints"]
    assert complaint["code"] == "IFL206"
    assert "it ends in CN=Own Root, O=Example, which is not supported" in complaint["message"]
    assert "up to a supported root. No new client certificate is needed" in (complaint["remedy"])
    assert any("-alias cross" in command for command in complaint["commands"])
    assert found["root"]["state"] == "unknown"


@keytool
def test_an_alias_that_is_taken_is_not_advised_again(complete: Path) -> None:
    Path("one.pem").write_bytes(pem(root("advice-lb-old", LB_TOP.name, "2015-01-01", "2035-01-01")))
    named = ("-alias", "load-balancer-root", "-file", "one.pem", "-keystore", "trust.jks")
    tool("-importcert", "-noprompt", *named)
    (complaint,) = load_balancer("trust.jks")["complaints"]
    shell(complaint["commands"][0])
    assert "-alias load-balancer-root-2 " in complaint["commands"][0]
    assert load_balancer("trust.jks")["state"] == "holds"


@keytool
def test_one_without_javas_mark_is_imported_once_more(complete: Path) -> None:
    encryption = BestAvailableEncryption(PASSWORD.encode())
    others = [CA.certificate, LB_TOP.certificate]
    data = serialize_key_and_certificates(b"client", KEY, SIGNED.certificate, others, encryption)
    (complete / "client.p12").write_bytes(data)

    def told() -> dict:
        found = answer("client.p12", "--connectivity-test", "download.zip")
        return points(found)["load-balancer-root"]

    (complaint,) = told()["complaints"]
    assert "Java's mark" in complaint["message"]
    shell(complaint["commands"][0])
    assert told()["state"] == "holds"


def test_a_pem_file_with_the_key_is_no_place_for_what_is_trusted(complete: Path) -> None:
    (complete / "client.pem").write_bytes(pem(SIGNED, CA))
    given = ["client.pem", "--connectivity-test", "download.zip", "--as-of", "2026-11-24"]
    text = CliRunner().invoke(cli, ["sender", *given]).stdout
    assert "to what the sender trusts, and name that file: --truststore FILE" in " ".join(
        text.split()
    )
