"""What a letter to a partner tells: the certificate that ends, what it opens, what must come."""

from __future__ import annotations

from datetime import date, datetime

import msgspec


class Interface(msgspec.Struct, frozen=True):
    """A channel as the partner knows it, in the environments named (none: in each)."""

    address: str
    iflow: str
    environments: tuple[str, ...] = ()


class RootList(msgspec.Struct, frozen=True):
    """The list that the new certificate's root must be on, in the environments named.

    ``kind`` is ``sap`` for SAP's public list, ``neo`` where the root must be on Neo's, too, and
    ``own`` for a list of one's own, which has no public ``name``.
    """

    kind: str
    name: str = ""
    environments: tuple[str, ...] = ()


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a certificate, in whatever language.

    ``serial`` and ``sha256`` are hexadecimal, empty where only names and dates are known.
    ``names_are_compared``: something lets every certificate of its two names in. ``only_this_one``:
    something lets in no other, ``assumed`` that this is SAP's default and nobody said so.
    ``made_by_sap``: it came with its service keys, and so does the new
    one. ``self_signed`` tells that nobody but its owner issued it, ``trusted`` that it works so.
    ``works_until`` is the last moment at which it can be used, by its chain, too, None where calls
    with it fail for what is no date. ``ca_ends``: its public CA ends certificates for clients.
    ``renewed`` is where one that may follow it lies, empty if none is at hand. ``wanted`` is the
    day by which the new one is asked for.
    """

    as_of: datetime
    name: str
    subject: str
    issuer: str
    serial: str
    sha256: str
    not_after: datetime
    works_until: datetime | None
    interfaces: tuple[Interface, ...]
    lists: tuple[RootList, ...]
    names_are_compared: bool
    only_this_one: bool
    assumed: bool
    made_by_sap: bool
    self_signed: bool
    trusted: bool
    wanted: date
    ca_ends: bool = False
    renewed: str = ""

    @property
    def has_ended(self) -> bool:
        """Whether its last day has passed."""
        return self.not_after < self.as_of

    @property
    def fails(self) -> bool:
        """Whether calls with it fail today."""
        return self.works_until is None or self.works_until < self.as_of

    @property
    def outlives_its_use(self) -> bool:
        """Whether it can't be used until its own last day."""
        return not self.has_ended and self.works_until != self.not_after
