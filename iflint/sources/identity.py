"""By what the content of a file is known without reading it.

The name of an object in Git stands for the bytes wherever they are checked out; what the file
system says of a file stands for them here. Neither is told where it might be wrong.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Mapping

import msgspec

from iflint.sources.conversion import ATTRIBUTES, Suffixes, converted, is_among
from iflint.sources.git import git_folder
from iflint.sources.tracked import Tracked

_GIT, _STAT, _HASH = b"git:", b"stat:", b"hash:"
_UNCERTAIN = 2_000_000_000
"""Nanoseconds in which a file may change twice at one time: as FAT counts, the coarsest."""


class _Repository(msgspec.Struct, frozen=True):
    """A Git work tree: what its index says, and which files are not on disk as in there."""

    tracked: Tracked
    converted: Suffixes


class Identities:
    """The identities of files in one run.

    ``now`` is the time in nanoseconds; a file that has changed just before it, or later, is not
    known by its times.
    """

    def __init__(self, now: int | None = None) -> None:
        self._settled = (time.time_ns() if now is None else now) - _UNCERTAIN
        self._repositories: dict[str, _Repository | None] = {"": None}

    def of(self, path: str) -> bytes | None:
        """The identity of the file at the absolute ``path``; None where its bytes have to be read.

        The file may change before it is read. So what was read of it is kept only if it has the
        same identity still, or where the bytes are at hand, if they pass `is_of`.
        """
        try:
            status = os.lstat(path)
        except (OSError, ValueError):
            return None
        if not stat.S_ISREG(status.st_mode):
            return None
        folder, _, name = path.rpartition("/")
        try:
            repository = self._repositories[folder]
        except KeyError:
            repository = self._repository(folder)
        if (
            repository is not None
            and not is_among(repository.converted, name)
            and (content := repository.tracked.content(path, status))
        ):
            return b"%b%d:%b" % (_GIT, status.st_size, content.hex().encode())
        written, changed = status.st_mtime_ns, status.st_ctime_ns
        if 0 < written < self._settled and 0 < changed < self._settled:
            place = (status.st_size, written, changed, status.st_ino, status.st_dev)
            return b"%b%d:%d:%d:%d:%d:%b" % (_STAT, *place, os.fsencode(path))
        return None

    def _repository(self, folder: str) -> _Repository | None:
        """The repository that the files in a folder belong to."""
        known, new = folder, []
        while known not in self._repositories:
            new.append(known)
            known = known.rpartition("/")[0]
        repository = self._repositories[known]
        if repository is None or not repository.tracked.has_below(folder):
            for each in reversed(new):
                if os.access(f"{each}/.git", os.F_OK):
                    repository = _repository_at(each)
                self._repositories[each] = repository
        self._repositories[folder] = repository
        return repository


def _repository_at(root: str) -> _Repository:
    tracked = Tracked(root)
    attributes = (f"{root}/{ATTRIBUTES}", *tracked.named(ATTRIBUTES))
    return _Repository(tracked, converted(git_folder(f"{root}/"), attributes))


def hashed(data: bytes) -> bytes:
    """The identity of a file whose bytes were read."""
    from hashlib import sha256

    return _HASH + sha256(data).hexdigest().encode()


def is_of(identity: bytes, data: bytes) -> bool:
    """Whether what is read of a file with this identity may be kept under it.

    An object of Git has to have exactly these bytes. What was known by its times had settled when
    the run began, so that a change would have given it others.
    """
    if identity.startswith(_HASH):
        return identity == hashed(data)
    if not identity.startswith(_GIT):
        return True
    import hashlib

    size, _, name = identity.removeprefix(_GIT).partition(b":")
    made = hashlib.sha1 if len(name) == 40 else hashlib.sha256
    content = made(b"blob %d\0" % len(data), usedforsecurity=False)
    content.update(data)
    return int(size) == len(data) and content.hexdigest().encode() == name


def size_of(identity: bytes) -> int | None:
    """The bytes of a file with this identity, where it tells how many."""
    return None if identity.startswith(_HASH) else int(identity.split(b":", 2)[1])


def holds_anywhere(identity: bytes) -> bool:
    """Whether an identity stands for the same bytes on each machine, so not one by times."""
    return not identity.startswith(_STAT)


class Look:
    """Sees whether what is read of files is what they are known by, by absolute path."""

    def __init__(self, identities: Mapping[str, bytes]) -> None:
        self._identities = identities
        self.holds = True

    def __call__(self, path: str, data: bytes) -> None:
        self.holds = self.holds and is_of(self._identities[path], data)
