"""The SARIF report: valid by the standard's schema, and what GitHub and others need of it."""

import json
import re
from pathlib import Path

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iflint.places.location import FileLocation, Location, Region
from iflint.report.findings import Severity
from iflint.reporters import sarif
from iflint.reporters.sarif_messages import plain
from reporters.sample_report import (
    EXPIRED,
    MISMATCH,
    SOON,
    clean,
    hostile,
    region,
    sample,
)

SCHEMA = Path(__file__).with_name("sarif-schema-2.1.0.json")


def run_of(report) -> dict:
    (run,) = json.loads(sarif.render(report))["runs"]
    return run


def with_findings(*findings, **changes):
    return msgspec.structs.replace(sample(), findings=findings, **changes)


def moved(finding, file, where=None):
    return msgspec.structs.replace(finding, location=Location(file, where))


@pytest.mark.parametrize("make", [sample, clean, hostile])
def test_valid_by_schema(make) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(sarif.render(make())))


@pytest.mark.parametrize("make", [sample, clean, hostile])
def test_same_report_same_bytes(make) -> None:
    assert sarif.render(make()) == sarif.render(make())


def test_no_path_of_the_machine() -> None:
    assert "/work/repo" not in sarif.render(sample())


def test_clean_run_declares_every_rule() -> None:
    run = run_of(clean())
    assert run["results"] == []
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [
        rule.code for rule in sample().rules
    ]
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_rule_is_described_for_github() -> None:
    rule = run_of(clean())["tool"]["driver"]["rules"][1]
    assert rule["name"] == "ExpiredCertificate"
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert rule["helpUri"].endswith("/expired-certificate")
    assert "## What it does" in rule["help"]["markdown"]
    assert "Joins the entry" in rule["fullDescription"]["text"]
    severity = rule["properties"]["security-severity"]
    assert isinstance(severity, str)
    assert 0 < float(severity) <= 10
    assert "security" in rule["properties"]["tags"]


def test_every_result_points_at_its_rule() -> None:
    run = run_of(sample())
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_region_and_snippet_on_a_file_on_disk() -> None:
    place = run_of(with_findings(EXPIRED))["results"][0]["locations"][0]["physicalLocation"]
    location = place["artifactLocation"]
    assert location["uri"] == "flows/Receive%20Orders/src/main/resources/Orders.iflw"
    assert location["uriBaseId"] == "SRCROOT"
    assert place["region"]["startLine"] == 41
    assert place["region"]["snippet"]["text"] == EXPIRED.entry.subject
    start, end = place["region"]["startColumn"], place["region"]["endColumn"]
    line = place["contextRegion"]["snippet"]["text"]
    assert line[start - 1 : end - 1] == EXPIRED.entry.subject


def test_columns_count_code_points() -> None:
    line = "<a>😀 CN=x</a>"
    finding = moved(EXPIRED, FileLocation("a.iflw"), region(line, "CN=x", 3))
    run = run_of(with_findings(finding))
    assert run["columnKind"] == "unicodeCodePoints"
    found = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert (found["startColumn"], found["endColumn"]) == (6, 10)


@pytest.mark.parametrize(
    ("start", "end", "excerpt", "column"),
    [
        ((1, 1), (1, 6), "whole", 1),
        ((1, 3), (4, 2), "a first line of several", 1),
        ((1, 3), (1, 900), "a window of a long line", 1),
        ((1, 30), (1, 40), "a window from elsewhere", 400),
        ((1, 3), (1, 3), "nothing in between", 1),
    ],
)
def test_context_is_left_out_where_it_is_not_around_the_region(start, end, excerpt, column) -> None:
    where = Region(*start, *end, 0, 0, excerpt, column)
    finding = moved(EXPIRED, FileLocation("a.iflw"), where)
    place = run_of(with_findings(finding))["results"][0]["locations"][0]["physicalLocation"]
    assert place["region"]["endColumn"] == end[1]
    if "contextRegion" in place:
        assert place["contextRegion"]["startColumn"] <= start[1]
        assert place["contextRegion"]["endColumn"] >= end[1]


def test_result_in_an_archive_stands_on_the_archive() -> None:
    run = run_of(with_findings(SOON))
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "exports/Acme.zip"
    assert place["region"]["startLine"] == 1
    assert "Acme.zip!/a1b2_content!/src/main" in result["message"]["text"]
    assert result["properties"]["memberRegion"]["startLine"] == 41

    chain = []
    artifact = run["artifacts"][-1]
    while True:
        chain.append(artifact["location"]["uri"])
        if "parentIndex" not in artifact:
            break
        artifact = run["artifacts"][artifact["parentIndex"]]
    assert chain == [
        "src/main/resources/scenarioflows/integrationflow/Invoices.iflw",
        "a1b2_content",
        "exports/Acme.zip",
    ]


def test_line_hash_only_where_results_share_a_line() -> None:
    loose, packed, twin = run_of(with_findings(EXPIRED, SOON, SOON))["results"]
    assert loose["partialFingerprints"] == {
        "iflint/v1": EXPIRED.fingerprint,
        "iflint/v2": EXPIRED.identity,
    }
    assert packed["partialFingerprints"]["primaryLocationLineHash"] == f"{SOON.identity}:1"
    assert twin["partialFingerprints"]["primaryLocationLineHash"] == f"{SOON.identity}:2"


def test_message_is_complete_by_itself() -> None:
    (result,) = run_of(with_findings(EXPIRED))["results"]
    text = result["message"]["text"]
    assert text.startswith(EXPIRED.message)
    for part in ("'Acme Orders'", "'Receive Orders'", "HTTPS", "'/orders'", "2026-03-04", "CN="):
        assert part in text


def test_message_names_what_differs() -> None:
    (result,) = run_of(with_findings(MISMATCH))["results"]
    assert (
        "Where the subject differs, the channel has O=Acme; the certificate has O=Acme GmbH."
        in result["message"]["text"]
    )


def test_related_locations_are_linked_from_the_message() -> None:
    (result,) = run_of(with_findings(EXPIRED))["results"]
    ids = {str(related["id"]) for related in result["relatedLocations"]}
    assert set(re.findall(r"(?<!\\)\]\((\d+)\)", result["message"]["text"])) == ids


def test_names_can_neither_link_nor_steer() -> None:
    text = sarif.render(hostile())
    assert not any(char in text for char in "\x1b\x9b\u202e\u2028\u200b\x00")
    for result in json.loads(text)["runs"][0]["results"]:
        message = result["message"]["text"]
        ids = {str(related["id"]) for related in result.get("relatedLocations", ())}
        assert set(re.findall(r"(?<!\\)\]\((\d+)\)", message)) == ids
        assert message.isprintable()


@given(st.text(alphabet="\\[]()0a.", max_size=20))
def test_no_text_from_input_is_a_link(name) -> None:
    for found in re.finditer(r"(\\*)[\[\]]", plain(name)):
        assert len(found.group(1)) % 2 == 1
    unescaped = re.sub(r"\\([\[\]])", r"\1", re.sub(r"(\\+)(?=\\[\[\]])", _halved, plain(name)))
    assert unescaped == name


def _halved(found) -> str:
    return found.group(1)[: len(found.group(1)) // 2]


def test_a_long_run_of_backslashes_costs_nothing() -> None:
    assert plain("\\" * 200_000 + "x") == "\\" * 200_000 + "x"


def test_unreadable_inputs_are_notifications_too() -> None:
    run = run_of(sample())
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["associatedRule"]["id"] == "IFL001"
    assert notification["level"] == "error"
    assert "IFL001" in {result["ruleId"] for result in run["results"]}


def test_logical_locations_lead_from_package_to_channel() -> None:
    run = run_of(with_findings(EXPIRED))
    logical = run["results"][0]["locations"][0]["logicalLocations"]
    assert [place["kind"] for place in logical] == ["package", "iflow", "channel"]
    assert [run["logicalLocations"][place["index"]]["name"] for place in logical] == [
        "Acme Orders",
        "Receive Orders",
        "Orders in",
    ]
    assert run["logicalLocations"][1]["parentIndex"] == 0
    assert "MessageFlow" not in json.dumps(logical)


@pytest.mark.parametrize(
    ("directory", "root", "path", "expected"),
    [
        ("/repo", "/repo", "a b/ü.iflw", "a%20b/%C3%BC.iflw"),
        ("/repo/sub", "/repo", "x.iflw", "sub/x.iflw"),
        ("/repo/sub", "/repo", "/repo/certs/a.pem", "certs/a.pem"),
        ("/repo", "/repo", "/etc/a.pem", "file:///etc/a.pem"),
        ("/repo", "/repo", "/repository/a.pem", "file:///repository/a.pem"),
        ("/repo", "/repo", "c:d/50%#?.iflw", "c%3Ad/50%25%23%3F.iflw"),
        ("/repo", "/repo", "raw\udcff.iflw", "raw%FF.iflw"),
        ("/", "/", "x.iflw", "x.iflw"),
        ("C:/repo/sub", "C:/repo", "x.iflw", "sub/x.iflw"),
        ("c:/repo/sub", "C:/repo", "x.iflw", "sub/x.iflw"),
        ("C:/repo", "C:/repo", "D:/certs/a b.pem", "file:///D:/certs/a%20b.pem"),
        ("C:/repo", "C:/repo", "//server/share/a.pem", "file://server/share/a.pem"),
        ("//server/share/repo", "//server/share", "a.pem", "repo/a.pem"),
    ],
)
def test_uris(directory, root, path, expected) -> None:
    finding = moved(EXPIRED, FileLocation(path))
    report = with_findings(finding, directory=directory, root=root)
    location = run_of(report)["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location["uri"] == expected
    assert ("uriBaseId" in location) is (not expected.startswith("file:"))


def test_one_artifact_for_each_file_however_it_is_written() -> None:
    places = ("a.zip", "./a.zip", "/work/repo/a.zip")
    run = run_of(with_findings(*(moved(EXPIRED, FileLocation(place)) for place in places)))
    uris = [artifact["location"]["uri"] for artifact in run["artifacts"]]
    assert uris == ["a.zip", "certs/orders.pem"]


def test_a_run_stays_below_what_github_takes(monkeypatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 2)
    note = msgspec.structs.replace(EXPIRED, severity=Severity.NOTE)
    run = run_of(with_findings(note, SOON, EXPIRED))
    assert [result["level"] for result in run["results"]] == ["warning", "error"]
    notifications = run["invocations"][0]["toolExecutionNotifications"]
    assert "1 finding" in notifications[0]["message"]["text"]


def test_a_rule_that_the_run_does_not_know_is_no_obstacle() -> None:
    finding = msgspec.structs.replace(EXPIRED, code="XYZ999")
    (result,) = run_of(with_findings(finding))["results"]
    assert "ruleIndex" not in result
