"""Which program this is: what another one has read, or this one with other libraries, is not kept.

A version alone doesn't tell, between two releases and where somebody works on the code.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from hashlib import blake2b

from iflint.__version__ import __version__

_INSTALLED = ".dist-info"
_COMPILED = "__pycache__"
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def edition(package: str = _PACKAGE) -> bytes:
    """The same for the same code with the same libraries, on whichever machine they are installed.

    An installer writes down the sums of a package's files; of a working copy, their times count.
    """
    told = "\n".join((sys.version, __version__, *_libraries(package), *_code(package)))
    return blake2b(told.encode(errors="surrogateescape"), digest_size=16).digest()


def _libraries(package: str) -> list[str]:
    """The libraries beside a package, each with its version."""
    try:
        names = os.listdir(os.path.dirname(package))
    except OSError:
        return []
    return sorted(name for name in names if name.endswith(_INSTALLED))


def _code(package: str) -> Iterator[str]:
    own = f"{os.path.basename(package)}/"
    try:
        with open(f"{package}-{__version__}{_INSTALLED}/RECORD", encoding="utf-8") as file:
            yield from (each for each in file if each.startswith(own) and _COMPILED not in each)
    except (OSError, UnicodeDecodeError):
        for folder, _, names in os.walk(package):
            for path in (os.path.join(folder, name) for name in names if _COMPILED not in folder):
                status = os.stat(path)
                yield f"{path}:{status.st_size}:{status.st_mtime_ns}"
