"""A checklist: numbered points that hold or not, with what to do about those that don't."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from iflint.report.findings import Severity

if TYPE_CHECKING:
    from iflint.report.findings import Finding


class State(enum.StrEnum):
    """Whether a point holds, the best first."""

    HOLDS = "holds"
    WARNING = "warning"
    """It holds today, or as far as can be told, with something to know."""
    UNKNOWN = "unknown"
    """It was not checked, or can't be."""
    FAILS = "fails"


class Complaint(msgspec.Struct, frozen=True):
    """What is wrong with a point: a line for people, and one that says what to do.

    ``code`` is that of the rule that says it, empty where none does. ``commands`` are lines for a
    shell that do what the remedy says, in their order.
    """

    message: str
    remedy: str
    state: State = State.FAILS
    code: str = ""
    commands: tuple[str, ...] = ()


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One point of a checklist.

    ``name`` tells it from others for programs, ``title`` states what has to hold; ``facts`` are
    lines that hold either way. ``environments`` are those of which it speaks, when several are
    checked and it is not the same in all.
    """

    number: int
    name: str
    title: str
    state: State
    facts: tuple[str, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    environments: tuple[str, ...] = ()


def worst(states: Iterable[State]) -> State:
    """The state of a whole, by the states of its parts."""
    return max(states, key=list(State).index, default=State.HOLDS)


def complaint_of(finding: Finding) -> Complaint:
    """What a rule found, as a complaint; a note lets the point hold."""
    states = {Severity.ERROR: State.FAILS, Severity.WARNING: State.WARNING}
    state = states.get(finding.severity, State.HOLDS)
    return Complaint(finding.message, finding.remedy, state, finding.code)
