"""Microsoft's SARIF Multitool finds no error and no warning in what we write."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from iflint.reporters import sarif
from reporters.sample_report import clean, hostile, sample

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / ".ci" / "sarif-multitool"
INSTALL = "run `.ci/sarif-multitool --install` to install it"


def binary() -> Path | None:
    """The Multitool's binary where the script would look for it, without installing it."""
    if named := os.environ.get("IFLINT_SARIF_MULTITOOL"):
        return Path(named)
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(os.environ.get("IFLINT_CACHE") or Path(caches) / "iflint")
    pattern = "sarif-multitool-*/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"
    return next(iter(sorted(folder.glob(pattern), reverse=True)), None)


pytestmark = [
    pytest.mark.differential,
    pytest.mark.skipif(sys.platform != "linux", reason="the Multitool's binary is Linux's"),
    pytest.mark.skipif(binary() is None, reason=f"no SARIF Multitool here: {INSTALL}"),
]


def validated(*files: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "IFLINT_SARIF_MULTITOOL": str(binary())}
    return subprocess.run(
        ["bash", str(SCRIPT), *map(str, files)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
    )


def test_reports_are_accepted(tmp_path) -> None:
    files = []
    for make in (sample, clean, hostile):
        file = tmp_path / f"{make.__name__}.sarif"
        file.write_text(sarif.render(make()), encoding="utf-8")
        files.append(file)
    done = validated(*files)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_script_sees_what_the_exit_code_hides(tmp_path) -> None:
    file = tmp_path / "bad.sarif"
    file.write_text('{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}}]}')
    done = validated(file)
    assert done.returncode == 1
    assert "SARIF2005" in done.stdout
