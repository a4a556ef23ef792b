"""Tables and pages for people, laid out by rich, which is imported here only."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console


class Column(msgspec.Struct, frozen=True):
    """A column: ``share`` of the width beside the others' shares, or a fixed ``width``."""

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

    Columns of a fixed width are set to the right. Cells may hold line ends; everything in them
    is shown as it is.
    """
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console = _console(colour, width)
    for number, (title, rows) in enumerate(groups):
        grid = Table(
            box=None, expand=True, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold"
        )
        for column in columns:
            grid.add_column(
                column.heading,
                justify="left" if column.width is None else "right",
                width=column.width,
                ratio=column.share if column.width is None else None,
                overflow="fold",
            )
        for row in rows:
            grid.add_row(*map(Text, row))
        if number:
            console.print()
        if title:
            console.print(Text(title, style="bold"))
        console.print(Padding(grid, (0, 0, 0, 2 if title else 0)))
    return _printed(console)


def page(markdown: str, *, colour: bool, width: int) -> str:
    """A page of Markdown as a terminal shows it."""
    from rich.markdown import Markdown

    console = _console(colour, min(width, 100))
    console.print(Markdown(markdown, hyperlinks=False))
    return _printed(console)


def _console(colour: bool, width: int) -> Console:
    from rich.console import Console

    return Console(
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
