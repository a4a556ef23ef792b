"""What a rule has to say: one finding, with its place, its date and its remedy."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import date, datetime

import msgspec

from iflint.places.location import FileLocation, Location, Package


class Severity(enum.StrEnum):
    """How much a finding matters; compare with `reaches`."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _RANKS[self]

    def reaches(self, level: Severity) -> bool:
        """Whether this is as bad as ``level`` or worse."""
        return self.rank <= level.rank


_RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def means(label: str, code: str, name: str) -> bool:
    """Whether ``label`` (a code, the beginning of one, a name, or ``all``) means this rule."""
    wanted = label.strip().lower()
    return bool(wanted) and (wanted in (name.lower(), "all") or code.lower().startswith(wanted))


class State(enum.StrEnum):
    """How settled a rule is; preview rules are asked only when their code or name is given."""

    PREVIEW = "preview"
    STABLE = "stable"
    DEPRECATED = "deprecated"


OptionValue = bool | int | str | tuple[str, ...]


class OptionInfo(msgspec.Struct, frozen=True):
    """An option of a rule: its name in the configuration, and what it takes.

    ``type`` is ``integer``, ``boolean``, ``string`` or ``array`` (of strings), ``summary`` one line
    for people. ``inherits`` tells that the run's setting of the same name counts where the rule
    has no value of its own.
    """

    name: str
    type: str
    default: OptionValue
    summary: str
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    inherits: bool = False


class RuleConfiguration(msgspec.Struct, frozen=True):
    """What counts for a rule in a run, where that is not what the rule itself says.

    ``options`` holds those whose value is not the default.
    """

    severity: Severity
    options: dict[str, OptionValue] = {}


class RuleInfo(msgspec.Struct, frozen=True):
    """A rule as reports describe it.

    ``summary`` is one sentence; ``documentation`` the rule's page, in Markdown; ``handed`` what
    the engine hands it (problem, key, entry, channel, iflow, run, suppression). A rule that is not
    ``enabled`` is off where nothing is said of it, as every one in preview is. ``configured`` is
    set where the settings of the run change something.
    """

    code: str
    name: str
    severity: Severity
    state: State
    summary: str
    documentation: str
    handed: tuple[str, ...]
    options: tuple[OptionInfo, ...] = ()
    help_uri: str = ""
    enabled: bool = True
    configured: RuleConfiguration | None = None


class Related(msgspec.Struct, frozen=True):
    """Another place that a finding speaks of, and what it has to do with it."""

    location: Location
    message: str


class DnRow(msgspec.Struct, frozen=True):
    """One line of two distinguished names set side by side; empty where one has no such RDN."""

    stored: str
    certificate: str
    same: bool


class OddCharacter(msgspec.Struct, frozen=True):
    """A character that nobody sees, or takes for another, in one of two names that differ.

    ``name`` is its code and name in Unicode, ``like`` what it looks like (empty: nothing).
    ``start`` and ``end`` span it in the text of the channel; -1 where the certificate has it.
    """

    name: str
    like: str
    start: int = -1
    end: int = -1


class DnComparison(msgspec.Struct, frozen=True):
    """The DN that a channel stores beside the one that a certificate has.

    ``role`` is ``subject`` or ``issuer``; ``kind`` says in what the two differ, ``""`` when they
    are equal at runtime. Of the form only: ``order``, ``reversed``, ``grouping``, ``case``,
    ``characters`` (which look alike or can't be seen: ``odd`` names them), ``escapes``,
    ``encoding``. More than the form: ``attribute``, ``value``, ``exchanged`` (each is the other
    one's), and of issuers ``renewal`` (another intermediate of the same authority), ``above`` (an
    authority further up), ``twice`` (the subject), ``other`` (the issuer of another certificate at
    hand) or ``issuer`` (another one altogether). ``certificate`` is the text to paste.
    """

    role: str
    kind: str
    stored: str
    certificate: str
    rows: tuple[DnRow, ...]
    odd: tuple[OddCharacter, ...] = ()


FORM = frozenset({"order", "reversed", "grouping", "case", "characters", "escapes", "encoding"})
"""Kinds of a `DnComparison` in which both names mean the same and only their form differs."""


MOST_PLACES = 20
"""Places of a certificate that a finding tells. Ours: seen: 3; copies would multiply them."""


class CertificateReference(msgspec.Struct, frozen=True):
    """The certificate that a finding speaks of: names, dates, and the places it was read from.

    ``not_before`` is None where a file tells the other facts alone; of ``locations`` a finding
    tells the first `MOST_PLACES`.
    """

    subject: str
    issuer: str
    sha256: str
    not_before: datetime | None
    not_after: datetime
    locations: tuple[Location, ...]


class IflowReference(msgspec.Struct, frozen=True):
    """The iFlow that a finding speaks of; ``location`` is its ``.iflw``."""

    id: str
    name: str
    version: str
    package: Package | None
    location: FileLocation


class ChannelReference(msgspec.Struct, frozen=True):
    """The sender channel that a finding speaks of; ``ordinal`` counts the flow's from 1.

    ``address_raw`` still holds ``{{…}}``: it stays the same from one environment to the next.
    """

    id: str
    ordinal: int
    name: str
    adapter: str
    address: str
    address_raw: str


class EntryReference(msgspec.Struct, frozen=True):
    """The certificate entry that a finding speaks of, its DNs resolved as far as they can be."""

    ordinal: int
    subject: str
    issuer: str


class CallerReference(msgspec.Struct, frozen=True):
    """The service key or the certificate-to-user mapping that a finding speaks of.

    ``kind`` is ``service-key`` or ``mapping``; ``name`` is the one under which people know the
    key, of a mapping its user. ``id`` stays the same wherever it stands: it is made of a key's
    client id or of a mapping's user and certificate. ``tenant`` is empty where it is not known,
    ``roles`` None.
    """

    kind: str
    name: str
    id: str
    tenant: str = ""
    roles: tuple[str, ...] | None = None


class Justification(msgspec.Struct, frozen=True):
    """Why a finding is suppressed: the reason, who answers for it, and its last day.

    ``location`` is the suppression's place in the configuration file.
    """

    reason: str
    owner: str = ""
    until: date | None = None
    location: Location | None = None


class BaselineState(enum.StrEnum):
    """What the baseline knows of a finding, in the words of SARIF."""

    NEW = "new"
    UNCHANGED = "unchanged"


class Replacement(msgspec.Struct, frozen=True):
    """``text``, as the file has it, escapes included, goes in the place of ``location``."""

    location: Location
    text: str


class ProposedFix(msgspec.Struct, frozen=True):
    """What `iflint fix` would write for a finding: all of it, or nothing.

    Findings that one text answers propose the same replacement, which is made once.
    """

    replacements: tuple[Replacement, ...]


class Finding(msgspec.Struct, frozen=True):
    """What a rule says of one place.

    ``message`` begins with a sentence that can stand alone as a title. ``remedy`` is one line
    that says what to do. ``breaks_on`` is when what works today stops working, ``broken_since``
    when it stopped, ``works_from`` when it will begin to work by itself, all aware and in UTC.
    ``renewed`` is the successor of the ``certificate`` that it speaks of, too. ``cause`` is equal
    for findings that one act mends: of one certificate, one issuer, one root, one text.
    ``key`` is what tells
    this finding from others of the same rule at the same entry (a parameter, a certificate) and
    goes into ``fingerprint``, which survives moved lines and renumbered ids, and into ``identity``,
    which survives a new name of the export, too, while no other one has the flow. ``environments``
    are those in which it holds, when several are checked. ``suppression`` is set when it is
    suppressed, ``baseline`` when a baseline was given. ``fixable`` tells that `iflint fix` can
    write what the remedy says, unless that would make another finding; where a report needs it,
    ``fix`` is what it would write. ``more`` counts findings like it that are not told one by one.
    """

    code: str
    name: str
    severity: Severity
    message: str
    remedy: str
    location: Location
    related: tuple[Related, ...] = ()
    iflow: IflowReference | None = None
    channel: ChannelReference | None = None
    entry: EntryReference | None = None
    caller: CallerReference | None = None
    certificate: CertificateReference | None = None
    renewed: CertificateReference | None = None
    comparisons: tuple[DnComparison, ...] = ()
    breaks_on: datetime | None = None
    broken_since: datetime | None = None
    works_from: datetime | None = None
    key: str = ""
    cause: str = ""
    fingerprint: str = ""
    identity: str = ""
    environments: tuple[str, ...] = ()
    by_names: bool = False
    suppression: Justification | None = None
    baseline: BaselineState | None = None
    fixable: bool = False
    fix: ProposedFix | None = None
    more: int = 0

    @property
    def place(self) -> tuple[str, int, int, str, str]:
        """What orders findings in a report."""
        region = self.location.region
        line, column = (region.start_line, region.start_column) if region else (0, 0)
        return (str(self.location.file), line, column, self.code, self.key)


def total(findings: Iterable[Finding]) -> int:
    """How many findings there are, with those that the ones told count (``more``)."""
    return sum(1 + finding.more for finding in findings)
