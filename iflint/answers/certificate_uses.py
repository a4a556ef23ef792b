"""What depends on each certificate at hand: how long it lasts, its chain, and who needs it.

"What do I touch when this one changes?", asked of every certificate at once. A channel needs the
certificates that have the pair of one of its entries, and those above them that complete the chain;
a service key or a mapping those that it accepts, and those above them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING

import msgspec

from iflint.answers.chains import places_in, standing_of
from iflint.judging.references import (
    caller_reference,
    certificate_reference,
    channel_reference,
    entry_reference,
    iflow_reference,
)
from iflint.judging.verdicts import EntryState
from iflint.pki.chains.search import judge_chain
from iflint.places.defects import each_spared
from iflint.report.certificate_list import (
    CHAIN,
    MEANT,
    OWN,
    PAIR,
    UNDECIDABLE,
    CallerUse,
    CertificateUse,
    CertificateUses,
    EnvironmentStanding,
    ListInForce,
    Standing,
    Use,
)
from iflint.words.wording import days_until

if TYPE_CHECKING:
    from iflint.engine.session import Session
    from iflint.judging.verdicts import ChannelVerdict, EntryVerdict, IflowVerdict
    from iflint.pki.certificates import Certificate
    from iflint.pki.chains.verdict import ChainVerdict
    from iflint.places.location import Location
    from iflint.places.problems import Problem
    from iflint.report.certificate_list import Step
    from iflint.report.findings import IflowReference


def uses_of(sessions: Sequence[Session]) -> CertificateUses:
    """What depends on each certificate of the sessions of a run.

    Each is told once, also where several environments have it.
    """
    collected: dict[Certificate, _Collected] = {}
    without: set[tuple[IflowReference, int, int]] = set()
    problems: dict[Problem, None] = {}
    for session in sessions:
        verdicts = session.verdicts(session.as_of).values()
        problems |= dict.fromkeys(_problems(session, verdicts))
        without.update(_without(verdicts))
        for certificate, places in _certificates(session):
            one = collected.setdefault(certificate, _Collected())
            one.places |= dict.fromkeys(places)
        _collect_uses(session.name, verdicts, collected)
        _collect_callers(session, collected)
        _collect_standings(session, verdicts, collected)
    clock = sessions[0].as_of
    found = [_certificate_use(each, one, clock) for each, one in collected.items()]
    return CertificateUses(
        as_of=clock,
        lists=tuple(
            ListInForce(each.name, str(each.trust.platform), each.trust.name) for each in sessions
        ),
        certificates=tuple(sorted(found, key=_what_ends_first)),
        entries_without=len(without),
        problems=tuple(problems),
    )


def _certificates(session: Session) -> Iterator[tuple[Certificate, tuple[Location, ...]]]:
    """Each certificate at hand with its places, and those whose names and dates alone are told."""
    for certificate in session.pool:
        yield certificate, session.pool.locations(certificate)
    for caller in session.callers:
        if caller.certificate is not None and caller.certificate.is_known_by_facts:
            yield caller.certificate, caller.places


_Verdict = tuple[str, tuple[str, ...], datetime | None]


class _Collected(msgspec.Struct):
    """What is known of a certificate so far: its places, and in which environments what holds."""

    places: dict[Location, None] = {}
    standings: dict[_Verdict, tuple[tuple[Step, ...], list[str]]] = {}
    uses: dict[Use, list[str]] = {}
    callers: dict[CallerUse, list[str]] = {}


def _certificate_use(
    certificate: Certificate, collected: _Collected, clock: datetime
) -> CertificateUse:
    return CertificateUse(
        certificate=certificate_reference(certificate, tuple(collected.places)),
        role=_role(certificate),
        days_left=days_until(certificate.not_after, clock),
        by_facts=certificate.is_known_by_facts,
        standings=tuple(
            EnvironmentStanding(*verdict, steps, tuple(filter(None, names)))
            for verdict, (steps, names) in collected.standings.items()
        ),
        uses=tuple(
            msgspec.structs.replace(use, environments=tuple(filter(None, names)))
            for use, names in collected.uses.items()
        ),
        callers=tuple(
            msgspec.structs.replace(use, environments=tuple(filter(None, names)))
            for use, names in collected.callers.items()
        ),
    )


def _what_ends_first(use: CertificateUse) -> tuple[datetime, str, str]:
    certificate = use.certificate
    return certificate.not_after, certificate.subject, certificate.sha256


def _role(certificate: Certificate) -> str:
    if not certificate.is_ca:
        return "client"
    return "root" if certificate.self_issued else "intermediate"


def _problems(session: Session, verdicts: Iterable[IflowVerdict]) -> Iterator[Problem]:
    yield from session.inputs.problems
    for flow in session.flows.kept:
        if not flow.is_quiet:
            yield from flow.read.problems
    for verdict in verdicts:
        yield from verdict.iflow.problems


def _without(verdicts: Iterable[IflowVerdict]) -> Iterator[tuple[IflowReference, int, int]]:
    """The entries that no certificate at hand resembles, each as what tells it from others."""
    for verdict, channel, entry in _entries(verdicts):
        if entry.state is EntryState.NOT_FOUND:
            reference = iflow_reference(verdict.iflow)
            yield reference, channel.channel.ordinal, entry.entry.ordinal


def _entries(
    verdicts: Iterable[IflowVerdict],
) -> Iterator[tuple[IflowVerdict, ChannelVerdict, EntryVerdict]]:
    for verdict in verdicts:
        for channel in verdict.channels:
            for entry in channel.entries:
                yield verdict, channel, entry


def _collect_uses(
    name: str, verdicts: Iterable[IflowVerdict], collected: dict[Certificate, _Collected]
) -> None:
    """Note who needs what is at hand; a root that only the list of roots holds is left out."""
    for verdict, channel, entry in _entries(verdicts):
        for certificate, relation, decides in _needed(channel, entry):
            if certificate not in collected:
                continue
            use = Use(
                iflow_reference(verdict.iflow),
                channel_reference(channel.channel),
                entry_reference(entry),
                relation,
                decides,
            )
            environments = collected[certificate].uses.setdefault(use, [])
            if name not in environments:
                environments.append(name)


def _collect_callers(session: Session, collected: dict[Certificate, _Collected]) -> None:
    """Note which service keys and mappings need what is at hand."""
    for verdict in session.caller_verdicts(session.as_of):
        channels = session.opened_by(verdict.caller)
        reference = caller_reference(verdict.caller)
        renewal = session.context.words_of(verdict).renewal
        above: dict[Certificate, bool] = {}
        needed: list[tuple[Certificate, str, bool]] = []
        for match in verdict.joined:
            own = match.certificate == verdict.caller.certificate
            decides = match is verdict.best
            needed.append((match.certificate, OWN if own else PAIR, decides))
            for certificate in match.chain.certificates:
                if certificate != match.certificate:
                    above[certificate] = decides or above.get(certificate, False)
        needed += [(certificate, CHAIN, decides) for certificate, decides in above.items()]
        for certificate, relation, decides in needed:
            if certificate in collected:
                what = "" if relation == CHAIN else renewal
                use = CallerUse(reference, relation, decides, channels, what)
                collected[certificate].callers.setdefault(use, []).append(session.name)


def _needed(
    channel: ChannelVerdict, entry: EntryVerdict
) -> Iterator[tuple[Certificate, str, bool]]:
    """The certificates that an entry needs, how, and whether its verdict rests on them."""
    judged = _twin(channel, entry)
    relation = UNDECIDABLE if judged.state is EntryState.UNDECIDABLE else PAIR
    above: dict[Certificate, bool] = {}
    for match in judged.joined:
        decides = match is judged.best
        yield match.certificate, relation, decides
        for certificate in match.chain.certificates:
            if certificate != match.certificate:
                above[certificate] = decides or above.get(certificate, False)
    for certificate, decides in above.items():
        yield certificate, CHAIN, decides
    if judged.near_miss is not None:
        yield judged.near_miss.certificate, MEANT, False


def _twin(channel: ChannelVerdict, entry: EntryVerdict) -> EntryVerdict:
    """The verdict on an entry's pair: where it is a duplicate, that of the first one with it."""
    if entry.twin is None:
        return entry
    return next((one for one in channel.entries if one.entry == entry.twin), entry)


def _collect_standings(
    session: Session,
    verdicts: Iterable[IflowVerdict],
    collected: dict[Certificate, _Collected],
) -> None:
    """Judge each certificate, by what a keystore presents for it where the run does so, too."""
    from iflint.pki.chains.signatures import SignatureCache

    trust = session.trust.at(session.as_of)
    verifier = SignatureCache(session.inputs.size)
    chains: dict[Certificate, ChainVerdict] = {
        match.certificate: match.chain
        for binding in (
            *(entry for _, _, entry in _entries(verdicts)),
            *session.caller_verdicts(session.as_of),
        )
        for match in binding.joined
    }

    placed = cache(partial(places_in, session.pool))

    def judged(certificate: Certificate) -> tuple[Certificate, Standing]:
        chain = chains.get(certificate) or judge_chain(
            certificate, session.pool, trust, session.as_of, verifier
        )
        issuers = session.issuers(session.as_of)
        return certificate, standing_of(
            chain, session.pool, trust, session.as_of, issuers=issuers, places=placed
        )

    places = dict(_certificates(session))
    for certificate, standing in each_spared(places, judged, lambda each: places[each][0]):
        verdict = standing.verdict, standing.reasons, standing.holds_until
        collected[certificate].standings.setdefault(verdict, (standing.steps, []))[1].append(
            session.name
        )
