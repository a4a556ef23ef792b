"""What could not be read: raised or collected by the readers, reported by IFL001 and IFL002."""

from __future__ import annotations

import enum

import msgspec

from iflint.places.location import Location


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


def without_excerpt(problem: Problem) -> Problem:
    """The problem of a file that may be anything, a secret too: none of its lines is shown."""
    return msgspec.structs.replace(problem, location=problem.location.without_excerpt)


class Unreadable(Exception):  # noqa: N818 - it names the state of the input, as a Problem
    """Raised by a reader for an input that can't be read at all; carries its Problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.location.file}: {problem.message}")
        self.problem = problem
