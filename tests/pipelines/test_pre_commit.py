"""pre-commit follows the tags of releases, and brings rules of one's own to the hook."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from exports import Channel, Flow, bundle

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "examples" / "iflint-acme"


def git(*arguments, cwd) -> None:
    author = (
        "-c",
        "user.name=Test",
        "-c",
        "user.email=test@example.org",
        "-c",
        "tag.gpgSign=false",
    )
    subprocess.run(["git", *author, *map(str, arguments)], cwd=cwd, check=True, capture_output=True)


@pytest.fixture
def hooks(tmp_path) -> Path:
    """A repository with this one's hooks and two releases."""
    if not (ROOT / ".git").exists():
        pytest.skip("the project is not a Git checkout, which a clone needs")
    folder = tmp_path / "hooks"
    git("clone", "--quiet", ROOT, folder, cwd=tmp_path)
    for tag in ("v0.1.0", "v0.2.0"):
        git("commit", "--quiet", "--allow-empty", "--message", tag, cwd=folder)
        git("tag", tag, cwd=folder)
    git("commit", "--quiet", "--allow-empty", "--message", "Not released", cwd=folder)
    return folder


@pytest.mark.differential
def test_rules_of_ones_own_run_and_autoupdate_follows_the_tags(hooks, tmp_path) -> None:
    pytest.importorskip("pre_commit", reason="pre-commit is not installed")
    repository = tmp_path / "repository"
    orders = Flow("Orders", "Orders", [Channel("HTTPS", "/orders/", [("CN=a", "CN=b")])])
    for name, content in bundle(orders).items():
        path = repository / "Orders" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    settings = 'select = ["trailing-slash"]\nfail-on = "note"\n'
    (repository / "iflint.toml").write_text(settings, encoding="utf-8")
    configuration = repository / ".pre-commit-config.yaml"
    hook = {"id": "iflint-all", "additional_dependencies": [str(RULES)]}
    written = {"repos": [{"repo": str(hooks), "rev": "v0.1.0", "hooks": [hook]}]}
    configuration.write_text(yaml.safe_dump(written), encoding="utf-8")
    git("init", "--quiet", cwd=repository)
    git("add", "--all", cwd=repository)

    def pre_commit(*arguments) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", *arguments],
            cwd=repository,
            env=os.environ | {"PRE_COMMIT_HOME": str(tmp_path / "cache")},
            capture_output=True,
            text=True,
            check=False,
        )

    updated = pre_commit("autoupdate")
    assert updated.returncode == 0, updated.stdout + updated.stderr
    (followed,) = yaml.safe_load(configuration.read_text(encoding="utf-8"))["repos"]
    assert followed["rev"] == "v0.2.0"
    found = pre_commit("run", "--all-files")
    assert found.returncode == 1, found.stdout + found.stderr
    assert "ACM001" in found.stdout
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)
