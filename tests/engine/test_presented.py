"""What a sender presents is known where its private key stands beside its certificate."""

import json
from datetime import UTC, datetime

import pytest

import iflint
from exports import Channel, Flow, bundle, dn, intermediate, issue, key_pem, pem, root, write_tree
from iflint.report.findings import Finding

ROOT = root("presented root", dn("CN=Example Root"), "2020-01-01", "2040-01-01")
SUB = intermediate("presented sub", dn("CN=Example Issuing"), ROOT)
PARTNER = issue("presented partner", dn("CN=partner.example"), SUB)
OTHER = issue("presented other", dn("CN=other.example"), SUB)
KEY = key_pem("presented partner")


@pytest.fixture
def said(found):
    """The rules on chains that speak of files beside a flow, with their severities."""

    def said(**files: bytes) -> list[tuple[str, str]]:
        return [(each.code, str(each.severity)) for each in found(**files)]

    return said


@pytest.fixture
def found(tmp_path):
    """What the rules on chains find in files beside a flow."""

    def found(**files: bytes) -> tuple[Finding, ...]:
        flow = Flow("Orders", "Orders", [Channel("HTTPS", "/orders", [PARTNER.pair])])
        write_tree(tmp_path / "flow", bundle(flow))
        (tmp_path / "roots.pem").write_bytes(pem(ROOT))
        (tmp_path / "certificates").mkdir()
        for name, data in files.items():
            (tmp_path / "certificates" / f"{name}.pem").write_bytes(data)
        report = iflint.check(
            str(tmp_path / "flow"),
            as_of=datetime(2026, 11, 24, tzinfo=UTC),
            roots=(str(tmp_path / "roots.pem"),),
            certificates=(str(tmp_path / "certificates"),),
            select=("IFL2",),
        )
        return report.findings

    return found


def test_a_loose_file_proves_nothing_of_what_is_presented(said) -> None:
    assert said(partner=pem(PARTNER)) == [("IFL202", "warning")]


def test_a_file_with_its_key_does(said) -> None:
    assert said(partner=pem(PARTNER) + KEY) == [("IFL202", "error")]


def test_what_lies_elsewhere_is_not_presented(said) -> None:
    assert said(partner=KEY + pem(PARTNER), chain=pem(SUB)) == [("IFL206", "error")]


def test_a_whole_chain_beside_its_key_is_presented(said) -> None:
    assert said(partner=pem(SUB, PARTNER) + KEY) == []


@pytest.mark.parametrize(
    "file",
    [pem(PARTNER, OTHER) + KEY, pem(PARTNER) + KEY + key_pem("presented other")],
    ids=["two clients", "two keys"],
)
def test_where_nothing_tells_which_is_presented_nothing_is_proven(said, file) -> None:
    assert said(partner=file) == [("IFL202", "warning")]


@pytest.mark.parametrize(
    ("chain", "expected"),
    [([PARTNER], [("IFL202", "error")]), ([PARTNER, SUB], [])],
    ids=["alone", "whole"],
)
def test_a_key_that_sap_made_holds_what_is_presented(said, chain, expected) -> None:
    assert sorted(set(said(key=key_of_sap(*chain)))) == expected


def key_of_sap(*chain):
    key = {
        "clientid": "sb-1!b1|it-rt-example!b2",
        "certificate": pem(*chain).decode(),
        "key": KEY.decode(),
        "url": "https://example.it-cpi001-rt.cfapps.eu10.hana.ondemand.com",
        "tokenurl": "https://example.authentication.cert.eu10.hana.ondemand.com/oauth/token",
    }
    return json.dumps({"oauth": key}).encode()


@pytest.mark.parametrize("beside", [{}, {"chain": pem(SUB)}], ids=["nowhere", "elsewhere"])
def test_the_chain_of_a_key_that_sap_made_is_in_its_json(found, beside) -> None:
    findings = found(key=key_of_sap(PARTNER), **beside)
    assert len(findings) == 2, "the row and the key"
    assert all(each.remedy.startswith("Download the JSON of this service key") for each in findings)


@pytest.mark.parametrize(
    ("held", "name"),
    [
        ({"partner": pem(PARTNER) + KEY}, "The file partner.pem does not present"),
        ({"key": key_of_sap(PARTNER)}, "The service key of key.pem does not present"),
    ],
    ids=["file", "service key"],
)
def test_what_presents_too_little_is_called_by_its_own_word(found, held, name) -> None:
    (first, *_) = found(chain=pem(SUB), **held)
    assert first.code == "IFL206"
    assert first.message.startswith(name)
    noun = "service key" if "key" in held else "file"
    assert first.related[-1].message == f"this certificate is not in the {noun}"


def test_a_key_without_its_private_key_proves_nothing(said) -> None:
    key = {"clientid": "sb-1!b1|it-rt-example!b2", "certificate": pem(PARTNER, OTHER).decode()}
    found = said(key=json.dumps({"oauth": key}).encode(), chain=pem(SUB))
    assert found == []
