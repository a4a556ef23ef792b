"""The list of roots over time: what is known of each root, and what came and went."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from iflint.pki.roots.trust import Root, RootStanding, Table, TrustList, version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date


class KnownRoot(msgspec.Struct, frozen=True):
    """A root and what the list in force says of it."""

    root: Root
    standing: RootStanding


class ReleaseChange(msgspec.Struct, frozen=True):
    """What came and went between two releases of a table, the older one first."""

    older: str
    newer: str
    older_on: date
    newer_on: date
    added: tuple[Root, ...]
    removed: tuple[Root, ...]


def known_roots(trust: TrustList, words: Iterable[str] = ()) -> tuple[KnownRoot, ...]:
    """Every known root with all of ``words`` in what is known of it, the best standing first.

    Letter case does not count; a fingerprint may be written with colons.
    """
    is_wanted = matching(words)
    order = list(RootStanding)
    known = [
        KnownRoot(root, trust.standing(root))
        for root in trust.everything()
        if is_wanted(_texts(root))
    ]
    return tuple(sorted(known, key=lambda each: order.index(each.standing)))


def matching(words: Iterable[str]) -> Callable[[Iterable[str]], bool]:
    """Whether each of ``words`` stands in one of some texts: see `known_roots`."""
    wanted = [_folded(word) for word in words]

    def is_wanted(texts: Iterable[str]) -> bool:
        folded = [_folded(text) for text in texts]
        return all(any(word in text for text in folded) for word in wanted)

    return is_wanted


def change(table: Table, one: str, other: str) -> ReleaseChange:
    """What came and went between two releases, in whatever order they are given.

    Raises ValueError, one line, for a release that the table does not have.
    """
    for release in (one, other):
        if release not in table.releases:
            known = ", ".join(table.in_order)
            raise ValueError(f"{table.name} has no release {release!r}; it has {known}")
    older, newer = sorted((one, other), key=version)
    before, after = (_in_release(table, release) for release in (older, newer))
    return ReleaseChange(
        older,
        newer,
        table.releases[older],
        table.releases[newer],
        added=tuple(root for key, root in after.items() if key not in before),
        removed=tuple(root for key, root in before.items() if key not in after),
    )


def listed_in(root: Root, release: str) -> bool:
    """Whether the release of the root's own table has it."""
    if root.added_in is None or version(root.added_in) > version(release):
        return False
    return root.removed_in is None or version(root.removed_in) > version(release)


def _in_release(table: Table, release: str) -> dict[str, Root]:
    return {root.sha256: root for root in table.everything() if listed_in(root, release)}


def _texts(root: Root) -> tuple[str, ...]:
    plain = root.subject_text.replace("\\", "")
    return (root.subject_text, plain, root.key, root.origin, root.sha256, root.sha1)


def _folded(text: str) -> str:
    folded = " ".join(text.casefold().split())
    digits = folded.replace(":", "")
    return digits if ":" in folded and all(c in "0123456789abcdef" for c in digits) else folded
