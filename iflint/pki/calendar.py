"""The CA calendar: when a public CA issues its last certificate for clients.

The dates are data (``data/ca-calendar.json``), each row with its source and how sure it is; a
file of one's own replaces rows by their key and adds others. Which CA a certificate comes from is
*inferred* from the organization in the names of its chain.
"""

from __future__ import annotations

import enum
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Annotated

import msgspec

from iflint.pki.names import ORGANIZATION, MalformedName, parse_name
from iflint.places.packaged import packaged_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iflint.pki.names import Name
    from iflint.pki.roots.trust import Root

_FIRST_YEAR, _LAST_YEAR = 2020, 2099
"""Other years are slips of the hand. Ours: the first CA of the calendar stopped in 2025."""


class Confidence(enum.StrEnum):
    """How sure the dates of a row are."""

    DOCUMENTED = "documented"
    """By the CA or program itself, in force."""
    ANNOUNCED = "announced"
    """By the CA itself, some time ago: it may have moved."""
    DISPUTED = "disputed"
    """Sources contradict each other."""


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A date that somebody gives; ``by`` says who, or for what."""

    on: date
    by: str = ""


_Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
_Some = Annotated[str, msgspec.Meta(min_length=1)]


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of a CA, or of a program that binds all public CAs.

    ``organizations`` are values of O in the names of its certificates, in any letter case;
    ``roots`` are subject DNs of roots that belong to it, public or not by any other list.
    ``default_off`` is when certificates come without Client Authentication unless it is asked
    for, ``last`` the last day on which it can be had at all: a date, or several claims.
    ``forbidden_from`` is the first day on which a program lets nobody issue them,
    ``intermediates_from`` the same for new intermediates. ``lifetime_days`` is how long its
    certificates live at most, where it says so. A row without ``default_off``, ``last`` and
    ``forbidden_from`` says nothing.
    """

    key: _Key
    ca: _Some
    confidence: Confidence
    source: _Some
    organizations: tuple[_Some, ...] = ()
    roots: tuple[_Some, ...] = ()
    every_public_root: bool = False
    default_off: date | tuple[Claim, ...] | None = None
    last: date | tuple[Claim, ...] | None = None
    forbidden_from: date | None = None
    intermediates_from: date | None = None
    lifetime_days: Annotated[int, msgspec.Meta(ge=1, le=36_500)] | None = None
    note: str = ""
    known_on: date | None = None

    @property
    def says_when(self) -> bool:
        """Whether it has a date by which clients are concerned."""
        return bool(self.default_off or self.last or self.forbidden_from)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rows: tuple[Row, ...]
    known_on: date | None = None
    about: str = ""


class Stage(enum.StrEnum):
    """How a certificate for clients can be had on a day."""

    OPEN = "open"
    ON_REQUEST = "on-request"
    """By default they come without Client Authentication."""
    UNSURE = "unsure"
    """Over by a date that is disputed, or that may have moved."""
    CLOSED = "closed"


class Sunset(msgspec.Struct, frozen=True):
    """The end of certificates for clients from one CA: its own row, the program's, or both."""

    authority: Row | None
    program: Row | None

    @property
    def disputed(self) -> bool:
        """Whether the sources of the CA's dates contradict each other."""
        return self.authority is not None and self.authority.confidence is Confidence.DISPUTED

    @property
    def default_off(self) -> tuple[Claim, ...]:
        """Since when they have to be asked for, earliest first."""
        return claims(self.authority.default_off) if self.authority else ()

    @property
    def last(self) -> tuple[Claim, ...]:
        """The last day of the CA, by each source, earliest first."""
        return claims(self.authority.last) if self.authority else ()

    @property
    def forbidden_from(self) -> date | None:
        """The first day on which the program lets nobody issue them."""
        return self.program.forbidden_from if self.program else None

    @property
    def closed_from(self) -> date | None:
        """The first day on which surely none can be had: by the latest date of the CA, if it is
        sure of it, or by the program's.
        """
        return min(self._closing(-1), default=None)

    @property
    def closed_from_at_the_earliest(self) -> date | None:
        """The first day on which perhaps none can be had, by the earliest date that is given."""
        return min(self._closing(0), default=None)

    @property
    def lifetime_days(self) -> int | None:
        """How long the CA's certificates live at most; None: not known."""
        return self.authority.lifetime_days if self.authority else None

    @property
    def last_valid_day(self) -> date | None:
        """The last day on which one of before the end can be valid; None: not known."""
        if self.closed_from is None or self.lifetime_days is None:
            return None
        return date.fromordinal(self.closed_from.toordinal() - 1 + self.lifetime_days)

    def _closing(self, claim: int) -> Iterator[date]:
        announced = self.authority is not None and self.authority.confidence == "announced"
        if self.last and not (announced and claim and self.forbidden_from):
            yield date.fromordinal(self.last[claim].on.toordinal() + 1)
        if self.forbidden_from:
            yield self.forbidden_from

    def stage(self, day: date) -> Stage:
        """How a certificate for clients can be had on ``day``."""
        closed, perhaps = self.closed_from, self.closed_from_at_the_earliest
        if closed is not None and day >= closed:
            return Stage.CLOSED
        if perhaps is not None and day >= perhaps:
            return Stage.UNSURE
        if self.default_off and day >= self.default_off[0].on:
            return Stage.ON_REQUEST
        return Stage.OPEN


class Calendar(msgspec.Struct, frozen=True, dict=True):
    """The packaged calendar, read when it is first asked, with rows of one's own over it."""

    own: tuple[Row, ...] = ()

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every row: the packaged ones in their order, each as the last file has it, then others.

        Each states the day on which it was known.
        """
        rows = {row.key: row for row in _packaged()}
        rows.update((row.key, row) for row in self.own)
        return tuple(rows.values())

    def sunset_of(self, root: Root, issuers: Iterable[Name] = ()) -> Sunset | None:
        """The end of certificates for clients below ``root``; None where it is not concerned.

        Concerned are public web roots and those that a row names. ``issuers`` are the names of
        the CAs between client certificate and root, the lowest first: the first of them that a
        row knows is the CA that issues, else it is the root's.
        """
        key = root.subject.chain_key
        named = next((row for row in self.rows if key in self._roots_of(row)), None)
        if named is None and not root.public_web:
            return None
        authority = next(filter(None, map(self._row_of, issuers)), None)
        authority = authority or named or self._row_of(root.subject)
        program = self._program_row
        authority = None if authority is program else authority
        kept = [row if row is not None and row.says_when else None for row in (authority, program)]
        return Sunset(*kept) if any(kept) else None

    @property
    def program(self) -> Sunset | None:
        """What binds every public CA, by itself."""
        row = self._program_row
        return Sunset(None, row) if row is not None and row.says_when else None

    @property
    def _program_row(self) -> Row | None:
        return next((row for row in self.rows if row.every_public_root), None)

    def _row_of(self, name: Name) -> Row | None:
        for rdn in name.rdns:
            for part in rdn:
                row = self._by_organization.get(_folded(part.value))
                if row is not None and part.oid == ORGANIZATION:
                    return row
        return None

    @cached_property
    def _by_organization(self) -> dict[str, Row]:
        return {_folded(text): row for row in self.rows for text in row.organizations}

    @cached_property
    def _root_keys(self) -> dict[str, frozenset[str]]:
        return {
            row.key: frozenset(parse_name(subject).chain_key for subject in row.roots)
            for row in self.rows
        }

    def _roots_of(self, row: Row) -> frozenset[str]:
        return self._root_keys[row.key]


def read_calendar(data: bytes) -> tuple[Row, ...]:
    """The rows of a calendar file (JSON as the packaged one).

    Raises ValueError with one line that says what is wrong and where.
    """
    try:
        file = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_File)
    except msgspec.DecodeError as error:
        raise ValueError(f"the CA calendar can't be used: {error}") from None
    except UnicodeDecodeError:
        raise ValueError("the CA calendar can't be used: it is not UTF-8") from None
    keys: set[str] = set()
    for index, row in enumerate(file.rows):
        wrong = _wrong(row, keys)
        if wrong:
            raise ValueError(f"the CA calendar can't be used: {wrong} - at `$.rows[{index}]`")
        keys.add(row.key)
    return tuple(
        row if row.known_on else msgspec.structs.replace(row, known_on=file.known_on)
        for row in file.rows
    )


def _wrong(row: Row, keys: set[str]) -> str:
    """What is wrong with a row beyond its types; empty when nothing is."""
    if row.key in keys:
        return f"the key {row.key} is there twice"
    if not (row.organizations or row.roots or row.every_public_root):
        return f"{row.key} needs organizations, roots or every_public_root"
    for subject in row.roots:
        try:
            parse_name(subject)
        except MalformedName as error:
            return f"{subject!r} in roots of {row.key} is not a name: {error.message}"
    days = [claim.on for field in (row.default_off, row.last) for claim in claims(field)]
    days += [day for day in (row.forbidden_from, row.intermediates_from) if day]
    for day in days:
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            return f"{day} in {row.key} is not between {_FIRST_YEAR} and {_LAST_YEAR}"
    return ""


def _packaged() -> tuple[Row, ...]:
    return read_calendar(packaged_file("pki/data/ca-calendar.json"))


def claims(given: date | tuple[Claim, ...] | None) -> tuple[Claim, ...]:
    """The dates of a field, earliest first."""
    if given is None:
        return ()
    if isinstance(given, date):
        return (Claim(given),)
    return tuple(sorted(given, key=lambda claim: claim.on))


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
