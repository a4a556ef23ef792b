"""The Pythons that are supported, by the classifiers, and where they are on this machine.

    python -m release.pythons [ARGUMENT...]

It runs the tests, with these arguments for pytest, on each of them but the one that runs this, at
the same time. One that is not on this machine is left out, which is said. So are tests that say
nothing of a Python: what other programs make of what iflint writes, and what a run costs.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from release import ROOT, UV, say

LEFT_OUT = ("tests/browser", "tests/pipelines", "tests/limits")
"""Beside those marked as differential. The last measure time, which runs beside them would cost."""
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


def tested(version: str, python: str, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """The tests, begun on a Python in an environment of its own."""
    environment = folder / version
    subprocess.run([*UV, "venv", "--python", python, environment], check=True)
    into = ["--python", str(environment)]
    subprocess.run([*UV, "pip", "install", *into, "--editable", f"{ROOT}[site,test]"], check=True)
    pytest = [str(environment / "bin" / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    chosen = ["-m", "not differential", *(f"--ignore={folder}" for folder in LEFT_OUT)]
    return subprocess.Popen(
        [*pytest, *chosen, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def main() -> None:
    """Run the tests on every other Python."""
    this = f"3.{sys.version_info.minor}"
    begun = {}
    with tempfile.TemporaryDirectory() as folder:
        for version in supported():
            python = interpreter(version)
            if python is None:
                say(f"release: tests left out: there is no Python {version} here")
            elif version != this:
                begun[version] = tested(version, python, Path(folder), *sys.argv[1:])
        for version, process in begun.items():
            told, _ = process.communicate()
            say(f"{told}release: that was Python {version}")
    failed = [version for version, process in begun.items() if process.returncode]
    if failed:
        raise SystemExit(f"release: the tests fail on Python {', '.join(failed)}")


if __name__ == "__main__":
    main()
