"""Sets each binding beside the others of its channel, roles or user for the same sender.

By SAP's procedure for renewals (2d3cae7) a sender's old and new one stand side by side for a while.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from iflint.judging.name_index import sender_key
from iflint.judging.renewals import is_of_same_sender
from iflint.judging.verdicts import BindingVerdict, EntryVerdict, Validity

if TYPE_CHECKING:
    from iflint.iflow.model import CertificateEntry
    from iflint.judging.renewals import Renewals

V = TypeVar("V", bound=BindingVerdict)

_MOST_ENTRIES = 200
"""How many entries of a sender in a channel are looked at. Ours: most seen: 2."""


class Companions:
    """Sets the entries of a channel beside each other, sender by sender."""

    def __init__(self, renewals: Renewals) -> None:
        self._renewals = renewals

    def beside(self, verdicts: Sequence[EntryVerdict]) -> tuple[EntryVerdict, ...]:
        """The verdicts of one channel, each with what the others of its sender mean for it."""
        of_sender: dict[str, list[EntryVerdict]] = {}
        for verdict in verdicts:
            if verdict.subject.name is not None and verdict.twin is None:
                of_sender.setdefault(sender_key(verdict.subject.name), []).append(verdict)

        @cache
        def accepting() -> Mapping[str, CertificateEntry]:
            found: dict[str, CertificateEntry] = {}
            for verdict in verdicts:
                for match in verdict.joined:
                    found.setdefault(match.certificate.sha256, verdict.entry)
            return found

        @cache
        def meaning() -> Mapping[str, CertificateEntry]:
            found: dict[str, CertificateEntry] = {}
            for verdict in verdicts:
                if verdict.near_miss is not None:
                    found.setdefault(verdict.near_miss.certificate.sha256, verdict.entry)
            return found

        return tuple(
            self._beside(verdict, of_sender[sender_key(verdict.subject.name)], accepting, meaning)
            if verdict.best is not None and verdict.subject.name is not None
            else verdict
            for verdict in verdicts
        )

    def _beside(
        self,
        verdict: EntryVerdict,
        all_of_them: Iterable[EntryVerdict],
        accepting: Callable[[], Mapping[str, CertificateEntry]],
        meaning: Callable[[], Mapping[str, CertificateEntry]],
    ) -> EntryVerdict:
        others = [other for other in islice(all_of_them, _MOST_ENTRIES) if other is not verdict]
        return msgspec.structs.replace(
            verdict,
            successors=self._renewals.successors(verdict, accepting, meaning),
            **beside_peers(verdict, others, lambda each: each.entry),
        )


def beside_peers(
    verdict: BindingVerdict, others: Sequence[V], binding_of: Callable[[V], object]
) -> dict[str, Any]:
    """What the other bindings of a sender mean for one of them, by the fields of its verdict.

    ``fresher`` are those with a certificate that is valid now, those at hand first
    (``fresher_by_facts``: none of them is), ``meanwhile`` the one among these that lasts until its
    own certificate, not valid yet, begins.
    """
    best = verdict.best
    assert best is not None
    valid = [
        (other, other.best)
        for other in others
        if other.best is not None
        and other.best.validity is Validity.VALID
        and is_of_same_sender(other.best.certificate, best.certificate)
    ]
    valid.sort(key=lambda each: each[1].certificate.is_known_by_facts)
    begins = _begins(verdict)
    return {
        "fresher": tuple(binding_of(other) for other, _ in valid),
        "fresher_by_facts": bool(valid) and valid[0][1].certificate.is_known_by_facts,
        "meanwhile": next(
            (
                binding_of(other)
                for other, match in valid
                if begins is not None and begins <= match.certificate.not_after
            ),
            None,
        ),
    }


def _begins(verdict: BindingVerdict) -> datetime | None:
    """When a binding without a valid certificate gets one; None for any other one."""
    if verdict.best is None or verdict.best.validity is not Validity.NOT_YET_VALID:
        return None
    return min(
        match.certificate.not_before
        for match in verdict.joined
        if match.validity is Validity.NOT_YET_VALID
    )
