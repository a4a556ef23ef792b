"""The rows of a table of roots, as its JSON has them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

_RELEASE = r"[0-9]{1,6}(\.[0-9]{1,6}){0,5}"
"""How a release is written. Ours: the nine of the trust store have three parts of one digit."""
_Version = Annotated[str, msgspec.Meta(pattern=f"^{_RELEASE}$")]
_Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-fA-F]{64}$")]
_Sha1 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-fA-F]{40}$")]
_Hex = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-fA-F]{2})*$")]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One root as the table's JSON has it."""

    subject: str
    sha256: _Sha256
    sha1: _Sha1 | None = None
    not_before: date
    not_after: date
    key: str = ""
    subject_key_id: _Hex | None = None
    spki: bytes
    added_in: _Version
    added_on: date | None = None
    removed_in: _Version | None = None
    removed_on: date | None = None
    required: bool | None = None
    in_mozilla_tls_store: bool | None = None
    in_neo_list: bool = False


class NamedRoot(msgspec.Struct, frozen=True):
    """A root of Neo's list of which the page gives only name and fingerprint."""

    subject_as_printed: str
    sha1: _Sha1


class NeoList(msgspec.Struct, frozen=True):
    """What the table has of Neo's list besides its rows; ``as_of`` is the day of the page."""

    as_of: date | None = None
    not_in_trust_store: tuple[NamedRoot, ...] = ()


class Rows(msgspec.Struct, frozen=True):
    """Everything that a table says of roots, and the releases that its rows name."""

    releases: dict[_Version, date]
    roots: tuple[Row, ...]
    checked_on: date | None = None
    neo_list: NeoList = NeoList()


def read_rows(data: bytes) -> Rows:
    """The rows of a table that was looked at before."""
    return msgspec.json.decode(data, type=Rows)
