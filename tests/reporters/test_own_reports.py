"""What iflint wrote into a repository is no input: a second run finds what the first one did."""

import shutil
from pathlib import Path

from click.testing import CliRunner

from iflint.commands.main import cli
from iflint.configuration.settings import FORMATS

DEMO = Path(__file__).resolve().parents[2] / "fixtures" / "demo"
AS_OF = ("--as-of", "2026-11-24")


def test_reports_kept_in_the_checked_folder_change_nothing(tmp_path, monkeypatch) -> None:
    shutil.copytree(DEMO, tmp_path / "repository")
    monkeypatch.chdir(tmp_path / "repository")
    first = run("check", *AS_OF, "--format", "json")
    suffixes = {"json": "json", "gitlab": "json", "junit": "xml", "markdown": "md", "html": "html"}
    for name in FORMATS:
        file = f"{name}.{suffixes.get(name, 'txt')}"
        run("check", *AS_OF, "--format", f"{name}={file}")
    run("check", *AS_OF, "--write-baseline", "baseline.json")
    run("certificates", *AS_OF, "--format", "json", "--output", "certificates.json")
    assert run("check", *AS_OF, "--format", "json") == first


def run(*arguments: str) -> str:
    """What a command prints."""
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code in (0, 1), result.output
    return result.stdout
