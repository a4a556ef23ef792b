"""Each rule on its fixtures: that there are some for and against it, and how it reads.

That a rule speaks where it should, and nowhere else, is `tests/fixtures/test_fixtures_verdicts.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from exports import cases_of, elsewhere, expected, modules
from iflint_rules import iflint_rules
from rule_reports import REPORTS, report
from rule_reports import repository as made_repository

ROOT = Path(__file__).resolve().parents[2]
WITHOUT_CASES = {"rule-failed"}
"""No export makes a rule fail: `tests/engine/test_defects.py` does."""
RULES = sorted({rule.name for rule in iflint_rules()} - WITHOUT_CASES)


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_repository(tmp_path_factory.mktemp("reports"))


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_cases_for_and_against(rule) -> None:
    kinds = {case.name.partition("-")[0] for case in cases_of(rule)}
    assert kinds == {"bad", "good"}


def test_no_cases_are_of_a_rule_that_is_gone() -> None:
    assert set(modules()) <= set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_where_a_rule_speaks_elsewhere_it_is_heard(rule) -> None:
    for place in elsewhere(modules()[rule]):
        if place.startswith("tests/"):
            assert f'guests("{place}")' in (ROOT / place).read_text(encoding="utf-8"), place
        else:
            assert place in expected(), place


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_reads_as_its_snapshot(rule, repository) -> None:
    said = report(rule, repository)
    snapshot = REPORTS / f"{rule}.md"
    assert snapshot.exists(), "run: make snapshots"
    assert said == snapshot.read_text("utf-8"), "if it should read like that, run: make snapshots"


def test_no_snapshot_is_of_a_rule_that_is_gone() -> None:
    assert {path.stem for path in REPORTS.iterdir()} <= set(RULES)
