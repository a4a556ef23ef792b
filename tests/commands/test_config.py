"""`iflint config`: the settings that count, and where each comes from."""

from __future__ import annotations

import json

import pytest

from iflint.configuration.settings import SETTINGS
from iflint.options import Options


@pytest.fixture
def settings(call):
    """The settings as JSON, by environment and name."""

    def of(*arguments):
        result = call("config", *arguments, "--format", "json")
        assert result.exit_code == 0, result.stderr
        read = json.loads(result.stdout)
        assert (read["format"], read["formatVersion"]) == ("iflint-config", "1")
        return {(each["environment"], each["name"]): each for each in read["settings"]}

    return of


def told(setting):
    return setting["value"], setting["origin"], setting["place"]


def test_every_setting_is_told_with_its_default(workplace, settings) -> None:
    found = settings("--isolated")
    assert [name for _, name in found] == list(SETTINGS)
    assert {each["origin"] for each in found.values()} == {"default"}
    assert told(found["", "expiry-days"]) == (Options().expiry_days, "default", "")
    assert found["", "fail-on"]["value"] == "error"
    assert found["", "certificates"]["value"] is None


def test_the_command_line_comes_before_the_file(workplace, settings) -> None:
    (workplace / "iflint.toml").write_text(
        '# ours\nplatform = "neo"\n  expiry-days = 45\nformat = ["text", "json=x.json"]\n'
    )
    found = settings("--expiry-days", "7")
    assert told(found["", "platform"]) == ("neo", "file", "iflint.toml:2:1")
    assert told(found["", "expiry-days"]) == (7, "command line", "")
    assert told(settings()["", "expiry-days"]) == (45, "file", "iflint.toml:3:3")
    assert found["", "format"]["place"] == "iflint.toml:4:1"


def test_environments_and_the_table_of_a_shared_file(workplace, settings, call) -> None:
    (workplace / "roots.pem").write_text("")
    (workplace / "pyproject.toml").write_text(
        '[tool.iflint]\nexclude = ["old/"]\n[tool.iflint.environments.prod]\nroots = "roots.pem"\n'
    )
    found = settings()
    assert told(found["", "exclude"]) == (["old/"], "file", "pyproject.toml:2:1")
    assert told(found["prod", "roots"])[1:] == ("file", "pyproject.toml:4:1")
    shown = call("config", env={"COLUMNS": "80"}).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert shown.startswith("Configuration file: pyproject.toml\n")
    assert "environment prod" in shown
    assert "all under the checked paths" in shown


def test_a_file_elsewhere_is_named_as_it_was_found(workplace, settings, tmp_path) -> None:
    other = tmp_path / "iflint.toml"
    other.write_text("verbose = true\n")
    assert told(settings("--config", other)["", "verbose"])[:2] == (True, "file")


def test_mistakes_are_told_and_nothing_is_shown(workplace, call) -> None:
    (workplace / "iflint.toml").write_text('platform = "nea"\nexpiri-days = 3\n')
    result = call("config", "--fail-on", "x")
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 3


def test_names_from_the_file_steer_no_terminal(workplace, call) -> None:
    (workplace / "iflint.toml").write_text(
        '[environments."\\u001b[31mx\\u202e"]\nplatform = "neo"\n', encoding="utf-8"
    )
    result = call("config")
    assert result.exit_code == 0
    assert not {"\x1b", "\u202e"} & set(result.stdout)
    assert "environment \\x1b[31mx\\u202e" in result.stdout


def test_suppressions_rules_and_what_environments_inherit(workplace, call) -> None:
    (workplace / "iflint.toml").write_text(
        'expiry-days = 40\n[environments.prod]\nplatform = "neo"\n'
        '[rules.ifl102]\nseverity = "error"\n[rules.weak-key]\nenabled = false\n'
        '[[suppressions]]\nrule = "IFL407"\nreason = "Test"\nuntil = 2027-01-31\n'
    )
    read = json.loads(call("config", "--format", "json").stdout)
    (suppression,) = read["suppressions"]
    assert suppression == {
        "rule": ["IFL407"],
        "reason": "Test",
        "until": "2027-01-31",
        "place": "iflint.toml:8:3",
    }
    of_prod = {each["name"]: each for each in read["settings"] if each["environment"] == "prod"}
    assert (of_prod["platform"]["value"], of_prod["platform"]["inherited"]) == ("neo", False)
    assert (of_prod["trust"]["value"], of_prod["trust"]["inherited"]) == ("complete", True)
    rules = {rule["code"]: rule for rule in read["rules"]}
    assert {code for code, rule in rules.items() if not rule["asked"]} == {"IFL404", "IFL501"}
    assert {code for code, rule in rules.items() if rule["told"]} == {"IFL102", "IFL404"}
    soon = {each["name"]: told(each) for each in rules["IFL102"]["settings"]}
    assert soon == {
        "severity": ("error", "file", "iflint.toml:5:1"),
        "enabled": (True, "default", ""),
        "expiry-days": (40, "file", "iflint.toml:1:1"),
    }
    shown = call("config", "--select", "IFL1", env={"COLUMNS": "80"}).stdout
    assert "rule IFL102 certificate-expires-soon" in shown
    assert "suppression 1" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_what_is_said_of_callers(workplace, call) -> None:
    (workplace / "iflint.toml").write_text(
        '[[service-keys]]\npath = "keys/*.json"\nroles = ["ESBMessaging.send"]\npinned = false\n'
        '[[users]]\nname = "SUSER1"\nroles = ["A", "B"]\n'
        '[environments.prod]\n[[environments.prod.users]]\nname = "SUSER2"\nroles = ["C"]\n'
    )
    read = json.loads(call("config", "--format", "json").stdout)
    (of_keys,), (of_all, of_prod) = read["service_keys"], read["users"]
    assert of_keys == {
        "path": "keys/*.json",
        "roles": ["ESBMessaging.send"],
        "pinned": False,
        "environment": "",
        "place": "iflint.toml:1:3",
    }
    assert (of_all["name"], of_all["roles"], of_all["environment"]) == ("SUSER1", ["A", "B"], "")
    assert (of_prod["name"], of_prod["environment"]) == ("SUSER2", "prod")
    assert of_prod["place"].startswith("iflint.toml:9:")
    shown = " ".join(call("config").stdout.split())
    assert "service keys 1 path iflint.toml:1:3 keys/*.json" in shown
    assert "pinned false" in shown
    assert "user 2 of environment prod name" in shown


def test_the_schema_has_the_rules_that_are_installed(workplace, call) -> None:
    result = call("config", "--schema", "--output", "iflint.schema.json")
    assert result.exit_code == 0
    schema = json.loads((workplace / "iflint.schema.json").read_text("utf-8"))
    assert schema == json.loads(call("config", "--schema").stdout)
    assert {"IFL102", "weak-key"} <= set(schema["properties"]["rules"]["properties"])


def test_an_environment_is_missing(workplace, call) -> None:
    result = call("check", ".", "--all-environments")
    assert result.exit_code == 2
    assert "[environments.NAME]" in result.stderr
