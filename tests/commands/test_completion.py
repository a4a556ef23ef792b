"""Completion, as shells ask for it: bash and, where they are installed, zsh and fish."""

import os
import shutil
import subprocess
import sys

import pytest

from .conftest import process  # isort: skip

ASK = """\
source /dev/stdin <<< "$SCRIPT"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_iflint_completion iflint
printf '%s\\n' "${COMPREPLY[@]}"
"""
VARIABLE = "_IFLINT_COMPLETE"


@pytest.fixture
def path(tmp_path):
    """A PATH on which this iflint is found."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "iflint"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m iflint "$@"\n')
    program.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture
def bash(call, path, workplace):
    """What bash offers for the words typed so far, the last being incomplete."""
    if shutil.which("bash") is None:
        pytest.skip("needs bash")
    script = call("completion", "bash").stdout

    def offers(*words):
        run = subprocess.run(
            ["bash", "--norc", "-c", ASK, "bash", "iflint", *words],
            env={**os.environ, "PATH": path, "SCRIPT": script},
            cwd=workplace,
            capture_output=True,
            text=True,
            check=True,
        )
        return run.stdout.split()

    return offers


def test_commands_options_and_choices(bash) -> None:
    assert bash("ch") == ["check", "channels", "chain"]
    assert bash("check", "--plat") == ["--platform"]
    assert bash("check", "--platform", "") == ["cf", "neo", "custom"]
    assert bash("check", "--platform", "=", "n") == ["neo"]
    assert "sarif" in bash("check", "--format", "")
    assert bash("completion", "") == ["bash", "zsh", "fish", "powershell"]
    assert bash("no-such-command", "") == []


def test_rules_by_code_or_name(bash) -> None:
    assert bash("explain", "ifl101") == ["IFL101"]
    assert bash("explain", "expired-c") == ["expired-certificate"]
    assert bash("check", "--select", "IFL101,IFL10")[:2] == ["IFL101,IFL101", "IFL101,IFL102"]
    assert bash("check", "--ignore", "dn-") == ["dn-mismatch"]


def test_symptoms_and_terms(bash) -> None:
    assert bash("explain", "40") == ["403", "401"]
    assert bash("rules", "certificate_e") == ["certificate_expired"]
    assert bash("explain", "pa") == ["pair"]
    assert {"IFL101", "unknown_ca", "terms", "baseline"} <= set(bash("explain", ""))


def test_environments_of_the_configuration(bash, workplace) -> None:
    assert bash("check", "--environment", "") == []
    (workplace / "iflint.toml").write_text("[environments.qa]\n[environments.prod]\nwrong = 1\n")
    assert bash("check", "--environment", "q") == ["qa"]
    (workplace / "iflint.toml").write_text("[environments")
    assert bash("check", "--environment", "") == []


def answer(shell, line, *, cwd, **more):
    """What iflint answers to a shell, and what it says on standard error."""
    words = line.split(" ")
    env = {VARIABLE: f"{shell}_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    run = process(cwd=cwd, env={**env, **more})
    assert run.stderr == b""
    return run.stdout.decode().splitlines()


def test_files_after_a_format(workplace) -> None:
    (workplace / "reports").mkdir()
    (workplace / "iflint.sarif").touch()
    assert answer("zsh", "iflint check --format sarif=", cwd=workplace) == [
        "plain",
        "sarif=iflint.sarif",
        "_",
        "plain",
        f"sarif=reports{os.sep}",
        "_",
    ]


@pytest.mark.parametrize("shell", ["zsh", "powershell"])
def test_an_option_and_its_value_in_one_word(workplace, shell) -> None:
    line = "iflint check --platform=n"
    assert answer(shell, line, cwd=workplace) == ["plain", "--platform=neo", "_"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"COMP_WORDS": "iflint check '", "COMP_CWORD": "2"},
        {"COMP_WORDS": "iflint check", "COMP_CWORD": "none"},
        {"COMP_WORDS": "iflint check --as-of nonsense --config / ", "COMP_CWORD": "6"},
        {"COMP_WORDS": "iflint explain \x1b[31m", "COMP_CWORD": "2"},
        {"COMP_WORDS": "", "COMP_CWORD": "-1"},
    ],
)
def test_whatever_is_typed_nothing_is_complained_of(workplace, shell, typed) -> None:
    run = process(cwd=workplace, env={VARIABLE: f"{shell}_complete", **typed})
    assert run.stderr == b""
    assert b"\x1b" not in run.stdout


def test_fish_shows_what_a_rule_finds(workplace) -> None:
    line = "iflint explain IFL101"
    (offer,) = answer("fish", line, cwd=workplace, COMP_WORDS=line, COMP_CWORD="IFL101")
    assert offer.startswith("plain,IFL101\t")


@pytest.mark.parametrize(
    ("shell", "check"),
    [("bash", ["-n"]), ("zsh", ["-n"]), ("fish", ["--no-execute"]), ("powershell", None)],
)
def test_the_script_is_one_for_its_shell(call, tmp_path, shell, check) -> None:
    script = call("completion", shell).stdout
    assert VARIABLE in script
    if check is None:
        assert "Register-ArgumentCompleter -Native -CommandName iflint" in script
    elif shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    else:
        file = tmp_path / "script"
        file.write_text(script)
        subprocess.run([shell, *check, file], check=True)


def test_help_says_where_the_script_goes(call) -> None:
    shown = call("completion", "--help").stdout
    for place in ("~/.bashrc", "~/.zshrc", "~/.config/fish", "$PROFILE"):
        assert place in shown
    assert call("completion", "tcsh").exit_code == 2
    assert call("completion").exit_code == 2


def test_completing_imports_nothing_heavy(workplace) -> None:
    program = (
        "import sys, atexit\n"
        "atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
        "from iflint.commands.main import cli\n"
        "cli()\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={
            **os.environ,
            VARIABLE: "bash_complete",
            "COMP_WORDS": "iflint explain IFL",
            "COMP_CWORD": "2",
        },
        cwd=workplace,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "IFL101" in run.stdout
    assert not {"lxml", "rich", "cryptography", "json"} & set(run.stderr.split())
