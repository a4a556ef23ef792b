"""What the environments of a run share: what is equal in several of them is worked out once.

What is not counts for the limits of the run, in all environments together.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from iflint.limits import CHANNELS, ROWS, Budget, Limit, numbered
from iflint.options import UsageError
from iflint.places.problems import ProblemKind, beyond_the_run
from iflint.words.visible import shown

if TYPE_CHECKING:
    from iflint.engine.kept_flow import KeptFlow
    from iflint.iflow.model import Iflow
    from iflint.iflow.properties import ParameterFile
    from iflint.pki.chains.pool import CertificatePool
    from iflint.pki.chains.signatures import SignatureCache
    from iflint.pki.files import FoundCertificate
    from iflint.places.location import Location
    from iflint.report.report import IflowResult


class Shared:
    """Flows with their parameters, pools of certificates and signatures, for all environments."""

    def __init__(self, size: int) -> None:
        """``size`` is how many bytes were read."""
        self._size = size
        self._budget = Budget(size)
        self._in_vain = Budget(size)
        self._iflows: dict[tuple[int, ...], Iflow | IflowResult] = {}
        self._counted: dict[tuple[str | int, ...], Iflow | IflowResult] = {}
        self._pools: dict[tuple[int, frozenset[Location]], CertificatePool] = {}
        self._taken: set[tuple[str, str]] = set()
        self._named: list[object] = []
        """What stands in keys by its id, which has to live as long as these."""

    def with_other_certificates(self) -> Shared:
        """The same for sessions that have other certificates at hand."""
        from copy import copy

        _ = self.signatures
        other = copy(self)
        other._pools = {}
        return other

    def iflow(
        self, environment: str, flow: KeptFlow, files: Sequence[ParameterFile]
    ) -> Iflow | IflowResult:
        """A flow of the run in an environment, if there is room for what it holds there.

        The model of one in which anything can be found; of others what reports tell.
        """
        if not (environment or flow.channels):
            return flow.with_parameters(files)
        key = id(flow), *map(id, files)
        if (environment, *key) not in self._counted:
            self._named += (flow, *files)
            # Of environments a flow costs even if it has no channel.
            found = self._within_the_run(flow, files, key, least=int(bool(environment)))
            self._counted[environment, *key] = found
        return self._counted[environment, *key]

    def _within_the_run(
        self, flow: KeptFlow, files: Sequence[ParameterFile], key: tuple[int, ...], least: int
    ) -> Iflow | IflowResult:
        for limit in (ROWS, CHANNELS):
            # To find that there is no room for a flow costs as much as to take it.
            if self._in_vain.has_refused(limit):
                return _without_channels(flow, limit)
        found = self._iflows.get(key) or flow.with_parameters(files)
        held = (
            (ROWS, sum(len(channel.entries) for channel in found.channels)),
            (CHANNELS, max(least, len(found.channels))),
        )
        for limit, count in held:
            if not self._budget.spend(limit, count):
                self._in_vain.spend(limit, count)
                return _without_channels(flow, limit)
        if found is not flow.told:
            self._iflows[key] = found
        return found

    def take(self, limit: Limit, environment: str, count: int) -> None:
        """Count what an environment has of its own, once. Raises UsageError for too much."""
        if environment and (limit.name, environment) not in self._taken:
            self._taken.add((limit.name, environment))
            if not self._budget.spend(limit, count):
                raise UsageError(
                    f"environment {shown(environment)} makes it more than"
                    f" {numbered(limit.value)} {limit.bounds}; {limit.option}"
                )

    def pool(
        self, certificates: Sequence[FoundCertificate], without: frozenset[Location]
    ) -> CertificatePool:
        """The certificates of the run but for those at some places."""
        from iflint.pki.chains.pool import CertificatePool

        key = id(certificates), without
        if key not in self._pools:
            self._named.append(certificates)
            self._pools[key] = CertificatePool(
                each for each in certificates if each.location not in without
            )
        return self._pools[key]

    @cached_property
    def signatures(self) -> SignatureCache:
        """What was verified so far."""
        from iflint.pki.chains.signatures import SignatureCache

        return SignatureCache(self._size)


def _without_channels(flow: KeptFlow, limit: Limit) -> Iflow:
    from iflint.places.location import Location

    where = Location(flow.told.location)
    return flow.unresolved(beyond_the_run(limit, where, ProblemKind.ARTIFACT))
