"""Measure iflint as ratios to what it can't be faster than; run with ``python -m benchmarks``.

``python -m benchmarks growth`` measures how time grows with what is read (`benchmarks.growth`),
``python -m benchmarks scale`` what thousands of flows take (`benchmarks.scale`).

Cold start: a whole process of ``iflint check`` on one flow, against ``python -c pass``.
Throughput: one process on the corpus (or, where it is absent, on the fixtures) against a loop
that inflates every ``.iflw`` and reads it with lxml up to the end of its collaboration.
Memory: the largest resident set of a process that checks the corpus.
Page: the HTML page of 1,000 flows of which twelve matter, as long and as large as it is.
"""

from __future__ import annotations

import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.repository import CORPUS, ROOT, make

AS_OF = "2026-11-24"
CLEAN = ROOT / "fixtures/rules/empty-certificate-entry/good-role-based"
CHAIN = ROOT / "fixtures/rules/missing-chain/good-another-file"
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
"""With bytecode, as every installation by pip has it."""
COLLABORATION = "{http://www.omg.org/spec/BPMN/20100524/MODEL}collaboration"


def process(*arguments: str) -> Callable[[], None]:
    """A run of this interpreter with ``arguments``, which must succeed."""

    def run() -> None:
        subprocess.run(
            [sys.executable, *arguments], env=ENVIRONMENT, stdout=subprocess.DEVNULL, check=True
        )

    return run


def check(*arguments: str) -> tuple[str, ...]:
    asked = ("--as-of", AS_OF, "--fail-on", "never", "--no-cache", "--jobs", "1")
    return ("-m", "iflint", "check", *arguments, *asked)


def alternately(rounds: int, *runs: Callable[[], None]) -> list[float]:
    """The median seconds of each run, all measured in turn so that they share the weather."""
    times: list[list[float]] = [[] for _ in runs]
    for _ in range(rounds):
        for run, measured in zip(runs, times, strict=True):
            begin = time.perf_counter()
            run()
            measured.append(time.perf_counter() - begin)
    return [statistics.median(measured) for measured in times]


def flows(data: bytes) -> Iterator[bytes]:
    """Every ``.iflw`` of an archive and of the archives in it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            if info.filename.endswith(".iflw"):
                yield archive.read(info)
            elif info.filename.endswith((".zip", "_content")):
                member = archive.read(info)
                if zipfile.is_zipfile(io.BytesIO(member)):
                    yield from flows(member)


def read_with_lxml(archives: list[Path]) -> None:
    from lxml import etree

    for path in archives:
        for data in flows(path.read_bytes()):
            parser = etree.XMLPullParser(events=("end",), tag=COLLABORATION)
            for start in range(0, len(data), 65536):
                parser.feed(data[start : start + 65536])
                if next(iter(parser.read_events()), None) is not None:
                    break


def cold_start() -> None:
    empty, clean, chain = alternately(
        25,
        process("-c", "pass"),
        process(*check("--isolated", str(CLEAN / "Orders.iflw"))),
        process(*check(str(CHAIN))),
    )
    print(f"python -c pass                {empty * 1000:7.1f} ms")
    print(f"check, one clean flow         {clean * 1000:7.1f} ms  {clean / empty:5.2f} x (aim 6)")
    print(f"check, one verified chain     {chain * 1000:7.1f} ms  {chain / empty:5.2f} x (aim 11)")


def throughput(folder: Path) -> None:
    import iflint

    archives = [path for path in sorted(folder.rglob("*.zip")) if zipfile.is_zipfile(path)]

    def run() -> None:
        iflint.check(*map(str, archives), no_cache=True)

    base, ours = alternately(7, lambda: read_with_lxml(archives), run)
    print(f"inflate and lxml              {base * 1000:7.1f} ms")
    print(f"check, one process            {ours * 1000:7.1f} ms  {ours / base:5.2f} x (aim 2)")


def memory(folder: Path) -> None:
    program = (
        "import iflint, resource, sys\n"
        "iflint.check(sys.argv[1], no_cache=True)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=False
    )
    unit = 1 if sys.platform == "darwin" else 1024
    if answer.returncode == 0:
        peak = int(answer.stdout) * unit / 2**20
        print(f"peak memory                   {peak:7.1f} MiB (aim 60)")
    else:
        print("peak memory                   not measured: this system has no getrusage")


def page() -> None:
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), flows=1000, channels=12)
        file = Path(folder) / "report.html"
        (seconds,) = alternately(3, process(*check(folder, "--format", f"html={file}")))
        size = file.stat().st_size / 2**20
    print(f"page of 1,000 flows           {seconds * 1000:7.1f} ms (aim 2000)")
    print(f"its size                      {size:7.2f} MiB (aim 1)")


def main() -> None:
    folder = CORPUS if CORPUS.is_dir() else ROOT / "fixtures"
    print(f"flows from: {'the corpus' if folder == CORPUS else 'the fixtures (no corpus here)'}")
    with tempfile.TemporaryDirectory() as elsewhere:
        os.chdir(elsewhere)
        cold_start()
        throughput(folder)
        memory(folder)
        page()


if __name__ == "__main__":
    if sys.argv[1:2] == ["growth"]:
        from benchmarks import growth

        sys.exit(growth.main(sys.argv[2:]))
    if sys.argv[1:2] == ["scale"]:
        from benchmarks import scale

        sys.exit(scale.main(sys.argv[2:]))
    main()
