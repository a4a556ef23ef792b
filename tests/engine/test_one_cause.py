"""One cause gives one finding, and what it says is true: whole runs on flows made for it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import iflint
from exports import (
    Channel,
    Flow,
    bundle,
    dn,
    guests,
    issue,
    mappings,
    pem,
    root,
    service_key,
    write_tree,
)
from iflint.reporters.causes import causes_of, headline

CLOCK = datetime(2026, 11, 24, tzinfo=UTC)
PARTNER = dn("CN=edi.partner.example", "O=Partner Example GmbH", "C=DE")


@pytest.fixture
def findings(tmp_path):
    """The findings, by code, of one flow with these channels and certificates."""

    def of(*channels, parameters=None, certificates=b"", **settings):
        write_tree(tmp_path, bundle(Flow("Orders", "Orders", channels, parameters or {})))
        if certificates:
            (tmp_path / "certificates.pem").write_bytes(certificates)
        settings["ignore"] = guests("tests/engine/test_one_cause.py")
        report = iflint.check(str(tmp_path), **{"as_of": CLOCK, **settings})
        return {finding.code: finding for finding in report.findings}

    return of


def test_a_table_that_cannot_be_read_is_not_called_empty(findings) -> None:
    table = {"clientCertificates": "garbage"}
    assert list(findings(Channel("HTTPS", "/orders", properties=table))) == ["IFL001"]


@pytest.mark.parametrize("blank", ["", " ", "\t"])
def test_an_authorization_that_is_a_blank_parameter_is_never_passed_in_silence(
    findings, blank
) -> None:
    channel = Channel("HTTPS", "/orders", [("CN=a", "CN=b")], authorization="{{Authorization}}")
    found = findings(channel, parameters={"Authorization": blank})
    assert list(found) == ["IFL003"]
    assert "{{Authorization}}, which is empty" in found["IFL003"].message


@pytest.mark.parametrize("basic", ["true", "TRUE", " true "])
def test_the_old_formats_setting_has_no_documented_value(findings, basic) -> None:
    pair = ("CN=a", "CN=b")
    channel = Channel("SOAP", "/orders", [pair], authorization=None, old_format=basic)
    assert "IFL004" not in findings(channel)


def test_a_namesake_of_a_listed_root_is_told_from_it(findings) -> None:
    listed = dn("CN=GTS Root R1", "O=Google Trust Services LLC", "C=US")
    namesake = root("namesake of a listed root", listed, "2016-06-22", "2036-06-22")
    partner = issue("partner below a namesake", PARTNER, namesake)
    found = findings(
        Channel("HTTPS", "/orders", [partner.pair]), certificates=pem(partner, namesake)
    )
    assert "The supported root of this name has another key" in found["IFL201"].message


def test_a_certificate_is_one_cause_whatever_lets_it_in(tmp_path) -> None:
    above = root("one cause root", dn("CN=Root"), "2015-01-01", "2044-12-31")
    partner = issue("one cause ended", PARTNER, above, "2025-01-01", "2026-01-01")
    (tmp_path / "key.json").write_bytes(service_key("partner", partner))
    (tmp_path / "users.json").write_bytes(mappings(("PARTNER", partner)))
    write_tree(
        tmp_path, bundle(Flow("Orders", "Orders", [Channel("HTTPS", "/orders", [partner.pair])]))
    )
    report = iflint.check(str(tmp_path), as_of=CLOCK, select=["IFL101"])
    assert [len(cause.fixes) for cause in causes_of(report.findings)] == [3]
    assert headline(causes_of(report.findings), report.outcomes) == (
        "1 certificate has expired: 3 interfaces."
    )


@pytest.mark.parametrize("subject", ["CN=x, O=Acme, Inc.", "CN=x"])
def test_a_name_to_enter_is_spelled_as_its_parameter_file_takes_it(findings, subject) -> None:
    partner = issue(
        "one cause comma", dn("CN=x", "O=Acme, Inc."), issue("one cause", PARTNER, None)
    )
    channel = Channel("HTTPS", "/orders", [("{{Subject}}", partner.pair[1])])
    (wrong,) = findings(
        channel, parameters={"Subject": subject}, certificates=pem(partner), select=["IFL3"]
    ).values()
    spelled = re.search(r"CN=x, ?O=Acme\\\\, Inc\.", wrong.remedy)
    assert spelled
    assert "as parameters.prop needs it" in wrong.remedy

    (Path(wrong.location.file.path).parent / "parameters.prop").write_text(f"Subject={spelled[0]}")
    found = findings(channel, certificates=pem(partner), select=["IFL3"])
    assert not found


def test_the_last_day_of_the_calendar_is_a_clock_like_any_other(findings, tmp_path) -> None:
    anchor = root("one cause 9999", dn("CN=Lasting Root"), "2000-01-01", "9999-12-31")
    partner = issue("one cause 9999 partner", PARTNER, anchor, "2001-01-01", "9999-12-31")
    roots = tmp_path / "roots.pem"
    roots.write_bytes(pem(anchor))
    found = findings(
        Channel("HTTPS", "/orders", [partner.pair]),
        certificates=pem(partner),
        roots=[str(roots)],
        as_of=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    )
    assert "expires on 9999-12-31 (today)" in found["IFL102"].message


@pytest.mark.parametrize(("first_day", "late"), [("2026-12-01", False), ("2027-01-01", True)])
def test_a_successor_that_begins_too_late_is_no_reason_to_wait(findings, first_day, late) -> None:
    issuer = issue("one cause issuer", PARTNER, None)
    days = [("2025-12-01", "2026-12-10"), (first_day, "2028-12-31")]
    old, new = (issue(f"one cause renewal {span}", PARTNER, issuer, *span) for span in days)
    found = findings(Channel("HTTPS", "/orders", [old.pair]), certificates=pem(old, new))
    assert ("IFL102" in found) is late
    assert not late or "for the days until 2027-01-01" in found["IFL102"].remedy


def test_a_successor_with_a_worse_chain_is_none(findings, tmp_path) -> None:
    names = dn("CN=Issuing CA")
    listed, other = (
        issue(f"one cause {label}", names, None, "2020-01-01", "2040-01-01", ca=True)
        for label in ("listed", "other")
    )
    old = issue("one cause old leaf", PARTNER, listed, "2025-12-01", "2026-12-10")
    new = issue("one cause new leaf", PARTNER, other, "2026-11-01", "2028-12-31")
    roots = tmp_path / "listed.txt"
    roots.write_bytes(pem(listed))
    found = findings(
        Channel("HTTPS", "/orders", [old.pair]),
        certificates=pem(old, new, other),
        roots=[str(roots)],
    )
    assert found["IFL107"].severity == "warning"
    assert "IFL102" not in found
