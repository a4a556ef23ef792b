"""What each rule says on its cases, as text and as SARIF: ``tests/rules/reports/``, a file a rule.

``python tests/rule_reports.py`` makes the files anew; a test fails where iflint says anything else.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from exports import FIXTURES, cases_of, guests, modules
from iflint.commands.main import cli

REPORTS = Path(__file__).with_name("rules") / "reports"
CLOCK = "2026-11-24"
UNSET = dict.fromkeys(("COLUMNS", "NO_COLOR", "FORCE_COLOR", "IFLINT_CONFIG"))


def repository(folder: Path) -> Path:
    """The cases as a repository of their own, so that paths in reports are always the same."""
    copy = folder / "repository"
    shutil.copytree(FIXTURES / "rules", copy)
    (copy / ".git").mkdir()
    return copy


def report(rule: str, repository: Path) -> str:
    """The file of a rule: what is said on each case that trips it."""
    parts = [f"# What {rule} says"]
    for case in cases_of(rule):
        if case.name.startswith("bad-"):
            text, results = said(f"{rule}/{case.name}", repository)
            parts.append(f"## {case.name}\n\n```text\n{text.rstrip()}\n```")
            parts.append(f"```json\n{json.dumps(results, indent=1, sort_keys=True)}\n```")
    return "\n\n".join(parts) + "\n"


def said(case: str, repository: Path) -> tuple[str, list[Any]]:
    """The text and the results of SARIF, without those that only visit a case of another rule."""
    sarif = repository.with_name("report.sarif")
    arguments = ["check", case, "--as-of", CLOCK, "--format", "text", "--format", f"sarif={sarif}"]
    arguments += [f"--ignore={rule}" for rule in guests(case)]
    with contextlib.chdir(repository):
        result = CliRunner(env=UNSET).invoke(cli, arguments)
    assert result.exit_code in (0, 1), result.output
    (run,) = json.loads(sarif.read_text("utf-8"))["runs"]
    # Which number a rule has among all of them is no business of this one.
    for each in run["results"]:
        assert run["tool"]["driver"]["rules"][each.pop("ruleIndex")]["id"] == each["ruleId"]
    return result.stdout, run["results"]


def main() -> None:
    """Write the files that have changed, and remove those whose rule is gone."""
    REPORTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        copy = repository(Path(folder))
        made = {REPORTS / f"{rule}.md": report(rule, copy) for rule in modules()}
    for path, text in made.items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            sys.stdout.write(f"tests/rules/reports/{path.name}\n")
    for path in set(REPORTS.iterdir()) - set(made):
        path.unlink()


if __name__ == "__main__":
    main()
