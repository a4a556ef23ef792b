"""The program as a whole: help, version, mistyped commands, `rules` and `explain`."""

import json

import pytest

from iflint.__version__ import __version__
from iflint.commands.main import SECTIONS, cli
from iflint.configuration.settings import SETTINGS
from iflint.console.interface import Interface
from iflint.engine.plugins import load_rules
from iflint.pki.public_cas import PublicCas
from iflint.pki.roots.trust import packaged_table

from .conftest import ROOT, process  # isort: skip


def test_version(call) -> None:
    version, roots, public_cas = call("--version").stdout.splitlines()
    assert version == f"iflint {__version__}"
    table = packaged_table()
    assert f"{table.in_order[-1]} " in roots
    assert roots.endswith(f", checked on {table.checked_on}")
    assert public_cas == f"public CAs of CCADB, checked on {PublicCas().table.checked_on}"


def test_the_packaged_tables_say_when_they_were_checked() -> None:
    assert packaged_table().checked_on is not None
    assert PublicCas().table.checked_on is not None


def test_python_dash_m(tmp_path) -> None:
    run = process("--version", cwd=tmp_path)
    assert (run.returncode, run.stdout.decode().splitlines()[0]) == (0, f"iflint {__version__}")


def test_help_names_every_command(call) -> None:
    help_text = call("--help").stdout
    assert isinstance(cli, Interface)
    for name in cli.modules:
        assert f"  {name} " in help_text
        assert call(name, "--help").exit_code == 0


def test_every_command_stands_under_one_heading_of_the_help(call) -> None:
    modules = (ROOT / "iflint" / "commands").glob("*.py")
    commands = {path.stem for path in modules} - {"__init__", "main"}
    assert sorted(name for names in SECTIONS.values() for name in names) == sorted(commands)
    help_text = call("--help").stdout
    places = [help_text.index(f"\n{heading}:\n") for heading in SECTIONS]
    assert places == sorted(places)


def test_no_command_is_wrong_usage(call) -> None:
    result = call()
    assert result.exit_code == 2
    assert "Check:" in result.stderr


def test_help_of_check_names_every_setting_within_80_columns(call) -> None:
    help_text = call("check", "--help").stdout
    for name in SETTINGS:
        assert f"--{name}" in help_text
    assert max(map(len, help_text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("chekc", "did you mean 'check'?"),
        ("chanels", "did you mean 'channels'?"),
        ("tests", "to check it, run 'iflint check tests'"),
        ("a\x1b[31m", "No such command 'a\\x1b[31m'"),
    ],
)
def test_a_mistyped_command_gets_a_hint(workplace, call, word, hint) -> None:
    (workplace / "tests").mkdir()
    result = call(word)
    assert result.exit_code == 2
    assert hint in result.stderr


def test_rules_lists_every_rule(call) -> None:
    listed = call("rules", env={"COLUMNS": "80"}).stdout
    assert max(map(len, listed.splitlines())) <= 80
    for rule in load_rules():
        assert f"{rule.code} {rule.name}" in listed
    document = json.loads(call("rules", "--format", "json").stdout)
    assert (document["format"], document["formatVersion"]) == ("iflint-rules", "1")
    assert [rule["code"] for rule in document["rules"]] == [rule.code for rule in load_rules()]


@pytest.mark.parametrize("word", ["IFL301", "ifl301", "dn-mismatch", "DN-Mismatch"])
def test_explain_shows_the_page(call, word) -> None:
    result = call("explain", word)
    assert result.exit_code == 0
    assert result.stdout.startswith("# IFL301 dn-mismatch\n")
    assert "## How to fix it" in result.stdout


def test_explain_lays_the_page_out_in_colour(call) -> None:
    page = call("explain", "IFL301", "--color", "always").stdout
    assert page.startswith("\x1b[1mIFL301 dn-mismatch\x1b[0m\n")
    assert "##" not in page


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("dn-missmatch", "did you mean 'dn-mismatch'?"),
        ("expired_certifcate", "did you mean 'expired-certificate'?"),
        ("IFL10", "it is part of IFL101, IFL102, IFL103"),
        ("301", "it is part of IFL301 ("),
        ("expired", "it is part of expired-suppression, expired-certificate"),
        ("", "no rule, symptom or term is called ''"),
        ("x" * 9999, "no rule, symptom or term is called 'xxx"),
        ("bad_certifcate", "did you mean 'bad_certificate'?"),
        ("neer miss", "did you mean 'near miss'?"),
    ],
)
def test_explain_suggests(call, word, hint) -> None:
    result = call("explain", word)
    assert result.exit_code == 2
    assert hint in result.stderr
    assert "'iflint rules' lists them" in result.stderr
    assert len(result.stderr) < 250
