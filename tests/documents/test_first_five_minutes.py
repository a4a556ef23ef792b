"""The README's first five minutes are what a new user sees: each command is run, in its order.

`git`, `python3` and `pip` are not run here: they set up what runs this test.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from console_blocks import blocks, missing, said, typed

ROOT = Path(__file__).resolve().parents[2]
SECTION = re.compile(r"^## First five minutes\n(.*?)^## ", re.DOTALL | re.MULTILINE)
SET_UP = ("git ", "python3 ", "pip ")


def section():
    """The section's text."""
    return SECTION.search((ROOT / "README.md").read_text(encoding="utf-8")).group(1)


@pytest.mark.skipif(os.name == "nt", reason="the section is typed in a POSIX shell")
def test_each_command_says_what_is_written(tmp_path) -> None:
    shutil.copytree(ROOT / "fixtures" / "demo", tmp_path / "fixtures" / "demo")
    commands = list(typed(section()))
    run = [command for command, _ in commands if not command.startswith(SET_UP)]
    assert len(run) > 5
    for command, promised in commands:
        if command in run:
            output, code = said(command, tmp_path)
            assert code in (0, 1), command
            assert not missing(promised, output), f"$ {command}\n{output}"


def test_the_settings_are_valid(tmp_path) -> None:
    (written,) = blocks(section(), "toml")
    settings = tomllib.loads(written)
    assert settings["baseline"] == "iflint-baseline.json"
    for folder in settings["certificates"]:
        (tmp_path / folder).mkdir()
    iflint = [sys.executable, "-m", "iflint"]
    subprocess.run([*iflint, "check", "--write-baseline", settings["baseline"]], cwd=tmp_path)
    (tmp_path / "iflint.toml").write_text(written, encoding="utf-8")
    done = subprocess.run([*iflint, "config"], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stderr
