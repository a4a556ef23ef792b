"""Damaged inputs beside nine healthy ones: every run ends as it should, and theirs stays as it was.

A run is the program's own ``check`` in this process, on a folder in which one file is damaged. The
damage depends on the seed and the number of the run alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from click.testing import CliRunner

from fuzz.mutations import archive_of, damaged
from fuzz.targets import FIXTURES, files_named

HEALTHY = (
    "exports/Example Retail Finance.zip",
    "exports/Post Goods Movements.zip",
    "legacy/ReplicatePrices.iflw",
    "packages/Logistics/Book_Freight",
    "packages/MasterData/Distribute_Articles",
    "packages/OrderToCash/Receive_Invoices",
    "servicekeys/fridge-sensors.json",
    "servicekeys/pickup-lockers.json",
    "servicekeys/store-tablets.json",
)
BESIDE = ("certificates", "iflint.toml", "trust-table.json")
"""What the healthy ones need of the demo."""
CASES = FIXTURES / "rules"
"""What is damaged: none of these speak of the same senders as the demo."""
SECONDS, MEBIBYTES, LONGEST = 15, 400, 5 << 20
"""What a run may take: of processor time, of memory, and of output in bytes."""
DAMAGED = "damaged"


class Kind(NamedTuple):
    """A sort of input: where one lies, what it was, and whether a run may refuse it (exit 2).

    ``option`` is how it is given to a run that does not find it by itself. Whatever is ``apart``
    has a say in what is found of others.
    """

    path: str
    seeds: Callable[[], list[bytes]]
    option: str = ""
    apart: bool = False


def _named(*suffixes: str) -> Callable[[], list[bytes]]:
    return cache(lambda: [data for each in suffixes for data in files_named(each, CASES)])


@cache
def _exports() -> list[bytes]:
    """The archives of the fixtures, and the folders of flows as such."""
    packed = []
    for manifest in sorted(CASES.rglob("META-INF/MANIFEST.MF")):
        folder = manifest.parents[1]
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        packed.append(
            archive_of([(path.relative_to(folder).as_posix(), path.read_bytes()) for path in files])
        )
    return [*files_named(".zip", CASES), *packed]


@cache
def _as_yaml() -> list[bytes]:
    """Service keys as values of a Secret; JSON is YAML, too."""
    keys = files_named("keys/*.json", CASES)
    head = b"apiVersion: v1\nkind: Secret\nmetadata:\n  name: partner\nstringData:\n  key: |\n    "
    return [*keys, *(head + key.replace(b"\n", b"\n    ") for key in keys)]


def _baselines() -> list[bytes]:
    return [Path("baseline.json").read_bytes()]


def _ignored() -> list[bytes]:
    return [b"/a\n!b/\n**/c/*.p[!e]m\n[[:alpha:]-z\\]]?\n\\#x\\ \n*.iflw\n!*.iflw\n"]


_BUNDLE = f"{DAMAGED}/flow/src/main/resources"
_FLOWS = _named(".iflw")
_KEYS = _named("callers/*.json", "servicekeys/*.json")
KINDS = {
    "export": Kind(f"{DAMAGED}/Orders.zip", _exports),
    "flow": Kind(f"{DAMAGED}/Orders.iflw", _FLOWS),
    "bundle": Kind(f"{_BUNDLE}/scenarioflows/integrationflow/Orders.iflw", _FLOWS),
    "manifest": Kind(f"{DAMAGED}/flow/META-INF/MANIFEST.MF", _named(".MF")),
    "defaults": Kind(f"{_BUNDLE}/parameters.prop", _named(".prop")),
    "pem": Kind(f"{DAMAGED}/partner.pem", _named(".pem")),
    "der": Kind(f"{DAMAGED}/partner.cer", _named(".cer", ".crt", ".der", ".p7b")),
    "java keystore": Kind(f"{DAMAGED}/partner.jks", _named(".jks", ".ks")),
    "pkcs12": Kind(f"{DAMAGED}/partner.p12", _named(".p12")),
    "private key": Kind(f"{DAMAGED}/partner.key", _named(".key", ".pem")),
    "service key": Kind(f"{DAMAGED}/partner.json", _KEYS),
    "service key in yaml": Kind(f"{DAMAGED}/partner.yaml", _as_yaml),
    "service key in terraform": Kind(f"{DAMAGED}/main.tf", _named(".tf")),
    "service key in text": Kind(f"{DAMAGED}/partner.txt", _KEYS),
    "mappings": Kind(f"{DAMAGED}/mappings.json", _named("mappings.json", "Mappings.json")),
    "json": Kind(f"{DAMAGED}/any.json", _named(".json")),
    "ignored": Kind(f"{DAMAGED}/.gitignore", _ignored),
    "parameters": Kind("qa.prop", _named(".prop", ".properties"), "--parameters", apart=True),
    "configuration": Kind("other/iflint.toml", _named(".toml"), "--config", apart=True),
    "baseline": Kind("known.json", _baselines, "--baseline", apart=True),
    "roots": Kind("roots.json", _named("trust-table.json"), "--roots", apart=True),
    "calendar": Kind("calendar.json", _named("ca-calendar.json"), "--calendar", apart=True),
}


class _TooSlow(BaseException):
    """A run took all its time; nothing that iflint catches."""


def campaign(first: int, runs: int, seed: int, found: Path) -> bool:
    """Whether all runs held; what one did not hold is kept in the folder ``found``."""
    kinds, wrong, begin = sorted(KINDS), Counter[str](), time.monotonic()
    with _workplace(found) as place:
        expected = _healthy_findings(_check([], place)[1])
        assert expected, "the healthy ones have findings"
        for number in range(first, first + runs):
            rng = Random(f"{seed}:{number}")
            name = kinds[number % len(kinds)]
            kind = KINDS[name]
            seeds = kind.seeds()
            data = damaged(rng.choice(seeds), rng, seeds)
            if (mistake := _run(kind, data, expected, place)) is not None:
                wrong[name] += 1
                kept = found / f"campaign-{seed}-{number}-{Path(kind.path).name}"
                kept.write_bytes(data)
                print(f"run {number}, {name}: {mistake}\n  {kept}", flush=True)
    taken = time.monotonic() - begin
    print(f"{runs:,} runs in {taken:.0f} s, {wrong.total()} of them wrong", *wrong.items())
    return not wrong


@contextlib.contextmanager
def _workplace(found: Path) -> Iterator[Path]:
    """A copy of the healthy ones as current folder, deep in a folder of its own."""
    found.mkdir(parents=True, exist_ok=True)
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as outer:
        place = Path(outer, "a", "b", "c", "repository")
        for path in (*HEALTHY, *BESIDE):
            source, target = FIXTURES / "demo" / path, place / path
            target.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
        os.chdir(place)
        try:
            _check(["--write-baseline", "baseline.json"], place)
            yield place
        finally:
            os.chdir(before)


def _run(kind: Kind, data: bytes, expected: list[str], place: Path) -> str | None:
    """What is wrong with the run on this input, if anything is."""
    target = place / kind.path
    target.parent.mkdir(parents=True, exist_ok=True)
    if kind.path.startswith(f"{_BUNDLE}/parameters"):
        _put(place / KINDS["bundle"].path, _FLOWS()[len(data) % len(_FLOWS())])
    _put(target, data)
    before = _memory()
    begin = time.process_time()
    try:
        mistake, document = _check([kind.option, kind.path] if kind.option else [], place)
    finally:
        shutil.rmtree(place / DAMAGED, ignore_errors=True)
        target.unlink(missing_ok=True)
    taken, grown = time.process_time() - begin, (_memory() - before) // 1024
    if mistake == "exit 2" and kind.option and kind.option != "--parameters":
        return None
    if mistake is None and grown > MEBIBYTES:
        mistake = f"took {grown} MiB"
    if mistake is None and taken > SECONDS:
        mistake = f"took {taken:.0f} s"
    if mistake is None and not kind.apart and _healthy_findings(document) != expected:
        mistake = "other findings on the healthy ones"
    return mistake


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _check(options: list[str], place: Path) -> tuple[str | None, Any]:
    """What is wrong with how a run ended and what it wrote, and its report in JSON."""
    from iflint.commands.main import cli

    reports = [place / "report.json", place / "report.sarif"]
    for each in reports:
        each.unlink(missing_ok=True)
    formats = [f"--format={each.suffix[1:]}={each}" for each in reports]
    signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, 2 * SECONDS)
    try:
        result = CliRunner().invoke(
            cli, ["check", "--as-of", "2026-11-24", "--debug", "-v", *formats, *options]
        )
    except _TooSlow:
        return f"did not end within {2 * SECONDS} s", None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    if result.exit_code == 2:
        return "exit 2", None
    if result.exit_code not in (0, 1):
        return f"exit {result.exit_code}\n{result.output[-2000:]}", None
    try:
        document, _sarif = (json.loads(path.read_bytes()) for path in reports)
    except (OSError, ValueError) as error:
        return f"no report that parses: {error}", None
    if max(path.stat().st_size for path in reports) > LONGEST:
        return "more than 5 MiB of output", document
    return None, document


def _stop(*_: object) -> None:
    raise _TooSlow


def _healthy_findings(document: Any) -> list[str]:
    """The findings on the healthy ones, byte for byte."""
    findings = document["report"]["findings"]
    return [
        json.dumps(each)
        for each in findings
        if not each["location"]["file"]["path"].startswith(DAMAGED)
    ]
