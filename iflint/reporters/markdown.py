"""Text from input inside Markdown, where it must stay text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from iflint.words.visible import inert, visible

_SPECIAL = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>#|!&~$"})
_REFERENCE = re.compile(r"([@#](?=\w)|/(?=/)|www(?=\.)|GH(?=-\d))", re.IGNORECASE)
NOTHING = "<!-- -->"
"""What keeps renderers from making a link; of use where they read HTML."""


def escaped(text: str) -> str:
    """Text from input, harmless in Markdown: it formats nothing, links nowhere, calls nobody.

    GitHub and GitLab make links of addresses, of ``@name`` and of ``#1`` even where their
    characters are escaped; an empty comment after the first of them prevents it.
    """
    special = visible(text).translate(_SPECIAL)
    return _REFERENCE.sub(rf"\1{NOTHING}", special)


def in_block(text: str) -> str:
    """Text from input for a block of code, which it can't end."""
    return inert(visible(text)).replace("```", "` ` `")


def in_code(text: str) -> str:
    """Text from input as code within a line, which it can't end."""
    shown = inert(visible(text))
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {shown} {fence}" if longest else f"`{shown}`"


def table_of(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table whose cells are Markdown, each of one line."""
    for cells in (headings, ["---"] * len(headings), *rows):
        yield f"| {' | '.join(cells)} |"
