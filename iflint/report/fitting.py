"""How much of a report fits into it: what was found, then what ends soonest; the rest is counted.

Nothing is measured or left out while a report is no longer than it may be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain, takewhile
from typing import TypeVar

import msgspec

from iflint.limits import REPORT_BYTES, SHARE, numbered
from iflint.report.certificate_list import CertificateUse, CertificateUses
from iflint.report.listed import bytes_of, listed
from iflint.report.pieces import Pieces, length_of
from iflint.report.report import (
    BaselineSummary,
    CallerResult,
    CertificateResult,
    ChannelResult,
    EntryResult,
    IflowResult,
    IllustratedReport,
    Report,
    WantedCertificate,
)

A = TypeVar("A")
R = TypeVar("R", bound=Report)
W = TypeVar("W", bound=str | Pieces)

_OF_A_NAME = 400
"""Bytes that are reckoned for each caller that a channel names: formats tell more than its id."""
_MOST_NAMED = 100
"""Callers of a channel, and channels of a pair, that are named where not everything is. Ours."""
_MOST_PLACES = 10
"""Places of a step of a chain that are named where not everything is. Ours."""
_NEVER = datetime.max.replace(tzinfo=UTC)


def length_for(size: int) -> int:
    """How long a report of so many bytes on disk may be: each share of them has its own length."""
    return REPORT_BYTES.value * (1 + size // SHARE)


def fitted(
    answer: A,
    within: Callable[[A, int], A],
    render: Callable[[A], W],
    size: int = 0,
    *,
    as_json: bool = False,
) -> tuple[A, W]:
    """As much of an answer as fits into a report, and its text.

    ``within`` gives the answer with what takes so many bytes at most; ``size`` is how many bytes on
    disk it is of. Other formats than JSON may have room for what takes three times as much as JSON.
    """
    most = length_for(size)
    room = most if as_json else 3 * most
    while True:
        told = within(answer, room)
        text = render(told)
        length = length_of(text)
        if length <= most or not room:
            return told, text
        room = room * most * 9 // (length * 10)


def report_within(report: R, room: int, size: int = 0, *, inventory: bool) -> R:
    """The report with what fits: its findings, and where it has the ``inventory`` that, too."""
    report = listed(report, size, room * 3 // 5 if inventory else room)
    if report.baseline:
        told = _baseline_within(report.baseline, room // 8)
        report = msgspec.structs.replace(report, baseline=told)
    left = Room(room - sum(map(_bytes, (*report.findings, *report.known, *report.suppressed))))
    if isinstance(report, IllustratedReport) and report.uses:
        uses = certificates_within(report.uses, room // 4)
        report = msgspec.structs.replace(report, uses=uses)
    things: list[Iterable[object]] = [report.wanted, report.skipped]
    if inventory:
        things += [report.callers, _channels(report)]
    if left.has_room_for(chain.from_iterable(things)):
        return report
    short = msgspec.structs.replace(
        report,
        wanted=tuple(left.some(map(_few_channels, report.wanted), 8)),
        skipped=tuple(left.some(report.skipped, 8)),
        totals=report.counts,
    )
    return _with_inventory(short, left) if inventory else short


def _baseline_within(baseline: BaselineSummary, room: int) -> BaselineSummary:
    """The baseline with as many as fit of its findings that are gone, then of those that moved."""
    left = Room(room)
    if left.has_room_for((*baseline.vanished, *baseline.moved)):
        return baseline
    vanished, moved = left.some(baseline.vanished, 1), left.some(baseline.moved, 1)
    return msgspec.structs.replace(
        baseline,
        vanished=tuple(vanished),
        moved=tuple(moved),
        more_vanished=len(baseline.vanished) - len(vanished),
        more_moved=len(baseline.moved) - len(moved),
    )


def _with_inventory(report: R, left: Room) -> R:
    """The report with as many channels and callers as are left room for, the most urgent first."""
    callers: list[tuple[int, CallerResult]] = []
    channels: dict[int, list[tuple[int, ChannelResult]]] = {}
    named = _named(report.callers)
    for _, number, place, each in sorted(_places(report), key=lambda one: one[:3]):
        if isinstance(each, CallerResult):
            if left.take(each):
                callers.append((place, each))
        elif number in channels or left.take(_head(report.iflows[number])):
            own = channels.setdefault(number, [])
            if each is not None and (told := _channel_within(each, named(each), left)):
                own.append((place, told))
        if left.is_spent:
            break
    return msgspec.structs.replace(
        report,
        iflows=tuple(
            msgspec.structs.replace(report.iflows[number], channels=_in_order(own))
            for number, own in sorted(channels.items())
        ),
        callers=_in_order(callers),
    )


def certificates_within(uses: CertificateUses, room: int) -> CertificateUses:
    """The list with as many certificates as fit, and of what needs them; the rest is counted."""
    left = Room(room)
    bare = [msgspec.structs.replace(each, uses=(), callers=()) for each in uses.certificates]
    needing = ((*each.uses, *each.callers) for each in uses.certificates)
    if left.has_room_for(chain(bare, chain.from_iterable(needing))):
        return uses
    told = []
    shorts = left.some(map(_few_places, bare), 2)
    for short, each in zip(shorts, uses.certificates, strict=False):
        own = left.some(each.uses, 4)
        callers = (msgspec.structs.replace(c, channels=few(c.channels)) for c in each.callers)
        let_in = left.some(callers, 4)
        more = len(each.uses) + len(each.callers) - len(own) - len(let_in)
        told.append(
            msgspec.structs.replace(short, uses=tuple(own), callers=tuple(let_in), more=more)
        )
    more = len(uses.certificates) - len(told)
    return msgspec.structs.replace(uses, certificates=tuple(told), more=more)


def _few_places(use: CertificateUse) -> CertificateUse:
    """The certificate with the first places of it and of those above it."""
    standings = (
        msgspec.structs.replace(
            standing,
            steps=tuple(
                msgspec.structs.replace(step, places=step.places[:_MOST_PLACES])
                for step in standing.steps
            ),
        )
        for standing in use.standings
    )
    certificate = msgspec.structs.replace(
        use.certificate, locations=use.certificate.locations[:_MOST_NAMED]
    )
    return msgspec.structs.replace(use, certificate=certificate, standings=tuple(standings))


def few(channels: Sequence[str], noun: str = "channel") -> tuple[str, ...]:
    """Channels as people read them, and how many more there are than are named."""
    more = len(channels) - _MOST_NAMED
    if more <= 1:
        return tuple(channels)
    return (*channels[:_MOST_NAMED], f"{numbered(more)} more {noun}s")


class Room:
    """How many bytes are left."""

    def __init__(self, size: int) -> None:
        """``size`` is all that there is."""
        self._left = size
        self.is_spent = False

    def take(self, thing: object) -> bool:
        """Take room for something; False, and nothing can be taken any more, where that lacks."""
        size = _bytes(thing)
        self.is_spent = self.is_spent or size > self._left
        self._left -= 0 if self.is_spent else size
        return not self.is_spent

    def has_room_for(self, things: Iterable[object]) -> bool:
        """Whether all would fit; what comes after the first that would not is not looked at."""
        left = Room(self._left)
        return all(map(left.take, things))

    def some(self, things: Iterable[A], part: int) -> list[A]:
        """The first of some things, as many as fit into a part of what is left."""
        left = Room(self._left // part)
        before = left._left
        found = list(takewhile(left.take, things))
        self._left -= before - left._left
        return found


def _bytes(thing: object) -> int:
    """How much room it takes: as JSON, with what else is told of each caller that it names."""
    size = bytes_of(thing)
    return size + _OF_A_NAME * len(thing.callers) if isinstance(thing, ChannelResult) else size


def _channels(report: Report) -> Iterator[object]:
    for iflow in report.iflows:
        yield _head(iflow)
        yield from iflow.channels


def _head(iflow: IflowResult) -> IflowResult:
    return msgspec.structs.replace(iflow, channels=())


_Urgency = tuple[bool, datetime]


def _places(
    report: Report,
) -> Iterator[tuple[_Urgency, int, int, ChannelResult | CallerResult | None]]:
    """Channels and callers with how urgent each is, the number of its flow, and its own."""
    for number, iflow in enumerate(report.iflows):
        for place, channel in enumerate(iflow.channels):
            rows = list(map(_urgency, channel.entries))
            own = (not channel.findings, _NEVER)
            yield min((own, *rows)), number, place, channel
        if not iflow.channels:
            yield (True, _NEVER), number, 0, None
    for place, caller in enumerate(report.callers):
        yield _urgency(caller), -1, place, caller


def _urgency(binding: EntryResult | CallerResult) -> _Urgency:
    """What sorts bindings: those with findings before others, then what ends first."""
    return not binding.findings, binding.healthy_until or _end(binding.certificates)


def _end(certificates: Sequence[CertificateResult]) -> datetime:
    return certificates[0].certificate.not_after if certificates else _NEVER


def _named(callers: Iterable[CallerResult]) -> Callable[[ChannelResult], tuple[str, ...]]:
    """Gives the callers that are named at a channel: of many the most urgent."""
    urgent: dict[str, _Urgency] = {}
    for each in callers:
        urgent[each.id] = min(_urgency(each), urgent.get(each.id, (True, _NEVER)))
    kept: dict[int, tuple[str, ...]] = {}

    def named(channel: ChannelResult) -> tuple[str, ...]:
        ids = channel.callers
        if len(ids) > _MOST_NAMED and id(ids) not in kept:
            kept[id(ids)] = tuple(sorted(ids, key=urgent.__getitem__)[:_MOST_NAMED])
        return kept.get(id(ids), ids)

    return named


def _channel_within(
    channel: ChannelResult, callers: tuple[str, ...], left: Room
) -> ChannelResult | None:
    """The channel with those of its rows that fit; None where it does not itself."""
    bare = msgspec.structs.replace(channel, entries=(), callers=callers)
    if not left.take(bare):
        return None
    urgent = sorted(enumerate(channel.entries), key=lambda each: _urgency(each[1]))
    rows = takewhile(lambda each: left.take(each[1]), urgent)
    return msgspec.structs.replace(bare, entries=_in_order(rows))


def _few_channels(wanted: WantedCertificate) -> WantedCertificate:
    return msgspec.structs.replace(wanted, channels=few(wanted.channels))


def _in_order(numbered: Iterable[tuple[int, A]]) -> tuple[A, ...]:
    return tuple(each for _, each in sorted(numbered, key=lambda one: one[0]))
