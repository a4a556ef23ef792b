"""`iflint channels`: the table, JSON and CSV, with hostile names in them."""

import csv
import io
import json
from datetime import UTC, datetime

import msgspec
import pytest

from caller_files import key
from exports import Channel, Flow, bundle, write_tree
from iflint.places.location import FileLocation, Location, Package
from iflint.report.findings import CertificateReference
from iflint.report.report import (
    CallerResult,
    CertificateResult,
    ChannelResult,
    EntryResult,
    EnvironmentSummary,
    IflowResult,
)

from .conftest import CLEAN_REPORT, report_with  # isort: skip

HOSTILE = "=HYPERLINK(\"http://x\")\x1b[31m\u202e,\n'quoted'"


def at(day):
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def certificate(days_left, name="certs/a.pem"):
    return CertificateResult(
        CertificateReference(
            subject="CN=a",
            issuer="CN=b",
            sha256="00" * 32,
            not_before=at("2026-01-01"),
            not_after=at("2026-12-01"),
            locations=(Location(FileLocation(name)),),
        ),
        validity="valid",
        days_left=days_left,
        chain=None,
    )


def entry(ordinal, state="joined", **settings):
    settings = {"subject": "CN=a", "issuer": "CN=b", **settings}
    return EntryResult(
        ordinal=ordinal,
        subject_raw=settings["subject"],
        issuer_raw=settings["issuer"],
        state=state,
        location=None,
        **settings,
    )


def channel(ordinal, name="Orders in", entries=(), **settings):
    return ChannelResult(
        id=f"MessageFlow_{ordinal}",
        ordinal=ordinal,
        name=name,
        participant="Sender",
        adapter="HTTPS",
        address="/orders",
        authorization=settings.pop("authorization", "ClientCertificate"),
        kind=settings.pop("kind", "client-certificate"),
        checked=True,
        location=None,
        entries=tuple(entries),
        **settings,
    )


@pytest.fixture
def report(engine):
    healthy = entry(1, certificates=(certificate(7),), healthy_until=at("2026-12-01"))
    ended = entry(2, certificates=(certificate(-3),), findings=("IFL900",))
    absent = entry(3, state="not-found")
    flow = IflowResult(
        id="Orders",
        name="Orders",
        version="1.0.2",
        package=Package("p", "Sales"),
        location=FileLocation("a.zip", ("orders.iflw",)),
        channels=(
            channel(1, entries=(healthy, ended, absent)),
            channel(2, name="", authorization="RoleBased"),
            channel(3, findings=("IFL901",), authorization="false"),
        ),
    )
    engine.reply = msgspec.structs.replace(report_with("error", "error"), iflows=(flow,))
    return engine.reply


def test_the_table_fits_80_columns_and_ends_with_exit_code_0(workplace, call, report) -> None:
    result = call("channels", env={"COLUMNS": "80"})
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[:2] == ["Sales › Orders 1.0.2", "a.zip!/orders.iflw"]
    assert max(map(len, lines)) <= 80
    for text in ("HTTPS /orders", "until 2026-12-01", "7 days left", "ended 3 days ago"):
        assert text in result.stdout
    assert "false (client-certificate)" in " ".join(result.stdout.split())
    for text in ("IFL900 made-up", "not-found", "RoleBased", "IFL901 made-up"):
        assert text in result.stdout


def test_a_wide_terminal_shows_a_verdict_in_one_line(workplace, call, engine, report) -> None:
    name = "client-certificate-authorization"
    finding = msgspec.structs.replace(report.findings[0], name=name)
    engine.reply = msgspec.structs.replace(report, findings=(finding,))
    assert f"IFL900 {name}" in call("channels", env={"COLUMNS": "160"}).stdout


def test_json(workplace, call, report) -> None:
    document = json.loads(call("channels", "--format", "json").stdout)
    assert (document["format"], document["formatVersion"]) == ("iflint-channels", "1")
    first, second, third = document["channels"]
    assert [each["verdict"] for each in first["entries"]] == ["ok", "IFL900 made-up", "not-found"]
    assert [each["days_left"] for each in first["entries"]] == [7, -3, None]
    assert first["entries"][0]["certificate"]["file"] == "certs/a.pem"
    assert (second["channel"], second["entries"]) == ("MessageFlow_2", [])
    assert third["verdict"] == "IFL901 made-up"


def test_csv_has_a_line_for_each_entry(workplace, call, report) -> None:
    lines = list(csv.DictReader(io.StringIO(call("channels", "--format", "csv").stdout)))
    assert [line["verdict"] for line in lines] == ["ok", "IFL900 made-up", "not-found", "", ""]
    assert [line["days_left"] for line in lines] == ["7", "-3", "", "", ""]
    assert lines[0]["certificate_not_after"] == "2026-12-01T00:00:00Z"


def test_a_channel_that_differs_says_in_which_environment(workplace, call, engine, report) -> None:
    (flow,) = report.iflows
    each = tuple(channel(1, environment=name) for name in ("qa", "prod"))
    flows = (msgspec.structs.replace(flow, channels=each),)
    engine.reply = msgspec.structs.replace(report, iflows=flows)
    shown = call("channels").stdout
    assert shown.index("in qa") < shown.index("in prod")
    lines = csv.DictReader(io.StringIO(call("channels", "--format", "csv").stdout))
    assert [line["environment"] for line in lines] == ["qa", "prod"]
    document = json.loads(call("channels", "--format", "json").stdout)
    assert [row["environment"] for row in document["channels"]] == ["qa", "prod"]


def test_names_from_input_steer_neither_terminal_nor_spreadsheet(workplace, call, engine) -> None:
    hostile = channel(
        1,
        name=HOSTILE,
        entries=[entry(1, subject=HOSTILE, certificates=(certificate(1, HOSTILE),))],
    )
    flow = IflowResult("x", HOSTILE, "-1", Package("p", HOSTILE), FileLocation(HOSTILE), (hostile,))
    engine.reply = msgspec.structs.replace(CLEAN_REPORT, iflows=(flow,))
    for format_name in ("table", "csv"):
        printed = call("channels", "--format", format_name).stdout
        assert "\x1b" not in printed
        assert "\u202e" not in printed
    (line,) = csv.DictReader(io.StringIO(printed))
    for column in ("package", "iflow", "version", "channel", "file", "subject"):
        assert line[column].startswith("'"), column
    (read,) = json.loads(call("channels", "--format", "json").stdout)["channels"]
    assert read["channel"] == HOSTILE


def test_lone_surrogates_do_no_harm(workplace, call, engine) -> None:
    flow = IflowResult("x", "\ud800", "", None, FileLocation("\udcff"), (channel(1, "\ud800"),))
    engine.reply = msgspec.structs.replace(CLEAN_REPORT, iflows=(flow,))
    for format_name in ("table", "csv", "json"):
        assert call("channels", "--format", format_name).exit_code == 0


def test_no_channel_is_said_aloud(workplace, call, engine) -> None:
    result = call("channels")
    assert (result.exit_code, result.stdout) == (0, "No sender channels found.\n")


def test_what_could_not_be_read_is_said_beside_the_list(workplace, call) -> None:
    (workplace / "cut.zip").write_bytes(b"PK\x03\x04")
    result = call("channels", "--format", "json")
    assert json.loads(result.stdout)["channels"] == []
    assert result.exit_code == 0
    assert "1 input could not be read" in result.stderr


def test_mistakes_of_the_format_come_with_all_others(workplace, call, engine) -> None:
    result = call("channels", "--format", "cvs", "--platform", "x", "absent")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 3
    assert "did you mean 'csv'?" in result.stderr


def test_the_formats_of_the_configuration_are_those_of_check(workplace, call, engine) -> None:
    (workplace / "iflint.toml").write_text('format = ["text", "sarif=x.sarif"]\nexpiry-days = 3\n')
    assert call("channels", "--output", "list.txt").exit_code == 0
    assert engine.asked[1].expiry_days == 3
    assert (workplace / "list.txt").read_text() == "No sender channels found.\n"
    assert not (workplace / "x.sarif").exists()


def caller(name, days_left=7, **settings):
    settings = {"kind": "service-key", "id": name, "tenant": "t", "roles": ("Orders",), **settings}
    return CallerResult(
        name=name,
        location=Location(FileLocation(f"keys/{name}.json")),
        certificates=settings.pop("certificates", (certificate(days_left, f"keys/{name}.json"),)),
        **settings,
    )


@pytest.fixture
def by_role(engine):
    """A channel that two callers open, and callers that none is known to let in."""
    known = caller("crm", healthy_until=at("2026-12-01"))
    ended = caller("SUSER1", -3, kind="mapping", tenant="", findings=("IFL900",))
    unknown = caller("lost", roles=None, by_facts=True)
    elsewhere = caller("other", roles=("Elsewhere", "There"), certificates=())
    of_role = {"authorization": "RoleBased", "kind": "user-role"}
    flow = IflowResult(
        id="Orders",
        name="Orders",
        version="1.0.2",
        package=None,
        location=FileLocation("orders.iflw"),
        channels=(
            channel(1, role="Orders", callers=("crm", "SUSER1"), **of_role),
            channel(2, role="Invoices", **of_role),
        ),
    )
    callers = (known, ended, unknown, elsewhere)
    engine.reply = msgspec.structs.replace(report_with("error"), iflows=(flow,), callers=callers)
    return engine


def test_a_channel_by_role_shows_who_has_its_role(workplace, call, by_role) -> None:
    shown = call("channels", env={"COLUMNS": "80"}).stdout
    assert max(map(len, shown.splitlines())) <= 80
    of_channel, _, rest = shown.partition("Roles not known: no file tells")
    unknown, _, elsewhere = rest.partition("No channel here is known to have their roles")
    for text in ("role Orders", "service key crm of tenant t", "keys/crm.json", "until 2026-12-01"):
        assert text in of_channel
    for text in ("mapping of user SUSER1", "IFL900 made-up", "ended 3 days ago", "no caller known"):
        assert text in of_channel
    assert "service key lost" in unknown
    assert "ok by what the file tells" in unknown
    assert "role Elsewhere and There" in elsewhere
    assert "certificate not known" in elsewhere


def blocks(shown):
    """What the table says of each channel or caller, by its heading."""
    found = {}
    for block in shown.split("\n\n"):
        head = next((n for n, line in enumerate(block.splitlines()) if line[:1] == " "), None)
        if head is not None:
            heading, *facts = block.splitlines()[head:]
            found[heading.strip()] = [fact.split(maxsplit=1) for fact in facts]
    return found


def test_each_caller_stands_below_a_heading_of_its_own(workplace, call, by_role) -> None:
    shown = blocks(call("channels", env={"COLUMNS": "120"}).stdout)
    own, *callers = list(shown)[:3]
    assert callers == [
        "HTTPS /orders, service key crm of tenant t",
        "HTTPS /orders, mapping of user SUSER1",
    ]
    assert "certificate" not in [label for label, *_ in shown[own]]
    assert ["certificate", "CN=a"] in shown[callers[0]]


def test_a_certificate_that_is_not_known_is_no_file(workplace, call, by_role) -> None:
    shown = blocks(call("channels", env={"COLUMNS": "120"}).stdout)
    assert ["certificate", "(not at hand)"] in shown["service key other of tenant t"]


def test_a_certificate_known_by_its_date_alone_says_so(workplace, call, by_role) -> None:
    told = certificate(7)
    nameless = msgspec.structs.replace(told.certificate, subject="", issuer="", not_before=None)
    told = msgspec.structs.replace(told, certificate=nameless)
    known = caller("crm", by_facts=True, certificates=(told,))
    by_role.reply = msgspec.structs.replace(by_role.reply, callers=(known,))
    assert "certificate    (known by its date alone)" in call("channels").stdout


def test_a_channel_by_role_whose_role_is_not_told_says_so(workplace, call, by_role) -> None:
    (flow,) = by_role.reply.iflows
    untold = channel(1, authorization="RoleBased", kind="user-role")
    flow = msgspec.structs.replace(flow, channels=(untold,))
    by_role.reply = msgspec.structs.replace(by_role.reply, iflows=(flow,), callers=())
    shown = call("channels").stdout
    assert "role not known" in shown
    assert "no caller known" in shown


def test_callers_in_json_and_csv(workplace, call, by_role) -> None:
    document = json.loads(call("channels", "--format", "json").stdout)
    first, second = document["channels"]
    assert [each["name"] for each in first["callers"]] == ["crm", "SUSER1"]
    assert [each["verdict"] for each in first["callers"]] == ["ok", "IFL900 made-up"]
    assert second["callers"] == []
    assert [each["roles"] for each in document["other_callers"]] == [None, ["Elsewhere", "There"]]
    assert document["other_callers"][0]["certificate"] is None
    lines = list(csv.DictReader(io.StringIO(call("channels", "--format", "csv").stdout)))
    assert [(line["role"], line["caller_name"], line["days_left"]) for line in lines] == [
        ("Orders", "crm", "7"),
        ("Orders", "SUSER1", "-3"),
        ("Invoices", "", ""),
        ("", "lost", "7"),
        ("", "other", ""),
    ]
    assert [line["caller_roles"] for line in lines][-2:] == ["not known", "Elsewhere; There"]


def test_callers_alone_are_listed(workplace, call, by_role) -> None:
    by_role.reply = msgspec.structs.replace(by_role.reply, iflows=())
    shown = call("channels").stdout
    assert shown.startswith("No sender channels found.\n")
    assert "service key crm" in shown


def test_callers_of_one_environment_say_so(workplace, call, by_role) -> None:
    report = by_role.reply
    (flow,) = report.iflows
    first, second = flow.channels
    channels = (
        msgspec.structs.replace(first, environment="qa"),
        msgspec.structs.replace(first, environment="prod"),
        second,
    )
    callers = (
        caller("crm", 7, environments=("qa",)),
        caller("crm", -3, environments=("prod",)),
        caller("SUSER1", kind="mapping", environments=("qa", "prod")),
    )
    by_role.reply = msgspec.structs.replace(
        report,
        iflows=(msgspec.structs.replace(flow, channels=channels),),
        callers=callers,
        environments=tuple(EnvironmentSummary(name, report.trust) for name in ("qa", "prod")),
    )
    document = json.loads(call("channels", "--format", "json").stdout)
    told = [[each["days_left"] for each in row["callers"]] for row in document["channels"]]
    assert told == [[7, 7], [-3, 7], []]
    assert document["channels"][0]["callers"][0]["environments"] == ["qa"]
    assert document["channels"][0]["callers"][1]["environments"] == []
    assert "in prod" in call("channels").stdout


def test_names_of_callers_steer_nothing(workplace, call, by_role) -> None:
    names = {"tenant": HOSTILE, "roles": (HOSTILE,), "environments": (HOSTILE,)}
    hostile = msgspec.structs.replace(caller("a"), name=HOSTILE, **names)
    by_role.reply = msgspec.structs.replace(by_role.reply, callers=(hostile,))
    for format_name in ("table", "csv"):
        printed = call("channels", "--format", format_name).stdout
        assert not {"\x1b", "\u202e"} & set(printed)
    *_, line = csv.DictReader(io.StringIO(printed))
    assert all(line[f"caller_{name}"].startswith("'=") for name in ("name", "tenant", "roles"))


def test_roles_of_each_environment(workplace, call) -> None:
    """A key that one environment claims opens the channel there, and is nothing to the other."""
    described = Channel("HTTPS", "/orders", authorization="RoleBased")
    write_tree(workplace / "flow", bundle(Flow("Orders", "Orders", [described])))
    (workplace / "partner.json").write_text(json.dumps(key()), "utf-8")
    (workplace / "iflint.toml").write_text(
        "[environments.qa]\n[environments.prod]\n[[environments.prod.service-keys]]\n"
        'path = "partner.json"\nroles = ["ESBMessaging.send"]\n'
    )
    given = ("channels", "--all-environments", "--as-of", "2026-11-24", "--format", "json")
    read = json.loads(call(*given).stdout)
    told = {row["environment"]: [c["roles"] for c in row["callers"]] for row in read["channels"]}
    assert told == {"qa": [], "prod": [["ESBMessaging.send"]]}
    assert read["other_callers"] == []
