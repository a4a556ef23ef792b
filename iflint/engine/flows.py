"""The flows of a run as they are with the parameters of an environment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from iflint.engine.kept_flow import KeptFlow, resolved
from iflint.engine.results import quiet_result
from iflint.report.report import IflowResult

if TYPE_CHECKING:
    from iflint.engine.shared import Shared
    from iflint.iflow.model import Iflow
    from iflint.iflow.properties import ParameterFile


class Flows:
    """The flows of a session, by number: their models, and of quiet ones what reports tell.

    ``overlays`` are parameters for all of them, ``own`` those of each in the environment.
    """

    def __init__(
        self,
        kept: Sequence[KeptFlow],
        shared: Shared,
        *,
        environment: str = "",
        overlays: Sequence[ParameterFile] = (),
        own: Sequence[tuple[ParameterFile, ...]] | None = None,
        known: Sequence[Iflow | IflowResult | None] | None = None,
    ) -> None:
        self.kept = tuple(kept)
        self.shared = shared
        self.overlays = tuple(overlays)
        self.own = ((),) * len(self.kept) if own is None else tuple(own)
        self._environment = environment
        self._known = list(known or (None,) * len(self.kept))

    def __len__(self) -> int:
        return len(self.kept)

    def __iter__(self) -> Iterator[Iflow | IflowResult]:
        """All, in order."""
        return map(self._of, range(len(self)))

    @cached_property
    def that_matter(self) -> dict[int, Iflow]:
        """The models of those in which anything can be found, by number."""
        return {n: each for n, each in enumerate(self) if not isinstance(each, IflowResult)}

    def _of(self, number: int) -> Iflow | IflowResult:
        found = self._known[number]
        if found is None:
            files = (*self.overlays, *self.own[number])
            found = self.shared.iflow(self._environment, self.kept[number], files)
            self._known[number] = found
        return found

    def results(self) -> Iterator[IflowResult]:
        """What reports tell of all by themselves."""
        for found in self:
            if isinstance(found, IflowResult):
                yield found
            else:
                yield quiet_result(found, located=False)

    def models(self) -> Iterator[Iflow]:
        """The models of all that have channels, made where they are not kept."""
        for number, found in enumerate(self):
            if not isinstance(found, IflowResult):
                yield found
            elif found.channels:
                yield resolved(self.kept[number].read, (*self.overlays, *self.own[number]))

    def in_environment(self, name: str, own: Sequence[tuple[ParameterFile, ...]]) -> Flows:
        """The same with the parameters of an environment."""
        return Flows(self.kept, self.shared, environment=name, overlays=self.overlays, own=own)

    def changed(
        self,
        flow_of: Callable[[KeptFlow], KeptFlow],
        files_of: Callable[[Sequence[ParameterFile]], tuple[ParameterFile, ...]],
        shared: Shared,
    ) -> tuple[Flows, frozenset[int]]:
        """The same with other files, and the numbers of those of which all is as it was."""
        kept, overlays = tuple(map(flow_of, self.kept)), files_of(self.overlays)
        own = tuple(map(files_of, self.own))
        same = frozenset(
            number
            for number, flow in enumerate(self.kept if overlays == self.overlays else ())
            if flow is kept[number] and own[number] == self.own[number]
        )
        known = [each if number in same else None for number, each in enumerate(self._known)]
        name = self._environment
        return Flows(kept, shared, environment=name, overlays=overlays, own=own, known=known), same

    def only(self, known: Mapping[int, Iflow | IflowResult]) -> Flows:
        """Some of the flows, in this order; of the channels of one these may be some."""
        return Flows(
            [self.kept[number] for number in known],
            self.shared,
            environment=self._environment,
            overlays=self.overlays,
            own=[self.own[number] for number in known],
            known=tuple(known.values()),
        )
