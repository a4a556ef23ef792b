"""Where nothing was read, every command says so, whatever it writes."""

import json

import pytest

from caller_files import key
from exports import zipped

from .conftest import CASES, unpacked_flow  # isort: skip

NONE = "o iFlow found in '{}' (what Git ignores is read only where it is named itself)"


@pytest.mark.parametrize(
    "command",
    [
        ("check", "--quiet"),
        ("check", "--format", "sarif"),
        ("check", "--format", "text=report.txt"),
        ("forecast",),
        ("forecast", "--format", "json"),
    ],
)
def test_a_folder_without_an_iflow_is_said_aloud(workplace, call, command) -> None:
    (workplace / "empty").mkdir()
    result = call(*command, "empty")
    assert result.exit_code == 0
    assert result.stderr == f"iflint: n{NONE.format('empty')}\n"


def test_a_folder_with_a_caller_is_none_without(workplace, call) -> None:
    (workplace / "keys").mkdir()
    (workplace / "keys" / "partner.json").write_text(json.dumps(key()), "utf-8")
    for command in (("check", "--format", "github"), ("forecast",)):
        assert call(*command, "keys").stderr == ""
    assert "No iFlow found" not in call("check", "keys").stdout


def test_text_says_it_itself(workplace, call) -> None:
    result = call("check", ".")
    assert result.stderr == ""
    assert f"N{NONE.format('.')}.\n" in result.stdout


@pytest.mark.parametrize("format_", ["text", "concise", "github"])
def test_what_is_told_on_the_screen_is_not_told_beside_it(workplace, call, format_) -> None:
    result = call("check", "--format", format_, "--exclude", "x/*")
    assert result.stderr == ""
    assert f"N{NONE.format('.')}." in result.stdout
    assert "The pattern 'x/*' in exclude excludes nothing." in result.stdout


def expecting(call, workplace, *arguments):
    (workplace / "iflint.toml").write_text("expect-flows = true\n")
    return call("check", *arguments)


def test_a_path_without_a_flow_fails_where_flows_are_expected(workplace, call) -> None:
    missing = f"iflint: n{NONE.format('empty')}; --expect-flows asks for one\n"
    unpacked_flow(CASES / "dn-mismatch" / "good-spelling", workplace / "flows")
    (workplace / "empty").mkdir()
    result = expecting(call, workplace, "flows", "empty", "--format", "github")
    assert (result.exit_code, result.stderr) == (2, missing)
    assert result.stdout.startswith("::error title=iflint::No iFlow found in 'empty' (")
    assert expecting(call, workplace, "flows").exit_code == 0
    assert call("hook", "flows/META-INF/MANIFEST.MF").exit_code == 0
    for name in ("README.md", "value-mapping.zip"):
        (workplace / name).write_bytes(zipped({"value_mapping.xml": b"<x/>"}))
        assert call("hook", name).exit_code == 0, name


def test_a_service_key_is_no_flow(workplace, call) -> None:
    (workplace / "partner.json").write_text(json.dumps(key()), "utf-8")
    result = expecting(call, workplace, "--format", "sarif")
    assert result.exit_code == 2
    [invocation] = json.loads(result.stdout)["runs"][0]["invocations"]
    assert not invocation["executionSuccessful"]
    told = invocation["toolExecutionNotifications"][-1]
    assert told["level"] == "error"
    assert told["message"]["text"] == "No iFlow found, only service keys or mappings."


def test_where_flows_are_expected_a_test_fails_as_the_run_does(workplace, call) -> None:
    result = expecting(call, workplace, "--format", "junit")
    assert result.exit_code == 2
    assert '<failure message="No iFlow found in' in result.stdout
    assert '<property name="remark" value="No iFlow found in' in result.stdout
