"""A flow as a run keeps it, and as it is kept from run to run: small."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from iflint.engine.results import quiet_result
from iflint.iflow.reader import NO_VALUES, NOTHING, FlowRead
from iflint.places.location import FileLocation, Location
from iflint.places.problems import ProblemKind
from iflint.report.report import IflowResult

if TYPE_CHECKING:
    from iflint.iflow.model import Iflow
    from iflint.iflow.properties import ParameterFile
    from iflint.places.problems import Problem


class KeptFlow(msgspec.Struct, frozen=True, array_like=True):
    """What was read of a flow, as tens of thousands are kept, and sent: packed.

    ``is_quiet``: nothing can be found in it while its own parameters count. Then ``told`` is all
    that reports tell of it, with the places of channels where it is ``located``; else ``told`` has
    no channels. ``channels``, ``rows`` and ``lines`` of parameters are how many it has.

    What else was read of a quiet flow is ``packed``: nothing where there is nothing else, and None
    once it was let go (`least`). Of others it is ``unpacked``, since their models share it, and so
    it is where a name is no Unicode, which can't be packed.
    """

    told: IflowResult
    bundle: FileLocation
    located: bool = False
    is_quiet: bool = True
    may_be_judged: bool = False
    channels: int = 0
    rows: int = 0
    lines: int = 0
    packed: bytes | None = b""
    unpacked: FlowRead | None = None

    @classmethod
    def of(cls, read: FlowRead, *, located: bool) -> KeptFlow:
        """What was read, packed; ``located`` where the places of all channels are asked for."""
        named = IflowResult(read.id, read.name, read.version, read.package, read.location)
        if read == _of_nothing(named, read.bundle):
            return cls(named, read.bundle, located)
        told = _quiet(read, located)
        packed = b"" if told is None else _packed(read)
        return cls(
            told or named,
            read.bundle,
            located,
            told is not None,
            read.stored.may_be_judged,
            len(read.stored.channels),
            read.stored.rows,
            read.parameters.lines if read.parameters.location is not None else 0,
            packed,
            None if packed else read,
        )

    def with_other(self, read: FlowRead) -> KeptFlow:
        """The same flow, of which something else was read."""
        return KeptFlow.of(read, located=self.located)

    @property
    def least(self) -> KeptFlow:
        """The flow without what only other parameters could make matter."""
        return msgspec.structs.replace(self, packed=None) if self.packed else self

    def with_parameters(self, files: Sequence[ParameterFile]) -> Iflow | IflowResult:
        """The model of a flow in which anything can be found; of another what reports tell.

        ``files`` have values besides its own.
        """
        if self.is_quiet and not (files and self.channels):
            return self.told
        return _model_or_result(resolved(self.read, files), self.located)

    def unresolved(self, problem: Problem) -> Iflow:
        """The model of the flow without its channels, which could not be worked out."""
        read = _of_nothing(self.told, self.bundle) if self.is_quiet else self.read
        return read.unresolved(problem)

    @property
    def read(self) -> FlowRead:
        """What was read, unless it was let go."""
        assert self.packed is not None
        if self.packed:
            return msgspec.msgpack.decode(zlib.decompress(self.packed), type=FlowRead)
        return self.unpacked or _of_nothing(self.told, self.bundle)


def resolved(flow: FlowRead, files: Sequence[ParameterFile]) -> Iflow:
    """A flow with its parameters; where iflint fails on it, without its channels."""
    try:
        return flow.resolve(files)
    except Exception as error:
        from iflint.places.defects import failed_on

        problem = failed_on(Location(flow.location), error, ProblemKind.ARTIFACT)
        return flow.unresolved(problem)


def _packed(read: FlowRead) -> bytes:
    try:
        return zlib.compress(msgspec.msgpack.encode(read))
    except UnicodeEncodeError:  # a name that is none
        return b""


def _quiet(read: FlowRead, located: bool) -> IflowResult | None:
    """What reports tell of a flow by itself; None where anything can be found in it."""
    try:
        found = _model_or_result(read.resolve(), located)
    except Exception:  # it is told where its model is made
        return None
    return found if isinstance(found, IflowResult) else None


def _model_or_result(iflow: Iflow, located: bool) -> Iflow | IflowResult:
    if not iflow.matters:
        with contextlib.suppress(Exception):  # it is told where the report is made
            return quiet_result(iflow, located=located)
    return iflow


def _of_nothing(told: IflowResult, bundle: FileLocation) -> FlowRead:
    """What is read of a flow without channels, parameters and problems."""
    named = told.id, told.name, told.version, told.package, told.location
    return FlowRead(*named, bundle, (), NOTHING, NO_VALUES)
