"""Which channels a service key or a mapping is known to open."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from iflint.reporters.sentences import channel_name, iflow_name
from iflint.words.wording import counted, listed

if TYPE_CHECKING:
    from iflint.report.findings import Finding
    from iflint.report.report import ChannelResult, IflowResult, Report


_MOST_NAMED = 3
"""Channels that a phrase names. Ours: as many as `forecast` names."""


class Opened(msgspec.Struct, frozen=True):
    """A channel that a caller is known to open; ``place`` is its flow's number and its own."""

    iflow: IflowResult
    channel: ChannelResult
    place: tuple[int, int]

    @property
    def anchor(self) -> str:
        """Its id in the page."""
        return f"c{self.place[0]}-{self.place[1]}"

    @property
    def label(self) -> str:
        """The channel as people read it outside of its iFlow."""
        return f"{iflow_name(self.iflow)}: {channel_name(self.channel)}"


class OpenedBy(dict[str, list[Opened]]):
    """The channels that each caller, by its id, is known to open in some environment.

    Callers that open the same ones share them, and what is said of them: a role may have thousands
    of channels and of callers.
    """

    def __init__(self, report: Report) -> None:
        of_callers: dict[int, tuple[Sequence[str], list[Opened]]] = {}
        for number, iflow in enumerate(report.iflows, 1):
            for place, channel in enumerate(iflow.channels, 1):
                opened = Opened(iflow, channel, (number, place))
                of_callers.setdefault(id(channel.callers), (channel.callers, []))[1].append(opened)
        groups: dict[str, list[int]] = {}
        for group, (callers, _) in of_callers.items():
            for caller in callers:
                groups.setdefault(caller, []).append(group)

        @cache
        def together(own: tuple[int, ...]) -> list[Opened]:
            every = [each for group in own for each in of_callers[group][1]]
            return sorted(every, key=lambda each: each.place)

        super().__init__((caller, together(tuple(own))) for caller, own in groups.items())
        self._named: dict[tuple[int, tuple[str, ...]], tuple[tuple[Opened, ...], str]] = {}

    def of(self, caller: str, environments: tuple[str, ...]) -> tuple[Opened, ...]:
        """Those that a caller opens in some environments."""
        return self._of(caller, environments)[0]

    def named_in(self, finding: Finding) -> str:
        """Those that the caller of a finding opens, as a phrase; empty where none is known."""
        return self._of(finding.caller.id, finding.environments)[1] if finding.caller else ""

    def _of(self, caller: str, environments: tuple[str, ...]) -> tuple[tuple[Opened, ...], str]:
        opened = self.get(caller)
        if opened is None:
            return (), ""
        key = id(opened), environments
        if key not in self._named:
            found = tuple(each for each in opened if is_in(environments, each.channel))
            labels = list(dict.fromkeys(each.label for each in found))
            more = counted(len(labels) - _MOST_NAMED, "more channel")
            named = [*labels[:_MOST_NAMED], *[more] * (len(labels) > _MOST_NAMED)]
            self._named[key] = found, listed(named)
        return self._named[key]


def is_in(environments: Collection[str], channel: ChannelResult) -> bool:
    """Whether a channel is one of some environments; where none is told, it is in all."""
    return not channel.environment or not environments or channel.environment in environments
