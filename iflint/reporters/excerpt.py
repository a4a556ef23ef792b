"""A line of a file with a caret under the text that is meant, cut to the width at hand."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from iflint.words.visible import cells

if TYPE_CHECKING:
    from collections.abc import Callable

    from iflint.places.location import Region

TAB = "    "


def excerpt(
    region: Region, width: int, show: Callable[[str], str], ellipsis: str
) -> tuple[str, int, int]:
    """The region's line in at most ``width`` columns, and where its caret starts and ends.

    ``show`` makes a piece of input fit for the terminal; the caret is in columns of the
    terminal from 0, its end exclusive, and at least one column wide.
    """
    pieces = [TAB if char == "\t" else show(char) for char in region.excerpt]
    edges = [0, *accumulate(cells(piece) for piece in pieces)]
    first = _clamp(region.start_column - region.excerpt_column, len(pieces))
    last = len(pieces)
    if region.end_line == region.start_line:
        last = _clamp(region.end_column - region.excerpt_column, len(pieces))
    last = max(first, last)

    if edges[-1] <= width and region.excerpt_column == 1:
        left, right = 0, len(pieces)
    else:
        left, right = _window(edges, first, last, width - 2 * cells(ellipsis))
    head = ellipsis if left > 0 or region.excerpt_column > 1 else ""
    tail = ellipsis if right < len(pieces) else ""
    shift = cells(head) - edges[left]
    start = edges[first] + shift
    end = edges[min(last, right)] + shift
    return head + "".join(pieces[left:right]) + tail, start, max(end, start + 1)


def _window(edges: list[int], first: int, last: int, width: int) -> tuple[int, int]:
    """The pieces to show: the meant ones first of all, then as much on both sides as fits."""
    width = max(width, 1)
    left, right = first, first
    while right < last and edges[right + 1] - edges[left] <= width:
        right += 1
    if right < last:
        return left, max(right, left + 1)
    while True:
        wider = False
        if left > 0 and edges[right] - edges[left - 1] <= width:
            left, wider = left - 1, True
        if right < len(edges) - 1 and edges[right + 1] - edges[left] <= width:
            right, wider = right + 1, True
        if not wider:
            return left, right


def _clamp(offset: int, length: int) -> int:
    return max(0, min(offset, length))
