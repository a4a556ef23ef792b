"""How a file changes, as a unified diff of its bytes that `git apply` and `patch` take."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

_ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_NO_LINE_END = b"\n\\ No newline at end of file\n"


def unified(path: str, before: bytes, after: bytes) -> bytes:
    """The diff from ``before`` to ``after``, with paths under ``a/`` and ``b/``.

    Lines end with LF alone, as Git sees them, so that a CR is kept as part of its line, and in
    UTF-16 a zero byte as part of the next one.
    """
    diff = difflib.diff_bytes(
        difflib.unified_diff, _lines(before), _lines(after), _name("a", path), _name("b", path)
    )
    return b"".join(_complete(diff))


def legible(data: bytes) -> bytes:
    """``data`` as a terminal can show it: what is in UTF-16 or UTF-32 in UTF-8."""
    encoding = _wide_encoding(data)
    return data.decode(encoding, "replace").encode() if encoding else data


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


def _complete(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield line if line.endswith(b"\n") else line + _NO_LINE_END


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
