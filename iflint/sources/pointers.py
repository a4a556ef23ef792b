"""What stands in a checkout for a file that Git LFS keeps elsewhere and that was not fetched."""

from __future__ import annotations

from iflint.places.location import FileLocation, Location
from iflint.places.problems import Problem, ProblemKind, Unreadable

_BEGINNING = b"version https://git-lfs.github.com/spec/"
"""How each begins, by the specification of Git LFS."""


def refuse_pointer(data: bytes, location: FileLocation, kind: ProblemKind) -> bytes:
    """Give the bytes back; raises `Unreadable` for those of a pointer."""
    if not data.startswith(_BEGINNING):
        return data
    message = "This is a Git LFS pointer, not the file itself."
    raise Unreadable(Problem(kind, Location(location), message, "Fetch it with: git lfs pull"))
