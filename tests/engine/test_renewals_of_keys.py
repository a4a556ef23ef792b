"""What counts as the renewal of a service key's certificate, and what does not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.x509 import DNSName, SubjectAlternativeName

from exports import (
    Channel,
    Flow,
    Identity,
    bundle,
    dn,
    intermediate,
    issue,
    pem,
    root,
    service_key,
    write_tree,
)
from iflint import check
from iflint.options import ServiceKeySettings

TOP = root("keys renewed root", dn("CN=Root", "O=Example"), "2020-01-01", "2040-01-01")
CA = intermediate("keys renewed ca", dn("CN=CA", "O=Example"), TOP, "2020-01-01", "2035-01-01")
NAME = dn("CN=edi.partner.example", "O=Partner")
OLD = issue("keys renewed old", NAME, CA, "2025-12-13", "2026-12-12")
NEW = issue("keys renewed new", NAME, CA, "2026-11-20", "2027-12-01")


def found(folder: Path, tenant: str, **settings: object) -> dict[str, str]:
    write_tree(folder, {"new/new.json": service_key("new", NEW, tenant=tenant)})
    return checked(folder, OLD, **settings)


def checked(folder: Path, old: Identity, **settings: object) -> dict[str, str]:
    flow = Flow("F", "F", [Channel("HTTPS", "/f", authorization="RoleBased")])
    files = {
        "old/old.json": service_key("old", old),
        "ca.pem": pem(CA),
        "roots.pem": pem(TOP),
    }
    write_tree(folder, {**bundle(flow), **files})
    keys = [
        ServiceKeySettings(path=f"{name}/*.json", folder=str(folder), roles=(role,), **settings)
        for name, role in (("old", "A"), ("new", "B"))
    ]
    report = check(
        str(folder),
        as_of=datetime(2026, 11, 24, tzinfo=UTC),
        roots=(f"{folder}/roots.pem",),
        service_keys=tuple(keys),
        select=("IFL102", "IFL321", "IFL322"),
    )
    return {finding.code: finding.message for finding in report.findings}


@pytest.mark.parametrize("tenant", ["it-rt-example!b2", "it-rt-other!b3"], ids=["its own", "other"])
def test_what_another_key_holds_is_no_renewal_of_this_one(tmp_path: Path, tenant: str) -> None:
    assert found(tmp_path, tenant).keys() == {"IFL102"}


def test_two_keys_of_one_pair_hold_no_one_certificate(tmp_path: Path) -> None:
    said = found(tmp_path, "it-rt-example!b2", pinned=False)["IFL322"]
    assert "certificates with the same subject and issuer" in said


@pytest.mark.parametrize(
    ("host", "codes"), [("a.example", {"IFL321"}), ("b.example", {"IFL102"})], ids=["same", "other"]
)
def test_without_a_subject_the_other_names_tell_the_sender(
    tmp_path: Path, host: str, codes
) -> None:
    old, new = (
        issue(
            f"keys nameless {name} {first}",
            dn(),
            CA,
            first,
            last,
            critical=[SubjectAlternativeName([DNSName(name)])],
        )
        for name, first, last in (
            ("a.example", "2025-12-13", "2026-12-12"),
            (host, "2026-11-20", "2027-12-01"),
        )
    )
    (tmp_path / "new.pem").write_bytes(pem(new))
    assert checked(tmp_path, old).keys() == codes
