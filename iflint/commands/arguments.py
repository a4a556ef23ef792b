"""The arguments that commands share, and how what was typed becomes a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from iflint.commands.interface import LAST_HEADING, AnyPath, OneOf, Option
from iflint.commands.run import Request
from iflint.configuration.settings import (
    COLOURS,
    COMMAND_LINE_SETTINGS,
    FAIL_LEVELS,
    FORMATS,
    LANDSCAPES,
    SARIF_PROFILES,
    TRUSTS,
    Mistake,
)
from iflint.values import one_of

Decorator = Callable[[Any], Any]

CERTIFICATES = "Certificates and roots"
FLOWS = "Flows"
FINDINGS = "Findings"
OUTPUT = "Output"
CONFIGURATION = "Configuration"

ANY_PATH = AnyPath()


def suggested(name: str) -> Callable[..., Any]:
    """What a shell is offered for an argument, by a function of `iflint.commands.suggestions`."""

    def suggest(*given: Any) -> Any:
        from iflint.commands import suggestions

        return getattr(suggestions, name)(*given)

    return suggest


def paths_argument(metavar: str = "[PATH]...") -> Decorator:
    """Any number of paths."""
    return click.argument("paths", nargs=-1, type=ANY_PATH, metavar=metavar)


def certificate_options(command: Any) -> Any:
    """Options that decide which certificates and roots there are, and at what moment."""
    return _apply(
        command,
        _option(
            "--certificates",
            CERTIFICATES,
            "File or folder with client certificates and intermediates (repeatable)."
            " Default: all under the checked paths.",
            metavar="PATH",
            multiple=True,
            type=ANY_PATH,
        ),
        root_options,
    )


def root_options(command: Any) -> Any:
    """Options that decide which roots count, and at what moment."""
    return _apply(
        command,
        _option(
            "--keystore-password-env",
            CERTIFICATES,
            "Environment variable that holds the password of keystores, or of the one at PATH"
            " (repeatable).",
            metavar="[PATH=]NAME",
            multiple=True,
        ),
        _option(
            "--landscape",
            CERTIFICATES,
            "Whose list of supported roots counts. Default: btp.",
            type=OneOf(LANDSCAPES),
        ),
        _option(
            "--trust",
            CERTIFICATES,
            "How much of SAP's list for BTP counts: btp-required are the roots that BTP itself"
            " uses. Default: complete.",
            type=OneOf(TRUSTS),
        ),
        _option(
            "--roots",
            CERTIFICATES,
            "Roots that replace the list: files, folders or a table (repeatable).",
            metavar="PATH",
            multiple=True,
            type=ANY_PATH,
        ),
        _option(
            "--roots-add",
            CERTIFICATES,
            "Roots that extend the list: files or folders (repeatable).",
            metavar="PATH",
            multiple=True,
            type=ANY_PATH,
        ),
        _option(
            "--as-of",
            CERTIFICATES,
            "Judge as if it were this day or time (UTC). Default: now.",
            metavar="DATE",
        ),
    )


def judging_options(command: Any) -> Any:
    """Options that decide what is read, and how it is judged."""
    return _apply(
        command,
        certificate_options,
        _option(
            "--expiry-days",
            CERTIFICATES,
            "Warn when a certificate ends within N days. Default: 30.",
            metavar="N",
        ),
        calendar_option,
        _option(
            "--parameters",
            FLOWS,
            "File with an environment's parameter values (repeatable).",
            metavar="FILE",
            multiple=True,
            type=ANY_PATH,
        ),
        _option(
            "--environment",
            FLOWS,
            "Check with the settings of this configured environment (repeatable).",
            metavar="NAME",
            multiple=True,
            shell_complete=suggested("environments"),
        ),
        _option(
            "--all-environments",
            FLOWS,
            "Check each configured environment; a finding says in which it holds.",
            is_flag=True,
        ),
        _option(
            "--exclude",
            FLOWS,
            "Leave out what matches, as in .gitignore (repeatable).",
            metavar="PATTERN",
            multiple=True,
        ),
    )


def calendar_option(command: Any) -> Any:
    """The option that corrects the CA calendar."""
    return _option(
        "--calendar",
        CERTIFICATES,
        "Rows that correct the calendar of public CAs, in JSON.",
        metavar="FILE",
        type=ANY_PATH,
    )(command)


def rule_options(command: Any) -> Any:
    """Options that decide which rules are asked."""
    return _apply(
        command,
        _option(
            "--select",
            FINDINGS,
            "Only these rules: codes, names or prefixes as IFL1 (comma-separated, repeatable).",
            metavar="RULES",
            multiple=True,
            shell_complete=suggested("several_rules"),
        ),
        _option(
            "--ignore",
            FINDINGS,
            "All but these rules.",
            metavar="RULES",
            multiple=True,
            shell_complete=suggested("several_rules"),
        ),
    )


def finding_options(command: Any) -> Any:
    """Options that decide which findings count."""
    return _apply(
        command,
        rule_options,
        _option(
            "--fail-on",
            FINDINGS,
            "The least severity that gives exit code 1. Default: error.",
            type=OneOf(FAIL_LEVELS),
        ),
        _option(
            "--baseline",
            FINDINGS,
            "Known findings: only what this file does not have counts.",
            metavar="FILE",
            type=ANY_PATH,
        ),
        _option(
            "--write-baseline",
            FINDINGS,
            "Write what is found to FILE, so that it is known from now on.",
            metavar="FILE",
            type=ANY_PATH,
        ),
        _option(
            "--prune-baseline",
            FINDINGS,
            "Remove from the baseline what is not found any more.",
            is_flag=True,
        ),
    )


def report_options(command: Any) -> Any:
    """Options that decide where the report goes."""
    return _apply(
        command,
        _option(
            "--format",
            OUTPUT,
            f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}; with =FILE it goes there (repeatable)."
            " Default: text.",
            metavar="FORMAT[=FILE]",
            multiple=True,
            shell_complete=suggested("destination"),
            type=OneOf(FORMATS),
        ),
        _option("--output", OUTPUT, "File for a single format.", metavar="FILE", type=ANY_PATH),
        _option(
            "--sarif-profile",
            OUTPUT,
            "github leaves out what is suppressed or known, full marks it. Default: github.",
            type=OneOf(SARIF_PROFILES),
        ),
        color_option,
        _option(
            "--verbose",
            OUTPUT,
            "Name what was skipped, suppressed or known.",
            short="-v",
            is_flag=True,
        ),
    )


def table_options(formats: tuple[str, ...]) -> Decorator:
    """Options of a command that writes a table, or its content in a machine's format."""
    return lambda command: _apply(
        command,
        _option(
            "--format", OUTPUT, f"Default: {formats[0]}.", type=OneOf(formats), default=formats[0]
        ),
        _option("--output", OUTPUT, "File to write to.", metavar="FILE", type=ANY_PATH),
        color_option,
    )


def table_format(
    arguments: dict[str, Any], formats: tuple[str, ...]
) -> tuple[str, str | None, tuple[Mistake, ...]]:
    """The format and file of `table_options`, taken out of the arguments, and their mistakes."""
    chosen, path = arguments.pop("format"), arguments.pop("output")
    try:
        one_of(formats).read(chosen)
    except ValueError as error:
        return formats[0], path, (Mistake("", f"--format {error}"),)
    return chosen, path, ()


def color_option(command: Any) -> Any:
    """The option that decides about colours."""
    return _option("--color", OUTPUT, "Colours. Default: auto.", type=OneOf(COLOURS))(command)


def configuration_options(command: Any) -> Any:
    """Options that stand on the command line only."""
    return _apply(
        command,
        _option(
            "--config",
            CONFIGURATION,
            "Configuration file. Default: the nearest iflint.toml or pyproject.toml.",
            metavar="FILE",
            type=ANY_PATH,
        ),
        _option("--isolated", CONFIGURATION, "Read no configuration file.", is_flag=True),
        debug_option,
    )


def debug_option(command: Any) -> Any:
    """The option that shows where an internal error comes from."""
    return _option(
        "--debug",
        LAST_HEADING,
        "Show the traceback of an internal error.",
        is_flag=True,
        expose_value=False,
    )(command)


def request(
    arguments: dict[str, Any],
    *,
    paths: tuple[str, ...],
    configured_from: tuple[str, ...] | None = None,
    mistakes: tuple[Mistake, ...] = (),
) -> Request:
    """What was typed, with each option under the name of its setting."""
    given = {}
    for name in COMMAND_LINE_SETTINGS:
        value = arguments.get(name.replace("-", "_"))
        if value is not None and value is not False and value != ():
            given[name] = value if isinstance(value, tuple) else (value,)
    return Request(
        paths=paths,
        given=given,
        configured_from=paths if configured_from is None else configured_from,
        config=arguments.get("config"),
        isolated=bool(arguments.get("isolated")),
        mistakes=mistakes,
    )


def _option(
    name: str, heading: str, text: str, *, short: str | None = None, **settings: Any
) -> Decorator:
    names = (name,) if short is None else (name, short)
    if not settings.get("is_flag"):
        settings.setdefault("default", None)
    return click.option(*names, cls=Option, heading=heading, help=text, **settings)


def _apply(command: Any, *decorators: Decorator) -> Any:
    for decorator in reversed(decorators):
        command = decorator(command)
    return command
