"""What could not be read: raised or collected by the readers, reported by IFL001 and IFL002."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec

from iflint.limits import PROBLEMS, PROBLEMS_OF_A_FILE, Limit, numbered
from iflint.places.location import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


class ProblemKind(enum.StrEnum):
    """Which kind of input could not be read; each kind has a rule of its own."""

    ARTIFACT = "artifact"
    CERTIFICATE = "certificate"


class Problem(msgspec.Struct, frozen=True):
    """One input, or one part of it, that could not be read; the run goes on without it.

    ``message`` is one line that says what is wrong, without the file's name;
    ``remedy`` is one line that says what to do. ``artifact`` is the name under which people know
    it, where a package tells one. ``left_out`` tells that nothing is wrong with it, and that it was
    not read on purpose.
    """

    kind: ProblemKind
    location: Location
    message: str
    remedy: str
    artifact: str = ""
    left_out: bool = False

    @property
    def in_one_line(self) -> str:
        """What is wrong and what to do, for a line of its own."""
        remedy = self.remedy[:1].lower() + self.remedy[1:]
        return f"{self.message.rstrip('.')}; {remedy.rstrip('.')}"

    def with_more(self, count: int, where: str, limit: Limit) -> Problem:
        """The same problem, which also tells how many there are besides, of whatever kind."""
        more = f"{self.message.rstrip('.')}. And {numbered(count)} more problems {where}"
        return msgspec.structs.replace(self, message=f"{more} (limit {limit.name})")


class Problems:
    """The problems of one file: as many as its limit allows, the rest counted."""

    def __init__(self) -> None:
        self._kept: list[Problem] = []
        self._more = 0
        self._end: tuple[Problem, ...] = ()

    def add(self, made: Callable[[], Problem]) -> None:
        """Keep a problem, or count it: only one that is kept is ``made``, as its place costs."""
        if self.full:
            self.count()
        else:
            self._kept.append(made())

    def count(self) -> None:
        """Count a problem that would not be kept."""
        self._more += 1

    def add_last(self, problem: Problem) -> None:
        """Keep what ends the reading, whatever the limit."""
        self._end = (problem,)

    @property
    def full(self) -> bool:
        """Whether no more are kept."""
        return len(self._kept) >= PROBLEMS_OF_A_FILE.value

    def told(self) -> tuple[Problem, ...]:
        """Those kept; the last one tells how many there are besides."""
        if not (self._more and self._kept):
            return (*self._kept, *self._end)
        *others, last = self._kept
        told = last.with_more(self._more, "in this file", PROBLEMS_OF_A_FILE)
        return (*others, told, *self._end)


def told_of_a_run(groups: Iterable[Sequence[Problem]]) -> list[tuple[Problem, ...]]:
    """The problems of a run, group by group: as many as its limit allows, the rest counted."""
    told = list(map(tuple, groups))
    left = PROBLEMS.value
    more = sum(map(len, told)) - left
    if more <= 0:
        return told
    last = 0
    for number, group in enumerate(told):
        told[number] = group[:left]
        left -= len(told[number])
        last = number if told[number] else last
    *others, end = told[last]
    told[last] = (*others, end.with_more(more, "in this run", PROBLEMS))
    return told


def beyond_the_run(limit: Limit, location: Location, kind: ProblemKind) -> Problem:
    """What to say of a thing with which a run would exceed a limit, so that it is left out."""
    message = (
        f"For each 10 MiB on disk a run takes {numbered(limit.value)} {limit.bounds} at most;"
        " this would be more, and was not read"
    )
    return Problem(kind, location, message, limit.remedy)


def without_excerpt(problem: Problem) -> Problem:
    """The problem of a file that may be anything, a secret too: none of its lines is shown."""
    return msgspec.structs.replace(problem, location=problem.location.without_excerpt)


class Unreadable(Exception):  # noqa: N818 - it names the state of the input, as a Problem
    """Raised by a reader for an input that can't be read at all; carries its Problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.location.file}: {problem.message}")
        self.problem = problem
