"""One zip archive in memory: its list of members, and each member's bytes, within limits.

Written for this purpose, since the standard library's reader parses a list of any length,
fails as a whole on one bad name, and takes longer to import than a small flow to check.
Formats: PKWARE APPNOTE 6.3.10, sections 4.3 (records), 4.4 (fields), 4.5.3 (Zip64).
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import msgspec

from iflint.limits import (
    MEMBER_BYTES,
    MEMBER_RATIO,
    MEMBERS,
    UNPACKED_ALWAYS,
    UNPACKED_BEYOND,
    UNPACKED_BYTES,
    UNPACKED_RATIO,
    Limit,
)
from iflint.places.location import FileLocation, Location
from iflint.places.problems import Problem, ProblemKind, Unreadable
from iflint.sources.limits import Limits, size_text
from iflint.sources.pointers import refuse_pointer
from iflint.sources.texts import TEXT_BEGIN, is_text

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
"""How a zip archive begins: with its first member, or, without members, with its end."""

EXPORT_AGAIN = "Export or download it again; nothing in it was checked."

_UNPACK = "If this is what it should be, unpack it and check the folder, or"
_STORED, _DEFLATED = 0, 8  # methods (4.4.5)
_ENCRYPTED, _UTF8 = 0x1, 0x800  # bits of the flags (4.4.4)
_UNKNOWN_32, _UNKNOWN_16 = 0xFFFFFFFF, 0xFFFF  # a Zip64 field says it (4.4.1.4)

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_LONGEST_COMMENT = 0xFFFF
"""Bytes. By the format: two bytes hold its length (4.4.12)."""
_LONGEST_NAME = 1024
"""Bytes. Ours: eight times the longest seen (127); the format allows 65,535 for every member."""
_HEAD = 512
"""Bytes that hold the first few of a member: the tables before them take below 300 (RFC 1951
§3.2.7)."""
_SMALL = 65_536
"""Bytes of a member that is as soon decompressed as a whole as its beginning alone."""
_SLACK = 1024
"""Bytes. Deflate adds five for each 65,535 that it can't compress (RFC 1951 §3.2.4), so a member
that is longer than twice its content and this is there to waste time."""


class Member(msgspec.Struct, frozen=True):
    """One entry of an archive's list: ``offset`` is where its local header begins."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    checksum: int
    compressed: int
    size: int
    offset: int


class Damaged(Exception):  # noqa: N818 - it names the state of the bytes
    """The bytes break the format, or can't be read here; the messages are for people."""

    def __init__(self, message: str, remedy: str = EXPORT_AGAIN) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class Exhausted(Unreadable):
    """An archive on disk asked for more than its limits allow: it is given up as a whole."""


class Budget:
    """What may still be read out of one archive on disk and all archives nested in it."""

    def __init__(self, location: FileLocation, limits: Limits, size: int) -> None:
        """``size`` is that of the archive on disk."""
        self.limits = limits
        self._location = location
        self._total = min(limits.total, UNPACKED_ALWAYS + UNPACKED_RATIO.value * size)
        self._bytes = self._total
        self._own = UNPACKED_RATIO.value * size
        self._members = limits.members

    def spend_bytes(self, count: int) -> None:
        """Take ``count`` decompressed bytes; raises `Exhausted`."""
        if count > self._bytes:
            of_size = self._total < self.limits.total
            limit = UNPACKED_RATIO if of_size else UNPACKED_BYTES
            raise self._exhausted(f"more than {size_text(self._total)} once decompressed", limit)
        if not self.limits.spare.take(max(count - self._own, 0)):
            what = "more than the archives of a run may unpack to beyond their sizes"
            raise self._exhausted(what, UNPACKED_BEYOND)
        self._own = max(self._own - count, 0)
        self._bytes -= count

    def spend_members(self, count: int) -> None:
        """Take ``count`` members; raises `Exhausted`."""
        if count > self._members:
            raise self._exhausted(f"more than {self.limits.members} members", MEMBERS)
        self._members -= count

    def _exhausted(self, what: str, limit: Limit) -> Exhausted:
        message = f"The archive holds {what}; the rest of it was not read."
        remedy = f"Check its parts one by one, or {limit.option}"
        return Exhausted(_problem(self._location, message, remedy))


class Archive:
    """A zip archive in memory; ``location`` is its own, ``members`` are as listed in it."""

    def __init__(self, data: bytes, location: FileLocation, budget: Budget) -> None:
        """Read the list of members; raises `Unreadable` if there is none that can be read."""
        self.location = location
        self._data = data
        self._budget = budget
        self._charged: set[int] = set()
        try:
            self.members = read_members(data, budget)
        except Damaged as damage:
            raise Unreadable(_problem(location, damage.message, damage.remedy)) from damage

    def read(self, index: int, kind: ProblemKind = ProblemKind.ARTIFACT) -> bytes:
        """The bytes of member ``index``; raises `Unreadable`, its problem of ``kind``."""
        member = self.members[index]
        try:
            self._check_limits(member)
            if index not in self._charged:
                self._budget.spend_bytes(member.size)
                self._charged.add(index)
            data = read_member(self._data, member)
        except Damaged as damage:
            raise self._unreadable(member, damage, kind) from damage
        return refuse_pointer(data, self.location.member(member.name), kind)

    def text(self, index: int, may_read: Callable[[int], bool]) -> bytes:
        """The bytes of member ``index``, as of a `TextSource`; only ``may_read`` bounds them."""
        member = self.members[index]
        try:
            if member.size <= _SMALL and member.compressed <= _SMALL:
                data = read_member(self._data, member)
                return data if is_text(data[:TEXT_BEGIN]) and may_read(member.size) else b""
            if is_text(self.head(index, TEXT_BEGIN)) and may_read(member.size):
                return read_member(self._data, member)
        except (Damaged, Unreadable):
            pass
        return b""

    def head(self, index: int, count: int = 4) -> bytes:
        """The first ``count`` bytes of member ``index``, not verified; raises `Unreadable`."""
        member = self.members[index]
        try:
            start = _content_start(self._data, member)
        except Damaged as damage:
            raise self._unreadable(member, damage, ProblemKind.ARTIFACT) from damage
        stored = self._data[start : start + min(member.compressed, _HEAD)]
        if member.method == _STORED:
            return stored[:count]
        try:
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(stored, count)
        except zlib.error:
            return b""

    def _unreadable(self, member: Member, damage: Damaged, kind: ProblemKind) -> Unreadable:
        location = self.location.member(member.name)
        return Unreadable(_problem(location, damage.message, damage.remedy, kind))

    def _check_limits(self, member: Member) -> None:
        limits = self._budget.limits
        if member.size > limits.member:
            raise Damaged(
                f"The member is {size_text(member.size)} once decompressed; "
                f"at most {size_text(limits.member)} are read.",
                f"{_UNPACK} {MEMBER_BYTES.option}",
            )
        if member.size > limits.ratio_above and member.size > limits.ratio * member.compressed:
            raise Damaged(
                f"The member is {size_text(member.size)} once decompressed, more than "
                f"{limits.ratio} times its compressed form, and was not read.",
                f"{_UNPACK} {MEMBER_RATIO.option}",
            )


def listed_names(
    data: bytes, location: FileLocation, limits: Limits, before: int = 0
) -> tuple[str, ...]:
    """The names in an archive, with forward slashes; ``before`` as for `read_members`.

    Raises `Unreadable` if there is no list of them.
    """
    try:
        members = read_members(data, Budget(location, limits, len(data)), before)
    except Damaged as damage:
        raise Unreadable(_problem(location, damage.message, damage.remedy)) from damage
    return tuple(member.name.replace("\\", "/") for member in members)


def read_members(data: bytes, budget: Budget, before: int = 0) -> tuple[Member, ...]:
    """The members as the archive's central directory lists them.

    ``before`` is how many bytes of the archive stand before ``data``, where that is only its end.
    Raises `Damaged` if there is no such list or it breaks off, `Exhausted` if it is too long.
    """
    start, end, shift = _find_directory(data, before)
    members: list[Member] = []
    while start < end:
        if start + _ENTRY.size > end or data[start : start + 4] != b"PK\x01\x02":
            raise Damaged("The archive's list of members is damaged.")
        budget.spend_members(1)
        (
            _, _, _, flags, method, _, _, checksum, compressed, size,
            name_length, extra_length, comment_length, _, _, _, offset,
        ) = _ENTRY.unpack_from(data, start)  # fmt: skip
        name_end = start + _ENTRY.size + name_length
        extra_end = name_end + extra_length
        if extra_end + comment_length > end:
            raise Damaged("The archive's list of members is damaged.")
        if name_length > _LONGEST_NAME:
            raise Damaged(f"A member's name is longer than {_LONGEST_NAME} bytes.")
        raw_name = data[name_end - name_length : name_end]
        if _UNKNOWN_32 in (size, compressed, offset):
            extra = data[name_end:extra_end]
            size, compressed, offset = _zip64_fields(extra, size, compressed, offset)
        members.append(
            Member(
                name=_decode_name(raw_name, flags),
                raw_name=raw_name,
                flags=flags,
                method=method,
                checksum=checksum,
                compressed=compressed,
                size=size,
                offset=offset + shift,
            )
        )
        start = extra_end + comment_length
    return tuple(members)


def read_member(data: bytes, member: Member) -> bytes:
    """The member's bytes, as long as the list says and with its checksum; raises `Damaged`.

    Never more than ``member.size + 1`` bytes are decompressed.
    """
    start = _content_start(data, member)
    longest = member.size if member.method == _STORED else 2 * member.size + _SLACK
    if member.compressed > longest:
        raise Damaged("The member's stored data is longer than its content can be.")
    stored = memoryview(data)[start : start + member.compressed]
    if member.method == _STORED:
        content = bytes(stored)
    else:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = inflater.decompress(stored, member.size + 1)
        except zlib.error as error:
            raise Damaged("The member's compressed data is damaged.") from error
        if not inflater.eof and len(content) <= member.size:
            raise Damaged("The member's compressed data breaks off.")
    if len(content) != member.size:
        raise Damaged("The member is not as long as the archive says.")
    if zlib.crc32(content) != member.checksum:
        raise Damaged("The member's checksum is wrong: it was damaged after it was packed.")
    return content


def _find_directory(data: bytes, before: int) -> tuple[int, int, int]:
    """Begin and end of the central directory, and how far all offsets are shifted.

    They are shifted where something stands before the archive, as in self-extracting ones. If that
    begins as an archive does, the file is an archive that was cut off, and the directory that of
    one inside it: it does not count.
    """
    if not data:
        raise Damaged("The archive is empty: a file of 0 bytes.")
    end = len(data)
    lowest = max(0, end - _END.size - _LONGEST_COMMENT)
    while (at := data.rfind(b"PK\x05\x06", lowest, end)) >= 0:
        if (found := _directory_ending_at(data, at, before)) is not None:
            return found
        end = at + 3
    if data.startswith(SIGNATURES):
        raise Damaged("The archive is damaged or cut off: it has no readable list of members.")
    raise Damaged("This is not a zip archive.")


def _directory_ending_at(data: bytes, at: int, before: int) -> tuple[int, int, int] | None:
    if at + _END.size > len(data):
        return None
    _, disk, _, _, count, size, offset, _ = _END.unpack_from(data, at)
    if 0 < disk < _UNKNOWN_16:
        raise Damaged(
            "This is one part of an archive that was split into several files.",
            "Join the parts, or export it again as one file.",
        )
    end = at
    locator = at - _LOCATOR_64.size
    if locator >= 0 and data[locator : locator + 4] == b"PK\x06\x07":
        _, _, position, _ = _LOCATOR_64.unpack_from(data, locator)
        for end in (position, locator - _END_64.size):
            if end >= 0 and data[end : end + 4] == b"PK\x06\x06" and end + _END_64.size <= at:
                *_, count, size, offset = _END_64.unpack_from(data, end)
                break
        else:
            return None
    start = end - size
    shift = before + start - offset
    if start < 0 or shift < 0:
        return None
    if shift and not before and data.startswith(SIGNATURES):
        return None
    if count and data[start : start + 4] != b"PK\x01\x02":
        return None
    return start, end, shift


def _zip64_fields(extra: bytes, *fields: int) -> tuple[int, int, int]:
    """Size, compressed size and offset, each taken from the Zip64 field where it is unknown."""
    values: list[int] = []
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<2H", extra, at)
        if tag == 1:
            block = extra[at + 4 : at + 4 + length]
            values = [value for (value,) in struct.iter_unpack("<Q", block[: len(block) & ~7])]
            break
        at += 4 + length
    wide = iter(values)
    size, compressed, offset = (
        next(wide, field) if field == _UNKNOWN_32 else field for field in fields
    )
    return size, compressed, offset


def _decode_name(raw: bytes, flags: int) -> str:
    """UTF-8 where the archive says so or where it is valid, else the format's code page 437."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode(errors="surrogateescape") if flags & _UTF8 else raw.decode("cp437")


def _content_start(data: bytes, member: Member) -> int:
    """Where the member's stored bytes begin; raises `Damaged` if they can't be used."""
    if member.flags & _ENCRYPTED:
        raise Damaged("The member is encrypted.", "Pack it again without a password.")
    if member.method not in (_STORED, _DEFLATED):
        raise Damaged(
            f"The member is compressed by a method that is not supported ({member.method}).",
            "Pack it again in the usual way (deflate).",
        )
    header_end = member.offset + _LOCAL.size
    if header_end > len(data):
        raise Damaged("The member lies beyond the archive's end.")
    signature, *_, name_length, extra_length = _LOCAL.unpack_from(data, member.offset)
    start: int = header_end + name_length + extra_length
    if signature != b"PK\x03\x04" or data[header_end : header_end + name_length] != member.raw_name:
        raise Damaged("The member's header does not fit the archive's list of members.")
    if start + member.compressed > len(data):
        raise Damaged("The member is cut off.")
    return start


def _problem(
    location: FileLocation,
    message: str,
    remedy: str,
    kind: ProblemKind = ProblemKind.ARTIFACT,
) -> Problem:
    return Problem(kind, Location(location), message, remedy)
