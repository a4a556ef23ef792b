"""What Git tracks in a repository, read from its index: such files are never ignored.

The format is that of Git's ``Documentation/gitformat-index.txt``, versions 2 to 4. Of a split
index, names that its newer part has taken out again count all the same.
"""

from __future__ import annotations

import bisect
import functools
import os
import struct
from collections.abc import Iterator, Sequence

from iflint.places.problems import Unreadable
from iflint.sources.disk import Disk

_HEADER = struct.Struct(">4sLL")
_BEFORE_NAME = 40
"""Bytes of an entry before the object's name; its mode stands in bytes 24 to 28 of them."""
_HASHES = (20, 32)
"""Bytes of an object's name: SHA-1, SHA-256."""
_MODES = frozenset({0o100644, 0o100755, 0o120000, 0o160000, 0o040000})
_EXTENDED = 0x4000
_LONGEST = 64 << 20
"""Bytes of an index that are read, and of the names in it. Ours: half a million entries."""


class Tracked:
    """The paths that the repository at the absolute ``root`` tracks, read when first asked for.

    A repository whose index can't be read tracks nothing, as far as is known.
    """

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/") + "/"

    def has(self, path: str) -> bool:
        """Whether the file at the absolute ``path`` is tracked, or a submodule stands there."""
        name = self._name(path)
        at = bisect.bisect_left(self._names, name)
        return at < len(self._names) and self._names[at] == name

    def has_below(self, folder: str) -> bool:
        """Whether anything below the absolute path of a folder is tracked."""
        inside = self._name(folder) + b"/"
        at = bisect.bisect_left(self._names, inside)
        return at < len(self._names) and self._names[at].startswith(inside)

    def _name(self, path: str) -> bytes:
        return os.fsencode(path.removeprefix(self._root))

    @functools.cached_property
    def _names(self) -> Sequence[bytes]:
        folder = _git_folder(self._root)
        data = _bytes(os.path.join(folder, "index")) if folder else b""
        if not data:
            return ()
        try:
            names = set(_names_in(data))
            for shared in _shared_indexes(data):
                if more := _bytes(os.path.join(folder, f"sharedindex.{shared}")):
                    names.update(_names_in(more))
        except (struct.error, ValueError, IndexError):
            return ()
        return sorted(names)


def _git_folder(root: str) -> str:
    """The folder with the index: of a worktree or a submodule, a file says where it is."""
    place = f"{root}.git"
    if os.path.isdir(place):
        return place
    said = _bytes(place)
    if not said.startswith(b"gitdir:"):
        return ""
    return os.path.join(root, os.fsdecode(said.removeprefix(b"gitdir:").strip()))


def _bytes(path: str) -> bytes:
    """What stands in a file, or its beginning; no device and no pipe is read."""
    try:
        return Disk().head(path, _LONGEST)
    except (Unreadable, ValueError):
        return b""


def _names_in(data: bytes) -> Iterator[bytes]:
    """The names of all entries; raises ValueError, IndexError or struct.error for no index."""
    signature, version, count = _HEADER.unpack_from(data)
    if signature != b"DIRC" or version not in (2, 3, 4):
        raise ValueError
    at, name = _HEADER.size, b""
    before = _BEFORE_NAME + _hash_size(data, count)
    flags_of = struct.Struct(">H")
    room = _LONGEST
    for _ in range(count):
        start = at + before + 2
        (flags,) = flags_of.unpack_from(data, at + before)
        if flags & _EXTENDED:
            start += 2
        if version == 4:
            kept, start = _number(data, start)
            end = data.index(b"\0", start)
            name = name[: len(name) - kept] + data[start:end]
            at = end + 1
        else:
            end = data.index(b"\0", start)
            name = data[start:end]
            at += (end - at) // 8 * 8 + 8
        room -= len(name)
        if room < 0:
            raise ValueError
        yield name


def _hash_size(data: bytes, count: int) -> int:
    """How long an object's name is: only with the right length does a mode follow the first."""
    for size in _HASHES:
        if count == 0 or _is_entry(data, _HEADER.size, size):
            return size
    raise ValueError


def _is_entry(data: bytes, at: int, size: int) -> bool:
    """Whether the flags behind an object's name tell the length of the name that follows."""
    (mode,) = struct.unpack_from(">L", data, at + 24)
    (flags,) = struct.unpack_from(">H", data, at + _BEFORE_NAME + size)
    return mode in _MODES and _tells_the_length(data, at + _BEFORE_NAME + size + 2, flags)


def _tells_the_length(data: bytes, start: int, flags: int) -> bool:
    start += 2 if flags & _EXTENDED else 0
    if _HEADER.unpack_from(data)[1] == 4:
        kept, start = _number(data, start)
        if kept:
            return False
    return min(data.index(b"\0", start) - start, 0xFFF) == flags & 0xFFF


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of variable width, as in Git's packs, and where it ends."""
    number = data[at] & 0x7F
    while data[at] & 0x80:
        at += 1
        number = (number + 1 << 7) | (data[at] & 0x7F)
    return number, at + 1


def _shared_indexes(data: bytes) -> Iterator[str]:
    """How the shared index may be called that this one is split from; none where it is whole."""
    at = data.rfind(b"link") + 8
    if at >= 8:
        yield from (data[at : at + size].hex() for size in _HASHES)
