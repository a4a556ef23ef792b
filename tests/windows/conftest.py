"""Drives and shares of Windows, as folders of this system."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from exports import FIXTURES

PROGRAM = Path(__file__).with_name("as_on_windows.py")
CLOCK = ("--as-of", "2026-11-24")

collect_ignore = [] if sys.platform == "linux" else ["test_as_on_windows.py"]


class Machine:
    """Runs iflint on drive D, or as on this system, in the same folders."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.disk = folder / "disk"
        self.share = folder / "share"

    def run(self, *arguments: str, at: str = "disk", **environment: str):
        """As on Windows; ``at`` is the current folder."""
        drives = {"D:": str(self.disk), "//server/share": str(self.share)}
        program = [sys.executable, str(PROGRAM), json.dumps(drives)]
        return self._done([*program, *arguments], at, environment)

    def run_here(self, *arguments: str, at: str = "disk", **environment: str):
        """As this system does."""
        return self._done([sys.executable, "-m", "iflint", *arguments], at, environment)

    def _done(self, command, at, environment):
        return subprocess.run(
            command,
            cwd=self.folder / at,
            env={**os.environ, "IFLINT_NO_CACHE": "1", **environment},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )


@pytest.fixture
def machine(tmp_path) -> Machine:
    """An empty drive, and an empty share."""
    made = Machine(tmp_path.resolve())
    made.disk.mkdir()
    made.share.mkdir()
    return made


@pytest.fixture
def demo(machine) -> Machine:
    """A machine with the demo on drive D and at the top of the share, each a repository."""
    shutil.copytree(FIXTURES / "demo", machine.disk / "demo")
    shutil.copytree(FIXTURES / "demo", machine.share, dirs_exist_ok=True)
    for folder in (machine.disk / "demo", machine.share):
        (folder / ".git").mkdir()
    return machine
