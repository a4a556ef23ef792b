"""What a run can be told: the same settings for a library call, the command line and a file."""

from __future__ import annotations

from datetime import datetime

import msgspec

DEFAULT_EXPIRY_DAYS = 30


class UsageError(Exception):
    """The caller asked for something that can't be done; the message is one line for people."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one run.

    Paths are as the caller wrote them, relative to ``directory`` (default: the current one).
    ``roots`` replace the list of the landscape, ``roots_add`` extend it; ``trust`` is how much of
    SAP's list counts (`iflint.pki.trust.Trust`); ``calendar`` a file with rows of one's own.
    ``certificates`` is None when certificates are to be looked for under the checked paths.
    ``as_of`` is an aware datetime, None for now. ``select`` and ``ignore`` hold codes, names or
    prefixes of codes; ``exclude`` holds patterns as in .gitignore, relative to
    ``exclude_directory`` (default: ``directory``). ``whole_inventory`` asks for the exact location
    of every channel and entry in the report, ``describe_rules`` for the rules in force; both cost
    time that a run without them saves.
    """

    certificates: tuple[str, ...] | None = None
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
    exclude: tuple[str, ...] = ()
    exclude_directory: str | None = None
    directory: str | None = None
    describe_rules: bool = False
    whole_inventory: bool = False
