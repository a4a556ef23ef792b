"""A certificate without a subject can stand in no row: who needs to know is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.x509 import DNSName, SubjectAlternativeName

from exports import Channel, Flow, bundle, dn, intermediate, issue, pem, root, write_tree
from iflint.commands.main import cli

TOP = root("nameless-root", dn("CN=Root", "O=Example"), "2020-01-01", "2040-01-01")
CA = intermediate("nameless-ca", dn("CN=CA 1", "O=Example"), TOP, "2020-01-01", "2035-01-01")
HOST = SubjectAlternativeName([DNSName("Orders.example.com"), DNSName("x.example.com")])
NAMELESS = issue("nameless", dn(), CA, critical=[HOST])
SAID = "it has no subject, as some of Let's Encrypt, so it can stand in no row"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "roots.pem").write_bytes(pem(TOP))
    (tmp_path / "iflint.toml").write_text('roots = ["roots.pem"]\n')
    (tmp_path / "new.pem").write_bytes(pem(NAMELESS, CA))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def findings(folder: Path, *pair: str) -> dict[str, str]:
    flow = Flow("Orders", "Orders", [Channel("HTTPS", "/orders", [pair])])
    write_tree(folder / "flow", bundle(flow))
    given = ["check", ".", "--as-of", "2026-11-24", "--format", "json"]
    found = json.loads(CliRunner().invoke(cli, given).stdout)["report"]["findings"]
    return {each["code"]: f"{each['message']} {each['remedy']}" for each in found}


@pytest.mark.parametrize(
    ("subject", "issuer", "told"),
    [
        ("CN=orders.example.com", CA.name.text, True),
        ("CN=orders.example.com", "CN=CA 2,O=Example", True),
        ("CN=other.example.com", CA.name.text, True),
        ("CN=other.example.com", "CN=CA 2,O=Example", False),
    ],
    ids=["both", "the host alone", "the issuer alone", "neither"],
)
def test_check_tells_of_the_row_that_means_it(folder, subject, issuer, told) -> None:
    said = findings(folder, subject, issuer)["IFL302"]
    assert (f"Perhaps the one in new.pem is meant, but {SAID}" in said) is told
    assert ("get a certificate with a subject" in said) is told


def test_check_tells_of_an_empty_subject_that_nobody_can_fill(folder: Path) -> None:
    assert SAID in findings(folder, "", CA.name.text)["IFL303"]
    assert SAID not in findings(folder, "", "CN=CA 2,O=Example")["IFL303"]


def test_a_ca_without_a_subject_is_no_clients(folder: Path) -> None:
    (folder / "new.pem").write_bytes(pem(issue("nameless-is-ca", dn(), CA, ca=True)))
    assert SAID not in findings(folder, "CN=x", CA.name.text)["IFL302"]


def test_chain_tells_it_beside_the_verdict(folder: Path) -> None:
    text = CliRunner().invoke(cli, ["chain", "new.pem", "--as-of", "2026-11-24"]).stdout
    assert SAID in " ".join(text.split())
    assert "works until" in text
