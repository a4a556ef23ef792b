"""`iflint.check(…)` is the command as a call, and as clear about what it can't do."""

import json
import shutil
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

import iflint
from exports import FIXTURES
from iflint.commands.main import cli
from iflint.options import Suppression, UsageError

CASE = FIXTURES / "rules" / "expired-certificate" / "bad-yesterday"


def test_the_same_findings_as_the_command(tmp_path) -> None:
    case = tmp_path / "rules" / "case"
    shutil.copytree(CASE, case)
    shutil.copy(FIXTURES / "rules" / "roots.pem", tmp_path)
    (tmp_path / ".git").mkdir()
    report = iflint.check(
        str(case),
        roots=[str(tmp_path / "roots.pem")],
        as_of=datetime(2026, 11, 24, tzinfo=UTC),
    )
    output = tmp_path / "report.json"
    with pytest.raises(SystemExit):
        cli(["check", str(case), "--as-of", "2026-11-24", "--format", f"json={output}"])
    of_command = json.loads(output.read_text("utf-8"))["report"]["findings"]
    assert [finding.fingerprint for finding in report.findings] == [
        finding["fingerprint"] for finding in of_command
    ]
    assert report.findings


def test_paths_may_be_paths(tmp_path) -> None:
    shutil.copytree(CASE, tmp_path / "case")
    roots = FIXTURES / "rules" / "roots.pem"
    as_of = datetime(2026, 11, 24, tzinfo=UTC)
    by_texts = iflint.check(str(tmp_path / "case"), roots=[str(roots)], as_of=as_of)
    assert iflint.check(tmp_path / "case", roots=[roots], as_of=as_of) == by_texts


@pytest.mark.parametrize("hours", [-11, 2, 14])
def test_a_moment_is_the_same_by_whatever_clock_it_is_told(hours) -> None:
    lapse = Suppression(rule=("IFL101",), reason="agreed", until=date(2026, 11, 24))

    def told(moment):
        roots = [str(FIXTURES / "rules" / "roots.pem")]
        report = iflint.check(str(CASE), as_of=moment, roots=roots, suppressions=(lapse,))
        findings = (report.findings, report.suppressed)
        return report.as_of.isoformat(), *([f.message for f in some] for some in findings)

    for moment in (datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 24, 23, 59, tzinfo=UTC)):
        assert told(moment.astimezone(timezone(timedelta(hours=hours)))) == told(moment)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"certificates": "certificates"}, "certificates takes several values"),
        ({"as_of": datetime(2026, 11, 24)}, "time zone"),
        ({"as_of": "2026-11-24"}, "time zone"),
        ({"as_of": datetime.max.replace(tzinfo=timezone(timedelta(hours=-1)))}, "no such day"),
        ({"platform": "moon"}, "moon"),
        ({"platform": "custom"}, "custom"),
        ({"select": ["IFL999"]}, "IFL999"),
    ],
)
def test_what_can_not_be_done_is_said_at_once(settings, said) -> None:
    with pytest.raises(UsageError, match=said):
        iflint.check(str(CASE), **settings)
