"""The manual page of iflint, in roff (man(7)), out of what `--help` says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from inspect import cleandoc

import click

EXIT = (
    ("0", "clean, or nothing at the fail level"),
    ("1", "findings at or above the fail level"),
    ("2", "wrong usage or configuration"),
    ("3", "iflint itself failed, or could not write its output"),
)
FILES = (
    ("iflint.toml, pyproject.toml", "settings; the nearest one above the checked path counts"),
)


def man_page(cli: click.Group, site: str) -> str:
    """The page of a program, with each of its commands and their options."""
    context = click.Context(cli, info_name=cli.name)
    commands = list(_commands(cli, context))
    lines = [
        '.TH IFLINT 1 "" iflint "User Commands"',
        ".SH NAME",
        f"iflint \\- {_text(_summary(cli))}",
        ".SH SYNOPSIS",
        *_synopsis(context),
        ".SH DESCRIPTION",
        *_paragraphs(cli.help),
        ".SH COMMANDS",
        *_pairs((each.command_path, _summary(each.command)) for each in commands),
    ]
    for each in commands:
        lines += [f".SH {_text(each.command_path.upper())}", *_synopsis(each)]
        lines += _paragraphs(each.command.help)
        records = (parameter.get_help_record(each) for parameter in each.command.params)
        lines += _pairs(filter(None, records))
    lines += [".SH EXIT STATUS", *_pairs(EXIT), ".SH FILES", *_pairs(FILES)]
    return "\n".join([*lines, ".SH SEE ALSO", _text(site), ""])


def _commands(group: click.Group, context: click.Context) -> Iterator[click.Context]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        inner = click.Context(command, info_name=name, parent=context)
        yield inner
        if isinstance(command, click.Group):
            yield from _commands(command, inner)


def _summary(command: click.Command) -> str:
    """Its short help as it was given, else the first sentence of its help."""
    return (command.short_help or (command.help or "").partition("\n\n")[0]).rstrip(".")


def _synopsis(context: click.Context) -> Iterator[str]:
    pieces = " ".join(context.command.collect_usage_pieces(context))
    yield f".B {_text(context.command_path)}"
    yield _text(pieces)


def _paragraphs(text: str | None) -> Iterator[str]:
    for paragraph in re.split(r"\n{2,}", cleandoc(text or "")):
        yield ".PP"
        yield _text(" ".join(paragraph.replace("\b", "").split()))


def _pairs(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, told in pairs:
        yield from (".TP", f".B {_text(name)}", _text(told))


def _text(text: str) -> str:
    """A line of text in which nothing is taken for roff."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain
