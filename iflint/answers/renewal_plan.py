"""What a plan for a renewal tells: what is touched, the steps, what may be replaced. Data alone."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import date, datetime

import msgspec

from iflint.callers.caller import CallerKind
from iflint.places.location import FileLocation, Location
from iflint.report.findings import (
    CallerReference,
    CertificateReference,
    ChannelReference,
    EntryReference,
    Finding,
    IflowReference,
    Severity,
)


class RenewalStep(msgspec.Struct, frozen=True):
    """One step of the procedure: what, at which channels, and in which days it may happen.

    ``channels`` are keys and mappings where the step is about these. ``row`` is the subject and
    issuer to enter, exactly as the runtime accepts them. ``days_left`` counts calendar days from
    the clock to ``until``; negative: too late.
    """

    what: str
    row: tuple[str, str] | None = None
    channels: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    days_left: int | None = None


class Schedule(msgspec.Struct, frozen=True):
    """The steps in some environments; in the only one, if there are no names."""

    environments: tuple[str, ...]
    steps: tuple[RenewalStep, ...]


class Likeness(enum.StrEnum):
    """What a new certificate has in common with another one, the strongest first."""

    SPELLING = "spelling"
    """A common name that is a letter or two away: a typing error, or another sender's."""
    COMMON_NAME = "common-name"
    ISSUER = "organization-and-issuer"
    ORGANIZATION = "organization"
    ENDING = "ending-soon"
    """Nothing, but a new one is due."""


class Predecessor(msgspec.Struct, frozen=True):
    """A subject that the new certificate may take the place of, and where it may call.

    ``until`` is the last day of its certificate, None if none is at hand. ``places`` are rows,
    service keys and mappings, as people read them.
    """

    subject: str
    readable: str
    likeness: Likeness
    until: date | None
    places: tuple[str, ...]


class Touched(msgspec.Struct, frozen=True):
    """A channel that knows the sender of the new certificate, in the environments named.

    ``old`` are its entries for this sender with another pair, ``wrong`` those that are meant for
    the new one, but don't let it in as they are written, or as their parameters are
    (``of_parameters``); ``doubtful`` tells that an old one may be meant for it, too. ``has_new``
    tells whether it lists the new pair already, ``uncertain`` that its text can't tell.
    ``old_until`` is the last day on which the best certificate for the old ones (or, where the pair
    stays, for that pair) can be used, None if none at hand can be. ``strangers`` are the
    environments in which a row in the flow's file would count, too, although no row there lets this
    sender in; ``kept_for`` are those in which a row of this sender here, made of parameters, lets
    another one in. ``at`` is where the flow lies, if another one has its name.
    """

    iflow: IflowReference
    channel: ChannelReference
    old: tuple[EntryReference, ...]
    has_new: bool
    old_until: date | None
    uncertain: bool = False
    wrong: tuple[EntryReference, ...] = ()
    of_parameters: bool = False
    doubtful: bool = False
    at: str = ""
    environments: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    kept_for: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything has to be done in the flow."""
        return bool(self.old or self.wrong) or not self.has_new


class TouchedCaller(msgspec.Struct, frozen=True, kw_only=True):
    """A service key or a mapping that holds a certificate of this sender.

    It does so in the ``environments`` named. ``made_by_sap`` tells that SAP made its certificate
    together with it. ``has_new`` tells whether it holds the new
    certificate, ``accepts_new`` whether it lets it in: a key that is not pinned does so with the
    pair of its own one. ``replaced`` tells that another one for the same channels holds the new
    certificate already. ``pin_assumed``: nobody said whether the key is pinned. ``opens`` are the
    channels that it is known to open, ``old_until`` is the last day on which the certificate
    that it holds can be used, None if it can't be.
    """

    caller: CallerReference
    file: FileLocation
    has_new: bool
    accepts_new: bool
    pinned: bool
    pin_assumed: bool
    opens: tuple[str, ...]
    old_until: date | None
    replaced: bool = False
    made_by_sap: bool = False
    environments: tuple[str, ...] = ()

    @property
    def is_mapping(self) -> bool:
        """Whether it is a certificate-to-user mapping, no service key."""
        return self.caller.kind == CallerKind.MAPPING

    @property
    def needs_new(self) -> bool:
        """Whether a new one has to be made before the sender switches."""
        return not self.accepts_new and not self.replaced


class Renewal(msgspec.Struct, frozen=True, kw_only=True):
    """The plan for one certificate; ``problems`` is what is wrong with the certificate.

    ``in_use`` tells that it is no new one: bindings have it, and none of its sender's is older. The
    plan then is for the one to come; ``until`` is the last moment at which it can be used, by its
    chain, too, None where it can't be used whenever; ``renewed`` is where the one to come lies, if
    it is at hand, and then its own plan has the steps.
    ``predecessors`` are those that it may replace, where nothing knows its sender.
    ``without_subject``: it can stand in no row. ``refused``: it is of no use on its first day,
    whether or not a rule in force says why. ``unknown`` are service keys and mappings of whose
    certificates no name is known, as people read them: it may be for these. ``at_hand``: it is
    among the certificates of the run. ``of_ca``: it is a CA's, which no binding is for; ``below``
    then are the subjects at hand that it may have issued. ``more`` are the steps, channels, keys
    and mappings that are not listed.
    """

    certificate: CertificateReference
    subject: str
    issuer: str
    problems: tuple[Finding, ...]
    touched: tuple[Touched, ...]
    callers: tuple[TouchedCaller, ...]
    schedules: tuple[Schedule, ...]
    predecessors: tuple[Predecessor, ...] = ()
    in_use: bool = False
    until: datetime | None = None
    renewed: Location | None = None
    without_subject: bool = False
    refused: bool = False
    unknown: tuple[str, ...] = ()
    at_hand: bool = False
    of_ca: bool = False
    below: tuple[str, ...] = ()
    more: int = 0

    @property
    def pair_changes(self) -> bool:
        """Whether a channel has to be changed."""
        return any(touched.changes for touched in self.touched)

    @property
    def fails(self) -> bool:
        """Whether the certificate is refused, whatever is done in flows, keys and mappings.

        One that can stand in no row is so, too, where a row would be needed.
        """
        row_needed = bool(self.touched) or not self.callers
        return self.has_faults or (self.without_subject and row_needed)

    @property
    def has_faults(self) -> bool:
        """Whether it is refused for what is wrong with itself or its chain."""
        return self.refused or cannot_work(self.problems)


def cannot_work(problems: Iterable[Finding]) -> bool:
    """Whether one of the findings about a certificate is an error that no day mends."""
    return any(each.severity is Severity.ERROR and not each.works_from for each in problems)
