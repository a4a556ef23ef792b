"""The parameters of commands: options made from the settings, and those that are none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from iflint.configuration.search import TRUST_VARIABLE
from iflint.configuration.settings import COMMAND_LINE_SETTINGS, CSV_DIALECTS, Destination
from iflint.console.interface import LAST_HEADING, AnyPath, OneOf, Option
from iflint.options import OUTPUT
from iflint.values import HERE, TRUST, one_of
from iflint.values import PATHS as ANY_PATH


def several_paths(metavar: str) -> click.Argument:
    """Any number of paths."""
    return click.Argument(["paths"], nargs=-1, type=AnyPath(), metavar=metavar)


PATHS = several_paths("[PATH]...")

ROOTS = (
    *("keystore-password-env", "platform", "trust", "roots", "roots-add"),
    *("public-cas", "as-of"),
)
"""The settings that decide which roots count, and at what moment."""
JUDGING = (
    *("certificates", *ROOTS, "expiry-days", "calendar"),
    *("parameters", "environment", "all-environments", "exclude", "limit"),
    *("jobs", "scheduler", "send-files", "no-cache"),
)
"""What decides what is read, and how it is judged."""
RULES = ("select", "ignore")
FINDINGS = (*RULES, "fail-on", "expect-flows", "baseline", "write-baseline", "prune-baseline")
"""What decides which findings count."""
REPORT = ("format", "output", "title", "sarif-profile", "color", "verbose", "quiet")
"""What decides where the report goes."""

CONFIGURATION = (
    Option(
        "--config",
        "Configuration",
        "Configuration file. Default: the nearest iflint.toml or pyproject.toml.",
        metavar="FILE",
        type=AnyPath(),
    ),
    Option("--isolated", "Configuration", "Read no configuration file."),
    Option(
        f"--{TRUST}",
        "Configuration",
        f"Let a configuration that was found name files and variables outside its repository."
        f" Also: {TRUST_VARIABLE}=1.",
    ),
)
"""Options that stand on the command line only."""
FAIL_ON = Option(
    "--fail-on",
    OUTPUT,
    "The least severity that gives exit code 1, as of 'iflint check'. Default: never.",
    metavar=COMMAND_LINE_SETTINGS["fail-on"].kind.metavar,
    type=OneOf(COMMAND_LINE_SETTINGS["fail-on"].kind.choices),
)
"""For commands that answer a question: they fail only where that is typed."""
CSV_DIALECT = Option(
    "--csv-dialect",
    OUTPUT,
    "How CSV is written; excel is for an Excel that expects semicolons, as in Germany."
    f" Default: {CSV_DIALECTS[0]}.",
    type=OneOf(CSV_DIALECTS),
)
DEBUG = Option(
    "--debug", LAST_HEADING, "Show the traceback of an internal error.", expose_value=False
)


def setting(name: str) -> Option:
    """The option of a setting, in the setting's own words."""
    told = COMMAND_LINE_SETTINGS[name]
    text, kind = told.summary, told.kind
    more: dict[str, Any] = {"metavar": kind.metavar}
    if told.many:
        text, more["multiple"] = f"{text[:-1]} (repeatable).", True
    default = told.absent or told.default
    if default:
        text += f" Default: {', '.join(default) if isinstance(default, tuple) else default}."
    if kind.choices:
        more["type"] = OneOf(kind.choices)
    elif kind.offers == ANY_PATH:
        more["type"] = AnyPath()
    if kind.offers not in ("", ANY_PATH):
        more["shell_complete"] = suggested(kind.offers)
    return Option(f"--{name} {told.short}", told.heading, text, **more)


def suggested(name: str) -> Callable[..., Any]:
    """What a shell is offered for an argument, by a function of `iflint.console.suggestions`."""

    def suggest(*given: Any) -> Any:
        from iflint.console import suggestions

        return getattr(suggestions, name)(*given)

    return suggest


def answer(*formats: str) -> tuple[Option | str, ...]:
    """Options of a command with formats of its own; the first is for people."""
    return (
        Option(
            "--format answer",
            OUTPUT,
            f"Default: {formats[0]}.",
            type=OneOf(formats),
            default=formats[0],
        ),
        Option("--output answer_file", OUTPUT, "File to write to.", metavar="FILE", type=AnyPath()),
        *((CSV_DIALECT,) if "csv" in formats else ()),
        "color",
    )


def read_answer(
    formats: tuple[str, ...], given: str, path: str | None, dialect: str | None = None
) -> Destination:
    """What was given to `answer`. Raises ValueError, whose text says what is wrong."""
    name, separator, file = given.partition("=")
    try:
        one_of(formats).take(name, HERE)
    except ValueError as error:
        raise ValueError(f"--format {error}") from None
    if separator and not file:
        raise ValueError("--format needs a file behind =")
    if separator and path is not None:
        raise ValueError("--format FORMAT=FILE and --output exclude each other")
    if dialect is None:
        return Destination(name, file or path)
    if name != "csv":
        raise ValueError("--csv-dialect is for --format csv")
    try:
        one_of(CSV_DIALECTS).take(dialect, HERE)
    except ValueError as error:
        raise ValueError(f"--csv-dialect {error}") from None
    return Destination(name, file or path, dialect)
