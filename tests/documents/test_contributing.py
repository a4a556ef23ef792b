"""The guide to a new rule is followed to the letter, in a copy of this checkout.

Each of its rules is added on a branch of its own, both are merged, and what a rule can fail by
itself is tested. `make` runs with the interpreter of this test, as setting up another takes long.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import iflint.rule

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"((?:^(?!```)[^\n]+\n)*)\n```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PATH = re.compile(r"`((?:rules|fixtures|changes)/[\w/-]+\.(?:py|md))`")
BIN = Path(sys.executable).parent
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "build", "dist", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis"
)
WATCHING = (
    "tests/rules/test_rules.py",
    "tests/rules/test_documentation.py",
    "tests/fixtures",
    "tests/configuration/test_schema.py::test_the_file_is_current",
    "tests/documents/test_changes.py",
    "tests/documents/test_how_the_check_works.py",
    "tests/documents/test_links.py",
    "tests/documents/test_screenshots.py",
)
"""The tests that a new rule can fail by itself."""


def blocks(language):
    """The code blocks of the guide, each with the paragraph before it."""
    return [(before, text) for before, kind, text in BLOCK.findall(GUIDE) if kind == language]


def files():
    """Every file that the guide tells to write, by the name of its rule."""
    by_rule: dict[str, dict[str, str]] = {}
    for before, text in [*blocks("python"), *blocks("markdown")]:
        if path := PATH.search(before):
            rule = Path(path[1]).stem.replace("_", "-")
            by_rule.setdefault(rule, {})[path[1]] = text
    return by_rule


RULES = files()


def commands():
    """The two lines that the guide tells to type."""
    ((_, text),) = blocks("console")
    return [line.removeprefix("$ ") for line in text.splitlines()]


class Checkout:
    """A copy of this checkout, under Git."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
        (folder / ".venv").mkdir()
        for made in ("created", "installed", "installed-test", "installed-dev"):
            (folder / ".venv" / made).touch()
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("As it is")

    def run(self, *command: str) -> str:
        ours = [str(self.folder), str(self.folder / "rules")]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(ours)},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def git(self, *arguments: str) -> str:
        us = ("-c", "user.name=iflint", "-c", "user.email=iflint@iflint.example")
        return self.run("git", *us, "-c", "commit.gpgsign=false", *arguments)

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def make(self, line: str) -> None:
        make, *targets = line.split()
        self.run(make, f"BIN={BIN.as_posix()}", *targets)

    def add(self, rule: str) -> None:
        """The guide, step by step, on a branch."""
        self.git("checkout", "--quiet", "-b", rule, "main")
        for path, text in RULES[rule].items():
            assert not (self.folder / path).exists()
            (self.folder / path).write_text(text, encoding="utf-8")
        self.make(commands()[0])
        self.commit(f"Add {rule}")


def test_each_rule_of_the_guide_is_complete() -> None:
    assert len(RULES) == 2
    for rule, written in RULES.items():
        name = rule.replace("-", "_")
        assert set(written) == {
            f"rules/iflint_rules/{name}.py",
            f"fixtures/cases/{name}.py",
            f"changes/{rule}.md",
        }


def test_the_face_has_what_the_guide_imports() -> None:
    for _, text in blocks("python"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("iflint"):
                assert node.module == "iflint.rule"
                assert {alias.name for alias in node.names} <= set(iflint.rule.__all__)


@pytest.mark.skipif(not (shutil.which("make") and shutil.which("git")), reason="no make or no git")
def test_two_who_follow_the_guide_end_green_when_merged(tmp_path) -> None:
    checkout = Checkout(tmp_path / "iflint")
    first, second = RULES
    checkout.add(first)
    checkout.add(second)
    checkout.git("merge", "--quiet", "--no-edit", first)
    assert "make snapshots" in GUIDE
    checkout.make("make snapshots")
    checkout.run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *WATCHING)
    assert commands()[1] == "make test lint"
    added = [path for written in RULES.values() for path in written if path.endswith(".py")]
    if shutil.which("ruff", path=BIN):
        checkout.run(str(BIN / "ruff"), "check", *added)
        checkout.run(str(BIN / "ruff"), "format", "--check", *added)


def test_a_package_of_ones_own(tmp_path) -> None:
    (rule,) = (text for path, text in next(iter(RULES.values())).items() if "iflint_rules" in path)
    (hook,) = (text for _, text in blocks("python") if "@hookimpl" in text)
    ((_, written),) = blocks("toml")
    ((name, module),) = tomllib.loads(written)["project"]["entry-points"]["iflint"].items()
    information = tmp_path / "my_rules-1.0.dist-info"
    information.mkdir()
    (tmp_path / f"{module}.py").write_text(rule + hook, encoding="utf-8")
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: my-rules\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(f"[iflint]\n{name} = {module}\n")
    done = subprocess.run(
        [sys.executable, "-m", "iflint", "rules", "--format", "json"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=True,
    )
    assert next(iter(RULES)) in {each["name"] for each in json.loads(done.stdout)["rules"]}
