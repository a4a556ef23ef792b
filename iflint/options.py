"""What a run can be told: the same settings for a library call, the command line and a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from iflint.places.location import Location

if TYPE_CHECKING:
    from iflint.progress import Progress

DEFAULT_EXPIRY_DAYS = 30
"""Ours: a month for a renewal, which may take two redeployments."""
LONGEST_EXPIRY_DAYS = 36_500
"""Ours: a hundred years."""


class UsageError(Exception):
    """The caller asked for something that can't be done; the message is one line for people."""


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """One of the environments that content is deployed to, with settings of its own.

    A setting that is None is that of the run. ``service_keys`` and ``users`` are added to the
    run's, and count before these. ``parameters`` are patterns of paths (see
    `iflint.engine.environments`), applied after the run's own files of parameters.
    """

    name: str
    landscape: str | None = None
    trust: str | None = None
    parameters: tuple[str, ...] = ()
    certificates: tuple[str, ...] | None = None
    roots: tuple[str, ...] | None = None
    roots_add: tuple[str, ...] | None = None
    service_keys: tuple[ServiceKeySettings, ...] = ()
    users: tuple[UserSettings, ...] = ()


class Suppression(msgspec.Struct, frozen=True, kw_only=True):
    """Findings that somebody decided to live with (see `iflint.engine.suppressions`).

    ``rule`` holds codes, names or prefixes of codes; a finding has to match one of them and
    everything else that is given: ``path``, a pattern as in .gitignore relative to ``folder``
    (absolute; empty: the current directory), in which a backslash is a slash; ``channel``, a name,
    address, adapter or label, in which ``*`` and ``?`` stand for anything; ``dn``;
    ``certificate``, its SHA-256 in hexadecimal digits. ``until`` is the last day on which it holds.
    ``location`` is where it is configured.
    """

    rule: tuple[str, ...]
    reason: str
    path: str = ""
    channel: str = ""
    dn: str = ""
    certificate: str = ""
    owner: str = ""
    until: date | None = None
    folder: str = ""
    location: Location | None = None


class ServiceKeySettings(msgspec.Struct, frozen=True, kw_only=True):
    """What service keys open that their files do not tell, by a pattern as in .gitignore.

    ``path`` is relative to ``folder`` (absolute; empty: the current directory). ``roles`` are those
    of the keys' instance, ``pinned`` is *Pin Certificate*; None: not said.
    """

    path: str
    roles: tuple[str, ...] | None = None
    pinned: bool | None = None
    folder: str = ""


class UserSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The roles of a user to whom certificates are mapped."""

    name: str
    roles: tuple[str, ...]


NARROWING = ("path", "channel", "dn", "certificate")
"""What a suppression may name besides rules."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one run.

    Paths are as the caller wrote them, relative to ``directory`` (default: the current one).
    ``roots`` replace the list of the landscape, ``roots_add`` extend it; ``trust`` is how much of
    SAP's list counts (`iflint.pki.roots.trust.Trust`); ``calendar`` a file with rows of one's own.
    ``certificates`` is None when certificates are to be looked for under the checked paths.
    ``keystore_password_env`` names the environment variables that hold passwords of keystores,
    each as ``NAME`` or ``PATH=NAME`` (`iflint.pki.passwords`).
    ``as_of`` is an aware datetime, kept as UTC, None for now. ``select`` and ``ignore`` hold codes,
    names or prefixes of codes; ``rules`` has tables of settings of single rules, under their codes
    or names: ``{"IFL102": {"severity": "error", "expiry-days": 60}}``
    (`iflint.engine.rule_settings`).
    ``exclude`` holds patterns as in .gitignore, relative to
    ``exclude_directory`` (default: ``directory``). ``whole_inventory`` asks for the exact location
    of every channel and entry in the report, ``describe_rules`` for the rules in force,
    ``diagrams`` for how the flows are drawn; each costs time that a run without it saves.
    ``environments`` are those to check, each by itself. ``root`` is the folder that fingerprints
    and URIs begin at if no repository holds what is checked (default: ``directory``).
    ``suppressions`` and ``baseline``, a file of known findings (`iflint.engine.baseline`), set
    findings apart from those that count. ``service_keys`` and ``users`` say which roles service
    keys and mapped users have. ``progress`` is told of each step (`iflint.progress`).
    """

    certificates: tuple[str, ...] | None = None
    keystore_password_env: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    roots_add: tuple[str, ...] = ()
    trust: str = "complete"
    calendar: str | None = None
    landscape: str = "btp"
    as_of: datetime | None = None
    expiry_days: int = DEFAULT_EXPIRY_DAYS
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    rules: Mapping[str, Mapping[str, Any]] = {}
    exclude: tuple[str, ...] = ()
    exclude_directory: str | None = None
    directory: str | None = None
    root: str | None = None
    environments: tuple[Environment, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    baseline: str | None = None
    service_keys: tuple[ServiceKeySettings, ...] = ()
    users: tuple[UserSettings, ...] = ()
    describe_rules: bool = False
    whole_inventory: bool = False
    diagrams: bool = False
    progress: Progress | None = None

    def __post_init__(self) -> None:
        """Refuse what would only be noticed later, or not at all; the clock is UTC's from here on.

        Raises UsageError.
        """
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, str) and name not in _SINGLE:
                raise UsageError(f"{name} takes several values: give a list such as [{value!r}]")
        if self.as_of is not None and (
            not isinstance(self.as_of, datetime) or self.as_of.tzinfo is None
        ):
            raise UsageError("as_of takes a datetime with a time zone, such as UTC")
        if self.as_of is not None:
            try:
                msgspec.structs.force_setattr(self, "as_of", self.as_of.astimezone(UTC))
            except OverflowError:
                raise UsageError("as_of is no such day in UTC") from None


_SINGLE = (
    "as_of",
    "trust",
    "calendar",
    "landscape",
    "exclude_directory",
    "directory",
    "root",
    "baseline",
)


def now() -> datetime:
    """The machine's time; the only place that reads it."""
    return datetime.now(UTC).replace(microsecond=0)
