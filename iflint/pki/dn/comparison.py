"""Two names side by side: equal, different, or not to be decided, and where they differ."""

from __future__ import annotations

import enum
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from iflint.pki.dn import attribute as attributes
from iflint.pki.dn.attribute import Attribute
from iflint.pki.dn.name import Rdn, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iflint.pki.dn.name import Name

_MOST_RDNS_TO_ALIGN = 40
_MOST_ATTRIBUTES_TO_PAIR = 30

Pair = tuple[Attribute, Attribute]


class Equality(enum.StrEnum):
    """Whether the runtime takes two names for the same (*inferred*: as Java does)."""

    EQUAL = "equal"
    UNDECIDABLE = "undecidable"
    DIFFERENT = "different"


class Comparison(msgspec.Struct, frozen=True):
    """The outcome of ``compare``.

    When UNDECIDABLE, ``undecidable`` holds the pairs (stored, certificate's) of attributes that
    differ by string type alone, and ``certain_text`` the whole DN with these as `#hex`.
    """

    equality: Equality
    undecidable: tuple[Pair, ...] = ()
    certain_text: str = ""


def compare(stored: Name, certificate: Name) -> Comparison:
    """A name typed in a channel with a certificate's, as the runtime compares them."""
    if stored.canonical == certificate.canonical:
        return Comparison(Equality.EQUAL)
    if len(stored.rdns) != len(certificate.rdns):
        return Comparison(Equality.DIFFERENT)
    undecidable: list[Pair] = []
    for ours, theirs in zip(stored.rdns, certificate.rdns, strict=True):
        pairs = _type_only_pairs(ours, theirs)
        if pairs is None:
            return Comparison(Equality.DIFFERENT)
        undecidable.extend(pairs)
    if not undecidable:
        return Comparison(Equality.DIFFERENT)
    return Comparison(
        Equality.UNDECIDABLE,
        tuple(undecidable),
        written(certificate, in_bytes={theirs for _, theirs in undecidable}),
    )


def _type_only_pairs(stored: Rdn, certificate: Rdn) -> list[Pair] | None:
    """The pairs that differ by string type alone; empty: equal, None: different."""
    if len(stored) != len(certificate):
        return None
    known = Counter(map(attributes.canonical, certificate))
    known.subtract(map(attributes.canonical, stored))
    if not any(known.values()):
        return []
    if len(stored) > _MOST_ATTRIBUTES_TO_PAIR:
        return None
    missing = [ours for ours in stored if known[attributes.canonical(ours)] < 0]
    left = [theirs for theirs in certificate if known[attributes.canonical(theirs)] > 0]
    pairs = []
    for ours in missing:
        for theirs in left:
            if attributes.differs_in_type_only(ours, theirs):
                pairs.append((ours, theirs))
                left.remove(theirs)
                break
        else:
            return None
    return pairs


class DifferenceKind(enum.StrEnum):
    """In what two different names differ."""

    ORDER = "order"
    """The same parts in another order."""
    ATTRIBUTE = "attribute"
    """One has an attribute that the other has not."""
    VALUE = "value"
    """The same attributes, but a value differs."""


class AlignedRdn(msgspec.Struct, frozen=True):
    """One line of two names shown one above the other; None: nothing on this side."""

    stored: Rdn | None
    certificate: Rdn | None
    same: bool


def align(stored: Name, certificate: Name) -> tuple[DifferenceKind, tuple[AlignedRdn, ...]]:
    """How two different names differ, and their RDNs side by side, in the order of each."""
    ours, theirs = stored.rdns, certificate.rdns
    if max(len(ours), len(theirs)) > _MOST_RDNS_TO_ALIGN:
        return _kind(ours, theirs), _side_by_side(ours, theirs)
    kind = _kind(ours, theirs)
    if kind is DifferenceKind.ORDER:
        return kind, _side_by_side(ours, theirs)
    return kind, _with_fewest_changes(ours, theirs)


def _same(stored: Rdn, certificate: Rdn) -> bool:
    return _type_only_pairs(stored, certificate) is not None


def _types(rdn: Rdn) -> tuple[str, ...]:
    return tuple(sorted(part.oid for part in rdn))


def _kind(stored: Sequence[Rdn], certificate: Sequence[Rdn]) -> DifferenceKind:
    if Counter(map(_types, stored)) != Counter(map(_types, certificate)):
        return DifferenceKind.ATTRIBUTE
    if max(len(stored), len(certificate)) > _MOST_RDNS_TO_ALIGN:
        return DifferenceKind.VALUE
    left = list(certificate)
    for ours in stored:
        match = next((theirs for theirs in left if _same(ours, theirs)), None)
        if match is None:
            return DifferenceKind.VALUE
        left.remove(match)
    return DifferenceKind.ORDER


def _side_by_side(stored: Sequence[Rdn], certificate: Sequence[Rdn]) -> tuple[AlignedRdn, ...]:
    from itertools import zip_longest

    return tuple(
        AlignedRdn(ours, theirs, ours is not None and theirs is not None and _same(ours, theirs))
        for ours, theirs in zip_longest(stored, certificate)
    )


def _with_fewest_changes(
    stored: Sequence[Rdn], certificate: Sequence[Rdn]
) -> tuple[AlignedRdn, ...]:
    """The alignment of least cost: another value of the same types costs less than a gap."""
    gap, value, never = 2, 3, 5
    rows, columns = len(stored), len(certificate)
    same = [[_same(ours, theirs) for theirs in certificate] for ours in stored]
    cost = [[0] * (columns + 1) for _ in range(rows + 1)]

    def change(row: int, column: int) -> int:
        if same[row][column]:
            return 0
        return value if _types(stored[row]) == _types(certificate[column]) else never

    for row in range(rows, -1, -1):
        for column in range(columns, -1, -1):
            options = []
            if row < rows and column < columns:
                options.append(change(row, column) + cost[row + 1][column + 1])
            if row < rows:
                options.append(gap + cost[row + 1][column])
            if column < columns:
                options.append(gap + cost[row][column + 1])
            cost[row][column] = min(options, default=0)

    aligned = []
    row = column = 0
    while row < rows or column < columns:
        here = cost[row][column]
        both = row < rows and column < columns
        if both and here == change(row, column) + cost[row + 1][column + 1]:
            aligned.append(AlignedRdn(stored[row], certificate[column], same[row][column]))
            row, column = row + 1, column + 1
        elif row < rows and here == gap + cost[row + 1][column]:
            aligned.append(AlignedRdn(stored[row], None, same=False))
            row += 1
        else:
            aligned.append(AlignedRdn(None, certificate[column], same=False))
            column += 1
    return tuple(aligned)
