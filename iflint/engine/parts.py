"""What was read of a parcel, as data: another process can read it, and it can be kept.

Only what holds nothing but flows and texts without a private key comes as data; anything else is
read where the run is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from iflint.__version__ import __version__
from iflint.engine.kept_flow import KeptFlow
from iflint.options import Options
from iflint.places.problems import Problem
from iflint.sources import Artifact, Order, Parcel, Skipped

if TYPE_CHECKING:
    from iflint.sources.disk import Disk


class Part(msgspec.Struct, frozen=True, array_like=True):
    """What was read of a parcel; ``spent`` is what that took of the run's limits, by name.

    ``may_be_kept``: the same files will give the same on any other day.
    """

    flows: tuple[KeptFlow, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: tuple[str, ...] = ()
    spent: dict[str, int] = {}
    may_be_kept: bool = False


Pair = tuple[Artifact | Parcel, Part | None]
"""Something that was found, with its part where it is a parcel of which that is known."""


class Asked(msgspec.Struct, frozen=True, array_like=True):
    """What is the same for all parcels of a run: what it asks for, and from where it sees them.

    ``within`` and ``tops`` are those of a `iflint.sources.disk.Reach`; None: everywhere.
    """

    version: str
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
            __version__,
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


class Sent(msgspec.Struct, frozen=True, array_like=True):
    """A parcel on its way to another process, which may not see its files: then with these."""

    order: Order
    identities: tuple[bytes, ...]
    contents: dict[str, bytes] | None = None


def encoded(part: Part) -> bytes | None:
    """The part in MessagePack; None for what that can't hold: a name that is no Unicode."""
    try:
        return msgspec.msgpack.encode(part)
    except UnicodeEncodeError:
        return None
