"""``python -m fuzz TARGET --seconds N`` and ``python -m fuzz campaign --runs N --seed S``."""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from random import Random

from fuzz.mutations import damaged
from fuzz.targets import TARGETS

ROOT = Path(__file__).resolve().parents[1]
FOUND = ROOT / "build" / "fuzz"
LONGEST = 1 << 13


def fuzz(name: str, seconds: int, seed: int) -> bool:
    """Whether the target held for so long; what it did not hold lies in ``build/fuzz``."""
    FOUND.mkdir(parents=True, exist_ok=True)
    if importlib.util.find_spec("atheris") is None:
        return _unguided(name, seconds, seed)
    with tempfile.TemporaryDirectory() as corpus:
        for number, data in enumerate(TARGETS[name].seeds()):
            Path(corpus, f"{number:04}").write_bytes(data)
        limits = [f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={LONGEST}"]
        bounds = ["-timeout=15", "-rss_limit_mb=1024", f"-artifact_prefix={FOUND}/{name}-"]
        answer = subprocess.run(
            [sys.executable, "-m", "fuzz.guided", name, corpus, *limits, *bounds],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    done = re.search(r"^Done (\d+) runs", answer.stdout, re.MULTILINE)
    print(f"{name:16} {int(done[1]) if done else 0:9,} inputs", flush=True)
    if answer.returncode:
        print("\n".join(answer.stdout.splitlines()[-40:]))
    return answer.returncode == 0


def _unguided(name: str, seconds: int, seed: int) -> bool:
    """The same without atheris: damage by chance, blind to what it reaches."""
    run, seeds, rng = TARGETS[name].run, TARGETS[name].seeds(), Random(seed)
    end, tried = time.monotonic() + seconds, 0
    data = b""
    try:
        while time.monotonic() < end:
            data = damaged(rng.choice(seeds), rng, seeds)[:LONGEST]
            run(data)
            tried += 1
    except Exception:
        traceback.print_exc()
        path = FOUND / f"{name}-crash"
        path.write_bytes(data)
        print(f"{name}: {path}")
        return False
    print(f"{name:16} {tried:9,} inputs (no atheris here: not guided by coverage)", flush=True)
    return True


def _held(arguments: argparse.Namespace) -> Iterator[bool]:
    if arguments.target == "campaign":
        from fuzz.campaign import campaign

        yield campaign(arguments.first, arguments.runs, arguments.seed, FOUND)
    elif arguments.target == "all":
        for name in TARGETS:
            yield fuzz(name, max(1, arguments.seconds // len(TARGETS)), arguments.seed)
    else:
        yield fuzz(arguments.target, arguments.seconds, arguments.seed)


def main() -> int:
    """0 where everything held, else 1."""
    parser = argparse.ArgumentParser(prog="python -m fuzz")
    parser.add_argument("target", choices=["all", "campaign", *TARGETS])
    parser.add_argument("--seconds", type=int, default=60, help="of fuzzing, in total")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=300, help="of the campaign")
    parser.add_argument("--first", type=int, default=0, help="the campaign's first run")
    return int(not all(list(_held(parser.parse_args()))))


if __name__ == "__main__":
    sys.exit(main())
