"""How long thousands of flows take, and how much memory: to the floor, and to each other.

The flows are real ones over and over, each varied (`benchmarks.repository`), as single bundles.
The *floor* (`benchmarks.floor`) is a process that only inflates each ``.iflw`` and reads it with
lxml up to the end of its collaboration. Of all that flows take, the start is subtracted.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median

from benchmarks.measuring import ALONE, NOW, Cost, Row, cost, in_turn
from benchmarks.repository import varied

_FOLDERS = 20
_FEW, _MANY, _TWICE = 1, 5, 10
"""How many of them are checked: of 20,000 flows 1,000, 5,000 and 10,000."""
_FORMATS = {"text": 1.0, "sarif": 1.3, "json": 1.3, "html": 2.0}
"""The most that each may take, to text."""
_STREAMED = ("text", "sarif", "json")


def rows(flows: int, rounds: int) -> Iterator[Row]:
    """What so many flows take, or parts of them."""
    with tempfile.TemporaryDirectory() as work:
        folders = write_bundles(Path(work), flows // _FOLDERS)
        yield from _measured(Path(work), folders, rounds, flows // _FOLDERS)


def write_bundles(work: Path, each: int) -> list[str]:
    """Write folders with so many flows each; gives their paths."""
    made = varied(needed=("",))
    folders = [work / f"{number:02}" for number in range(_FOLDERS)]
    for folder in folders:
        folder.mkdir()
        for number, files in enumerate(islice(made, each)):
            (folder / f"{number:05}.zip").write_bytes(packed(files))
    return [str(folder) for folder in folders]


def packed(files: Mapping[str, bytes]) -> bytes:
    """The files as a bundle, deflated as the tenant's are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            member = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            archive.writestr(member, data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _measured(work: Path, folders: list[str], rounds: int, each: int) -> Iterator[Row]:
    few, many, twice = folders[:_FEW], folders[:_MANY], folders[:_TWICE]
    none, kept, report = work / "none", work / "kept", work / "report"
    none.mkdir()
    (none / "none.txt").write_text("nothing\n")

    def check(folders: list[str], *how: str, to: str = "text") -> Cost:
        asked = ("--isolated", "--fail-on", "never", "--format", f"{to}={report}")
        return cost("-m", "iflint", "check", *folders, *asked, *how, kept=kept)

    def floor(folders: list[str]) -> Cost:
        return cost("-m", "benchmarks.floor", *folders)

    first = check(many, *NOW, "--jobs", "1")
    costs = in_turn(
        rounds,
        {
            "floor": partial(floor, many),
            "start of the floor": partial(floor, []),
            "start": partial(check, [str(none)], *ALONE),
            **{name: partial(check, many, *ALONE, to=name) for name in _FORMATS},
            "again": partial(check, many, *NOW, "--jobs", "1"),
            "one": partial(check, twice, *NOW, "--no-cache", "--jobs", "1"),
            "two": partial(check, twice, *NOW, "--no-cache", "--jobs", "2"),
        },
    )
    start = costs["start"].processor
    taken = {name: one.processor - start for name, one in costs.items()}
    base = max(costs["floor"].processor - costs["start of the floor"].processor, 0.001)
    yield Row(
        f"{_MANY * each:,} flows, nothing kept: text, to the floor", taken["text"] / base, aim=0.8
    )
    for name, aim in _FORMATS.items():
        if name != "text":
            yield Row(f"{name}, to text", taken[name] / taken["text"], aim=aim)
    yield Row(
        "a first run that keeps, to one that does not", (first.processor - start) / taken["text"]
    )
    yield Row("a second run, to the floor", taken["again"] / base, aim=0.1)
    size = sum(path.stat().st_size for path in kept.glob("*"))
    yield Row("kept of a flow", size / (_MANY * each) / 1024, " KiB")
    clocks = costs["two"].clock / costs["one"].clock
    yield Row(f"{_TWICE * each:,} flows: two processes, to one, on the clock", clocks, aim=0.625)
    for name in _STREAMED:
        less = median(check([folder], *ALONE, to=name).memory for folder in many)
        more = (costs[name].memory - less) * 1024 / ((_MANY - _FEW) * each)
        yield Row(f"memory of a further flow: {name}", more, " KiB", 2)
    for name in _STREAMED:
        most = check(folders, *ALONE, to=name).memory
        yield Row(f"memory of {_FOLDERS * each:,} flows: {name}", most, " MiB", 120)
    check(few, *ALONE, to="html")
    yield Row(f"page of {_FEW * each:,} flows", report.stat().st_size / 2**20, " MiB", 1)
