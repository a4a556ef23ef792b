"""What bounds a root that is given as a file, for every kind of binding and every command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from caller_files import base64_of, key
from exports import (
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

NAME = dn("CN=partner.example", "O=Partner")
OTHERS = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Other")])
BOUNDS = {
    "names": {"critical": (x509.NameConstraints([x509.DirectoryName(OTHERS)], None),)},
    "path length": {"path_length": 0},
    "usage": {"usages": (ExtendedKeyUsageOID.SERVER_AUTH,)},
}
CODES = {"names": "IFL204", "path length": "IFL204", "usage": "IFL401"}


def run(*arguments: str) -> str:
    return CliRunner().invoke(cli, [*arguments, "--as-of", "2026-11-24"]).stdout


@pytest.mark.parametrize("bound", BOUNDS)
@pytest.mark.parametrize("kind", ["row", "key", "mapping"])
def test_a_root_of_ones_own(tmp_path: Path, monkeypatch, bound: str, kind: str) -> None:
    anchor = root(f"own {bound}", dn("CN=Root"), "2020-01-01", "2040-01-01", **BOUNDS[bound])
    ca = intermediate(f"own ca {bound}", dn("CN=CA"), anchor)
    leaf = issue(f"own leaf {bound}", NAME, ca)
    entries = [leaf.pair] if kind == "row" else []
    authorization = "ClientCertificate" if entries else "RoleBased"
    channel = Channel("HTTPS", "/orders", entries, authorization=authorization)
    write_tree(tmp_path / "flow", bundle(Flow("Orders", "Orders", [channel])))
    row = {"Id": "1", "User": "SUSER1", "Certificate": base64_of(pem(leaf))}
    held = {
        "row": ("leaf.pem", pem(leaf)),
        "key": ("key.json", json.dumps(key(pem(leaf).decode())).encode()),
        "mapping": ("mappings.json", json.dumps({"d": {"results": [row]}}).encode()),
    }
    name, content = held[kind]
    write_tree(
        tmp_path,
        {
            f"flow/{name}": content,
            "flow/ca.pem": pem(ca),
            "roots/root.pem": pem(anchor),
            "chain.pem": pem(leaf, ca),
            "sender.jks": java_keystore({"partner": [leaf, ca]}),
        },
    )
    monkeypatch.chdir(tmp_path)
    for option in ("--roots", "--roots-add"):
        given = (option, "roots")
        found, _ = run("check", "flow", "--format", "concise", *given).splitlines()
        assert f" {CODES[bound]} " in found
        assert f"[{CODES[bound]}]" in run("sender", "sender.jks", "flow", *given)
        assert "works until" not in run("chain", "chain.pem", *given)
