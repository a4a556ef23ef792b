"""What a sender's keystore lacks, point by point, and which channels it reaches."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PKCS12Certificate,
    serialize_java_truststore,
    serialize_key_and_certificates,
)

from caller_files import base64_of, key
from exports import (
    SERVER_AUTH,
    Channel,
    Flow,
    bundle,
    dn,
    intermediate,
    issue,
    java_keystore,
    key_pem,
    pem,
    root,
    write_tree,
)
from iflint.commands.main import cli

TOP = root("sender-root", dn("CN=Root", "O=Example"), "2020-01-01", "2040-01-01")
OTHER_TOP = root("sender-other-root", dn("CN=Elsewhere", "O=Example"), "2020-01-01", "2040-01-01")
CA = intermediate("sender-ca", dn("CN=CA", "O=Example"), TOP, "2020-01-01", "2035-01-01")
NAME = dn("CN=orders.example.com", "O=Example")
CLIENT = issue("sender-client", NAME, CA)
HOST = dn("CN=*.it-cpi001-rt.cfapps.eu10.hana.ondemand.com", "O=Example")
LB_TOP = root("lb-root", dn("CN=Load Root", "O=Example"), "2020-01-01", "2040-01-01")
LB_CA = intermediate("lb-ca", dn("CN=Load CA", "O=Example"), LB_TOP, "2020-01-01", "2035-01-01")
SERVER = issue("lb-server", HOST, LB_CA, usages=[SERVER_AUTH])
OLD_LB_TOP = root("lb-root-old", LB_TOP.name, "2015-01-01", "2035-01-01")

COMPLETE = java_keystore({"orders": [CLIENT, CA, TOP]}, {"lb": LB_TOP})
POINTS = ("load-balancer-root", "key-entry", "validity", "chain", "root", "client-authentication")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "roots.pem").write_bytes(pem(TOP))
    (tmp_path / "iflint.toml").write_text('roots = ["roots.pem"]\n')
    (tmp_path / "sender.jks").write_bytes(COMPLETE)
    (tmp_path / "download.zip").write_bytes(download(SERVER, LB_CA, LB_TOP))
    write_flow(tmp_path, [CLIENT.pair])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def download(*identities) -> bytes:
    """A Connectivity Test's zip, with the server's certificate first."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, identity in enumerate(identities):
            archive.writestr(f"{number}.cer", identity.der)
    return buffer.getvalue()


def write_flow(folder: Path, *rows, **options) -> None:
    channels = [Channel("HTTPS", f"/orders/{n}", entries) for n, entries in enumerate(rows)]
    write_tree(folder / "flow", bundle(Flow("Orders", "Orders", channels, **options)))


def run(*arguments: str):
    return CliRunner().invoke(cli, ["sender", *arguments, "--as-of", "2026-11-24"])


def answer(*arguments: str, keystore: str = "sender.jks", test: str = "download.zip") -> dict:
    given = ["--connectivity-test", test] if test else []
    result = run(keystore, *given, *arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def points(found: dict) -> dict[str, dict]:
    (entry,) = found["entries"] or [{"points": []}]
    return {point["name"]: point for point in (*found["points"], *entry["points"])}


def states(found: dict) -> dict[str, str]:
    return {name: point["state"] for name, point in points(found).items()}


def not_holding(found: dict) -> dict[str, str]:
    return {name: state for name, state in states(found).items() if state != "holds"}


def said(found: dict, name: str) -> str:
    point = points(found)[name]
    complaints = (
        " ".join((c["message"], c["remedy"], *c["commands"])) for c in point["complaints"]
    )
    return " ".join((*point["facts"], *complaints))


def with_keystore(folder: Path, keys, trusted=None) -> None:
    (folder / "sender.jks").write_bytes(java_keystore(keys, trusted))


def test_everything_is_set_up(folder: Path) -> None:
    found = answer("flow")
    assert not_holding(found) == {}
    assert [point["number"] for point in points(found).values()] == list(range(1, 9))
    assert (
        "everything is set up"
        in run("sender.jks", "flow", "--connectivity-test", "download.zip").stdout
    )


@pytest.mark.parametrize(
    ("presented", "expected"),
    [
        ([CLIENT, CA], {}),
        ([CLIENT], {"chain": "fails", "root": "unknown"}),
        ([issue("s-old", NAME, CA, "2025-01-01", "2026-01-01"), CA], {"validity": "fails"}),
        ([issue("s-new", NAME, CA, "2027-01-01", "2028-01-01"), CA], {"validity": "fails"}),
        ([issue("s-soon", NAME, CA, last="2026-12-01"), CA], {"validity": "warning"}),
        ([issue("s-eku", NAME, CA, usages=[SERVER_AUTH]), CA], {"client-authentication": "fails"}),
        ([issue("s-own", NAME, None)], {"root": "fails"}),
        ([issue("s-far", NAME, OTHER_TOP), OTHER_TOP], {"root": "fails"}),
        ([issue("s-usage", NAME, CA, key_usage=["key_agreement"]), CA], {"advice": "warning"}),
    ],
    ids=["no-root", "no-chain", "expired", "early", "soon", "eku", "self", "root", "usage"],
)
def test_each_point_has_its_faults(folder: Path, presented, expected) -> None:
    with_keystore(folder, {"orders": presented}, {"lb": LB_TOP})
    assert not_holding(answer(test="download.zip")) == {**expected, "channels": "unknown"}


def test_a_chain_beside_the_key_entry_is_not_presented(folder: Path) -> None:
    with_keystore(folder, {"orders": [CLIENT]}, {"lb": LB_TOP, "ca": CA})
    found = answer()
    assert states(found)["chain"] == "fails"
    assert "at hand, to be added to the key entry: CN=CA, O=Example" in said(found, "chain")


CROSSED = intermediate("s-crossed", TOP.name, OTHER_TOP, key_label=TOP.key_label)
FAR = issue("s-far", NAME, OTHER_TOP)


@pytest.mark.parametrize(
    ("presented", "trusted", "added"),
    [
        ([CLIENT, CA, TOP], [], []),
        ([CLIENT], [CLIENT, CA, TOP], ["CN=CA, O=Example"]),
        ([CLIENT], [CA, CROSSED], ["CN=CA, O=Example"]),
        ([FAR], [OTHER_TOP, CA], []),
    ],
    ids=["whole", "all beside it", "a root by its name and key", "a root of no list"],
)
def test_only_what_is_missing_between_client_and_root_is_to_be_added(
    folder: Path, presented, trusted, added
) -> None:
    beside = {f"beside-{number}": identity for number, identity in enumerate(trusted)}
    with_keystore(folder, {"orders": presented}, {"lb": LB_TOP, **beside})
    facts = points(answer())["chain"]["facts"]
    start = "at hand, to be added to the key entry: "
    assert facts == [f"{start}{name}, in sender.jks" for name in added]


def test_ignoring_rules_lets_no_point_pass(folder: Path) -> None:
    (folder / "iflint.toml").write_text('roots = ["roots.pem"]\nignore = ["IFL2", "IFL1"]\n')
    with_keystore(folder, {"orders": [CLIENT]}, {"lb": LB_TOP})
    assert states(answer())["chain"] == "fails"


def test_a_second_keystore_with_this_key_hides_nothing(folder: Path) -> None:
    (folder / "flow" / "good.jks").write_bytes(COMPLETE)
    with_keystore(folder, {"orders": [CLIENT]}, {"lb": LB_TOP})
    assert states(answer("flow"))["chain"] == "fails"


def test_each_of_several_key_entries_is_judged(folder: Path) -> None:
    old = issue("s-before", NAME, CA, "2024-01-01", "2025-01-01")
    with_keystore(folder, {"new": [CLIENT, CA], "old": [old, CA]}, {"lb": LB_TOP})
    found = answer("flow")
    assert [(e["alias"], e["accepted"]) for e in found["entries"]] == [
        ("new", True),
        ("old", False),
    ]
    assert len(found["points"][1]["facts"]) == 3


# The load balancer's root.


@pytest.mark.parametrize(
    ("trusted", "state", "message"),
    [
        ({"lb": LB_TOP}, "holds", "CN=Load Root, O=Example, until 2040-01-01, in sender.jks"),
        ({}, "fails", "Import 2.cer of the download"),
        ({"other": TOP}, "fails", "CN=Load Root, O=Example, is not among"),
        ({"old": OLD_LB_TOP}, "fails", "The one of that name there has another key"),
        ({"ca": LB_CA}, "warning", "an intermediate of the load balancer"),
        ({"server": SERVER}, "warning", "the server's own certificate"),
        ({"ca": LB_CA, "lb": LB_TOP}, "holds", "CN=Load Root"),
    ],
    ids=["root", "none", "another", "namesake", "intermediate", "server", "both"],
)
def test_the_load_balancers_root_is_trusted_or_not(folder, trusted, state, message) -> None:
    with_keystore(folder, {"orders": [CLIENT, CA]}, trusted)
    found = answer()
    assert states(found)["load-balancer-root"] == state
    assert message in said(found, "load-balancer-root")


def test_a_root_that_is_presented_is_not_trusted(folder: Path) -> None:
    client = issue("s-shared", NAME, LB_CA)
    (folder / "roots.pem").write_bytes(pem(LB_TOP))
    with_keystore(folder, {"orders": [client, LB_CA, LB_TOP]})
    found = answer()
    assert not_holding(found) == {"load-balancer-root": "fails", "channels": "unknown"}
    assert "which is presented, not trusted" in said(found, "load-balancer-root")


@pytest.mark.parametrize("store", [pem(LB_TOP), java_keystore({}, {"lb": LB_TOP}), LB_TOP.der])
def test_a_truststore_may_hold_the_root_instead(folder: Path, store: bytes) -> None:
    with_keystore(folder, {"orders": [CLIENT, CA]})
    (folder / "trust").write_bytes(store)
    found = answer("--truststore", "trust")
    assert states(found)["load-balancer-root"] == "holds"
    assert "in trust" in said(found, "load-balancer-root")


def test_each_store_is_named_for_what_it_holds(folder: Path) -> None:
    with_keystore(folder, {"orders": [CLIENT, CA]}, {"client": CLIENT})
    (folder / "trust.jks").write_bytes(java_keystore({}, {"lb": LB_TOP}))
    (folder / "more.jks").write_bytes(java_keystore({}, {"other": TOP}))
    found = answer("--truststore", "trust.jks", "--truststore", "more.jks")
    assert points(found)["load-balancer-root"]["facts"] == [
        "3 certificates to trust in sender.jks, trust.jks or more.jks",
        f"the server is {HOST.text}",
        "CN=Load Root, O=Example, until 2040-01-01, in trust.jks",
    ]


def test_of_another_key_is_told_only_where_a_root_of_that_name_is_trusted(folder: Path) -> None:
    with_keystore(folder, {"old": [CLIENT, CA, OLD_LB_TOP]}, {"client": CLIENT, "other": TOP})
    (complaint,) = points(answer())["load-balancer-root"]["complaints"]
    assert complaint["message"].endswith("is not among the certificates to trust in sender.jks.")
    assert "Import 2.cer of the download into sender.jks" in complaint["remedy"]


def test_a_file_of_certificates_and_a_key_trusts_nothing(folder: Path) -> None:
    (folder / "sender.jks").write_bytes(pem(CLIENT, LB_TOP) + key_pem("sender"))
    assert "0 certificates to trust in sender.jks" in said(answer(), "load-balancer-root")
    assert states(answer())["load-balancer-root"] == "fails"


def test_a_damaged_block_in_a_truststore_costs_only_itself(folder: Path) -> None:
    with_keystore(folder, {"orders": [CLIENT, CA]})
    damaged = pem(TOP)[:300] + b"-----END CERTIFICATE-----\n"
    for content in (pem(LB_TOP) + damaged, damaged + pem(LB_TOP)):
        (folder / "trust.pem").write_bytes(content)
        found = answer("--truststore", "trust.pem")
        assert states(found)["load-balancer-root"] == "holds"
        (problem,) = found["problems"]
        assert problem["location"]["file"]["path"] == "trust.pem"


def test_a_download_without_the_root_can_do(folder: Path) -> None:
    (folder / "download.zip").write_bytes(download(SERVER, LB_CA))
    assert states(answer())["load-balancer-root"] == "holds"
    with_keystore(folder, {"orders": [CLIENT, CA]})
    assert "The download does not hold it either" in said(answer(), "load-balancer-root")


def test_an_old_download_is_told(folder: Path) -> None:
    old = issue("lb-old", HOST, LB_CA, "2024-01-01", "2025-01-01", usages=[SERVER_AUTH])
    (folder / "download.zip").write_bytes(download(old, LB_CA, LB_TOP))
    found = answer()
    assert states(found)["load-balancer-root"] == "warning"
    assert "The download is old" in said(found, "load-balancer-root")


def test_an_ended_intermediate_in_the_download_is_named(folder: Path) -> None:
    ended = intermediate("lb-ca", LB_CA.name, LB_TOP, "2020-01-01", "2025-01-01")
    (folder / "download.zip").write_bytes(download(SERVER, ended, LB_TOP))
    found = answer()
    assert states(found)["load-balancer-root"] == "warning"
    assert "does not hold: CN=Load CA, O=Example: " in said(found, "load-balancer-root")


def test_the_command_to_import_the_root_can_be_pasted(folder: Path) -> None:
    (folder / "trust store.jks").write_bytes(java_keystore({}, {"other": TOP}))
    with_keystore(folder, {"orders": [CLIENT, CA]})
    found = answer("--truststore", "trust store.jks")
    assert "-file 2.cer -keystore 'trust store.jks'" in said(found, "load-balancer-root")


def test_a_custom_domain_is_judged_too(folder: Path) -> None:
    server = issue("lb-own", dn("CN=api.example.com"), LB_CA, usages=[SERVER_AUTH])
    (folder / "download.zip").write_bytes(download(server, LB_CA, LB_TOP))
    found = answer()
    assert states(found)["load-balancer-root"] == "holds"
    assert "it may be any server" in said(found, "load-balancer-root")


def test_without_a_download_nothing_is_claimed(folder: Path) -> None:
    assert states(answer(test=""))["load-balancer-root"] == "unknown"
    with_keystore(folder, {"orders": [CLIENT, CA]})
    assert "There is no certificate to trust" in said(answer(test=""), "load-balancer-root")


# PKCS#12, with a key that is made and forgotten here.


@pytest.fixture
def p12(folder: Path):
    key = ec.generate_private_key(ec.SECP256R1())
    own = issue("s-p12", NAME, CA, public_key=key.public_key())

    def write(others, encryption=None) -> Path:
        path = folder / "sender.p12"
        path.write_bytes(
            serialize_key_and_certificates(
                b"orders",
                key,
                own.certificate,
                [identity.certificate for identity in others],
                encryption or NoEncryption(),
            )
        )
        return path

    return write


def test_a_certificate_without_javas_mark_may_not_be_trusted(folder: Path, p12) -> None:
    p12([CA, LB_TOP])
    found = answer(keystore="sender.p12")
    assert states(found)["load-balancer-root"] == "warning"
    assert "Java's mark" in said(found, "load-balancer-root")


def test_javas_own_truststore_is_trusted(folder: Path, p12, monkeypatch) -> None:
    p12([CA])
    store = serialize_java_truststore(
        [PKCS12Certificate(LB_TOP.certificate, b"lb")], BestAvailableEncryption(b"secret")
    )
    (folder / "trust.p12").write_bytes(store)
    monkeypatch.setenv("TRUST", "secret")
    arguments = ("--truststore", "trust.p12", "--keystore-password-env", "TRUST")
    assert states(answer(*arguments, keystore="sender.p12"))["load-balancer-root"] == "holds"


@pytest.mark.skipif(not shutil.which("keytool"), reason="needs the JDK's keytool")
def test_what_keytool_imports_is_trusted(folder: Path, p12, monkeypatch) -> None:
    path = p12([CA], BestAvailableEncryption(b"secret"))
    (folder / "lb.pem").write_bytes(pem(LB_TOP))
    keytool = "keytool -importcert -noprompt -alias lb -file lb.pem -storepass secret -keystore"
    subprocess.run([*keytool.split(), path], cwd=folder, check=True, capture_output=True)
    monkeypatch.setenv("SENDER_PASSWORD", "secret")
    test = ("--connectivity-test", "download.zip", "--format", "json")
    result = run("sender.p12", "--keystore-password-env", "SENDER_PASSWORD", *test)
    assert states(json.loads(result.stdout))["load-balancer-root"] == "holds"
    assert "secret" not in result.output


# Which channels it can call.


def calls(found: dict) -> list[tuple[str, str]]:
    (entry,) = found["entries"]
    return [(call["channel"]["address"], call["reach"]) for call in entry["calls"]]


def test_channels_with_the_pair_a_near_miss_and_others(folder: Path) -> None:
    stranger = (dn("CN=x", "O=X").text, CA.name.text)
    renewed = (NAME.text, "CN=Former CA, O=Example")
    write_flow(folder, [CLIENT.pair], [renewed], [stranger], [stranger, CLIENT.pair])
    found = answer("flow")
    assert calls(found) == [
        ("/orders/0", "listed"),
        ("/orders/1", "near-miss"),
        ("/orders/3", "listed"),
    ]
    (entry,) = found["entries"]
    assert entry["other_channels"] == 1
    (why,) = entry["calls"][1]["complaints"]
    assert why["code"] == "IFL301"
    assert states(found)["channels"] == "warning"


def test_the_order_of_attributes_is_a_near_miss(folder: Path) -> None:
    write_flow(folder, [("O=Example, CN=orders.example.com", CA.name.text)])
    found = answer("flow")
    assert calls(found) == [("/orders/0", "near-miss")]
    assert states(found)["channels"] == "fails"
    text = run("sender.jks", "flow").stdout
    assert "Subject DN  CN=orders.example.com,O=Example" in text


def test_a_row_that_is_meant_is_to_be_corrected_not_doubled(folder: Path) -> None:
    write_flow(folder, [("O=Example, CN=orders.example.com", CA.name.text)])
    text = " ".join(run("sender.jks", "flow").stdout.split())
    assert "correct their rows as said there" in text
    assert "Add a row" not in text


def test_a_misspelt_name_may_mean_it(folder: Path) -> None:
    """A letter or two may as well be another sender's: it is told, and not taken for it."""
    write_flow(folder, [("CN=ordres.example.com, O=Example", CA.name.text)])
    found = answer("flow")
    assert calls(found) == [("/orders/0", "misspelt")]
    assert states(found)["channels"] == "unknown"
    text = " ".join(run("sender.jks", "flow").stdout.split())
    assert "1 channel with a common name a letter or two away" in text
    assert "write the Subject DN as: CN=orders.example.com,O=Example" in text


def test_other_certificates_beside_the_flow_make_no_difference(folder: Path) -> None:
    former = issue("s-former", NAME, OTHER_TOP)
    (folder / "flow" / "former.pem").write_bytes(pem(former))
    write_flow(folder, [former.pair])
    assert calls(answer("flow")) == [("/orders/0", "near-miss")]


def test_a_parameter_without_a_value_is_not_known(folder: Path) -> None:
    write_flow(folder, [("{{Subject}}", "{{Issuer}}")])
    found = answer("flow")
    assert calls(found) == [("/orders/0", "unknown")]
    assert states(found)["channels"] == "unknown"


def test_no_channel_lists_it(folder: Path) -> None:
    write_flow(folder, [(dn("CN=x", "O=X").text, CA.name.text)])
    found = answer("flow")
    assert states(found)["channels"] == "fails"
    assert "Subject DN CN=orders.example.com,O=Example and Issuer DN CN=CA,O=Example" in said(
        found, "channels"
    )


def write_callers(folder: Path, held, kind: str) -> None:
    by_role = Channel("HTTPS", "/orders", authorization="RoleBased")
    files = bundle(Flow("Orders", "Orders", [by_role]))
    row = {"Id": "1", "User": "SUSER1", "Certificate": base64_of(pem(held))}
    mappings = {"d": {"results": [row]}}
    files["caller.json"] = json.dumps(mappings if kind == "mapping" else key(pem(held).decode()))
    write_tree(folder / "flow", {name: _bytes(content) for name, content in files.items()})
    pinned = "pinned = false\n" if kind == "unpinned" else ""
    (folder / "iflint.toml").write_text(
        f'roots = ["roots.pem"]\n[[service-keys]]\npath = "*.json"\nroles = ["ESBMessaging.send"]'
        f'\n{pinned}[[users]]\nname = "SUSER1"\nroles = ["ESBMessaging.send"]\n'
    )


def _bytes(content: bytes | str) -> bytes:
    return content.encode() if isinstance(content, str) else content


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        ("pinned", "service key caller (flow/caller.json)"),
        ("unpinned", "service key caller (flow/caller.json)"),
        ("mapping", "mapping of user SUSER1 (flow/caller.json)"),
    ],
)
def test_what_lets_it_in_besides_rows(folder: Path, kind: str, label: str) -> None:
    write_callers(folder, CLIENT, kind)
    found = answer("flow")
    assert states(found)["channels"] == "holds"
    assert f"{label} lets it in: Orders: HTTPS /orders" in said(found, "channels")
    former = issue("s-before", NAME, CA, "2025-01-01", "2026-12-31")
    write_callers(folder, former, kind)
    found = answer("flow")
    (one,) = found["entries"][0]["callers"]
    assert one["lets_in"] == (kind == "unpinned")
    assert states(found)["channels"] == ("holds" if kind == "unpinned" else "fails")
    assert ("lets it in: Orders" in said(found, "channels")) == (kind == "unpinned")
    if kind != "unpinned":
        assert label in said(found, "channels")
        assert "row with subject" not in said(found, "channels")
        assert "Subject DN  CN=" not in run("sender.jks", "flow").stdout


def test_keys_for_channels_by_role_may_lie_elsewhere(folder: Path) -> None:
    write_callers(folder, TOP, "mapping")
    (folder / "flow" / "caller.json").unlink()
    found = answer("flow")
    assert states(found)["channels"] == "unknown"
    assert "make a service key or a mapping with it" in said(found, "channels")


def test_environments_differ_where_their_parameters_do(folder: Path) -> None:
    subject, issuer = CLIENT.pair
    write_flow(folder, [("{{Subject}}", issuer)], parameters={"Subject": "CN=x"})
    for name, value in (("prod", subject), ("qa", "CN=x")):
        (folder / f"{name}.prop").write_text(f"Subject={value}\n")
    (folder / "iflint.toml").write_text(
        'roots = ["roots.pem"]\n'
        '[environments.prod]\nparameters = ["prod.prop"]\n'
        '[environments.qa]\nparameters = ["qa.prop"]\nroots = ["other.pem"]\n'
    )
    (folder / "other.pem").write_bytes(pem(OTHER_TOP))
    found = answer("flow", "--all-environments")
    (entry,) = found["entries"]
    assert [(call["reach"], call["environments"]) for call in entry["calls"]] == [
        ("listed", ["prod"])
    ]
    roots = [p for p in entry["points"] if p["name"] == "root"]
    assert [(p["state"], p["environments"]) for p in roots] == [
        ("holds", ["prod"]),
        ("fails", ["qa"]),
    ]


# What can't be answered, and how it is told.


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (java_keystore({}, {"ca": CA}), "holds no private key"),
        (pem(CLIENT, CA), "holds no private key"),
        (pem(CLIENT, CA) + key_pem("sender"), "openssl pkcs12 -export"),
    ],
    ids=["truststore", "pem", "pem-with-key"],
)
def test_without_a_key_entry_the_second_point_fails(folder: Path, content, message) -> None:
    (folder / "sender.jks").write_bytes(content)
    found = answer()
    assert states(found)["key-entry"] == "fails"
    assert message in said(found, "key-entry")
    assert found["entries"] == []


def test_a_locked_keystore_names_the_option(folder: Path, p12) -> None:
    p12([CA], BestAvailableEncryption(b"secret"))
    result = run("sender.p12")
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert "sender.p12" in line
    assert "--keystore-password-env" in line


def test_a_locked_truststore_names_its_option(folder: Path) -> None:
    store = serialize_java_truststore(
        [PKCS12Certificate(LB_TOP.certificate, b"lb")], BestAvailableEncryption(b"secret")
    )
    (folder / "trust.p12").write_bytes(store)
    result = run("sender.jks", "--truststore", "trust.p12")
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert "--truststore trust.p12" in line


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.jks"], "'nowhere.jks' does not exist"),
        (["flow"], "is a folder"),
        (["iflint.toml"], "iflint.toml"),
        (["download.zip"], "Connectivity Test"),
        (
            ["sender.jks", "--connectivity-test", "none.zip"],
            "--connectivity-test 'none.zip' does not exist",
        ),
        (["sender.jks", "--connectivity-test", "roots.pem"], ""),
        (["sender.jks", "--connectivity-test", "client.pem"], "no server's certificate is in it"),
        (["sender.jks", "--connectivity-test", "sender.jks"], "no server's certificate is in it"),
        (["sender.jks", "--truststore", "empty.jks"], "--truststore empty.jks"),
    ],
)
def test_wrong_usage_is_a_line(folder: Path, arguments, message) -> None:
    (folder / "client.pem").write_bytes(pem(CLIENT))
    (folder / "empty.jks").write_bytes(java_keystore({}))
    result = run(*arguments)
    if not message:
        assert result.exit_code == 0
        return
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_key_in_a_file_is_never_printed(folder: Path) -> None:
    secret = key_pem("never")
    (folder / "sender.jks").write_bytes(pem(CLIENT) + secret)
    for form in ("text", "json", "markdown"):
        output = run("sender.jks", "flow", "--format", form).output
        assert not any(line in output for line in secret.decode().splitlines()[1:-1])


def test_markdown_is_a_checklist(folder: Path) -> None:
    text = run("sender.jks", "flow", "--format", "markdown").stdout
    assert "1. [ ] The load balancer's root" in text
    assert "3. [x] The certificate is valid: **holds**" in text
    assert "Subject DN  CN=orders.example.com,O=Example" in text


def test_of_many_key_entries_so_many_are_judged_as_the_limit_says(folder: Path) -> None:
    entries = {f"orders {number}": [CLIENT, CA, TOP] for number in range(4)}
    (folder / "sender.jks").write_bytes(java_keystore(entries, {}))
    said = run("sender.jks", "--limit", "key-entries=2").stdout
    assert said.count("Key entry “orders") == 2
    assert "2 more key entries not judged (limit key-entries)" in said
