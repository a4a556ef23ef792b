"""Certificates as reports tell of them: how long each lasts, its chain, and who needs it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from iflint.places.problems import Problem
from iflint.report.findings import (
    CallerReference,
    CertificateReference,
    ChannelReference,
    EntryReference,
    IflowReference,
)

OWN, PAIR, UNDECIDABLE, MEANT, CHAIN = "own", "pair", "undecidable", "meant", "chain"


class Place(msgspec.Struct, frozen=True):
    """Where a certificate was found; ``line`` is that of its PEM block, None in binary files."""

    file: str
    line: int | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One certificate of a chain, or the root or the missing one in its place.

    ``role`` is ``client`` for the certificate that the chain begins with, else ``intermediate``,
    ``root`` or ``missing``. ``usages`` are the extended key usages for people, None without such
    an extension. ``known_as`` tells what the list of roots knows of a root, or to which root a
    missing one leads. ``faults`` are clauses that say what is wrong with this step, none when it
    holds; ``certain`` is False when whether it holds is not known. ``sources`` are addresses from
    which a missing certificate may be had, and ``note`` is what else is to be known of it, in a
    clause.
    """

    role: str
    subject: str
    sha256: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    days_left: int | None = None
    key: str = ""
    usages: tuple[str, ...] | None = None
    places: tuple[Place, ...] = ()
    known_as: str = ""
    faults: tuple[str, ...] = ()
    certain: bool = True
    sources: tuple[str, ...] = ()
    note: str = ""


class Use(msgspec.Struct, frozen=True):
    """An entry of a channel that needs a certificate, in the environments named.

    ``relation`` is ``pair`` when the certificate has the entry's pair, ``undecidable`` when it may
    have it, ``meant`` when the entry evidently means it and differs, ``chain`` when it stands
    above one that has the pair. ``decides`` tells whether the verdict on the entry rests on it:
    False where the entry has a better certificate.
    """

    iflow: IflowReference
    channel: ChannelReference
    entry: EntryReference
    relation: str
    decides: bool
    environments: tuple[str, ...] = ()


class CallerUse(msgspec.Struct, frozen=True):
    """A service key or a mapping that needs a certificate, in the environments named.

    ``relation`` is ``own`` for the certificate that it holds, ``pair`` for another one that an
    unpinned key accepts, ``chain`` for one above it; ``decides`` as for a `Use`. ``channels`` are
    those that it is known to open, as people read them. ``renewal`` is what to do when the
    certificate ends, empty for one above its own.
    """

    caller: CallerReference
    relation: str
    decides: bool
    channels: tuple[str, ...] = ()
    renewal: str = ""
    environments: tuple[str, ...] = ()


class Standing(msgspec.Struct, frozen=True):
    """What the dates and the chain of a certificate are worth.

    ``verdict`` is ``works``, ``uncertain`` or ``fails``, ``reasons`` say why it is not the first;
    ``holds_until`` is when one that works ends to do so, as far as dates can tell. ``steps`` are
    the best chain, the certificate itself first.
    """

    verdict: str
    reasons: tuple[str, ...]
    holds_until: datetime | None
    steps: tuple[Step, ...] = ()


class EnvironmentStanding(Standing, frozen=True):
    """The standing in the environments named; ``steps`` are of the first of them."""

    environments: tuple[str, ...] = ()


class CertificateUse(msgspec.Struct, frozen=True):
    """A certificate at hand and everything that needs it.

    ``by_facts`` tells that a file tells its names and dates, and not the certificate itself: then
    its fingerprint is none of a certificate.

    ``role`` is ``client``, ``intermediate`` or ``root``, by what the certificate says of itself.
    ``days_left`` counts calendar days (UTC) from the clock to its last day, negative once that
    has passed. ``standings`` is one, or several where environments differ. ``more`` counts the
    uses and callers that are not listed.
    """

    certificate: CertificateReference
    role: str
    days_left: int
    standings: tuple[EnvironmentStanding, ...]
    uses: tuple[Use, ...]
    callers: tuple[CallerUse, ...] = ()
    by_facts: bool = False
    more: int = 0

    @property
    def is_needed(self) -> bool:
        """Whether anything here needs it."""
        return bool(self.uses or self.callers or self.more)


class ListInForce(msgspec.Struct, frozen=True):
    """The list of roots that verdicts rely on; ``environment`` is empty where none is checked."""

    environment: str
    platform: str
    name: str


class CertificateUses(msgspec.Struct, frozen=True):
    """Every certificate at hand, the one that ends first being the first.

    ``entries_without`` counts the entries for which none is at hand; ``problems`` are inputs
    that could not be read, so that certificates or channels may be missing here. ``more`` counts
    the certificates that are not listed: those that end last.
    """

    as_of: datetime
    lists: tuple[ListInForce, ...]
    certificates: tuple[CertificateUse, ...]
    entries_without: int = 0
    problems: tuple[Problem, ...] = ()
    more: int = 0
