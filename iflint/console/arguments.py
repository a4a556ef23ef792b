"""The arguments that commands share, and how what was typed becomes a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

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
from iflint.console.interface import LAST_HEADING, AnyPath, OneOf, Option
from iflint.console.run import Request
from iflint.values import one_of

Decorator = Callable[[Any], Any]

CERTIFICATES = "Certificates and roots"
FLOWS = "Flows"
FINDINGS = "Findings"
OUTPUT = "Output"
CONFIGURATION = "Configuration"

ANY_PATH = AnyPath()


def suggested(name: str) -> Callable[..., Any]:
    """What a shell is offered for an argument, by a function of `iflint.console.suggestions`."""

    def suggest(*given: Any) -> Any:
        from iflint.console import suggestions

        return getattr(suggestions, name)(*given)

    return suggest


def paths_argument(metavar: str = "[PATH]...") -> Decorator:
    """Any number of paths."""
    return click.argument("paths", nargs=-1, type=ANY_PATH, metavar=metavar)


def chain_options(command: Any) -> Any:
    """Options that decide what completes a chain, which roots there are, and at what moment."""
    text = "File or folder with certificates that complete the chains (repeatable)."
    return _apply(
        command,
        _option("--certificates", CERTIFICATES, text, metavar="PATH", type=ANY_PATH, multiple=True),
        root_options,
    )


def certificate_options(command: Any) -> Any:
    """Options that decide which certificates and roots there are, and at what moment."""
    return _apply(
        command,
        _setting("certificates", CERTIFICATES, metavar="PATH", type=ANY_PATH),
        root_options,
    )


def root_options(command: Any) -> Any:
    """Options that decide which roots count, and at what moment."""
    return _apply(
        command,
        _setting("keystore-password-env", CERTIFICATES, metavar="[PATH=]NAME"),
        _setting("landscape", CERTIFICATES, type=OneOf(LANDSCAPES)),
        _setting("trust", CERTIFICATES, type=OneOf(TRUSTS)),
        _setting("roots", CERTIFICATES, metavar="PATH", type=ANY_PATH),
        _setting("roots-add", CERTIFICATES, metavar="PATH", type=ANY_PATH),
        _setting("as-of", CERTIFICATES, metavar="DATE"),
    )


def table_in_use_options(command: Any) -> Any:
    """Options that decide which table of roots is the one in use, and at what moment."""
    return _apply(
        command,
        _setting("roots", CERTIFICATES, metavar="PATH", type=ANY_PATH),
        _setting("as-of", CERTIFICATES, metavar="DATE"),
    )


def judging_options(command: Any) -> Any:
    """Options that decide what is read, and how it is judged."""
    return _apply(
        command,
        certificate_options,
        _setting("expiry-days", CERTIFICATES, metavar="N"),
        calendar_option,
        _setting("parameters", FLOWS, metavar="FILE", type=ANY_PATH),
        _setting("environment", FLOWS, metavar="NAME", shell_complete=suggested("environments")),
        _setting("all-environments", FLOWS, is_flag=True),
        _setting("exclude", FLOWS, metavar="PATTERN"),
    )


def calendar_option(command: Any) -> Any:
    """The option that corrects the CA calendar."""
    return _setting("calendar", CERTIFICATES, metavar="FILE", type=ANY_PATH)(command)


def rule_options(command: Any) -> Any:
    """Options that decide which rules are asked."""
    return _apply(
        command,
        _setting("select", FINDINGS, metavar="RULES", shell_complete=suggested("several_rules")),
        _setting("ignore", FINDINGS, metavar="RULES", shell_complete=suggested("several_rules")),
    )


def finding_options(command: Any) -> Any:
    """Options that decide which findings count."""
    return _apply(
        command,
        rule_options,
        _setting("fail-on", FINDINGS, type=OneOf(FAIL_LEVELS)),
        _setting("baseline", FINDINGS, metavar="FILE", type=ANY_PATH),
        _setting("write-baseline", FINDINGS, metavar="FILE", type=ANY_PATH),
        _setting("prune-baseline", FINDINGS, is_flag=True),
    )


def report_options(command: Any) -> Any:
    """Options that decide where the report goes."""
    return _apply(
        command,
        _setting(
            "format",
            OUTPUT,
            metavar="FORMAT[=FILE]",
            shell_complete=suggested("destination"),
            type=OneOf(FORMATS),
        ),
        _setting("output", OUTPUT, metavar="FILE", type=ANY_PATH),
        _setting("sarif-profile", OUTPUT, type=OneOf(SARIF_PROFILES)),
        color_option,
        _setting("verbose", OUTPUT, short="-v", is_flag=True),
        _setting("quiet", OUTPUT, short="-q", is_flag=True),
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
    chosen, separator, file = chosen.partition("=")
    try:
        one_of(formats).read(chosen)
    except ValueError as error:
        return formats[0], path, (Mistake("", f"--format {error}"),)
    if separator and (path is not None or not file):
        said = (
            "--format FORMAT=FILE and --output exclude each other"
            if file
            else "--format needs a file behind ="
        )
        return chosen, path, (Mistake("", said),)
    return chosen, file or path, ()


def color_option(command: Any) -> Any:
    """The option that decides about colours."""
    return _setting("color", OUTPUT, type=OneOf(COLOURS))(command)


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


def _setting(name: str, heading: str, **more: Any) -> Decorator:
    """The option of a setting, in the setting's own words."""
    setting = COMMAND_LINE_SETTINGS[name]
    text = setting.summary
    if setting.many:
        text, more = f"{text[:-1]} (repeatable).", more | {"multiple": True}
    default = setting.absent or setting.default
    if default:
        text += f" Default: {', '.join(default) if isinstance(default, tuple) else default}."
    return _option(f"--{name}", heading, text, **more)


def _apply(command: Any, *decorators: Decorator) -> Any:
    for decorator in reversed(decorators):
        command = decorator(command)
    return command
