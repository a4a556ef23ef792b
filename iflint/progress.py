"""How far a run is, told to whoever asked for it: the library itself never prints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from typing import TypeVar

import msgspec

T = TypeVar("T")


class Activity(msgspec.Struct, frozen=True):
    """What a run does now: ``doing`` (such as "reading file"), for the time number ``number``.

    ``total`` is how many there are, None while nobody knows; ``item`` is which one this is.
    """

    doing: str
    number: int | None = None
    total: int | None = None
    item: str = ""


Progress = Callable[[Activity], None]
"""What a caller passes to be told; it is called often, so it has to be quick."""


def followed(
    items: Iterable[T], progress: Progress | None, doing: str, named: Callable[[T], object]
) -> Iterable[T]:
    """The same items, of each of which ``progress`` is told before it is handed on."""
    return items if progress is None else _followed(items, progress, doing, named)


def _followed(
    items: Iterable[T], progress: Progress, doing: str, named: Callable[[T], object]
) -> Iterator[T]:
    total = len(items) if isinstance(items, Sized) else None
    for number, item in enumerate(items, 1):
        progress(Activity(doing, number, total, str(named(item))))
        yield item
