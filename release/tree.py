"""The tree that is released: what Git tracks, as it lies here, with what was not committed yet."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from release import ROOT


def tracked() -> list[str]:
    """The files that Git tracks and that are here, by name."""
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True)
    return sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file())


def copied(folder: Path) -> Path:
    """The folder, with a copy of the tree in it."""
    for name in tracked():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target, follow_symlinks=False)
    return folder


def epoch() -> str:
    """The time of the last commit, which is that of everything in an archive."""
    log = ["git", "log", "-1", "--format=%ct"]
    return subprocess.check_output(log, cwd=ROOT, text=True).strip()
