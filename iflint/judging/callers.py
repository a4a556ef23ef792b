"""Judges service keys and mappings: by the same certificates, chains and dates as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import nlargest
from typing import TYPE_CHECKING

import msgspec

from iflint.callers.caller import Caller, CallerKind
from iflint.judging.companions import beside_peers
from iflint.judging.judge import best_first
from iflint.judging.name_index import sender_key
from iflint.judging.renewals import has_pair_of
from iflint.judging.verdicts import CallerVerdict, EntryState
from iflint.pki.names import compare

if TYPE_CHECKING:
    from datetime import datetime

    from iflint.judging.judge import Judge


def judge_callers(callers: Sequence[Caller], judge: Judge) -> tuple[CallerVerdict, ...]:
    """A verdict on each service key and mapping, beside its peers."""
    verdicts = [_by_itself(caller, judge) for caller in callers]
    of_sender: dict[tuple[str, ...], list[CallerVerdict]] = {}
    for verdict in verdicts:
        if verdict.best is not None:
            of_sender.setdefault(_sender(verdict), []).append(verdict)
    for group in of_sender.values():
        if len(group) > _MOST_PEERS:
            group[:] = nlargest(_MOST_PEERS, group, key=_end)
    conflicts = dict(_conflicts(callers))
    held = {caller.certificate.sha256 for caller in callers if caller.certificate is not None}
    renewals = judge.renewals.without(held)

    def beside(verdict: CallerVerdict) -> CallerVerdict:
        peers = _peers(verdict, of_sender)
        letting_in = [(each, match) for each in (*peers, verdict) for match in each.joined]
        return msgspec.structs.replace(
            verdict,
            successors=renewals.successors(
                verdict,
                lambda: {match.certificate.sha256: each.caller for each, match in letting_in},
                accepted=[match.certificate for _, match in letting_in],
            ),
            conflicts=tuple(conflicts.get(verdict.caller.identity, ())),
            **beside_peers(verdict, peers, lambda each: each.caller),
        )

    return tuple(beside(each) if each.best is not None else each for each in verdicts)


def sender_of(caller: Caller) -> str:
    """Equal for all that are set beside each other, and for some more."""
    return sender_key(caller.certificate.subject) if caller.certificate is not None else ""


_MOST_PEERS = 200
"""Keys or mappings of one sender that are set beside each other, those that end last. Ours: most
seen: 2."""


def _end(verdict: CallerVerdict) -> datetime:
    assert verdict.best is not None
    return verdict.best.certificate.not_after


def _by_itself(caller: Caller, judge: Judge) -> CallerVerdict:
    certificate = caller.certificate
    if certificate is None:
        state = EntryState.NOT_FOUND if caller.missing else EntryState.NOT_JUDGED
        return CallerVerdict(caller=caller, state=state)
    subject, issuer = certificate.subject, certificate.issuer
    accepted = {certificate.sha256: certificate}
    if not caller.pinned:
        accepted |= {each.sha256: each for each in judge.index.with_pair(subject, issuer)}
    joined = [
        judge.joined_certificate(each, compare(subject, each.subject), compare(issuer, each.issuer))
        for each in accepted.values()
        if each is certificate or has_pair_of(each, certificate)
    ]
    ranked = best_first(joined)
    return CallerVerdict(
        caller=caller,
        state=EntryState.JOINED,
        joined=ranked,
        unexplained=judge.unexplained_issuer(ranked),
    )


def _sender(verdict: CallerVerdict) -> tuple[str, ...]:
    """Equal for peers, but for the roles that they open."""
    caller, best = verdict.caller, verdict.best
    assert best is not None
    certificate = best.certificate
    if certificate.subject.rdns:
        whose = sender_key(certificate.subject)
    else:
        whose = (certificate.subject_alternative_names or b"").hex() or certificate.sha256
    return caller.kind, _tenant(caller), caller.user, whose


def _tenant(caller: Caller) -> str:
    """The tenant of a caller; for parameters, which name none, the folder that they lie in.

    That parameters of one folder are of one tenant is *inferred* from how people keep them; those
    of ``prod/`` and ``qa/`` are not.
    """
    if caller.tenant or caller.kind is not CallerKind.SERVICE_KEY:
        return caller.tenant
    return f"{caller.location.file.folder}/"


def _peers(
    verdict: CallerVerdict, of_sender: dict[tuple[str, ...], list[CallerVerdict]]
) -> list[CallerVerdict]:
    """The others that let the same sender in wherever this one does."""
    own = verdict.caller.roles
    return [
        other
        for other in of_sender[_sender(verdict)]
        if other is not verdict
        and (own is None or (theirs := other.caller.roles) is None or set(own) <= set(theirs))
        and _is_wherever(verdict.caller, other.caller)
    ]


def _is_wherever(caller: Caller, other: Caller) -> bool:
    """Whether the other one belongs to each environment that the caller belongs to."""
    own, theirs = caller.environments, other.environments
    return not theirs or bool(own and own <= theirs)


def _meet(caller: Caller, other: Caller) -> bool:
    """Whether there is an environment that both belong to."""
    own, theirs = caller.environments, other.environments
    return not own or not theirs or not own.isdisjoint(theirs)


def _conflicts(callers: Sequence[Caller]) -> Iterator[tuple[str, list[Caller]]]:
    """For each service key those before it in its tenant that it can't be used beside (19af5e2).

    Keys whose tenant is not known are compared with none.
    """
    by_pair: dict[tuple[str, ...], list[Caller]] = {}
    for caller in callers:
        certificate = caller.certificate
        if caller.kind is not CallerKind.SERVICE_KEY or not caller.tenant:
            continue
        if certificate is None or not certificate.subject.rdns:
            continue
        pair = (caller.tenant, *certificate.pair)
        before = by_pair.setdefault(pair, [])
        in_conflict = [
            other
            for other in before
            if _meet(caller, other)
            and (other.certificate == certificate or not (caller.pinned and other.pinned))
        ]
        before.append(caller)
        if in_conflict:
            yield caller.identity, in_conflict
