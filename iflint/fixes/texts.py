"""What a fix writes: a certificate's names in the place of an entry's, or a row for them.

And what the files are then, of which each is read once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from iflint.places.bounds import real
from iflint.places.edits import CannotWrite, Edit, applied
from iflint.places.location import FileLocation, Location
from iflint.places.paths import is_below
from iflint.sources.disk import Disk

if TYPE_CHECKING:
    from iflint.iflow.model import Value
    from iflint.judging.verdicts import EntryVerdict
    from iflint.pki.certificates import Certificate


class Change(msgspec.Struct, frozen=True):
    """A text that is written in the place of another one; ``old`` is empty for an added row."""

    location: Location
    what: str
    old: str
    new: str
    edit: Edit


class ChangedFile(msgspec.Struct, frozen=True):
    """A file on disk, its bytes as they were read and as they would be, and what makes them so."""

    file: FileLocation
    path: str
    before: bytes
    after: bytes
    edits: tuple[Edit, ...]


class Texts:
    """The texts of files that may be written, seen from a folder (default: the current one).

    A link is followed no further than to what lies at or below ``places``.
    """

    def __init__(self, directory: str | None, places: Iterable[str]) -> None:
        self._disk = Disk(directory)
        self._places = [self._real_path(place) for place in places]
        self._data: dict[FileLocation, bytes] = {}
        self._real = cache(self._disk.real)
        self._path = cache(self._real_path)

    def names(self, entry: EntryVerdict, certificate: Certificate) -> Iterator[Change]:
        """The names of an entry that have to be those of the certificate. Raises CannotWrite."""
        near = entry.near_miss
        other = {each.role for each in near.comparisons if each.kind} if near else {"subject"}
        for role, reading, name in (
            ("subject", entry.subject, certificate.subject),
            ("issuer", entry.issuer, certificate.issuer),
        ):
            if role not in other and not reading.faulty:
                continue
            location = reading.value.definition or reading.value.location
            self._read(location.file)
            edit = self._in_real_file(reading.value.edit(name.text))
            yield Change(location, f"{role} DN", reading.value.text or "", name.text, edit)

    def row(self, entry: EntryVerdict, certificate: Certificate) -> Change:
        """A copy of an entry's row, with the pair of the certificate, right behind the row.

        Raises CannotWrite.
        """
        location = entry.entry.location
        data = self._read(location.file)
        region = location.region
        if region is None:
            raise CannotWrite("the place of its row can't be told")
        start, end = region.start_byte, region.end_byte
        cells = [
            _moved(value, name, location.file, start, end)
            for value, name in (
                (entry.entry.subject, certificate.subject.text),
                (entry.entry.issuer, certificate.issuer.text),
            )
        ]
        row = _between(data, start, end) + applied(data[start:end], cells)
        edit = Edit(location.file, end, end, row, cells[0].encoding)
        text = f"{certificate.subject.text} / {certificate.issuer.text}"
        return Change(location, "row", "", text, self._in_real_file(edit))

    def changed(self, edits: Iterable[Edit]) -> tuple[ChangedFile, ...]:
        """The files with edits of `names` and `row` made, of which no two meet."""
        by_file: dict[FileLocation, list[Edit]] = {}
        for edit in edits:
            by_file.setdefault(edit.file, []).append(edit)
        return tuple(
            ChangedFile(
                file,
                self._disk.absolute(file.path),
                self._data[file],
                applied(self._data[file], by_file[file]),
                tuple(by_file[file]),
            )
            for file in sorted(by_file)
        )

    def _in_real_file(self, edit: Edit) -> Edit:
        """The edit of the file itself, so that links to one file count as one."""
        return msgspec.structs.replace(edit, file=self._real(edit.file))

    def _read(self, file: FileLocation) -> bytes:
        """The bytes of a file that may be written. Raises CannotWrite."""
        if file.members:
            raise CannotWrite("it stands in an archive, which is never changed")
        real = self._real(file)
        path = self._path(file.path)
        if real != file and not any(is_below(path, place) for place in self._places):
            raise CannotWrite(f"a link leads out of what is checked, to {real.path}")
        if real not in self._data:
            self._data[real] = _writable(path)
        return self._data[real]

    def _real_path(self, path: str) -> str:
        return real(self._disk.absolute(path))


def _writable(path: str) -> bytes:
    """What stands in a file that may be written. Raises CannotWrite."""
    try:
        status = os.stat(path)
        if not os.access(path, os.W_OK) or not status.st_mode & 0o222:
            raise CannotWrite("the file may not be written")
        if status.st_nlink > 1:
            raise CannotWrite("the file has other names (hard links), maybe elsewhere")
        if not os.access(os.path.dirname(path), os.W_OK):
            raise CannotWrite("no file may be written in its folder")
        with open(path, "rb") as stream:
            return stream.read()
    except OSError as error:
        raise CannotWrite(f"the file can't be read: {error.strerror or error}") from error


def _moved(value: Value, text: str, file: FileLocation, start: int, end: int) -> Edit:
    """The edit of a cell, counted from the start of its row. Raises CannotWrite."""
    edit = value.edit_raw(text)
    if edit.file != file or not start <= edit.start <= edit.end <= end:
        raise CannotWrite("its DNs are no cells of a row, as in an old format")
    return msgspec.structs.replace(edit, start=edit.start - start, end=edit.end - start)


_BLANKS_BEFORE = re.compile(rb"(?:row>|row&gt;)([ \t\r\n]+)\Z", re.IGNORECASE)
_BLANKS_BEHIND = re.compile(rb"([ \t\r\n]+)(?:<|&lt;)row", re.IGNORECASE)


def _between(data: bytes, start: int, end: int) -> bytes:
    """What stands between two rows of the table: blanks and line ends, copied."""
    # 200 bytes are ours: more than any indentation.
    found = _BLANKS_BEFORE.search(data, max(0, start - 200), start) or _BLANKS_BEHIND.match(
        data, end
    )
    return found[1] if found else b""
