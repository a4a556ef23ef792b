"""The Pythons that are supported, by the classifiers, and where they are on this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

from release import ROOT

CLASSIFIER = re.compile(r"Programming Language :: Python :: 3\.(\d+)")


def supported() -> list[str]:
    """As `3.11`, oldest first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = (CLASSIFIER.fullmatch(classifier) for classifier in project["classifiers"])
    return [f"3.{minor}" for minor in sorted(int(match[1]) for match in found if match)]


def interpreter(version: str) -> str | None:
    """A Python of this version, if one runs here: on the path, or where pyenv keeps them."""
    name = f"python{version}"
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for candidate in (shutil.which(name), *sorted(kept.glob(f"{version}.*/bin/{name}"))):
        if candidate and subprocess.run([candidate, "-c", ""], capture_output=True).returncode == 0:
            return str(candidate)
    return None
