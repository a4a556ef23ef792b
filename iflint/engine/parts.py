"""What was read of a parcel, as data: another process can read it, and it can be kept.

Only what holds nothing but flows and texts without a private key comes as data; anything else is
read where the run is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from iflint.iflow.reader import FlowRead
from iflint.options import Options
from iflint.places.defects import failed_on, gathered
from iflint.places.location import Location
from iflint.places.problems import Problem, ProblemKind
from iflint.sources import Artifact, Order, Parcel, Skipped

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from iflint.sources.disk import Disk

_TOGETHER = 64
"""Parcels that are handed out at once. Ours: some 50 ms of work."""
_WAITING = 16
"""How often so many may be handed out and not taken back. Ours: enough for eight processes."""


class Part(msgspec.Struct, frozen=True, array_like=True):
    """What was read of a parcel; ``spent`` is what that took of the run's limits, by name."""

    flows: tuple[FlowRead, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: tuple[str, ...] = ()
    spent: dict[str, int] = {}


class Asked(msgspec.Struct, frozen=True, array_like=True):
    """What is the same for all parcels of a run: what it asks for, and from where it sees them.

    ``within`` and ``tops`` are those of a `iflint.sources.disk.Reach`; None: everywhere.
    """

    limit: tuple[str, ...]
    whole_inventory: bool
    diagrams: bool
    directory: str
    within: tuple[str, ...] | None
    tops: dict[str, str]

    @classmethod
    def of(cls, options: Options, disk: Disk) -> Asked:
        """What a run with these options asks of a disk."""
        reach = disk.reach
        return cls(
            options.limit,
            options.whole_inventory,
            options.diagrams,
            disk.directory,
            None if reach is None else tuple(sorted(reach.within)),
            {} if reach is None else dict(reach.tops),
        )

    @property
    def options(self) -> Options:
        """The options of a run that asks for no more than this."""
        return Options(
            directory=self.directory,
            limit=self.limit,
            whole_inventory=self.whole_inventory,
            diagrams=self.diagrams,
        )

    @property
    def disk(self) -> Disk:
        """The disk as it is seen by the run."""
        from iflint.sources.disk import Disk, Reach

        reach = None if self.within is None else Reach(frozenset(self.within), self.tops)
        return Disk(self.directory, reach)


def read_parts(asked: bytes, orders: bytes) -> list[bytes | None]:
    """What parcels hold, in any process; None for what has to be read where the run is.

    ``asked`` is an `Asked` and ``orders`` a list of `Order`, as what comes back in MessagePack.
    """
    from iflint.engine.inputs import Known, read_parcel
    from iflint.limits import in_force
    from iflint.sources.limits import Limits

    wanted = msgspec.msgpack.decode(asked, type=Asked)
    in_force(wanted.limit)
    options, disk = wanted.options, wanted.disk

    def read(order: Order) -> bytes | None:
        with gathered() as defects:
            part = read_parcel(Parcel(order, disk, Limits()), options, Known()).part
        return None if part is None or defects.ours else encoded(part)

    return [read(order) for order in msgspec.msgpack.decode(orders, type=list[Order])]


def encoded(part: Part) -> bytes | None:
    """The part in MessagePack; None for what that can't hold: a name that is no Unicode."""
    try:
        return msgspec.msgpack.encode(part)
    except UnicodeEncodeError:
        return None


class _Batch:
    """Some of what was found, and the process that reads its parcels, where one does."""

    def __init__(self, found: Sequence[Artifact | Parcel]) -> None:
        self.found = found
        self.parcels = [each for each in found if isinstance(each, Parcel)]
        self.future: Future[list[bytes | None]] | None = None


class Elsewhere:
    """Has parcels read by an ``executor``, and gives everything back in the order it was found.

    An executor that dies is asked again for each parcel by itself: one that kills it again is a
    problem. One that takes no more has them read where the run is.
    """

    def __init__(self, options: Options, executor: Executor) -> None:
        self._options = options
        self._executor = executor
        self._worth = getattr(executor, "worth", 0)
        self._decoder = msgspec.msgpack.Decoder(Part)

    def ahead(
        self, found: Iterable[Artifact | Parcel]
    ) -> Iterator[tuple[Artifact | Parcel, Part | None]]:
        """Each thing that was found, with what was read of it, if it is a parcel."""
        batches: deque[_Batch] = deque()
        remaining, seen, all_found = iter(found), 0, False
        while batches or not all_found:
            while not all_found and len(batches) < max(_WAITING, self._worth // _TOGETHER + 1):
                batch = _Batch(tuple(islice(remaining, _TOGETHER)))
                all_found = not batch.found
                seen += len(batch.parcels)
                batches.append(batch)
                if seen >= self._worth:
                    for each in batches:
                        self._hand_out(each)
            if batches:
                yield from self._taken_back(batches.popleft())

    def _hand_out(self, batch: _Batch) -> None:
        if batch.future is None and batch.parcels:
            batch.future = self._submitted(batch.parcels)

    def _submitted(self, parcels: Sequence[Parcel]) -> Future[list[bytes | None]] | None:
        orders = msgspec.msgpack.encode([parcel.order for parcel in parcels])
        try:
            return self._executor.submit(read_parts, self._asked(parcels[0].disk), orders)
        except (RuntimeError, BrokenExecutor):
            return None

    def _asked(self, disk: Disk) -> bytes:
        return msgspec.msgpack.encode(Asked.of(self._options, disk))

    def _taken_back(self, batch: _Batch) -> Iterator[tuple[Artifact | Parcel, Part | None]]:
        parts = iter(self._parts(batch))
        for each in batch.found:
            yield each, next(parts) if isinstance(each, Parcel) else None

    def _parts(self, batch: _Batch) -> list[Part | None]:
        if batch.future is None:
            return [None] * len(batch.parcels)
        try:
            read = batch.future.result()
        except (BrokenExecutor, CancelledError):
            return [self._alone(parcel) for parcel in batch.parcels]
        return [None if data is None else self._decoder.decode(data) for data in read]

    def _alone(self, parcel: Parcel) -> Part | None:
        """What is in a parcel of a batch whose process died."""
        future = self._submitted([parcel])
        try:
            (data,) = [None] if future is None else future.result()
        except BrokenExecutor as error:
            where = Location(parcel.order.location)
            return Part(problems=(failed_on(where, error, ProblemKind.ARTIFACT),))
        return None if data is None else self._decoder.decode(data)
