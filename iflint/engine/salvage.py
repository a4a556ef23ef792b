"""What is left when iflint fails on some of many things: each is tried alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def each_alone(
    things: Iterable[T], use: Callable[[T], object]
) -> tuple[list[T], list[tuple[T, Exception]]]:
    """The things on which ``use`` does not fail, and the others with the exception."""
    sound, failed = [], []
    for thing in things:
        try:
            use(thing)
        except Exception as error:
            failed.append((thing, error))
        else:
            sound.append(thing)
    return sound, failed
