"""What is said before a day, and on it: roots that leave, certificates that are not renewed."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest

from iflint.engine.run import check
from iflint.options import Options

CASES = Path(__file__).resolve().parents[2] / "fixtures" / "rules"


@pytest.fixture
def findings(tmp_path: Path):
    """The findings of a case at the beginning of a day, by name."""

    def run(case: str, day: str, **settings):
        folder = tmp_path / "case"
        if not folder.exists():
            shutil.copytree(CASES / case, folder)
        options = Options(
            as_of=dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC),
            **{"roots": (str(CASES / "trust-table.json"),), **settings},
        )
        return {found.name: found for found in check([str(folder)], options).findings}

    return run


def test_a_root_leaves_on_the_day_that_was_told(findings) -> None:
    before = findings("root-leaving/bad-next-release", "2027-01-19")
    assert set(before) == {"root-leaving"}
    told = before["root-leaving"].breaks_on
    assert told == dt.datetime(2027, 1, 20, tzinfo=dt.UTC)
    after = findings("root-leaving/bad-next-release", "2027-01-20")
    assert set(after) == {"unsupported-root"}
    assert after["unsupported-root"].broken_since == told


def test_on_neo_a_root_that_leaves_stays_on_the_other_list(findings) -> None:
    case, neo = "root-leaving/bad-next-release", {"platform": "neo", "ignore": ("neo-sunset",)}
    message = findings(case, "2027-01-19", **neo)["root-leaving"].message
    assert "one of the two lists for Neo only" in message
    assert findings(case, "2027-01-20", **neo)["unsupported-root"].severity == "warning"


@pytest.mark.parametrize(
    ("case", "name"),
    [
        ("root-leaving/bad-next-release", "root-leaving"),
        ("client-auth-sunset/bad-on-neo", "client-auth-sunset"),
    ],
)
def test_on_neo_what_one_list_has_may_work_and_is_looked_ahead_of(
    findings, tmp_path, case, name
) -> None:
    table = json.loads((CASES / "trust-table.json").read_text("utf-8"))
    for root in table["roots"]:
        root["in_neo_list"] = False
    (tmp_path / "one-list.json").write_text(json.dumps(table))
    neo = {"platform": "neo", "ignore": ("neo-sunset",)}
    found = findings(case, "2027-01-19", roots=(str(tmp_path / "one-list.json"),), **neo)
    assert set(found) == {"unsupported-root", name}
    assert found["unsupported-root"].severity == "warning"
    assert "will be on one of the two lists" not in found[name].message


@pytest.mark.parametrize(("days", "name"), [(26, "issuer-expires-first"), (27, "root-leaving")])
def test_a_root_that_ends_within_the_window_is_told_once(findings, days, name) -> None:
    roots = (str(CASES / "root-leaving/bad-ends-soon/roots/ending.pem"),)
    found = findings("root-leaving/bad-ends-soon", "2026-11-24", roots=roots, expiry_days=days)
    assert set(found) == {name}


@pytest.mark.parametrize(
    ("case", "day", "said"),
    [
        ("bad-on-request", "2027-02-01", "will not be renewed as it is: Example Web Trust"),
        ("bad-on-request", "2027-02-02", "can't be renewed as it is"),
        ("bad-disputed", "2026-05-15", "will not be renewed as it is: Example Web Trust"),
        ("bad-disputed", "2026-05-16", "can perhaps not be renewed as it is"),
        ("bad-disputed", "2027-02-11", "can't be renewed as it is"),
        ("bad-announced", "2027-03-14", "can perhaps not be renewed as it is"),
        ("bad-announced", "2027-03-15", "can't be renewed as it is"),
        ("bad-unknown-ca", "2027-03-14", "will not be renewed as it is: its public CA"),
        (
            "bad-unknown-ca",
            "2027-03-15",
            "Since 2027-03-15 no public CA may issue such certificates",
        ),
    ],
)
def test_the_sunset_day_by_day(findings, case, day, said) -> None:
    folder = CASES / "client-auth-sunset" / case
    own = folder / "ca-calendar.json"
    calendar = str(own) if own.exists() else None
    found = findings(f"client-auth-sunset/{case}", day, calendar=calendar)
    message = found["client-auth-sunset"].message
    assert said in message
    assert "The certificate works until 2027-09-30" in message


def test_the_sunset_is_not_told_of_what_does_not_work(findings) -> None:
    case = "client-auth-sunset/bad-on-request"
    assert set(findings(case, "2027-10-01")) == {"expired-certificate"}
    roots = (str(CASES / "roots.pem"),)
    assert set(findings(case, "2026-11-24", roots=roots)) <= {"unsupported-root", "missing-chain"}


def test_a_public_root_counts_as_one_on_a_list_of_ones_own(findings) -> None:
    case = "client-auth-sunset/bad-on-request"
    found = findings(case, "2026-11-24", platform="custom")
    assert "private CA" in found["client-auth-sunset"].remedy
