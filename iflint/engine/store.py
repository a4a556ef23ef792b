"""What is kept from run to run: values by key, in one file of SQLite.

It is a cache: whatever is wrong with it costs time and nothing else, so nothing here raises.
Without a file that can be used there is nothing to get, and nothing is put. Values are opaque; a
key has to say everything that its value depends on.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import time
import zlib
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from iflint.engine.cache_folder import NAME, Unusable, cache_folder, open_folder, refuse_others
from iflint.limits import MIB

if TYPE_CHECKING:
    import sqlite3
    from types import TracebackType

MOST_BYTES = 512 * MIB
"""Bytes that are kept; of more, what was not used for longest goes. Ours: 10⁵ flows and more."""
_LARGEST_VALUE = 16 * MIB
"""Bytes of one value. Ours: a thousand times what a flow takes."""
_SCHEMA = 1
"""Part of the file's name, so that another one never meets what it can't read."""
_TABLE = "CREATE TABLE kept (key BLOB PRIMARY KEY, day INTEGER NOT NULL, value BLOB NOT NULL)"
"""What makes the file ours: one that holds anything else is made anew."""
_PATIENCE = 1.0
"""Seconds for which another run is waited for. Ours: what thousands of flows take to be put."""
_AT_ONCE = 500
_PAGE = 16_384
"""Bytes that are read of the file at once: a third less of them than with SQLite's own number."""
_DAY = 86_400
_SUM = 4
"""Bytes of the checksum in front of each value."""
_BESIDE = ("", "-wal", "-shm", "-journal")
_DAMAGED = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_TOOBIG", "SQLITE_ERROR"})
"""How SQLite calls what is wrong with the file itself, and not with its surroundings."""


class Store:
    """The file in which values are kept; use it with ``with``, or close it.

    ``folder`` is where it is, empty where there is no place for it. ``unusable`` says why nothing
    is kept, as it goes on after a colon. ``most`` are the bytes that are kept.
    """

    def __init__(self, folder: str, most: int) -> None:
        self.folder = folder
        self.path = os.path.join(folder, f"{NAME}-{_SCHEMA}.sqlite") if folder else ""
        self.unusable = ""
        self.most = most
        self._connection: sqlite3.Connection | None = None
        self._today = int(time.time()) // _DAY
        self._used: list[bytes] = []

    @classmethod
    def open(cls, most: int = MOST_BYTES) -> Store:
        """Open the file in the user's cache folder, and make it where there is none."""
        try:
            folder = cache_folder()
        except Unusable as error:
            store = cls("", most)
            store.unusable = str(error)
            return store
        store = cls(folder, most)
        with store._spared():
            open_folder(folder)
            try:
                store._connect()
            except Exception as error:
                if not _is_damage(error):
                    raise
                store._make_anew()
        return store

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def get_many(self, keys: Collection[bytes]) -> dict[bytes, bytes]:
        """The values of those keys that have one."""
        found: dict[bytes, bytes] = {}
        with self._spared():
            for some in _batches(keys):
                if self._connection is None:
                    break
                marks = ",".join("?" * len(some))
                rows = self._connection.execute(
                    f"SELECT key, day, value FROM kept WHERE key IN ({marks})",  # noqa: S608
                    some,
                )
                for key, day, value in rows:
                    if value[:_SUM] != _sum(key, value[_SUM:]):
                        continue
                    found[key] = value[_SUM:]
                    if day != self._today:
                        self._used.append(key)
        return found

    def put_many(self, items: Collection[tuple[bytes, bytes]]) -> None:
        """Keep these values, all of them or none; of more than half of what fits, the first."""
        with self._spared():
            if self._connection is not None:
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.executemany(
                    "UPDATE kept SET day = ? WHERE key = ?",
                    ((self._today, key) for key in self._used),
                )
                self._connection.executemany(
                    "INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", self._rows(items)
                )
                self._prune(self._connection)
                self._connection.execute("COMMIT")
                self._used.clear()

    def clear(self) -> None:
        """Forget everything, and give the room back; files of other versions go, too."""
        with self._spared():
            self._clear_others()
            if self._connection is not None:
                self._used.clear()
                self._connection.execute("DELETE FROM kept")
                self._connection.execute("VACUUM")
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _clear_others(self) -> None:
        own = os.path.basename(self.path)
        for name in os.listdir(self.folder) if self._connection is not None else ():
            if re.match(rf"{NAME}-\d+\.sqlite", name) and not name.startswith(own):
                os.unlink(os.path.join(self.folder, name))

    def close(self) -> None:
        """Take note of what was used, and close the file."""
        if self._used:
            self.put_many(())
        if self._connection is not None:
            with contextlib.suppress(Exception):
                self._connection.close()
            self._connection = None

    @property
    def size(self) -> int:
        """Bytes that it takes on disk."""
        found = 0
        for end in _BESIDE:
            with contextlib.suppress(OSError):
                found += os.lstat(self.path + end).st_size
        return found

    def __len__(self) -> int:
        """How many values are kept."""
        with self._spared():
            if self._connection is not None:
                return int(self._connection.execute("SELECT COUNT(*) FROM kept").fetchone()[0])
        return 0

    def _connect(self) -> None:
        import sqlite3

        _check_places(self.path)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        self._connection = sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 2 * _LARGEST_VALUE)
        self._connection.execute("PRAGMA trusted_schema = OFF")
        self._connection.execute(f"PRAGMA page_size = {_PAGE}")
        # What a power failure damages is made anew; waiting for the disk would cost each run.
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("PRAGMA journal_mode = WAL")
        if self._schema() == []:
            self._connection.execute("BEGIN IMMEDIATE")
            if self._schema() == []:
                self._connection.execute(_TABLE)
            self._connection.execute("COMMIT")
        if self._schema() != [_TABLE]:
            raise _ForeignError

    def _schema(self) -> list[str]:
        assert self._connection is not None
        rows = self._connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
        return [sql for (sql,) in rows]

    def _make_anew(self) -> None:
        self._drop()
        for end in _BESIDE:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path + end)
        self._connect()

    def _drop(self) -> None:
        """Close the file without another look at it."""
        connection, self._connection = self._connection, None
        self._used.clear()
        if connection is not None:
            with contextlib.suppress(Exception):
                connection.close()

    @contextlib.contextmanager
    def _spared(self) -> Iterator[None]:
        """Whatever fails: go on without what is kept, in a new file if this one is damaged."""
        try:
            yield
        except Exception as error:
            was_open = self._connection is not None
            self._drop()
            self.unusable = str(error) if isinstance(error, Unusable) else "it can't be opened"
            if was_open and _is_damage(error):
                with contextlib.suppress(Exception):
                    self._make_anew()
                    self.unusable = ""

    def _rows(self, items: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, int, bytes]]:
        room = self.most // 2
        for key, value in items:
            room -= len(key) + len(value)
            if room < 0:
                break
            if len(value) <= _LARGEST_VALUE:
                yield key, self._today, _sum(key, value) + value

    def _prune(self, connection: sqlite3.Connection) -> None:
        """Let go what was not used for longest, a quarter at a time, while there is too much."""
        while _taken(connection) > self.most:
            (count,) = connection.execute("SELECT COUNT(*) FROM kept").fetchone()
            if not count:
                break
            connection.execute(
                "DELETE FROM kept WHERE rowid IN"
                " (SELECT rowid FROM kept ORDER BY day, rowid LIMIT ?)",
                (-(-count // 4),),
            )


class _ForeignError(Exception):
    """The file is somebody else's."""


def _is_damage(error: Exception) -> bool:
    name = getattr(error, "sqlite_errorname", "")
    return isinstance(error, _ForeignError | TypeError) or any(map(name.startswith, _DAMAGED))


def _check_places(path: str) -> None:
    """Leave alone what is no file of one's own. Raises `Unusable`."""
    for end in _BESIDE:
        try:
            status = os.lstat(path + end)
        except FileNotFoundError:
            continue
        if not stat.S_ISREG(status.st_mode):
            raise Unusable("something else stands in the place of its file")
        refuse_others(status)


def _batches(keys: Collection[bytes]) -> Iterator[list[bytes]]:
    left = iter(keys)
    while some := list(islice(left, _AT_ONCE)):
        yield some


def _sum(key: bytes, value: bytes) -> bytes:
    return zlib.crc32(value, zlib.crc32(key)).to_bytes(_SUM)


def _taken(connection: sqlite3.Connection) -> int:
    """Bytes of the file that hold something."""
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)
