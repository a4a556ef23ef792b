"""Tables and pages for people, laid out by rich, which is imported here only."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.padding import Padding


LONGEST_LINE = 100
"""Columns; longer lines of prose are hard to read."""


class Column(msgspec.Struct, frozen=True):
    """A column of a fixed ``width``, or with a ``share`` of what is left."""

    heading: str
    share: int = 1
    width: int | None = None


def table(
    columns: Sequence[Column],
    groups: Sequence[tuple[str, Sequence[Sequence[str]]]],
    *,
    colour: bool,
    width: int,
) -> str:
    """A table whose rows come in groups, each under a title of its own ('': none).

    Titles and cells may hold line ends; everything in them is shown as it is.
    """
    from rich.text import Text

    console = _console(colour, width)
    indentation = 2 if any(title for title, _ in groups) else 0
    headings = [[column.heading for column in columns]]
    console.print(_grid(columns, headings, indentation, "bold"))
    for title, rows in groups:
        if title:
            first, *rest = title.split("\n")
            console.print()
            console.print(Text(first, style="bold"), soft_wrap=True)
            for line in rest:
                console.print(Text(line), soft_wrap=True)
        console.print(_grid(columns, rows, indentation))
    return _printed(console)


def _grid(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], indentation: int, style: str = ""
) -> Padding:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, expand=True, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        grid.add_column(
            width=column.width,
            ratio=column.share if column.width is None else None,
            overflow="fold",
        )
    for row in rows:
        grid.add_row(*map(Text, row), style=style)
    return Padding(grid, (0, 0, 0, indentation))


def page(title: str, markdown: str, *, colour: bool, width: int) -> str:
    """A page of Markdown under its title, as a terminal shows it."""
    from rich.markdown import Markdown
    from rich.text import Text

    console = _console(colour, min(width, LONGEST_LINE))
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
