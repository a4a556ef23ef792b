"""Each setting of a run, under the one name that it has on the command line and in a file."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import msgspec

from iflint.options import FINDINGS, FLOWS, OUTPUT, SPEED, Options, Setting, settings_of
from iflint.report.findings import Severity
from iflint.reporters import REPORTERS
from iflint.values import (
    FILE,
    FILE_TO_WRITE,
    SOME_PATH,
    STANDARD_OUTPUT,
    UNTRUSTED,
    Kind,
    Scope,
    file_to_write,
    one_of,
    plain_text,
    switch,
    text_of,
)
from iflint.words.visible import shown

FORMATS = tuple(REPORTERS)
NEVER = "never"


class Mistake(msgspec.Struct, frozen=True):
    """Something wrong with what the user asked for.

    ``where`` is a place in a file (``iflint.toml:3:1``), empty for the command line.
    """

    message: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


CSV_DIALECTS = ("plain", "excel")
"""How CSV is written: as RFC 4180 has it, or as Excel opens it by a double click in Germany and
wherever else the comma is for decimals: semicolons, and a byte order mark without which it does not
take the file for UTF-8."""


class Destination(msgspec.Struct, frozen=True):
    """A report format and the file that gets it; ``-`` is standard output, None: not said.

    ``dialect`` is how CSV is written.
    """

    format: str
    path: str | None = None
    dialect: str = CSV_DIALECTS[0]

    def __str__(self) -> str:
        return self.format if self.path is None else f"{self.format}={self.path}"


def _destination(value: Any, scope: Scope) -> Destination:
    name, separator, file = text_of(value, _FORMAT).partition("=")
    name = one_of(FORMATS).take(name, scope)
    return Destination(name, _report(file, scope, name) if separator else None)


def _report(value: Any, scope: Scope, format_name: str | None = None) -> str:
    """The file of a report; one of which nobody vouches that it may be lost is left alone."""
    path = file_to_write(value, scope)
    if scope.bounds is not None and path != STANDARD_OUTPUT:
        from iflint.reporters.recognition import may_be_replaced

        if not may_be_replaced(path, format_name):
            told = f"a report in the format {format_name}" if format_name else "a report"
            raise ValueError(
                f"would overwrite {shown(value, 200)}, which is not {told}; {UNTRUSTED}"
            )
    return path


_FORMAT = "FORMAT or FORMAT=FILE"
_OUTPUT = msgspec.structs.replace(FILE_TO_WRITE, take=_report)
_DESTINATION = Kind(
    _destination,
    {
        "anyOf": [
            {"type": "string", "enum": list(FORMATS)},
            {"type": "string", "pattern": f"^(?:{'|'.join(FORMATS)})={SOME_PATH}$"},
        ]
    },
    _FORMAT,
    metavar="FORMAT[=FILE]",
    choices=FORMATS,
    offers="destination",
)


class Settings(Options, frozen=True, kw_only=True):
    """What the program can be told: the options of the library, and what it does around a run."""

    fail_on: Annotated[
        str,
        Setting(
            one_of((*Severity, NEVER)),
            "The least severity that gives exit code 1.",
            FINDINGS,
            before="baseline",
        ),
    ] = "error"
    format: Annotated[
        tuple[Destination, ...],
        Setting(
            _DESTINATION,
            f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}; with =FILE it goes there.",
            OUTPUT,
        ),
    ] = (Destination("text"),)
    output: Annotated[str | None, Setting(_OUTPUT, "File for a single format.", OUTPUT)] = None
    title: Annotated[
        str | None,
        Setting(
            plain_text("a title", metavar="TEXT"),
            "What stands above the HTML page.",
            OUTPUT,
            absent="the repository's name, else the folder's",
        ),
    ] = None
    sarif_profile: Annotated[
        str,
        Setting(
            one_of(("github", "full")),
            "github leaves out what is suppressed or known, full marks it.",
            OUTPUT,
        ),
    ] = "github"
    color: Annotated[str, Setting(one_of(("auto", "always", "never")), "Colours.", OUTPUT)] = "auto"
    verbose: Annotated[
        bool,
        Setting(switch(), "Name what was skipped, suppressed or known.", OUTPUT, short="-v"),
    ] = False
    quiet: Annotated[
        bool,
        Setting(
            switch(), "Findings only: no summary, no progress, no next steps.", OUTPUT, short="-q"
        ),
    ] = False
    environment: Annotated[
        tuple[str, ...] | None,
        Setting(
            plain_text("the name of an environment", metavar="NAME", offers="environments"),
            "Check with the settings of this configured environment.",
            FLOWS,
        ),
    ] = None
    all_environments: Annotated[
        bool,
        Setting(
            switch(),
            "Check each configured environment; a finding says in which it holds.",
            FLOWS,
        ),
    ] = False
    scheduler: Annotated[
        str | None,
        Setting(
            plain_text("an address", metavar="ADDRESS"),
            "Dask scheduler whose workers read, such as tcp://host:8786.",
            SPEED,
            only_typed=True,
        ),
    ] = None
    write_baseline: Annotated[
        str | None,
        Setting(
            FILE,
            "Write what is found to FILE, so that it is known from now on.",
            FINDINGS,
            only_typed=True,
        ),
    ] = None
    prune_baseline: Annotated[
        bool,
        Setting(
            switch(),
            "Remove from the baseline what is not found any more.",
            FINDINGS,
            only_typed=True,
        ),
    ] = False

    @property
    def fail_level(self) -> Severity | None:
        """The least severity that makes the run fail."""
        return None if self.fail_on == NEVER else Severity(self.fail_on)

    @property
    def options(self) -> Options:
        """What of it the library takes."""
        return Options(**{name: getattr(self, name) for name in Options.__struct_fields__})


COMMAND_LINE_SETTINGS = settings_of(Settings)
"""Every setting that can be given on the command line, by name."""

SETTINGS = {name: each for name, each in COMMAND_LINE_SETTINGS.items() if not each.only_typed}
"""Every setting that can stand in a configuration file, by name."""


def needed(settings: Mapping[str, Setting]) -> tuple[str, ...]:
    """The names of those that have to be given."""
    return tuple(name for name, setting in settings.items() if setting.needed)


def read_setting(
    setting: Setting,
    given: Any,
    scope: Scope,
    label: str,
    where: Callable[[int | None], str] = lambda _index: "",
) -> tuple[Any, list[Mistake]]:
    """Read what was given for ``setting``: its value (None: unusable), and what is wrong.

    ``given`` is a list or a single value, ``label`` the setting's name as the user wrote it;
    ``where`` names the place of the item with this index, or of the whole.
    """
    values, wrong = setting.kind.read(given, scope, many=setting.many)
    if wrong:
        return None, [Mistake(f"{label} {message}", where(index)) for index, message in wrong]
    return (tuple(values) if setting.many else values[0]), []
