"""A root that is not on the list, of a CA that a supported root has cross-signed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from exports import (
    SERVER_AUTH,
    Channel,
    Disclosed,
    Flow,
    bundle,
    dn,
    intermediate,
    issue,
    pem,
    public_cas,
    root,
    write_tree,
)
from iflint.commands.main import cli

TOP = root("bridge-top", dn("CN=Listed Root", "O=Example"), "2020-01-01", "2040-01-01")
OWN = root("bridge-own", dn("CN=Own Root", "O=Example"), "2020-01-01", "2040-01-01")
OTHER = root("bridge-other", dn("CN=Other Root", "O=Example"), "2020-01-01", "2040-01-01")
CA = intermediate("bridge-ca", dn("CN=CA", "O=Example"), OWN, "2020-01-01", "2035-01-01")
SERVERS = intermediate("bridge-servers", dn("CN=CA", "O=Example"), OWN, usages=[SERVER_AUTH])
NAME = dn("CN=orders.example.com", "O=Example")


def remedy(folder: Path, ca, monkeypatch, until: str, to=TOP, client_auth: str = "yes") -> str:
    client = issue("bridge-client", NAME, ca)
    channel = Channel("HTTPS", "/orders", [client.pair])
    write_tree(folder, bundle(Flow("Orders", "Orders", [channel])))
    (folder / "chain.pem").write_bytes(pem(client, ca, OWN))
    (folder / "list").mkdir()
    (folder / "list" / "top.pem").write_bytes(pem(TOP))
    table = public_cas("made up", [Disclosed(ca, [(to, until)], client_auth)])
    (folder / "cas.json").write_text(json.dumps(table), "utf-8")
    monkeypatch.chdir(folder)
    given = ["check", ".", "--roots", "list", "--public-cas", "cas.json"]
    given += ["--as-of", "2026-11-24", "--format", "json"]
    findings = json.loads(CliRunner().invoke(cli, given).stdout)["report"]["findings"]
    (found,) = [finding for finding in findings if finding["code"] == "IFL201"]
    return f"{found['message']} {found['remedy']}"


def test_the_cross_certificate_is_added_and_no_new_one_is_asked_for(tmp_path, monkeypatch) -> None:
    said = remedy(tmp_path, CA, monkeypatch, "2030-01-01")
    assert "CN=CA, O=Example has a second certificate, from CN=Listed Root, O=Example" in said
    assert "add the certificate of CN=CA, O=Example from that root" in said
    assert "No new client certificate is needed" in said
    assert "get a certificate" not in said


@pytest.mark.parametrize(
    ("ca", "until", "to", "client_auth"),
    [
        (CA, "2026-11-23", TOP, "yes"),
        (CA, "2030-01-01", OTHER, "yes"),
        (CA, "2030-01-01", TOP, "no"),
        (SERVERS, "2030-01-01", TOP, "yes"),
    ],
    ids=[
        "the way has ended",
        "to a root that is not on the list",
        "a CA that the table knows for servers only",
        "a CA for servers only",
    ],
)
def test_what_is_no_way_is_not_advised(tmp_path, monkeypatch, ca, until, to, client_auth) -> None:
    said = remedy(tmp_path, ca, monkeypatch, until, to, client_auth)
    assert "second certificate" not in said
    assert "get a certificate under a supported root" in said
