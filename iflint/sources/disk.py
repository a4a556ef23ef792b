"""Files on disk: how paths are written, and how bytes are read within limits."""

from __future__ import annotations

import contextlib
import errno
import functools
import io
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from iflint.limits import FILE_BYTES, LIMITS, Limit
from iflint.places.bounds import is_link, real
from iflint.places.location import FileLocation, Location
from iflint.places.paths import absolute_path, is_below, is_below_any, openable, up_from, written
from iflint.places.problems import Problem, ProblemKind, Unreadable
from iflint.sources.artifacts import OnDisk, SourceFile
from iflint.sources.limits import size_text
from iflint.sources.pointers import refuse_pointer
from iflint.sources.texts import TEXT_BEGIN, is_text
from iflint.words.visible import shown

if TYPE_CHECKING:
    from typing import BinaryIO

TO_OPEN = "Check the file and who may read it."
NO_LINK = "Put the file itself there, or name it among the paths to check."
PROCESSES = "/proc"


class Reach(msgspec.Struct, frozen=True):
    """Where links may lead: to and below the places ``within``, as `real` gives them.

    ``tops`` are the folders, by absolute path and as `real` gives them, below which everything
    may be read to which no link leads.
    """

    within: frozenset[str]
    tops: Mapping[str, str] = {}

    def holds(self, path: str, there: str) -> bool:
        """Whether an absolute path, which leads ``there``, may be read."""
        return is_below_any(there, self.within) or any(
            there == f"{self.tops[top].rstrip('/')}/{path[len(top) :].lstrip('/')}"
            for top in up_from(path)
            if top in self.tops
        )


class Disk:
    """The file system as seen from one folder.

    Paths are absolute and have forward slashes (`absolute` makes them so); locations are
    relative to ``directory`` for what lies below it. No link is followed that leads out of the
    ``reach`` (None: everywhere).
    """

    def __init__(self, directory: str | None = None, reach: Reach | None = None) -> None:
        self.directory = absolute_path(directory or os.getcwd())
        self.reach = reach
        self._seen: Callable[[str, bytes], None] | None = None
        self._real_folders: dict[str, str] = {}

    def absolute(self, path: str) -> str:
        """``path``, taken from the folder, made absolute."""
        return absolute_path(path, self.directory)

    def location(self, path: str) -> FileLocation:
        """Where the file or folder at the absolute ``path`` stands, as reports write it."""
        if path == self.directory:
            return FileLocation(".")
        inside = path.startswith(self.directory.rstrip("/") + "/")
        return FileLocation(path[len(self.directory.rstrip("/")) + 1 :] if inside else path or "/")

    def real(self, file: FileLocation) -> FileLocation:
        """The same file by the path to it that leads through no link."""
        seen_from = Disk(real(self.directory))
        return FileLocation(seen_from.location(real(self.absolute(file.path))).path, file.members)

    @contextlib.contextmanager
    def shown_to(self, seen: Callable[[str, bytes], None]) -> Iterator[None]:
        """Show somebody all bytes of each file that is read meanwhile, with its absolute path."""
        self._seen = seen
        try:
            yield
        finally:
            self._seen = None

    def file(
        self,
        path: str,
        most: int,
        kind: ProblemKind = ProblemKind.ARTIFACT,
        limit: Limit = FILE_BYTES,
    ) -> SourceFile:
        """The file at the absolute ``path``, of which at most ``most`` bytes are read.

        They are those of a ``limit``.
        """
        location = self.location(path)
        read = functools.partial(self._read, path, location, most, kind, limit)
        place = OnDisk(path, most, kind, limit.name)
        return SourceFile(location, read, functools.partial(self.head, path), place)

    def file_at(self, place: OnDisk) -> SourceFile:
        """The file at a place that `file` gave, maybe elsewhere."""
        return self.file(place.path, place.most, place.kind, LIMITS[place.limit])

    def text(self, path: str, may_read: Callable[[int], bool]) -> bytes:
        """The bytes of the file at the absolute ``path``, as of a `TextSource`."""
        try:
            with self._opened(path, buffered=False) as (file, size):
                begin = file.read(TEXT_BEGIN)
                if not (is_text(begin) and may_read(size)):
                    return b""
                data = begin + file.read(size - len(begin)) if size > len(begin) else begin
        except Unreadable:
            return b""
        if self._seen is not None:
            self._seen(path, data)
        return data

    def _read(
        self, path: str, location: FileLocation, most: int, kind: ProblemKind, limit: Limit
    ) -> bytes:
        with self._opened(path, kind) as (file, size):
            data = file.read(min(size, most) + 1)
            if size < len(data) <= most:
                data += file.read(most + 1 - len(data))
        if len(data) > most:
            size = max(size, len(data))
            message = f"The file is {size_text(size)}; at most {size_text(most)} are read."
            remedy = f"Leave it out, split it, or {limit.option}"
            raise _unreadable(location, kind, message, remedy)
        if self._seen is not None:
            self._seen(path, data)
        return refuse_pointer(data, location, kind)

    @contextlib.contextmanager
    def _opened(
        self, path: str, kind: ProblemKind = ProblemKind.ARTIFACT, *, buffered: bool = True
    ) -> Iterator[tuple[BinaryIO, int]]:
        """A file and its size; the one place where any is opened. Raises `Unreadable`."""
        location = self.location(path)
        self._check_place(path, location)
        buffering = -1 if buffered else 0
        try:
            with open(openable(path), "rb", buffering, opener=_open_without_waiting) as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise _unreadable(location, kind, "This is not a regular file.", TO_OPEN)
                yield file, status.st_size
        except OSError as error:
            raise Unreadable(_unopened(location, error, kind)) from error

    def _check_place(self, path: str, location: FileLocation) -> None:
        """Refuse a link that leads elsewhere, and what the system tells in files of its own."""
        there = self._place(path)
        elsewhere = self.reach is not None and not self.reach.holds(path, there)
        if elsewhere or is_below(there, PROCESSES):
            name = there.rpartition("/")[2]
            message = f"A link leads out of what is checked, to {shown(name)}; it was not read."
            raise Unreadable(
                Problem(ProblemKind.ARTIFACT, Location(location), message, NO_LINK, left_out=True)
            )

    def _place(self, path: str) -> str:
        """What `real` gives."""
        if is_link(path):
            return real(path)
        folder, _, name = path.rpartition("/")
        return f"{self._real_folder(folder).rstrip('/')}/{name}"

    def _real_folder(self, folder: str) -> str:
        """What `real` gives of a folder, which is looked up once."""
        if folder not in self._real_folders:
            is_next = folder.rpartition("/")[0] in self._real_folders
            self._real_folders[folder] = self._place(folder) if is_next else real(f"{folder}/")
        return self._real_folders[folder]

    def has_link_above(self, path: str) -> bool:
        """Whether a folder on the way to the absolute ``path`` is a link."""
        folder = path.rpartition("/")[0]
        return bool(folder) and self._real_folder(folder) != folder

    def head(self, path: str, count: int = 4) -> bytes:
        """The first bytes of the file at the absolute ``path``; raises `Unreadable`."""
        with self._opened(path, buffered=False) as (file, _):
            return file.read(count)

    def tail(self, path: str, count: int) -> tuple[bytes, int]:
        """The last bytes of a file, and how many stand before them; raises `Unreadable`."""
        with self._opened(path) as (file, size):
            before = max(0, size - count)
            file.seek(before)
            return file.read(count), before

    def problem(self, path: str, error: OSError) -> Problem:
        """What to say of a file or folder that could not be opened."""
        return _unopened(self.location(path), error, ProblemKind.ARTIFACT)


class SentFiles(Disk):
    """Files that somebody else has read: their bytes by absolute path, and no others."""

    def __init__(self, directory: str, contents: Mapping[str, bytes]) -> None:
        super().__init__(directory)
        self._contents = contents

    @contextlib.contextmanager
    def _opened(
        self,
        path: str,
        kind: ProblemKind = ProblemKind.ARTIFACT,
        *,
        buffered: bool = True,  # noqa: ARG002
    ) -> Iterator[tuple[BinaryIO, int]]:
        if path not in self._contents:
            error = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            raise Unreadable(_unopened(self.location(path), error, kind))
        data = self._contents[path]
        yield io.BytesIO(data), len(data)


def slashes(path: str) -> str:
    """``path`` with the forward slashes that reports use everywhere."""
    return path.replace(os.sep, "/") if os.sep != "/" else path


def repository_root(path: str) -> str:
    """The nearest folder at or above ``path`` with a ``.git``, else the current directory."""
    return enclosing_repository(os.path.abspath(path)) or os.getcwd()


def root_of(paths: Sequence[str], directory: str, elsewhere: str | None = None) -> str:
    """Where paths in reports and fingerprints begin: the same wherever iflint is called from.

    The repository that holds all ``paths`` (relative to the absolute ``directory``), else the
    folder ``elsewhere`` if they are below it, else the repository or folder of the call.
    """
    elsewhere, *places = (absolute_path(path, directory) for path in (elsewhere or ".", *paths))
    try:
        common = written(os.path.commonpath(places or [elsewhere]))
    except ValueError:  # on several drives
        return written(repository_root(directory))
    below = is_below(common, elsewhere)
    return written(
        enclosing_repository(common) or (elsewhere if below else repository_root(directory))
    )


def enclosing_repository(path: str) -> str | None:
    """The nearest folder at or above the absolute ``path`` that has a ``.git`` (folder or file)."""
    while not os.path.lexists(os.path.join(path, ".git")):
        path, previous = os.path.dirname(path), path
        if path == previous:
            return None
    return path


def _open_without_waiting(path: str, flags: int) -> int:
    """Open ``path`` so that a pipe without a writer does not block."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _unopened(location: FileLocation, error: OSError, kind: ProblemKind) -> Problem:
    reason = error.strerror or type(error).__name__
    return Problem(kind, Location(location), f"It can't be opened: {reason}.", TO_OPEN)


def _unreadable(location: FileLocation, kind: ProblemKind, message: str, remedy: str) -> Unreadable:
    return Unreadable(Problem(kind, Location(location), message, remedy))
