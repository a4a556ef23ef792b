"""How wide a text is, and how it is broken into lines that fit: by a small table of widths."""

from __future__ import annotations

import functools
import re
import unicodedata

from iflint.words.visible import visible

_NARROW = frozenset("iljtfrI.,:;!|'`()[]{}/\\ -")
_BROAD = frozenset("mwMW@%—…")
_WIDE_LETTERS = frozenset("ABCDEGHKNOPQRSUVXYZ&+<>=~_#$")
_BREAK = re.compile(r".+?(?:[_\-./:,;](?=[^_\-./:,;])|(?<=[a-z])(?=[A-Z])|$)")
LONGEST = 300
"""Longer texts than this are cut before they are measured, and in tooltips, too. Ours: four times
the longest name seen (67)."""
_WORD = re.compile(rf"\S{{1,{LONGEST}}}")


@functools.cache
def _ems(char: str) -> float:
    """The width of a character in a usual sans-serif, as a part of the font's size; generous."""
    if char in _NARROW:
        return 0.36
    if char in _BROAD:
        return 0.92
    if char in _WIDE_LETTERS:
        return 0.72
    if char.isascii():
        return 0.58
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 1.02 if unicodedata.east_asian_width(char) in ("W", "F") else 0.7


def width(text: str, size: float) -> float:
    """About how wide the text is in a font of this size, rather more than less."""
    return size * sum(map(_ems, text))


def clean(text: str) -> str:
    """A text from a flow, fit to show on one line: nothing invisible, no more than is useful."""
    shown = visible(" ".join(text[: LONGEST + 1].split()))
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"


def wrap(text: str, size: float, room: float, lines: int) -> list[str]:
    """The text in at most ``lines`` lines of at most ``room``; shortened where it needs more."""
    wrapped = [""]
    for part, separated in _parts(text):
        joined = wrapped[-1] + (" " if separated and wrapped[-1] else "") + part
        if width(joined, size) <= room:
            wrapped[-1] = joined
            continue
        if wrapped[-1]:
            wrapped.append("")
        while width(part, size) > room and len(wrapped) <= lines:
            fitting = max(_fitting(part, size, room), 1)
            wrapped[-1] = part[:fitting]
            part = part[fitting:]
            wrapped.append("")
        wrapped[-1] = part
        if len(wrapped) > lines:
            return [*wrapped[: lines - 1], _shortened(wrapped[lines - 1], size, room)]
    return [line for line in wrapped if line]


def _parts(text: str) -> list[tuple[str, bool]]:
    """The pieces between which a line may end; whether a blank stands before each."""
    return [
        (piece, at == 0)
        for word in _WORD.findall(text)
        for at, piece in enumerate(_BREAK.findall(word))
    ]


def _fitting(text: str, size: float, room: float) -> int:
    used = 0.0
    for number, char in enumerate(text):
        used += size * _ems(char)
        if used > room:
            return number
    return len(text)


def _shortened(text: str, size: float, room: float) -> str:
    """The beginning of the text with an ellipsis."""
    kept = _fitting(text, size, room - width("…", size))
    return text[:kept].rstrip(" -_.,:;") + "…"
