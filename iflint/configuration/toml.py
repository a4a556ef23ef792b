"""TOML, read by the standard library where its cost is bounded.

`tomllib` keeps each beginning of each dotted key: one key of 20,000 parts took 1.9 GB.
"""

from __future__ import annotations

import re
from typing import Any

from iflint.limits import TOML_DEPTH

_PIECE = (
    r"(?s)(?P<part>\"(?:[^\"\\\n]|\\.)*+\"?|'[^'\n]*+'?|[A-Za-z0-9_-]++)"
    r"|(?P<dot>\.)|[ \t]++|(?P<else>.)"
)


class TooDeep(ValueError):  # noqa: N818 - it names the state of the file
    """A key has more parts than are read; ``line`` and ``column`` are its own."""

    def __init__(self, text: str, at: int) -> None:
        super().__init__(
            f"has a key of more than {TOML_DEPTH.value} parts (limit {TOML_DEPTH.name})"
        )
        self.line = text.count("\n", 0, at) + 1
        self.column = at - text.rfind("\n", 0, at)


def loads(text: str) -> dict[str, Any]:
    """The document; raises TooDeep, or what `tomllib.loads` raises (RecursionError, too)."""
    import tomllib

    most = TOML_DEPTH.value
    start = 0
    for line in text.split("\n"):
        if line.count(".") >= most:
            _refuse_deep(text, start, start + len(line), most)
        start += len(line) + 1
    return tomllib.loads(text)


def _refuse_deep(text: str, start: int, end: int, most: int) -> None:
    """Raise TooDeep where so many parts follow one another, each behind a dot."""
    parts, begin, behind_dot = 0, start, True
    for piece in re.compile(_PIECE).finditer(text, start, end):
        if piece["part"]:
            if not behind_dot:
                parts = 0
            begin = begin if parts else piece.start()
            parts, behind_dot = parts + 1, False
        elif piece["dot"]:
            parts, behind_dot = (0 if behind_dot else parts), True
        elif piece["else"]:
            parts, behind_dot = 0, True
        if parts > most:
            raise TooDeep(text, begin)
