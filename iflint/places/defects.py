"""Where iflint itself fails: on the smallest thing that it read, and the run goes on without it."""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

import msgspec

from iflint.places.location import FileLocation, Location
from iflint.places.problems import Problem, ProblemKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")
R = TypeVar("R")

_MOST_KEPT = 20
"""Defects whose exceptions are kept, with all that these refer to. Ours: the first ones say it."""


class Defect(msgspec.Struct, frozen=True):
    """An exception that nobody foresaw, and the place that it is about.

    ``ours`` tells that it is iflint's, not that of a rule, which is a finding.
    """

    place: str
    error: BaseException
    ours: bool = True


class Defects:
    """What happened while somebody listened: how often, and the first few."""

    def __init__(self) -> None:
        self.kept: list[Defect] = []
        self.ours = 0

    def add(self, defect: Defect) -> None:
        """Take one in."""
        self.ours += defect.ours
        if len(self.kept) < _MOST_KEPT:
            self.kept.append(defect)


_HEARD: ContextVar[Defects | None] = ContextVar("defects", default=None)


@contextlib.contextmanager
def gathered() -> Iterator[Defects]:
    """Listen for defects; nobody else hears those that happen meanwhile."""
    defects = Defects()
    token = _HEARD.set(defects)
    try:
        yield defects
    finally:
        _HEARD.reset(token)


def tell(place: str, error: BaseException, *, ours: bool = True) -> None:
    """Tell whoever listens of a defect."""
    defects = _HEARD.get()
    if defects is not None:
        defects.add(Defect(place, error, ours))


def each_spared(
    things: Iterable[T], use: Callable[[T], R], place_of: Callable[[T], object]
) -> Iterator[R]:
    """What is made of each thing; one on which iflint fails is told of, and left out."""
    for thing in things:
        try:
            made = use(thing)
        except Exception as error:
            tell(str(place_of(thing)), error)
        else:
            yield made


def place_of(error: BaseException) -> str:
    """What iflint was at when it failed: the innermost place that is known; empty if none is."""
    found = ""
    trace = error.__traceback__
    while trace is not None:
        values = list(trace.tb_frame.f_locals.values())
        found = next(chain.from_iterable(map(_places_in, values)), found)
        trace = trace.tb_next
    return found


def _places_in(value: object) -> Iterator[str]:
    """Where a thing stands that a function was at, or what it is about."""
    with contextlib.suppress(Exception):
        for thing in (value, *(getattr(value, name, None) for name in _ABOUT)):
            place = thing if isinstance(thing, FileLocation) else getattr(thing, "location", None)
            if isinstance(place, FileLocation | Location):
                yield str(place)


_ABOUT = ("iflow", "caller", "entry")
"""What verdicts and cases are about, each with its location."""


def failed_on(location: Location, error: Exception, kind: ProblemKind) -> Problem:
    """The problem of a thing on which iflint failed."""
    tell(str(location), error)
    return Problem(
        kind,
        location,
        f"iflint failed on this ({type(error).__name__}); please report it",
        "Leave it out with exclude until it is mended; --debug shows what to report",
    )
