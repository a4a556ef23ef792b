"""The frame of a command: what was typed becomes a request, and the answer is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from iflint.configuration.settings import COMMAND_LINE_SETTINGS, Destination
from iflint.console import output
from iflint.console.arguments import DEBUG, read_answer, setting
from iflint.console.interface import CLEAN, FOUND, GroupedCommand, OneOf
from iflint.console.invocation import Invocation, Request
from iflint.report.findings import Severity

if TYPE_CHECKING:
    from iflint.console.spreadsheets import Sheet

T = TypeVar("T")


def subcommand(
    name: str,
    summary: str,
    parameters: Sequence[click.Parameter | str],
    *,
    examples: Sequence[str] = (),
    group: click.Group | None = None,
) -> Callable[[Callable[..., int | None]], GroupedCommand]:
    """Make a command of a function.

    It is called with the `Request` that was typed, and with the parameters of its own by name. A
    parameter that is a text is the option of this setting. What the function returns is the exit
    code, 0 for None.
    """
    params = [setting(each) if isinstance(each, str) else each for each in parameters]
    formats = next((each.type for each in params if each.name == "answer"), None)

    def made(function: Callable[..., int | None]) -> GroupedCommand:
        def run(**arguments: Any) -> int | None:
            return function(_request(arguments, formats), **arguments)

        command = GroupedCommand(
            name,
            callback=run,
            params=[*params, DEBUG],
            help=function.__doc__,
            short_help=summary,
            examples=examples,
        )
        if group is not None:
            group.add_command(command)
        return command

    return made


def _request(arguments: dict[str, Any], formats: click.ParamType[Any] | None) -> Request:
    """What was typed, taken out of the arguments of a command.

    A command without ``--isolated`` reads no configuration.
    """
    given = {}
    for name in COMMAND_LINE_SETTINGS:
        value = arguments.pop(name.replace("-", "_"), None)
        if value not in (None, False, ()):
            given[name] = value if isinstance(value, tuple) else (value,)
    answer, mistakes = Destination(""), []
    if isinstance(formats, OneOf):
        chosen, path = arguments.pop("answer"), arguments.pop("answer_file")
        dialect = arguments.pop("csv_dialect", None)
        try:
            answer = read_answer(tuple(formats.choices), chosen, path, dialect)
        except ValueError as error:
            answer, mistakes = Destination(chosen, path), [str(error)]
    return Request(
        given,
        answer,
        config=arguments.pop("config", None),
        isolated=arguments.pop("isolated", True),
        trusting=arguments.pop("trust_configuration", False),
        mistakes=tuple(mistakes),
    )


def exit_code(asked: Request, run: Invocation, worst: Severity | None) -> int:
    """The exit code of an answer in which this is the worst (None: nothing is wrong).

    What the configuration says of ``fail-on`` is for checks: it counts only where it is typed.
    """
    level = run.settings.fail_level if "fail-on" in asked.given else None
    fails = level is not None and worst is not None and worst.reaches(level)
    return FOUND if fails else CLEAN


def show(
    run: Invocation,
    answer: T,
    within: Callable[[T, int], T] | None = None,
    size: int = 0,
    **formats: Callable[..., Any],
) -> T:
    """Write an answer in the format that was asked for, and give what of it was told.

    Each format is a function of the answer; the first, for people, is given a `Style`, too, and
    ``csv`` gives a `Sheet`. ``within`` gives an answer that is no longer than a report may be
    (`iflint.report.fitting`), for what has so many bytes on disk.
    """
    render = formats[run.answer.format]
    if run.answer.format == "csv":
        render = partial(_as_csv, render, run.answer.dialect)
    told = answer

    def text(render: Callable[[T], str]) -> str:
        nonlocal told
        if within is None:
            return render(answer)
        from iflint.report.fitting import fitted

        as_json = run.answer.format == "json"
        told, written = fitted(answer, within, render, size, as_json=as_json)
        return written

    if run.answer.format == next(iter(formats)):
        colour = run.settings.color
        output.write_text(
            run.answer.path, colour, lambda style: text(lambda told: render(told, style))
        )
    else:
        output.write_data(run.answer.path, text(render))
    return told


def _as_csv(sheet_of: Callable[[T], Sheet], dialect: str, answer: T) -> str:
    from iflint.console.spreadsheets import csv_text

    return csv_text(sheet_of(answer), dialect)
