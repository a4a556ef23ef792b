"""The one way to measure: whole processes of this interpreter, in turn, and what each took.

Processor time counts, which others on the machine hardly change; in turn, so that all share what
they do change.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import TypeVar

import msgspec

from benchmarks.repository import ROOT

K = TypeVar("K")

NOW = ("--as-of", "2026-11-24")
ALONE = (*NOW, "--jobs", "1", "--no-cache")
"""How iflint is asked where nothing may be kept and one process does all."""


class Cost(msgspec.Struct, frozen=True):
    """What a process took: seconds of processors and on the clock, MiB of memory at most."""

    processor: float
    clock: float
    memory: float


_STARTER = """
import os, sys, time
began = time.perf_counter()
nowhere = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
process = os.posix_spawn(
    sys.executable, [sys.executable, *sys.argv[1:]], os.environ, file_actions=nowhere
)
_, status, used = os.wait4(process, 0)
clock = time.perf_counter() - began
mib = used.ru_maxrss / 2 ** (20 if sys.platform == "darwin" else 10)
print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, clock, mib)
"""
"""Starts a process, and is small: the memory of who starts a process counts as its own."""
_FIGURES = Cost.__struct_fields__


class Row(msgspec.Struct, frozen=True):
    """A figure, and how large it may be if there is an aim."""

    measured: str
    figure: float
    unit: str = ""
    aim: float | None = None

    @property
    def missed(self) -> bool:
        """Whether it is larger than its aim."""
        return self.aim is not None and self.figure > self.aim

    def cells(self) -> tuple[str, str, str]:
        """As a row of a table; what is above its aim stands out."""
        figure = f"{self.figure:.2f}{self.unit}"
        return (
            self.measured,
            f"**{figure}**" if self.missed else figure,
            "" if self.aim is None else f"{self.aim:g}{self.unit}",
        )


def cost(*arguments: str, folder: str | None = None, kept: Path | None = None) -> Cost:
    """Run this interpreter in a folder, and wait for it. ``kept`` is the folder of iflint's cache.

    It uses bytecode, as every installation by pip does.
    """
    environment = {
        key: value
        for key, value in os.environ.items()
        if key != "PYTHONDONTWRITEBYTECODE" and not key.startswith("IFLINT_")
    }
    environment["PYTHONPATH"] = str(ROOT)
    if kept is not None:
        environment["IFLINT_CACHE_DIR"] = str(kept)
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _STARTER, *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        check=True,
    )
    status, *figures = map(float, ran.stdout.split())
    if status not in (0, 1):
        raise SystemExit(f"{' '.join(arguments)} ended with {status:.0f}: {ran.stderr}")
    return Cost(*figures)


def in_turn(rounds: int, runs: Mapping[K, Callable[[], Cost]]) -> dict[K, Cost]:
    """The medians of what each took, by its name."""
    measured = [{name: run() for name, run in runs.items()} for _ in range(rounds)]
    return {
        name: Cost(*(median(getattr(one[name], each) for one in measured) for each in _FIGURES))
        for name in runs
    }
