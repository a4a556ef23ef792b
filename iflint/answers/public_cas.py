"""Which public CAs match some words, and to which roots each leads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

import msgspec

from iflint.judging.issuers import Issuers
from iflint.pki.names import parse_name
from iflint.pki.roots.history import matching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iflint.judging.issuers import Way
    from iflint.options import Options
    from iflint.pki.roots.trust import TrustList


class LeadsTo(msgspec.Struct, frozen=True):
    """A root to which a CA leads, its standing on the list in force, and the path's last day."""

    subject: str
    standing: str
    last: date | None
    over: bool


class FoundCa(msgspec.Struct, frozen=True):
    """A public CA, and the roots to which it leads, the best first.

    ``client_auth`` is what its extended key usage says of clients; ``supported`` tells whether one
    of its roots is on the list in force.
    """

    subject: str
    subject_key_id: str | None
    client_auth: str
    supported: bool
    roots: tuple[LeadsTo, ...]


def public_cas_with(
    words: Sequence[str], options: Options, trust: TrustList, as_of: datetime
) -> tuple[FoundCa, ...]:
    """The public CAs with all of ``words`` in name or key identifier, in the order of the table.

    None without words: there are thousands. Raises UsageError for a table that can't be used.
    """
    from iflint.engine.roots import read_calendar, read_public_cas

    if not words:
        return ()
    public_cas = read_public_cas(options)
    issuers = Issuers(public_cas, read_calendar(options), trust, as_of)
    is_wanted = matching(words)
    found = []
    for ca in public_cas.table.cas:
        plain = ca.subject.replace("\\", "")
        if is_wanted((ca.subject, plain, ca.subject_key_id or "")):
            ways = issuers.ways_of(ca)
            found.append(
                FoundCa(
                    parse_name(ca.subject).readable,
                    ca.subject_key_id,
                    str(ca.client_auth),
                    any(way.supported for way in ways),
                    tuple(_leads_to(ways)),
                )
            )
    return tuple(found)


def _leads_to(ways: Sequence[Way]) -> Iterator[LeadsTo]:
    for way in ways:
        if way.root is not None:
            yield LeadsTo(way.root.subject_text, str(way.standing), way.last, way.over)
