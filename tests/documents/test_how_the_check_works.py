"""The page on the check names every rule once, under its own code.

Rules on iflint's own settings (IFL09x) guard none of the steps.
"""

import re
from pathlib import Path

from iflint.engine.plugins import load_rules

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-the-check-works.md"
NAMED = re.compile(r"^\| (IFL\d{3}) \[([a-z-]+)\]\(rules/([a-z-]+)\.md\) \|", re.MULTILINE)


def test_each_rule_guards_one_step() -> None:
    named = NAMED.findall(PAGE.read_text(encoding="utf-8"))
    assert all(name == page for _, name, page in named)
    assert sorted((code, name) for code, name, _ in named) == sorted(
        (rule.code, rule.name)
        for rule in load_rules()
        if rule.__module__.startswith("iflint_rules.") and not rule.code.startswith("IFL09")
    )
