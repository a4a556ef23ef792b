"""Parcels that another process reads, or another machine: their parts come back in order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from iflint.__version__ import __version__
from iflint.engine.inputs import Known, read_parcel
from iflint.engine.parts import Asked, Pair, Part, Sent, encoded
from iflint.limits import in_force
from iflint.places.defects import failed_on, gathered
from iflint.places.location import Location
from iflint.places.problems import ProblemKind
from iflint.sources import Parcel
from iflint.sources.disk import SentFiles
from iflint.sources.identity import holds_anywhere
from iflint.sources.limits import Limits

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from iflint.options import Options

_TOGETHER = 64
"""Parcels that are handed out at once. Ours: some 50 ms of work."""
_WAITING = 16
"""How often so many may be handed out and not taken back. Ours: enough for eight processes."""
_ONE_RUN = threading.Lock()
"""Held while limits are in force: a process of Dask reads for several runs in its threads."""


def read_parts(asked: bytes, orders: bytes) -> list[bytes | None]:
    """What parcels hold, in any process; None for what has to be read where the run is.

    That is everything where this iflint is another one, and what can't be read from here: another
    machine may not see it.

    ``asked`` is an `Asked` and ``orders`` a list of `Sent`, as what comes back in MessagePack.
    """
    wanted = msgspec.msgpack.decode(asked, type=Asked)
    decoded = msgspec.msgpack.decode(orders, type=list[Sent])
    if wanted.version != __version__:
        return [None] * len(decoded)
    options, disk = wanted.options, wanted.disk

    def read(sent: Sent) -> bytes | None:
        seen = disk if sent.contents is None else SentFiles(wanted.directory, sent.contents)
        parcel = Parcel(sent.order, seen, Limits(), sent.identities)
        with gathered() as defects:
            reading = read_parcel(parcel, options, Known())
        if defects.ours or not reading.is_complete or (part := reading.part) is None:
            return None
        return encoded(part)

    with _ONE_RUN:
        in_force(wanted.limit)
        return list(map(read, decoded))


class _Batch:
    """Some of what was found, and the process that reads what is not known of it."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self.pairs = pairs
        self.unknown = [each for each, part in pairs if part is None and isinstance(each, Parcel)]
        self.future: Future[list[bytes | None]] | None = None


class Elsewhere:
    """Has parcels read by an ``executor``, and gives everything back in the order it was found.

    An executor that fails is asked again for each parcel by itself: one on which it fails again is
    a problem. If it does nothing any more, they are read where the run is.
    """

    def __init__(self, options: Options, executor: Executor) -> None:
        self._options = options
        self._executor = executor
        self._worth = getattr(executor, "worth", 0)
        self._decoder = msgspec.msgpack.Decoder(Part)
        self._is_broken = False

    def __call__(self, pairs: Iterable[Pair]) -> Iterator[Pair]:
        """The same with the parts of parcels that had none."""
        remaining = iter(pairs)
        batches: deque[_Batch] = deque()
        unknown, all_found = 0, False
        while batches or not all_found:
            while not all_found and len(batches) < max(_WAITING, self._worth // _TOGETHER + 1):
                batch = _Batch(tuple(islice(remaining, _TOGETHER)))
                all_found = not batch.pairs
                batches.append(batch)
                unknown += len(batch.unknown)
                if unknown >= self._worth:
                    for each in batches:
                        self._hand_out(each)
            yield from self._taken_back(batches.popleft())

    def _hand_out(self, batch: _Batch) -> None:
        if batch.future is None and batch.unknown:
            batch.future = self._submitted(batch.unknown)

    def _submitted(self, parcels: Sequence[Parcel]) -> Future[list[bytes | None]] | None:
        if self._is_broken:
            return None
        submit = self._executor.submit
        try:
            sent = [self._sent(parcel) for parcel in parcels]
            asked = msgspec.msgpack.encode(Asked.of(self._options, parcels[0].disk))
            return submit(read_parts, asked, msgspec.msgpack.encode(sent))
        except Exception:  # each kind of executor has others where it takes nothing any more
            return None

    def _sent(self, parcel: Parcel) -> Sent:
        """A parcel as another process gets it. Raises Unreadable where its bytes can't be sent.

        Another machine may have other bytes by the same path: what it reads is kept only where
        what the files are known by shows that.
        """
        contents: dict[str, bytes] | None = None
        identities = parcel.identities
        if self._options.send_files:
            files = map(parcel.disk.file_at, parcel.order.places)
            contents = {
                place.path: file.read()
                for place, file in zip(parcel.order.places, files, strict=True)
            }
        elif self._options.executor is not None and not all(map(holds_anywhere, identities)):
            identities = ()
        return Sent(parcel.order, identities, contents)

    def _taken_back(self, batch: _Batch) -> Iterator[Pair]:
        read = iter(self._read(batch))
        for each, part in batch.pairs:
            yield each, next(read) if part is None and isinstance(each, Parcel) else part

    def _read(self, batch: _Batch) -> list[Part | None]:
        if batch.future is None or self._is_broken:
            return [None] * len(batch.unknown)
        try:
            answers = zip(batch.unknown, batch.future.result(), strict=True)
            return [self._decoded(data) for _, data in answers]
        except Exception:
            self._is_broken = self._is_broken or not self._answers()
            return [self._alone(parcel) for parcel in batch.unknown]

    def _answers(self) -> bool:
        """Whether the executor still does anything at all."""
        try:
            return self._executor.submit(int).result() == 0
        except Exception:
            return False

    def _alone(self, parcel: Parcel) -> Part | None:
        """What is in a parcel of a batch with which a process died, or failed."""
        future = self._submitted([parcel])
        try:
            return None if future is None else self._decoded(future.result()[0])
        except Exception as error:
            self._is_broken = self._is_broken or not self._answers()
            if self._is_broken:
                return None
            where = Location(parcel.order.location)
            return Part(problems=(failed_on(where, error, ProblemKind.ARTIFACT),))

    def _decoded(self, data: bytes | None) -> Part | None:
        return None if data is None else self._decoder.decode(data)
