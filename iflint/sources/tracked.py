"""What Git tracks in a repository, read from its index: such files are never ignored.

The index also tells what Git has seen of a file, and by what name it keeps the content. The format
is that of Git's ``Documentation/gitformat-index.txt``, versions 2 to 4. Of a split index, names
that its newer part has taken out again count all the same, and no contents are told.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import os
import struct
from array import array
from collections.abc import Iterator, Sequence

import msgspec

from iflint.sources.git import LONGEST, begin_of, git_folder

_HEADER = struct.Struct(">4sLL")
_BEFORE_NAME = 40
"""Bytes of an entry before the object's name; its mode stands in bytes 24 to 28 of them."""
_HASHES = (20, 32)
"""Bytes of an object's name: SHA-1, SHA-256."""
_MODES = frozenset({0o100644, 0o100755, 0o120000, 0o160000, 0o040000})
_EXTENDED = 0x4000
_REGULAR = frozenset({0o100644, 0o100755})
_SEEN = struct.Struct(">10L")
"""An entry's: ctime, mtime, each with nanoseconds; device, inode, mode, user, group, size."""
_FLAGS = struct.Struct(">H")
_NOT_LOOKED_AT = 0x8000 | 0x3000
"""Flags of an entry that Git takes to be unchanged, and of the sides of a conflict."""
_WORD = 0xFFFFFFFF
_SECOND = 1_000_000_000


class _Index(msgspec.Struct, frozen=True):
    """The names of all entries in order; ``places`` tells where each begins in ``data``.

    Without places nothing is told of contents. ``written`` is when the file was, in nanoseconds, on
    ``device``.
    """

    names: Sequence[bytes] = ()
    places: Sequence[int] = ()
    data: bytes = b""
    hash_size: int = 0
    written: int = 0
    device: int = 0


class Tracked:
    """The paths that the repository at the absolute ``root`` tracks, read when first asked for.

    A repository whose index can't be read tracks nothing, as far as is known.
    """

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/") + "/"

    def has(self, path: str) -> bool:
        """Whether the file at the absolute ``path`` is tracked, or a submodule stands there."""
        return self._place(self._name(path)) is not None

    def has_below(self, folder: str) -> bool:
        """Whether anything below the absolute path of a folder is tracked."""
        inside = self._name(f"{folder.rstrip('/')}/")
        names = self._index.names
        at = bisect.bisect_left(names, inside)
        return at < len(names) and names[at].startswith(inside)

    def named(self, name: str) -> list[str]:
        """The absolute paths of what is tracked under this name, in whichever folder."""
        end = os.fsencode(f"/{name}")
        return [self._root + os.fsdecode(each) for each in self._index.names if each.endswith(end)]

    def content(self, path: str, status: os.stat_result) -> bytes | None:
        """The object's name under which Git knows the content of the file at the absolute ``path``.

        None if Git has not seen the file as it is now, by its ``status``: another time, size or
        inode, or a change that the index is too old to tell (Git's ``racy-git.txt``). An index
        that somebody made up can't foresee the time at which a file comes to be on this disk.
        """
        index = self._index
        at = self._place(self._name(path))
        if at is None or status.st_dev != index.device or not self._tells_contents:
            return None
        entry = index.places[at]
        end = entry + _BEFORE_NAME + index.hash_size
        (flags,) = _FLAGS.unpack_from(index.data, end)
        changed, changed_ns, written, written_ns, _, inode, mode, _, _, size = _SEEN.unpack_from(
            index.data, entry
        )
        moment, change = status.st_mtime_ns, status.st_ctime_ns
        is_as_seen = (
            0 < size == status.st_size
            and moment < index.written
            and divmod(moment, _SECOND) == (written, written_ns)
            and divmod(change, _SECOND) == (changed, changed_ns)
            and inode in (0, status.st_ino & _WORD)
            and mode in _REGULAR
            and not flags & (_NOT_LOOKED_AT | _EXTENDED)
        )
        return index.data[entry + _BEFORE_NAME : end] if is_as_seen else None

    def _name(self, path: str) -> bytes:
        return os.fsencode(path.removeprefix(self._root))

    def _place(self, name: bytes) -> int | None:
        names = self._index.names
        at = bisect.bisect_left(names, name)
        return at if at < len(names) and names[at] == name else None

    @functools.cached_property
    def _index(self) -> _Index:
        folder = git_folder(self._root)
        return (_index(folder) if folder else None) or _Index()

    @functools.cached_property
    def _tells_contents(self) -> bool:
        return bool(self._index.places) and _is_whole(self._index)


def _index(folder: str) -> _Index | None:
    """What the index in a folder of Git's holds; None where that is no index."""
    path = os.path.join(folder, "index")
    try:
        status = os.stat(path)  # before it is read: an index that comes later counts as too old
        data = begin_of(path)
        names, places = _entries_in(data)
        shared = [os.path.join(folder, f"sharedindex.{name}") for name in _shared_indexes(data)]
        others = [_entries_in(more)[0] for more in map(begin_of, shared) if more]
        hash_size = _hash_size(data, len(names))
    except (OSError, struct.error, ValueError, IndexError):
        return None
    ordered = sorted(names)
    if others or ordered != names:
        return _Index(sorted({*names, *itertools.chain.from_iterable(others)}))
    return _Index(names, places, data, hash_size, status.st_mtime_ns, status.st_dev)


def _is_whole(index: _Index) -> bool:
    """Whether the sum at the end is that of the index, or is left out (``index.skipHash``)."""
    import hashlib

    body, told = memoryview(index.data)[: -index.hash_size], index.data[-index.hash_size :]
    made = hashlib.sha1 if index.hash_size == _HASHES[0] else hashlib.sha256
    return told in (bytes(index.hash_size), made(body, usedforsecurity=False).digest())


def _entries_in(data: bytes) -> tuple[list[bytes], Sequence[int]]:
    """The name of each entry and where it begins; raises ValueError, IndexError or struct.error."""
    signature, version, count = _HEADER.unpack_from(data)
    if signature != b"DIRC" or version not in (2, 3, 4):
        raise ValueError
    at, name = _HEADER.size, b""
    before = _BEFORE_NAME + _hash_size(data, count)
    room = LONGEST
    names: list[bytes] = []
    places = array("L")
    for _ in range(count):
        places.append(at)
        start = at + before + 2
        (flags,) = _FLAGS.unpack_from(data, at + before)
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
        names.append(name)
    return names, places


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
