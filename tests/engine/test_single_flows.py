"""Without certificates that are named, a flow that is checked alone has those of its repository."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

import iflint
from exports import (
    Channel,
    Flow,
    bundle,
    dn,
    issue,
    key_pem,
    pem,
    root,
    service_key,
    write_tree,
    zipped,
)

CLOCK = datetime(2026, 11, 24, tzinfo=UTC)
ROOT = root("single root", dn("CN=Any Root"), "2015-01-01", "2044-12-31")
LEAF = issue("single leaf", dn("CN=edi.partner.example"), ROOT, "2025-01-01", "2026-01-31")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    def flow(authorization: str) -> dict[str, bytes]:
        channel = Channel("HTTPS", "/orders", [LEAF.pair], authorization=authorization)
        return bundle(Flow("Orders", "Orders", [channel]))

    orders = flow("ClientCertificate")
    write_tree(
        tmp_path,
        {
            **{f"flows/Orders/{name}": data for name, data in orders.items()},
            **{f"flows/Quiet/{name}": data for name, data in flow("RoleBased").items()},
            "flows/Orders.zip": zipped(orders),
            "flows/alone/Orders.iflw": next(v for k, v in orders.items() if k.endswith(".iflw")),
            "certificates/partner.pem": pem(LEAF),
            "certificates/notes": b"nothing",
        },
    )
    (tmp_path / ".git").mkdir()
    return tmp_path


def codes(repository: Path, *paths: str, **settings: object) -> list[str]:
    report = iflint.check(*paths, as_of=CLOCK, directory=str(repository), **settings)
    return sorted(
        finding.code for finding in report.findings if finding.code in ("IFL101", "IFL302")
    )


@pytest.mark.parametrize(
    "path",
    [
        "flows/Orders",
        "flows/Orders/src/main/resources/scenarioflows/integrationflow/Orders.iflw",
        "flows/Orders.zip",
        "flows/alone/Orders.iflw",
    ],
)
def test_a_flow_alone_has_the_certificates_of_its_repository(repository, path) -> None:
    assert codes(repository, path) == ["IFL101"]


def test_flows_that_are_named_together_have_them_too(repository) -> None:
    assert codes(repository, "flows/Orders", "flows/Orders.zip") == ["IFL101"] * 2


def test_what_is_named_for_certificates_is_all(repository) -> None:
    assert codes(repository, "flows/Orders", certificates=[]) == ["IFL302"]
    assert codes(repository, "flows") == ["IFL302"] * 3


def test_without_a_repository_there_is_none_to_look_in(repository) -> None:
    (repository / ".git").rmdir()
    assert codes(repository, "flows/Orders") == ["IFL302"]


def test_a_flow_without_pairs_that_count_needs_no_certificates(repository) -> None:
    report = iflint.check("flows/Quiet", as_of=CLOCK, directory=str(repository))
    assert report.certificates == 0
    report = iflint.check("flows/Orders", as_of=CLOCK, directory=str(repository))
    assert (report.certificates, report.certificate_files) == (1, 1)
    assert [each.detail for each in report.skipped] == []


def test_nothing_is_said_of_what_else_its_repository_holds(repository) -> None:
    other = issue("single other", dn("CN=other"), ROOT, "2025-01-01", "2026-01-31")
    write_tree(
        repository,
        {
            "keys/other.json": service_key("other", other, key=key_pem("single").decode()),
            "certificates/broken.zip": b"PK\x03\x04 cut off",
        },
    )
    report = iflint.check("flows/Orders", as_of=CLOCK, directory=str(repository))
    assert {str(each.location.file).partition("/")[0] for each in report.findings} == {"flows"}
    assert not report.callers
