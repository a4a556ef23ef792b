"""The one immutable result of a run: the inventory with its verdicts, and the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from iflint.places.location import FileLocation, Location, Package
from iflint.places.paths import without_any
from iflint.report.findings import CertificateReference, DnComparison, Finding, RuleInfo, Severity

if TYPE_CHECKING:
    from iflint.iflow.diagram.model import Diagram
    from iflint.report.certificate_list import CertificateUses


class TrustSummary(msgspec.Struct, frozen=True):
    """The list of roots that the run used; ``name`` is how people read it, release included.

    ``release`` and ``released_on`` (ISO date) are empty for a list made of files.
    ``known_until`` (ISO date) is how far the table of roots knows; ``stale_days`` counts the days
    from there to the clock when they are so many that a release may be missing, else it is 0.
    """

    platform: str
    name: str
    release: str = ""
    released_on: str = ""
    known_until: str = ""
    stale_days: int = 0


class LinkResult(msgspec.Struct, frozen=True):
    """One link of a chain, from a certificate to its issuer.

    ``issuer_at_hand`` tells whether the issuer's file was read (a root of the trust list may be
    known by its key alone); ``faults`` is empty for a link that holds.
    """

    subject: str
    issuer: str
    issuer_at_hand: bool
    faults: tuple[str, ...] = ()


class ChainResult(msgspec.Struct, frozen=True):
    """The best path from a certificate to a root, with a verdict for each link.

    ``outcome`` is ``trusted``, ``uncertain``, ``unsupported``, ``missing``, ``self-signed`` or
    ``broken-off``. ``valid_from`` and ``valid_until`` bound the time in which every certificate
    of the path is valid.
    """

    outcome: str
    links: tuple[LinkResult, ...]
    root: str = ""
    missing_issuer: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None


class CertificateResult(msgspec.Struct, frozen=True):
    """A certificate that an entry was joined to, and what the run makes of it.

    ``validity`` is ``valid``, ``expired`` or ``not-yet-valid``; ``days_left`` counts
    calendar days (UTC) from the clock to the end of validity, negative once it has passed.
    """

    certificate: CertificateReference
    validity: str
    days_left: int
    chain: ChainResult | None


class EntryResult(msgspec.Struct, frozen=True):
    """A certificate entry with its verdict.

    ``state`` is ``joined``, ``undecidable``, ``near-miss``, ``not-found``, ``duplicate``,
    ``wildcard``, ``placeholder``, ``malformed``, ``empty``, ``unresolved`` or ``not-judged``;
    ``certificates`` are best first; ``findings`` are the codes of what was found about it.
    ``healthy_until`` is the day on which the verdict of a healthy entry changes, as far as dates
    can tell.
    """

    ordinal: int
    subject: str
    issuer: str
    subject_raw: str
    issuer_raw: str
    state: str
    location: Location | None
    certificates: tuple[CertificateResult, ...] = ()
    comparisons: tuple[DnComparison, ...] = ()
    findings: tuple[str, ...] = ()
    healthy_until: datetime | None = None

    @property
    def checked(self) -> bool:
        """Whether it was judged: not where its channel could not be, or is authorized otherwise."""
        return self.state not in ("not-judged", "unresolved")


class ChannelResult(msgspec.Struct, frozen=True):
    """A sender channel of an iFlow.

    ``authorization`` is the resolved value of its setting, ``kind`` what it means
    (`iflint.iflow.model.AuthorizationKind`); ``checked`` tells whether its entries were judged.
    ``role`` is the role that callers need where it is authorized by role, and ``callers`` the ids
    of the service keys and mappings that are known to have it. ``location`` is known where all
    channels were asked for.
    ``environment`` is set where several are checked and the channel is not the same in all.
    """

    id: str
    ordinal: int
    name: str
    participant: str
    adapter: str
    address: str
    authorization: str
    kind: str
    checked: bool
    location: Location | None
    entries: tuple[EntryResult, ...] = ()
    findings: tuple[str, ...] = ()
    role: str = ""
    callers: tuple[str, ...] = ()
    environment: str = ""

    @property
    def by_certificate(self) -> bool:
        """Whether the pairs of its rows decide who may call."""
        return self.kind == "client-certificate"

    @property
    def by_role(self) -> bool:
        """Whether a role decides who may call: a service key's or a user's."""
        return self.kind == "user-role"

    @property
    def concerns_certificates(self) -> bool:
        """Whether it can be authorized by certificate or role: others poll, or no sender calls."""
        return self.kind != "none"


class IflowResult(msgspec.Struct, frozen=True):
    """An integration flow and its sender channels, all or those that may concern certificates."""

    id: str
    name: str
    version: str
    package: Package | None
    location: FileLocation
    channels: tuple[ChannelResult, ...] = ()


class CallerResult(msgspec.Struct, frozen=True, kw_only=True):
    """A service key or a certificate-to-user mapping, with its verdict.

    ``kind``, ``name``, ``id``, ``tenant`` and ``roles`` are those of a `CallerReference`. A key
    that is ``pinned`` accepts its own certificate only; ``pin_assumed`` tells that nobody said so.
    ``state`` is ``joined``, ``not-found`` where its certificate is not at hand, or ``not-judged``
    where none is named, as in a template;
    ``by_facts`` tells that names and dates are all that is told of it.
    """

    kind: str
    name: str
    id: str
    location: Location
    tenant: str = ""
    roles: tuple[str, ...] | None = None
    pinned: bool = True
    pin_assumed: bool = False
    state: str = "joined"
    by_facts: bool = False
    certificates: tuple[CertificateResult, ...] = ()
    findings: tuple[str, ...] = ()
    healthy_until: datetime | None = None
    environments: tuple[str, ...] = ()


class BindingCounts(msgspec.Struct, frozen=True):
    """How many bindings of each kind let certificates in, and how many have one at hand."""

    rows: int = 0
    service_keys: int = 0
    mappings: int = 0
    with_certificate: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.rows + self.service_keys + self.mappings


class Totals(msgspec.Struct, frozen=True):
    """How much was looked at, whatever a report lists of it.

    ``by_certificate``, ``by_role`` and ``unknown`` count channels by how they are authorized, of
    those that concern certificates; ``paths_without`` are paths in which nothing was checked.
    """

    iflows: int
    channels: int
    by_certificate: int
    by_role: int
    unknown: int
    rows: int
    callers: int
    bindings: BindingCounts
    wanted: int
    skipped: dict[str, int]
    paths_without: tuple[str, ...]


def _how_much_is_known(row: EntryResult) -> tuple[bool, bool]:
    return bool(row.certificates), row.checked


class FlowDiagram(msgspec.Struct, frozen=True):
    """How the iFlow at ``location`` (its ``.iflw``) is drawn."""

    location: FileLocation
    diagram: Diagram


class SkippedResult(msgspec.Struct, frozen=True):
    """An input that was seen and left alone: what it is, and why."""

    location: FileLocation
    kind: str
    detail: str = ""


class WantedCertificate(msgspec.Struct, frozen=True):
    """A pair for which no certificate was at hand: what to ask the sender's people for.

    ``closest`` is the common name of a certificate at hand that differs in a few letters of it
    alone: the pair may be misspelt.
    """

    subject: str
    issuer: str
    channels: tuple[str, ...]
    closest: str = ""


class EnvironmentSummary(msgspec.Struct, frozen=True):
    """An environment that was checked: its list of roots, and for how many iFlows its own
    parameter files were found.
    """

    name: str
    trust: TrustSummary
    parameter_files: int = 0


class KnownFinding(msgspec.Struct, frozen=True):
    """A finding as a baseline keeps it: nothing in it changes from one day to the next.

    ``path`` is the file on disk, relative to the repository's root, ``member`` what is meant
    within it where it is an archive, ``channel`` its adapter and address, ``caller`` the kind and
    name of a service key or a mapping, ``renewed`` the file of the renewed certificate that it
    speaks of.
    """

    code: str
    name: str
    severity: Severity
    path: str
    fingerprint: str
    member: str = ""
    iflow: str = ""
    channel: str = ""
    caller: str = ""
    subject: str = ""
    issuer: str = ""
    renewed: str = ""
    environments: tuple[str, ...] = ()


class Outcome(msgspec.Struct, frozen=True):
    """What a rule finds, as a clause for one cause and for several: "certificate has expired"."""

    code: str
    one: str
    several: str


class BaselineSummary(msgspec.Struct, frozen=True):
    """The baseline of a run: its file, how many findings it has, and those that are gone.

    ``moved`` are those that were found in a file of another name, or in a row that is written
    otherwise. ``worse`` counts the findings that it knows as less severe, or of other environments
    only: they are new. ``more_vanished`` and ``more_moved`` count those that are not listed.
    """

    path: str
    size: int
    vanished: tuple[KnownFinding, ...] = ()
    moved: tuple[KnownFinding, ...] = ()
    worse: int = 0
    more_vanished: int = 0
    more_moved: int = 0


class IdlePattern(msgspec.Struct, frozen=True):
    """A pattern of a ``setting`` that matches nothing where the run looked for it."""

    setting: str
    pattern: str
    environment: str = ""


class MisnamedValue(msgspec.Struct, frozen=True):
    """A ``name`` in an environment's file: no parameter of its flow, but nearly ``meant``."""

    file: FileLocation
    name: str
    meant: str
    iflow: str
    environment: str = ""


class ParametersSummary(msgspec.Struct, frozen=True):
    """A file of ``--parameters``: how many values it has, and how many sender channels use."""

    location: FileLocation
    values: int
    used: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a run found out; reporters are functions of it.

    ``directory`` is the current directory and ``root`` the repository's root, both absolute
    with forward slashes: paths in locations are relative to ``directory``. ``rules`` are all
    the rules in force (filled when a reporter asks for them). ``callers`` are service keys and
    mappings. ``entries_checked`` counts the
    certificate entries whose texts were checked, ``entries_joined`` those among them for which
    a certificate was at hand, ``entries_not_found`` those that none at hand resembles.
    ``environments`` are those that were checked (``trust`` then is the first one's), and
    ``parameter_files`` counts the iFlows with parameter files of the environment. ``parameters``
    are the files given for all iFlows, ``certificate_paths_without`` the paths given for
    certificates that hold none, ``idle_patterns`` those that match nothing, ``misnamed_values``
    what environments give to no parameter, as it seems by mistake. ``flows_expected``
    tells that a path without an iFlow is a mistake. ``untold`` counts the inputs that could not be
    read, where none of the rules that are selected tells of these. ``findings`` are those that
    count; ``known`` are those that ``baseline`` has, ``suppressed`` those that the configuration
    suppresses: no finding is in two of the three. ``totals`` is set where not all that was looked
    at is listed.
    """

    version: str
    as_of: datetime
    trust: TrustSummary
    directory: str
    root: str
    paths: tuple[str, ...]
    iflows: tuple[IflowResult, ...]
    findings: tuple[Finding, ...]
    callers: tuple[CallerResult, ...] = ()
    skipped: tuple[SkippedResult, ...] = ()
    rules: tuple[RuleInfo, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    certificates: int = 0
    certificate_files: int = 0
    entries_checked: int = 0
    entries_joined: int = 0
    entries_not_found: int = 0
    wanted: tuple[WantedCertificate, ...] = ()
    environments: tuple[EnvironmentSummary, ...] = ()
    parameter_files: int = 0
    parameters: tuple[ParametersSummary, ...] = ()
    certificate_paths_without: tuple[str, ...] = ()
    idle_patterns: tuple[IdlePattern, ...] = ()
    misnamed_values: tuple[MisnamedValue, ...] = ()
    flows_expected: bool = False
    untold: int = 0
    known: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    baseline: BaselineSummary | None = None
    totals: Totals | None = None

    @property
    def channels(self) -> Iterator[ChannelResult]:
        """Every sender channel, in the order of the report."""
        for iflow in self.iflows:
            yield from iflow.channels

    @property
    def places(self) -> Iterator[str]:
        """The files on disk that hold what is checked: iFlows, service keys and mappings."""
        for iflow in self.iflows:
            yield iflow.location.path
        for caller in self.callers:
            yield caller.location.file.path

    @property
    def paths_without(self) -> list[str]:
        """The paths in which nothing was found that is checked."""
        if self.totals:
            return list(self.totals.paths_without)
        return without_any(self.directory, self.paths, self.places)

    @property
    def lacks_flows(self) -> bool:
        """Whether iFlows were expected, and none is there, or a path holds nothing to check."""
        return self.flows_expected and bool(
            self.paths_without or (self.paths and not self.counts.iflows)
        )

    @property
    def rows(self) -> tuple[EntryResult, ...]:
        """The rows of all channels: one with the same pair in several environments once.

        It is told as in the environment in which most is known of it.
        """
        found: dict[tuple[object, ...], EntryResult] = {}
        for iflow in self.iflows:
            for channel in iflow.channels:
                for row in channel.entries:
                    which = (
                        *(iflow.location, channel.ordinal),
                        *(row.ordinal, row.subject, row.issuer),
                    )
                    found[which] = max(found.get(which, row), row, key=_how_much_is_known)
        return tuple(found.values())

    @property
    def bindings(self) -> BindingCounts:
        """What lets certificates in: rows that were checked, service keys and mappings.

        What several environments have is one: a row with the same pair, a key, a mapping.
        """
        if self.totals:
            return self.totals.bindings
        rows = [row for row in self.rows if row.checked]
        each = {caller.id: caller for caller in self.callers}.values()
        kinds = [caller.kind for caller in each]
        held = [caller for caller in each if caller.certificates and not caller.by_facts]
        return BindingCounts(
            rows=len(rows),
            service_keys=kinds.count("service-key"),
            mappings=kinds.count("mapping"),
            with_certificate=sum(bool(row.certificates) for row in rows) + len(held),
        )

    @property
    def counts(self) -> Totals:
        """How much was looked at. A channel that is authorized alike in all environments is one."""
        if self.totals:
            return self.totals
        channels = {
            (iflow.location, channel.ordinal, channel.by_certificate, channel.by_role): channel
            for iflow in self.iflows
            for channel in iflow.channels
            if channel.concerns_certificates
        }.values()
        by_certificate = sum(channel.by_certificate for channel in channels)
        by_role = sum(channel.by_role for channel in channels)
        return Totals(
            iflows=len(self.iflows),
            channels=sum(len(iflow.channels) for iflow in self.iflows),
            by_certificate=by_certificate,
            by_role=by_role,
            unknown=len(channels) - by_certificate - by_role,
            rows=sum(len(channel.entries) for channel in self.channels),
            callers=len(self.callers),
            bindings=self.bindings,
            wanted=len(self.wanted),
            skipped=dict(Counter(each.kind for each in self.skipped)),
            paths_without=tuple(self.paths_without),
        )

    def caller(self, id_: str) -> CallerResult | None:
        """The service key or mapping with this id."""
        return next((each for each in self.callers if each.id == id_), None)

    def count(self, severity: Severity) -> int:
        """How many findings have exactly this severity."""
        return sum(1 + f.more for f in self.findings if f.severity is severity)

    def fails(self, level: Severity | None) -> bool:
        """Whether a finding reaches ``level`` (None: never)."""
        return level is not None and any(f.severity.reaches(level) for f in self.findings)


class IllustratedReport(Report, frozen=True, kw_only=True):
    """A report with what only pictures need: how the iFlows are drawn in which a finding stands on
    a channel, and every certificate.
    """

    diagrams: tuple[FlowDiagram, ...] = ()
    uses: CertificateUses | None = None

    @property
    def plain(self) -> Report:
        """The report without what only pictures need."""
        return Report(**{name: getattr(self, name) for name in Report.__struct_fields__})
