"""The JSON Schema of configuration files: valid, current, and of one mind with the reader."""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft7Validator

from iflint.configuration.file import read
from iflint.configuration.schema import schema
from iflint.configuration.settings import SETTINGS
from iflint.configuration.tables import ENVIRONMENT_SETTINGS, SUPPRESSION_SETTINGS
from iflint.engine.rule_settings import known_settings
from iflint.reporters.encoding import dumped
from iflint.values import RuleNames
from iflint_rules import iflint_rules

ROOT = Path(__file__).resolve().parents[2]
RULES = sorted(iflint_rules(), key=lambda rule: rule.code)
SCHEMA = json.loads(dumped(schema(RULES)))
VALIDATOR = Draft7Validator(SCHEMA)
NAMES = RuleNames(
    tuple(rule.code for rule in RULES),
    tuple(rule.name for rule in RULES),
    {rule.code: known_settings(rule) for rule in RULES},
    frozenset(rule.code for rule in RULES if rule.severity == "note"),
)
NOT_FOR_A_SCHEMA = re.compile(
    "does not exist|is a folder|^(?:select|ignore|rule) .*names no rule|no pattern as in .gitignore"
    "|not a day or time that exists|is the same rule as|every rule needs"
)
"""What the reader says of things that no schema knows: files on the disk, rules of plugins, the
calendar, patterns that match nothing, and two tables or settings that go together. To a schema,
moreover, a date without quotes is a text, and 30.0 a whole number."""


def test_the_file_is_current() -> None:
    file = ROOT / "docs" / "iflint.schema.json"
    assert file.read_text(encoding="utf-8") == dumped(schema(RULES)), "run: make snapshots"


def test_it_is_a_schema_of_draft_07_and_of_draft_04() -> None:
    Draft7Validator.check_schema(SCHEMA)
    older = {key: value for key, value in SCHEMA.items() if key not in ("$schema", "$id")}
    Draft4Validator.check_schema(older)


def test_every_setting_is_described() -> None:
    tables = (SCHEMA, *SCHEMA["definitions"].values())
    for table in tables:
        for name, described in table.get("properties", {}).items():
            assert described.get("description") or "$ref" in described, name


def test_defaults_are_valid_themselves() -> None:
    for name, described in SCHEMA["properties"].items():
        if "default" in described:
            assert VALIDATOR.is_valid({name: described["default"]}), name


def test_every_rule_is_there_under_its_code_and_its_name() -> None:
    labels = {label for rule in RULES for label in (rule.code, rule.name)}
    assert set(SCHEMA["properties"]["rules"]["properties"]) == labels
    assert VALIDATOR.is_valid({"rules": {"IFL102": {"severity": "error", "expiry-days": 60}}})
    assert not VALIDATOR.is_valid({"rules": {"IFL101": {"expiry-days": 60}}})


def _examples() -> list[tuple[str, str]]:
    pages = (ROOT / "docs").rglob("*.md")
    files = [ROOT / "README.md", *sorted(page for page in pages if page.name != "own-rules.md")]
    blocks = [
        (f"{file.name}-{number}", block)
        for file in files
        for number, block in enumerate(
            re.findall(r"^```toml\n(.*?)^```", file.read_text("utf-8"), re.DOTALL | re.MULTILINE)
        )
    ]
    demo = ROOT / "fixtures" / "demo" / "iflint.toml"
    return [*blocks, ("demo", demo.read_text("utf-8"))]


@pytest.mark.parametrize(("where", "text"), _examples(), ids=lambda value: value[:30])
def test_what_the_documentation_shows_is_valid(where, text) -> None:
    document = tomllib.loads(text)
    VALIDATOR.validate(as_json(document.get("tool", {}).get("iflint", document)))


def as_json(value):
    """A TOML value as editors hand it to a schema: dates are texts."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, date | datetime | time) else value


def toml(value) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{toml(key)} = {toml(item)}' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return json.dumps(value)


WORDS = [
    *("", " ", "a", "here", "a b", "x=NAME", "NAME", "=NAME", "a\0b", "{id}.json", "{ide}/x"),
    *("cf", "neo", "error", "never", "full", "text", "text=", "sarif=a", "sarif=-", "xml"),
    *("2026-11-24", "2026-11-24T08:30:00Z", "20261124", "2026-11-24T25:00:00", "auto", "always"),
    *(
        "IFL1",
        "all",
        " , ",
        "dn-mismatch,IFL102",
        "IFL9",
        "#x",
        "!x",
        "/",
        "a/",
        "**",
        "{artifact}",
    ),
    *("ab" * 32, "AB:" * 31 + "AB", "ab" * 31, "{", "{a", "}{name}", "\n", "\nx"),
]
SCALARS = (
    st.sampled_from(WORDS) | st.booleans() | st.sampled_from([-1, 0, 30, 2048, 36_500, 36_501, 1.5])
)
DATES = st.sampled_from([date(2026, 11, 24), datetime(2026, 11, 24, 8, 30), time(7, 30)])
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.sampled_from(WORDS), SCALARS)


def tables(names):
    """Tables of some of the settings, and one of another name."""
    any_table = st.dictionaries(st.sampled_from([*names, "other"]), VALUES, max_size=4)
    dated = [name for name in ("as-of", "until") if name in names]
    dates = st.fixed_dictionaries({}, optional=dict.fromkeys(dated, DATES))
    return st.builds(lambda table, more: table | more, any_table, dates)


OPTIONS = ("severity", "enabled", "expiry-days", "rsa-bits")
LABELS = ("IFL102", "weak-key", "IFL001", "root-leaving", "IFL998")
DOCUMENTS = st.builds(
    lambda settings, more: settings | more,
    tables(SETTINGS),
    st.fixed_dictionaries(
        {},
        optional={
            "environments": VALUES
            | st.dictionaries(st.sampled_from(["qa", " ", "p"]), tables(ENVIRONMENT_SETTINGS)),
            "suppressions": VALUES | st.lists(tables(SUPPRESSION_SETTINGS), max_size=2),
            "rules": VALUES
            | st.dictionaries(st.sampled_from(LABELS), VALUES | tables(OPTIONS), max_size=3),
        },
    ),
)


@given(DOCUMENTS)
@example({"suppressions": [{"rule": "IFL1", "reason": "x", "until": "2027-03-31"}]})
@example({"suppressions": [{"rule": [], "reason": "x"}]})
@example({"suppressions": [{"rule": "IFL", "reason": "x", "path": "*"}]})
@example({"environments": {"qa": {"parameters": "{artifact}/{id}/{x", "roots": []}}})
@example({"keystore-password-env": {"a": "b=NAME"}})
def test_the_schema_and_the_reader_agree(document) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "here").touch()
        path = os.path.join(folder, "iflint.toml")
        lines = [f"{toml(key)} = {toml(value)}\n" for key, value in document.items()]
        Path(path).write_text("".join(lines), encoding="utf-8")
        mistakes = [each.message for each in read(path, lambda: NAMES).mistakes]
    known = [message for message in mistakes if not NOT_FOR_A_SCHEMA.search(message)]
    wrong = [error.message for error in VALIDATOR.iter_errors(as_json(document))]
    assert bool(known) == bool(wrong), (known, wrong)
