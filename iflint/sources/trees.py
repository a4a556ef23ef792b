"""A tree of names with readers: what a folder on disk and an archive have in common."""

from __future__ import annotations

import bisect
import functools
import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from iflint.limits import ARCHIVE_BYTES, FILE_BYTES
from iflint.places.location import FileLocation
from iflint.places.paths import is_below, openable
from iflint.places.problems import ProblemKind, Unreadable
from iflint.sources import names
from iflint.sources.artifacts import SourceFile
from iflint.sources.limits import Limits
from iflint.sources.names import Role, is_flow, role_of
from iflint.sources.zips import listed_names

if TYPE_CHECKING:
    from iflint.sources.disk import Disk
    from iflint.sources.zips import Archive


class Entry(msgspec.Struct, frozen=True):
    """One file of a tree that may matter.

    ``head()`` gives its first four bytes, ``listed()`` the names in it if it is an archive; both
    raise `iflint.places.problems.Unreadable`. ``text`` reads it as a `TextSource` is read.
    """

    name: str
    role: Role | None
    file: SourceFile
    head: Callable[[], bytes]
    listed: Callable[[], Sequence[str]]
    text: Callable[[Callable[[int], bool]], bytes]
    given: bool = False


class Tree(Protocol):
    """Files by name. Names have forward slashes; ``top`` is the name of the highest folder."""

    top: str

    @property
    def is_delivery(self) -> bool:
        """Whether it holds certificates and no flow, as an archive that a CA delivers."""
        ...

    @property
    def flows(self) -> Iterable[str]:
        """The names of the files that are flows."""
        ...

    @property
    def entries(self) -> Iterable[Entry]:
        """The files that may matter, in the order of their names; a disk may have many."""
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

    ``top`` bounds what is looked up around the entries: nothing above it is. Backslashes in names,
    as unpacked archives have them, are read as slashes.
    """

    is_delivery = False

    def __init__(
        self, disk: Disk, top: str, paths: Sequence[str], named: frozenset[str], limits: Limits
    ) -> None:
        self.top = top
        self._disk = disk
        self._paths: dict[str, str] = {}
        for path in paths:
            name = names.plain(path)
            self._paths[path if name in self._paths else name] = path
        self._unlike = tuple(name for name, path in self._paths.items() if name != path)
        self._named = named
        self._limits = limits

    @property
    def flows(self) -> Iterable[str]:
        return filter(is_flow, self._paths)

    @property
    def entries(self) -> Iterable[Entry]:
        return (self._entry(name, self._paths[name]) for name in sorted(self._paths))

    def get(self, name: str) -> SourceFile | None:
        path = self._paths.get(name) or (name if os.path.isabs(name) else f"/{name}")
        return self._disk.file(path, self._limits.file) if os.path.isfile(openable(path)) else None

    def has_folder(self, name: str) -> bool:
        return os.path.isdir(openable(name)) or any(is_below(each, name) for each in self._unlike)

    def location(self, folder: str) -> FileLocation:
        return self._disk.location(folder)

    def _entry(self, name: str, path: str) -> Entry:
        role = role_of(name)
        given = path in self._named
        packed = role in _PACKED or (given and role is None)
        most = self._limits.archive if packed else self._limits.file
        limit = ARCHIVE_BYTES if packed else FILE_BYTES
        file = self._disk.file(path, most, _kind(role), limit)
        head = functools.partial(self._disk.head, path)
        listed = functools.partial(self._listed, path, file)
        text = functools.partial(self._disk.text, path)
        return Entry(name, role, file, head, listed, text, given)

    def _listed(self, path: str, file: SourceFile) -> Sequence[str]:
        """The names in an archive, of which no more is read than its end, if that is enough."""
        end, before = self._disk.tail(path, _END)
        try:
            return listed_names(end, file.location, self._limits, before)
        except Unreadable:
            if before == 0:
                raise
        return listed_names(file.read(), file.location, self._limits)


class ArchiveTree:
    """The members of an archive, by name with backslashes read as slashes."""

    top = ""

    def __init__(self, archive: Archive, *, every: bool = False, texts: bool = False) -> None:
        """With ``every`` member those among the entries, too, whose names tell nothing.

        With ``texts`` all of these, since a private key may lie in any of them.
        """
        self._texts = texts
        self._archive = archive
        self._every = every
        self._names = [_plain(member.name) for member in archive.members]
        self._roles = [role_of(name) for name in self._names]
        self._indexes = {name: index for index, name in enumerate(self._names)}

    @property
    def flows(self) -> Iterable[str]:
        listed = zip(self._names, self._roles, strict=True)
        return (name for name, role in listed if role is Role.FLOW and not name.endswith("/"))

    @property
    def entries(self) -> Iterable[Entry]:
        entries = []
        every = self._every or self.is_delivery
        texts = self._texts
        for index, (name, role) in enumerate(zip(self._names, self._roles, strict=True)):
            any_name = texts or (every and names.may_hold_certificates(name))
            wanted = role is not None or any_name
            if wanted and not name.endswith("/"):
                file = self._file(index, _kind(role))
                head = functools.partial(self._archive.head, index)
                listed = functools.partial(_listed_in, file)
                text = functools.partial(self._archive.text, index)
                entries.append(Entry(name, role, file, head, listed, text))
        return sorted(entries, key=lambda entry: entry.name)

    @functools.cached_property
    def is_delivery(self) -> bool:
        return Role.CERTIFICATE in self._roles and _OF_EXPORTS.isdisjoint(self._roles)

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
    return names.plain(name).removeprefix("./").lstrip("/")


def _listed_in(file: SourceFile) -> Sequence[str]:
    return listed_names(file.read(), file.location, Limits())


_PACKED = (Role.ARCHIVE, Role.PACKED, Role.CONTENT, Role.NAMELESS)
_OF_EXPORTS = {Role.FLOW, Role.MANIFEST, Role.PACKAGE_LIST, Role.CONTENT}
_END = 256 * 1024
"""Bytes at the end of an archive that are looked at first. Ours: room for a list of 2,000 names."""


def _kind(role: Role | None) -> ProblemKind:
    of_certificates = role is None or role in names.OF_CERTIFICATES
    return ProblemKind.CERTIFICATE if of_certificates else ProblemKind.ARTIFACT
