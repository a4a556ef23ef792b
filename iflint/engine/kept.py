"""Parts that are kept from run to run: a parcel whose files are as they were is not read again.

Kept is what was read, never what it is worth: verdicts are made anew in each run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from iflint.engine.edition import edition
from iflint.engine.parts import Pair, Part, encoded
from iflint.engine.store import Store
from iflint.places.bounds import is_link
from iflint.places.problems import Unreadable
from iflint.sources import Artifact, Parcel
from iflint.sources.identity import Identities, hashed, size_of

if TYPE_CHECKING:
    from iflint.options import Options
    from iflint.sources import Order
    from iflint.sources.artifacts import OnDisk

_TOGETHER = 256
"""Parcels that are looked up at once. Ours: the file is asked in 1 ms."""
_PUT_AT_ONCE = 8 << 20
"""Bytes that are put at once. Ours: a few thousand flows."""


class Kept:
    """Gives parcels the parts that were kept of them, and keeps what is read of the others."""

    def __init__(self, options: Options) -> None:
        self._asked = (edition(), options.limit, options.whole_inventory, options.diagrams)
        self._decoder = msgspec.msgpack.Decoder(Part)
        self._store = Store.open()
        self._identities = Identities()
        self._unknown: dict[Order, bytes] = {}
        self._new: list[tuple[bytes, bytes]] = []
        self._new_bytes = 0

    def __enter__(self) -> Kept:
        return self

    def __call__(self, pairs: Iterable[Pair]) -> Iterator[Pair]:
        """The same with the parts that are known; parcels with what their files are known by."""
        remaining = iter(pairs)
        while batch := tuple(islice(remaining, _TOGETHER)):
            yield from self._looked_up(batch)

    def _looked_up(self, batch: Sequence[Pair]) -> Iterator[Pair]:
        named = [_named(each, self._identities) for each, _ in batch]
        keys = [self._key(each) for each in named]
        values = self._store.get_many([key for key in keys if key])
        for each, key, (_, part) in zip(named, keys, batch, strict=True):
            known = self._part(values.get(key)) if key else None
            if known is None and key and isinstance(each, Parcel):
                self._unknown[each.order] = key
            yield each, known or part

    def _key(self, parcel: Artifact | Parcel) -> bytes:
        """All that a part depends on; empty where it can't be kept."""
        if not isinstance(parcel, Parcel) or not parcel.identities:
            return b""
        order = parcel.order
        shown = [parcel.disk.location(place.path).path for place in order.places]
        parcel_key = (order.kind, order.location, shown, order.wanted, order.origin, order.required)
        try:
            asked = msgspec.msgpack.encode((self._asked, parcel_key, parcel.identities))
        except UnicodeEncodeError:
            return b""
        return blake2b(asked, digest_size=20).digest()

    def _part(self, value: bytes | None) -> Part | None:
        try:
            return None if value is None else self._decoder.decode(value)
        except msgspec.DecodeError:
            return None

    def keep(self, parcel: Parcel, part: Part | None) -> None:
        """Keep what was read of a parcel that was not known, if it is the same any other day."""
        key = self._unknown.pop(parcel.order, None)
        if key is None or part is None or not part.may_be_kept:
            return
        if (data := encoded(part)) is not None:
            self._new.append((key, data))
            self._new_bytes += len(data)
            if self._new_bytes > _PUT_AT_ONCE:
                self._put()

    def _put(self) -> None:
        if self._new:
            self._store.put_many(self._new)
        self._new.clear()
        self._new_bytes = 0

    def __exit__(self, *_raised: object) -> None:
        """Put what is new, and let the file go."""
        self._put()
        self._store.close()


def _named(found: Artifact | Parcel, identities: Identities) -> Artifact | Parcel:
    """A parcel with the identities of its files, if all of them have one."""
    if not isinstance(found, Parcel):
        return found
    known = tuple(_identity(found, place, identities) for place in found.order.places)
    if b"" in known:
        return found
    return msgspec.structs.replace(found, identities=known, size=size_of(known[0]))


def _identity(parcel: Parcel, place: OnDisk, identities: Identities) -> bytes:
    if parcel.disk.has_link_above(place.path):
        return b""
    identity = identities.of(place.path)
    if identity is not None:
        return identity
    if is_link(place.path):
        return b""
    try:
        return hashed(parcel.disk.file_at(place).read())
    except Unreadable:
        return b""
