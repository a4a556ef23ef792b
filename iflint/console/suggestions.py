"""What a shell is offered where a value is typed: rules, environments, formats with their file."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from typing import Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    PowerShellComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)

Items = list[CompletionItem[str]]


class Bash(BashComplete):
    """Bash, which hands ``--option=value`` over as three words."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is typed, and that one."""
        args, incomplete = super().get_completion_args()
        return [arg for arg in args if arg != "="], incomplete


class WholeWord(ShellComplete):
    """A shell that takes ``--option=value`` for one word, and replaces it as a whole."""

    def get_completions(self, args: list[str], incomplete: str) -> Items:
        """The values, each behind the option that was typed with it."""
        items = super().get_completions(args, incomplete)
        option, equals, _ = incomplete.partition("=")
        if equals and option.startswith("-"):
            for item in items:
                item.value = f"{option}={item.value}"
        return items


class Zsh(WholeWord, ZshComplete):
    """Zsh."""


class PowerShell(WholeWord, PowerShellComplete):
    """PowerShell."""


class Fish(WholeWord, FishComplete):
    """Fish, with values that hold a comma."""

    source_template = FishComplete.source_template.replace(
        'string split ","', 'string split -m 1 ","'
    )


SHELLS: dict[str, type[ShellComplete]] = {
    "bash": Bash,
    "zsh": Zsh,
    "fish": Fish,
    "powershell": PowerShell,
}


def register() -> None:
    """Make click use these shells."""
    for name, shell in SHELLS.items():
        add_completion_class(shell, name)


def rules(_context: click.Context, _parameter: click.Parameter, typed: str) -> Items:
    """The code of each rule and what it finds, or its name where one is begun."""
    from iflint.console.invocation import rule_infos

    found = rule_infos()
    by_code = _begun(typed, ((rule.code, rule.summary) for rule in found), upper=True)
    return by_code if not typed or by_code else _begun(typed, ((r.name, r.summary) for r in found))


def explained(context: click.Context, parameter: click.Parameter, typed: str) -> Items:
    """What `iflint explain` explains: rules, symptoms and terms."""
    from iflint.symptoms.model import symptoms, terms

    words = [(each.name, each.title) for each in symptoms()]
    words += [("terms", "all of these words")]
    words += [(each.name, each.meaning) for each in terms()]
    return [*rules(context, parameter, typed), *_begun(typed, words)]


def several_rules(context: click.Context, parameter: click.Parameter, typed: str) -> Items:
    """The same for a list with commas."""
    before, comma, last = typed.rpartition(",")
    return [
        CompletionItem(f"{before}{comma}{item.value}", help=item.help)
        for item in rules(context, parameter, last)
    ]


def environments(context: click.Context, _parameter: click.Parameter, typed: str) -> Items:
    """The environments of the configuration that counts, as far as it can be read."""
    from iflint.configuration.file import read
    from iflint.configuration.search import bounds_of, find
    from iflint.values import RuleNames

    given = context.params
    named = given.get("config")
    path = named or find(given.get("paths") or (os.curdir,))
    if path is None or given.get("isolated"):
        return []
    bounds = None if named else bounds_of(path)
    values = read(path, lambda: RuleNames((), ()), bounds).values
    return _begun(typed, ((each.name, "") for each in values.get("environments", ())))


def destination(_context: click.Context, parameter: click.Parameter, typed: str) -> Items:
    """A format, or after ``FORMAT=`` the files and folders that are there."""
    name, equals, path = typed.partition("=")
    if equals:
        found = sorted(glob.glob(f"{glob.escape(path)}*"))
        ends = (os.sep if os.path.isdir(each) else "" for each in found)
        return [
            CompletionItem(f"{name}={each}{end}") for each, end in zip(found, ends, strict=True)
        ]
    assert isinstance(parameter.type, click.Choice)
    return _begun(typed, ((str(each), "") for each in parameter.type.choices))


def _begun(typed: str, offers: Iterable[tuple[str, str]], *, upper: bool = False) -> Items:
    """The offers, words with their explanation, that begin with what was typed."""

    def items() -> Iterator[CompletionItem[Any]]:
        start = typed.upper() if upper else typed
        for word, explanation in offers:
            if word.startswith(start):
                yield CompletionItem(word, help=explanation or None)

    return list(items())
