"""A root that the load balancer has not, and XSUAA has: whose sender may still fetch a token."""

from __future__ import annotations

import json

import pytest

import iflint
from caller_files import base64_of, key
from exports import Channel, Flow, bundle, dn, intermediate, issue, pem, root, write_tree
from iflint.options import ServiceKeySettings
from iflint.values import parse_as_of

OF_XSUAA = root(
    "tokens root", dn("CN=DigiCert Global Root CA", "O=Example"), "2020-01-01", "2040-01-01"
)
OF_NOBODY = root("tokens other root", dn("CN=Example Root"), "2020-01-01", "2040-01-01")
CA = intermediate("tokens ca", dn("CN=Example CA"), OF_XSUAA)
NAME = dn("CN=partner.example")
ONE = issue("tokens one", NAME, CA)
OTHER = issue("tokens other", NAME, OF_NOBODY)


def found(folder, held, file: str, *chain, **settings: object):
    """What is said of a certificate that a row, a key or a mapping lets in."""
    entries = [held.pair] if file == "row" else []
    authorization = "ClientCertificate" if entries else "RoleBased"
    channel = Channel("HTTPS", "/orders", entries, authorization=authorization)
    write_tree(folder / "flow", bundle(Flow("Orders", "Orders", [channel])))
    row = {"Id": "1", "User": "SUSER1", "Certificate": base64_of(pem(held))}
    files = {
        "row": pem(held),
        "key": json.dumps(key(pem(held).decode())).encode(),
        "mapping": json.dumps({"d": {"results": [row]}}).encode(),
    }
    names = {"row": "partner.pem", "key": "key.json", "mapping": "mappings.json"}
    write_tree(
        folder,
        {names[file]: files[file], "cas.pem": pem(*chain)} if chain else {names[file]: files[file]},
    )
    report = iflint.check(
        str(folder), as_of=parse_as_of("2026-11-24"), select=("IFL201",), **settings
    )
    return [(str(each.severity), "XSUAA" in each.message) for each in report.findings]


@pytest.mark.parametrize("platform", ["cf", "neo"])
@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("key", [("warning", True)]),
        ("mapping", [("error", False)]),
        ("row", [("error", False)]),
    ],
)
def test_only_of_a_key(tmp_path, platform, file, expected) -> None:
    assert found(tmp_path, ONE, file, CA, OF_XSUAA, platform=platform) == expected


@pytest.mark.parametrize("pinned", [True, False, None])
def test_pinned_or_not(tmp_path, pinned) -> None:
    table = ServiceKeySettings(path="key.json", pinned=pinned, folder=str(tmp_path))
    said = found(tmp_path, ONE, "key", CA, OF_XSUAA, service_keys=(table,))
    assert said == [("warning", True)]


@pytest.mark.parametrize("platform", ["cf", "neo", "custom"])
def test_with_roots_of_ones_own(tmp_path, platform) -> None:
    (tmp_path / "roots").mkdir()
    (tmp_path / "roots" / "root.pem").write_bytes(pem(OF_NOBODY))
    given = {"roots": (str(tmp_path / "roots"),), "platform": platform}
    assert found(tmp_path, ONE, "key", CA, OF_XSUAA, **given) == [("warning", True)]
    assert found(tmp_path, OTHER, "key", **given) == []


def test_a_root_that_neither_has(tmp_path) -> None:
    assert found(tmp_path, OTHER, "key", OF_NOBODY) == [("error", False)]
