"""No report grows beyond its limit: what is urgent is listed first, and all of it is counted."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from exports import (
    Channel,
    Flow,
    bundle,
    dn,
    intermediate,
    issue,
    java_keystore,
    pem,
    root,
    write_tree,
)
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


def cut(command, form, room=ROOM, arguments=()):
    """What a command prints where a report may have so many bytes more than its frame."""
    frame = len(run(command, form, "--limit", "report-bytes=1", *arguments).stdout.encode())
    most = frame + room
    result = run(command, form, "--limit", f"report-bytes={most}", *arguments)
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


def test_findings_of_a_baseline_that_are_gone_are_counted(repository) -> None:
    row = {"code": "IFL101", "name": "gone", "severity": "warning", "path": "a"}
    rows = [{**row, "fingerprint": f"{n:064}"} for n in range(500)]
    (repository / "known.json").write_text(json.dumps({"iflint-baseline": "1", "findings": rows}))
    part = cut("check", "json", arguments=("--baseline", "known.json"))
    baseline = json.loads(part.stdout)["report"]["baseline"]
    assert 0 < len(baseline["vanished"]) < 500
    assert len(baseline["vanished"]) + baseline["more_vanished"] == 500
    text = cut("check", "text", arguments=("--baseline", "known.json", "--verbose")).stdout
    assert "500 known findings no longer found" in text


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


def shortened(*arguments):
    """What a command prints where a report may be two thirds as long, and the whole of it."""
    whole = CliRunner().invoke(cli, [*arguments, *CLOCK])
    room = len(whole.stdout.encode()) * 2 // 3
    part = CliRunner().invoke(cli, [*arguments, *CLOCK, "--limit", f"report-bytes={room}"])
    assert part.exit_code == whole.exit_code < 2, part.stderr
    assert len(part.stdout.encode()) <= room
    return part, whole


def more_in(said):
    """How many things a message says are not listed."""
    (number,) = re.findall(r"[Nn]ot listed: (?:the plans for )?(\d+) more", said)
    assert "To list more, raise the limit: --limit report-bytes=NUMBER" in " ".join(said.split())
    return int(number)


@pytest.mark.parametrize("form", ["text", "json"])
def test_chains_that_fail_are_listed_first(repository, form) -> None:
    many = [
        issue(f"long-{n}", dn(f"CN=c{n}", "O=Example"), MIDDLE, "2025-01-01", "2029-01-01")
        for n in range(30)
    ]
    (repository / "many.pem").write_bytes(pem(*many, OLD, MIDDLE))
    part, _ = shortened("chain", "many.pem", "--format", form)
    assert "CN=old" in part.stdout
    listed = part.stdout.count("2025-01-01" if form == "text" else '"verdict": ')
    assert 2 < listed < 31
    if form == "json":
        trees = json.loads(part.stdout)
        assert len(trees["trees"]) + trees["more"] == 31
        assert trees["trees"][0]["verdict"] == "fails"
    assert more_in(part.stderr) > 0


def sender(repository):
    """A keystore with one key; a third of the channels have its pair, others a wrong one."""
    (repository / "sender.jks").write_bytes(java_keystore({"key": [LATE, MIDDLE, TOP]}))
    wrong = ", ".join(reversed(LATE.pair[0].split(",")))
    channels = [
        Channel("HTTPS", f"/more/{n}", [LATE.pair if n % 3 else (wrong, LATE.pair[1])])
        for n in range(90)
    ]
    write_tree(repository / "S", bundle(Flow("S", "S", channels)))


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_channels_that_a_sender_cannot_call_are_listed_first(repository, form) -> None:
    sender(repository)
    part, whole = shortened("sender", "sender.jks", "S", "--format", form)
    listed = {int(n) for n in re.findall(r"/more/(\d+)", part.stdout)}
    assert {n for n in listed if n % 3} == set() or {n for n in range(90) if not n % 3} <= listed
    assert len(listed) + more_in(part.stderr) == 90
    said = "60 channels"
    assert (said in part.stdout) == (said in whole.stdout)


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_a_plan_is_cut_inside_and_says_so(repository, form) -> None:
    sender(repository)
    new = issue("long-new", dn("CN=late", "O=Example"), TOP, "2026-11-01", "2029-12-31")
    (repository / "new.pem").write_bytes(pem(new))
    part, whole = shortened("renew", "new.pem", "S", "--format", form)
    if form == "json":
        (plan,), (complete,) = (json.loads(each.stdout)["renewals"] for each in (part, whole))
        steps = plan["schedules"][0]["steps"]
        assert steps == complete["schedules"][0]["steps"][: len(steps)]
        assert 0 < len(plan["touched"]) < len(complete["touched"]) == 90
        assert len(plan["touched"]) + plan["more"] == 90
    else:
        assert "90 channels in 1 iFlow" in part.stdout
        assert "redeploy" in part.stdout
        assert more_in(part.stdout) + part.stdout.count("has a row with another pair") == 90


def test_plans_that_are_not_listed_are_counted(repository) -> None:
    sender(repository)
    new = [
        issue(f"long-{n}", dn(f"CN={n}", "O=Example"), TOP, "2026-11-01", "2029-12-31")
        for n in range(20)
    ]
    (repository / "new.pem").write_bytes(pem(*new))
    part, _ = shortened("renew", "new.pem", "S", "--format", "json")
    assert len(json.loads(part.stdout)["renewals"]) + more_in(part.stderr) == 20
