"""The pipelines of docs/ci.md: each is read as YAML, and its commands do what it relies on."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"\biflint check [^\n]*", PAGE)))
FILES = re.compile(r"[\w-]+\.(?:json|xml|sarif)\b")


def test_each_pipeline_is_yaml() -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML, which pre-commit brings, is not installed")
    pipelines = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert all(isinstance(yaml.safe_load(pipeline), dict | list) for pipeline in pipelines)


@pytest.mark.skipif(os.name == "nt", reason="the pipelines run in a POSIX shell")
@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_fails_on_findings_and_writes_its_reports(command, tmp_path) -> None:
    shutil.copytree(ROOT / "fixtures" / "demo", tmp_path / "repository")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=tmp_path / "repository",
        env={"PATH": path},
        capture_output=True,
        check=False,
    )
    assert done.returncode == (0 if "--write-baseline" in command else 1), done.stderr
    assert all((tmp_path / "repository" / name).exists() for name in FILES.findall(command))
