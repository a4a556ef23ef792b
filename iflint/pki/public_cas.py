"""Public CAs by name: to which roots each leads, and whether it may issue for clients.

The table (``data/public-cas.json``) is made from CCADB, where public CAs are disclosed, and read
when it is first asked. A name alone tells less than a certificate: a private CA may bear the same
one, so what follows from it is *inferred*. A name with its key identifier is a public CA's.
"""

from __future__ import annotations

import enum
import re
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from iflint.places.packaged import packaged_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iflint.pki.names import Name

R = TypeVar("R", "PublicCa", "PublicRoot")

_RUNS = re.compile(r"[a-z0-9]+")
_FEW = 200
"""Names that are searched for, 0.4 ms each. For more of them all names are read, in 100 ms."""
_HEX = re.compile(r"([0-9a-fA-F]{2})+")


class ClientAuth(enum.StrEnum):
    """What a CA's extended key usage says of certificates for clients."""

    YES = "yes"
    UNLIMITED = "unlimited"
    """It has no such extension."""
    ANY = "any"
    """anyExtendedKeyUsage."""
    NO = "no"
    """An extension without it: what the CA issues can't be used by clients."""


class PublicRoot(msgspec.Struct, frozen=True):
    """A root to which public CAs lead, by name and key."""

    subject: str
    spki_sha256: str


class PublicCa(msgspec.Struct, frozen=True):
    """A CA by subject and key: several rows may have one subject.

    ``roots`` has the last day of the best path to each root, by the root's number in the table.
    """

    subject: str
    subject_key_id: str | None
    client_auth: ClientAuth
    roots: dict[int, date]

    @property
    def may_issue_for_clients(self) -> bool:
        """Whether its extended key usage lets it."""
        return self.client_auth is not ClientAuth.NO


class Table(msgspec.Struct, frozen=True, dict=True):
    """The table as its file has it; ``checked_on`` is the day on which CCADB was read."""

    roots: tuple[PublicRoot, ...]
    cas: tuple[PublicCa, ...]
    checked_on: date | None = None
    source: str = ""

    def roots_of(self, ca: PublicCa) -> list[tuple[PublicRoot, date]]:
        """The roots to which a CA leads, each with the last day of the best path."""
        return [(self.roots[number], last) for number, last in ca.roots.items()]

    def cas_named(self, name: Name) -> tuple[PublicCa, ...]:
        """The CAs of a name, as the runtime compares names."""
        return self._cas.named(name)

    def roots_named(self, name: Name) -> tuple[PublicRoot, ...]:
        """The roots of a name, as the runtime compares names."""
        return self._roots.named(name)

    @cached_property
    def _cas(self) -> _ByName[PublicCa]:
        return _ByName(self.cas)

    @cached_property
    def _roots(self) -> _ByName[PublicRoot]:
        return _ByName(self.roots)


class PublicCas(msgspec.Struct, frozen=True, dict=True):
    """The table of public CAs: the packaged one, read when it is first asked, or one's own."""

    own: Table | None = None

    @cached_property
    def table(self) -> Table:
        """All that is known."""
        if self.own is not None:
            return self.own
        return _read(packaged_file("pki/data/public-cas.json"))


def read_public_cas(data: bytes) -> Table:
    """A table that somebody else made (JSON as the packaged one).

    Raises ValueError with one line that says what is wrong and where.
    """
    try:
        table = _read(data.removeprefix(b"\xef\xbb\xbf"))
    except msgspec.DecodeError as error:
        raise ValueError(f"the table of public CAs can't be used: {error}") from None
    except UnicodeDecodeError:
        raise ValueError("the table of public CAs can't be used: it is not UTF-8") from None
    for wrong, place in _mistakes(table):
        raise ValueError(f"the table of public CAs can't be used: {wrong} - at `$.{place}`")
    return table


def _mistakes(table: Table) -> Iterator[tuple[str, str]]:
    """What is wrong with a table beyond its types, and where."""
    from iflint.pki.names import MalformedName, parse_name

    subjects = [(root.subject, f"roots[{index}]") for index, root in enumerate(table.roots)]
    subjects += [(ca.subject, f"cas[{index}]") for index, ca in enumerate(table.cas)]
    for subject, place in subjects:
        try:
            parse_name(subject)
        except MalformedName as error:
            yield f"not a name: {error.message}", place
    known = range(len(table.roots))
    for index, ca in enumerate(table.cas):
        place = f"cas[{index}]"
        yield from ((f"there is no root {each}", place) for each in ca.roots if each not in known)
        if ca.subject_key_id is not None and not _HEX.fullmatch(ca.subject_key_id):
            yield f"no key identifier: {ca.subject_key_id!r}", place


def _read(data: bytes) -> Table:
    return msgspec.json.decode(data, type=Table)


class _ByName(Generic[R]):
    """Rows by their names, without reading each name of the table for a few questions."""

    def __init__(self, rows: Sequence[R]) -> None:
        self._rows: Sequence[R] = rows
        self._asked: dict[str, tuple[R, ...]] = {}

    def named(self, name: Name) -> tuple[R, ...]:
        """The rows of this name."""
        if name.canonical not in self._asked:
            few = len(self._asked) < _FEW
            found = self._searched(name) if few else self._read.get(name.canonical, ())
            self._asked[name.canonical] = tuple(found)
        return self._asked[name.canonical]

    def _searched(self, name: Name) -> Iterator[R]:
        """Reads only those that hold all runs of plain letters of the name."""
        from iflint.pki.names import parse_name

        parts = [part.value.lower() for rdn in name.rdns for part in rdn if part.value.isascii()]
        runs = {run for part in parts for run in _RUNS.findall(part)}
        longest = max(runs, key=len, default="")
        for row, text in zip(self._rows, self._searchable, strict=True):
            if (
                longest in text
                and all(run in text for run in runs)
                and parse_name(row.subject).canonical == name.canonical
            ):
                yield row

    @cached_property
    def _searchable(self) -> list[str]:
        return [_searchable(row.subject) for row in self._rows]

    @cached_property
    def _read(self) -> dict[str, list[R]]:
        from iflint.pki.names import parse_name

        found: dict[str, list[R]] = {}
        for row in self._rows:
            found.setdefault(parse_name(row.subject).canonical, []).append(row)
        return found


def _searchable(text: str) -> str:
    """A text in which each run of plain letters stands that its canonical form has."""
    if text.isascii():
        return text.lower()
    import unicodedata

    return unicodedata.normalize("NFKD", text.upper().lower())
