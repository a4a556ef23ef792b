"""Each rule on its fixtures: what trips it, what nearly does, and how it reads."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import exports
from exports import expected_rules

FIXTURES = exports.FIXTURES / "rules"
CLOCK = "2026-11-24"

CASES = sorted(
    f"{rule.name}/{case.name}"
    for rule in FIXTURES.iterdir()
    if rule.is_dir()
    for case in rule.iterdir()
    if case.is_dir() and case.name.startswith(("bad-", "good-"))
)
BAD_CASES = [case for case in CASES if "/bad-" in case]


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fixtures as a repository of their own, so that paths in reports are always the same."""
    folder = tmp_path_factory.mktemp("repository")
    shutil.copytree(FIXTURES, folder, dirs_exist_ok=True)
    (folder / ".git").mkdir()
    return folder


@pytest.fixture
def run(repository: Path, monkeypatch: pytest.MonkeyPatch):
    """Run ``iflint check`` in the repository of fixtures and give its standard output."""
    from iflint.commands.main import cli

    monkeypatch.chdir(repository)
    for name in ("NO_COLOR", "FORCE_COLOR", "IFLINT_CONFIG"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(cli, ["check", *arguments, "--as-of", CLOCK])
        assert result.exit_code in (0, 1), result.output
        return result.stdout

    return run


@pytest.mark.parametrize("case", CASES)
def test_a_rule_says_what_its_fixtures_are_made_for(case, run) -> None:
    found = json.loads(run(case, "--format", "json"))["report"]["findings"]
    assert sorted(finding["name"] for finding in found) == expected_rules(case)


@pytest.mark.parametrize("case", BAD_CASES)
def test_text(case, run, snapshot) -> None:
    assert run(case, "--format", "text") == snapshot


@pytest.mark.parametrize("case", BAD_CASES)
def test_sarif(case, run, snapshot) -> None:
    report = json.loads(run(case, "--format", "sarif"))
    (sarif_run,) = report["runs"]
    assert sarif_run["results"] == snapshot(name="results")


def test_every_rule_has_fixtures_for_and_against() -> None:
    from iflint.engine.plugins import load_rules

    for rule in load_rules():
        kinds = {
            case.partition("/")[2].split("-")[0]
            for case in CASES
            if case.startswith(f"{rule.name}/")
        }
        assert kinds == {"bad", "good"}, rule.name
