"""A rule's docstring is its documentation page."""

from __future__ import annotations

from pathlib import Path

import pytest

from iflint.engine.plugins import load_rules

RULES = load_rules()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_explains_itself(rule) -> None:
    info = rule.info()
    assert info.summary.endswith(".")
    assert info.help_uri.startswith("https://")
    assert info.handed
    headings = [line for line in info.documentation.splitlines() if line.startswith("## ")]
    assert headings[0] == "## What it does"
    assert "## How to fix it" in headings
    assert {"## Why it fails at runtime", "## Why it matters"} & set(headings)


def test_a_module_is_named_after_its_rule() -> None:
    for rule in RULES:
        assert rule.__module__.rpartition(".")[2].replace("_", "-") == rule.name


def test_codes_and_names_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)


def test_what_is_made_from_the_rules_is_current() -> None:
    import importlib.util

    script = Path(__file__).resolve().parents[2] / "docs" / "make_pages.py"
    spec = importlib.util.spec_from_file_location("make_pages", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    pages = module.pages()
    stale = [
        page.name
        for page, text in pages.items()
        if not page.exists() or page.read_text(encoding="utf-8") != text
    ]
    assert not stale, "run: make snapshots"
    assert set(script.with_name("rules").glob("*.md")) <= set(pages)
