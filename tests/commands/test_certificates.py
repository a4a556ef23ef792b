"""`iflint certificates`: who needs which certificate, as a table, JSON, CSV and a calendar."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import jsonschema
import msgspec
import pytest

from caller_files import base64_of, key
from exports import Channel, Flow, bundle, dn, intermediate, issue, pem, root, write_tree
from iflint.answers.certificate_uses import uses_of as uses_of_sessions
from iflint.console.calendars import Event, calendar_text
from iflint.engine.run import read
from iflint.options import Options
from iflint.places.location import FileLocation, Location, Package
from iflint.report.certificate_list import (
    CertificateUse,
    CertificateUses,
    EnvironmentStanding,
    ListInForce,
    Use,
)
from iflint.report.findings import (
    CertificateReference,
    ChannelReference,
    EntryReference,
    IflowReference,
)
from iflint.reporters.schema import certificates_schema

TOP = root("uses-root", dn("CN=Root", "O=Example"), "2020-01-01", "2040-01-01")
MIDDLE = intermediate("uses-ca", dn("CN=CA", "O=Example"), TOP, "2020-01-01", "2035-01-01")
NAME = dn("CN=orders.example", "O=Example")
OLD = issue("uses-old", NAME, MIDDLE, "2025-12-13", "2026-12-12")
NEW = issue("uses-new", NAME, MIDDLE, "2026-11-01", "2027-10-31")
OTHER = issue("uses-other", dn("CN=notes.example", "O=Example"), MIDDLE, "2026-01-01", "2027-06-30")
STRANGER = issue("uses-x", dn("CN=x.example", "O=X"), MIDDLE, "2026-01-01", "2027-12-01")
CLOCK = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
HOSTILE = '=cmd\x1b[31m\r\nBEGIN:VEVENT;,\\n"\u202e' + "ü€😀" * 40


@pytest.fixture
def repository(workplace):
    """Two flows: one needs the old and the new certificate by one pair, one misspells a DN."""
    (workplace / "certs").mkdir()
    (workplace / "roots.pem").write_bytes(pem(TOP))
    (workplace / "certs" / "all.pem").write_bytes(pem(MIDDLE, OLD, NEW, OTHER, STRANGER))
    (workplace / "again.pem").write_bytes(pem(OLD))
    absent = ("CN=absent.example, O=Absent", OLD.pair[1])
    orders = Flow("Orders", "Receive Orders", [Channel("HTTPS", "/orders", [OLD.pair, OLD.pair])])
    subject, issuer = OTHER.pair
    swapped = ", ".join(reversed(subject.split(",")))
    notes = Flow("Notes", "Receive Notes", [Channel("SOAP", "/notes", [(swapped, issuer), absent])])
    for flow in (orders, notes):
        write_tree(workplace / "Package" / flow.id, bundle(flow))
    (workplace / "iflint.toml").write_text('roots = ["roots.pem"]\nplatform = "custom"\n')
    return workplace


def uses_of(**settings) -> dict:
    options = Options(platform="custom", roots=("roots.pem",), as_of=CLOCK, **settings)
    found = uses_of_sessions(read(["."], options).sessions)
    return {use.certificate.sha256: use for use in found.certificates} | {"": found}


def named(use):
    return [(one.iflow.id, one.entry.ordinal, one.relation, one.decides) for one in use.uses]


def sha256(issued):
    from hashlib import sha256

    from cryptography.hazmat.primitives.serialization import Encoding

    return sha256(issued.certificate.public_bytes(Encoding.DER)).hexdigest()


def test_who_needs_what(repository) -> None:
    found = uses_of()
    assert named(found[sha256(NEW)]) == [
        ("Orders", 1, "pair", True),
        ("Orders", 2, "pair", True),
    ]
    assert named(found[sha256(OLD)]) == [
        ("Orders", 1, "pair", False),
        ("Orders", 2, "pair", False),
    ]
    assert named(found[sha256(OTHER)]) == [("Notes", 1, "meant", False)]
    assert named(found[sha256(MIDDLE)]) == [
        ("Orders", 1, "chain", True),
        ("Orders", 2, "chain", True),
    ]
    assert named(found[sha256(STRANGER)]) == []
    assert found[""].entries_without == 1


def test_what_ends_first_stands_first_and_each_once(repository) -> None:
    found = uses_of()[""].certificates
    assert [use.certificate.sha256 for use in found[:2]] == [sha256(OLD), sha256(OTHER)]
    assert [use.days_left for use in found[:1]] == [18]
    assert {str(place.file) for place in found[0].certificate.locations} == {
        "again.pem",
        "certs/all.pem",
    }
    roles = {use.certificate.sha256: use.role for use in found}
    assert (roles[sha256(MIDDLE)], roles[sha256(TOP)]) == ("intermediate", "root")


def test_the_verdict_is_that_of_the_chain(repository) -> None:
    (standing,) = uses_of()[sha256(NEW)].standings
    assert (standing.verdict, standing.holds_until.date()) == ("works", date(2027, 10, 31))
    (repository / "certs" / "all.pem").write_bytes(pem(NEW))
    (standing,) = uses_of()[sha256(NEW)].standings
    assert standing.verdict == "fails"
    assert "CN=CA" in standing.reasons[0]


def test_environments_are_told_where_they_differ(repository, call) -> None:
    (repository / "other.pem").write_bytes(
        pem(root("uses-root2", dn("CN=Root 2", "O=Example"), "2020-01-01", "2040-01-01"))
    )
    with (repository / "iflint.toml").open("a") as file:
        file.write('[environments.qa]\n[environments.prod]\nroots = ["other.pem"]\n')
    given = ("certificates", "--all-environments", "--as-of", "2026-11-24")
    read = json.loads(call(*given, "--format", "json").stdout)
    assert [each["environment"] for each in read["lists"]] == ["qa", "prod"]
    (new,) = (e for e in read["certificates"] if e["certificate"]["sha256"] == sha256(NEW))
    assert [(s["verdict"], s["environments"]) for s in new["standings"]] == [
        ("works", ["qa"]),
        ("fails", ["prod"]),
    ]
    assert [use["environments"] for use in new["uses"]] == [["qa", "prod"]] * 2
    lines = list(csv.DictReader(io.StringIO(call(*given, "--format", "csv").stdout)))
    of_new = [line for line in lines if line["sha256"] == sha256(NEW)]
    assert [(line["environments"], line["verdict"], line["entry"]) for line in of_new] == [
        ("qa", "works", "1"),
        ("qa", "works", "2"),
        ("prod", "fails", "1"),
        ("prod", "fails", "2"),
    ]
    assert "qa: works" in call(*given).stdout


@pytest.mark.parametrize("options", [(), ("--isolated", "nothing")])
def test_the_json_is_valid_by_its_published_schema(repository, call, options) -> None:
    (repository / "nothing").mkdir()
    (repository / "cut.pem").write_text("-----BEGIN CERTIFICATE-----\nMIIB\n")
    text = call("certificates", "--as-of", "2026-11-24", *options, "--format", "json").stdout
    document = json.loads(text)
    assert list(document)[:3] == ["$schema", "format", "formatVersion"]
    jsonschema.Draft202012Validator(certificates_schema()).validate(document)


def test_the_columns_of_the_csv_are_documented(repository, call) -> None:
    (columns, *_) = csv.reader(io.StringIO(call("certificates", "--format", "csv").stdout))
    page = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
    table = page[page.index("## `iflint certificates --format csv`") :]
    assert re.findall(r"(?m)^\| `(\w+)` \|", table) == columns


def test_the_table(repository, call) -> None:
    shown = call("certificates", "--as-of", "2026-11-24", env={"COLUMNS": "80"}).stdout
    assert max(map(len, shown.splitlines())) <= 80
    said = " ".join(shown.split())
    for part in (
        "2026-12-12",
        "18 days left",
        "beside a better one",
        "meant, but its DN",
        "in its chain",
        "nobody",
        "6 certificates, 1 needed by nobody",
        "1 row has no certificate at hand",
        "Clock: 2026-11-24.",
    ):
        assert part in said, part


def test_no_certificate_is_said_aloud(workplace, call) -> None:
    result = call("certificates", "--isolated")
    assert (result.exit_code, result.stdout[:23]) == (0, "No certificates found.\n")
    text = call("certificates", "--isolated", "--format", "ics").stdout
    assert text.endswith("END:VCALENDAR\n")


def test_what_could_not_be_read_is_said_beside_the_list(workplace, call) -> None:
    (workplace / "cut.pem").write_text(f"-----BEGIN CERTIFICATE-----\nMIIB{'A' * 60}\n")
    result = call("certificates", "--isolated", "--format", "json")
    assert json.loads(result.stdout)["certificates"] == []
    assert "1 input could not be read" in result.stderr


def test_mistakes_come_all_at_once(workplace, call) -> None:
    result = call("certificates", "--format", "icz", "absent", "--platform", "x")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 3


def hostile_uses() -> CertificateUses:
    place = Location(FileLocation(HOSTILE))
    iflow = IflowReference(HOSTILE, HOSTILE, "-1", Package("p", HOSTILE), FileLocation(HOSTILE))
    channel = ChannelReference("", 1, HOSTILE, "HTTPS", HOSTILE, HOSTILE)
    use = Use(iflow, channel, EntryReference(1, HOSTILE, HOSTILE), "pair", True)
    certificate = CertificateReference(
        HOSTILE, "\ud800", "ab" * 32, CLOCK, CLOCK + timedelta(days=9), (place,)
    )
    one = CertificateUse(
        certificate, "client", 9, (EnvironmentStanding("fails", (HOSTILE,), None),), (use,)
    )
    return CertificateUses(CLOCK, (ListInForce("", "cf", HOSTILE),), (one,))


@pytest.mark.parametrize("chosen", ["table", "csv", "json", "ics"])
def test_names_from_input_steer_nothing(workplace, call, monkeypatch, chosen) -> None:
    monkeypatch.setattr("iflint.answers.certificate_uses.uses_of", lambda *_: hostile_uses())
    result = call("certificates", "--isolated", "--format", chosen)
    assert result.exit_code == 0
    assert not {"\x1b", "\u202e"} & set(result.stdout)
    if chosen == "csv":
        (line,) = csv.DictReader(io.StringIO(result.stdout))
        assert all(line[name].startswith("'=") for name in ("subject", "package", "address"))
    elif chosen == "json":
        assert json.loads(result.stdout)["certificates"][0]["certificate"]["subject"] == HOSTILE
    elif chosen == "ics":
        assert result.stdout.count("BEGIN:VEVENT\n") == 1


@pytest.fixture
def read_calendar():
    """The events of a calendar file, as a real calendar library reads it."""
    icalendar = pytest.importorskip("icalendar", reason="icalendar is not installed")

    def read(data: bytes):
        calendar = icalendar.Calendar.from_ical(data)
        events = list(calendar.walk("VEVENT"))
        assert not calendar.errors
        assert not any(event.errors for event in events)
        return calendar, events

    return read


def test_a_calendar_has_the_day_on_which_a_chain_ends(call, monkeypatch, read_calendar) -> None:
    """A root that leaves the list ends the use months before the certificate does."""
    monkeypatch.chdir(Path(__file__).parents[2] / "fixtures" / "demo")
    said = call("certificates", "--as-of", "2026-11-24", "--format", "ics").stdout_bytes
    _, events = read_calendar(said)
    (event,) = (each for each in events if "CN=edi.haulage.example" in each["SUMMARY"])
    assert event["DTSTART"].dt == date(2027, 1, 20)
    assert event["SUMMARY"].startswith("Last day of use of")
    assert "Valid until: 2027-09-30" in event["DESCRIPTION"]


def test_a_calendar_library_reads_the_calendar(repository, call, read_calendar) -> None:
    given = ("certificates", "--as-of", "2026-11-24T08:30:00Z", "--format", "ics")
    assert call(*given, "--output", "first.ics").exit_code == 0
    assert call(*given, "--output", "second.ics").exit_code == 0
    data = (repository / "first.ics").read_bytes()
    assert data == (repository / "second.ics").read_bytes()
    _, events = read_calendar(data)
    assert len({str(event["UID"]) for event in events}) == len(events) == 6
    first = events[0]
    assert str(first["UID"]) == f"{sha256(OLD)}@iflint"
    assert first["DTSTART"].dt == date(2026, 12, 12)
    assert first["DTSTAMP"].dt == CLOCK
    assert "CN=orders.example" in first["SUMMARY"]
    assert "Receive Orders 1.0.0: HTTPS /orders (row 1" in first["DESCRIPTION"]
    alarms = [alarm["TRIGGER"].dt for alarm in first.walk("VALARM")]
    assert alarms == [-timedelta(days=30), -timedelta(days=7)]


def test_hostile_text_is_text_for_the_library(read_calendar) -> None:
    from iflint.commands.certificates import _calendar

    data = _calendar(hostile_uses()).encode()
    _, (event,) = read_calendar(data)
    assert event["SUMMARY"].startswith(
        'Last day of =cmd\\x1b[31m\\r\\nBEGIN:VEVENT;,\\n"\\u202eü€😀'
    )
    assert event["SUMMARY"].endswith("😀 (1 channel)")
    assert len(list(event.walk("VALARM"))) == 2


def test_what_is_over_has_no_alarm() -> None:
    from iflint.commands.certificates import _calendar

    uses = hostile_uses()
    over = uses.certificates[0]
    after = over.certificate.not_after + timedelta(days=1)
    told = msgspec.structs.replace(uses, certificates=(over,), as_of=after)
    assert "VALARM" not in _calendar(told)


def test_lines_are_folded_within_75_octets_and_end_in_crlf() -> None:
    for length in range(60, 90):
        for letter in ("x", "ü", "€", "😀", ","):
            event = Event("a@b", date(2026, 12, 1), letter * length, (letter * 200, "b"))
            text = calendar_text("x", "1", CLOCK, [event])
            data = text.encode()
            assert data.endswith(b"\r\n")
            for line in data.removesuffix(b"\r\n").split(b"\r\n"):
                assert len(line) <= 75
                assert b"\n" not in line
                line.decode()
            assert letter * length in text.replace("\r\n ", "").replace("\\", "")


def test_the_last_day_of_all_is_a_day(read_calendar) -> None:
    events = [
        Event("a@b", date.max, "end", ()),
        Event("b@b", date(1, 1, 1), "begin", (), (30,)),
    ]
    text = calendar_text("x", "1", CLOCK, events)
    assert "DTSTART;VALUE=DATE:99991231\r\n" in text
    assert "DTSTART;VALUE=DATE:00010101\r\n" in text
    assert len(read_calendar(text.encode())[1]) == 2


def test_a_format_can_name_its_file(workplace, call) -> None:
    assert call("certificates", "--format", "json=a.json").exit_code == 0
    assert json.loads((workplace / "a.json").read_text("utf-8"))["certificates"] == []
    for arguments in (("json=a.json", "--output", "b.json"), ("json=",), ("xml=a",)):
        assert call("certificates", "--format", *arguments).exit_code == 2


def test_an_empty_calendar_is_told(workplace, call) -> None:
    result = call("certificates", "--format", "ics")
    assert result.exit_code == 0
    assert result.stderr == "iflint: no certificate found\n"


@pytest.fixture
def callers(repository):
    """A service key that opens a channel, and a mapping of whose user no roles are known."""
    clients = Flow("Clients", "Clients", [Channel("HTTPS", "/clients", authorization="RoleBased")])
    write_tree(repository / "Package" / "Clients", bundle(clients))
    (repository / "keys").mkdir()
    held = key(pem(OTHER).decode())
    (repository / "keys" / "partner.json").write_text(json.dumps(held), "utf-8")
    rows = [{"Id": "a", "User": "SUSER1", "Certificate": base64_of(pem(STRANGER))}]
    (repository / "users.json").write_text(json.dumps({"d": {"results": rows}}), "utf-8")
    roles = '[[service-keys]]\npath = "keys/*.json"\nroles = ["ESBMessaging.send"]\n'
    with (repository / "iflint.toml").open("a") as file:
        file.write(roles)
    return repository


def test_callers_need_certificates_too(callers, call) -> None:
    given = ("certificates", "--as-of", "2026-11-24")
    shown = " ".join(call(*given).stdout.split())
    for part in (
        "service key partner of tenant it-rt-example!b2 Clients: HTTPS /clients",
        "mapping of user SUSER1 roles not known",
        "service key partner of tenant it-rt-example!b2 (in its chain)",
        "6 certificates. 1 row has",
    ):
        assert part in shown, part
    lines = list(csv.DictReader(io.StringIO(call(*given, "--format", "csv").stdout)))
    own = {line["caller_name"]: line for line in lines if line["relation"] == "own"}
    assert own["partner"]["opens"] == "Clients: HTTPS /clients"
    assert own["partner"]["roles"] == "ESBMessaging.send"
    assert own["SUSER1"]["roles"] == "not known"
    assert own["SUSER1"]["opens"] == ""
    assert "same user" in own["SUSER1"]["renewal"]
    document = json.loads(call(*given, "--format", "json").stdout)
    jsonschema.Draft202012Validator(certificates_schema()).validate(document)
    above = [use for each in document["certificates"] for use in each["callers"]]
    assert {use["renewal"] == "" for use in above if use["relation"] == "chain"} == {True}


def test_what_a_key_holds_is_not_above_itself_where_it_lies_twice(workplace, call) -> None:
    """A key and two mappings of one user: each needs its own, and the CA above, once."""
    (workplace / "all.pem").write_bytes(pem(MIDDLE, OTHER, STRANGER))
    (workplace / "partner.json").write_text(json.dumps(key(pem(OTHER).decode())), "utf-8")
    rows = [
        {"Id": id_, "User": "SUSER1", "Certificate": base64_of(pem(held))}
        for id_, held in (("a", OTHER), ("b", STRANGER))
    ]
    (workplace / "users.json").write_text(json.dumps({"d": {"results": rows}}), "utf-8")
    given = ("certificates", "--as-of", "2026-11-24")
    document = json.loads(call(*given, "--format", "json").stdout)
    relations = {
        each["certificate"]["subject"].partition(",")[0]: [
            use["relation"] for use in each["callers"]
        ]
        for each in document["certificates"]
    }
    assert relations == {
        "CN=notes.example": ["own", "own"],
        "CN=x.example": ["own"],
        "CN=CA": ["chain", "chain", "chain"],
    }
    shown = " ".join(call(*given).stdout.split())
    assert "roles not known roles not known" not in shown


def test_what_is_known_by_names_and_dates_is_told_as_such(workplace, call, read_calendar) -> None:
    facts = {"subjectdn": "CN=a,O=b", "issuerdn": "CN=c", "validuntil": "2027-01-01"}
    made = {"clientid": "sb-1!b1|it-rt-x!b2", "certificatedetails": facts}
    (workplace / "key.json").write_text(json.dumps(made), "utf-8")
    given = ("certificates", "--as-of", "2026-11-24")
    shown = " ".join(call(*given).stdout.split())
    assert "CN=a, O=b key.json:1 last day 2027-01-01 (38 days left)" in shown
    assert "uncertain: the certificate itself: its names and dates are all" in shown
    (line,) = csv.DictReader(io.StringIO(call(*given, "--format", "csv").stdout))
    assert (line["sha256"], line["caller_name"], line["verdict"]) == ("", "key", "uncertain")
    (read,) = json.loads(call(*given, "--format", "json").stdout)["certificates"]
    assert read["by_facts"]
    _, (event,) = read_calendar(call(*given, "--format", "ics").stdout_bytes)
    assert "SHA-256" not in event["DESCRIPTION"]
    assert call("check", "--format", "html=page.html", "--as-of", "2026-11-24").exit_code == 0


def test_the_calendar_says_what_a_key_and_a_mapping_need(callers, call, read_calendar) -> None:
    given = ("certificates", "--as-of", "2026-11-24", "--format", "ics", "--output", "a.ics")
    assert call(*given).exit_code == 0
    _, events = read_calendar((callers / "a.ics").read_bytes())
    by_uid = {str(event["UID"]): event for event in events}
    of_key = by_uid[f"{sha256(OTHER)}@iflint"]
    assert of_key["SUMMARY"].endswith("(1 channel and 1 service key)")
    assert "make a new service key with it" in of_key["DESCRIPTION"]
    of_mapping = by_uid[f"{sha256(STRANGER)}@iflint"]
    assert of_mapping["SUMMARY"].endswith("(1 mapping)")
    assert "roles not known" in of_mapping["DESCRIPTION"]
    assert "same user" in of_mapping["DESCRIPTION"]
