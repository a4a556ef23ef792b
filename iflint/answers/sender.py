"""What a sender's administrator has to set up, point by point, and what then lets it in.

The points are those of SAP's procedure, step 1 (057f4a7): the load balancer's root among the
certificates to trust, and a key entry with a client certificate of a CA that is supported; with
what SAP says of the chain (4509f60) and of the extended key usage (0f92842). What is not checked:
that the private key of a keystore's entry is the certificate's, and which entry a sender uses.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from iflint.answers.admissions import Admission, admissions
from iflint.answers.by_environment import each_once
from iflint.answers.chains import not_its_key, standing_of
from iflint.answers.checklist import Complaint, Point, State, complaint_of, worst
from iflint.answers.load_balancer import Trusting, trusted
from iflint.answers.lone_certificate import findings_about
from iflint.answers.refusal import MISSPELT
from iflint.answers.replies import complaint_of_reply, reply_to
from iflint.answers.store_commands import (
    CHAIN_FILE,
    Store,
    chain_again,
    completed,
    pkcs12_of,
)
from iflint.callers.caller import CallerKind
from iflint.iflow.model import AuthorizationKind
from iflint.judging.references import certificate_reference, channel_reference, iflow_reference
from iflint.judging.verdicts import ChannelVerdict, EntryState
from iflint.limits import KEY_ENTRIES, SHARE, VERDICTS_ANEW
from iflint.options import Options, UsageError
from iflint.pki.chains.pool import CertificatePool, expired_without_need, presented_by
from iflint.pki.chains.search import judge_chain
from iflint.pki.files import FoundCertificate
from iflint.pki.keystores.pkcs12 import KIND as PKCS12
from iflint.places.defects import each_spared
from iflint.places.problems import Problem
from iflint.report.certificate_list import Standing
from iflint.report.findings import (
    CertificateReference,
    ChannelReference,
    DnComparison,
    Finding,
    IflowReference,
)
from iflint.report.fitting import few
from iflint.rule.rule import Topic, topics
from iflint.words.wording import (
    NO_SUBJECT,
    counted,
    dated,
    day,
    days_until,
    left,
    listed,
    sentence,
)

if TYPE_CHECKING:
    from iflint.engine.inputs import Inputs
    from iflint.engine.session import Session
    from iflint.pki.certificates import Certificate
    from iflint.pki.files import KeyEntry
    from iflint.places.location import FileLocation

KEYSTORE, TRUSTSTORE, CONNECTIVITY_TEST = "KEYSTORE", "--truststore", "--connectivity-test"


class Reach(enum.StrEnum):
    """Whether a channel lists the pair of a certificate, the best first."""

    LISTED = "listed"
    UNCERTAIN = "uncertain"
    """The stored text can't tell."""
    NEAR_MISS = "near-miss"
    """It means this certificate, and lists another pair."""
    MISSPELT = "misspelt"
    """A row has a common name that is a letter or two away: a typing error, or another sender."""
    UNKNOWN = "unknown"
    """Its authorization or its pairs are not known."""


class Call(msgspec.Struct, frozen=True):
    """A channel that this certificate may be meant for; ``complaints`` say why it can't call it.

    ``comparisons`` set the pair of a near miss beside the certificate's.
    """

    iflow: IflowReference
    channel: ChannelReference
    reach: Reach
    complaints: tuple[Complaint, ...] = ()
    comparisons: tuple[DnComparison, ...] = ()
    environments: tuple[str, ...] = ()


class KeyEntrySide(msgspec.Struct, frozen=True, kw_only=True):
    """One key entry of the keystore: its certificate, its points, and the channels.

    ``row`` are the subject and issuer to enter in a channel, as the runtime accepts them. ``tree``
    is the chain within the entry. ``other_channels`` counts those that are authorized by client
    certificate and have nothing to do with this one. ``callers`` are the service keys and mappings
    of this sender; ``more`` are calls that are not listed.
    """

    alias: str
    certificate: CertificateReference
    row: tuple[str, str]
    tree: Standing
    points: tuple[Point, ...]
    calls: tuple[Call, ...] = ()
    other_channels: int = 0
    callers: tuple[Admission, ...] = ()
    more: int = 0

    @property
    def accepted(self) -> bool:
        """Whether the load balancer is expected to accept it, by what was checked."""
        return _accepted(self.points)

    @property
    def state(self) -> State:
        """The worst of its points."""
        return worst(point.state for point in self.points)


class SenderSide(msgspec.Struct, frozen=True, kw_only=True):
    """The whole answer: the points of the keystore, then those of each key entry.

    ``problems`` are parts of the files that could not be read.
    """

    as_of: datetime
    keystore: str
    points: tuple[Point, ...]
    entries: tuple[KeyEntrySide, ...]
    problems: tuple[Problem, ...] = ()


def _accepted(points: Iterable[Point]) -> bool:
    own = (point.state for point in points if point.name != _CHANNELS[0])
    return worst(own) is not State.FAILS


_LOAD_BALANCER = ("load-balancer-root", "The load balancer's root is among the trusted ones")
_KEY_ENTRY = ("key-entry", "The keystore has a key entry with a client certificate")
_VALIDITY = ("validity", "The certificate is valid")
_CHAIN = ("chain", "The key entry holds the whole chain")
_ROOT = ("root", "The chain ends in a root that SAP supports")
_CLIENTS = ("client-authentication", "The certificate may be used by clients")
_ADVICE = ("advice", "Nothing else speaks against the certificate")
_CHANNELS = ("channels", "A row, a service key or a mapping lets it in")

_POINT_OF: dict[Topic | None, tuple[str, str]] = {
    Topic.VALIDITY: _VALIDITY,
    Topic.CHAIN: _CHAIN,
    Topic.ROOT: _ROOT,
    Topic.CLIENTS: _CLIENTS,
}
"""Which point the findings about a topic belong to; any other ones to the advice."""


def check_sender(
    keystore: str,
    sessions: Sequence[Session],
    *,
    connectivity_test: str | None = None,
    truststores: Sequence[str] = (),
) -> SenderSide:
    """Check a sender's keystore, and against the flows of a run's ``sessions``.

    ``connectivity_test`` is the download with the load balancer's own chain. All rules are asked,
    whatever the run selects. Raises UsageError, one line, when a file can't be opened or holds
    nothing of what it is given for, and FileNotFoundError.
    """
    sessions = [session.with_every_rule() for session in sessions]
    first = sessions[0]
    options, clock = first.options, first.as_of
    read = _read(KEYSTORE, keystore, options)
    stores = [_read(TRUSTSTORE, store, options) for store in truststores]
    problems = [problem for each in (read, *stores) for problem in each.problems]
    entries = [
        (one, one.entry)
        for one in read.certificates
        if one.entry is not None and one.stored is not None  # in a keystore, not in a PEM file
    ]
    judged = entries[: _affordable(sessions)]
    trusting = Trusting(
        tuple(_held(read, stores)),
        tuple(
            Store(path, each.certificates)
            for path, each in zip((keystore, *truststores), (read, *stores), strict=True)
        ),
        first.trust.table,
        clock,
    )

    def side(each: tuple[FoundCertificate, KeyEntry]) -> KeyEntrySide:
        found, entry = each
        return _Entry(keystore, found, entry, read, sessions).side()

    return SenderSide(
        as_of=clock,
        keystore=keystore,
        points=(
            _load_balancer(trusting, connectivity_test, options),
            _key_entries(keystore, read, [entry for _, entry in judged], len(entries)),
        ),
        entries=tuple(each_spared(judged, side, lambda each: each[0].location)),
        problems=tuple(dict.fromkeys(problems)),
    )


def _read(option: str, path: str, options: Options) -> Inputs:
    """The certificates of a file that an argument names. Raises UsageError if there are none."""
    import os

    from iflint.engine.inputs import read_certificates

    where = path if option == KEYSTORE else f"{option} {path}"
    if option == KEYSTORE and os.path.isdir(os.path.join(options.directory or "", path)):
        raise UsageError(f"{where} is a folder: give the file of the keystore")
    read = read_certificates([path], options, connectivity_tests=option == CONNECTIVITY_TEST)
    if not read.certificates and not read.keys:
        raise UsageError(f"{where}: {_why_nothing(read)}")
    if not read.certificates and read.problems:
        raise UsageError(f"{where}: {_why_nothing(read)}")
    return read


def _why_nothing(read: Inputs) -> str:
    for problem in read.problems:
        return problem.in_one_line
    for skipped in read.skipped:
        return f"no certificate in it: {skipped.detail}"
    return "there is no certificate in it"


def _held(read: Inputs, stores: Iterable[Inputs]) -> Iterator[FoundCertificate]:
    """What may be trusted: the keystore's own entries, and everything in truststores."""
    yield from (found for found in read.certificates if found.stored is not None)
    for store in stores:
        yield from store.certificates


def _load_balancer(trusting: Trusting, download: str | None, options: Options) -> Point:
    count = trusted(trusting.held)
    facts = [f"{counted(count, 'certificate')} to trust in {trusting.where}"]
    if download is None:
        facts.append(
            "not compared: give the download of the Connectivity Test with --connectivity-test"
        )
        complaints = [] if count else [_NOTHING_TRUSTED]
        return _point(1, _LOAD_BALANCER, facts, complaints, least=State.UNKNOWN)
    read = _read(CONNECTIVITY_TEST, download, options)
    try:
        found, complaints = trusting.judge(read.certificates)
    except UsageError as error:
        raise UsageError(f"{CONNECTIVITY_TEST} {download}: {error}") from None
    return _point(1, _LOAD_BALANCER, [*facts, *found], complaints)


_NOTHING_TRUSTED = Complaint(
    "There is no certificate to trust, so not the load balancer's root either.",
    "Import that root (SAP's Connectivity Test downloads it), or name the truststore that the "
    "sender uses: --truststore FILE.",
    State.WARNING,
)


def _affordable(sessions: Sequence[Session]) -> int:
    """How many key entries may be judged for the rows, keys and mappings that there are."""
    bindings = sum(1 for session in sessions for _ in session.bindings(session.as_of))
    share = 1 + max(session.inputs.size for session in sessions) // SHARE
    return min(KEY_ENTRIES.value, max(1, VERDICTS_ANEW.value * share // max(bindings, 1)))


def _key_entries(keystore: str, read: Inputs, entries: Sequence[KeyEntry], held: int) -> Point:
    """What key entries there are, of which no more than these ``entries`` are judged."""
    facts = [f"{_named(entry)}: {entry.presented[0].subject.readable}" for entry in entries]
    if len(entries) > 1:
        facts.append("which of them the sender presents is set in the sender; each is judged")
    if held > len(entries):
        more = counted(held - len(entries), "more key entry", "more key entries")
        limit = KEY_ENTRIES if len(entries) >= KEY_ENTRIES.value else VERDICTS_ANEW
        facts.append(f"{more} not judged (limit {limit.name})")
    complaints = []
    if not entries:
        facts.append(_what_is_there(read))
        complaints.append(_no_key_entry(keystore, read))
    return _point(2, _KEY_ENTRY, facts, complaints)


_IN_VAIN = (
    "With these two a sender can prove nothing.",
    "Take the key with which this certificate was requested. If it is lost, let the sender get a "
    "certificate for a new key.",
)
"""What a stranger's key beside a certificate means, and what to do."""


def _what_is_there(read: Inputs) -> str:
    keys = "a private key" if read.keys else "no private key"
    count = len({found.certificate for found in read.certificates})
    return f"in it: {counted(count, 'certificate')}, {keys}"


def _no_key_entry(keystore: str, read: Inputs) -> Complaint:
    stranger = next((key for key in read.keys if key.beside is not None), None)
    if stranger is not None and stranger.beside is not None:
        return Complaint(
            f"{stranger.beside.subject.readable}: {not_its_key(stranger)}. {_IN_VAIN[0]}",
            _IN_VAIN[1],
        )
    if any(not key.keystore for key in read.keys):
        return Complaint(
            f"{keystore} holds a key and certificates, but is no keystore that ties them together.",
            "Make a keystore of them.",
            commands=(pkcs12_of(keystore),),
        )
    if read.keys:
        return Complaint(
            f"The private key in {keystore} has no certificate that can be read.",
            "Import the certificate with its whole chain into the key entry: keytool -importcert "
            "-alias ALIAS -file chain.pem -keystore KEYSTORE.",
        )
    return Complaint(
        f"{keystore} holds no private key, so a sender has nothing to present.",
        "Give the keystore in which the sender keeps its key; certificates alone are judged by "
        "`iflint chain`.",
    )


def _named(entry: KeyEntry) -> str:
    return f"“{entry.alias}”" if entry.alias else "an entry without a name"


def _point(
    number: int,
    which: tuple[str, str],
    facts: Iterable[str] = (),
    complaints: Iterable[Complaint] = (),
    least: State = State.HOLDS,
) -> Point:
    """A point whose state is that of its worst complaint, and ``least`` or worse."""
    said = tuple(complaints)
    name, title = which
    return Point(
        number=number,
        name=name,
        title=title,
        state=worst((least, *(complaint.state for complaint in said))),
        facts=tuple(facts),
        complaints=said,
    )


class _Entry:
    """One key entry, judged in each environment.

    Where a reply is to be imported into it, or something be removed, it is judged as it will be
    then.
    """

    def __init__(
        self,
        keystore: str,
        found: FoundCertificate,
        entry: KeyEntry,
        read: Inputs,
        sessions: Sequence[Session],
    ) -> None:
        self._keystore = keystore
        self._read = read
        self._sessions = sessions
        self._to_import: Complaint | None = None
        clock, trust = sessions[0].as_of, sessions[0].trust
        at_hand = (*read.certificates, *sessions[0].inputs.certificates)
        reply = reply_to(entry, at_hand, trust.at(clock), clock)
        if reply is not None:
            self._to_import = complaint_of_reply(reply, entry, keystore, clock)
            entry = reply.imported_into(entry)
            found = reply.found
        chain = judge_chain(entry.presented[0], presented_by(entry), trust.at(clock), clock)
        self._needless = expired_without_need(entry, chain.certificates, clock)
        kept = tuple(c for c in entry.presented if c not in self._needless)
        entry = msgspec.structs.replace(entry, presented=kept)
        found = msgspec.structs.replace(found, entry=entry)
        self._found = found
        self._certificate = found.certificate
        self._entry = entry

    def side(self) -> KeyEntrySide:
        certificate = self._certificate
        standings = [self._standing(session) for session in self._sessions]
        calls, others = self._calls()
        callers = tuple(
            each_once(
                (
                    (session.name, one)
                    for session in self._sessions
                    for one in admissions(session.with_certificates((self._found,)), certificate)
                ),
                len(self._sessions),
            )
        )
        found = each_once(
            (
                (session.name, point)
                for session, standing in zip(self._sessions, standings, strict=True)
                for point in self._points(session, standing)
            ),
            len(self._sessions),
        )
        points = tuple(sorted(found, key=lambda point: point.number))
        return KeyEntrySide(
            alias=self._entry.alias,
            certificate=certificate_reference(certificate, (self._found.location,)),
            row=(certificate.subject.text, certificate.issuer.text),
            tree=standings[0],
            points=(
                *points,
                self._channels_point(calls, callers, others, accepted=_accepted(points)),
            ),
            calls=calls,
            other_channels=others,
            callers=callers,
        )

    def _standing(self, session: Session) -> Standing:
        pool = presented_by(self._entry)
        trust = session.trust.at(session.as_of)
        chain = judge_chain(self._certificate, pool, trust, session.as_of)
        return standing_of(chain, pool, trust, session.as_of)

    def _points(self, session: Session, standing: Standing) -> Iterator[Point]:
        """What concerns the certificate and its chain, in one environment."""
        complaints: dict[tuple[str, str], list[Complaint]] = {}
        about = topics(session.rules)
        for finding in findings_about(self._found, session, self._beside(session)):
            which = _POINT_OF.get(about.get(finding.code), _ADVICE)
            complaints.setdefault(which, []).append(complaint_of(finding))
        self._agree_with(standing, complaints)
        self._tell_commands(session, complaints.get(_CHAIN, []))
        complaints.setdefault(_CHAIN, []).extend(self._said_of_entry(session.as_of))
        root = next((step for step in standing.steps if step.role == "root"), None)
        of_root = [f"{root.subject}; list: {session.trust.describe()}"] if root else []
        unreached = State.HOLDS if root or _ROOT in complaints else State.UNKNOWN
        if root is not None and root.faults and _ROOT not in complaints:
            unreached = State.UNKNOWN  # the chain that is at hand leads elsewhere: see there
        elif unreached is State.UNKNOWN:
            of_root = ["the chain does not get to a root"]
        yield _point(3, _VALIDITY, [self._validity(session)], complaints.get(_VALIDITY, ()))
        yield _point(4, _CHAIN, self._of_chain(session), complaints.get(_CHAIN, ()))
        yield _point(5, _ROOT, of_root, complaints.get(_ROOT, ()), least=unreached)
        yield _point(6, _CLIENTS, self._usage(standing), complaints.get(_CLIENTS, ()))
        yield _point(7, _ADVICE, (), complaints.get(_ADVICE, ()))

    def _tell_commands(self, session: Session, complaints: list[Complaint]) -> None:
        """How to put into the key entry what it lacks, with the first complaint of its chain."""
        lacking = self._to_add(session)
        if complaints and lacking:
            commands = completed(self._entry.alias, self._keystore, lacking)
            complaints[0] = msgspec.structs.replace(complaints[0], commands=commands)

    def _said_of_entry(self, clock: datetime) -> Iterator[Complaint]:
        """What no rule says of a chain: how it lies in the key entry."""
        if self._to_import is not None:
            yield self._to_import
        for key in self._read.keys:
            if key.beside == self._certificate:
                yield Complaint(sentence(not_its_key(key)) + f" {_IN_VAIN[0]}", _IN_VAIN[1])
        for certificate in self._needless:
            yield Complaint(
                f"The key entry also presents {certificate.subject.readable}, which expired on "
                f"{dated(certificate.not_after, clock)} and is not needed. Most servers then find "
                "the other chain. What SAP's does is not known.",
                f"Remove its block from {CHAIN_FILE} between these two commands.",
                State.WARNING,
                commands=chain_again(self._entry.alias, self._keystore),
            )

    def _agree_with(
        self, standing: Standing, complaints: dict[tuple[str, str], list[Complaint]]
    ) -> None:
        """Let no chain pass that fails, should no rule say why (a name that no text can state)."""
        said = (c.state for which in _OF_CHAIN for c in complaints.get(which, ()))
        if standing.verdict == "fails" and worst(said) is not State.FAILS:
            message = f"It fails: {'; '.join(standing.reasons)}."
            complaints.setdefault(_CHAIN, []).append(
                Complaint(message, "Let the sender get a certificate with a chain that holds.")
            )

    def _validity(self, session: Session) -> str:
        certificate = self._certificate
        days = days_until(certificate.not_after, session.as_of)
        return f"{day(certificate.not_before)} to {day(certificate.not_after)}, {left(days)}"

    def _usage(self, standing: Standing) -> list[str]:
        usages = standing.steps[0].usages
        if usages is None:
            return ["it has no extended key usage, which restricts nothing"]
        return [f"its extended key usage: {listed(usages) or 'none'}"]

    def _of_chain(self, session: Session) -> list[str]:
        """What lacks in the key entry, and who does not send what is in it."""
        return [*self._at_hand(session), *([] if self._is_for_java else [_WINDOWS])]

    @property
    def _is_for_java(self) -> bool:
        """Whether only Java reads such a keystore."""
        return not any(key.kind.startswith(PKCS12) for key in self._read.keys)

    def _at_hand(self, session: Session) -> list[str]:
        return [
            f"at hand, to be added to the key entry: {one.certificate.subject.readable}, in "
            f"{one.location.file}"
            for one in self._to_add(session)
        ]

    def _to_add(self, session: Session) -> list[FoundCertificate]:
        """The certificates that belong above, are at hand, and are not in the key entry."""
        found = (*self._read.certificates, *session.inputs.certificates)
        places: dict[Certificate, FoundCertificate] = {}
        for one in found:
            places.setdefault(one.certificate, one)
        return [
            places[certificate]
            for certificate in CertificatePool(found).below_roots(self._entry.presented[:1])
            if certificate not in self._entry.presented
            and certificate in places
            and not certificate.self_issued
            and session.trust.root_of(certificate) is None
        ]

    def _beside(self, session: Session) -> list[FoundCertificate]:
        """What may complete the chain, and is not presented: whoever else has a key for it."""
        found = (*self._read.certificates, *session.inputs.certificates)
        presented = [FoundCertificate(c, self._entry.location) for c in self._entry.presented]
        return [*presented, *(msgspec.structs.replace(one, entry=None) for one in found)]

    def _calls(self) -> tuple[tuple[Call, ...], int]:
        """The channels that this certificate may be meant for, and how many others there are."""
        calls: list[tuple[str, Call]] = []
        others: set[tuple[FileLocation, int]] = set()
        for session in self._sessions:
            alone = session.with_certificates((self._found,))
            verdicts = alone.verdicts(alone.as_of)
            about = topics(alone.rules)
            asked = alone.with_rules(code for code, topic in about.items() if topic in _OF_REACH)
            findings = asked.findings(asked.as_of) if asked.rules else ()
            reasons = _by_channel(findings, about, self._certificate.sha256)
            for iflow in verdicts.values():
                for verdict in iflow.channels:
                    place = (iflow.iflow.location, verdict.channel.ordinal)
                    reach = _reach(verdict, reasons.get(place, ()))
                    if reach is not None:
                        reference = iflow_reference(iflow.iflow)
                        call = _call(reference, verdict, reach, reasons.get(place, ()))
                        calls.append((session.name, call))
                    elif verdict.judged:
                        others.add(place)
        return tuple(each_once(calls, len(self._sessions))), len(others)

    def _channels_point(
        self, calls: Sequence[Call], callers: Sequence[Admission], others: int, *, accepted: bool
    ) -> Point:
        places = {(call.reach, call.iflow.location, call.channel.ordinal) for call in calls}
        counts = {reach: sum(place[0] is reach for place in places) for reach in Reach}
        letting_in = [one for one in callers if one.lets_in]
        found = counts[Reach.LISTED] + counts[Reach.UNCERTAIN] + len(letting_in)
        if not self._certificate.subject.rdns and not letting_in:
            return _point(8, _CHANNELS, (), [_WITHOUT_SUBJECT])
        if not callers and not any(session.flows for session in self._sessions):
            return _point(8, _CHANNELS, ["not compared: no flow is given"], least=State.UNKNOWN)
        able = "it can call" if accepted else "if the points above held, it could call"
        facts = [
            f"{able} {counted(counts[Reach.LISTED], 'channel')} by a row",
            *(f"{one.label} lets it in: {_opened(one)}" for one in letting_in),
            *(
                f"{counted(counts[reach], 'channel')} {said}"
                for reach, said in _REACHES.items()
                if counts[reach]
            ),
        ]
        if others:
            facts.append(f"{counted(others, 'other channel')} for other senders")
        if found:
            complaints = [_NEAR_MISSES] if counts[Reach.NEAR_MISS] else []
            return _point(8, _CHANNELS, facts, complaints)
        unknown = counts[Reach.MISSPELT] + counts[Reach.UNKNOWN] or (
            not callers and self._has_channels_by_role()
        )
        complaint = Complaint(
            "No row has the pair of this certificate, and no service key or mapping at hand lets"
            " it in.",
            " ".join(self._ways_in(callers, corrected=bool(counts[Reach.NEAR_MISS]))),
            State.UNKNOWN if unknown else State.FAILS,
        )
        return _point(8, _CHANNELS, facts, [complaint])

    def _has_channels_by_role(self) -> bool:
        """Whether there are channels whose keys or mappings may lie elsewhere."""
        return any(session.has_channels_by_role for session in self._sessions)

    def _ways_in(self, callers: Sequence[Admission], *, corrected: bool) -> Iterator[str]:
        """What to do where nothing lets the certificate in, unless rows can be ``corrected``."""
        if corrected:
            yield _NEAR_MISSES.remedy
        for one in callers:
            yield (
                f"Map it to the same user as the certificate of the {one.label}."
                if one.caller.kind == CallerKind.MAPPING
                else f"Make a new service key with it in the same instance as the {one.label}."
            )
        if callers or corrected:
            return
        subject, issuer = self._certificate.subject.text, self._certificate.issuer.text
        yield (
            f"Add a row to the channel that is meant, with Subject DN {subject} and Issuer DN "
            f"{issuer}, and redeploy the flow."
        )
        if self._has_channels_by_role():
            yield "For a channel by User Role, make a service key or a mapping with it."


def _opened(one: Admission) -> str:
    """The channels that a service key or a mapping opens, as far as they are known."""
    if one.caller.roles is None:
        return "roles not known"
    return listed(few(one.opens)) if one.opens else "no channel that is given"


_WINDOWS = (
    "a sender on Windows or .NET sends what Windows finds, not what this file holds (inferred): "
    "look for the intermediates among the “Intermediate Certification Authorities” of the "
    "computer or account (certlm.msc, certmgr.msc)"
)
_WITHOUT_SUBJECT = Complaint(
    f"No channel can list this certificate: {NO_SUBJECT}.",
    "Let the sender get a certificate with a subject, at least a common name.",
)
_OF_CHAIN = (_VALIDITY, _CHAIN, _ROOT, _CLIENTS)
_REACHES = {
    Reach.UNCERTAIN: "where the text can't tell",
    Reach.NEAR_MISS: "with a pair that is almost its own",
    Reach.MISSPELT: "with a common name a letter or two away",
    Reach.UNKNOWN: "of which the authorization or the pairs are not known",
}
_NEAR_MISSES = Complaint(
    "Some channels mean this certificate, but have another pair in their row.",
    "If the sender is to call these, correct their rows as said there.",
    State.WARNING,
)


_Reason = tuple[Topic, Finding]
_Reasons = dict[tuple["FileLocation", int], list[_Reason]]


_OF_REACH = (Topic.PAIR, Topic.UNKNOWN)
"""What the findings are about that tell how a channel stands to a certificate."""


def _by_channel(
    findings: Iterable[Finding], about: Mapping[str, Topic | None], sha256: str
) -> _Reasons:
    """Why entries are not, or may not be, this certificate's: by channel, each with its topic."""
    found: _Reasons = {}
    for finding in findings:
        iflow, channel = finding.iflow, finding.channel
        certificate = finding.certificate
        if iflow is None or channel is None:
            continue
        topic = about.get(finding.code)
        is_of_it = certificate is not None and certificate.sha256 == sha256
        if topic is Topic.UNKNOWN or (topic is Topic.PAIR and is_of_it):
            found.setdefault((iflow.location, channel.ordinal), []).append((topic, finding))
    return found


def _reach(verdict: ChannelVerdict, reasons: Iterable[_Reason]) -> Reach | None:
    """How a channel stands to the only certificate at hand; None: it has nothing to do with it."""
    states = {entry.state for entry in verdict.entries}
    if not verdict.judged:
        kind = verdict.channel.authorization.kind
        unknown = kind in (AuthorizationKind.UNKNOWN, AuthorizationKind.UNRESOLVED)
        return Reach.UNKNOWN if unknown or verdict.undefined else None
    if EntryState.JOINED in states:
        return Reach.LISTED
    if EntryState.UNDECIDABLE in states:
        return Reach.UNCERTAIN
    if EntryState.NEAR_MISS in states or any(topic is Topic.PAIR for topic, _ in reasons):
        return Reach.NEAR_MISS
    return Reach.MISSPELT if any(entry.closest for entry in verdict.entries) else None


def _call(
    iflow: IflowReference, verdict: ChannelVerdict, reach: Reach, reasons: Iterable[_Reason]
) -> Call:
    wanted = Topic.UNKNOWN if reach is Reach.UNKNOWN else Topic.PAIR
    said = [each for topic, each in reasons if reach is not Reach.LISTED and topic is wanted]
    closest = [entry.closest for entry in verdict.entries if entry.closest is not None]
    return Call(
        iflow=iflow,
        channel=channel_reference(verdict.channel),
        reach=reach,
        complaints=tuple(map(_of_a_misspelt_name, closest[:1]))
        if reach is Reach.MISSPELT
        else tuple(map(complaint_of, said)),
        comparisons=tuple(comparison for finding in said for comparison in finding.comparisons),
    )


def _of_a_misspelt_name(closest: tuple[Certificate, object]) -> Complaint:
    text = closest[0].subject.text
    return Complaint(MISSPELT, f"If this sender is meant, write the Subject DN as: {text}")
