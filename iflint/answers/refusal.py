"""What a run knows of a pair that a tenant refused: which rows list it, or nearly do.

The pair is that of a certificate which nobody has as a file, so it is judged as one of which names
are all that is known (`known_by_facts`), by the same verdicts and rules as any other; where a
certificate at hand has the pair, that one is.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from iflint.answers.admissions import label_of
from iflint.answers.by_environment import each_once
from iflint.judging.near_misses import side_by_side
from iflint.judging.references import (
    caller_reference,
    certificate_reference,
    channel_label,
    channel_reference,
    iflow_reference,
)
from iflint.judging.verdicts import EntryState
from iflint.pki.certificates import known_by_facts
from iflint.pki.files import FoundCertificate
from iflint.pki.names import Equality, MalformedName, Name, compare, parse_name
from iflint.places.location import FileLocation, Location
from iflint.report.findings import (
    CertificateReference,
    ChannelReference,
    DnComparison,
    Finding,
    IflowReference,
)
from iflint.rule.rule import Topic, topics
from iflint.rule.words import BY_A_DUMP

if TYPE_CHECKING:
    from iflint.engine.session import Session
    from iflint.judging.verdicts import ChannelVerdict, EntryVerdict, IflowVerdict

MOST_ROWS = 20
"""Rows that are told one by one. Ours: a pair is in few channels; more of them say nothing new."""
MISSPELT = "The CN differs in a letter or two: a typing error, or two senders with similar names."
MOST_SHOWN = 500
"""Characters of a text that is no DN. Ours: enough to see what was read."""
_THE_LINE = Location(FileLocation("the line"))
_SOME_DAY = datetime.max.replace(tzinfo=UTC)


class Standing(enum.StrEnum):
    """How a row stands to a pair, the nearest first."""

    LISTED = "listed"
    UNCERTAIN = "uncertain"
    """The text of the row can't tell."""
    NEAR_MISS = "near-miss"
    """It evidently means this certificate, and has another pair."""


_NEARNESS = {standing: number for number, standing in enumerate(Standing)}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row that lists a pair, or nearly does; ``ordinal`` counts the channel's rows from 1.

    ``message`` and ``remedy`` are those of the rule ``code``, where one speaks of the row.
    """

    standing: Standing
    iflow: IflowReference
    channel: ChannelReference
    ordinal: int
    location: Location
    code: str = ""
    message: str = ""
    remedy: str = ""
    comparisons: tuple[DnComparison, ...] = ()
    environments: tuple[str, ...] = ()


class Holder(msgspec.Struct, frozen=True):
    """A service key or a mapping that holds a certificate with the pair, and what it opens."""

    label: str
    opens: tuple[str, ...]
    environments: tuple[str, ...] = ()


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a pair, which is ``subject`` and ``issuer`` as texts for a row.

    ``malformed`` says what is wrong where these are no DNs: then nothing else is told.
    ``certificates`` at hand have the pair. ``channels`` counts those that let in by rows, and
    ``unresolved`` those of them whose rows or authorization are not known.
    """

    subject: str
    issuer: str
    malformed: str = ""
    compared: bool = False
    certificates: tuple[CertificateReference, ...] = ()
    rows: tuple[Row, ...] = ()
    more_rows: int = 0
    holders: tuple[Holder, ...] = ()
    channels: int = 0
    unresolved: tuple[str, ...] = ()


def refusal_of(
    pairs: Sequence[tuple[str, str]], sessions: Sequence[Session] | None = None
) -> Refusal:
    """What is known of the pair that a line tells, in the way of reading it that fits best.

    ``pairs`` are these ways, at least one; without ``sessions`` nothing is compared.
    """
    read = [_read(*pair) for pair in pairs]
    refused = [each for each in read if isinstance(each, Refusal)]
    names = [each for each in read if not isinstance(each, Refusal)]
    if not names:
        return refused[0]
    if sessions is None:
        subject, issuer = names[0]
        return Refusal(subject=subject.text, issuer=issuer.text)
    return min((_compared(*pair, sessions) for pair in names), key=_distance)


def _distance(refusal: Refusal) -> tuple[int, int]:
    """Less is better: how near the nearest row is, then whether anything has this pair."""
    nearest = min((_NEARNESS[row.standing] for row in refusal.rows), default=len(Standing))
    return nearest, not (refusal.holders or refusal.certificates)


def _read(subject: str, issuer: str) -> tuple[Name, Name] | Refusal:
    """The two names; else what is wrong with the first of them that is none."""
    names: list[Name] = []
    for role, text in (("Subject DN", subject), ("Issuer DN", issuer)):
        try:
            names.append(parse_name(text))
        except MalformedName as error:
            if not error.meant:
                said = f"The {role} in this line can't be read: {error.message}"
                return Refusal(
                    subject=subject[:MOST_SHOWN], issuer=issuer[:MOST_SHOWN], malformed=said
                )
            names.append(parse_name(error.meant))
    return names[0], names[1]


def _compared(subject: Name, issuer: Name, sessions: Sequence[Session]) -> Refusal:
    rows: list[tuple[str, Row]] = []
    holders: list[tuple[str, Holder]] = []
    held: dict[str, FoundCertificate] = {}
    channels: set[tuple[FileLocation, int]] = set()
    unresolved: dict[str, None] = {}
    made_up = _certificate(subject, issuer)
    for session in sessions:
        of_session = [
            found
            for found in session.inputs.certificates
            if _has_pair(found.certificate.subject, found.certificate.issuer, subject, issuer)
        ]
        held |= {found.certificate.sha256: found for found in of_session}
        judged = session.with_every_rule().with_certificates(of_session[:1] or [made_up])
        rows += ((session.name, row) for row in _rows(judged))
        holders += ((session.name, each) for each in _holders(session, subject, issuer))
        for iflow in judged.verdicts(judged.as_of).values():
            for channel in iflow.channels:
                if channel.judged:
                    channels.add((iflow.iflow.location, channel.channel.ordinal))
                elif channel.undefined:
                    unresolved[channel_label(iflow.iflow, channel.channel)] = None
    found = sorted(each_once(rows, len(sessions)), key=lambda row: _NEARNESS[row.standing])
    latest = sorted(held.values(), key=lambda each: each.certificate.not_after, reverse=True)
    best = (*latest, made_up)[0].certificate
    return Refusal(
        subject=best.subject.text,
        issuer=best.issuer.text,
        compared=True,
        certificates=tuple(
            certificate_reference(each.certificate, (each.location,)) for each in latest
        ),
        rows=tuple(found[:MOST_ROWS]),
        more_rows=max(len(found) - MOST_ROWS, 0),
        holders=tuple(each_once(holders, len(sessions))),
        channels=len(channels),
        unresolved=tuple(unresolved),
    )


def _certificate(subject: Name, issuer: Name) -> FoundCertificate:
    """A certificate of which these names are all that is known."""
    told = known_by_facts(subject.text, issuer.text, None, _SOME_DAY)
    return FoundCertificate(told, _THE_LINE)


def _has_pair(subject: Name, issuer: Name, *pair: Name) -> bool:
    """Whether two names are those of a pair, as far as texts can tell."""
    names = zip(pair, (subject, issuer), strict=True)
    return all(compare(*both).equality is not Equality.DIFFERENT for both in names)


def _rows(session: Session) -> Iterator[Row]:
    """The rows that list the pair of the only certificate at hand, or nearly do."""
    about = topics(session.rules)
    asked = session.with_rules(code for code, topic in about.items() if topic is Topic.PAIR)
    said: dict[tuple[FileLocation, int, int], Finding] = {}
    for finding in asked.findings(asked.as_of):
        if finding.iflow and finding.channel and finding.entry:
            row = (finding.iflow.location, finding.channel.ordinal, finding.entry.ordinal)
            if finding.comparisons or row not in said:
                said[row] = finding
    for iflow in asked.verdicts(asked.as_of).values():
        for channel in iflow.channels:
            for entry in channel.entries:
                standing = _standing(entry)
                if standing is not None:
                    row = (iflow.iflow.location, channel.channel.ordinal, entry.entry.ordinal)
                    yield _row(standing, iflow, channel, entry, said.get(row))


def _standing(entry: EntryVerdict) -> Standing | None:
    if entry.state is EntryState.JOINED:
        return Standing.LISTED
    if entry.state is EntryState.UNDECIDABLE:
        return Standing.UNCERTAIN
    if entry.near_miss is not None and entry.near_miss.held_by is not None:
        return None  # another row of the channel lists it
    near = entry.near_miss is not None or entry.closest is not None
    return Standing.NEAR_MISS if near else None


def _row(
    standing: Standing,
    iflow: IflowVerdict,
    channel: ChannelVerdict,
    entry: EntryVerdict,
    finding: Finding | None,
) -> Row:
    row = Row(
        standing=standing,
        iflow=iflow_reference(iflow.iflow),
        channel=channel_reference(channel.channel),
        ordinal=entry.entry.ordinal,
        location=entry.entry.location,
    )
    subject, issuer = entry.subject.intended, entry.issuer.intended
    if entry.closest is not None and subject is not None and issuer is not None:
        certificate, _ = entry.closest
        return msgspec.structs.replace(
            row,
            message=MISSPELT,
            remedy=f"If this sender is meant, write the Subject DN as: {certificate.subject.text}",
            comparisons=side_by_side(subject, issuer, certificate),
        )
    if finding is None:
        return row
    return msgspec.structs.replace(
        row,
        location=finding.location,
        code=finding.code,
        message=finding.message.removesuffix(BY_A_DUMP),
        remedy=finding.remedy,
        comparisons=finding.comparisons,
    )


def _holders(session: Session, subject: Name, issuer: Name) -> Iterator[Holder]:
    """The service keys and mappings whose certificate has the pair."""
    for caller in session.callers:
        held = caller.certificate
        if held is not None and _has_pair(held.subject, held.issuer, subject, issuer):
            label = label_of(caller_reference(caller), caller.location.file)
            yield Holder(label, session.opened_by(caller))
