"""How much one input may cost: the bounds that keep hostile archives cheap."""

from __future__ import annotations

import msgspec

from iflint.limits import (
    ARCHIVE_BYTES,
    ARCHIVE_DEPTH,
    FILE_BYTES,
    KIB,
    MEMBER_BYTES,
    MEMBER_RATIO,
    MEMBERS,
    MIB,
    UNPACKED_BEYOND,
    UNPACKED_BYTES,
    Limit,
)


def _value(limit: Limit) -> int:
    return msgspec.field(default_factory=lambda: limit.value)


class Spare:
    """What all archives together may still unpack to beyond what their sizes give them."""

    def __init__(self) -> None:
        self.left = UNPACKED_BEYOND.value

    def take(self, count: int) -> bool:
        """Take so many bytes; False, and nothing is taken, where that is more than is left."""
        if count > self.left:
            return False
        self.left -= count
        return True


class Limits(msgspec.Struct, frozen=True):
    """Bounds on what is read in one go; all sizes are in bytes.

    ``file`` bounds a plain file on disk, ``archive`` an archive on disk as it is stored,
    ``member`` one decompressed member of an archive. ``total`` bounds everything that is
    decompressed out of one archive on disk, and ``members`` the entries listed in it, both
    counted through all its nested archives. ``depth`` is how many archives may stand in each
    other. A member larger than ``ratio_above`` may not be more than ``ratio`` times as large
    as its compressed form.

    The defaults are far above the largest that was seen in public archives: 710 KB for a flow
    (of 343), for the rest what 56 of the archives hold.
    """

    file: int = _value(FILE_BYTES)
    archive: int = _value(ARCHIVE_BYTES)
    member: int = _value(MEMBER_BYTES)
    total: int = _value(UNPACKED_BYTES)
    members: int = _value(MEMBERS)
    depth: int = _value(ARCHIVE_DEPTH)
    ratio: int = _value(MEMBER_RATIO)
    ratio_above: int = 8 * MIB  # three times the largest member seen
    spare: Spare = msgspec.field(default_factory=Spare)


def size_text(size: int) -> str:
    """A size in bytes as people read it: ``128 MiB``."""
    for unit, name in ((MIB, "MiB"), (KIB, "KiB")):
        if size >= unit:
            return f"{size / unit:.0f} {name}"
    return f"{size} bytes"
