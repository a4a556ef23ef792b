"""Which keys are compared, and what is said of those that are.

Those of one tenant are, and parameters, which name none, of one folder.
"""

import json
from datetime import UTC, datetime

import pytest

import iflint
from exports import Channel, Flow, bundle, dn, issue, pem, root, service_key, write_tree

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
def test_parameters_that_name_no_tenant(found, old, new, expected) -> None:
    findings = found({old: parameters(ENDED), new: parameters(VALID)})
    assert [finding.code for finding in findings] == [expected]


@pytest.fixture
def found(tmp_path):
    """What is found about keys in files."""

    def found(files):
        return _found(tmp_path, files)

    return found


def _found(tmp_path, files):
    channel = Channel("HTTPS", "/orders", authorization="RoleBased")
    write_tree(tmp_path / "flow", bundle(Flow("Orders", "Orders", [channel])))
    write_tree(tmp_path, {"roots.pem": pem(ROOT), **files})
    report = iflint.check(
        str(tmp_path),
        as_of=datetime(2026, 11, 24, tzinfo=UTC),
        roots=(str(tmp_path / "roots.pem"),),
    )
    return report.findings


TOLD = {
    "subjectdn": "CN=partner.example, C=DE",
    "issuerdn": "CN=Example Root",
    "validuntil": "2028-10-31T23:59:59Z",
}
BY_FACTS = ", as far as names and dates tell."


@pytest.mark.parametrize(
    ("others", "by_facts"),
    [
        ({"b": service_key("b", VALID)}, False),
        ({"b": service_key("b", certificatedetails=TOLD)}, True),
        (
            {
                "b": service_key("b", certificatedetails=TOLD),
                "c": service_key("c", VALID),
            },
            False,
        ),
    ],
    ids=["at hand", "told", "one of each"],
)
def test_a_key_that_was_left_behind_breaks_nothing(found, others, by_facts) -> None:
    keys = {"a": service_key("a", ENDED), **others}
    (finding,) = found({f"keys/{name}.json": data for name, data in keys.items()})
    assert (finding.code, finding.breaks_on, finding.broken_since) == ("IFL106", None, None)
    assert finding.message.endswith(BY_FACTS) == by_facts
    assert f"the service key {max(others)} has a valid one" in finding.message


def test_keys_in_conflict_are_named_once_and_counted_right(found) -> None:
    second, third = found({f"keys/{name}.json": service_key(name, VALID) for name in "abc"})
    assert second.code == third.code == "IFL322"
    assert second.message == (
        "This service key and the service key a hold the same certificate,"
        " so the tenant accepts calls with neither key."
    )
    assert third.message == (
        "This service key, the service key a and the service key b hold the same certificate,"
        " so the tenant accepts calls with none of these keys."
    )
