"""How far a file reaches that nobody vouches for: what it may name to be read, and written."""

from __future__ import annotations

import os

import msgspec

GIT = ".git"


class Bounds(msgspec.Struct, frozen=True):
    """Both are absolute folders by the path that leads through no link.

    Below ``repository`` everything may be read, below ``folder`` reports may be written, but for
    what is Git's own: a hook in there is a program.
    """

    repository: str
    folder: str

    def may_read(self, path: str) -> bool:
        """Whether what stands at an absolute path lies in the repository, links resolved."""
        return lies_in(os.path.realpath(path), self.repository)

    def may_write(self, path: str) -> bool:
        """Whether an absolute path lies in the folder, links resolved, and in nothing of Git's."""
        real = os.path.realpath(path)
        parts = real.replace(os.sep, "/").lower().split("/")
        return real != self.folder and lies_in(real, self.folder) and GIT not in parts


def lies_in(path: str, folder: str) -> bool:
    """Whether a path is a folder, or is below it; both as `os.path.realpath` gives them."""
    return path == folder or path.startswith(os.path.join(folder, ""))
