"""What eyes take a text for: look-alikes, hidden characters, escapes and encodings undone.

Never decides whether two names are equal: it finds the one that was meant, and names what keeps
two texts apart that look the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from iflint.words.visible import is_invisible

_LOOK_ALIKES = {
    "a": "\u0430\u0251\u03b1",
    "c": "\u0441\u03f2",
    "d": "\u0501",
    "e": "\u0435\u04bd",
    "g": "\u0261",
    "h": "\u04bb",
    "i": "\u0456\u0131\u0269\u03b9",
    "j": "\u0458\u03f3",
    "k": "\u043a\u03ba",
    "l": "\u04cf",
    "m": "\u043c",
    "n": "\u0578",
    "o": "\u043e\u03bf\u0585",
    "p": "\u0440\u03c1",
    "q": "\u051b",
    "s": "\u0455",
    "t": "\u0442\u03c4",
    "u": "\u03c5\u057d",
    "v": "\u0475\u03bd",
    "w": "\u051d\u03c9",
    "x": "\u0445\u03c7",
    "y": "\u0443\u03b3",
    "A": "\u0410\u0391",
    "B": "\u0412\u0392",
    "C": "\u0421\u03f9",
    "E": "\u0415\u0395",
    "G": "\u050c",
    "H": "\u041d\u0397",
    "I": "\u0406\u0399\u04c0",
    "J": "\u0408",
    "K": "\u041a\u039a",
    "M": "\u041c\u039c",
    "N": "\u039d",
    "O": "\u041e\u039f",
    "P": "\u0420\u03a1",
    "Q": "\u051a",
    "S": "\u0405",
    "T": "\u0422\u03a4",
    "V": "\u0474",
    "W": "\u051c",
    "X": "\u0425\u03a7",
    "Y": "\u04ae\u03a5",
    "Z": "\u0396",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\u02d7",
    "'": "\u2018\u2019\u201a\u201b\u2032\u02b9\u02bc\u00b4\u0060\u02c8",
    '"': "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb",
    "/": "\u2044\u2215",
    ".": "\u2024\u3002\u00b7",
    ":": "\u2236\u02d0",
    "*": "\u2217",
}
"""Plain characters, and those of other scripts or of typesetting that look the same.

Chosen from Unicode's confusables (UTS 39): what keyboards, word processors and web pages give.
"""

_PLAIN = {ord(odd): plain for plain, those in _LOOK_ALIKES.items() for odd in those}
_SIMPLE = re.compile(r"[A-Za-z0-9 .,:;/()+=_@*-]*")
_ENTITY = re.compile(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z]+);")
_OCTETS = re.compile(r"(?:\\x[0-9a-fA-F]{2})+|(?:%[0-9a-fA-F]{2})+")
_UNIT = re.compile(r"\\u([0-9a-fA-F]{4})")
_QUOTES = str.maketrans("", "", "\\\"'")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_LOST = re.compile("[?\ufffd]+")
_MOST_LOST = 8
"""Pieces between question marks. Ours: with more, almost any text would do for what was meant."""


def is_hidden(character: str) -> bool:
    """Whether it can't be seen, or looks like a blank and is none to the runtime."""
    return character != " " and (
        is_invisible(ord(character)) or unicodedata.category(character) in ("Cf", "Zs")
    )


def without_hidden(text: str) -> str:
    """The text without what can't be seen, and with a blank for every other white space."""
    return "".join(
        " " if character.isspace() else "" if is_hidden(character) else character
        for character in text
    )


def seen(text: str) -> str:
    """The text as eyes see it; letter case, runs of white space and Unicode's forms folded."""
    plain = unicodedata.normalize("NFKD", text.translate(_PLAIN)).translate(_PLAIN)
    folded = unicodedata.normalize("NFKD", plain.casefold())
    return " ".join(without_hidden(folded).split())


def unescaped(text: str) -> str:
    """The text with escapes of other formats decoded, without backslashes and quotation marks."""
    if _ENTITY.search(text):
        from html import unescape

        text = unescape(text)
    text = _OCTETS.sub(lambda octets: _decoded(octets[0]), text)
    text = _UNIT.sub(lambda unit: chr(int(unit[1], 16)), text)
    return text.translate(_PLAIN).translate(_QUOTES)


def decoded_octets(text: str) -> str:
    r"""The text with runs of ``\xC3\xBC`` decoded, as old versions of OpenSSL write them."""
    return _OCTETS.sub(lambda octets: _decoded(octets[0]), text) if "\\x" in text else text


def _decoded(octets: str) -> str:
    data = bytes.fromhex(re.sub(r"\\x|%", "", octets))
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def reencoded(text: str) -> str:
    """The text with letters mended that were written as UTF-8 and read as something else."""
    for _ in range(2):
        text = _BEYOND_ASCII.sub(lambda run: _mended(run[0]), text)
    return text


def _mended(run: str) -> str:
    for encoding in ("latin-1", "cp1252"):
        try:
            return run.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return run


def lost_letters(text: str, meant: str) -> bool:
    """Whether ``text`` is ``meant`` with question marks for some of its letters."""
    kept = _LOST.split(text)
    if not 1 < len(kept) <= _MOST_LOST:
        return False
    first, *others = kept
    ends = {len(first)} if meant.startswith(first) else set()
    for piece in others:
        # A letter takes up to four bytes in UTF-8, and each byte may have become a question mark.
        begins = {end + lost for end in ends for lost in (1, 2, 3, 4)}
        ends = {at + len(piece) for at in begins if meant.startswith(piece, at)}
    return len(meant) in ends


def essence(text: str) -> str:
    """Equal for texts that people confuse, or that a tool makes of each other."""
    if _SIMPLE.fullmatch(text):
        return text.lower().replace(" ", "")
    return seen(unescaped(reencoded(text))).replace(" ", "")


def odd_characters(text: str, start: int, end: int, other: str) -> Iterator[tuple[int, str, str]]:
    """What in ``text`` from ``start`` to ``end`` is hidden or a look-alike and not in ``other``.

    Its position, itself, and what it looks like: the empty text for what can't be seen.
    """
    for position in range(start, end):
        character = text[position]
        if "!" <= character <= "~" or character == " " or character in other:
            continue
        if ord(character) in _PLAIN:
            yield position, character, _PLAIN[ord(character)]
        elif character.isspace():
            yield position, character, " "
        elif is_hidden(character):
            yield position, character, ""


def described(character: str) -> str:
    """A character's code and its name in Unicode: ``U+0430 CYRILLIC SMALL LETTER A``."""
    name = _CONTROLS.get(character) or unicodedata.name(character, "")
    return f"U+{ord(character):04X} {name}".rstrip()


_CONTROLS = {
    "\t": "TAB",
    "\n": "LINE FEED",
    "\r": "CARRIAGE RETURN",
    "\x00": "NUL",
    "\x7f": "DELETE",
}


def letters_apart(one: str, other: str, most: int) -> bool:
    """Whether at most ``most`` letters are missing, added, exchanged or wrong (``most`` ≤ 2)."""
    shorter = min(len(one), len(other))
    start = 0
    while start < shorter and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    if not one or not other:
        return len(one) + len(other) <= most
    if most == 0 or abs(len(one) - len(other)) > most:
        return False
    return (
        letters_apart(one[1:], other[1:], most - 1)
        or letters_apart(one[1:], other, most - 1)
        or letters_apart(one, other[1:], most - 1)
        or (one[:2] == other[1::-1] and letters_apart(one[2:], other[2:], most - 1))
    )
