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
from fuzz.targets import FIXTURES, PASSWORD, TARGETS, files_named

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
VARIABLE = "STOREPASS"
RULE_FAILED = "IFL009"


class Kind(NamedTuple):
    """A sort of input: where one lies, and what it was before the damage.

    ``option`` is how it is given to a run that does not find it by itself.
    """

    path: str
    seeds: Callable[[], list[bytes]]
    option: str = ""

    def files(self, rng: Random) -> dict[str, bytes]:
        """The damaged file, by its path."""
        seeds = self.seeds()
        return {self.path: damaged(rng.choice(seeds), rng, seeds)}


class Cases(NamedTuple):
    """A case of a rule as it is, but for one of its files: what is damaged has its relations."""

    option: str = ""

    def files(self, rng: Random) -> dict[str, bytes]:
        """The files of the case, by their paths."""
        case = rng.choice(_cases())
        paths = (path for path in sorted(case.rglob("*")) if path.name != "iflint.toml")
        files = {path: path.read_bytes() for path in paths if path.is_file()}
        chosen = rng.choice([*files])
        files[chosen] = damaged(files[chosen], rng, [*files.values()])
        return {f"{DAMAGED}/{path.relative_to(case)}": data for path, data in files.items()}


@cache
def _cases() -> list[Path]:
    return [path for path in sorted(CASES.glob("*/*")) if path.is_dir()]


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


def _parameters() -> list[bytes]:
    return [*_named(".prop", ".properties")(), *TARGETS["properties"].texts]


def _baselines() -> list[bytes]:
    return [Path("baseline.json").read_bytes()]


def _ignored() -> list[bytes]:
    return [b"/a\n!b/\n**/c/*.p[!e]m\n[[:alpha:]-z\\]]?\n\\#x\\ \n*.iflw\n!*.iflw\n"]


_KEYS = _named("callers/*.json", "servicekeys/*.json")
KINDS: dict[str, Kind | Cases] = {
    "case": Cases(),
    "one more case": Cases(),
    "another case": Cases(),
    "export": Kind(f"{DAMAGED}/Orders.zip", _exports),
    "flow": Kind(f"{DAMAGED}/Orders.iflw", _named(".iflw")),
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
    "parameters": Kind(f"{DAMAGED}/qa.prop", _parameters, "--parameters"),
    "configuration": Kind(f"{DAMAGED}/iflint.toml", _named(".toml"), "--config"),
    "baseline": Kind(f"{DAMAGED}/known.json", _baselines, "--baseline"),
    "roots": Kind(f"{DAMAGED}/roots.json", _named("trust-table.json"), "--roots"),
    "calendar": Kind(f"{DAMAGED}/calendar.json", _named("ca-calendar.json"), "--calendar"),
}
ALSO = (
    ["fix", "--diff", "--add-successor", "--unsafe-fixes", DAMAGED],
    ["channels", DAMAGED],
    ["certificates", DAMAGED],
    ["certificates", "--format", "html", DAMAGED],
    ["forecast", DAMAGED],
    ["chain", "--all", "FILE"],
    ["sender", "FILE", DAMAGED],
    ["renew", "FILE", DAMAGED],
    ["check", "--format", "html", DAMAGED],
    ["check", "--format", "junit", DAMAGED],
    ["check", "--format", "markdown", DAMAGED],
)
"""What else is asked in each run: one of these. ``FILE`` is what was damaged, which some refuse."""
MAY_REFUSE = ("--config", "--roots", "--calendar", "--baseline")
"""Options whose file a run may refuse, with exit code 2."""
DECIDE = ("--config", "--roots", "--calendar")
"""Options whose file has a say in what is found of the healthy ones."""


class _TooSlow(BaseException):
    """A run took all its time; nothing that iflint catches."""


def campaign(first: int, runs: int, seed: int, found: Path) -> bool:
    """Whether all runs held; what one did not hold is kept in the folder ``found``."""
    kinds, wrong, begin = list(KINDS), Counter[str](), time.monotonic()
    with _workplace(found) as place:
        expected = _healthy_findings(_check([], place)[1])
        assert expected, "the healthy ones have findings"
        for number in range(first, first + runs):
            rng = Random(f"{seed}:{number}")
            name = kinds[number % len(kinds)]
            files = KINDS[name].files(rng)
            mistake = _run(files, KINDS[name].option, rng.choice(ALSO), expected, place)
            if mistake is not None:
                wrong[name] += 1
                kept = found / f"campaign-{seed}-{number}"
                for path, data in files.items():
                    _put(kept / path, data)
                print(f"run {number}, {name}: {mistake}\n  {kept}", flush=True)
            if number % 1000 == 999:
                print(f"up to run {number}: {wrong.total()} wrong", flush=True)
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
        shutil.copy(CASES / "roots.pem", place)
        settings = (place / "iflint.toml").read_text(encoding="utf-8")
        with_roots = settings.replace('"trust-table.json"]', '"trust-table.json", "roots.pem"]')
        (place / "iflint.toml").write_text(with_roots, encoding="utf-8")
        os.chdir(place)
        try:
            _check(["--write-baseline", "baseline.json"], place)
            yield place
        finally:
            os.chdir(before)


def _run(
    files: dict[str, bytes], option: str, also: list[str], expected: list[str], place: Path
) -> str | None:
    """What is wrong with the run on these files, if anything is."""
    for path, data in files.items():
        _put(place / path, data)
    first = next(iter(files))
    before, begin = _memory(), time.process_time()
    try:
        mistake, document = _check([option, first] if option else [], place)
        if mistake is None and not option:
            mistake = _ask([first if each == "FILE" else each for each in also])[0]
            if mistake == "exit 2" and "FILE" in also:
                mistake = None
    finally:
        shutil.rmtree(place / DAMAGED)
    taken, grown = time.process_time() - begin, (_memory() - before) // 1024
    if mistake == "exit 2" and option in MAY_REFUSE:
        return None
    if mistake is None and grown > MEBIBYTES:
        mistake = f"took {grown} MiB"
    if mistake is None and taken > SECONDS:
        mistake = f"took {taken:.0f} s"
    if mistake is None and option not in DECIDE and _healthy_findings(document) != expected:
        mistake = "other findings on the healthy ones"
    return mistake


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _check(options: list[str], place: Path) -> tuple[str | None, Any]:
    """What is wrong with how a check ended and what it wrote, and its report in JSON."""
    reports = [place / "report.json", place / "report.sarif"]
    for each in reports:
        each.unlink(missing_ok=True)
    formats = [f"--format={each.suffix[1:]}={each}" for each in reports]
    mistake, _ = _ask(["check", "-v", f"--keystore-password-env={VARIABLE}", *formats, *options])
    if mistake is not None:
        return mistake, None
    try:
        document, _sarif = (json.loads(path.read_bytes()) for path in reports)
    except (OSError, ValueError) as error:
        return f"no report that parses: {error}", None
    failed = [each for each in document["report"]["findings"] if each["code"] == RULE_FAILED]
    if failed:
        return f"a rule failed: {failed[0]}", document
    if max(path.stat().st_size for path in reports) > LONGEST:
        return "more than 5 MiB of output", document
    return None, document


def _ask(arguments: list[str]) -> tuple[str | None, str]:
    """What is wrong with how the program ended, and what it printed."""
    from iflint.commands.main import cli

    signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, 2 * SECONDS)
    try:
        runner = CliRunner(env={VARIABLE: PASSWORD})
        result = runner.invoke(cli, [*arguments, "--as-of", "2026-11-24", "--debug"])
    except _TooSlow:
        return f"{arguments} did not end within {2 * SECONDS} s", ""
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    if result.exit_code == 2:
        return "exit 2", result.output
    if result.exit_code not in (0, 1):
        return f"{arguments}: exit {result.exit_code}\n{result.output[-2000:]}", result.output
    if len(result.output) > LONGEST:
        return f"{arguments}: more than 5 MiB of output", result.output
    return None, result.output


def _stop(*_: object) -> None:
    raise _TooSlow


def _healthy_findings(document: Any) -> list[str]:
    """The findings on the healthy ones, byte for byte, whether a baseline knows them or not."""
    report = document["report"]
    return sorted(
        json.dumps({name: value for name, value in each.items() if name != "baseline"})
        for each in (*report["findings"], *report["known"])
        if not each["location"]["file"]["path"].startswith(DAMAGED)
    )
