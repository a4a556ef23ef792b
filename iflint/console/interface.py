"""How the command line behaves: grouped help, exit codes, and errors in a line or two."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import click

from iflint.limits import MISTAKES, numbered
from iflint.places.defects import Defects, gathered, place_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

CLEAN, FOUND, WRONG_USAGE, FAILED, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes: nothing to report, findings at or above the fail level, the caller's mistake,
the tool's own failure, and Ctrl+C (128 + SIGINT, as shells count)."""

COMPLETION_VARIABLE = "_IFLINT_COMPLETE"
"""The environment variable in which a shell says that it asks for completions."""

LAST_HEADING = "Other"
FIRST_COLUMN = 21
"""The least width of the column with the options' names, so that sections line up."""


class WrongUsage(click.ClickException):
    """Mistakes of the caller in arguments or configuration, all of them at once."""

    exit_code = WRONG_USAGE

    def __init__(self, mistakes: Iterable[object]) -> None:
        self.mistakes = tuple(str(mistake) for mistake in mistakes)
        super().__init__("\n".join(self.mistakes))

    def show(self, file: Any = None) -> None:  # noqa: ARG002 - as in click
        """Print a line for each mistake."""
        most = MISTAKES.value
        for mistake in self.mistakes[:most]:
            complain(mistake)
        if len(self.mistakes) > most:
            complain(f"and {numbered(len(self.mistakes) - most)} more mistakes like these")


class Failure(click.ClickException):
    """The tool could not do its work; one line for each reason."""

    exit_code = FAILED

    def show(self, file: Any = None) -> None:  # noqa: ARG002 - as in click
        """Print a line for each reason."""
        for line in self.message.splitlines():
            complain(line)


def complain(line: str) -> None:
    """Print one line on standard error; nothing more can be done if that fails too."""
    from iflint.words.visible import inert, visible

    if sys.stderr is None:
        return  # `print` would take standard output
    try:
        print(inert(f"iflint: {visible(line)}"), file=sys.stderr)  # noqa: T201 - the one place for it
    except (OSError, ValueError):
        return


class Option(click.Option):
    """An option that stands under a heading in the help; without a metavar or type, a switch.

    ``names`` are separated by blanks; one without hyphens is that of the parameter.
    """

    def __init__(self, names: str, heading: str, text: str, **more: Any) -> None:
        switch = {"is_flag": True} if not more.get("metavar") and "type" not in more else {}
        super().__init__(names.split(), help=text, **switch, **more)
        self.heading = heading


class _AsTyped:
    """Gives a value back as it was typed; what is wrong with it is told later, with all else."""

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,  # noqa: ARG002 - as in click
        ctx: click.Context | None,  # noqa: ARG002
    ) -> str:
        """Give the text back."""
        return str(value)


class OneOf(_AsTyped, click.Choice[str]):
    """Choices, for help and completion only."""


class AnyPath(_AsTyped, click.ParamType[str]):
    """A path, for completion only; click's own looks for a translation of its name."""

    name = "path"

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - as in click
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """Let the shell offer its files and folders."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file")]


def _show_help(ctx: click.Context, _option: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        click.echo(ctx.get_help(), color=ctx.color)
        ctx.exit()


HELP = Option(
    "-h --help",
    LAST_HEADING,
    "Show this message and exit.",
    is_eager=True,
    expose_value=False,
    callback=_show_help,
)
"""Click's own looks for a translation at each start, which takes a millisecond."""


class GroupedCommand(click.Command):
    """A command whose help sets its options under headings, and ends with examples."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples

    def get_help_option(self, ctx: click.Context) -> click.Option:  # noqa: ARG002 - as in click
        """The same for all commands."""
        return HELP

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read what was typed; an option that has another name now is refused with that."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            from iflint.options import RENAMED

            name = RENAMED.get(error.option_name.lstrip("-"))
            if name is None:
                raise
            raise click.UsageError(f"{error.option_name} is now called --{name}", ctx) from error

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, a section for each heading, in the order of their first option."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                heading = getattr(parameter, "heading", LAST_HEADING)
                sections.setdefault(heading, []).append(record)
        sections[LAST_HEADING] = sections.pop(LAST_HEADING)
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl([(f"{name:{FIRST_COLUMN}}", text) for name, text in records])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples as they are typed."""
        if self.examples:
            with formatter.section("Examples"):
                for example in self.examples:
                    formatter.write(f"{'':{formatter.current_indent}}{example}\n")
        super().format_epilog(ctx, formatter)


class Interface(click.Group):
    """The group of all commands: imports only the one that is called, and decides exit codes.

    ``sections`` has the commands under the headings of the help, each the name of its module.
    """

    def __init__(self, *args: Any, sections: Mapping[str, Sequence[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections = sections
        self.modules = tuple(name for names in sections.values() for name in names)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as in click
        """The commands in the order in which people meet them."""
        return list(self.modules)

    def get_help_option(self, ctx: click.Context) -> click.Option:  # noqa: ARG002 - as in click
        """The same for all commands."""
        return HELP

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, a section for each heading."""
        column = max(map(len, self.modules))
        width = formatter.width - column - 6  # as click leaves free
        for heading, names in self.sections.items():
            with formatter.section(heading):
                commands = [(name, self.get_command(ctx, name)) for name in names]
                formatter.write_dl(
                    [
                        (f"{name:{column}}", command.get_short_help_str(width))
                        for name, command in commands
                        if command is not None
                    ]
                )

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - as in click
        cmd_name: str,
    ) -> click.Command | None:
        """Import the module of the command that was asked for."""
        if cmd_name not in self.modules:
            return None
        command = importlib.import_module(f"iflint.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a mistyped one gets a suggestion, a path a hint."""
        name = args[0] if args else ""
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            raise click.UsageError(self._no_command(name), ctx)
        return super().resolve_command(ctx, args)

    def _no_command(self, name: str) -> str:
        from iflint.words.nearest import did_you_mean
        from iflint.words.visible import visible

        if os.path.exists(name):
            hint = f"; to check it, run 'iflint check {name}'"
        else:
            hint = did_you_mean(name, self.modules)
        return visible(f"No such command '{name}'{hint}")

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = COMPLETION_VARIABLE,
        standalone_mode: bool = True,  # noqa: ARG002 - exit codes are decided here always
        **extra: Any,
    ) -> NoReturn:
        """Run, and leave with the exit code of what happened."""

        def run() -> Any:
            return super(Interface, self).main(
                args, prog_name, complete_var, standalone_mode=False, **extra
            )

        if complete_var and os.environ.get(complete_var):
            _complete(run)
        if sys.flags.optimize > 1:
            complain("with PYTHONOPTIMIZE=2 help and rules have no texts; findings are the same")
        debug = "--debug" in (sys.argv if args is None else args)
        with gathered() as defects:
            code = _exit_code(run, debug)
        if debug:
            _show(defects)
        if defects.ours and code in (CLEAN, FOUND):
            _tell(defects)
            code = FAILED
        sys.exit(code)


def _show(defects: Defects) -> None:
    """The traceback of each defect, for a report of it."""
    import traceback

    for defect in defects.kept:
        complain(f"failed on {defect.place}:")
        for line in traceback.format_exception(defect.error):
            for part in line.rstrip("\n").split("\n"):
                complain(f"  {part}")


def _tell(defects: Defects) -> None:
    place = next((defect.place for defect in defects.kept if defect.ours), "an input")
    more = f" and {defects.ours - 1} more" if defects.ours > 1 else ""
    complain(f"iflint failed on {place}{more}; please report it (--debug shows where)")


def _complete(run: Callable[[], Any]) -> NoReturn:
    """Answer a shell that asks for completions; it wants no complaint about what was typed."""
    with contextlib.suppress(Exception, KeyboardInterrupt):
        run()
    sys.exit(FAILED)


def _exit_code(run: Callable[[], Any], debug: bool) -> int:
    try:
        code = run()
    except click.ClickException as error:
        _tell_mistake(error)
        return error.exit_code
    except click.Abort as error:
        return INTERRUPTED if isinstance(error.__cause__, KeyboardInterrupt) else FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        silence_stdout()
        return CLEAN
    except Exception as error:
        mistake = _mistake_in(error)
        if mistake is None:
            return _unexpected(error, debug)
        WrongUsage([mistake]).show()
        return WRONG_USAGE
    return code if isinstance(code, int) else CLEAN


def _tell_mistake(error: click.ClickException) -> None:
    """Print a mistake; what click repeats of an argument does nothing to a terminal or a log."""
    from io import StringIO

    from iflint.words.visible import powerless

    if isinstance(error, WrongUsage | Failure):
        error.show()
        return
    told = StringIO()
    error.show(told)
    click.echo(powerless(told.getvalue()), err=True, nl=False)


def _unexpected(error: Exception, debug: bool) -> int:
    if debug:
        import traceback

        traceback.print_exc()
    if isinstance(error, OSError):
        silence_stdout()
    complain(_known_cause(error) or _internal(error, debug))
    return FAILED


def _mistake_in(error: Exception) -> object | None:
    """What of the caller's mistakes an exception tells; None for any other one."""
    from iflint.options import UsageError

    if isinstance(error, UsageError):
        return error
    if isinstance(error, FileNotFoundError) and error.filename is None:
        try:
            os.getcwd()
        except OSError:
            return "the current folder does not exist any more; go to another one"
    return None


def _known_cause(error: Exception) -> str:
    """What happened outside of the program; empty when that is not to be seen."""
    if not isinstance(error, OSError) or error.filename is not None:
        return ""
    return f"input or output failed: {error.strerror or error}"


def _internal(error: Exception, debug: bool) -> str:
    said = " ".join(str(error).split())
    hint = "" if debug else " (--debug shows where)"
    place = place_of(error)
    on = f" on {place}" if place else ""
    return f"internal error{on}: {type(error).__name__}{': ' if said else ''}{said}{hint}"


def silence_stdout() -> None:
    """Point standard output to nowhere, so that nothing complains when the program ends."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        return
