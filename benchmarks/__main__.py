"""Measure iflint, as ratios in one run: ``python -m benchmarks``.

A part alone: ``python -m benchmarks start``, ``landscape`` or ``growth [SCENARIO …]``. ``--write``
puts what comes out into docs/performance.md. It ends with 1 where time grows too fast.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator

from benchmarks import growth, landscape, start
from benchmarks.measuring import Row
from benchmarks.repository import CORPUS, ROOT
from benchmarks.scenarios import SCENARIOS

DOCUMENT = ROOT / "docs" / "performance.md"
PARTS = ("start", "landscape", "growth")


def main() -> int:
    """Measure what was asked for, print it, and write it down if that was asked, too."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("part", nargs="?", choices=PARTS)
    parser.add_argument("scenario", nargs="*", help="of growth")
    parser.add_argument("--flows", type=int, default=20_000, help="of the landscape")
    parser.add_argument("--rounds", type=int, default=3, help="of which the medians count")
    parser.add_argument("--write", action="store_true", help=f"into docs/{DOCUMENT.name}")
    asked = parser.parse_args()
    if unknown := set(asked.scenario) - set(SCENARIOS):
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    if not hasattr(os, "wait4"):
        print("not measured: this system has no wait4")
        return 0
    if not CORPUS.is_dir():
        print("no corpus here: flows are from the fixtures, of which all matter, so they take more")
    parts = {
        "start": lambda: start.rows(asked.rounds),
        "landscape": lambda: landscape.rows(asked.flows, asked.rounds),
        "growth": lambda: growth.rows(asked.rounds, asked.scenario),
    }
    grown = 0
    for name in (asked.part,) if asked.part else PARTS:
        rows = list(printed(name, parts[name]()))
        if asked.write:
            write(name, rows)
        if name == "growth":
            grown = sum(row.missed for row in rows)
    return int(grown > 0)


def printed(part: str, rows: Iterator[Row]) -> Iterator[Row]:
    """The same rows, each printed as soon as it is measured."""
    print(f"\n{part:64} {'came out':>12} {'at most':>10}")
    for row in rows:
        measured, figure, aim = row.cells()
        print(f"{measured:64} {figure:>12} {aim:>10}", flush=True)
        yield row


def write(part: str, rows: list[Row]) -> None:
    """Put a table into the document, between its marks."""
    lines = ["| measured | came out | at most |", "| --- | ---: | ---: |"]
    lines += (f"| {' | '.join(row.cells())} |" for row in rows)
    marks = re.compile(rf"(<!-- {part} -->\n).*?(<!-- /{part} -->)", re.DOTALL)
    text = DOCUMENT.read_text(encoding="utf-8")
    table = "\n".join(lines)
    text = marks.sub(lambda found: f"{found[1]}{table}\n{found[2]}", text)
    DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
