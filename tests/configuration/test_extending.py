"""A configuration that extends others: what counts, where it comes from, and what is wrong."""

from __future__ import annotations

import json
import os

import pytest
from click.testing import CliRunner

from iflint.commands.main import cli


@pytest.fixture(autouse=True)
def _repository(tmp_path, monkeypatch):
    (tmp_path / "repository/.git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repository")


def write(name, text=""):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)


def run(*arguments):
    return CliRunner().invoke(cli, arguments)


def effective(*arguments):
    result = run("config", "--format", "json", *arguments)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def values(*arguments):
    """Each setting that a file says, with its value and place; those of environments by both."""
    return {
        (each["environment"], each["name"]): (each["value"], each["place"])
        for each in effective(*arguments)["settings"]
        if each["origin"] == "file" and not each["inherited"]
    }


def mistakes(*arguments):
    result = run("config", *arguments)
    assert result.exit_code == 2
    return [line.removeprefix("iflint: ") for line in result.stderr.splitlines()]


def test_the_file_goes_over_what_it_extends_and_each_path_starts_from_its_own_file() -> None:
    write("policies/certs/a.cer")
    write(
        "policies/policy.toml",
        'certificates = ["certs"]\nfail-on = "warning"\nexpiry-days = 60\nexclude = ["/old/"]\n',
    )
    write("iflint.toml", 'extends = "policies/policy.toml"\nfail-on = "note"\n')
    assert values() == {
        ("", "certificates"): (
            [os.path.abspath("policies/certs")],
            "policies/policy.toml:1:1",
        ),
        ("", "fail-on"): ("note", "iflint.toml:2:1"),
        ("", "expiry-days"): (60, "policies/policy.toml:3:1"),
        ("", "exclude"): (["/old/"], "policies/policy.toml:4:1"),
    }
    assert effective()["extends"] == [os.path.abspath("policies/policy.toml")]
    told = run("config").stdout
    assert told.startswith("Configuration file: iflint.toml, which extends policies/policy.toml\n")


def test_patterns_to_exclude_start_from_the_file_that_says_them() -> None:
    for name in ("team/old/a.iflw", "team/team/old/b.iflw"):
        write(name, "no XML")
    write("policy.toml", 'exclude = ["/team/old/"]\n')
    write("team/iflint.toml", 'extends = "../policy.toml"\n')
    report = json.loads(run("check", "team", "--format", "json").stdout)["report"]
    files = [each["location"]["file"]["path"] for each in report["findings"]]
    assert files == ["team/team/old/b.iflw"]


def test_tables_are_joined_key_by_key() -> None:
    write(
        "policy.toml",
        '[rules.IFL102]\nseverity = "error"\nexpiry-days = 60\n'
        '[environments.qa]\nplatform = "neo"\ntrust = "complete"\n'
        "[environments.dev]\n",
    )
    write(
        "iflint.toml",
        'extends = "policy.toml"\n[rules.certificate-expires-soon]\nexpiry-days = 90\n'
        '[environments.qa]\ntrust = "btp-required"\n[environments.prod]\n',
    )
    found = effective()
    (rule,) = [each for each in found["rules"] if each["told"]]
    told = {each["name"]: (each["value"], each["place"]) for each in rule["settings"]}
    assert told["severity"] == ("error", "policy.toml:2:1")
    assert told["expiry-days"] == (90, "iflint.toml:3:1")
    assert values() == {
        ("qa", "platform"): ("neo", "policy.toml:5:1"),
        ("qa", "trust"): ("btp-required", "iflint.toml:5:1"),
    }
    names = [each["environment"] for each in found["settings"] if each["name"] == "trust"]
    assert names == ["", "qa", "dev", "prod"]


def test_lists_of_tables_are_added_those_of_the_policy_first() -> None:
    users = '[[{0}users]]\nname = "{1}"\nroles = ["{1}.send"]\n'
    suppression = '[[suppressions]]\nrule = "IFL204"\nreason = "{0}"\npath = "{0}/"\n'
    write(
        "policy/policy.toml",
        suppression.format("theirs")
        + users.format("", "A")
        + "[environments.qa]\n"
        + users.format("environments.qa.", "B"),
    )
    write(
        "iflint.toml",
        'extends = "policy/policy.toml"\n'
        + suppression.format("ours")
        + users.format("environments.qa.", "C"),
    )
    found = effective()
    assert [(each["reason"], each["place"]) for each in found["suppressions"]] == [
        ("theirs", "policy/policy.toml:1:3"),
        ("ours", "iflint.toml:2:3"),
    ]
    assert [(each["name"], each["environment"], each["place"]) for each in found["users"]] == [
        ("A", "", "policy/policy.toml:5:3"),
        ("B", "qa", "policy/policy.toml:9:3"),
        ("C", "qa", "iflint.toml:6:3"),
    ]


def test_of_several_the_later_goes_over_the_earlier_and_each_counts_once() -> None:
    suppression = '[[suppressions]]\nrule = "IFL204"\nreason = "x"\npath = "x/"\n'
    write("base.toml", f'platform = "neo"\nfail-on = "note"\nexpiry-days = 1\n{suppression}')
    write("one.toml", 'extends = "base.toml"\nfail-on = "error"\nexpiry-days = 2\n')
    write("two.toml", 'extends = "base.toml"\nexpiry-days = 3\n')
    write("iflint.toml", 'extends = ["one.toml", "two.toml"]\n')
    assert values() == {
        ("", "platform"): ("neo", "base.toml:1:1"),
        ("", "fail-on"): ("error", "one.toml:2:1"),
        ("", "expiry-days"): (3, "two.toml:2:1"),
    }
    assert len(effective()["suppressions"]) == 1


def test_a_pyproject_may_extend_and_be_extended() -> None:
    write("pyproject.toml", '[tool.iflint]\nextends = "shared/pyproject.toml"\n')
    write("shared/pyproject.toml", "[tool.iflint]\nexpiry-days = 5\n")
    assert values() == {("", "expiry-days"): (5, "shared/pyproject.toml:2:1")}


def test_files_that_lead_back_to_themselves_are_a_mistake() -> None:
    write("iflint.toml", 'extends = "a.toml"\n')
    write("a.toml", '\nextends = ["b.toml"]\n')
    write("b.toml", 'extends = ["b2.toml", "iflint.toml"]\n')
    write("b2.toml")
    assert mistakes() == ["b.toml:1:23: extends leads back to 'iflint.toml'"]


def test_too_many_files_are_a_mistake() -> None:
    write("iflint.toml", 'extends = "0.toml"\n')
    for number in range(9):
        write(f"{number}.toml", f'extends = "{number + 1}.toml"\n')
    assert mistakes() == ["7.toml:1:11: extends leads through more than 8 files"]
    for number in range(40):
        write(f"{number}.toml")
    every = ", ".join(f'"{number}.toml"' for number in range(33))
    write("iflint.toml", f"extends = [{every}]\n")
    (mistake,) = mistakes()
    assert mistake.endswith(": extends leads to more than 32 files")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("absent.toml", "extends 'absent.toml' does not exist"),
        ("folder", "extends 'folder' is a folder; give a file"),
        (
            "https://example.org/policy.toml",
            "extends takes a configuration file, not an address; got"
            " 'https://example.org/policy.toml'",
        ),
    ],
)
def test_only_files_are_extended(given, said) -> None:
    os.mkdir("folder")
    write("iflint.toml", f'extends = ["{given}"]\n')
    assert mistakes() == [f"iflint.toml:1:12: {said}"]


def test_what_is_wrong_in_a_policy_has_its_place_there() -> None:
    write("policy.toml", "\nexpiry-dais = 3\n")
    write("iflint.toml", 'extends = "policy.toml"\nnonsense = 1\n')
    first, second = mistakes()
    assert first == "iflint.toml:2:1: unknown setting 'nonsense'"
    assert second.startswith("policy.toml:2:1: unknown setting 'expiry-dais'")


def test_a_policy_lies_in_the_repository_unless_somebody_vouches_for_it() -> None:
    write("../policy.toml", 'certificates = ["../policy.toml"]\n')
    write("iflint.toml", 'extends = "../policy.toml"\n')
    (mistake,) = mistakes()
    assert mistake.startswith("iflint.toml:1:11: extends '../policy.toml' leads out of the repos")
    assert run("config", "--config", "iflint.toml").exit_code == 2  # it names no such file
    write("../policy.toml", "expiry-days = 3\n")
    for vouched in (("--trust-configuration",), ("--config", "iflint.toml")):
        ((value, _),) = values(*vouched).values()
        assert value == 3


def test_paths_of_a_policy_stay_in_the_repository_too() -> None:
    write("../elsewhere.cer")
    write("policy/policy.toml", 'certificates = ["../../elsewhere.cer"]\n')
    write("iflint.toml", 'extends = "policy/policy.toml"\n')
    (mistake,) = mistakes()
    assert mistake.startswith("policy/policy.toml:1:17: certificates '../../elsewhere.cer' leads")


def test_a_changed_policy_concerns_every_flow() -> None:
    write("policy.toml", "expiry-days = 3\n")
    write("iflint.toml", 'extends = "policy.toml"\nexpect-flows = true\n')
    assert run("hook", "README.md").exit_code == 2
    write("README.md")
    assert run("hook", "README.md").exit_code == 0
    assert "no iFlow found in '.'" in run("hook", "policy.toml").stderr
