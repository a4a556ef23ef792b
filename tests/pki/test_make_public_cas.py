"""The maintainer's script makes the table of public CAs out of CCADB's reports."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import json
from pathlib import Path

import pytest

from exports import CLIENT_AUTH, SERVER_AUTH, dn, intermediate, issue, pem, root
from iflint.pki.names import parse_name
from iflint.pki.public_cas import PublicCas, read_public_cas

SCRIPT = Path(__file__).resolve().parents[2] / "maintenance/make_public_cas.py"
spec = importlib.util.spec_from_file_location("make_public_cas", SCRIPT)
maker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(maker)


def name(common_name):
    return dn(f"CN={common_name}", "O=Made Up, Inc.", "C=DE")


ONE = root("made one", name("Root One"), "2010-01-01", "2035-12-31")
TWO = root("made two", name("Root Two"), "2010-01-01", "2030-06-30")
POLICY = intermediate("made policy", name("Policy CA"), ONE, last="2031-12-31")
CROSS = issue(
    "made policy by two",
    name("Policy CA"),
    TWO,
    "2021-01-01",
    "2033-12-31",
    ca=True,
    usages=None,
    key_label="made policy",
)
CLIENT = intermediate("made client", name("Client CA"), POLICY, usages=[CLIENT_AUTH, SERVER_AUTH])
SERVER = intermediate("made server", name("Server CA"), POLICY, usages=[SERVER_AUTH])
TWO_BY_ONE = issue(
    "made two by one",
    name("Root Two"),
    ONE,
    "2021-01-01",
    "2029-12-31",
    ca=True,
    usages=None,
    key_label="made two",
)
NAMESAKE = intermediate("made namesake", name("Client CA"), TWO, last="2028-12-31")
ENDED = intermediate("made ended", name("Ended CA"), ONE, last="2026-08-20")
REVOKED = intermediate("made revoked", name("Revoked CA"), ONE)
ORPHAN = intermediate(
    "made orphan", name("Orphan CA"), root("made x", name("X"), "2010-01-01", "2035-12-31")
)
ALL = [ONE, TWO, POLICY, CROSS, CLIENT, SERVER, TWO_BY_ONE, NAMESAKE, ENDED, REVOKED, ORPHAN]


def fingerprint(identity):
    return hashlib.sha256(identity.der).hexdigest().upper()


@pytest.fixture
def reports(tmp_path):
    """The two reports of CCADB, as it writes them."""
    records, pems = tmp_path / "records.csv", tmp_path / "pems.csv"
    with records.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file, quoting=csv.QUOTE_ALL)
        rows.writerow(["CA Owner", "Revocation Status", "SHA-256 Fingerprint"])
        for each in ALL:
            status = "Revoked" if each is REVOKED else "Not Revoked"
            rows.writerow(["Made Up, Inc.", status, fingerprint(each)])
    with pems.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, quoting=csv.QUOTE_ALL)
        rows.writerow(["SHA-256 Fingerprint", "X.509 Certificate (PEM)"])
        for each in ALL:
            rows.writerow([fingerprint(each), f"'{pem(each).decode().strip()}'"])
        rows.writerow(["00", "'-----BEGIN CERTIFICATE-----\r\nAAAA\r\n-----END CERTIFICATE-----'"])
    return records, pems


def made(reports, tmp_path):
    records, pems = reports
    output = tmp_path / "table.json"
    day = ["--checked-on", "2026-08-21"]
    maker.main([str(pems), str(pems), "--records", str(records), *day, "--output", str(output)])
    return output


def test_the_table_has_each_ca_with_its_roots(reports, tmp_path, capsys) -> None:
    table = read_public_cas(made(reports, tmp_path).read_bytes())
    assert "6 CAs and 2 roots out of 9 certificates" in capsys.readouterr().out
    assert str(table.checked_on) == "2026-08-21"
    rows = {
        (parse_name(ca.subject).common_name, str(ca.client_auth)): {
            parse_name(public.subject).common_name: str(last) for public, last in table.roots_of(ca)
        }
        for ca in table.cas
    }
    assert rows == {
        ("Policy CA", "unlimited"): {"Root One": "2031-12-31", "Root Two": "2030-06-30"},
        ("Client CA", "yes"): {"Root One": "2031-12-31", "Root Two": "2030-06-30"},
        ("Client CA", "unlimited"): {"Root One": "2028-12-31", "Root Two": "2028-12-31"},
        ("Server CA", "no"): {"Root One": "2031-12-31", "Root Two": "2030-06-30"},
        ("Root Two", "unlimited"): {"Root One": "2029-12-31"},
        ("Orphan CA", "unlimited"): {},
    }
    assert len(table.cas_named(parse_name("CN=client ca, O=Made Up\\, Inc., C=de"))) == 2


def test_it_is_the_same_every_time_and_a_row_a_line(reports, tmp_path) -> None:
    first = made(reports, tmp_path).read_text("utf-8")
    assert made(reports, tmp_path).read_text("utf-8") == first
    document = json.loads(first)
    rows = len(document["cas"]) + len(document["roots"])
    assert sum(line.startswith('{"subject":') for line in first.splitlines()) == rows
    assert document["licence"].startswith("CDLA-Permissive-2.0")


def test_the_packaged_table_can_be_given_back() -> None:
    from iflint.places.packaged import packaged_file

    assert read_public_cas(packaged_file("pki/data/public-cas.json")) == PublicCas().table
    assert b"Community Data License Agreement" in packaged_file("pki/data/public-cas-LICENSE.txt")


def test_names_are_found_alike_whether_few_or_many_are_asked_for() -> None:
    table = PublicCas().table
    few = [parse_name(ca.subject) for ca in table.cas[:4600:50]]
    odd = [parse_name(text) for text in ("CN=Nobody", "O=X, CN=", "C=DE", "CN=Bücher")]
    first = [table.cas_named(name) for name in (*few, *odd)]
    for name in few * 3:
        table.cas_named(name)
    assert [table.cas_named(name) for name in (*few, *odd)] == first
    assert all(first[: len(few)])
    assert not any(first[len(few) :])


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("[]", "Expected `object`"),
        ('{"roots": [], "cas": [{"subject": "CN=a"}]}', "$.cas[0]"),
        ('{"roots": [{"subject": "no name", "spki_sha256": "00"}], "cas": []}', "$.roots[0]"),
        (
            '{"roots": [], "cas": [{"subject": "CN=a", "subject_key_id": null,'
            ' "client_auth": "yes", "roots": {"3": "2030-01-01"}}]}',
            "there is no root 3 - at `$.cas[0]`",
        ),
        ("\x00", "can't be used"),
        (
            '{"roots": [], "cas": [{"subject": "CN=a", "subject_key_id": "zz",'
            ' "client_auth": "yes", "roots": {}}]}',
            "no key identifier",
        ),
    ],
)
def test_a_table_that_cannot_be_used_says_why(document, message) -> None:
    with pytest.raises(ValueError, match="the table of public CAs can't be used") as raised:
        read_public_cas(document.encode())
    assert message in str(raised.value)
