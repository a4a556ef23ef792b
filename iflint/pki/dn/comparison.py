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
"""Each is set against each. Ours: 14 ms for two names of as many; most seen in public CAs: 9."""
_MOST_ATTRIBUTES_TO_PAIR = 30
"""Of one RDN, each against each. Ours: 2 ms; none of the public CAs' RDNs has more than one."""

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
    if len(stored) == 1:
        ours, theirs = stored[0], certificate[0]
        if attributes.canonical(ours) == attributes.canonical(theirs):
            return []
        return [(ours, theirs)] if attributes.differs_in_type_only(ours, theirs) else None
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
    REVERSED = "reversed"
    """The same parts from the last to the first, as OpenSSL prints them."""
    GROUPING = "grouping"
    """The same attributes, but one joins by ``+`` what the other separates."""
    CASE = "case"
    """The same but for letter case and blanks, where they count."""
    CHARACTERS = "characters"
    """The same to the eye: characters that look alike, or that can't be seen."""
    ESCAPES = "escapes"
    """The same but for quotation marks and escapes that became part of a value."""
    ENCODING = "encoding"
    """The same, but letters outside ASCII were read in another encoding, or lost."""
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
        same_types = Counter(map(_types, ours)) == Counter(map(_types, theirs))
        kind = DifferenceKind.VALUE if same_types else DifferenceKind.ATTRIBUTE
        return kind, _side_by_side(ours, theirs)
    kind = _kind(ours, theirs)
    if kind in (DifferenceKind.ORDER, DifferenceKind.REVERSED):
        return kind, _side_by_side(ours, theirs)
    return kind, _with_fewest_changes(ours, theirs)


def _same(stored: Rdn, certificate: Rdn) -> bool:
    return _type_only_pairs(stored, certificate) is not None


def _types(rdn: Rdn) -> tuple[str, ...]:
    return tuple(sorted(part.oid for part in rdn))


def _kind(stored: Sequence[Rdn], certificate: Sequence[Rdn]) -> DifferenceKind:
    """The kind of the difference: that of the form, if both mean the same."""
    if Counter(map(_types, stored)) != Counter(map(_types, certificate)):
        if _mean_the_same([_flat(stored)], [_flat(certificate)]):
            return DifferenceKind.GROUPING
        return DifferenceKind.ATTRIBUTE
    if _mean_the_same(stored, certificate):
        pairs = zip(stored, certificate, strict=True)
        kinds = [_disguise(*pair) for pair in pairs if not _same(*pair)]
        return max(kinds, key=_DISGUISES.index, default=DifferenceKind.CASE)
    if _mean_the_same(stored, certificate[::-1]):
        return DifferenceKind.REVERSED
    left = list(certificate)
    for ours in stored:
        match = next((theirs for theirs in left if _mean_the_same([ours], [theirs])), None)
        if match is None:
            return DifferenceKind.VALUE
        left.remove(match)
    return DifferenceKind.ORDER


def _flat(name: Sequence[Rdn]) -> Rdn:
    return tuple(attribute for rdn in name for attribute in rdn)


def _mean_the_same(stored: Sequence[Rdn], certificate: Sequence[Rdn]) -> bool:
    return len(stored) == len(certificate) and all(
        _same(ours, theirs) or _disguise(ours, theirs) in _DISGUISES
        for ours, theirs in zip(stored, certificate, strict=True)
    )


_DISGUISES = (
    DifferenceKind.CASE,
    DifferenceKind.CHARACTERS,
    DifferenceKind.ESCAPES,
    DifferenceKind.ENCODING,
)
"""What keeps apart two values that mean the same, the least first."""


def _disguise(stored: Rdn, certificate: Rdn) -> DifferenceKind:
    """The one of `_DISGUISES` that keeps two RDNs apart; VALUE if they mean different things."""
    if _types(stored) != _types(certificate) or len(stored) > _MOST_ATTRIBUTES_TO_PAIR:
        return DifferenceKind.VALUE
    kind = _DISGUISES[0]
    left = list(certificate)
    for ours in stored:
        kinds = [(_kind_of_disguise(ours, theirs), theirs) for theirs in left]
        likely = [pair for pair in kinds if pair[0] in _DISGUISES]
        if not likely:
            return DifferenceKind.VALUE
        least, match = min(likely, key=lambda pair: _DISGUISES.index(pair[0]))
        left.remove(match)
        kind = max(kind, least, key=_DISGUISES.index)
    return kind


def _kind_of_disguise(stored: Attribute, certificate: Attribute) -> DifferenceKind:
    if stored.oid != certificate.oid or not (stored.value and certificate.value):
        same = (stored.oid, stored.der) == (certificate.oid, certificate.der)
        return DifferenceKind.CASE if same else DifferenceKind.VALUE
    from iflint.pki.dn.resemblance import essence, lost_letters, seen, unescaped

    one, other = stored.value, certificate.value
    if one.replace(" ", "").casefold() == other.replace(" ", "").casefold():
        return DifferenceKind.CASE
    if seen(one) == seen(other):
        return DifferenceKind.CHARACTERS
    if seen(unescaped(one)) == seen(unescaped(other)):
        return DifferenceKind.ESCAPES
    if essence(one) == essence(other) or lost_letters(one, other):
        return DifferenceKind.ENCODING
    return DifferenceKind.VALUE


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
    gap, value, never = 2, 3, 5  # a changed value below two gaps, a change of type above
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
