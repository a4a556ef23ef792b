"""A dump of a tenant's keystore has names and dates: its certificates are at hand by these."""

import json
from datetime import UTC, datetime

import pytest

import iflint
from exports import Channel, Flow, bundle, dn, issue, pem, root, write_tree

ROOT = root("entries root", dn("CN=Example Root"), "2020-01-01", "2040-01-01")
ENDED = issue("entries ended", dn("CN=partner.example", "C=DE"), ROOT, last="2026-10-31")
CLOCK = datetime(2026, 11, 24, tzinfo=UTC)


def dump(ended) -> bytes:
    """What the API tells of an entry with a certificate, as it writes dates."""
    moments = [
        f"/Date({int(when.timestamp() * 1000)})/"
        for when in (
            ended.certificate.not_valid_before_utc,
            ended.certificate.not_valid_after_utc,
        )
    ]
    entry = {
        "Hexalias": "7061727479",
        "Alias": "party",
        "Type": "Certificate",
        "Owner": "Tenant Administrator",
        "SubjectDN": ended.pair[0],
        "IssuerDN": ended.pair[1],
        "ValidNotBefore": moments[0],
        "ValidNotAfter": moments[1],
    }
    return json.dumps({"d": {"results": [entry]}}).encode()


@pytest.fixture
def report(tmp_path):
    def report(files, **settings):
        flow = Flow("Orders", "Orders", [Channel("HTTPS", "/orders", [ENDED.pair])])
        write_tree(tmp_path / "flow", bundle(flow))
        write_tree(tmp_path, {"roots.pem": pem(ROOT), **files})
        roots = (str(tmp_path / "roots.pem"),)
        return iflint.check(str(tmp_path), as_of=CLOCK, roots=roots, **settings)

    return report


def test_an_entry_of_a_row_that_has_expired_is_said(report) -> None:
    found = report({"entries.json": dump(ENDED)})
    assert [(each.code, str(each.severity)) for each in found.findings] == [("IFL101", "error")]
    assert found.findings[0].message.endswith("not the certificate itself.")
    assert (found.bindings.rows, found.bindings.with_certificate) == (1, 1)
    assert found.callers == ()
    assert found.skipped == ()


def test_where_a_file_has_the_bytes_the_dump_adds_nothing(report) -> None:
    files = {"partner.pem": pem(ENDED)}
    alone = report(files)
    assert "not the certificate itself" not in alone.findings[0].message
    both = report({**files, "entries.json": dump(ENDED)})
    assert [each.fingerprint for each in both.findings] == [
        each.fingerprint for each in alone.findings
    ]
    assert both.bindings == alone.bindings


def test_it_is_at_hand_only_where_certificates_are_looked_for(report) -> None:
    found = report({"entries.json": dump(ENDED)}, certificates=())
    assert "IFL101" not in [each.code for each in found.findings]


def test_an_end_that_can_not_be_read_is_said_where_no_file_has_the_bytes(report) -> None:
    document = json.loads(dump(ENDED))
    document["d"]["results"][0]["ValidNotAfter"] = "31.10.2026"
    entries = {"entries.json": json.dumps(document).encode()}
    found = report(entries)
    (said,) = [each for each in found.findings if each.code == "IFL002"]
    assert said.message.endswith("31.10.2026.")
    assert str(said.location).endswith("entries.json:1:56")
    found = report({**entries, "partner.pem": pem(ENDED)})
    assert [each.code for each in found.findings] == ["IFL101"]
