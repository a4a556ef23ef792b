"""Does time grow as what is read does? ``python -m benchmarks growth [NAME…]``.

For each scenario the exponent from n to 4n: CPU seconds of whole processes, less those of the
same scenario with one of each thing, which are the start. 1 is linear, 2 is quadratic.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.scenarios import SCENARIOS, Scenario

MOST = 1.3
"""The largest exponent that passes. Ours: sorting, and caches that fill, make 1.1 of 1."""
ROUNDS = 2


def main(names: Sequence[str]) -> int:
    """Print the exponent of each scenario, or of those with ``names``; 1 if one is above `MOST`."""
    if not hasattr(os, "wait4"):
        print("not measured: this system has no wait4")
        return 0
    print(f"{'scenario':32} {'n':>6} {'start':>8} {'n':>8} {'4n':>8}  exponent (at most {MOST})")
    steep = 0
    for name, scenario in SCENARIOS.items():
        if names and name not in names:
            continue
        start, small, large = (
            _seconds(scenario, number) for number in (1, scenario.number, 4 * scenario.number)
        )
        exponent = math.log(max(large - start, 0.01) / max(small - start, 0.01), 4)
        steep += exponent > MOST
        shown = "".join(f"{seconds:7.2f}s " for seconds in (start, small, large))
        print(f"{name:32} {scenario.number:6} {shown} {exponent:5.2f}", flush=True)
    return int(steep > 0)


def _seconds(scenario: Scenario, number: int) -> float:
    """The CPU seconds that a process takes for a scenario of this size, the least of some."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = scenario.make(number, Path(folder))
        return min(seconds_of(arguments, folder) for _ in range(ROUNDS))


def seconds_of(arguments: Sequence[str], folder: str) -> float:
    """The CPU seconds of one process of iflint that is called in a folder."""
    with subprocess.Popen(
        [sys.executable, "-m", "iflint", *arguments],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        said = process.stderr.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"iflint {' '.join(arguments)} ended with {process.returncode}: {said}")
    return usage.ru_utime + usage.ru_stime
