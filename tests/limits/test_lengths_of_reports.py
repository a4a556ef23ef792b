"""No report grows beyond its limit: what is urgent is listed first, and all of it is counted."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from exports import Channel, Flow, bundle, dn, intermediate, issue, pem, root
from iflint.commands.main import cli

TOP = root("long-root", dn("CN=Root", "O=Example"), "2020-01-01", "2040-01-01")
MIDDLE = intermediate("long-ca", dn("CN=CA", "O=Example"), TOP, "2020-01-01", "2035-01-01")
OLD = issue("long-old", dn("CN=old", "O=Example"), MIDDLE, "2025-01-01", "2026-01-31")
SOON = issue("long-soon", dn("CN=soon", "O=Example"), MIDDLE, "2025-01-01", "2027-02-27")
LATE = issue("long-late", dn("CN=late", "O=Example"), MIDDLE, "2025-01-01", "2029-12-31")
CLOCK = ("--as-of", "2026-11-24", "--platform", "custom", "--roots", "roots.pem")
FLOWS, ROOM = 60, 60_000
LISTS = [
    *(("check", each) for each in ("json", "html", "junit")),
    *(("channels", each) for each in ("table", "json", "csv")),
    *(("certificates", each) for each in ("table", "json", "csv", "ics", "html")),
]


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Sixty flows with healthy rows; the last but one ends soon, the last one has ended."""
    for number in range(FLOWS):
        pairs = [{FLOWS - 1: OLD, FLOWS - 2: SOON}.get(number, LATE).pair]
        flow = Flow(f"F{number}", f"F{number}", [Channel("HTTPS", f"/{number}", pairs)])
        for file, content in bundle(flow).items():
            (tmp_path / f"F{number:02}" / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / f"F{number:02}" / file).write_bytes(content)
    (tmp_path / "certs.pem").write_bytes(pem(MIDDLE, OLD, SOON, LATE))
    (tmp_path / "roots.pem").write_bytes(pem(TOP))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(command, form, *arguments):
    result = CliRunner().invoke(cli, [command, *CLOCK, "--format", form, *arguments])
    assert result.exit_code in (0, 1), result.stderr
    return result


def cut(command, form, room=ROOM):
    """What a command prints where a report may have so many bytes more than its frame."""
    frame = len(run(command, form, "--limit", "report-bytes=1").stdout.encode())
    most = frame + room
    result = run(command, form, "--limit", f"report-bytes={most}")
    assert len(result.stdout.encode()) <= most
    return result


@pytest.mark.parametrize(("command", "form"), LISTS)
def test_a_report_is_no_longer_than_it_may_be_and_says_so(repository, command, form) -> None:
    result = cut(command, form, 4000)
    whole = run(command, form)
    assert len(result.stdout) <= len(whole.stdout)
    if len(result.stdout) < len(whole.stdout):
        said = re.sub(r"\r?\n ", "", result.stdout) + result.stderr
        counted = {"channels": '"totals": {', "certificates": '"more": '}
        word = counted.get(command) if form == "json" else None
        assert (word or "report-bytes=NUMBER") in " ".join(said.split())


def test_what_was_found_is_listed_first_then_what_ends_first(repository) -> None:
    report = json.loads(cut("check", "json").stdout)["report"]
    flows = [iflow["id"] for iflow in report["iflows"]]
    assert 2 < len(flows) < FLOWS
    assert flows[-2:] == ["F58", "F59"]
    assert [finding["code"] for finding in report["findings"]].count("IFL101") == 1


def test_everything_is_counted_though_not_listed(repository) -> None:
    whole, part = json.loads(run("check", "json").stdout), json.loads(cut("check", "json").stdout)
    assert part["summary"] == whole["summary"]
    assert whole["report"]["totals"] is None
    totals = part["report"]["totals"]
    assert (totals["iflows"], totals["channels"], totals["rows"]) == (FLOWS, FLOWS, FLOWS)
    (remark,) = part["remarks"]
    assert f"of {FLOWS} sender channels and" in remark["text"]


def test_a_certificate_that_much_needs_is_listed_with_a_count_of_the_rest(repository) -> None:
    whole = json.loads(run("certificates", "json").stdout)["certificates"]
    part = json.loads(cut("certificates", "json", 30_000).stdout)["certificates"]
    needing = [len(each["uses"]) for each in whole]
    assert [len(each["uses"]) + each["more"] for each in part] == needing[: len(part)]
    assert any(each["more"] for each in part)


def test_channels_and_callers_of_one_role_do_not_multiply(repository) -> None:
    keys = [
        {
            "clientid": f"sb-{number}!b1|it-rt-example!b2",
            "certificate": pem(LATE).decode(),
            "tokenurl": "https://example.invalid/oauth/token",
            "url": "https://example.invalid",
        }
        for number in range(150)
    ]
    (repository / "keys.json").write_text(json.dumps(keys))
    (repository / "iflint.toml").write_text(
        '[[service-keys]]\npath = "keys.json"\nroles = ["ESBMessaging.send"]\n'
    )
    channels = [Channel("HTTPS", f"/{n}", authorization="RoleBased") for n in range(150)]
    for file, content in bundle(Flow("R", "R", channels)).items():
        (repository / "R" / file).parent.mkdir(parents=True, exist_ok=True)
        (repository / "R" / file).write_bytes(content)
    part = json.loads(run("channels", "json", "--limit", "report-bytes=300000").stdout)
    assert part["totals"]["callers"] == 150
    assert part["other_callers"] == []
