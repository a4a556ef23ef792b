"""The page about JSON: its questions are answered when they are asked as they stand there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "json.md").read_text("utf-8"), re.DOTALL)
SAID = ("certificate-", "customs.forwarder.example", "days: CN=")


@pytest.mark.skipif(not (shutil.which("jq") and shutil.which("sh")), reason="there is no jq or sh")
@pytest.mark.parametrize(("command", "said"), list(zip(BLOCKS, SAID, strict=True)))
def test_each_question_is_answered(tmp_path, command, said) -> None:
    demo = shutil.copytree(ROOT / "fixtures" / "demo", tmp_path / "demo")
    settings = Path(demo, "iflint.toml")
    settings.write_text('as-of = "2026-11-24"\n' + settings.read_text("utf-8"), "utf-8")
    run = subprocess.run(
        ["sh", "-c", f'iflint() {{ "{sys.executable}" -m iflint "$@"; }}\n{command}'],
        cwd=demo,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said in run.stdout
    assert "jq: error" not in run.stderr
