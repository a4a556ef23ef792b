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
    as its compressed form.

    The numbers are ours, far above the largest that was seen in public archives: 710 KB for a flow
    (of 343), for the rest what 56 of the archives hold.
    """

    file: int = 64 * MIB  # ninety times the largest flow
    perhaps: int = 64 * MIB  # the look takes 7 ms a MiB; a dump of 4 MiB has 3,800 mappings
    archive: int = 512 * MIB  # in memory as a whole; seen: 1 MB
    member: int = 128 * MIB  # in memory as a whole; seen: 2.6 MB, an XML schema
    total: int = 1024 * MIB  # inflating takes 3 s; seen: 9.5 MB
    members: int = 200_000  # the list takes 0.4 s and 56 MiB; seen: 251
    depth: int = 10  # seen: 2
    ratio: int = 200  # deflate goes up to 1,032; seen: 53, a mapping
    ratio_above: int = 8 * MIB  # three times the largest member seen


DEFAULT = Limits()


def size_text(size: int) -> str:
    """A size in bytes as people read it: ``128 MiB``."""
    for unit, name in ((MIB, "MiB"), (KIB, "KiB")):
        if size >= unit:
            return f"{size / unit:.0f} {name}"
    return f"{size} bytes"
