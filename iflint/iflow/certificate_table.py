"""What a channel's table of client certificates holds, once it is read (`iflint.iflow.rows`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from iflint.places.text_file import Origin, Text

_MARKUP = r"<[^<>]*>"


class Row(msgspec.Struct, frozen=True):
    """One certificate: a missing cell is empty and stands where its row stands."""

    subject: Text
    issuer: Text
    origin: Origin

    @property
    def weight(self) -> int:
        """What it counts against the limit of a run: one, and more where its names are long."""
        return 1 + (len(self.subject.text) + len(self.issuer.text)) // 1000


class Rows(msgspec.Struct, frozen=True):
    """The rows of a value, what stands outside of them, and whether a limit cut them off."""

    rows: tuple[Row, ...]
    rest: str = ""
    cut_off: bool = False

    @property
    def beside(self) -> str:
        """The text beside rows, where there are some: whoever typed it may think that it counts."""
        return re.sub(_MARKUP, "", self.rest).strip() if self.rows and not self.cut_off else ""
