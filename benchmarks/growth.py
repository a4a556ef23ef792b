"""Does time grow as what is read does? For each scenario, the exponent from n to 4n.

Of the time that n take, that of one is subtracted, which is the start. 1 is linear, 2 is quadratic.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

from benchmarks.measuring import Row, cost, in_turn
from benchmarks.scenarios import SCENARIOS, Scenario

MOST = 1.3
"""The largest exponent that passes. Ours: sorting, and caches that fill, make 1.1 of 1."""
_LEAST = 0.01
"""Seconds that can be told from none."""


def rows(rounds: int, names: Collection[str] = ()) -> Iterator[Row]:
    """The exponent of each scenario, or of those with ``names``."""
    for name, scenario in SCENARIOS.items():
        if not names or name in names:
            yield _row(name, scenario, rounds)


def _row(name: str, scenario: Scenario, rounds: int) -> Row:
    with tempfile.TemporaryDirectory() as work:
        runs = {}
        for number in (1, scenario.number, 4 * scenario.number):
            folder = Path(work, str(number))
            folder.mkdir()
            arguments = scenario.make(number, folder)
            runs[number] = partial(cost, "-m", "iflint", *arguments, folder=str(folder))
        start, small, large = (one.processor for one in in_turn(rounds, runs).values())
    exponent = math.log(max(large - start, _LEAST) / max(small - start, _LEAST), 4)
    return Row(f"{name}, {scenario.number:,} to {4 * scenario.number:,}", exponent, aim=MOST)
