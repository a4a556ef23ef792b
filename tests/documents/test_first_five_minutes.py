"""The README's first five minutes are what a new user sees: each command is run, in its order.

A line of `…` stands for any lines, none included, and `…` within a line for any text. `git`,
`python3` and `pip` are not run here: they set up what runs this test.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECTION = re.compile(r"^## First five minutes\n(.*?)^## ", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SET_UP = ("git ", "python3 ", "pip ")


def blocks(document, language):
    """The code blocks of a language in a text."""
    return [text for found, text in BLOCK.findall(document) if found == language]


def section():
    """The section's text."""
    return SECTION.search((ROOT / "README.md").read_text(encoding="utf-8")).group(1)


def typed():
    """Every command of the section, with the output that is promised."""
    for block in blocks(section(), "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def said(command, folder):
    """What a command writes to a terminal of 80 columns without colours, and its exit code."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {"PATH": path, "HOME": str(folder), "COLUMNS": "80", "LINES": "24"}
    environment |= {"TERM": "xterm", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    ours, theirs = os.openpty()
    with subprocess.Popen(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(theirs)
        pieces = []
        with contextlib.suppress(OSError):  # Linux's way to say that the other end is closed
            while piece := os.read(ours, 65536):
                pieces.append(piece)
        os.close(ours)
    return b"".join(pieces).decode().replace("\r\n", "\n"), process.returncode


def stands(passage, lines):
    """Whether the lines are the passage's, whatever its `…` within a line leaves out."""
    patterns = (".*".join(map(re.escape, line.split("…"))) for line in passage)
    return all(re.fullmatch(*pair) for pair in zip(patterns, lines, strict=True))


def missing(promised, output):
    """The first promised lines that the output does not have where they should stand."""
    lines, at = output.splitlines(), 0
    passages = [
        part.strip("\n").split("\n") for part in re.split(r"^…$", promised, flags=re.MULTILINE)
    ]
    for passage in (passage for passage in passages if passage != [""]):
        places = range(at, len(lines) - len(passage) + 1)
        found = (at for at in places if stands(passage, lines[at : at + len(passage)]))
        place = next(found, None)
        if place is None:
            return "\n".join(passage)
        at = place + len(passage)
    return ""


@pytest.mark.skipif(os.name == "nt", reason="the section is typed in a POSIX shell")
def test_each_command_says_what_is_written(tmp_path) -> None:
    shutil.copytree(ROOT / "fixtures" / "demo", tmp_path / "fixtures" / "demo")
    run = [command for command, _ in typed() if not command.startswith(SET_UP)]
    assert len(run) > 5
    for command, promised in typed():
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
