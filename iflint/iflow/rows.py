"""The pairs of distinguished names in a channel's ``clientCertificates`` value.

The value is a run of ``<row><cell id='clientCertificate.subjectDN'>…</cell><cell
id='clientCertificate.issuerDN'>…</cell></row>``. Names typed by people stand in it, so it is read
as a person would, well-formed or not: a raw ``&`` or ``<`` inside a cell is part of the name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iflint.iflow.certificate_table import Row, Rows
from iflint.iflow.escapes import NAMED, decode_once_more, escaped
from iflint.limits import ROWS_OF_A_CHANNEL
from iflint.places.text_file import CharacterMap, Mapped, Text, decode, literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from iflint.places.text_file import Origin

_TAG = re.compile(r"<(/?)(?:[\w.-]+:)?(row|cell)((?:[\s/][^<>]*)?)>", re.IGNORECASE)
_ROLE = re.compile(r"(subject|issuer)DN\s*$", re.IGNORECASE)
_ID = re.compile(r"\sid\s*=\s*(?:'([^']*)'|\"([^\"]*)\"|(\S+))", re.IGNORECASE)
# Of references, as many digits as Unicode's last code point has.
_MARKUP = re.compile(
    r"<!--[^<>]*-->|<!\[CDATA\[|\]\]>|&(?P<named>amp|lt|gt|quot|apos);"
    r"|&#(?P<decimal>[0-9]{1,7});|&#x(?P<hex>[0-9A-Fa-f]{1,6});"
)


def parse_rows(text: str, origin: Origin) -> Rows:
    """The rows in a decoded value; ``origin`` is the value's own."""
    reader = _Reader(text, origin)
    for tag in _TAG.finditer(text):
        if len(reader.rows) >= ROWS_OF_A_CHANNEL.value:
            return Rows(tuple(reader.rows), cut_off=True)
        reader.tag(tag)
    reader.end(len(text))
    return Rows(tuple(reader.rows), reader.rest)


class _Reader:
    """Collects rows from tags in order; tolerates what is left open or out of place."""

    def __init__(self, text: str, origin: Origin) -> None:
        self.rows: list[Row] = []
        self._text = text
        self._origin = origin
        self._outside = 0
        self._rest: list[str] = []
        self._row: int | None = None
        self._explicit = False
        self._cells: dict[str, Text] = {}
        self._cell: tuple[str, int, int] | None = None

    @property
    def rest(self) -> str:
        """What stands outside of the rows."""
        return "".join(self._rest)

    def tag(self, tag: re.Match[str]) -> None:
        """Takes the next tag."""
        closing, name, attributes = tag.groups()
        empty = attributes.endswith("/")
        if name.lower() == "row":
            self._close_cell(tag.start(), tag.start())
            if closing:
                self._close_row(tag.end())
            else:
                self._close_row(tag.start())
                self._open_row(tag.start(), explicit=True)
                if empty:
                    self._close_row(tag.end())
        elif closing:
            self._close_cell(tag.start(), tag.end())
        else:
            self._close_cell(tag.start(), tag.start())
            self._open_cell(_role(attributes), tag.start(), tag.end())
            if empty:
                self._close_cell(tag.end(), tag.end())

    def end(self, at: int) -> None:
        """Closes what is open at the end of the value."""
        self._close_cell(at, at)
        self._close_row(at)
        self._rest.append(self._text[self._outside : at])

    def _open_row(self, at: int, *, explicit: bool) -> None:
        self._rest.append(self._text[self._outside : at])
        self._row, self._explicit, self._cells = at, explicit, {}

    def _close_row(self, at: int) -> None:
        if self._row is None:
            return
        place = Mapped(self._origin, literal(self._row, at))
        missing = Text("", Mapped(self._origin, CharacterMap((), 0, (self._row, at))))
        subject, issuer = self._cells.get("subject"), self._cells.get("issuer")
        self.rows.append(Row(subject or missing, issuer or missing, place))
        self._row, self._outside = None, at

    def _open_cell(self, role: str, start: int, end: int) -> None:
        if self._row is not None and not self._explicit and role in self._cells:
            self._close_row(start)
        if self._row is None:
            self._open_row(start, explicit=False)
        self._cell = (role, start, end)

    def _close_cell(self, text_end: int, cell_end: int) -> None:
        if self._cell is None:
            return
        role, start, text_start = self._cell
        self._cell = None
        place = (start, cell_end)
        self._cells[role] = _cell(self._text, text_start, text_end, self._origin, place)


def _role(attributes: str) -> str:
    """Which of the two names a cell holds, by the end of its id; any other id is its own role."""
    found = _ID.search(attributes)
    name = next((group for group in found.groups() if group), "") if found else ""
    role = _ROLE.search(name)
    return role[1].lower() if role else name


def _cell(text: str, start: int, end: int, origin: Origin, place: tuple[int, int]) -> Text:
    """A cell's text: its markup decoded, and once more where escapes are left (*inferred*)."""
    if "&" not in text[start:end] and "<" not in text[start:end]:
        return Text(text[start:end], Mapped(origin, literal(start, end, place), escaped))
    decoded, markup = decode(text, start, end, _MARKUP, _character, place)
    return decode_once_more(decoded, Mapped(origin, markup, _writer(text[start:end].strip())))


def _writer(cell: str) -> Callable[[str], str]:
    """How a text is written in a cell: as it is, where the cell is one CDATA section."""
    sections = cell.count("<![CDATA[")
    if sections == 1 and cell.startswith("<![CDATA[") and cell.endswith("]]>"):
        return str
    return _refused if sections else escaped


def _refused(_text: str) -> str:
    from iflint.places.edits import CannotWrite

    raise CannotWrite("it stands partly inside a CDATA section")


def _character(escape: re.Match[str]) -> str:
    groups = escape.groupdict()
    if groups["named"]:
        return NAMED[groups["named"]]
    if not (groups["decimal"] or groups["hex"]):
        return ""
    number = int(groups["decimal"]) if groups["decimal"] else int(groups["hex"], 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
