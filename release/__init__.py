"""What makes a release, and what must be true of one; nothing here is installed."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
UV = (sys.executable, "-m", "uv", "--quiet", "--no-python-downloads")


def say(text: str) -> None:
    """A line of what goes on."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
