"""What is left when iflint fails on some of many things: each is tried alone, and told of."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

import msgspec

from iflint.places.defects import failed_on
from iflint.places.location import FileLocation, Location
from iflint.places.problems import Problem, ProblemKind

if TYPE_CHECKING:
    from iflint.iflow.model import CertificateEntry, Iflow, SenderChannel
    from iflint.judging.judge import Judge
    from iflint.judging.verdicts import IflowVerdict


class Located(Protocol):
    """A thing that stands somewhere."""

    @property
    def location(self) -> Location | FileLocation:
        """Where."""
        ...


L = TypeVar("L", bound=Located)
R = TypeVar("R")


class Salvage:
    """Goes on without the things on which iflint fails, and adds these to ``problems``."""

    def __init__(self, problems: dict[Problem, None]) -> None:
        self._problems = problems

    def made_of(self, things: Sequence[L], use: Callable[[Sequence[L]], R]) -> R:
        """What ``use`` makes of those on which it does not fail; raises where it fails on none."""
        try:
            return use(things)
        except Exception:
            sound, failed = _each_alone(things, lambda thing: use([thing]))
            if not failed:
                raise
            self._tell(failed)
            return use(sound)

    def verdict(self, judge: Judge, iflow: Iflow) -> IflowVerdict | None:
        """That of an iFlow, without the entries on which iflint fails; None on all of it."""
        try:
            return judge.judge(iflow)
        except Exception:
            return self._verdict_in_part(judge, iflow)

    def _verdict_in_part(self, judge: Judge, iflow: Iflow) -> IflowVerdict | None:
        channels = []
        for channel in iflow.channels:
            alone = partial(_with_entries, iflow, channel)
            sound: Sequence[CertificateEntry] = channel.entries
            with contextlib.suppress(Exception):  # then it is no entry's fault
                judge.judge(alone([]))
                sound, failed = _each_alone(
                    channel.entries,
                    lambda entry, alone=alone: judge.judge(alone([entry])),  # type: ignore[misc]
                )
                self._tell(failed)
            channels.append(msgspec.structs.replace(channel, entries=tuple(sound)))
        rest = msgspec.structs.replace(iflow, channels=tuple(channels))
        try:
            return judge.judge(rest)
        except Exception as error:
            self._tell([(iflow, error)])
            return None

    def _tell(self, failed: Iterable[tuple[Located, Exception]]) -> None:
        for thing, error in failed:
            place = thing.location
            where = Location(place) if isinstance(place, FileLocation) else place
            self._problems[failed_on(where, error, ProblemKind.ARTIFACT)] = None


def _each_alone(
    things: Iterable[L], use: Callable[[L], object]
) -> tuple[list[L], list[tuple[L, Exception]]]:
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


def _with_entries(
    iflow: Iflow, channel: SenderChannel, entries: Sequence[CertificateEntry]
) -> Iflow:
    """An iFlow of one channel, with some of its entries."""
    lone = msgspec.structs.replace(channel, entries=tuple(entries))
    return msgspec.structs.replace(iflow, channels=(lone,))
