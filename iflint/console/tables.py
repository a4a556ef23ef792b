"""Tables and pages for people at a terminal, in an order in which they can be read aloud.

A row is a line where that fits, of which only the last cell goes on below, or stands there; else
it is a block of facts, each behind its label or below it. So no word is broken, and no cell
interrupts another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import StringIO
from typing import TYPE_CHECKING

import msgspec

from iflint.words.terminal import BOLD, QUIET, Style, wrapped
from iflint.words.visible import cells

if TYPE_CHECKING:
    from rich.console import Console


LONGEST_LINE = 100
"""Columns; longer lines of prose are hard to read."""

LEAST = 24
"""Columns that the last cell of a line gets, if it needs them; with less, rows are blocks."""

_GAP = 2

Row = Sequence[str]


class Column(msgspec.Struct, frozen=True):
    """A column; one that ``names`` its rows needs no heading in a block."""

    heading: str
    names: bool = False


def columns(first: str, *others: str) -> tuple[Column, ...]:
    """Columns of which the first names the rows."""
    return (Column(first, names=True), *map(Column, others))


def table(
    columns: Sequence[Column],
    groups: Sequence[tuple[str, Sequence[Row]]],
    style: Style,
) -> str:
    """A table whose rows come in groups, each under a title of its own ('': none).

    Titles and cells may hold line ends; everything in them is shown as it is. Rows are lines if
    all of them can be, which needs cells of one line each, and room for them.
    """
    margin = _GAP if any(title for title, _ in groups) else 0
    headings = [each.heading for each in columns]
    rows = [row for _, group in groups for row in group]
    widths = [max(map(cells, texts)) for texts in zip(headings, *rows, strict=True)]
    if _fit(rows, widths, style.width - margin):
        heading = "".join(_line(headings, widths, margin, style))
        lines = [style.paint(heading, BOLD)]
        for title, group in groups:
            lines += _title(title, style)
            lines += [line for row in group for line in _line(row, widths, margin, style)]
    else:
        lines = []
        for title, group in groups:
            lines += _title(title, style)
            for number, row in enumerate(group):
                lines += [""] if number or not title else []
                lines += _block(row, columns, margin, style)
        lines = lines[1:]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _fit(rows: Sequence[Row], widths: Sequence[int], room: int) -> bool:
    """Whether each row can be a line, with no more than its last cell wrapped."""
    if any("\n" in cell for row in rows for cell in row):
        return False
    return room - sum(width + _GAP for width in widths[:-1]) >= min(widths[-1], LEAST)


def _title(title: str, style: Style) -> Iterator[str]:
    if title:
        first, *rest = title.split("\n")
        yield ""
        yield style.paint(first, BOLD)
        yield from rest


def _line(row: Row, widths: Sequence[int], margin: int, style: Style) -> Iterator[str]:
    start = " " * margin
    for cell, width in zip(row[:-1], widths, strict=False):
        start += cell + " " * (width - cells(cell) + _GAP)
    column = cells(start)
    if _longest_word(row[-1]) > style.width - column:
        column = margin + _GAP
        yield start
        start = " " * column
    first, *rest = wrapped(row[-1], column, column, style.width)
    yield start + first
    for line in rest:
        yield " " * column + line


def _block(row: Row, columns: Sequence[Column], margin: int, style: Style) -> Iterator[str]:
    """What names the row, and below it each fact behind its heading."""
    indent = margin + (_GAP if any(each.names for each in columns) else 0)
    column = indent + max(len(each.heading) for each in columns if not each.names) + _GAP
    for each, cell in zip(columns, row, strict=True):
        if not cell:
            continue
        if each.names:
            for line in _hanging(cell, margin, style):
                yield " " * margin + (line if margin else style.paint(line, BOLD))
            continue
        label = each.heading[0].lower() + each.heading[1:]
        start = " " * indent + style.paint(label, QUIET) + " " * (column - indent - len(label))
        at = column
        if _longest_word(cell) > style.width - column - _GAP:
            yield start
            at = indent + _GAP
            start = " " * at
        for line in _hanging(cell, at, style):
            yield start + line
            start = " " * at


def _longest_word(text: str) -> int:
    return max(map(cells, text.split()), default=0)


def _hanging(cell: str, column: int, style: Style) -> Iterator[str]:
    """The lines of a cell at ``column``; what a line is too long for stands deeper below it."""
    for line in cell.split("\n"):
        text = line.lstrip(" ")
        depth = len(line) - len(text)
        first, *rest = wrapped(text, column + depth, column + depth + _GAP, style.width)
        yield " " * depth + first
        for more in rest:
            yield " " * (depth + _GAP) + more


def page(title: str, markdown: str, style: Style) -> str:
    """A page of Markdown under its title, as a terminal shows it."""
    from rich.markdown import Markdown
    from rich.text import Text

    console = _console(style.colour, min(style.width, LONGEST_LINE))
    console.print(Text(title, style="bold"), end="\n\n")
    console.print(Markdown(markdown, hyperlinks=False))
    return _printed(console)


def _console(colour: bool, width: int) -> Console:
    from rich.console import Console
    from rich.theme import Theme

    readable = {"code": "bold", "code_block": "none", "h2": "bold", "item.bullet": "none"}
    return Console(
        theme=Theme({f"markdown.{name}": style for name, style in readable.items()}),
        file=StringIO(),
        width=width,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
        color_system="standard" if colour else None,
        force_terminal=colour,
        _environ={},
    )


def _printed(console: Console) -> str:
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())
