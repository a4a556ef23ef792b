"""Which certificate's names an entry is to get, if exactly one may be meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from iflint.judging.name_index import NameIndex
    from iflint.judging.verdicts import EntryVerdict, NearMiss
    from iflint.pki.certificates import Certificate


class NoChoice(msgspec.Struct, frozen=True):
    """Why no certificate is chosen, as a clause, and what to do (empty: what the finding says).

    ``unsafe`` tells that one would be if guesses were taken.
    """

    why: str
    remedy: str = ""
    unsafe: bool = False


_SEVERAL = "more than one certificate may be meant"


def meant(entry: EntryVerdict, index: NameIndex, *, unsafe: bool) -> Certificate | NoChoice:
    """The certificate from which an entry differs in form only.

    ``unsafe`` also takes one whose names stand in each other's place.
    """
    near = entry.near_miss
    if near is None:
        return NoChoice("no certificate at hand shows what is meant")
    if near.held_by is not None:
        why = f"row {near.held_by.ordinal} accepts that certificate already"
        return NoChoice(why, "Remove this row")
    if {comparison.kind for comparison in near.comparisons} == {"exchanged"}:
        if not unsafe:
            return NoChoice("each of its names stands in the other one's place", unsafe=True)
    elif more := near.more_than_form:
        names = " and the ".join(more)
        differs = "differs" if len(more) == 1 else "differ"
        return NoChoice(f"the {names} {differs} in more than spelling or order")
    if _others_are_as_good(entry, near, index):
        return NoChoice(_SEVERAL, "Find out which one the sender uses, and enter its DNs")
    return near.certificate


def _others_are_as_good(entry: EntryVerdict, near: NearMiss, index: NameIndex) -> bool:
    """Whether an entry differs from a certificate with another pair in form only, too."""
    from iflint.judging.near_misses import differs_in_form_only

    subject, issuer = entry.subject.intended, entry.issuer.intended
    assert subject is not None
    assert issuer is not None
    meant = (near.certificate.subject.canonical, near.certificate.issuer.canonical)
    return any(
        differs_in_form_only(subject, issuer, each)
        for each in index.resembling(subject)
        if (each.subject.canonical, each.issuer.canonical) != meant
    )


def misspelt(
    entry: EntryVerdict, index: NameIndex, *, unsafe: bool
) -> Certificate | NoChoice | None:
    """The certificate whose common name is a letter or two away, which is a guess.

    None where there is none.
    """
    if entry.closest is None or entry.subject.name is None or entry.issuer.name is None:
        return None
    alike = index.misspelt(entry.subject.name, entry.issuer.name)
    if len({(each.subject.canonical, each.issuer.canonical) for each in alike}) > 1:
        return NoChoice(_SEVERAL)
    certificate = entry.closest[0]
    if unsafe:
        return certificate
    name = certificate.subject.common_name
    why = f"that {name} is meant is a guess: the name may be right, and a partner's own"
    return NoChoice(why, unsafe=True)
