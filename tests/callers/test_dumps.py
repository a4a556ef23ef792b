"""Dumps of certificate-to-user mappings and of keystore entries: JSON in its shapes, and Atom."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from caller_files import (
    CHAIN,
    ENTRY,
    PARTNER,
    PEM,
    ROWS,
    atom,
    base64_of,
    everything_shown,
    key,
    read,
    subjects,
    written,
)
from iflint.callers.model import Callers, CertificateFacts

UNTIL = [datetime(2026, 11, 19, tzinfo=UTC), datetime(2028, 1, 3, tzinfo=UTC)]
URI = "https://x.example/api/v1/CertificateUserMappings('a1')"


def with_metadata(row: dict) -> dict:
    kind = {"id": URI, "uri": URI, "type": "com.sap.hci.api.CertificateUserMapping"}
    return {"__metadata": kind, **row}


@pytest.mark.parametrize(
    "document",
    [
        {"d": {"results": ROWS}},
        {"d": {"results": [with_metadata(row) for row in ROWS]}},
        {"value": ROWS},
        ROWS,
        [{"d": with_metadata(row)} for row in ROWS],
        {"d": {"results": [{key.upper(): value for key, value in row.items()} for row in ROWS]}},
    ],
    ids=range(6),
)
def test_mappings_as_json(document) -> None:
    callers = read(document, "CertificateUserMappings.json")
    assert [(found.id, found.user) for found in callers.mappings] == [
        ("a1", "SUSER1"),
        ("a2", "SUSER2"),
    ]
    assert [found.valid_until for found in callers.mappings] == UNTIL
    assert subjects(callers) == ["edi.partner.example", "crm.partner.example"]
    assert callers.service_keys == ()
    assert callers.problems == ()
    text = json.dumps(document, indent=1)
    assert [written(found.location, text) for found in callers.mappings] == [
        json.dumps(row["Certificate"]) for row in ROWS
    ]
    assert [found.location for found in callers.certificates] == [
        found.location for found in callers.mappings
    ]


@pytest.mark.parametrize(
    "certificate",
    [
        base64_of(PARTNER.der),
        base64_of(PEM.replace("\n", "\r\n")),
        base64_of(PEM.replace("\n", "")),
        base64_of(CHAIN),
        PEM,
        "\n".join(base64_of(PEM)[at : at + 76] for at in range(0, len(base64_of(PEM)), 76)),
        base64_of(PEM).rstrip("="),
        base64_of(base64_of(PARTNER.der)),
        base64_of("\n".join(base64_of(PARTNER.der)[at : at + 64] for at in range(0, 2000, 64))),
    ],
    ids=range(9),
)
def test_every_way_to_write_a_certificate(certificate) -> None:
    callers = read({"d": {"results": [{**ROWS[0], "Certificate": certificate}]}})
    assert subjects(callers) == ["edi.partner.example"]
    assert callers.problems == ()


@pytest.mark.parametrize(
    "row",
    [
        {"User": "x", "Certificate": base64_of(PEM)},
        {"User": "x", "Certificate": "diploma", "ValidUntil": "2027-01-01"},
        {"Id": "1", "User": "x", "ValidUntil": "2027-01-01", "License": "gold"},
        {"id": "1", "user": "x", "certificate": PEM},
        {"Id": "1", "User": {"name": "x"}, "Certificate": base64_of(PEM)},
        {**key(), "clientid": "sb-app!t1", "user": "x"},
    ],
    ids=range(6),
)
def test_rows_of_something_else_are_none(row) -> None:
    callers = read({"d": {"results": [row]}, "note": "hexalias"})
    assert callers.mappings == ()
    assert callers.problems == ()


def test_a_mapping_by_its_selected_fields() -> None:
    row = {name: ROWS[0][name] for name in ("Id", "User", "Certificate")}
    (found,) = read([row]).mappings
    assert (found.id, found.user, found.valid_until) == ("a1", "SUSER1", None)


def test_a_dump_without_certificates_still_has_dates() -> None:
    row = {"__metadata": {"uri": URI}, "Id": "a1", "User": "SUSER1", "ValidUntil": "1795046400000"}
    document = {"d": {"results": [row]}}
    (found,) = read(document).mappings
    assert (found.certificate, found.valid_until) == (None, UNTIL[0])
    assert written(found.location, json.dumps(document, indent=1)) == '"SUSER1"'
    row["ValidUntil"] = None
    (found,) = read({"d": {"results": [{**row, "Certificate": base64_of(PEM)}]}}).mappings
    assert found.valid_until is None


@pytest.mark.parametrize("more", [{}, {"LastModifiedBy": "x", "__metadata": {"uri": "x"}}])
def test_a_dump_without_certificates_and_without_its_name_is_one(more) -> None:
    row = {"Id": "a1", "User": "SUSER1", "ValidUntil": "1795046400000", **more}
    (found,) = read({"d": {"results": [row]}}).mappings
    assert (found.id, found.user, found.valid_until) == ("a1", "SUSER1", UNTIL[0])
    assert read([row]).mappings == ()
    assert read({"results": [row]}).mappings == ()


def test_a_row_of_a_template_is_nobodys_and_one_that_tells_nothing_is_a_mapping() -> None:
    row = {"__metadata": {"uri": URI}, "Id": "a1", "User": "SUSER1", "ValidUntil": None}
    assert read({"d": {"results": [{**row, "Certificate": "<paste here>"}]}}) == Callers()
    (found,) = read({"d": {"results": [row]}}).mappings
    assert (found.certificate, found.valid_until, found.unread) == (None, None, "")


@pytest.mark.parametrize("until", ["soon", "-1", "1" * 20, "31.10.2026"])
def test_a_date_that_can_not_be_read_is_kept_as_written(until) -> None:
    row = {"Id": "a1", "User": "SUSER1", "ValidUntil": until}
    (found,) = read({"d": {"results": [row]}}).mappings
    assert (found.valid_until, found.unread) == (None, until)


def test_a_damaged_certificate_of_a_mapping() -> None:
    for damaged in (base64_of(PEM)[:300], base64_of(PARTNER.der[:200]), base64_of(PEM[:300])):
        callers = read({"d": {"results": [{**ROWS[0], "Certificate": damaged}, ROWS[1]]}})
        assert subjects(callers) == ["-", "crm.partner.example"]
        assert len(callers.problems) == 1
        assert callers.mappings[0].valid_until == UNTIL[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", ""])
def test_mappings_as_atom(encoding, newline) -> None:
    text = atom("CertificateUserMapping", ROWS, newline=newline)
    data = text.encode(encoding)
    callers = read(data, "mappings.xml")
    assert [(found.id, found.user, found.valid_until) for found in callers.mappings] == [
        ("a1", "SUSER1", UNTIL[0]),
        ("a2", "SUSER2", UNTIL[1]),
    ]
    assert subjects(callers) == ["edi.partner.example", "crm.partner.example"]
    plain = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(encoding, encoding)
    for found, row in zip(callers.mappings, ROWS, strict=True):
        assert written(found.location, data, plain) == row["Certificate"]
        assert found.location.region is not None
        assert found.location.region.excerpt.strip() == "LS0tLS1CRUdJTi"


def test_an_answer_in_xml_without_atom() -> None:
    rows = "".join(
        "<CertificateUserMapping>"
        + "".join(f"<{name}>{value}</{name}>" for name, value in row.items())
        + "</CertificateUserMapping>"
        for row in ROWS
    )
    callers = read(f"<CertificateUserMappings>{rows}</CertificateUserMappings>", "mappings.txt")
    assert subjects(callers) == ["edi.partner.example", "crm.partner.example"]


def test_a_mapping_without_date_in_atom() -> None:
    row = {**ROWS[0], "ValidUntil": None}
    (found,) = read(atom("CertificateUserMapping", [row]), "mappings.xml").mappings
    assert found.valid_until is None


def test_atom_with_references_and_line_ends_in_the_certificate() -> None:
    folded = base64_of(PEM)[:76] + "&#13;\n" + base64_of(PEM)[76:]
    text = atom("CertificateUserMapping", ROWS[:1]).replace(base64_of(PEM), folded)
    (found,) = read(text, "mappings.xml").mappings
    assert written(found.location, text) == folded
    text = text.replace("SUSER1", "S&amp;U &#x41;")
    assert read(text, "mappings.xml").mappings[0].user == "S&U A"


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE feed>",
        '<!DOCTYPE feed [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>',
        '<!DOCTYPE feed SYSTEM "file:///etc/passwd">',
    ],
)
def test_a_doctype_is_refused(doctype) -> None:
    text = atom("CertificateUserMapping", ROWS, prolog=doctype)
    assert read(text, "mappings.xml") == Callers()


def test_what_comes_before_the_end_of_what_is_xml() -> None:
    text = atom("CertificateUserMapping", ROWS)
    assert subjects(read(text[: text.rindex("<entry>")], "m.xml")) == ["edi.partner.example"]
    assert subjects(read(text[: text.rindex("</d:ValidUntil>")], "m.xml")) == [
        "edi.partner.example",
        "crm.partner.example",
    ]
    assert read("<a>" * 100_000 + "hexalias", "m.xml") == Callers()
    assert read("<hexalias" + "\0" * 9, "m.xml") == Callers()


FACTS = CertificateFacts(
    subject=ENTRY["SubjectDN"],
    issuer=ENTRY["IssuerDN"],
    not_before=datetime(2019, 10, 4, tzinfo=UTC),
    not_after=datetime(2020, 4, 1, 12, tzinfo=UTC),
    serial="0f:aa",
)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (json.dumps({"d": {"results": [ENTRY]}}), '"party"'),
        (json.dumps({"value": [ENTRY]}), '"party"'),
        (atom("KeystoreEntry", [ENTRY]), "party"),
    ],
    ids=["results", "value", "Atom"],
)
def test_keystore_entries(text, place) -> None:
    callers = read(text, "KeystoreEntries.json")
    (found,) = callers.keystore_entries
    assert found.alias == "party"
    assert found.certificate == FACTS
    assert written(found.location, text) == place
    assert everything_shown(callers) == place
    assert callers.certificates == ()


def test_the_chain_of_an_entry_is_no_entry() -> None:
    chain = {"results": [{**ENTRY, "Index": 0}, {**ENTRY, "Index": 1, "SubjectDN": "CN=CA"}]}
    callers = read({"d": {"results": [{**ENTRY, "ChainCertificates": chain}]}})
    assert [found.certificate for found in callers.keystore_entries] == [FACTS]
    assert read({"d": {"results": [{"Hexalias": "61", "SubjectDN": "CN=x"}]}}) == Callers()
