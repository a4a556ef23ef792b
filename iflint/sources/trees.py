"""A tree of names with readers: what a folder on disk and an archive have in common."""

from __future__ import annotations

import bisect
import functools
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import msgspec

from iflint.places.location import FileLocation
from iflint.places.problems import ProblemKind
from iflint.sources import names
from iflint.sources.artifacts import SourceFile
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
        path = name if os.path.isabs(name) else f"/{name}"
        return self._disk.file(path, self._limits.file) if os.path.isfile(path) else None

    def has_folder(self, name: str) -> bool:
        return os.path.isdir(name)

    def location(self, folder: str) -> FileLocation:
        return self._disk.location(folder)

    def _entry(self, path: str) -> Entry:
        role = role_of(path)
        given = path in self._named
        packed = role in (Role.ARCHIVE, Role.CONTENT) or (given and role in (None, Role.NAMELESS))
        most = self._limits.archive if packed else self._limits.file
        if role in _PERHAPS and not given:
            most = self._limits.perhaps
        file = self._disk.file(path, most, _kind(role))
        return Entry(path, role, file, functools.partial(self._disk.head, path), given)


class ArchiveTree:
    """The members of an archive, by name with backslashes read as slashes."""

    top = ""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._names = [_plain(member.name) for member in archive.members]
        self._indexes = {name: index for index, name in enumerate(self._names)}

    @property
    def entries(self) -> Sequence[Entry]:
        entries = []
        for index, name in enumerate(self._names):
            if not name.endswith("/") and (role := role_of(name)) is not None:
                file = self._file(index, _kind(role))
                entries.append(
                    Entry(name, role, file, functools.partial(self._archive.head, index))
                )
        return sorted(entries, key=lambda entry: entry.name)

    def holds_only(self, suffixes: tuple[str, ...]) -> bool:
        """Whether all files in it have one of these suffixes, and there is at least one."""
        files = [name for name in self._names if not name.endswith("/")]
        files = [name for name in files if not names.is_clutter(name)]
        return bool(files) and all(name.lower().endswith(suffixes) for name in files)

    def get(self, name: str) -> SourceFile | None:
        index = self._indexes.get(name)
        return None if index is None else self._file(index, ProblemKind.ARTIFACT)

    def has_folder(self, name: str) -> bool:
        inside = f"{name}/"
        at = bisect.bisect_left(self._sorted_names, inside)
        return at < len(self._names) and self._sorted_names[at].startswith(inside)

    def location(self, folder: str) -> FileLocation:
        return self._archive.location.member(folder) if folder else self._archive.location

    def _file(self, index: int, kind: ProblemKind) -> SourceFile:
        location = self._archive.location.member(self._archive.members[index].name)
        return SourceFile(location, functools.partial(self._archive.read, index, kind))

    @functools.cached_property
    def _sorted_names(self) -> Sequence[str]:
        return sorted(self._names)


def _plain(name: str) -> str:
    """A member's name as other names are compared with it: relative, with forward slashes."""
    return name.replace("\\", "/").removeprefix("./").lstrip("/")


_PERHAPS = (Role.KEY, Role.DOCUMENT)


def _kind(role: Role | None) -> ProblemKind:
    return ProblemKind.CERTIFICATE if role in names.OF_CERTIFICATES else ProblemKind.ARTIFACT
