"""How far a file reaches that nobody vouches for: what it may name to be read, and written."""

from __future__ import annotations

import os
import stat

import msgspec

from iflint.places.paths import is_below, written

GIT = ".git"


class Bounds(msgspec.Struct, frozen=True):
    """Both are folders as `real` gives them.

    Below ``repository`` everything may be read, below ``folder`` reports may be written, but for
    what is Git's own: a hook in there is a program.
    """

    repository: str
    folder: str

    def may_read(self, path: str) -> bool:
        """Whether what stands at an absolute path lies in the repository, links resolved."""
        return is_below(real(path), self.repository)

    def may_write(self, path: str) -> bool:
        """Whether an absolute path lies in the folder, links resolved, and in nothing of Git's."""
        there = real(path)
        inside = there != self.folder and is_below(there, self.folder)
        return inside and GIT not in there.lower().split("/")


def real(path: str) -> str:
    """The absolute path to the same place that leads through no link, with forward slashes."""
    return written(os.path.realpath(path))


def is_link(path: str) -> bool:
    """Whether a link stands at a path; a junction is one."""
    try:
        return leads_elsewhere(os.lstat(path))
    except (OSError, ValueError):
        return False


def leads_elsewhere(status: os.stat_result) -> bool:
    """Whether that is the ``status`` of a link, or of a junction, which is none for `stat`."""
    is_junction = getattr(status, "st_reparse_tag", 0) == _JUNCTION
    return is_junction or stat.S_ISLNK(status.st_mode)


_JUNCTION = 0xA0000003
"""What Windows calls ``IO_REPARSE_TAG_MOUNT_POINT``."""
