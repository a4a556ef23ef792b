"""Configuration files: `iflint.toml`, or the table `[tool.iflint]` of `pyproject.toml`."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from iflint.configuration.search import LARGEST_FILE, OWN_FILE, SHARED_FILE, TABLE
from iflint.configuration.settings import (
    COMMAND_LINE_SETTINGS,
    ENVIRONMENT_SETTINGS,
    SETTINGS,
    SUPPRESSION_NEEDS,
    SUPPRESSION_SETTINGS,
    Mistake,
    read_setting,
)
from iflint.options import NARROWING, Environment, Setting, Suppression
from iflint.values import RuleNames, Scope
from iflint.words.nearest import did_you_mean
from iflint.words.visible import shown

if TYPE_CHECKING:
    from iflint.configuration.positions import Positions
    from iflint.places.location import Location

ENVIRONMENTS = "environments"
SUPPRESSIONS = "suppressions"
RULES = "rules"
COMMAND_LINE_ONLY = {"config", "isolated", "debug"} | (COMMAND_LINE_SETTINGS.keys() - SETTINGS)
OWN_CODES = "IFL"
"""How the code of every rule that comes with iflint begins."""

_PLACE = re.compile(r" \((?:at line (\d+), column (\d+)|at end of document)\)$")

_HINTS = {
    "Invalid value": " (text stands in quotes, a list in brackets)",
    "Illegal character '\\n'": " (the quote that ends the text is missing)",
    "Cannot overwrite a value": " (the setting stands here a second time)",
}
"""What `tomllib` says of the mistakes that people make, and what they mean."""


class Configuration(msgspec.Struct, frozen=True):
    """The settings of a file, by name, and everything that is wrong in it.

    ``named`` are the keys of the file, also those whose values are wrong; ``rule_labels`` tells
    under which label the table of the rule with a code stands.
    """

    path: str
    values: dict[str, Any] = {}
    mistakes: tuple[Mistake, ...] = ()
    named: tuple[str, ...] = ()
    rule_labels: dict[str, str] = {}

    @property
    def folder(self) -> str:
        """The absolute folder that the file's paths and patterns are relative to."""
        return os.path.dirname(os.path.abspath(self.path))


def read(path: str, rules: Callable[[], RuleNames]) -> Configuration:
    """Read a configuration file; what is wrong in it is in ``mistakes``, all at once."""
    label = _label(path)

    def failed(message: str, line: int | None = None, column: int | None = None) -> Configuration:
        place = label if line is None else f"{label}:{line}:{column}"
        return Configuration(path, mistakes=(Mistake(message, place),))

    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        return failed(f"can't be read: {error.strerror or error}")
    if len(data) > LARGEST_FILE:
        return failed("is larger than 1 MiB, which is no configuration file")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return failed("is UTF-16; save it as UTF-8, as TOML asks")
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode()
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return failed("is not UTF-8 from here on; save it as UTF-8", line, column)
    return _read_text(path, label, data, text, rules, failed)


def _read_text(
    path: str,
    label: str,
    data: bytes,
    text: str,
    rules: Callable[[], RuleNames],
    failed: Callable[..., Configuration],
) -> Configuration:
    import tomllib

    @cache
    def positions() -> Positions:
        from iflint.configuration.positions import Positions

        return Positions(text)

    def place(key_path: tuple[str | int, ...]) -> Location:
        return _location(label, data, positions(), key_path)

    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return failed(*_syntax_error(str(error), text))
    except RecursionError:
        return failed("nests values too deeply", 1, 1)
    except ValueError as error:
        return failed(f"is not TOML: {error}", 1, 1)
    prefix = TABLE if os.path.basename(path) == SHARED_FILE else ()
    table: Any = document
    for depth, key in enumerate(prefix, start=1):
        if key not in table:
            return failed("has no table [tool.iflint]")
        table = table[key]
        if not isinstance(table, dict):
            return failed("this is not a table", *positions().key(prefix[:depth]))
    return _read_table(path, label, table, prefix, positions, place, rules)


def _read_table(
    path: str,
    label: str,
    table: dict[str, Any],
    prefix: tuple[str, ...],
    positions: Callable[[], Positions],
    place: Callable[[tuple[str | int, ...]], Location],
    rules: Callable[[], RuleNames],
) -> Configuration:
    scope = Scope(os.path.dirname(os.path.abspath(path)), rules)
    table = dict(table)
    environments = table.pop(ENVIRONMENTS, None)
    suppressions = table.pop(SUPPRESSIONS, None)
    tables = table.pop(RULES, None)
    reading = _Reading(label, scope, positions)
    values = reading.settings(table, SETTINGS, prefix)
    if environments is not None:
        values[ENVIRONMENTS] = reading.environments(environments, (*prefix, ENVIRONMENTS))
    if suppressions is not None:
        values[SUPPRESSIONS] = reading.suppressions(suppressions, (*prefix, SUPPRESSIONS), place)
    if tables is not None:
        values[RULES] = reading.rules(tables, (*prefix, RULES))
    return Configuration(path, values, tuple(reading.mistakes), tuple(table), reading.rule_labels)


class _Reading:
    """Reads tables of settings, collecting what is wrong with them and where."""

    def __init__(self, label: str, scope: Scope, positions: Callable[[], Positions]) -> None:
        self._label = label
        self._scope = scope
        self._positions = positions
        self.mistakes: list[Mistake] = []
        self.rule_labels: dict[str, str] = {}

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
            values = self.settings(table, ENVIRONMENT_SETTINGS, (*path, name))
            found.append(Environment(name=name, **_as_fields(values)))
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
                hint = did_you_mean(label, names.words) or " ('iflint rules' lists them)"
                self._complain((*path, label), f"{shown(label)} names no rule{hint}")
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

    def suppressions(
        self,
        given: Any,
        path: tuple[str, ...],
        place: Callable[[tuple[str | int, ...]], Location],
    ) -> tuple[Suppression, ...]:
        """The suppressions of the tables ``[[suppressions]]``."""
        if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
            self._complain(path, "takes tables: [[suppressions]], each with a rule and a reason")
            return ()
        found = []
        for index, table in enumerate(given):
            here: tuple[str | int, ...] = (*path, index)
            before = len(self.mistakes)
            values = self.settings(table, SUPPRESSION_SETTINGS, here)
            for name in SUPPRESSION_NEEDS:
                if name not in table:
                    self._complain_at(
                        self._positions().value(here), f"this suppression has no {name}"
                    )
                elif values.get(name) == ():
                    self._complain((*here, name), f"{name} is an empty list")
            if not _narrows(table) and _are_all(self._scope.rules(), values.get("rule", ())):
                self._complain(
                    (*here, "rule"),
                    f"every rule needs a {' or '.join(sorted(NARROWING))} beside it",
                )
            if len(self.mistakes) == before:
                folder = (self._scope.folder or "").replace(os.sep, "/")
                found.append(Suppression(**values, folder=folder, location=place(here)))
        return tuple(found)

    def _complain(self, key_path: tuple[str | int, ...], message: str) -> None:
        self._complain_at(self._positions().key(key_path), message)

    def _complain_at(self, place: tuple[int, int], message: str) -> None:
        line, column = place
        self.mistakes.append(Mistake(message, f"{self._label}:{line}:{column}"))

    def settings(
        self, table: dict[str, Any], known: Mapping[str, Setting], prefix: tuple[str | int, ...]
    ) -> dict[str, Any]:
        """The values of a table's settings, without those that are wrong."""
        values = {}
        for key, given in table.items():
            value, right = self._setting(key, given, known, (*prefix, key))
            if right:
                values[key] = value
        return values

    def _setting(
        self, key: str, given: Any, known: Mapping[str, Setting], key_path: tuple[str | int, ...]
    ) -> tuple[Any, bool]:
        setting = known.get(key)
        if setting is None:
            self._complain(key_path, _unknown(key, known))
            return None, False

        def where(index: int | None) -> str:
            line, column = self._positions().value(
                key_path if index is None else (*key_path, index)
            )
            return f"{self._label}:{line}:{column}"

        value, wrong = read_setting(setting, given, self._scope, key, where)
        self.mistakes.extend(wrong)
        return value, not wrong


def _narrows(suppression: Mapping[str, Any]) -> bool:
    """Whether it names something beside rules; what stands for anything names nothing."""
    return any(str(suppression.get(name, "")).strip("*?./\\ ") for name in NARROWING)


def _are_all(known: RuleNames, labels: Collection[str]) -> bool:
    """Whether ``labels`` mean every rule that comes with iflint, but perhaps for notes."""
    from iflint.report.findings import means

    return all(
        any(means(label, code, name) for label in labels)
        for code, name in zip(known.codes, known.names, strict=True)
        if code.startswith(OWN_CODES) and code not in known.notes
    )


def _location(
    label: str, data: bytes, positions: Positions, key_path: tuple[str | int, ...]
) -> Location:
    """The place of a key in a configuration file that was read as ``data``."""
    from iflint.places.location import FileLocation, Location, Region

    line, column = positions.value(key_path)
    end_line, end_column = positions.end(key_path)
    lines = data.split(b"\n")
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""

    def byte(line: int, column: int) -> int:
        own = lines[line - 1].removeprefix(mark).decode()
        before = sum(map(len, lines[: line - 1])) + line - 1
        return before + (len(mark) if line == 1 else 0) + len(own[: column - 1].encode())

    excerpt = lines[line - 1].removeprefix(mark).decode().rstrip("\r")
    first = max(column - 1 - _EXCERPT // 4, 0)
    return Location(
        FileLocation(label.replace(os.sep, "/")),
        Region(
            line,
            column,
            end_line,
            end_column,
            byte(line, column),
            byte(end_line, end_column),
            excerpt[first : first + _EXCERPT],
            first + 1,
        ),
    )


_EXCERPT = 200


def _as_fields(values: dict[str, Any]) -> dict[str, Any]:
    return {name.replace("-", "_"): value for name, value in values.items()}


def _unknown(key: str, known: Collection[str]) -> str:
    if key in COMMAND_LINE_ONLY:
        return f"{key} can be given on the command line only"
    if key == TABLE[0]:
        return f"settings stand at the top of {OWN_FILE}, not under [{'.'.join(TABLE)}]"
    hyphenated = key.replace("_", "-")
    return f"unknown setting {shown(key)}{did_you_mean(hyphenated, known)}"


def _syntax_error(message: str, text: str) -> tuple[str, int, int]:
    """What `tomllib` says, with what helps; and the line and column that it appends to it."""
    place = _PLACE.search(message)
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
    absolute = os.path.abspath(path)
    current = os.path.join(os.getcwd(), "")
    return absolute.removeprefix(current)
