"""The page on the check names rules by their own codes, and none of them twice.

A rule need not guard a step: those on iflint's own settings (IFL09x) guard none.
"""

import re
from pathlib import Path

from iflint_rules import iflint_rules

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-the-check-works.md"
NAMED = re.compile(r"^\| (IFL\d{3}) \[([a-z-]+)\]\(rules/([a-z-]+)\.md\) \|", re.MULTILINE)


def test_a_rule_guards_one_step_at_most() -> None:
    named = NAMED.findall(PAGE.read_text(encoding="utf-8"))
    assert all(name == page for _, name, page in named)
    assert len(named) == len(set(named))
    assert {(code, name) for code, name, _ in named} <= {
        (rule.code, rule.name) for rule in iflint_rules()
    }
