"""What iflint says of fixtures/demo: every way to install it must say the same."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from functools import cache

from release import ROOT

CHECK = ("check", "fixtures/demo", "--as-of", "2026-11-24", "--fail-on", "never")
COMMANDS = (
    CHECK,
    (*CHECK, "--format", "sarif"),
    (*CHECK, "--format", "html"),
    ("certificates", "fixtures/demo", "--as-of", "2026-11-24", "--format", "json"),
    ("explain", "403"),
    ("rules",),
    ("--version",),
)


def differences(*program: str) -> list[str]:
    """The commands to which a program does not give the bytes that this tree gives."""
    return [
        " ".join(command) for command in COMMANDS if _said(*program, *command) != _ours(command)
    ]


@cache
def _ours(command: Sequence[str]) -> bytes:
    return _said(sys.executable, "-m", "iflint", *command)


def _said(*command: str) -> bytes:
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        raise SystemExit(f"release: {' '.join(command)} failed:\n{done.stderr.decode()}")
    return done.stdout
