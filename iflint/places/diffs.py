"""How a file changes, as a unified diff of its bytes that `git apply` and `patch` take."""

from __future__ import annotations

import codecs
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, takewhile

import msgspec

from iflint.places.edits import Edit, applied

_CONTEXT = 3
"""Lines around what changes, as Git has them."""
_ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_NO_LINE_END = b"\n\\ No newline at end of file\n"


class _Change(msgspec.Struct):
    """The lines from ``first`` to before ``last`` become the lines ``new``."""

    first: int
    last: int
    new: Sequence[bytes]


def unified(path: str, before: bytes, edits: Iterable[Edit]) -> bytes:
    """The diff that edits of a file make, with paths under ``a/`` and ``b/``.

    The edits tell which lines change: to find that out takes minutes where a file repeats itself.
    Lines end with LF alone, as Git sees them, so that a CR is kept as part of its line, and in
    UTF-16 a zero byte as part of the next one.
    """
    lines = _lines(before)
    told = [b"--- %b\n" % _name("a", path), b"+++ %b\n" % _name("b", path)]
    more = 0
    for hunk in _hunks(_changes(before, lines, edits)):
        at = first = max(hunk[0].first - _CONTEXT, 0)
        last = min(hunk[-1].last + _CONTEXT, len(lines))
        added = sum(len(each.new) - (each.last - each.first) for each in hunk)
        old, new = _range(first, last - first), _range(first + more, last - first + added)
        told.append(f"@@ -{old} +{new} @@\n".encode())
        for each in hunk:
            told += (b" " + line for line in lines[at : each.first])
            told += (b"-" + line for line in lines[each.first : each.last])
            told += (b"+" + line for line in each.new)
            at = each.last
        told += (b" " + line for line in lines[at:last])
        more += added
    return b"".join(line if line.endswith(b"\n") else line + _NO_LINE_END for line in told)


def _changes(before: bytes, lines: Sequence[bytes], edits: Iterable[Edit]) -> Iterator[_Change]:
    """Which lines change, and into what; edits of one line are one change."""
    starts = [0, *accumulate(map(len, lines))]
    groups: list[tuple[int, int, list[Edit]]] = []
    for edit in sorted(set(edits)):
        first, last = (bisect_right(starts, at, hi=len(lines)) for at in (edit.start, edit.end))
        first, together = max(first - 1, 0), list[Edit]()
        if groups and first < groups[-1][1]:
            first, _, together = groups.pop()
        together.append(edit)
        groups.append((first, last, together))
    for first, last, together in groups:
        start = starts[first]
        moved = (
            msgspec.structs.replace(edit, start=edit.start - start, end=edit.end - start)
            for edit in together
        )
        old, new = lines[first:last], _lines(applied(before[start : starts[last]], moved))
        ahead = _alike(old, new)
        behind = _alike(old[ahead:][::-1], new[ahead:][::-1])
        if ahead + behind < max(len(old), len(new)):
            yield _Change(first + ahead, last - behind, new[ahead : len(new) - behind])


def _alike(one: Sequence[bytes], other: Sequence[bytes]) -> int:
    """How many lines are the same from the first on."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _hunks(changes: Iterable[_Change]) -> Iterator[list[_Change]]:
    """Changes with those that have lines around them in common."""
    hunk: list[_Change] = []
    for each in changes:
        if hunk and each.first - hunk[-1].last > 2 * _CONTEXT:
            yield hunk
            hunk = []
        hunk.append(each)
    if hunk:
        yield hunk


def _range(first: int, length: int) -> str:
    """Lines as the head of a hunk has them: from the line before, where there are none."""
    return f"{first + 1}" if length == 1 else f"{first + (length > 0)},{length}"


def legible(data: bytes, edits: Iterable[Edit]) -> tuple[bytes, Iterable[Edit]]:
    """A file as a terminal can show it, and its edits: what is in UTF-16 or UTF-32 in UTF-8."""
    encoding = _wide_encoding(data)
    if not encoding:
        return data, edits
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    wide = tuple(edits)
    moved, parts, at = {0: 0}, [b""], 0
    for place in sorted({len(data), *(at for edit in wide for at in (edit.start, edit.end))}):
        parts.append(decoder.decode(data[at:place]).encode())
        moved[place], at = moved[at] + len(parts[-1]), place
    return b"".join(parts), [
        Edit(edit.file, moved[edit.start], moved[edit.end], edit.text.encode()) for edit in wide
    ]


def _wide_encoding(data: bytes) -> str:
    """UTF-16 or UTF-32 by a byte order mark or zero bytes; empty for anything else."""
    if data.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "utf-32"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if 0 in data[:2]:
        return "utf-16-be" if data[0] == 0 else "utf-16-le"
    return ""


def _lines(data: bytes) -> list[bytes]:
    return [line + b"\n" for line in data.split(b"\n")[:-1]] + [data.rpartition(b"\n")[2]] * (
        not data.endswith(b"\n") and bool(data)
    )


def _name(side: str, path: str) -> bytes:
    """A path as Git writes it: in quotation marks where it has characters that end it, or act."""
    name = f"{side}/{path.lstrip('/')}"
    if any(character in _ESCAPES or not character.isprintable() for character in name):
        name = f'"{"".join(map(_quoted, name))}"'
    elif " " in name:
        name += "\t"
    return name.encode("utf-8", "surrogateescape")


def _quoted(character: str) -> str:
    if character in _ESCAPES or character.isprintable():
        return _ESCAPES.get(character, character)
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogateescape"))
