"""One target under atheris, in a process of its own: libFuzzer ends it when it is done.

``python -m fuzz.guided TARGET CORPUS [OPTION OF LIBFUZZER ...]``
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import atheris

from fuzz.mutations import damaged
from fuzz.targets import TARGETS


def main() -> None:
    """Load what the target needs so that it is watched, and go on until the time is over."""
    name, corpus, *options = sys.argv[1:]
    run = TARGETS[name].run
    seeds = [path.read_bytes() for path in sorted(Path(corpus).iterdir())]
    with atheris.instrument_imports(include=["iflint"]):
        for seed in seeds:
            run(seed)

    def change(data: bytes, longest: int, seed: int) -> bytes:
        """Half of the inputs are libFuzzer's, half keep what packs them whole."""
        if seed % 2:
            return bytes(atheris.Mutate(data, longest))
        return damaged(data, Random(seed), seeds)[:longest]

    atheris.Setup([sys.argv[0], corpus, *options], run, custom_mutator=change)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
