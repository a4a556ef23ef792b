"""Configuration files that extend others: what counts of all of them, and where it stands.

Each file counts once, and goes over those that it extends; of several, the later goes over the
earlier. A setting replaces the one below it. Tables of rules and environments are joined, key by
key. Lists of tables (suppressions, service keys, users) are added, those below first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from iflint.configuration.file import (
    ENVIRONMENTS,
    RULES,
    SERVICE_KEYS,
    SUPPRESSIONS,
    USERS,
    Configuration,
    read,
    relative,
)
from iflint.configuration.settings import Mistake
from iflint.configuration.tables import ENVIRONMENT_SETTINGS, EXTENDS
from iflint.options import Environment
from iflint.words.visible import shown

if TYPE_CHECKING:
    from iflint.configuration.positions import KeyPath
    from iflint.places.bounds import Bounds
    from iflint.values import RuleNames

MOST_LEVELS = 8
"""Files that extend one another. Ours: a team's, a department's and a company's are three."""
MOST_FILES = 32
"""Files that one extends. Ours: more than anybody keeps an overview of."""

_LISTS = (SUPPRESSIONS, SERVICE_KEYS, USERS)


def extended(
    first: Configuration, rules: Callable[[], RuleNames], bounds: Bounds | None
) -> Configuration:
    """A file that was read, together with all that it extends.

    ``bounds`` are those of a file for which nobody vouches, and hold for what it extends, too.
    """
    files: dict[str, Configuration] = {}
    mistakes: list[Mistake] = []
    seen: set[str] = set()

    def visit(file: Configuration, way: tuple[str, ...]) -> None:
        for number, path in enumerate(file.extends):
            place = os.path.realpath(path)
            if place in way:
                wrong = f"leads back to {shown(relative(path), 200)}"
            elif place in seen:
                continue
            elif len(way) > MOST_LEVELS:
                wrong = f"leads through more than {MOST_LEVELS} files"
            elif len(seen) >= MOST_FILES:
                wrong = f"leads to more than {MOST_FILES} files"
            else:
                seen.add(place)
                found = read(path, rules, bounds)
                visit(found, (*way, place))
                mistakes.extend(found.mistakes)
                files[place] = found
                continue
            where = file.item_place(EXTENDS.name, number)
            mistakes.append(Mistake(f"{EXTENDS.name} {wrong}", where))

    visit(first, (os.path.realpath(first.path),))
    below = tuple(files.values())
    joined = _Joined((*below, first))
    return msgspec.structs.replace(
        first,
        values=joined.values,
        mistakes=(*first.mistakes, *mistakes),
        named=tuple(name for file in (*below, first) for name in file.named),
        rule_labels={code: code for file in (*below, first) for code in file.rule_labels},
        below=below,
        origins=joined.origins,
    )


class _Joined:
    """The values of several files, each over those before it, and where each stands."""

    def __init__(self, files: Iterable[Configuration]) -> None:
        self.values: dict[str, Any] = {}
        self.origins: dict[KeyPath, tuple[Configuration, KeyPath]] = {}
        for file in files:
            for name, value in file.values.items():
                if name in _LISTS:
                    self.values[name] = self._added(file, (name,), self.values.get(name), value)
                elif name == RULES:
                    self._rules(file, value)
                elif name == ENVIRONMENTS:
                    self._environments(file, value)
                else:
                    self.values[name] = value
                    self.origins[name,] = (file, (name,))

    def _added(
        self, file: Configuration, where: KeyPath, below: tuple[Any, ...] | None, own: Any
    ) -> tuple[Any, ...]:
        before = below or ()
        for number in range(len(own)):
            self.origins[*where, len(before) + number] = (file, (*where, number))
        return (*before, *own)

    def _rules(self, file: Configuration, tables: dict[str, dict[str, Any]]) -> None:
        joined = self.values.setdefault(RULES, {})
        for code, table in tables.items():
            joined[code] = {**joined.get(code, {}), **table}
            for name in table:
                label = file.rule_labels[code]
                self.origins[RULES, code, name] = (file, (RULES, label, name))

    def _environments(self, file: Configuration, environments: Iterable[Environment]) -> None:
        joined = {each.name: each for each in self.values.get(ENVIRONMENTS, ())}
        for own in environments:
            below = joined.get(own.name) or Environment(name=own.name)
            said: dict[str, Any] = {"repository": own.repository}
            for name in ENVIRONMENT_SETTINGS:
                value = getattr(own, field := name.replace("-", "_"))
                if value is not None and not (name == "parameters" and value == ()):
                    said[field] = value
                    where = (ENVIRONMENTS, own.name, name)
                    self.origins[where] = (file, where)
            for name in (SERVICE_KEYS, USERS):
                field = name.replace("-", "_")
                where = (ENVIRONMENTS, own.name, name)
                said[field] = self._added(file, where, getattr(below, field), getattr(own, field))
            joined[own.name] = msgspec.structs.replace(below, **said)
        self.values[ENVIRONMENTS] = tuple(joined.values())
