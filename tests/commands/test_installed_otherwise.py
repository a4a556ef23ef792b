"""What the program does in a zip, and where Python leaves out docstrings."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import iflint
import iflint_rules

PAGE = ("check", "--as-of", "2026-11-24", "--isolated", "--format", "html", ".")


@pytest.fixture
def run(tmp_path):
    """Run the program in an empty folder, in an interpreter of its own."""

    def program(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-m", "iflint", *arguments],
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    return program


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """iflint and its rules in a zip."""
    path = tmp_path_factory.mktemp("zip") / "iflint.zip"
    with zipfile.ZipFile(path, "w") as file:
        for package in (iflint, iflint_rules):
            folder = Path(package.__file__).parent
            for each in sorted(folder.rglob("*")):
                if each.is_file() and "__pycache__" not in each.parts:
                    file.write(each, each.relative_to(folder.parent))
    return path


def test_the_zip_comes_before_what_is_installed(archive) -> None:
    code = "import iflint, iflint_rules; print(iflint.__file__, iflint_rules.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(archive)}
    shown = subprocess.check_output(
        [sys.executable, "-c", code], cwd=archive.parent, env=environment, text=True
    )
    assert shown.count(str(archive)) == 2


@pytest.mark.parametrize("arguments", [PAGE, ("roots", "DigiCert"), ("rules",)])
def test_a_zip_brings_its_data_pages_and_rules(run, archive, arguments) -> None:
    usual, zipped = run(*arguments), run(*arguments, PYTHONPATH=str(archive))
    assert (zipped.returncode, zipped.stderr) == (usual.returncode, usual.stderr)
    assert usual.returncode == 0
    assert usual.stdout
    assert zipped.stdout == usual.stdout


def test_without_docstrings_the_lack_of_texts_is_said(run) -> None:
    shown = run("rules", PYTHONOPTIMIZE="2")
    assert shown.returncode == 0
    assert shown.stderr == (
        "iflint: with PYTHONOPTIMIZE=2 help and rules have no texts; findings are the same\n"
    )
    assert run("rules").stderr == ""
