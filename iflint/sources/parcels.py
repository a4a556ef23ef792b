"""What is asked of a tree, and what can be read by itself: here, or by another process."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec

from iflint.places.location import FileLocation
from iflint.sources import names
from iflint.sources.artifacts import OnDisk, Origin

if TYPE_CHECKING:
    from iflint.sources.disk import Disk
    from iflint.sources.limits import Limits


class Wanted(msgspec.Struct, frozen=True, array_like=True):
    """What the caller asks for; without ``certificates``, of their files only the keys.

    ``of_any_name``: certificates in files whose names tell nothing, too.

    ``documents`` are documents of all kinds in bundles, too: where flows are looked for, those in a
    bundle that is in an archive are the flow's own. ``texts`` are all other files, in which
    private keys may lie.
    """

    flows: bool = True
    certificates: bool = True
    documents: bool = True
    of_any_name: bool = False
    texts: bool = False

    def in_a_repository(self) -> Wanted:
        """What is asked for in a whole repository: in it, names tell."""
        return msgspec.structs.replace(self, of_any_name=False)

    def may_matter(self, name: str) -> bool:
        """Whether to look at a file on disk that is called so; for certificates at almost any.

        A name with backslashes may be a path that a tool has taken for a name.
        """
        if self.texts or "\\" in name or names.role_of(names.plain(name)) is not None:
            return True
        return self.of_any_name and names.may_hold_certificates(name)

    def inside_archives(self) -> Wanted:
        """What is asked for inside an archive."""
        return msgspec.structs.replace(self, documents=not self.flows)


class ParcelKind(enum.IntEnum):
    """What a parcel holds."""

    ARCHIVE = 0
    FLOW = 1
    TEXT = 2


class Order(msgspec.Struct, frozen=True, array_like=True):
    """What to read, as data: an archive, a flow in a folder, or a text.

    ``main`` is the archive, the text or the ``.iflw``; ``beside`` are the manifest and the
    parameters of a flow, None where there are none. ``location`` is that of the whole. An archive
    that is not ``required`` to be readable is only skipped when it is not.
    """

    kind: ParcelKind
    location: FileLocation
    main: OnDisk
    wanted: Wanted
    beside: tuple[OnDisk | None, ...] = ()
    origin: Origin = Origin()
    required: bool = True

    @property
    def places(self) -> tuple[OnDisk, ...]:
        """Its files."""
        return (self.main, *(place for place in self.beside if place is not None))


class Parcel(msgspec.Struct, frozen=True):
    """Something on disk that can be read by itself, as it is seen from here.

    ``identities`` are those of its files (`iflint.sources.identity`), if they were asked for, and
    ``size`` are the bytes of its main file where that one tells them.
    """

    order: Order
    disk: Disk
    limits: Limits
    identities: tuple[bytes, ...] = ()
    size: int | None = None
