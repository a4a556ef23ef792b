"""What a run can be told: each setting, declared once, for a library call, a file and a command.

A field's annotation holds its `Setting`; type, name and default are the field's own. Read the
settings of a class with `settings_of`.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

import msgspec

from iflint.pki.roots.trust import Platform, Trust
from iflint.places.location import Location
from iflint.values import (
    DAY,
    EXISTING_FILE,
    EXISTING_PATH,
    FILE,
    FINGERPRINT,
    JOBS,
    LIMIT,
    LINE,
    MOMENT,
    PARAMETER_PATTERN,
    PASSWORD_VARIABLE,
    PATH_PATTERN,
    PATTERN,
    RULES,
    Kind,
    one_of,
    switch,
    whole_number,
)

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from iflint.progress import Progress

CERTIFICATES = "Certificates and roots"
FLOWS = "Flows"
FINDINGS = "Findings"
OUTPUT = "Output"
LIMITS = "Limits"
SPEED = "Speed"
"""Headings of the help."""


RENAMED = {"landscape": "platform (btp is cf)"}
"""Names that settings once had, and what they are called now."""


class UsageError(Exception):
    """The caller asked for something that can't be done; the message is one line for people."""


class Setting(msgspec.Struct, frozen=True):
    """A setting, under the one name that it has everywhere.

    ``kind`` reads a value; ``summary`` is one sentence for people, under ``heading`` in the help.
    ``absent`` tells what counts where none is given and there is no default. ``short`` is another
    name on the command line, on which alone the setting exists if it is ``only_typed``.
    ``before`` names the setting in front of which it is listed, if it is not where it is declared.

    The rest comes from the field: ``many`` tells that it holds a list (a tuple), else the last
    value given counts; ``default`` is the value where none is given, as a file would have it, None
    where its absence counts; ``needed`` tells that one has to be given.
    """

    kind: Kind[Any]
    summary: str = ""
    heading: str = ""
    absent: str = ""
    short: str = ""
    only_typed: bool = False
    before: str = ""
    name: str = ""
    many: bool = False
    default: Any = None
    needed: bool = False


def settings_of(cls: type[msgspec.Struct]) -> dict[str, Setting]:
    """The settings that a class declares in its fields, by name."""
    defaults = dict(zip(cls.__struct_fields__[::-1], cls.__struct_defaults__[::-1], strict=False))
    found: list[Setting] = []
    for field, annotation in _annotations(cls).items():
        for setting in getattr(annotation, "__metadata__", ()):
            default = defaults.get(field)
            if isinstance(default, tuple):
                default = tuple(map(str, default))
            told = msgspec.structs.replace(
                setting,
                name=field.replace("_", "-"),
                many=any(get_origin(part) is tuple for part in _types(annotation)),
                default=None if default in ("", ()) else default,
                needed=field not in defaults,
            )
            names = [each.name for each in found]
            found.insert(names.index(told.before) if told.before else len(found), told)
    return {each.name: each for each in found}


def _annotations(cls: type) -> dict[str, Any]:
    """The annotation of each field, those of the classes that it builds upon first."""
    return {
        name: annotation
        for each in reversed(cls.__mro__)
        for name, annotation in getattr(each, "__annotations__", {}).items()
    }


def _types(annotation: Any) -> tuple[Any, ...]:
    """The types of which a field's value may be one."""
    type_ = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    return type_, *get_args(type_)


class ServiceKeySettings(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of service keys that their files do not tell.

    ``path`` is relative to ``folder`` (absolute; empty: the current directory). ``roles`` and
    ``pinned`` are None where nothing is said of them. ``location`` is where it is configured.
    """

    path: Annotated[
        str, Setting(PATH_PATTERN, "The files of the keys: a pattern as in .gitignore.")
    ]
    roles: Annotated[
        tuple[str, ...] | None, Setting(LINE, "The roles of the keys' service instance.")
    ] = None
    pinned: Annotated[
        bool | None,
        Setting(switch(), "Pin Certificate: whether a key accepts its own certificate only."),
    ] = None
    folder: str = ""
    location: Location | None = None


class UserSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The roles of a user to whom certificates are mapped.

    ``path`` is relative to ``folder`` (absolute; empty: the current directory); without one the
    user of each dump is meant. ``location`` is where it is configured.
    """

    name: Annotated[str, Setting(LINE, "The user, as certificate-to-user mappings name it.")]
    roles: Annotated[tuple[str, ...], Setting(LINE, "The roles of the user.")]
    path: Annotated[
        str,
        Setting(PATH_PATTERN, "Only in dumps of mappings that match: a pattern as in .gitignore."),
    ] = ""
    folder: str = ""
    location: Location | None = None


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """One of the environments that content is deployed to, with settings of its own.

    A setting that is None is that of the run. ``certificates`` are added to the run's, or to
    ``certificates_only`` where these are given. ``service_keys`` and ``users`` are added to the
    run's, and count before these; files that match their paths belong to the environment, and to
    others only where these name them, too. ``parameters`` are patterns of paths (see
    `iflint.engine.environments`), applied after the run's own files of parameters; what they mean
    has to lie in the ``repository`` (None: anywhere).
    """

    name: str
    platform: str | None = None
    trust: str | None = None
    parameters: Annotated[
        tuple[str, ...],
        Setting(
            PARAMETER_PATTERN,
            "Files with the environment's parameter values, by pattern:"
            " configuration/{package}/{artifact}.json.",
        ),
    ] = ()
    certificates: tuple[str, ...] | None = None
    certificates_only: Annotated[
        tuple[str, ...] | None,
        Setting(
            EXISTING_PATH,
            "Certificates, service keys and mappings that replace the run's: files or folders.",
        ),
    ] = None
    roots: tuple[str, ...] | None = None
    roots_add: tuple[str, ...] | None = None
    service_keys: tuple[ServiceKeySettings, ...] = ()
    users: tuple[UserSettings, ...] = ()
    repository: str | None = None

    @property
    def has_own_certificates(self) -> bool:
        """Whether it says anything of certificates itself."""
        return self.certificates is not None or self.certificates_only is not None


class Suppression(msgspec.Struct, frozen=True, kw_only=True):
    """Findings that somebody decided to live with (see `iflint.engine.suppressions`).

    A finding has to match one of ``rule`` (codes, names or prefixes of codes) and everything else
    that is given. ``path`` is relative to ``folder`` (absolute; empty: the current directory);
    ``certificate`` has hexadecimal digits only. ``location`` is where it is configured.
    """

    rule: Annotated[tuple[str, ...], Setting(RULES, "The rules whose findings are suppressed.")]
    reason: Annotated[str, Setting(LINE, "Why it is right to live with them.")]
    path: Annotated[
        str,
        Setting(
            PATH_PATTERN,
            "Only in files that match, as in .gitignore, but that a backslash is a slash.",
        ),
    ] = ""
    channel: Annotated[
        str,
        Setting(
            LINE,
            "Only of channels with this name, address, adapter or label; * and ? are wildcards.",
        ),
    ] = ""
    caller: Annotated[
        str,
        Setting(LINE, "Only of service keys or users of this name; * and ? are wildcards."),
    ] = ""
    dn: Annotated[str, Setting(LINE, "Only of certificates or rows with this DN.")] = ""
    certificate: Annotated[
        str, Setting(FINGERPRINT, "Only of the certificate with this SHA-256 fingerprint.")
    ] = ""
    owner: Annotated[str, Setting(LINE, "Who answers for it.")] = ""
    until: Annotated[
        date | None, Setting(DAY, "The last day on which it holds; then the findings are back.")
    ] = None
    folder: str = ""
    location: Location | None = None


NARROWING = ("path", "channel", "caller", "dn", "certificate")
"""What a suppression may name besides rules."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one run.

    Paths are as the caller wrote them, relative to ``directory`` (default: the current one).
    ``certificates`` is None when certificates are to be looked for under the checked paths, and
    for flows that are named themselves in their repository.
    ``keystore_password_env`` has items ``NAME`` or ``PATH=NAME`` (`iflint.pki.passwords`).
    ``as_of`` is an aware datetime, kept as UTC, None for now. ``select`` and ``ignore`` hold codes,
    names or prefixes of codes; ``rules`` has tables of settings of single rules, under their codes
    or names: ``{"IFL102": {"severity": "error"}}`` (`iflint.engine.rule_settings`).
    ``exclude`` holds patterns relative to ``exclude_directory`` (default: ``directory``).
    ``environments`` are those to check, each by itself; ``other_environments`` are not checked,
    but service keys and mappings that belong to them are none of those. ``root`` is the folder
    that fingerprints and URIs begin at if no repository holds what is checked (default:
    ``directory``). ``suppressions`` and ``baseline``, a file of known findings
    (`iflint.engine.baseline`), set findings apart from those that count. ``whole_inventory`` asks
    for the exact location of every channel and entry in the report, ``describe_rules`` for the
    rules in force, ``diagrams`` for how the flows are drawn; each costs time that a run without
    it saves. ``service_keys`` and ``users`` say which roles service keys and mapped users have.
    ``limit`` has items ``NAME=NUMBER`` (`iflint.limits`).
    ``progress`` is told of each step (`iflint.progress`).
    ``jobs`` is how many processes read at once, None for this one alone; ``executor``, any executor
    of the standard library's kind, reads in their place; ``send_files`` sends it the bytes of
    files which it can't see.
    """

    certificates: Annotated[
        tuple[str, ...] | None,
        Setting(
            EXISTING_PATH,
            "File or folder with client certificates and intermediates.",
            CERTIFICATES,
            absent="all under the checked paths; for single flows, all of the repository",
        ),
    ] = None
    keystore_password_env: Annotated[
        tuple[str, ...],
        Setting(
            PASSWORD_VARIABLE,
            "Environment variable that holds the password of keystores, or of the one at PATH.",
            CERTIFICATES,
        ),
    ] = ()
    parameters: Annotated[
        tuple[str, ...],
        Setting(EXISTING_FILE, "File with an environment's parameter values.", FLOWS),
    ] = ()
    platform: Annotated[
        str,
        Setting(
            one_of(Platform), "The platform whose list of supported roots counts.", CERTIFICATES
        ),
    ] = "cf"
    trust: Annotated[
        str,
        Setting(
            one_of(Trust),
            "How much of SAP's list for BTP counts: btp-required are the roots that BTP itself"
            " uses.",
            CERTIFICATES,
        ),
    ] = "complete"
    roots: Annotated[
        tuple[str, ...],
        Setting(
            EXISTING_PATH, "Roots that replace the list: files, folders or a table.", CERTIFICATES
        ),
    ] = ()
    roots_add: Annotated[
        tuple[str, ...],
        Setting(EXISTING_PATH, "Roots that extend the list: files or folders.", CERTIFICATES),
    ] = ()
    calendar: Annotated[
        str | None,
        Setting(
            EXISTING_FILE,
            "JSON file with rows that correct the calendar of public CAs.",
            CERTIFICATES,
        ),
    ] = None
    public_cas: Annotated[
        str | None,
        Setting(EXISTING_FILE, "JSON file that replaces the table of public CAs.", CERTIFICATES),
    ] = None
    as_of: Annotated[
        datetime | None,
        Setting(MOMENT, "Judge as if it were this day or time (UTC).", CERTIFICATES, absent="now"),
    ] = None
    expiry_days: Annotated[
        int,
        Setting(
            whole_number(0, 36_500, "days"),  # ours: a hundred years
            "Warn when a certificate ends within N days.",
            CERTIFICATES,
        ),
    ] = 30
    exclude: Annotated[
        tuple[str, ...], Setting(PATTERN, "Leave out what matches, as in .gitignore.", FLOWS)
    ] = ()
    select: Annotated[
        tuple[str, ...],
        Setting(
            RULES,
            "Only these rules: codes, names or prefixes as IFL1, separated by commas.",
            FINDINGS,
        ),
    ] = ()
    ignore: Annotated[tuple[str, ...], Setting(RULES, "All but these rules.", FINDINGS)] = ()
    expect_flows: Annotated[
        bool, Setting(switch(), "Exit with 2 if a path holds no iFlow.", FINDINGS)
    ] = False
    baseline: Annotated[
        str | None,
        Setting(FILE, "File of known findings: only what is not in it counts.", FINDINGS),
    ] = None
    limit: Annotated[
        tuple[str, ...],
        Setting(LIMIT, "Set a limit on what is read and told.", LIMITS),
    ] = ()
    jobs: Annotated[
        int | None,
        Setting(
            JOBS,
            "Processes that read at once.",
            SPEED,
            absent="auto: as many as there are processors, where that is worth it",
        ),
    ] = None
    send_files: Annotated[
        bool,
        Setting(
            switch(),
            "Send the files to the scheduler's workers, which do not see them.",
            SPEED,
            only_typed=True,
        ),
    ] = False
    no_cache: Annotated[
        bool,
        Setting(switch(), "Read everything anew, and keep nothing for the next run.", SPEED),
    ] = False
    rules: Mapping[str, Mapping[str, Any]] = {}
    suppressions: tuple[Suppression, ...] = ()
    environments: tuple[Environment, ...] = ()
    other_environments: tuple[Environment, ...] = ()
    exclude_directory: str | None = None
    directory: str | None = None
    root: str | None = None
    describe_rules: bool = False
    whole_inventory: bool = False
    diagrams: bool = False
    service_keys: tuple[ServiceKeySettings, ...] = ()
    users: tuple[UserSettings, ...] = ()
    progress: "Progress | None" = None
    executor: "Executor | None" = None

    def __post_init__(self) -> None:
        """Refuse what would only be noticed later, or not at all; the clock is UTC's from here on.

        Raises UsageError.
        """
        annotations = _annotations(type(self))
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, str) and str not in _types(annotations[name]) and name != "as_of":
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

    @property
    def has_other_parameters(self) -> bool:
        """Whether a flow may have parameters besides its own."""
        environments = (*self.environments, *self.other_environments)
        return bool(self.parameters) or any(each.parameters for each in environments)


def now() -> datetime:
    """The machine's time; the only place that reads it."""
    return datetime.now(UTC).replace(microsecond=0)
