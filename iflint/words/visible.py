"""Text from input, made fit to show: nothing invisible, nothing that steers a terminal."""

from __future__ import annotations

import functools
import re
from bisect import bisect_right

_INVISIBLE = (
    (0x0000, 0x001F),  # C0 controls
    (0x007F, 0x009F),  # DEL and C1 controls
    (0x00AD, 0x00AD),  # soft hyphen
    (0x034F, 0x034F),  # combining grapheme joiner
    (0x061C, 0x061C),  # Arabic letter mark
    (0x115F, 0x1160),  # Hangul fillers
    (0x17B4, 0x17B5),  # Khmer inherent vowels
    (0x180B, 0x180F),  # Mongolian selectors
    (0x200B, 0x200F),  # zero-width characters, left-to-right and right-to-left marks
    (0x2028, 0x202E),  # line and paragraph separators, bidi embeddings and overrides
    (0x2060, 0x206F),  # word joiner, invisible operators, bidi isolates
    (0x3164, 0x3164),  # Hangul filler
    (0xD800, 0xDFFF),  # surrogates: half a character
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFA0, 0xFFA0),  # halfwidth Hangul filler
    (0xFFF0, 0xFFFB),  # unassigned ignorables, interlinear annotation
    (0xFFFE, 0xFFFF),  # no characters at all, and not allowed in XML
    (0x13430, 0x1343F),  # Egyptian format controls
    (0x1BCA0, 0x1BCA3),  # shorthand format controls
    (0x1D173, 0x1D17A),  # musical format controls
    (0xE0000, 0xE0FFF),  # tags and more variation selectors
)
"""Controls, separators, and Unicode's Default_Ignorable_Code_Point: first and last of each run."""

_STARTS = tuple(first for first, _ in _INVISIBLE)
_BEYOND_PRINTABLE_ASCII = r"[^\x00-\x7e]+"
_BRACKETED_COMMAND = r"(?i)#(?=#(?:vso|teamcity)?\[)"
_CI_COMMAND = r"(?im)^([^\S\n]*+):(?=:[a-z])|#(?=#(?:vso|teamcity)?\[)"
_LINE_COMMAND = r"(?i):(?=:[a-z])"
_NAMED = {0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r"}
_ASCII = {"…": "...", "→": "->", "›": ">", "│": "|", "✗": "x", "–": "-", "’": "'"}
_ASCII_TABLE = str.maketrans(_ASCII)
_AS_WIDE = dict(zip("✓✗›→–’“”", '+x>>-\'""', strict=True))
"""Symbols, and what stands for each where a console lacks it: ASCII of the same width."""


def is_invisible(code: int) -> bool:
    """Whether the character with this code point can't be seen, or steers what can."""
    first, last = _INVISIBLE[bisect_right(_STARTS, code) - 1]
    return first <= code <= last


@functools.cache
def _invisible() -> re.Pattern[str]:
    runs = (f"\\U{first:08x}-\\U{last:08x}" for first, last in _INVISIBLE)
    return re.compile(f"[{''.join(runs)}]")


def _escaped(found: re.Match[str]) -> str:
    return escape(ord(found[0]))


def _escaped_for_json(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def escape(code: int) -> str:
    r"""A code point as people know it from source code: ``\n``, ``\x1b``, ``\u202e``."""
    if code in _NAMED:
        return _NAMED[code]
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def visible(text: str) -> str:
    r"""The text with every invisible or steering character written out, as ``\u202e``.

    Makes C0, C1, DEL, bidi controls, zero-width and other ignorable characters, line and
    paragraph separators and lone surrogates visible; leaves all others as they are.
    """
    if text.isascii() and text.isprintable():
        return text
    return _invisible().sub(_escaped, text)


def encodable(text: str) -> str:
    """The text with lone surrogates written out, so that it can be encoded as UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def escaped_json(text: str) -> str:
    r"""The same JSON with every invisible character in its strings as an escape, ``\u202e``.

    So is what Azure Pipelines and GitHub Actions would take for a command in a log (`inert`).
    """
    if "##" in text:
        text = re.sub(_BRACKETED_COMMAND, r"\\u0023", text)
    if text.isascii() and "\x7f" not in text:
        return text
    return re.sub(
        _BEYOND_PRINTABLE_ASCII, lambda run: _invisible().sub(_escaped_for_json, run[0]), text
    )


def inert(text: str) -> str:
    r"""The text without what a CI server takes from a log as a command: ``\x3a:error::``.

    GitHub Actions obeys lines that begin with ``::name`` and ``##[name]`` anywhere, Azure
    Pipelines ``##vso[name]`` anywhere, both in any letter case (*inferred* from their runners'
    sources), TeamCity lines with ``##teamcity[name``.
    """
    if "::" not in text and "##" not in text:
        return text
    return re.sub(_CI_COMMAND, _inert, text)


def _inert(found: re.Match[str]) -> str:
    return (found[1] or "") + escape(ord(found[0][-1]))


def inert_anywhere(text: str) -> str:
    """The text that is `inert` wherever its lines are broken."""
    return inert(re.sub(_LINE_COMMAND, lambda _: escape(ord(":")), text))


def powerless(text: str) -> str:
    r"""A whole text for people, in which nothing acts but line ends and colours: `inert`, too.

    Names are made `visible` where they are put into it, as what they take in columns counts;
    this is for the one that was forgotten.
    """
    lines = text.replace("\n", "")
    if not (lines.isascii() and lines.isprintable()):
        text = _acting().sub(_escaped, text)
    return inert(text)


@functools.cache
def _acting() -> re.Pattern[str]:
    """What is invisible, but for line ends and the codes of colours (ECMA-48 §8.3.117, SGR)."""
    return re.compile(rf"(?!\n|\x1b\[[0-9;]{{0,16}}m){_invisible().pattern}")


def ascii_only(text: str) -> str:
    r"""The text for a console that knows ASCII only: ``…`` is ``...``, ``ü`` is ``\xfc``."""
    if text.isascii():
        return text
    return text.translate(_ASCII_TABLE).encode("ascii", "backslashreplace").decode("ascii")


def with_plain_symbols(text: str, encoding: str) -> str:
    """The text with symbols that an encoding lacks replaced by ASCII of the same width."""
    lacking = (symbol for symbol in _AS_WIDE if not symbol.encode(encoding, "ignore"))
    return text.translate({ord(symbol): _AS_WIDE[symbol] for symbol in lacking})


def cells(text: str) -> int:
    """How many columns of a terminal the text takes; control characters must be out already."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(_cells_of(char, unicodedata.east_asian_width(char)) for char in text)


def _cells_of(char: str, width: str) -> int:
    import unicodedata

    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if width in ("W", "F") else 1


def shown(value: str, most: int = 60) -> str:
    """A value as messages quote it: on one line, harmless and not too long.

    The default for ``most`` is ours: with the message around it, it fits two lines of a terminal.
    """
    shortened = value if len(value) <= most else f"{value[: most - 1]}…"
    return f"'{visible(shortened)}'"
