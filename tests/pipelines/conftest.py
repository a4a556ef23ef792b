"""A repository to check, and a package index that has this tree's iflint."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = Path(__file__).with_name("node_modules")


@pytest.fixture(scope="session", autouse=True)
def _posix() -> None:
    if os.name == "nt":
        pytest.skip("the pipelines run in a POSIX shell")


@pytest.fixture(scope="session")
def index(tmp_path_factory) -> dict[str, str]:
    """The environment in which `pip install iflint==…` finds this tree's."""
    wheels = tmp_path_factory.mktemp("wheels")
    pip = [sys.executable, "-m", "pip", "--quiet", "wheel", "--no-deps", "--wheel-dir", wheels]
    if subprocess.run([*pip, ROOT], check=False).returncode:
        pytest.skip("pip can't build iflint here, which needs a package index")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "PIP_FIND_LINKS": str(wheels), "IFLINT_NO_CACHE": ""}


@pytest.fixture
def repository(tmp_path) -> Path:
    """The demo, in a Git repository of its own."""
    folder = tmp_path / "repository"
    shutil.copytree(ROOT / "fixtures" / "demo", folder)
    return folder


@pytest.fixture
def committed():
    """Commit a folder to a repository of its own, with so many exports that they are kept."""

    def commit(folder: Path) -> None:
        exports = folder / "exports"
        for number in range(128):
            shutil.copy(exports / "Post Goods Movements.zip", exports / f"Copy {number}.zip")
        git = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org"]
        for arguments in (
            ["init", "--quiet", "--initial-branch", "main"],
            ["remote", "add", "origin", "git@gitlab.example.org:team/flows.git"],
            ["add", "--all"],
            ["commit", "--quiet", "--message", "Flows"],
        ):
            subprocess.run([*git, *arguments], cwd=folder, check=True)

    return commit


@pytest.fixture(scope="session")
def tool():
    """The command of a tool that npm brings."""

    def command(name: str) -> list[str]:
        program = MODULES / ".bin" / name
        if not program.exists():
            pytest.skip(f"{name} is not installed: .ci/pipelines --install")
        return [str(program)]

    return command
