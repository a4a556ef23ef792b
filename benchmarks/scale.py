"""How long a landscape takes and how much memory, as ratios; ``python -m benchmarks scale``.

Thousands of flows as single bundles, copies of real ones (of the corpus, else of the fixtures),
are checked by whole processes. The *floor* is one process that inflates each ``.iflw`` and reads it
with lxml up to the end of its collaboration. Processor time counts, but for several processes at
once.
``--write FILE`` writes the table into the document between its marks.
"""

from __future__ import annotations

import argparse
import io
import itertools
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from benchmarks.repository import ROOT, bundles, source

AS_OF = "2026-11-24"
_MARKS = re.compile(r"(<!-- figures -->\n).*?(\n<!-- /figures -->)", re.DOTALL)
_FLOOR = (
    "from pathlib import Path; import sys;"
    " from benchmarks.__main__ import read_with_lxml;"
    " read_with_lxml(sorted(Path(sys.argv[1]).rglob('*.zip')))"
)


class Cost(msgspec.Struct, frozen=True):
    """What a process took: seconds on the clock and of processors, and MiB of memory at most."""

    clock: float
    processor: float
    memory: float


def copies(folder: Path, count: int) -> None:
    """Write so many bundles."""
    archives = (path for path in sorted(source().rglob("*.zip")) if zipfile.is_zipfile(path))
    real = [packed(files) for path in archives for files in bundles(path.read_bytes(), ("",))]
    for number, data in enumerate(itertools.islice(itertools.cycle(real), count)):
        path = folder / f"{number // 500:03}" / f"{number:05}.zip"
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(data)


def packed(files: dict[str, bytes]) -> bytes:
    """The files as a bundle."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(
                zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED
            )
    return buffer.getvalue()


def cost(*arguments: str, kept: str = "") -> Cost:
    """Run this interpreter, and wait for it."""
    environment = {key: each for key, each in os.environ.items() if key != "IFLINT_NO_CACHE"}
    environment["PYTHONPATH"] = str(ROOT)
    if kept:
        environment["IFLINT_CACHE_DIR"] = kept
    before = time.perf_counter()
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen([sys.executable, *arguments], stdout=nowhere, env=environment)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    seconds = used.ru_utime + used.ru_stime
    return Cost(time.perf_counter() - before, seconds, used.ru_maxrss * unit / 2**20)


def checked(folder: Path, *more: str, kept: str = "") -> Cost:
    """Check the flows in a folder, without what is kept unless there is a folder for it."""
    how = () if kept else ("--no-cache",)
    asked = ("check", str(folder), "--isolated", "--as-of", AS_OF, "--fail-on", "never")
    return cost("-m", "iflint", *asked, *how, *more, kept=kept)


def rows(flows: int, rounds: int, work: Path) -> Iterator[tuple[str, str, str]]:
    """What is measured, what came out, what it should be."""
    few, many, empty = work / "few", work / "many", work / "empty"
    copies(few, flows // 5)
    copies(many, flows)
    empty.mkdir()
    (empty / "none.txt").write_text("nothing\n")
    one = ("--jobs", "1")

    def seconds(folder: Path, *more: str, kept: str = "") -> float:
        return statistics.median(checked(folder, *more, kept=kept).processor for _ in range(rounds))

    floor = statistics.median(cost("-c", _FLOOR, str(many)).processor for _ in range(rounds))
    start = seconds(empty, *one)
    text = seconds(many, *one)
    yield f"the floor of {flows:,} flows", f"{floor:.2f} s", ""
    yield "one process, nothing kept, to the floor", f"{(text - start) / floor:.2f}", "0.8"
    for name, aim in (("json", "1.3"), ("sarif", "1.3"), ("html", "2")):
        yield f"{name}, to text", f"{seconds(many, *one, '--format', name) / text:.2f}", aim
    clocks = [
        statistics.median(checked(many, "--jobs", jobs).clock for _ in range(rounds))
        for jobs in ("1", "2")
    ]
    yield "one process to two, on the clock", f"{clocks[0] / clocks[1]:.2f}", "1.6"
    kept = str(work / "kept")
    first = checked(many, *one, kept=kept).processor
    again = seconds(many, *one, kept=kept)
    yield "a first run that keeps, to one that does not", f"{first / text:.2f}", ""
    yield "the second run less its start, to the floor", f"{(again - start) / floor:.2f}", "0.1"
    size = sum(path.stat().st_size for path in Path(kept).iterdir())
    yield "kept of a flow", f"{size / flows / 1024:.1f} KiB", ""
    for name in ("text", "sarif", "json"):
        little, much = (checked(each, *one, "--format", name) for each in (few, many))
        more = (much.memory - little.memory) * 1024 / (flows - flows // 5)
        told = f"{more:.1f} KiB; {much.memory:.0f} MiB in all"
        yield f"memory of a further flow, {name}", told, "2 KiB"


def main(arguments: list[str]) -> None:
    """Measure, and print or write the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks scale", description=__doc__)
    parser.add_argument("--flows", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", type=Path, metavar="FILE")
    asked = parser.parse_args(arguments)
    lines = ["| measured | came out | aim |", "| --- | --- | --- |"]
    with tempfile.TemporaryDirectory() as work:
        for row in rows(asked.flows, asked.rounds, Path(work)):
            lines.append(f"| {' | '.join(row)} |")
            print(lines[-1], flush=True)
    if asked.write is not None:
        text = asked.write.read_text(encoding="utf-8")
        table = "\n".join(lines)
        text = _MARKS.sub(lambda marks: f"{marks[1]}{table}{marks[2]}", text)
        asked.write.write_text(text, encoding="utf-8")
