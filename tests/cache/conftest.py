"""Git as it is without the settings of whoever runs the tests."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Git = Callable[..., str]


@pytest.fixture(scope="session")
def git() -> Iterator[Git]:
    """Run Git in a folder; the settings of this machine and its user don't count."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
            patch.setenv(name, os.devnull)
        patch.setenv("XDG_CONFIG_HOME", os.devnull)
        for name in [each for each in os.environ if each.startswith("GIT_")]:
            if name not in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
                patch.delenv(name)

        def run(folder: Path, *arguments: str) -> str:
            author = ("-c", "user.name=x", "-c", "user.email=x@example.com")
            allowed = ("-c", "protocol.file.allow=always")
            ran = subprocess.run(
                ["git", *author, *allowed, *arguments],
                cwd=folder,
                check=True,
                capture_output=True,
                text=True,
            )
            return ran.stdout.strip()

        yield run
