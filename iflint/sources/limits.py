"""How much one input may cost: the bounds that keep hostile archives cheap."""

from __future__ import annotations

import msgspec

KIB = 1024
MIB = 1024 * KIB


class Limits(msgspec.Struct, frozen=True):
    """Bounds on what is read. All sizes are in bytes.

    ``file`` bounds a plain file on disk, ``perhaps`` one of which only a look can tell whether
    it matters, ``archive`` an archive on disk as it is stored,
    ``member`` one decompressed member of an archive. ``total`` bounds everything that is
    decompressed out of one archive on disk, and ``members`` the entries listed in it, both
    counted through all its nested archives. ``depth`` is how many archives may stand in each
    other. A member larger than ``ratio_above`` may not be more than ``ratio`` times as large
    as its compressed form. (Real flows are below 1 MiB, and compress about 10 times.)
    """

    file: int = 64 * MIB
    perhaps: int = 64 * MIB  # the look takes 7 ms a MiB; a dump of 4 MiB has 3,800 mappings
    archive: int = 512 * MIB
    member: int = 128 * MIB
    total: int = 1024 * MIB
    members: int = 200_000
    depth: int = 10
    ratio: int = 200
    ratio_above: int = 8 * MIB


DEFAULT = Limits()


def size_text(size: int) -> str:
    """A size in bytes as people read it: ``128 MiB``."""
    for unit, name in ((MIB, "MiB"), (KIB, "KiB")):
        if size >= unit:
            return f"{size / unit:.0f} {name}"
    return f"{size} bytes"
