"""The site of the documents, built in a folder of its own."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def built(folder: Path) -> Path:
    """The folder with the pages. Skips where the builder is not installed."""
    if importlib.util.find_spec("zensical") is None:
        pytest.skip("zensical is not installed: it comes with the extra `site`")
    shutil.copy(ROOT / "zensical.toml", folder)
    shutil.copytree(ROOT / "docs", folder / "docs")
    build = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    done = subprocess.run(build, cwd=folder, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"
