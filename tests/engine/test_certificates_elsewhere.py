"""A key that refers to the file of its certificate has this, where the run reads that file."""

from __future__ import annotations

import json

import pytest

import iflint
from caller_files import CLIENT, OTHER, PARTNER, PEM, PRIVATE, key, pem
from exports import Channel, Flow, bundle, write_tree, zipped
from iflint.values import parse_as_of

LATE = parse_as_of("2046-01-01")
FILE = pem(PARTNER)


def terraform(*certificates: str) -> bytes:
    return "".join(
        f'resource "cloudfoundry_service_credential_binding" "key{number}" {{\n'
        '  parameters = jsonencode({"key-type" = "certificate_external", '
        f'"X.509" = {certificate}}})\n}}\n'
        for number, certificate in enumerate(certificates)
    ).encode()


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def codes(*paths: str, **settings) -> list[str]:
    report = iflint.check(*(paths or (".",)), as_of=LATE, **settings)
    return [each.code for each in report.findings if each.code in ("IFL101", "IFL302")]


@pytest.mark.parametrize(
    ("expression", "place"),
    [
        ('file("${path.module}/old.pem")', "cf/old.pem"),
        ('replace(file("../certs/old.cer"), "\\n", "")', "certs/old.cer"),
        ('filebase64("./certs//old.cer")', "cf/certs/old.cer"),
    ],
)
def test_a_file_that_is_read_is_followed(here, expression, place) -> None:
    write_tree(here, {"cf/main.tf": terraform(expression), place: FILE})
    assert codes() == ["IFL101"]
    assert codes("cf/main.tf", place) == ["IFL101"]
    assert codes("cf/main.tf", certificates=[place]) == ["IFL101"]
    assert codes("cf/main.tf") == ["IFL302"]
    report = iflint.check(".", as_of=LATE)
    (ended,) = [each for each in report.findings if each.code == "IFL101"]
    assert (str(ended.location), str(ended.certificate.locations[0].file)) == (
        "cf/main.tf:2:65",
        place,
    )


@pytest.mark.parametrize(
    "expression",
    [
        "var.certificate",
        'file("${var.folder}/old.pem")',
        'file("../old.pem")',
        'file("../../../../../../../../etc/ssl/cert.pem")',
        'file("/etc/ssl/cert.pem")',
        'file("old.pem/../../old.pem")',
        'file("nul\\u0000.pem")',
        'file(".")',
        'file("\\ud800.pem")',
    ],
)
def test_what_is_not_read_is_said_and_never_opened(here, expression, monkeypatch) -> None:
    write_tree(here, {"cf/main.tf": terraform(expression), "cf/old.pem": FILE, "old.pem": FILE})
    assert codes("cf") == ["IFL302"]


def test_it_is_said_once_for_each_key(here) -> None:
    write_tree(here, {"a/main.tf": terraform("var.a", "var.a"), "b/main.tf": terraform("var.a")})
    report = iflint.check(".", as_of=LATE)
    assert [each.code for each in report.findings] == ["IFL302"] * 3
    assert len({each.fingerprint for each in report.findings}) == 3
    assert len({each.id for each in report.callers}) == 3


def test_the_place_is_the_same_wherever_it_is_checked_from(here, monkeypatch) -> None:
    write_tree(here, {".git/HEAD": b"", "a/main.tf": terraform("var.a")})
    (above,) = iflint.check(".", as_of=LATE).findings
    monkeypatch.chdir(here / "a")
    (within,) = iflint.check(".", as_of=LATE).findings
    assert above.fingerprint == within.fingerprint


def test_a_path_in_json_is_one_too(here) -> None:
    parameters = {"key-type": "certificate_external", "X.509": "certs/old.pem"}
    write_tree(here, {"p.json": json.dumps(parameters).encode(), "certs/old.pem": FILE})
    assert codes() == ["IFL101"]
    (here / "certs" / "old.pem").write_bytes(b"")
    assert codes() == ["IFL302"]


def test_a_template_is_nobodys(here) -> None:
    write_tree(
        here,
        {
            "a.json": json.dumps({"clientid": CLIENT, "certificate": "<paste here>"}).encode(),
            "b.json": json.dumps({"key-type": "certificate_external", "X.509": "..."}).encode(),
            "c.json": json.dumps(key(pem(OTHER).decode(), clientid="sb-c!b1|it-rt-c")).encode(),
            "d.json": json.dumps(key(PEM, clientid="sb-d!b1|it-rt-d")).encode(),
        },
    )
    report = iflint.check(".", as_of=LATE)
    assert [(each.name, each.state) for each in report.callers] == [
        ("a", "not-judged"),
        ("b", "not-judged"),
        ("c", "joined"),
        ("d", "joined"),
    ]
    assert "IFL302" not in codes()


@pytest.mark.parametrize(
    ("more", "by_sap", "pinned"),
    [
        ({"certificate": PEM}, False, True),
        ({"certificate": PEM, "key": PRIVATE}, True, False),
        ({"certificatedetails": {"validuntil": "2026-12-24"}}, False, False),
    ],
    ids=["brought along", "made by SAP", "nothing tells"],
)
def test_who_made_a_certificate_is_said_where_it_is_known(here, more, by_sap, pinned) -> None:
    write_tree(here, {"k.json": json.dumps({"clientid": CLIENT, **more}).encode()})
    found = iflint.check(".", as_of=LATE).findings
    (ended,) = [each for each in found if each.code == "IFL101"]
    assert ("SAP makes the certificate together with the key" in ended.remedy) is by_sap
    assert ("Pin Certificate" in ended.remedy) is pinned


def test_keys_and_dumps_in_an_archive_are_found(here) -> None:
    flow = Flow("Orders", "Orders", [Channel("HTTPS", "/orders", authorization="RoleBased")])
    row = {"Id": "1", "User": "SUSER1", "ValidUntil": "1795046400000"}
    parameters = {"key-type": "certificate_external", "X.509": "../certs/old.pem"}
    files = {
        **{f"repo/flows/{name}": data for name, data in bundle(flow).items()},
        "repo/keys/partner.json": json.dumps(parameters).encode(),
        "repo/certs/old.pem": FILE,
        "repo/users.json": json.dumps({"d": {"results": [row]}}).encode(),
        "repo/notes.txt": b"nothing",
        "repo/locked.xml": b"certificate_external",
    }
    (here / "repo.zip").write_bytes(zipped(files))
    report = iflint.check("repo.zip", as_of=LATE)
    ended = [each.caller.name for each in report.findings if each.code == "IFL101"]
    assert ended == ["partner", "SUSER1"]
    assert [str(each.location.file) for each in report.callers] == [
        "repo.zip!/repo/keys/partner.json",
        "repo.zip!/repo/users.json",
    ]
    assert len(report.iflows) == 1


def test_an_archive_of_keys_is_not_passed_over(here) -> None:
    (here / "keys.zip").write_bytes(zipped({"k.json": json.dumps(key()).encode()}))
    (here / "notes.zip").write_bytes(zipped({"notes.txt": b"nothing"}))
    report = iflint.check(".", as_of=LATE)
    assert [str(each.location) for each in report.skipped] == ["notes.zip"]
    assert [each.name for each in report.callers] == ["k"]
