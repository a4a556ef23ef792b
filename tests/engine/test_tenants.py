"""Which keys are compared: those of one tenant, and parameters, which name none, of one folder."""

import json
from datetime import UTC, datetime

import pytest

import iflint
from exports import Channel, Flow, bundle, dn, issue, pem, root, write_tree

ROOT = root("tenants root", dn("CN=Example Root"), "2020-01-01", "2040-01-01")
NAME = dn("CN=partner.example", "C=DE")
ENDED = issue("tenants ended", NAME, ROOT, "2025-01-01", "2026-10-31")
VALID = issue("tenants valid", NAME, ROOT, "2026-10-01", "2028-10-31")


def parameters(certificate) -> bytes:
    return json.dumps(
        {"key-type": "certificate_external", "X.509": pem(certificate).decode()}
    ).encode()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("keys/2025.json", "keys/2026.json", "IFL106"),
        ("prod/partner.json", "qa/partner.json", "IFL101"),
    ],
    ids=["one folder", "two folders"],
)
def test_parameters_that_name_no_tenant(tmp_path, old, new, expected) -> None:
    channel = Channel("HTTPS", "/orders", authorization="RoleBased")
    write_tree(tmp_path / "flow", bundle(Flow("Orders", "Orders", [channel])))
    files = {"roots.pem": pem(ROOT), old: parameters(ENDED), new: parameters(VALID)}
    write_tree(tmp_path, files)
    report = iflint.check(
        str(tmp_path),
        as_of=datetime(2026, 11, 24, tzinfo=UTC),
        roots=(str(tmp_path / "roots.pem"),),
    )
    assert [finding.code for finding in report.findings] == [expected]
