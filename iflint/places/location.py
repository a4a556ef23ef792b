"""Where something stands: a file on disk, a member of an archive, a region of its text.

Lines and columns count from 1, columns in Unicode code points; ends are exclusive.
Bytes count from 0 in the file (or member) as it is stored, ends are exclusive too.
"""

from __future__ import annotations

import posixpath

import msgspec


class FileLocation(msgspec.Struct, frozen=True, order=True):
    """A file on disk, or a member of the archive that this file is.

    ``path`` has forward slashes and is relative to the current directory when it lies below
    it, else absolute. ``members`` leads through nested archives: one member name a level.
    """

    path: str
    members: tuple[str, ...] = ()

    def member(self, name: str) -> FileLocation:
        """The member ``name`` of the archive at this location."""
        return FileLocation(self.path, (*self.members, name))

    def beside(self, path: str) -> FileLocation:
        """The file at a path that is relative to this one's folder, on disk or in its archive."""
        if not self.members:
            return FileLocation(posixpath.normpath(posixpath.join(self.path, "..", path)))
        *archives, own = self.members
        inside = posixpath.normpath(posixpath.join(own, "..", path))
        return FileLocation(self.path, (*archives, inside))

    @property
    def folder(self) -> str:
        """The folder or the archive that it lies in, as people read it; empty: the current one."""
        return str(self).rpartition("/")[0]

    def __str__(self) -> str:
        """As people read it: ``Orders.zip!/a1b2_content!/src/main/…/Orders.iflw``."""
        return "!/".join((self.path, *self.members))


class Region(msgspec.Struct, frozen=True):
    """A stretch of a file's decoded text, with enough of its first line to show it.

    ``excerpt`` is the first line, or a window of at most a few hundred characters of it;
    ``excerpt_column`` is the column at which this window begins.
    """

    start_line: int
    start_column: int
    end_line: int
    end_column: int
    start_byte: int
    end_byte: int
    excerpt: str = ""
    excerpt_column: int = 1


class Location(msgspec.Struct, frozen=True):
    """A file, and the region of it that is meant (None: the file as a whole)."""

    file: FileLocation
    region: Region | None = None

    @property
    def without_excerpt(self) -> Location:
        """The same place, with nothing to show of it."""
        if self.region is None:
            return self
        bare = msgspec.structs.replace(self.region, excerpt="", excerpt_column=1)
        return Location(self.file, bare)

    def __str__(self) -> str:
        """As people read it: ``Orders.iflw:41:7``."""
        place = f":{self.region.start_line}:{self.region.start_column}" if self.region else ""
        return f"{self.file}{place}"


def file_name(location: Location) -> str:
    """The name of the file at a place, without folders and archives."""
    file = location.file
    return (file.members[-1] if file.members else file.path).rpartition("/")[2]


class Package(msgspec.Struct, frozen=True):
    """The integration package that an export names; ``name`` is what people know."""

    id: str
    name: str
