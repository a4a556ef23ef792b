"""How a terminal shows text: colours, symbols, width, and the wrapping of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from iflint.places.paths import FLOW_FOLDER
from iflint.words.visible import ascii_only, cells, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iflint.places.location import FileLocation

ERROR, WARNING, NOTE, QUIET = "38;5;160", "38;5;166", "38;5;32", "38;5;244"
"""Of the 256 colours, four that keep a contrast of 3.5 and more on black and on white."""
BOLD = "1"
DEFAULT_WIDTH = 80
"""Columns where nobody says how many there are: those of a terminal since the VT100."""
MINIMUM_WIDTH = 40
"""Columns that text is laid out for at least. Ours: with the labels of facts in front, fewer leave
no room for a line of words."""
BAR = "|"
"""Between the number of a line and its text. Not one for drawing boxes: it would be read aloud."""
ISSUED_BY = "issued by "
"""What leads from a certificate to the one above it."""


class Style(msgspec.Struct, frozen=True):
    """What the terminal can do: ``width`` is in columns."""

    colour: bool
    width: int
    ascii: bool

    def show(self, text: str) -> str:
        """A name from input, safe to show on this terminal."""
        text = visible(text)
        return ascii_only(text) if self.ascii else text

    def file(self, location: FileLocation) -> str:
        """A file as people read it; the folders that every flow in an archive has are left out."""
        if not location.members:
            return self.show(location.path)
        *outer, member = (self.show(part) for part in (location.path, *location.members))
        return "!/".join((*outer, member.replace(FLOW_FOLDER, f"src/main/{self.ellipsis}/", 1)))

    def paint(self, text: str, code: str) -> str:
        """The text in a colour or in bold, where the terminal has them."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text

    def hung(
        self,
        text: str,
        at: int,
        rest: int | None = None,
        *,
        head: str = "",
        code: str | None = None,
    ) -> Iterator[str]:
        """The lines of a text behind ``head``, which ends at column ``at``.

        Further lines begin at column ``rest``, else at ``at``, too. Each is painted in ``code``.
        """
        rest = at if rest is None else rest
        start = head or " " * at
        for line in wrapped(text, at, rest, self.width):
            yield start + (line if code is None else self.paint(line, code))
            start = " " * rest

    def led(self, label: str, text: str, code: str) -> Iterator[str]:
        """The lines of a text behind a label, which is painted; further lines are indented."""
        first, *rest = wrapped(f"{label} {text}", 0, 2, self.width)
        yield self.paint(label, code) + first[len(label) :] if first.startswith(label) else first
        yield from (f"  {line}" for line in rest)

    @property
    def ellipsis(self) -> str:
        """What stands for text left out."""
        return "..." if self.ascii else "…"

    @property
    def holds(self) -> str:
        """The mark of something that is as it should be."""
        return "+" if self.ascii else "✓"

    @property
    def differs(self) -> str:
        """The mark of two things that should be equal and are not."""
        return "x" if self.ascii else "✗"

    @property
    def within(self) -> str:
        """What stands between a package and its iFlow."""
        return ">" if self.ascii else "›"


def wrapped(text: str, first: int, rest: int, width: int) -> list[str]:
    """The lines of a text whose first line starts at column ``first``, the others at ``rest``.

    Breaks at spaces only and keeps every one that does not stand at a break, so that a name
    too long for a line stays whole and can be copied. The lines carry no indentation.
    """
    lines: list[str] = []
    line: list[str] = []
    room = used = width - first
    for word in text.split(" "):
        size = cells(word)
        if line and used + 1 + size > room:
            lines.append(" ".join(line))
            line, room = [], width - rest
        used = size if not line else used + 1 + size
        line.append(word)
    lines.append(" ".join(line))
    return lines
