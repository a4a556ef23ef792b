"""Configuration files: `iflint.toml`, or the table `[tool.iflint]` of `pyproject.toml`."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from iflint.configuration.search import LARGEST_FILE, OWN_FILE, SHARED_FILE, TABLE
from iflint.configuration.settings import (
    COMMAND_LINE_SETTINGS,
    SETTINGS,
    Mistake,
    needed,
    read_setting,
)
from iflint.configuration.tables import (
    ENVIRONMENT_SETTINGS,
    EXTENDS,
    SERVICE_KEY_SETTINGS,
    SUPPRESSION_SETTINGS,
    USER_SETTINGS,
)
from iflint.options import (
    NARROWING,
    RENAMED,
    Environment,
    ServiceKeySettings,
    Setting,
    Suppression,
    UserSettings,
)
from iflint.places.bounds import Bounds
from iflint.places.paths import written
from iflint.values import OWN_CODES, TRUST, RuleNames, Scope, no_rule
from iflint.words.nearest import did_you_mean
from iflint.words.visible import shown
from iflint.words.wording import listed

if TYPE_CHECKING:
    from iflint.configuration.positions import KeyPath, Positions

ENVIRONMENTS = "environments"
SUPPRESSIONS = "suppressions"
SERVICE_KEYS = "service-keys"
USERS = "users"
_ONE = {SUPPRESSIONS: "suppression", SERVICE_KEYS: "service key", USERS: "user"}
"""What one table of a list is called in messages."""
RULES = "rules"
COMMAND_LINE_ONLY = {
    *("config", "isolated", "debug", TRUST),
    *(COMMAND_LINE_SETTINGS.keys() - SETTINGS),
}

_PLACE = r" \((?:at line (\d+), column (\d+)|at end of document)\)$"

_HINTS = {
    "Invalid value": " (text stands in quotes, a list in brackets)",
    "Unescaped '\\' in a string": " (in paths, write / instead of \\)",
    "Invalid hex value": " (in paths, write / instead of \\)",
    "Illegal character '\\n'": " (the quote that ends the text is missing)",
    "Cannot overwrite a value": " (the setting stands here a second time)",
}
"""What `tomllib` says of the mistakes that people make, and what they mean."""


class Configuration(msgspec.Struct, frozen=True, dict=True):
    """The settings of a file, by name, and everything that is wrong in it.

    ``named`` are the keys of the file, also those whose values are wrong; ``rule_labels`` tells
    under which label the table of the rule with a code stands. ``extends`` are the files that it
    names, ``below`` all that it extends, those first over which others go; ``origins`` tells where
    what comes from one of them stands (`iflint.configuration.extending`). ``data`` is the file's.
    """

    path: str
    values: dict[str, Any] = {}
    mistakes: tuple[Mistake, ...] = ()
    named: tuple[str, ...] = ()
    rule_labels: dict[str, str] = {}
    data: bytes = b""
    bounds: Bounds | None = None
    extends: tuple[str, ...] = ()
    below: tuple[Configuration, ...] = ()
    origins: dict[KeyPath, tuple[Configuration, KeyPath]] = {}

    @property
    def folder(self) -> str:
        """The absolute folder that the file's paths and patterns are relative to."""
        return os.path.dirname(os.path.abspath(self.path))

    @property
    def files(self) -> tuple[str, ...]:
        """The paths of all files that count."""
        return (self.path, *(file.path for file in self.below))

    def folder_of(self, name: str) -> str:
        """The folder of the file that says a setting."""
        return self._origin((name,))[0].folder

    def place(self, *keys: str | int) -> str:
        """Where stands what is there under some keys; a rule is known by its code."""
        file, there = self._origin(keys)
        return file._placed(file._positions.key((*_prefix(file.path), *there)))

    def item_place(self, name: str, number: int) -> str:
        """Where in the file itself stands an item of a setting's list, or its only value."""
        key = (*_prefix(self.path), name)
        item = self._positions.value((*key, number))
        alone = item == self._positions.key(key)
        return self._placed(self._positions.value(key) if alone else item)

    def _placed(self, place: tuple[int, int]) -> str:
        return ":".join(map(str, (_label(self.path), *place)))

    def _origin(self, keys: KeyPath) -> tuple[Configuration, KeyPath]:
        if keys in self.origins:
            return self.origins[keys]
        table, *rest = keys
        if table == RULES:
            code = str(rest[0])
            return self, (RULES, self.rule_labels.get(code, code), *rest[1:])
        return self, keys

    @cached_property
    def _positions(self) -> Positions:
        return _positions(_label(self.path), self.data)


def _positions(label: str, data: bytes) -> Positions:
    from iflint.configuration.positions import Positions
    from iflint.places.location import FileLocation
    from iflint.places.text_file import read_text

    return Positions(read_text(data, FileLocation(label.replace(os.sep, "/"))))


def _prefix(path: str) -> tuple[str, ...]:
    """The keys that lead to the table of iflint."""
    return TABLE if os.path.basename(path) == SHARED_FILE else ()


class _UnreadableError(Exception):
    """The file can't be read: what is wrong, and the line and column if that is known."""


def read(path: str, rules: Callable[[], RuleNames], bounds: Bounds | None = None) -> Configuration:
    """Read a configuration file; what is wrong in it is in ``mistakes``, all at once.

    ``bounds`` are those of a file for which nobody vouches.
    """
    label = _label(path)
    try:
        if bounds is not None and not bounds.may_read(path):
            raise _UnreadableError(
                f"is a link that leads out of the repository; --config or --{TRUST} allows it"
            )
        data = _read_bytes(path)
        text = _decoded(data)
        document = _parsed(text)
        folder = os.path.dirname(os.path.abspath(path))
        reading = _Reading(label, data, Scope(folder, rules, bounds))
        return reading.configuration(path, document, _prefix(path))
    except _UnreadableError as refused:
        message, *place = refused.args
        return Configuration(
            path, mistakes=(Mistake(message, ":".join(map(str, (label, *place)))),)
        )


def _read_bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise _UnreadableError(f"can't be read: {error.strerror or error}") from error
    if len(data) > LARGEST_FILE:
        raise _UnreadableError("is larger than 1 MiB, which is no configuration file")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _UnreadableError("is UTF-16; save it as UTF-8, as TOML asks")
    return data


def _decoded(data: bytes) -> str:
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode()
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = "is not UTF-8 from here on; save it as UTF-8"
        raise _UnreadableError(message, line, column) from error


def _parsed(text: str) -> dict[str, Any]:
    import tomllib

    from iflint.configuration.toml import TooDeep, loads

    try:
        return loads(text)
    except TooDeep as error:
        raise _UnreadableError(str(error), error.line, error.column) from error
    except tomllib.TOMLDecodeError as error:
        raise _UnreadableError(*_syntax_error(str(error), text)) from error
    except RecursionError as error:
        raise _UnreadableError("nests values too deeply", 1, 1) from error
    except ValueError as error:
        raise _UnreadableError(f"is not TOML: {error}", 1, 1) from error


class _Reading:
    """Reads tables of settings, collecting what is wrong with them and where."""

    def __init__(self, label: str, data: bytes, scope: Scope) -> None:
        self._label = label
        self._data = data
        self._scope = scope
        self.mistakes: list[Mistake] = []
        self.rule_labels: dict[str, str] = {}

    @cached_property
    def _positions(self) -> Positions:
        return _positions(self._label, self._data)

    def configuration(
        self, path: str, document: dict[str, Any], prefix: tuple[str, ...]
    ) -> Configuration:
        """What the table under ``prefix`` of a document says. Raises `_UnreadableError`."""
        table: Any = document
        for depth, key in enumerate(prefix, start=1):
            if key not in table:
                raise _UnreadableError("has no table [tool.iflint]")
            table = table[key]
            if not isinstance(table, dict):
                raise _UnreadableError("this is not a table", *self._positions.key(prefix[:depth]))
        readers = {
            ENVIRONMENTS: self.environments,
            SUPPRESSIONS: self.suppressions,
            RULES: self.rules,
            SERVICE_KEYS: self.service_keys,
            USERS: self.users,
        }
        single = {key: value for key, value in table.items() if key not in readers}
        values = self.settings(single, SETTINGS | {EXTENDS.name: EXTENDS}, prefix)
        extends = values.pop(EXTENDS.name, ())
        for key, reader in readers.items():
            if key in table:
                values[key] = reader(table[key], (*prefix, key))
        return Configuration(
            path,
            values,
            tuple(self.mistakes),
            tuple(single),
            self.rule_labels,
            self._data,
            self._scope.bounds,
            extends,
        )

    def environments(self, given: Any, path: tuple[str, ...]) -> tuple[Environment, ...]:
        """The environments of the table ``[environments]``."""
        if not isinstance(given, dict):
            self._complain(path, "takes tables: [environments.NAME]")
            return ()
        found = []
        for name, table in given.items():
            if not isinstance(table, dict):
                self._complain((*path, name), "takes a table: [environments.NAME]")
                continue
            if not name.strip():
                self._complain((*path, name), "this environment needs a name: [environments.NAME]")
            readers = {SERVICE_KEYS: self.service_keys, USERS: self.users}
            single = {key: value for key, value in table.items() if key not in readers}
            values = self.settings(single, ENVIRONMENT_SETTINGS, (*path, name))
            for key, reader in readers.items():
                if key in table:
                    values[key] = reader(table[key], (*path, name, key))
            fields = {key.replace("-", "_"): value for key, value in values.items()}
            bounds = self._scope.bounds
            repository = bounds.repository if bounds else None
            found.append(Environment(name=name, repository=repository, **fields))
        return tuple(found)

    def rules(self, given: Any, path: tuple[str, ...]) -> dict[str, dict[str, Any]]:
        """The tables ``[rules.CODE]`` or ``[rules.name]``, by code."""
        if not isinstance(given, dict):
            self._complain(path, "takes tables: [rules.CODE] or [rules.name]")
            return {}
        names = self._scope.rules()
        found: dict[str, dict[str, Any]] = {}
        for label, table in given.items():
            code = names.code_of(label)
            if code is None:
                self._complain((*path, label), no_rule(label, names.words))
            elif not isinstance(table, dict):
                self._complain((*path, label), f"takes a table: [rules.{code}]")
            elif code in found:
                other = self.rule_labels[code]
                self._complain(
                    (*path, label), f"{shown(label)} is the same rule as {shown(other)} above"
                )
            else:
                self.rule_labels[code] = label
                kinds = names.settings.get(code, {}).items()
                known = {name: Setting(kind, many=kind.many) for name, kind in kinds}
                found[code] = self.settings(table, known, (*path, label))
        return found

    def suppressions(self, given: Any, path: tuple[str, ...]) -> tuple[Suppression, ...]:
        """The suppressions of the tables ``[[suppressions]]``."""
        found = []
        for here, table, values in self._tables(given, path, SUPPRESSION_SETTINGS):
            if not _narrows(table) and _are_all(self._scope.rules(), values.get("rule", ())):
                self._complain(
                    (*here, "rule"),
                    f"every rule needs a {' or '.join(sorted(NARROWING))} beside it",
                )
            elif values:
                place = self._positions.locate(here)
                found.append(Suppression(**values, folder=self._folder, location=place))
        return tuple(found)

    def service_keys(self, given: Any, path: tuple[str, ...]) -> tuple[ServiceKeySettings, ...]:
        """What the tables ``[[service-keys]]`` say of service keys."""
        tables = self._tables(given, path, SERVICE_KEY_SETTINGS)
        return tuple(
            ServiceKeySettings(**values, folder=self._folder, location=self._positions.locate(here))
            for here, _, values in tables
            if values
        )

    def users(self, given: Any, path: tuple[str, ...]) -> tuple[UserSettings, ...]:
        """The users of the tables ``[[users]]``."""
        tables = self._tables(given, path, USER_SETTINGS)
        return tuple(
            UserSettings(**values, folder=self._folder, location=self._positions.locate(here))
            for here, _, values in tables
            if values
        )

    @property
    def _folder(self) -> str:
        """What patterns are relative to, as locations have it."""
        return written(self._scope.folder or "")

    def _tables(
        self, given: Any, path: tuple[str, ...], known: Mapping[str, Setting]
    ) -> Iterator[tuple[KeyPath, dict[str, Any], dict[str, Any]]]:
        """The place of each table of a list, the table, and its values; none if it is wrong."""
        name, needs = path[-1], needed(known)
        if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
            with_these = " and ".join(f"a {need}" for need in needs)
            self._complain(path, f"takes tables: [[{name}]], each with {with_these}")
            return
        for index, table in enumerate(given):
            here: KeyPath = (*path, index)
            before = len(self.mistakes)
            values = self.settings(table, known, here)
            for need in needs:
                if need not in table:
                    message = f"this {_ONE[name]} has no {need}"
                    self.mistakes.append(Mistake(message, self._value_place(here)))
                elif values.get(need) == ():
                    self._complain((*here, need), f"{need} is an empty list")
            fields = {key.replace("-", "_"): value for key, value in values.items()}
            yield here, table, fields if len(self.mistakes) == before else {}

    def _complain(self, key_path: KeyPath, message: str) -> None:
        line, column = self._positions.key(key_path)
        self.mistakes.append(Mistake(message, f"{self._label}:{line}:{column}"))

    def _value_place(self, key_path: KeyPath) -> str:
        line, column = self._positions.value(key_path)
        return f"{self._label}:{line}:{column}"

    def settings(
        self, table: dict[str, Any], known: Mapping[str, Setting], prefix: KeyPath
    ) -> dict[str, Any]:
        """The values of a table's settings, without those that are wrong."""
        values = {}
        for key, given in table.items():
            key_path = (*prefix, key)
            if key not in known:
                self._complain(key_path, _unknown(key, known))
                continue
            if key == "environment" and isinstance(given, dict):
                self._complain(key_path, "environment is the name of one: see [environments.NAME]")
                continue

            def where(index: int | None, here: KeyPath = key_path) -> str:
                return self._value_place(here if index is None else (*here, index))

            value, wrong = read_setting(known[key], given, self._scope, key, where)
            self.mistakes.extend(wrong)
            if not wrong:
                values[key] = value
        return values


def _narrows(suppression: Mapping[str, Any]) -> bool:
    """Whether it names something besides rules; what stands for anything names nothing."""
    return any(str(suppression.get(name, "")).strip("*?./\\ ") for name in NARROWING)


def _are_all(known: RuleNames, labels: Collection[str]) -> bool:
    """Whether ``labels`` mean every rule that comes with iflint, but perhaps for notes."""
    from iflint.report.findings import means

    return all(
        any(means(label, code, name) for label in labels)
        for code, name in zip(known.codes, known.names, strict=True)
        if code.startswith(OWN_CODES) and code not in known.notes
    )


def _unknown(key: str, known: Collection[str]) -> str:
    if key in COMMAND_LINE_ONLY:
        return f"{key} can be given on the command line only"
    if key in RENAMED:
        return f"{key} is now called {RENAMED[key]}"
    if key == TABLE[0]:
        return f"settings stand at the top of {OWN_FILE}, not under [{'.'.join(TABLE)}]"
    hyphenated = key.replace("_", "-")
    if hyphenated in SETTINGS and hyphenated not in known:
        return f"{shown(key)} does not belong in this table: settings stand above the first table"
    hint = did_you_mean(hyphenated, known)
    if not hint and len(known) <= _FEW:
        hint = f"; here may stand {listed(sorted(known), 'or')}"
    return f"unknown setting {shown(key)}{hint}"


_FEW = 8
"""Settings that are all named. Ours: more than any rule has."""


def _syntax_error(message: str, text: str) -> tuple[str, int, int]:
    """What `tomllib` says, with what helps; and the line and column that it appends to it."""
    place = re.search(_PLACE, message)
    if place is None:
        return f"is not TOML: {message}", 1, 1
    said = message[: place.start()]
    said = f"is not TOML: {said}{_HINTS.get(said, '')}"
    if place[1] is None:
        lines = text.splitlines() or [""]
        return f"{said} at the end of the file", len(lines), len(lines[-1]) + 1
    return said, int(place[1]), int(place[2])


def _label(path: str) -> str:
    """The path as messages show it: relative to the current directory if it lies below it."""
    return relative(os.path.abspath(path))


def relative(path: str) -> str:
    """The path relative to the current folder if it lies below it, else as it is."""
    return path.removeprefix(os.path.join(os.getcwd(), ""))
