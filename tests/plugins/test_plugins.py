"""Rules of other distributions arrive through the same hook as iflint's own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from console_blocks import blocks
from exports import Channel, Flow, bundle

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "iflint-acme"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder in which the example stands as pip would install it."""
    site = tmp_path / "site"
    information = site / "iflint_acme-1.0.dist-info"
    information.mkdir(parents=True)
    shutil.copytree(EXAMPLE / "iflint_acme", site / "iflint_acme")
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: x\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[iflint]\nacme = iflint_acme\n")
    return site


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    folder = tmp_path / "flow"
    described = Flow("Orders", "Orders", [Channel("HTTPS", "/orders/", [("CN=a", "CN=b")])])
    for name, content in bundle(described).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def iflint(site: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "iflint", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_example_plugin_is_found_and_runs(installed: Path, flow: Path) -> None:
    run = iflint(installed, "check", flow, "--select", "trailing-slash", "--format", "sarif")
    (result,) = json.loads(run.stdout)["runs"][0]["results"]
    assert result["ruleId"] == "ACM001"
    assert run.returncode == 0


def test_a_plugin_that_fails_is_said_in_one_line(installed: Path, flow: Path) -> None:
    (installed / "iflint_acme" / "__init__.py").write_text("raise RuntimeError('no such thing')\n")
    run = iflint(installed, "check", flow)
    assert run.returncode == 3
    assert "iflint_acme" in run.stderr
    assert "no such thing" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("line", "codes", "said"),
    [
        ("raise SystemExit(0)", {"IFL009", "IFL302"}, ""),
        ("print('looked at')", {"ACM001", "IFL302"}, "looked at\n"),
    ],
)
def test_a_rule_neither_ends_a_run_nor_writes_into_the_report(
    installed: Path, flow: Path, line: str, codes: set[str], said: str
) -> None:
    module = installed / "iflint_acme" / "trailing_slash.py"
    begin = "        address = case.channel.address\n"
    module.write_text(module.read_text().replace(begin, f"        {line}\n{begin}"))
    run = iflint(installed, "check", flow, "--format", "sarif")
    assert {each["ruleId"] for each in json.loads(run.stdout)["runs"][0]["results"]} == codes
    assert run.stderr == said


def test_two_rules_of_one_name_are_refused(installed: Path, flow: Path) -> None:
    module = installed / "iflint_acme" / "trailing_slash.py"
    module.write_text(module.read_text().replace("trailing-slash", "expired-certificate"))
    run = iflint(installed, "check", flow)
    assert run.returncode == 3
    assert "expired-certificate" in run.stderr


def test_the_example_passes_its_own_tests(installed: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."],
        cwd=EXAMPLE,
        env={**os.environ, "PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_guide_shows_the_example() -> None:
    """Each block of Python and of TOML in the guide is a part of a file of the example."""
    guide = (EXAMPLE.parents[1] / "docs" / "own-rules.md").read_text(encoding="utf-8")
    files = [path for end in ("py", "toml") for path in EXAMPLE.rglob(f"*.{end}")]
    written = [laid_out(path.read_text(encoding="utf-8")) for path in files]
    shown = [*blocks(guide, "python"), *blocks(guide, "toml")]
    assert len(shown) > 4
    for block in shown:
        assert any(laid_out(block) in text for text in written) or "[rules." in block, block


def laid_out(text: str) -> str:
    """A text whatever its indentation and breaks, which differ within a class and without."""
    return " ".join(text.split()).replace("( ", "(").replace(" )", ")")
