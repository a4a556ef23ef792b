"""Files that somebody sends for a certificate, as `chain`, `renew` and `check` take them."""

from __future__ import annotations

import base64
import json
import zipfile
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

import iflint
from exports import Channel, Flow, bundle, dn, intermediate, issue, pem, root, sap_pse, write_tree

TOP = root("sent-root", dn("CN=Root"), "2020-01-01", "2040-01-01")
CA = intermediate("sent-ca", dn("CN=CA"), TOP, "2020-01-01", "2035-01-01")
OWN = issue("sent-own", dn("CN=orders.example"), CA, "2026-01-01", "2027-03-31")
CLOCK = ("--as-of", "2026-11-24")
IN_BASE64 = base64.b64encode(OWN.der).decode()


def mail() -> bytes:
    message = EmailMessage()
    message["Subject"] = "Our certificate"
    message.set_content("Please find it attached.")
    message.add_attachment(OWN.der, maintype="application", subtype="x", filename="own.cer")
    return message.as_bytes()


SENT = {
    "mail.eml": mail(),
    "metadata.xml": f"<X509Data><X509Certificate>{IN_BASE64}</X509Certificate></X509Data>".encode(),
    "keys.json": json.dumps({"keys": [{"x5c": [IN_BASE64]}]}).encode(),
    "own.pse": sap_pse(own=[OWN, CA]),
    "copied.txt": pem(OWN).replace(b"\n", b"<br>\n"),
    "digits.txt": OWN.der.hex().encode(),
}


@pytest.fixture(autouse=True)
def _repository(workplace) -> None:
    flow = Flow("Orders", "Receive Orders", [Channel("HTTPS", "/orders", [OWN.pair])])
    write_tree(workplace / "flow", bundle(flow))
    (workplace / "roots.pem").write_bytes(pem(TOP))
    (workplace / "iflint.toml").write_text('roots = ["roots.pem"]\nplatform = "custom"\n')


@pytest.mark.parametrize("name", SENT)
def test_chain_and_renew_take_it(name, call, workplace) -> None:
    (workplace / name).write_bytes(SENT[name])
    for command in (["chain", name], ["renew", name, "flow"]):
        result = call(*command, *CLOCK)
        assert result.exit_code in (0, 1)
        assert "CN=orders.example" in result.stdout


@pytest.mark.parametrize("name", ["mail.eml", "metadata.xml", "keys.json", "own.pse"])
def test_it_counts_in_a_folder_of_certificates(name, workplace) -> None:
    folder = workplace / "sent"
    folder.mkdir()
    (folder / name).write_bytes(SENT[name])
    (folder / "notes.xml").write_text("<notes>MIIB no certificate</notes>")
    report = iflint.check(
        "flow",
        certificates=["sent"],
        roots=["roots.pem"],
        platform="custom",
        as_of=datetime(2026, 11, 24, tzinfo=UTC),
    )
    ((entry,),) = ([e.state for c in flow.channels for e in c.entries] for flow in report.iflows)
    assert entry == "joined"
    assert not any("notes.xml" in str(finding.location) for finding in report.findings)


def test_a_document_of_office_is_named(call, workplace) -> None:
    with zipfile.ZipFile(workplace / "letter.docx", "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("word/document.xml", "<document/>")
    result = call("chain", "letter.docx", *CLOCK)
    assert result.exit_code == 2
    assert "it is an Office document, not a certificate" in result.stderr
