"""A tree of names with readers: what a folder on disk and an archive have in common."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import msgspec

from iflint.location import FileLocation
from iflint.problems import ProblemKind
from iflint.sources.artifacts import SourceFile
from iflint.sources.disk import head
from iflint.sources.names import Role, role_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iflint.sources.disk import Disk
    from iflint.sources.limits import Limits
    from iflint.sources.zips import Archive


class Entry(msgspec.Struct, frozen=True):
    """One file of a tree that may matter; ``head()`` gives its first four bytes."""

    name: str
    role: Role | None
    file: SourceFile
    head: Callable[[], bytes]
    given: bool = False


class Tree(Protocol):
    """Files by name. Names have forward slashes; ``top`` is the name of the highest folder."""

    top: str

    @property
    def entries(self) -> Sequence[Entry]:
        """The files that may matter, in the order of their names."""
        ...

    def get(self, name: str) -> SourceFile | None:
        """The file called ``name``, also one that is not among the entries."""
        ...

    def has_folder(self, name: str) -> bool:
        """Whether there is a folder called ``name``."""
        ...

    def location(self, folder: str) -> FileLocation:
        """Where the folder called ``folder`` stands."""
        ...


class DiskTree:
    """Files on disk, by absolute path.

    ``top`` bounds what is looked up around the entries: nothing above it is.
    """

    def __init__(
        self, disk: Disk, top: str, paths: Sequence[str], named: frozenset[str], limits: Limits
    ) -> None:
        self.top = top
        self._disk = disk
        self._paths = paths
        self._named = named
        self._limits = limits

    @property
    def entries(self) -> Sequence[Entry]:
        return [self._entry(path) for path in self._paths]

    def get(self, name: str) -> SourceFile | None:
        if not os.path.isfile(name):
            return None
        return self._disk.file(name, self._limits.file)

    def has_folder(self, name: str) -> bool:
        return os.path.isdir(name)

    def location(self, folder: str) -> FileLocation:
        return self._disk.location(folder)

    def _entry(self, path: str) -> Entry:
        role = role_of(path)
        given = path in self._named
        packed = role in (Role.ARCHIVE, Role.CONTENT) or (given and role in (None, Role.NAMELESS))
        most = self._limits.archive if packed else self._limits.file
        file = self._disk.file(path, most, _kind(role))
        return Entry(path, role, file, functools.partial(head, path), given)


class ArchiveTree:
    """The members of an archive, by name with backslashes read as slashes."""

    top = ""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._indexes = {
            member.name.replace("\\", "/").removeprefix("./"): index
            for index, member in enumerate(archive.members)
        }

    @property
    def entries(self) -> Sequence[Entry]:
        entries = []
        for index, member in enumerate(self._archive.members):
            name = member.name.replace("\\", "/").removeprefix("./")
            if not name.endswith("/") and (role := role_of(name)) is not None:
                file = self._file(index, _kind(role))
                entries.append(
                    Entry(name, role, file, functools.partial(self._archive.head, index))
                )
        return sorted(entries, key=lambda entry: entry.name)

    def get(self, name: str) -> SourceFile | None:
        index = self._indexes.get(name)
        return None if index is None else self._file(index, ProblemKind.ARTIFACT)

    def has_folder(self, name: str) -> bool:
        return name in self._folders

    def location(self, folder: str) -> FileLocation:
        return self._archive.location.member(folder) if folder else self._archive.location

    def _file(self, index: int, kind: ProblemKind) -> SourceFile:
        location = self._archive.location.member(self._archive.members[index].name)
        return SourceFile(location, functools.partial(self._archive.read, index, kind))

    @functools.cached_property
    def _folders(self) -> frozenset[str]:
        return frozenset(
            name[:at]
            for name in self._indexes
            for at, character in enumerate(name)
            if character == "/"
        )


def _kind(role: Role | None) -> ProblemKind:
    return ProblemKind.CERTIFICATE if role is Role.CERTIFICATE else ProblemKind.ARTIFACT
