"""Runs with keystores, keys and downloads: what counts as what, and what no output may hold."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

import iflint
from exports import (
    CLIENT_AUTH,
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
    zipped,
)
from iflint.commands.main import cli
from iflint.values import parse_as_of

ROOT = root("material root", dn("CN=Root", "C=DE"), "2015-01-01", "2044-12-31")
UPPER = intermediate("material upper", dn("CN=Upper", "C=DE"), ROOT)
CA = intermediate("material ca", dn("CN=CA", "C=DE"), UPPER)
PARTNER = issue("material partner", dn("CN=edi.partner.example", "C=DE"), CA)
SECRET = "gEh31m!-pass"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A current directory with a flow that lists the partner's pair, and its root."""
    monkeypatch.chdir(tmp_path)
    flow = Flow("Orders", "Orders", [Channel("HTTPS", "/orders", [PARTNER.pair])])
    write_tree(tmp_path / "flow", bundle(flow))
    (tmp_path / "roots.pem").write_bytes(pem(ROOT))
    return tmp_path


def check(*paths, **settings):
    settings = {"roots": ("roots.pem",), "as_of": parse_as_of("2026-11-24"), **settings}
    return iflint.check(*(paths or ("flow",)), **settings)


def codes(report):
    return [finding.code for finding in report.findings]


def write(here, files):
    write_tree(here / "certs", files)
    return {"certificates": ("certs",)}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.jks": java_keystore({"x": [PARTNER, CA, UPPER]})}, []),
        ({"a.jks": java_keystore({"x": [PARTNER, CA, UPPER, ROOT]})}, []),
        ({"a.jks": java_keystore({"x": [PARTNER, UPPER, CA]})}, []),
        ({"a.jks": java_keystore({"x": [PARTNER, CA]})}, ["IFL202"]),
        ({"a.jks": java_keystore({"x": [PARTNER]}), "b.cer": CA.der}, ["IFL202"]),
        ({"a.jks": java_keystore({"x": [PARTNER]}), "b.pem": pem(CA, UPPER)}, ["IFL206"]),
        ({"a.jks": java_keystore({"x": [PARTNER]}, {"y": CA, "z": UPPER})}, ["IFL206"]),
        ({"a.jks": java_keystore({}, {"x": PARTNER, "y": CA, "z": UPPER})}, []),
        ({"a.pem": pem(PARTNER), "b.jks": java_keystore({"y": [CA, UPPER]})}, []),
        ({"a.jks": java_keystore({"x": [PARTNER]}), "b.pem": pem(PARTNER, CA, UPPER)}, ["IFL206"]),
    ],
)
def test_a_key_entry_is_judged_by_what_it_presents(here, files, expected) -> None:
    assert codes(check(**write(here, files))) == expected


def test_the_day_on_which_a_presented_chain_ends_is_its_own(here) -> None:
    until = "2027-01-31"
    old = intermediate("material old", dn("CN=R", "C=DE"), ROOT, last=until, key_label="r")
    new = intermediate("material new", dn("CN=R", "C=DE"), ROOT, key_label="r")
    leaf = issue("material leaf", PARTNER.name, new)
    flow = Flow("Orders", "Orders", [Channel("HTTPS", "/orders", [leaf.pair])])
    write_tree(here / "flow", bundle(flow))
    keystore = java_keystore({"x": [leaf, old]})
    settings = write(here, {"a.jks": keystore, "new.cer": new.der})
    report = check(**settings)
    assert codes(report) == ["IFL104"]
    assert str(report.findings[0].breaks_on).startswith(until)
    later = check(as_of=parse_as_of("2027-02-01"), **settings)
    assert codes(later) == ["IFL206"]
    assert f"expired on {until}" in later.findings[0].message


def test_a_keystore_passed_on_purpose_is_no_finding(here) -> None:
    write(here, {"a.jks": java_keystore({"x": [PARTNER, CA, UPPER]})})
    assert codes(check(".")) == ["IFL407"]
    assert codes(check(".", certificates=("certs",))) == []
    assert codes(check(".", certificates=("certs/a.jks",))) == []
    (here / ".git").mkdir()
    assert codes(check(".", certificates=(".",))) == ["IFL407"]


def test_keys_are_looked_for_where_certificates_are_not(here) -> None:
    settings = write(here, {"a.pem": pem(PARTNER, CA, UPPER)})
    write_tree(here / "flow", {"old/b.pem": pem(PARTNER) + key_pem(PARTNER)})
    report = check("flow", **settings)
    assert [(f.code, str(f.location.file)) for f in report.findings] == [
        ("IFL407", "flow/old/b.pem")
    ]
    assert report.certificate_files == 1


def test_a_key_found_twice_is_said_once(here) -> None:
    settings = write(here, {"a.pem": pem(PARTNER, CA, UPPER) + key_pem(PARTNER)})
    report = check(".", **settings)
    assert codes(report) == ["IFL407"]
    assert report.findings[0].severity == "error"


SERVER = "*.cfapps.eu10.hana.ondemand.com"


def connectivity_test(host=SERVER, usages=(SERVER_AUTH,), **more):
    server = issue("material server", dn(f"CN={host}", "O=SAP SE", "C=DE"), CA, usages=usages)
    files = {"1.cer": server.der, "2.cer": CA.der, "3.cer": UPPER.der, **more}
    return server, zipped(files)


def test_the_chain_of_the_load_balancer_completes_no_chain(here) -> None:
    _, download = connectivity_test()
    for usages in ((SERVER_AUTH,), (SERVER_AUTH, CLIENT_AUTH)):
        _, download = connectivity_test(usages=usages)
        report = check(**write(here, {"partner.cer": PARTNER.der, "test.zip": download}))
        assert codes(report) == ["IFL202"]
        assert [(str(s.location), s.kind) for s in report.skipped] == [
            ("certs/test.zip", "connectivity-test")
        ]


@pytest.mark.parametrize(
    "download",
    [
        connectivity_test(host="gateway.partner.example")[1],
        connectivity_test(usages=(CLIENT_AUTH,))[1],
        connectivity_test(**{"4.cer": PARTNER.der})[1],
        connectivity_test(**{"readme.txt": b"x"})[1],
        zipped({"2.cer": CA.der, "3.cer": UPPER.der}),
    ],
    ids=["another host", "for clients", "two leaves", "other files", "no leaf"],
)
def test_no_other_archive_is_taken_for_it(here, download) -> None:
    settings = write(here, {"partner.cer": PARTNER.der, "test.zip": download})
    assert codes(check(**settings)) == []


def test_a_list_of_keystore_entries_is_only_counted(here) -> None:
    row = {"Hexalias": "61", "SubjectDN": "CN=x", "ValidNotAfter": "/Date(1)/"}
    dump = json.dumps({"d": {"results": [row]}}).encode()
    settings = write(here, {"a.pem": pem(PARTNER, CA, UPPER), "entries.json": dump})
    report = check(**settings)
    assert codes(report) == []
    assert [skipped.kind for skipped in report.skipped] == ["other-file"]


@pytest.mark.parametrize("reporter", ["text", "json", "sarif"])
@pytest.mark.parametrize("value", [SECRET, "wrong-" + SECRET, None])
def test_no_password_and_no_key_reaches_an_output(here, monkeypatch, reporter, value) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        pkcs12,
    )

    certificate = x509.load_der_x509_certificate(PARTNER.der)
    key = ec.generate_private_key(ec.SECP256R1())
    other = pkcs12.serialize_key_and_certificates(
        b"edi", key, None, [certificate], BestAvailableEncryption(SECRET.encode())
    )
    name = "THE_PASSWORD"
    if value is not None:
        monkeypatch.setenv(name, value)
    private = key_pem(PARTNER)
    document = json.dumps({"certificate": pem(PARTNER).decode(), "key": private.decode()})
    write(here, {"a.p12": other, "a.key": private, "key.json": document.encode()})
    arguments = ["check", ".", "--roots", "roots.pem", "--keystore-password-env", name]
    result = CliRunner().invoke(cli, [*arguments, "--format", reporter, "--as-of", "2026-11-24"])
    assert result.exit_code == 1, result.output
    assert "IFL407" in result.output
    assert SECRET not in result.output
    for line in private.decode().splitlines()[1:-1]:
        assert line[:12] not in result.output


def test_a_password_given_instead_of_a_name_is_not_repeated(here) -> None:
    for given in (SECRET, f"flow={SECRET}"):
        arguments = ["check", "flow", "--keystore-password-env", given]
        result = CliRunner().invoke(cli, arguments)
        assert result.exit_code == 2
        assert SECRET not in result.output
        assert "never the password itself" in result.output


def test_passwords_by_path_in_the_configuration(here, monkeypatch) -> None:
    from iflint.pki.passwords import Passwords

    (here / "certs").mkdir()
    (here / "certs" / "a.p12").write_bytes(b"x")
    (here / "iflint.toml").write_text(
        '[keystore-password-env]\n"certs/a.p12" = "A_PASSWORD"\n"certs" = "THEIRS"\n'
    )
    from iflint.configuration.file import read
    from iflint.places.location import FileLocation
    from iflint.values import RuleNames

    configuration = read("iflint.toml", lambda: RuleNames((), ()))
    assert configuration.mistakes == ()
    given = configuration.values["keystore-password-env"]
    passwords = Passwords(given, None, {"A_PASSWORD": "a", "THEIRS": "t"})
    found = {
        path: [password.value for password in passwords.of(FileLocation(path))]
        for path in ("certs/a.p12", "certs/b.p12", "other.p12")
    }
    assert found == {"certs/a.p12": ["a", "t"], "certs/b.p12": ["t"], "other.p12": []}


def test_a_clean_run_reads_no_keystore(here) -> None:
    write(here, {"a.pem": pem(PARTNER, CA, UPPER)})
    program = (
        "import sys, iflint, iflint.values\n"
        "iflint.check('.', roots=('roots.pem',), as_of=iflint.values.parse_as_of('2026-11-24'))\n"
        "print(*sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=here, capture_output=True, text=True, check=True
    )
    loaded = run.stdout.split()
    for module in ("keystores", "passwords", "json_texts", "chains.connectivity"):
        assert not [name for name in loaded if name.startswith(f"iflint.pki.{module}")]
