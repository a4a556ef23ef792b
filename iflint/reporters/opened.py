"""Which channels a service key or a mapping is known to open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
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
    """A channel that a caller is known to open; ``anchor`` is its id in the page."""

    iflow: IflowResult
    channel: ChannelResult
    anchor: str

    @property
    def label(self) -> str:
        """The channel as people read it outside of its iFlow."""
        return f"{iflow_name(self.iflow)}: {channel_name(self.channel)}"


def opened_by(report: Report) -> dict[str, list[Opened]]:
    """The channels that each caller, by its id, is known to open in some environment."""
    opened: dict[str, list[Opened]] = {}
    for number, iflow in enumerate(report.iflows, 1):
        for place, channel in enumerate(iflow.channels, 1):
            for caller in channel.callers:
                opened.setdefault(caller, []).append(Opened(iflow, channel, f"c{number}-{place}"))
    return opened


def named_in(finding: Finding, opened: Mapping[str, Iterable[Opened]]) -> str:
    """The channels that the caller of a finding opens, as a phrase; empty where none is known.

    ``opened`` is what `opened_by` gives.
    """
    if finding.caller is None:
        return ""
    found = opened_in(finding.environments, opened.get(finding.caller.id, ()))
    labels = list(dict.fromkeys(each.label for each in found))
    more = [counted(len(labels) - _MOST_NAMED, "more channel")] * (len(labels) > _MOST_NAMED)
    return listed(labels[:_MOST_NAMED] + more)


def opened_in(environments: Collection[str], opened: Iterable[Opened]) -> Iterator[Opened]:
    """Those of some environments."""
    return (each for each in opened if is_in(environments, each.channel))


def is_in(environments: Collection[str], channel: ChannelResult) -> bool:
    """Whether a channel is one of some environments; where none is told, it is in all."""
    return not channel.environment or not environments or channel.environment in environments
