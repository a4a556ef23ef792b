"""What a reader types in the README and in the guides says what they promise, in their order.

Each is typed beside a clone that has the demo, and leaves the clone as it was. `git`, `python3`
and `pip` are not run: they set up what runs this test; `git init` only makes its folder.
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
README = ROOT / "README.md"
FIRST = ROOT / "docs" / "first-five-minutes.md"
GUIDES = [
    ROOT / "docs" / f"{name}.md"
    for name in ("environments", "client-auth-sunset", "monitoring", "adoption")
]
SET_UP = ("git ", "python3 ", "pip ")
GO = re.compile(r"(?:(.*) && )?cd (\S+)", re.DOTALL)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the guides are typed in a POSIX shell")


@pytest.fixture
def clone(tmp_path):
    """The clone, as far as somebody who follows a guide needs it."""
    folder = tmp_path / "iflint"
    shutil.copytree(ROOT / "fixtures" / "demo", folder / "fixtures" / "demo")
    return folder


def contents(folder):
    """Every file below a folder."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def walk(page, folder):
    """Type what a page says; gives how many commands that were, and where the reader ends."""
    count = 0
    for command, promised in typed(page):
        if command == "git init":
            (folder / ".git").mkdir()
        if command.startswith(SET_UP):
            continue
        if go := GO.fullmatch(command):
            if go[1]:
                subprocess.run(["/bin/sh", "-c", go[1]], cwd=folder, check=True)
            folder = (folder / go[2]).resolve()
            continue
        output, code = said(command, folder)
        assert code in (0, 1), f"$ {command}\n{output}"
        assert not missing(promised, output), f"$ {command}\n{output}"
        count += 1
    return count, folder


@pytest.mark.parametrize("page", [README, FIRST], ids=lambda page: page.stem)
def test_the_first_steps_leave_the_clone_as_it_is(page, clone) -> None:
    before = contents(clone)
    count, end = walk(page.read_text(encoding="utf-8"), clone)
    assert count > 5
    assert end == clone.parent / "demo"
    assert contents(clone) == before


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_a_guide_says_what_comes(page, clone) -> None:
    demo = clone.parent / "demo"
    shutil.copytree(clone / "fixtures" / "demo", demo)
    text = page.read_text(encoding="utf-8").partition("## Try it")
    with open(demo / "iflint.toml", "a", encoding="utf-8") as settings:
        settings.writelines(f"\n{block}" for block in blocks(text[2], "toml"))
    count, _ = walk("".join(text), demo)
    assert count > 2


@pytest.mark.parametrize("page", [README, FIRST], ids=lambda page: page.stem)
def test_the_settings_are_valid(page, tmp_path) -> None:
    (written,) = blocks(page.read_text(encoding="utf-8"), "toml")
    settings = tomllib.loads(written)
    for folder in settings["certificates"]:
        (tmp_path / folder).mkdir()
    iflint = [sys.executable, "-m", "iflint"]
    subprocess.run([*iflint, "check", "--write-baseline", settings["baseline"]], cwd=tmp_path)
    (tmp_path / "iflint.toml").write_text(written, encoding="utf-8")
    done = subprocess.run([*iflint, "config"], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_windows_types_the_same_commands_otherwise() -> None:
    """Both blocks for PowerShell are one, and have a line for each of the POSIX shell."""
    shells = [blocks(page.read_text(encoding="utf-8"), "powershell") for page in (README, FIRST)]
    assert shells[0] == shells[1]
    assert len(shells[0]) == 1


def test_the_readme_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) < 250
