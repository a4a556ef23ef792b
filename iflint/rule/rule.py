"""What a rule is: metadata, a documentation page, and a method for each thing it is handed."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from iflint.judging.references import (
    caller_reference,
    channel_reference,
    entry_reference,
    iflow_reference,
    told_certificate,
)
from iflint.places.location import Location
from iflint.report.findings import (
    DnComparison,
    Finding,
    Related,
    RuleInfo,
    Severity,
    State,
)
from iflint.rule.options import Option, RuleSettings
from iflint.rule.supply import Supply, sunset_of, supply_after
from iflint.rule.words import BY_A_DUMP, ENTRY, Words, words_of

if TYPE_CHECKING:
    from datetime import datetime

    from iflint.iflow.model import Iflow, SenderChannel
    from iflint.judging.bridges import Bridge, Ways
    from iflint.judging.verdicts import (
        BindingVerdict,
        CallerVerdict,
        ChannelVerdict,
        EntryVerdict,
        IflowVerdict,
    )
    from iflint.options import ServiceKeySettings, Suppression, UserSettings
    from iflint.pki.calendar import Calendar
    from iflint.pki.certificates import Certificate
    from iflint.pki.chains.verdict import ChainVerdict
    from iflint.pki.files import FoundCertificate
    from iflint.pki.keys import KeyMaterial
    from iflint.pki.roots.trust import TrustList
    from iflint.places.problems import Problem


class Topic(enum.StrEnum):
    """What the findings of a rule are about, for those who sort findings without knowing rules."""

    PAIR = "pair"
    """What a row says: its texts, its place among the others; not the certificate that has them."""
    RENEWAL = "renewal"
    """Whether a channel is prepared for the next certificate of a sender."""
    UNKNOWN = "unknown"
    """What the flow does not tell: an authorization or a pair."""
    VALIDITY = "validity"
    """The dates of a certificate and of those above it."""
    CHAIN = "chain"
    """The certificates between a certificate and its root."""
    ROOT = "root"
    """The root of a chain, and whether SAP supports it."""
    CLIENTS = "clients"
    """Whether clients may use a certificate."""


class Answer(enum.StrEnum):
    """Whose names `iflint fix` writes for a finding about an entry."""

    MEANT = "meant"
    """Those of the certificate that is meant, from which the entry differs in form only."""
    CLOSEST = "closest"
    """Those of the certificate whose common name is a letter or two away: a guess."""
    SUCCESSOR = "successor"
    """Those of the successor of the entry's certificate, in a row of its own."""


class Context(msgspec.Struct, frozen=True):
    """What is the same for everything that is judged in one environment.

    ``as_of`` is the clock (aware, UTC); ``expiry_days`` the window of "soon";
    ``certificates_at_hand`` how many different certificates were read; ``calendar`` says when
    public CAs stop issuing certificates for clients; ``in_force`` has the rules by code; ``ways``
    tells to which roots a CA leads besides those of the certificates at hand, and ``nameless`` are
    those of clients that have no subject.
    """

    as_of: datetime
    expiry_days: int
    trust: TrustList
    certificates_at_hand: int
    calendar: Calendar
    in_force: Mapping[str, Rule] = {}
    ways: Ways | None = None
    nameless: tuple[FoundCertificate, ...] = ()

    def bridge_of(self, chain: ChainVerdict) -> Bridge | None:
        """The way around the root of a chain that is not on the list, where one is known."""
        if self.ways is None:
            return None
        from iflint.judging.bridges import bridge_of

        return bridge_of(chain, self.trust, self.as_of, self.ways)

    def is_soon(self, moment: datetime, days: int) -> bool:
        """Whether ``moment`` has passed, or comes within so many days."""
        return moment - self.as_of <= timedelta(days=days)

    def nameless_for(self, verdict: EntryVerdict) -> FoundCertificate | None:
        """The certificate without a subject that an entry may mean, if one is at hand."""
        if not self.nameless:
            return None
        from iflint.judging.nameless import meant_by

        return meant_by(verdict, self.nameless)

    def supply_after(self, chain: ChainVerdict) -> Supply:
        """Where the next certificate can be had, after the one with this chain."""
        sunset = sunset_of(self.calendar, chain)
        return supply_after(sunset, self.calendar, self.trust.platform, self.as_of.date())

    def words_of(self, verdict: BindingVerdict, spoken: Words | None = None) -> Words:
        """How to speak of a binding, by what can be had on the day of the run."""
        platform, today = self.trust.platform, self.as_of.date()
        return words_of(verdict, self.calendar, platform, today, spoken)

    def window_of(self, topic: Topic) -> int:
        """The days that are "soon" for the rules about a topic; the run's, if none is asked."""
        options = [r.configured.options for r in self.in_force.values() if r.about is topic]
        windows = [int(each["expiry-days"]) for each in options if "expiry-days" in each]
        return max(windows, default=self.expiry_days)


class ProblemCase(msgspec.Struct, frozen=True):
    """An input that could not be read; ``iflow`` is set when it belongs to one."""

    kinds: ClassVar[tuple[str, ...]] = ("problem",)
    context: Context
    problem: Problem
    iflow: Iflow | None = None


class KeyCase(msgspec.Struct, frozen=True):
    """A file that holds a private key, or a keystore that holds some."""

    kinds: ClassVar[tuple[str, ...]] = ("key",)
    context: Context
    key: KeyMaterial
    iflow: None = None


class IflowCase(msgspec.Struct, frozen=True):
    """An iFlow with at least one channel to judge."""

    kinds: ClassVar[tuple[str, ...]] = ("iflow",)
    context: Context
    verdict: IflowVerdict

    @property
    def iflow(self) -> Iflow:
        """The iFlow itself."""
        return self.verdict.iflow


class ChannelCase(msgspec.Struct, frozen=True):
    """A sender channel that is checked, or that has certificate entries all the same."""

    kinds: ClassVar[tuple[str, ...]] = ("channel",)
    context: Context
    iflow: Iflow
    verdict: ChannelVerdict

    @property
    def channel(self) -> SenderChannel:
        """The channel itself."""
        return self.verdict.channel


class EntryCase(msgspec.Struct, frozen=True):
    """A certificate entry of a channel whose entries decide who may call.

    ``spoken`` are the words for it, before it is known what can be had on the day of the run.
    """

    kinds: ClassVar[tuple[str, ...]] = ("binding", "entry")
    context: Context
    iflow: Iflow
    channel: SenderChannel
    verdict: EntryVerdict
    spoken: Words = ENTRY

    @property
    def words(self) -> Words:
        """How to speak of it."""
        return self.context.words_of(self.verdict, self.spoken)


class CallerCase(msgspec.Struct, frozen=True):
    """A service key or a certificate-to-user mapping, with a certificate or without.

    ``spoken`` are the words for it, as of an `EntryCase`; None: those for its kind.
    """

    kinds: ClassVar[tuple[str, ...]] = ("binding", "caller")
    context: Context
    verdict: CallerVerdict
    spoken: Words | None = None
    iflow: None = None

    @property
    def words(self) -> Words:
        """How to speak of it."""
        return self.context.words_of(self.verdict, self.spoken)


class RunCase(msgspec.Struct, frozen=True):
    """The run as a whole, for what is to be said once; handed last."""

    kinds: ClassVar[tuple[str, ...]] = ("run",)
    context: Context
    verdicts: tuple[IflowVerdict, ...]
    iflow: None = None


class SuppressionCase(msgspec.Struct, frozen=True):
    """A suppression of the configuration, and what it did in the whole run."""

    kinds: ClassVar[tuple[str, ...]] = ("suppression",)
    context: Context
    use: Use
    iflow: None = None


class SettingCase(msgspec.Struct, frozen=True):
    """A table of the configuration about keys or users that matches none in the whole run."""

    kinds: ClassVar[tuple[str, ...]] = ("setting",)
    context: Context
    table: ServiceKeySettings | UserSettings
    iflow: None = None


class FailureCase(msgspec.Struct, frozen=True):
    """A rule that failed in the run; handed when all others have been asked."""

    kinds: ClassVar[tuple[str, ...]] = ("failure",)
    context: Context
    failure: RuleFailure
    iflow: None = None


BindingCase = EntryCase | CallerCase
"""What lets a client certificate in: a row of a channel, a service key or a mapping."""

Case = (
    ProblemCase
    | KeyCase
    | IflowCase
    | ChannelCase
    | EntryCase
    | CallerCase
    | RunCase
    | SuppressionCase
    | SettingCase
    | FailureCase
)
CASES: tuple[type[Case], ...] = (
    ProblemCase,
    KeyCase,
    IflowCase,
    ChannelCase,
    EntryCase,
    CallerCase,
    RunCase,
    SuppressionCase,
    SettingCase,
    FailureCase,
)


def place_of(case: Case) -> Location | None:
    """What a case is about, as a place; None for the run as a whole."""
    match case:
        case ProblemCase():
            return case.problem.location
        case KeyCase():
            return case.key.location
        case IflowCase():
            return Location(case.iflow.location)
        case ChannelCase():
            return case.channel.location
        case EntryCase():
            return case.verdict.entry.location
        case CallerCase():
            return case.verdict.caller.location
        case SuppressionCase():
            return case.use.suppression.location
        case SettingCase():
            return case.table.location
        case FailureCase():
            return case.failure.location
    return None


class Rule:
    """Base of every rule, iflint's own and anybody's.

    A subclass sets ``code``, ``name`` and ``severity`` (and ``outcome``, what it finds as a clause
    for one and for several: "certificate has expired"), writes its documentation page as its
    docstring (first line: the summary) and overrides the ``check_…`` methods for what it wants
    to be handed. It sees the model only: no XML, no files, no clock but the run's.
    A rule that is not ``enabled`` speaks only when it is selected. ``about`` says what its findings
    are about, where it is one of the topics, and ``answer`` what `iflint fix` writes for them,
    where it writes anything. What a team may want to tune
    is an attribute of its class made by `iflint.rule.options`, and read from the rule itself. A
    rule keeps nothing from one case to the next.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    outcome: ClassVar[tuple[str, str]] = ("", "")
    severity: ClassVar[Severity]
    state: ClassVar[State] = State.STABLE
    enabled: ClassVar[bool] = True
    about: ClassVar[Topic | None] = None
    answer: ClassVar[Answer | None] = None
    help_uri: ClassVar[str] = ""
    configured: RuleSettings = RuleSettings()

    def check(self, case: Case) -> Iterable[Finding]:
        """Hand a case to the methods for its kinds."""
        for kind in case.kinds:
            method: Callable[[Case], Iterable[Finding]] = getattr(self, f"check_{kind}")
            yield from method(case)

    def check_problem(self, case: ProblemCase) -> Iterable[Finding]:  # noqa: ARG002
        """Judge an input that could not be read."""
        return ()

    def check_key(self, case: KeyCase) -> Iterable[Finding]:  # noqa: ARG002
        """Judge a file that holds a private key."""
        return ()

    def check_iflow(self, case: IflowCase) -> Iterable[Finding]:  # noqa: ARG002
        """Judge an iFlow as a whole."""
        return ()

    def check_channel(self, case: ChannelCase) -> Iterable[Finding]:  # noqa: ARG002
        """Judge a sender channel."""
        return ()

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:  # noqa: ARG002
        """Judge whatever lets a certificate in: an entry, a service key or a mapping."""
        return ()

    def check_entry(self, case: EntryCase) -> Iterable[Finding]:  # noqa: ARG002
        """Judge a certificate entry: what its row says."""
        return ()

    def check_caller(self, case: CallerCase) -> Iterable[Finding]:  # noqa: ARG002
        """Judge a service key or a mapping."""
        return ()

    def check_run(self, case: RunCase) -> Iterable[Finding]:  # noqa: ARG002
        """Judge the run as a whole."""
        return ()

    def check_suppression(self, case: SuppressionCase) -> Iterable[Finding]:  # noqa: ARG002
        """Judge a suppression, once it is known what it did."""
        return ()

    def check_setting(self, case: SettingCase) -> Iterable[Finding]:  # noqa: ARG002
        """Judge a table about keys or users that matches none."""
        return ()

    def check_failure(self, case: FailureCase) -> Iterable[Finding]:  # noqa: ARG002
        """Judge that a rule has failed."""
        return ()

    @classmethod
    def handed(cls) -> tuple[str, ...]:
        """What this rule is handed: the ``check_…`` methods that it overrides."""
        kinds = dict.fromkeys(kind for case in CASES for kind in case.kinds)
        return tuple(
            kind
            for kind in kinds
            if getattr(cls, f"check_{kind}") is not getattr(Rule, f"check_{kind}")
        )

    @classmethod
    def options(cls) -> tuple[Option[Any], ...]:
        """The options that this rule has, by the order of their names."""
        declared = (getattr(cls, name) for name in sorted(dir(cls)))
        return tuple(each for each in declared if isinstance(each, Option))

    @classmethod
    def info(cls) -> RuleInfo:
        """This rule as reports and documentation describe it."""
        from inspect import cleandoc

        page = cleandoc(cls.__doc__ or "")
        summary, _, rest = page.partition("\n\n")
        return RuleInfo(
            code=cls.code,
            name=cls.name,
            severity=cls.severity,
            state=cls.state,
            summary=" ".join(summary.split()),
            documentation=_with_options(rest.strip(), cls.options()),
            handed=cls.handed(),
            options=tuple(option.info() for option in cls.options()),
            help_uri=cls.help_uri or _published_page(cls),
            enabled=cls.enabled and cls.state is not State.PREVIEW,
        )

    def finding(
        self,
        case: Case,
        message: str,
        *,
        remedy: str,
        location: Location,
        related: Iterable[Related] = (),
        severity: Severity | None = None,
        certificate: tuple[Certificate, tuple[Location, ...]] | None = None,
        renewed: tuple[Certificate, tuple[Location, ...]] | None = None,
        comparisons: tuple[DnComparison, ...] = (),
        breaks_on: datetime | None = None,
        broken_since: datetime | None = None,
        works_from: datetime | None = None,
        key: str = "",
        cause: str = "",
        by_names: bool = False,
        fixable: bool = False,
    ) -> Finding:
        """Make a finding of this rule about ``case``; see `iflint.report.findings.Finding`.

        ``cause`` is what is to be mended, equal for all findings that go with it; where it is not
        given, that is the certificate or, of what a row says, the text.
        """
        channel = case.channel if isinstance(case, ChannelCase | EntryCase) else None
        caller = caller_reference(case.verdict.caller) if isinstance(case, CallerCase) else None
        if isinstance(case, CallerCase):
            message += case.words.aside
        elif certificate is not None and certificate[0].is_known_by_facts:
            message += BY_A_DUMP
        return Finding(
            code=self.code,
            name=self.name,
            severity=severity or self.severity,
            message=message,
            remedy=remedy,
            location=location,
            related=tuple(related),
            iflow=iflow_reference(case.iflow) if case.iflow else None,
            channel=channel_reference(channel) if channel else None,
            entry=entry_reference(case.verdict) if isinstance(case, EntryCase) else None,
            caller=caller,
            certificate=told_certificate(*certificate) if certificate else None,
            renewed=told_certificate(*renewed) if renewed else None,
            comparisons=comparisons,
            breaks_on=breaks_on,
            broken_since=broken_since,
            works_from=works_from,
            key=key,
            cause=self._cause(cause, certificate, location),
            by_names=by_names,
            fixable=fixable and not location.file.members,
        )

    def _cause(
        self,
        given: str,
        certificate: tuple[Certificate, tuple[Location, ...]] | None,
        location: Location,
    ) -> str:
        """The identity of a cause: what is to be mended, and of which rule."""
        from hashlib import sha256

        of_text = certificate is None or self.about is Topic.PAIR
        what = given or (str(location) if of_text or certificate is None else certificate[0].sha256)
        text = f"{self.code}\x1f{what}".encode("utf-8", "backslashreplace")
        return sha256(text).hexdigest()[:16]


def _with_options(page: str, options: Iterable[Option[Any]]) -> str:
    """The page with a section on the rule's options, before the one on its sources."""
    lines = [f"- `{option.name}`: {option.summary} {option.accepted}" for option in options]
    if not lines:
        return page
    before, source, after = page.partition("## Source")
    return "\n\n".join([before.strip(), "## Options", "\n".join(lines), source + after]).strip()


def _published_page(rule: type[Rule]) -> str:
    """Where the page of one of iflint's own rules is published; empty for other rules."""
    from iflint.links import rule_page

    return rule_page(rule.name) if rule.__module__.startswith("iflint_rules.") else ""


def topics(rules: Iterable[Rule]) -> dict[str, Topic | None]:
    """What each rule's findings are about, by its code."""
    return {rule.code: rule.about for rule in rules}


class RuleFailure(msgspec.Struct, frozen=True):
    """A rule that ended with an exception: how often, and where first.

    ``package`` is the one in which it stands, ``error`` the name of the exception.
    """

    code: str
    name: str
    package: str
    error: str
    location: Location
    times: int = 1


class Use(msgspec.Struct, frozen=True):
    """What a suppression did in a run.

    ``findings`` counts what it suppressed. ``in_vain`` tells that the run looked at what it is
    for and found nothing to suppress; a run that checked something else says nothing of it.
    ``missing`` then are the settings that match nothing at all that was checked.
    """

    suppression: Suppression
    findings: int
    expired: bool
    in_vain: bool
    missing: tuple[str, ...] = ()
