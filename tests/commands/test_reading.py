"""Where nothing was read, every command says so, whatever it writes."""

import json

import pytest

from caller_files import key


@pytest.mark.parametrize(
    "command",
    [
        ("check", "--format", "github"),
        ("check", "--format", "text=report.txt"),
        ("forecast",),
        ("forecast", "--format", "json"),
    ],
)
def test_a_folder_without_an_iflow_is_said_aloud(workplace, call, command) -> None:
    (workplace / "empty").mkdir()
    result = call(*command, "empty")
    assert result.exit_code == 0
    assert result.stderr == "iflint: no iFlow found in 'empty'\n"


def test_a_folder_with_a_caller_is_none_without(workplace, call) -> None:
    (workplace / "keys").mkdir()
    (workplace / "keys" / "partner.json").write_text(json.dumps(key()), "utf-8")
    for command in (("check", "--format", "github"), ("forecast",)):
        assert call(*command, "keys").stderr == ""
    assert "No iFlow found" not in call("check", "keys").stdout


def test_text_says_it_itself(workplace, call) -> None:
    result = call("check", ".")
    assert result.stderr == ""
    assert "No iFlow found in '.'.\nWhat Git ignores is read only" in result.stdout
