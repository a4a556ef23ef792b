"""The forecast says exactly what a check on each of the days would say."""

from __future__ import annotations

import json
import random
import shutil
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from caller_files import base64_of, key
from exports import (
    FIXTURES,
    Channel,
    Flow,
    bundle,
    dn,
    intermediate,
    issue,
    pem,
    root,
    write_tree,
)
from iflint.answers.forecast import forecast
from iflint.commands.main import cli
from iflint.engine.session import Session
from iflint.options import Options, ServiceKeySettings

START = datetime(2026, 11, 24, tzinfo=UTC)
DEMO = FIXTURES / "demo"


def session_of(folder: Path, **settings) -> Session:
    return Session([str(folder)], Options(as_of=START, **settings))


def identities(findings) -> set[tuple[str, str]]:
    return {(finding.fingerprint, str(finding.severity)) for finding in findings}


def assert_every_day_is_told(session: Session, until: date) -> None:
    told = forecast(session, until)
    changes = {change.day: [] for change in told.changes}
    for change in told.changes:
        changes[change.day].append(change)
    day = START.date()
    before = identities(told.now)
    while day < until:
        day += timedelta(days=1)
        after = identities(session.findings(datetime.combine(day, time(), UTC)))
        begun = {
            (change.finding.fingerprint, str(change.finding.severity))
            for change in changes.get(day, ())
            if change.begins
        }
        assert begun == after - before, day
        ended = {c.finding.fingerprint for c in changes.get(day, ()) if not c.begins}
        assert ended <= {fingerprint for fingerprint, _ in before - after}, day
        before = after


def test_the_demo_day_by_day() -> None:
    session = session_of(DEMO, roots=(str(DEMO / "trust-table.json"),))
    assert_every_day_is_told(session, date(2027, 12, 31))


@pytest.mark.parametrize("seed", range(6))
def test_made_up_dates_day_by_day(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)

    def span(shortest: int, longest: int) -> tuple[str, str]:
        first = START.date() + timedelta(days=chance.randint(-60, 60))
        last = first + timedelta(days=chance.randint(shortest, longest))
        return str(first), str(last)

    top = root(f"top-{seed}", dn("CN=Top", "O=Example"), "2020-01-01", str(span(0, 200)[1]))
    middles = [
        intermediate(f"middle-{seed}-{n}", dn(f"CN=Middle {n}", "O=Example"), top, *span(20, 200))
        for n in range(2)
    ]
    leaves = [
        issue(
            f"leaf-{seed}-{n}",
            dn(f"CN=sender {n % 3}", "O=Example"),
            chance.choice(middles),
            *span(1, 150),
        )
        for n in range(5)
    ]
    (tmp_path / "root.pem").write_bytes(pem(top))
    (tmp_path / "all.pem").write_bytes(pem(*middles, *leaves))
    flow = Flow("F", "F", [Channel("HTTPS", "/f", [leaf.pair for leaf in leaves])])
    for name, content in bundle(flow).items():
        path = tmp_path / "flow" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    session = session_of(
        tmp_path / "flow",
        certificates=(str(tmp_path / "all.pem"),),
        roots=(str(tmp_path / "root.pem"),),
        platform="custom",
        expiry_days=chance.choice([0, 7, 30]),
    )
    assert_every_day_is_told(session, START.date() + timedelta(days=200))


def bind(folder: Path, kind: str, number: int, leaf) -> None:
    """Bind a certificate by a row, a service key or a mapping."""
    if kind == "row":
        channel = Channel("HTTPS", f"/{number}", [leaf.pair])
        write_tree(folder / f"flow{number}", bundle(Flow(f"F{number}", f"F{number}", [channel])))
        (folder / f"leaf{number}.pem").write_bytes(pem(leaf))
    elif kind == "mapping":
        rows = [{"Id": "a", "User": f"S{number % 2}", "Certificate": base64_of(pem(leaf))}]
        text = json.dumps({"d": {"results": rows}})
        (folder / f"users{number}.json").write_text(text, "utf-8")
    else:
        made = key(pem(leaf).decode(), clientid=f"sb-{number}!b1|it-rt-t{number % 2}!b2")
        if kind == "facts":
            certificate = leaf.certificate
            del made["certificate"]
            made["certificatedetails"] = {
                "subjectdn": leaf.pair[0],
                "issuerdn": leaf.pair[1],
                "validuntil": certificate.not_valid_after_utc.isoformat(),
            }
        (folder / f"key{number}.json").write_text(json.dumps(made), "utf-8")


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", ["row", "pinned", "unpinned", "facts", "mapping"])
def test_each_kind_of_binding_day_by_day(kind: str, seed: int, tmp_path: Path) -> None:
    """What a forecast says of a day is what a check of that day finds, with the same message."""
    chance = random.Random(f"{kind} {seed}")
    top = root("kinds", dn("CN=Top", "O=Example"), "2020-01-01", "2040-01-01")
    (tmp_path / "root.pem").write_bytes(pem(top))
    for number in range(4):
        first = START.date() + timedelta(days=chance.randint(-60, 30))
        last = first + timedelta(days=chance.randint(20, 120))
        name = dn(f"CN=sender {number % 2}", "O=Example")
        bind(
            tmp_path,
            kind,
            number,
            issue(f"kinds {kind} {seed} {number}", name, top, str(first), str(last)),
        )
    settings = ServiceKeySettings(path="*.json", pinned=kind != "unpinned", folder=str(tmp_path))
    session = session_of(
        tmp_path,
        platform="custom",
        roots=(str(tmp_path / "root.pem"),),
        service_keys=(settings,),
    )
    until = START.date() + timedelta(days=160)
    assert_every_day_is_told(session, until)
    begins = [change for change in forecast(session, until).changes if change.begins]
    assert any(change.finding.code in ("IFL101", "IFL106") for change in begins)
    for change in begins:
        of_day = session.findings(datetime.combine(change.day, time(), UTC))
        assert change.finding in of_day


def run(*arguments: str):
    return CliRunner().invoke(cli, ["forecast", str(DEMO), "--as-of", "2026-11-24", *arguments])


def test_the_table_names_day_channel_cause_and_renewal() -> None:
    result = run("--until", "2026-12-31")
    assert result.exit_code == 0
    assert "2026-12-13 (in 19 days)" in result.stdout
    assert "/delivery/notes" in result.stdout
    assert "renewal  start by 2026-11-12 (overdue)\n" in result.stdout


def test_what_a_day_makes_good_reads_as_no_end_of_a_certificate() -> None:
    for form in ("table", "ics", "csv", "markdown"):
        said = run("--until", "2026-12-31", "--format", form).stdout
        assert ("ends,IFL103" if form == "csv" else "no longer: IFL103") in said


def test_the_renewal_starts_on_the_day_that_renew_names() -> None:
    document = json.loads(run("--until", "2026-12-31", "--format", "json").stdout)
    changes = [row for row in document["changes"] if row["code"] == "IFL101"]
    assert {row["day"]: row["renew_by"] for row in changes} == {
        "2026-12-10": "2026-11-09",
        "2026-12-13": "2026-11-12",
    }


def test_a_row_of_no_more_use_is_not_overdue_for_a_renewal() -> None:
    """Its certificate ended long ago; what ends on that day is the one of the row beside it."""
    document = json.loads(run("--until", "2027-09-14", "--format", "json").stdout)
    changes = [row for row in document["changes"] if row["day"] == "2027-09-14"]
    assert {row["renew_by"] for row in changes} == {"2027-08-14"}


def test_copies_of_a_flow_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = "packages/OrderToCash/Receive_Delivery_Notes"
    for name in ("dev", "prod"):
        shutil.copytree(DEMO / flow, tmp_path / name)
    for name in ("certificates", "trust-table.json"):
        copy = shutil.copytree if (DEMO / name).is_dir() else shutil.copy
        copy(DEMO / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    arguments = ["forecast", "--as-of", "2026-11-24", "--roots", "trust-table.json"]
    for form in ("table", "markdown"):
        asked = [*arguments, "--until", "2026-12-31", "--format", form]
        said = CliRunner().invoke(cli, asked).stdout
        assert "Receive Delivery Notes (dev)" in said
        assert "Receive Delivery Notes (prod)" in said


def test_json_says_the_same() -> None:
    document = json.loads(run("--until", "2026-12-31", "--format", "json").stdout)
    (row,) = [row for row in document["changes"] if row["day"] == "2026-12-13"]
    assert (row["code"], row["change"], row["renew_by"]) == ("IFL101", "begins", "2026-11-12")


def test_what_one_forecast_may_cost_ends_it_on_an_earlier_day() -> None:
    whole = json.loads(run("--format", "json").stdout)
    part = run("--format", "json", "--limit", "verdicts-anew=50")
    told = json.loads(part.stdout)
    assert whole["as_of"][:10] < told["until"] < whole["until"]
    assert told["changes"] == [row for row in whole["changes"] if row["day"] <= told["until"]]
    assert f"the forecast ends on {told['until']}. To see more, raise" in part.stderr


@pytest.mark.parametrize("form", ["table", "json", "csv", "ics", "markdown"])
def test_a_report_that_is_full_has_the_first_days_and_counts_the_rest(form: str) -> None:
    frame = len(run("--format", form, "--limit", "report-bytes=1").stdout.encode())
    result = run("--format", form, "--limit", f"report-bytes={frame + 20_000}")
    assert frame < len(result.stdout.encode()) <= frame + 20_000
    said = " ".join((result.stdout if form == "table" else result.stderr).split())
    assert "later changes. To list more, raise the limit: --limit report-bytes=NUMBER" in said
    if form == "json":
        whole, part = json.loads(run("--format", form).stdout), json.loads(result.stdout)
        assert part["changes"] == whole["changes"][: len(part["changes"])]
        assert len(part["changes"]) + part["more"] == len(whole["changes"])


@pytest.fixture
def callers(tmp_path: Path) -> Path:
    """A service key that opens a channel, and a mapping of whose user no roles are known."""
    top = root("forecast-root", dn("CN=Top", "O=Example"), "2020-01-01", "2040-01-01")
    of_key, of_mapping = (
        issue(f"forecast-{name}", dn(f"CN={name}", "O=Example"), top, "2026-01-01", "2027-01-31")
        for name in ("crm", "edi")
    )
    (tmp_path / "root.pem").write_bytes(pem(top))
    (tmp_path / "partner.json").write_text(json.dumps(key(pem(of_key).decode())), "utf-8")
    rows = [{"Id": "a", "User": "SUSER1", "Certificate": base64_of(pem(of_mapping))}]
    (tmp_path / "users.json").write_text(json.dumps({"d": {"results": rows}}), "utf-8")
    (tmp_path / "iflint.toml").write_text(
        'platform = "custom"\nroots = ["root.pem"]\n'
        '[[service-keys]]\npath = "partner.json"\nroles = ["ESBMessaging.send"]\n'
    )
    return tmp_path


def of_callers(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str):
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(cli, ["forecast", "--as-of", "2026-11-24", *arguments])
    assert result.exit_code == 0
    return result


def test_callers_are_named(callers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = Flow(
        "Orders", "Orders", [Channel("HTTPS", f"/{n}", authorization="RoleBased") for n in range(5)]
    )
    write_tree(callers / "flow", bundle(flow))
    shown = " ".join(of_callers(callers, monkeypatch).stdout.split())
    assert "service key partner of tenant it-rt-example!b2" in shown
    assert "opens Orders: HTTPS /0, Orders: HTTPS /1, Orders: HTTPS /2, and 2 more" in shown
    assert "mapping of user SUSER1 opens roles not known" in shown
    assert "subject CN=edi, O=Example" in shown
    changes = json.loads(of_callers(callers, monkeypatch, "--format", "json").stdout)["changes"]
    begins = [row for row in changes if row["code"] == "IFL101"]
    assert {row["day"] for row in begins} == {"2027-02-01"}
    assert [(row["caller"]["name"], len(row["opens"])) for row in begins] == [
        ("partner", 5),
        ("SUSER1", 0),
    ]
    assert [row["subject"] for row in begins] == ["CN=crm, O=Example", "CN=edi, O=Example"]


def test_a_key_that_opens_nothing_here_says_so(
    callers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = " ".join(of_callers(callers, monkeypatch).stdout.split())
    assert "service key partner of tenant it-rt-example!b2 opens no channel here" in shown


def test_a_binding_that_is_left_behind_begins_and_nothing_ends(
    callers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its successor is let in already, so nothing is said before that day."""
    top = root("forecast-root", dn("CN=Top", "O=Example"), "2020-01-01", "2040-01-01")
    name = dn("CN=crm", "O=Example")
    renewed = issue("forecast-renewed", name, top, "2026-11-01", "2028-01-31")
    other = key(pem(renewed).decode(), clientid="sb-2!b1|it-rt-example!b2")
    (callers / "renewed.json").write_text(json.dumps(other), "utf-8")
    changes = json.loads(of_callers(callers, monkeypatch, "--format", "json").stdout)["changes"]
    of_key = [row for row in changes if row["caller"]["name"] == "partner"]
    assert [(row["day"], row["change"], row["code"]) for row in of_key] == [
        ("2027-02-01", "begins", "IFL106"),
    ]


def test_callers_need_no_flow(callers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = of_callers(callers, monkeypatch)
    assert "expired-certificate" in result.stdout
    assert result.stderr == ""


@pytest.mark.parametrize(("until", "said"), [("soon", "--until"), ("2026-11-01", "before")])
def test_a_wrong_last_day_is_wrong_usage(until: str, said: str) -> None:
    result = run("--until", until)
    assert result.exit_code == 2
    assert said in result.stderr


def test_what_names_tell_day_by_day(tmp_path: Path) -> None:
    """The way of the issuer to its root ends, and with it what the list says of the issuer."""
    issuers = ["CN=E5,O=Let's Encrypt,C=US", "CN=Nobody's CA"]
    pairs = [(f"CN=partner-{number}", issuer) for number, issuer in enumerate(issuers)]
    write_tree(tmp_path, bundle(Flow("Orders", "Orders", [Channel("HTTPS", "/orders", pairs)])))
    session = session_of(tmp_path)
    until = date(2027, 4, 1)
    assert_every_day_is_told(session, until)
    begun = [(c.day, c.finding.code) for c in forecast(session, until).changes if c.begins]
    assert begun == [(date(2027, 3, 13), "IFL207")]
