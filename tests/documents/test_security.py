"""The recipes of docs/security.md are YAML, and their commands do what they say."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"\biflint check \.[^\n]*", PAGE)))


def test_each_recipe_is_yaml() -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    recipes = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert len(recipes) == 2
    assert all(isinstance(yaml.safe_load(recipe), dict) for recipe in recipes)
    assert "pull_request_target:" not in PAGE


@pytest.mark.skipif(os.name == "nt", reason="the recipes run in a POSIX shell")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_changed_configuration_decides_nothing(command, tmp_path) -> None:
    """The pull request turns every rule off, and has a report written into a hook."""
    repository = tmp_path / "repository"
    shutil.copytree(ROOT / "fixtures" / "demo", repository)
    (repository / ".git" / "hooks").mkdir(parents=True)
    (repository / "iflint.toml").write_text(
        'ignore = ["all"]\nformat = ["text", "json=.git/hooks/pre-commit"]\n'
    )
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=repository,
        env={"PATH": path},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert os.listdir(repository / ".git" / "hooks") == []


def test_every_setting_that_names_a_path_is_in_the_table() -> None:
    from iflint.configuration.settings import SETTINGS
    from iflint.values import EXISTING_FILE, EXISTING_PATH, FILE, PASSWORD_VARIABLE

    kinds = (EXISTING_FILE, EXISTING_PATH, FILE, PASSWORD_VARIABLE)
    for name, setting in SETTINGS.items():
        assert setting.kind not in kinds or f"`{name}`" in PAGE, name
