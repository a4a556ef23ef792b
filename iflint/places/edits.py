"""Changes to files: which bytes of one are replaced, and by what; every other byte stays."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from iflint.places.location import FileLocation


class Edit(msgspec.Struct, frozen=True, order=True):
    """The bytes ``start`` to ``end`` of a file, as it is stored, become ``data``.

    ``encoding`` is the one in which the file, and so ``data``, holds text.
    """

    file: FileLocation
    start: int
    end: int
    data: bytes
    encoding: str = "utf-8"

    @property
    def text(self) -> str:
        """What ``data`` says."""
        return self.data.decode(self.encoding)


class CannotWrite(Exception):  # noqa: N818 - it names the state of the text
    """A text can't be written where another one stands; the message says why, as a clause."""


def applied(data: bytes, edits: Iterable[Edit]) -> bytes:
    """``data`` with the edits made. Raises ValueError where two of them meet, or one lies outside.

    Edits that are equal count once.
    """
    parts: list[bytes] = []
    at = 0
    for edit in sorted(set(edits)):
        if not at <= edit.start <= edit.end <= len(data):
            raise ValueError("edits overlap, or lie outside of the file")
        parts += (data[at : edit.start], edit.data)
        at = edit.end
    return b"".join((*parts, data[at:]))


def clashing(edits: Iterable[Edit]) -> set[Edit]:
    """The edits that meet another one in their file, or put something else in the same place."""
    found: set[Edit] = set()
    furthest: Edit | None = None
    for edit in sorted(set(edits)):
        if furthest is None or edit.file != furthest.file:
            furthest = edit
            continue
        same = (edit.start, edit.end) == (furthest.start, furthest.end)
        if same or edit.start < furthest.end:
            found |= {edit, furthest}
        furthest = max(edit, furthest, key=lambda each: each.end)
    return found
