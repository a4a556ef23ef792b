"""Each setting of a run: its name and what it accepts, on the command line as in a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from datetime import date, datetime, time
from typing import Any

import msgspec

from iflint.clock import parse_as_of
from iflint.configuration.nearest import did_you_mean

LANDSCAPES = ("btp", "neo", "custom")
TRUSTS = ("complete", "btp-required")
FORMATS = ("text", "sarif", "json", "concise", "github", "gitlab", "junit", "markdown")
SARIF_PROFILES = ("github", "full")
FAIL_LEVELS = ("error", "warning", "note", "never")
COLOURS = ("auto", "always", "never")
LONGEST_EXPIRY_DAYS = 36_500
STANDARD_OUTPUT = "-"
ALL_RULES = "all"


class Mistake(msgspec.Struct, frozen=True):
    """Something wrong with what the user asked for.

    ``where`` is a place in a file (``iflint.toml:3:1``), empty for the command line.
    """

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class Destination(msgspec.Struct, frozen=True):
    """A report format and the file that gets it; ``-`` is standard output, None: not said."""

    format: str
    path: str | None = None


class RuleNames(msgspec.Struct, frozen=True):
    """The codes and names of the rules that are installed."""

    codes: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """Everything that may name a rule, but for prefixes of codes."""
        return (*self.codes, *self.names)


class Scope(msgspec.Struct, frozen=True):
    """What values are read against: the folder of relative paths (None: the current one)."""

    folder: str | None = None
    rules: Callable[[], RuleNames] = lambda: RuleNames((), ())


Reader = Callable[[Any, Scope], tuple[Any, ...]]
"""Gives what one given value stands for; raises ValueError, its text for people."""


class Setting(msgspec.Struct, frozen=True):
    """A setting, under the one name that it has everywhere.

    ``many`` tells that it holds a list (a tuple); else the last value given counts.
    ``from_text`` turns what stands on the command line into the type that a file has.
    """

    name: str
    read: Reader
    many: bool = False
    from_text: Callable[[str], Any] = str


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"takes {what}, not {_kind(value)}")
    if not value.strip():
        raise ValueError(f"takes {what}; this one is empty")
    return value


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (str, "a text"),
        ((int, float), "a number"),
        (list, "a list"),
        (dict, "a table"),
        ((date, datetime, time), "a date or time"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), type(value).__name__)


def shown(value: str, most: int = 60) -> str:
    """A value as messages quote it: on one line, harmless and not too long."""
    from iflint.text import visible

    shortened = value if len(value) <= most else f"{value[: most - 1]}…"
    return f"'{visible(shortened)}'"


def _path(value: Any, scope: Scope) -> str:
    path = _text(value, "a path")
    if "\0" in path:
        raise ValueError(f"{shown(path)} is not a path")
    return path if scope.folder is None else os.path.join(scope.folder, path)


def _existing_path(value: Any, scope: Scope) -> tuple[str, ...]:
    path = _path(value, scope)
    if not os.path.exists(path):
        raise ValueError(f"{shown(value, 200)} does not exist")
    return (path,)


def _existing_file(value: Any, scope: Scope) -> tuple[str, ...]:
    (path,) = _existing_path(value, scope)
    if os.path.isdir(path):
        raise ValueError(f"{shown(value, 200)} is a folder; give a file")
    return (path,)


def _file_to_write(value: Any, scope: Scope) -> tuple[str, ...]:
    return (STANDARD_OUTPUT if value == STANDARD_OUTPUT else _path(value, scope),)


def _password_variable(value: Any, scope: Scope) -> tuple[str, ...]:
    """``NAME`` or ``PATH=NAME``, in a file also a table of them; a password is not repeated."""
    from iflint.pki.passwords import VARIABLE

    if isinstance(value, dict):
        return tuple(
            text
            for path, name in value.items()
            for text in _password_variable(f"{path}={_text(name, _VARIABLE)}", scope)
        )
    path, separator, name = _text(value, _VARIABLE).rpartition("=")
    if not VARIABLE.fullmatch(name):
        raise ValueError(f"takes {_VARIABLE}, and this is none (never the password itself)")
    if not separator:
        return (name,)
    return (f"{_existing_path(path, scope)[0]}={name}",)


_VARIABLE = "the name of an environment variable, or PATH=NAME"


def one_of(choices: Collection[str]) -> Reader:
    """A reader of one word out of ``choices``."""
    what = f"one of {', '.join(choices)}"

    def read(value: Any, _scope: Scope) -> tuple[str, ...]:
        text = _text(value, what)
        if text not in choices:
            raise ValueError(f"takes {what}, not {shown(text)}{did_you_mean(text, choices)}")
        return (text,)

    return read


def _destination(value: Any, scope: Scope) -> tuple[Destination, ...]:
    name, separator, file = _text(value, "FORMAT or FORMAT=FILE").partition("=")
    (name,) = one_of(FORMATS)(name, scope)
    if not separator:
        return (Destination(name),)
    return (Destination(name, *_file_to_write(file, scope)),)


def _days(value: Any, _scope: Scope) -> tuple[int, ...]:
    accepted = f"a whole number of days from 0 to {LONGEST_EXPIRY_DAYS}"
    if isinstance(value, bool) or not isinstance(value, int):
        given = shown(value) if isinstance(value, str) else _kind(value)
        raise ValueError(f"takes {accepted}, not {given}")
    if not 0 <= value <= LONGEST_EXPIRY_DAYS:
        raise ValueError(f"takes {accepted}")
    return (value,)


def _number_from_text(text: str) -> Any:
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else text


def _moment(value: Any, _scope: Scope) -> tuple[datetime, ...]:
    is_toml = isinstance(value, date | datetime | time)
    text = value.isoformat() if is_toml else _text(value, "a date")
    try:
        return (parse_as_of(text),)
    except ValueError as error:
        raise ValueError(f"{shown(text)} is {error}") from error


def _pattern(value: Any, _scope: Scope) -> tuple[str, ...]:
    from iflint.sources.gitignore import parse

    text = _text(value, "a pattern as in .gitignore")
    if parse(text) is None:
        raise ValueError(f"{shown(text)} is no pattern as in .gitignore")
    return (text,)


def _rules(value: Any, scope: Scope) -> tuple[str, ...]:
    what = "codes or names of rules"
    words = [word.strip() for word in _text(value, what).split(",")]
    if not any(words):
        raise ValueError(f"takes {what}; {shown(value)} holds none")
    return tuple(_rule(word, scope.rules()) for word in words if word)


def _rule(word: str, known: RuleNames) -> str:
    label = word.lower()
    if label == ALL_RULES or label in known.names:
        return label
    if any(code.lower().startswith(label) for code in known.codes):
        return word.upper()
    raise ValueError(
        f"{shown(word)} names no rule{did_you_mean(word, known.words)} ('iflint rules' lists them)"
    )


def _switch(value: Any, _scope: Scope) -> tuple[bool, ...]:
    if not isinstance(value, bool):
        raise ValueError(f"takes true or false, not {_kind(value)}")
    return (value,)


def _environment_name(value: Any, _scope: Scope) -> tuple[str, ...]:
    return (_text(value, "the name of an environment"),)


SETTINGS = {
    setting.name: setting
    for setting in (
        Setting("certificates", _existing_path, many=True),
        Setting("keystore-password-env", _password_variable, many=True),
        Setting("parameters", _existing_file, many=True),
        Setting("landscape", one_of(LANDSCAPES)),
        Setting("trust", one_of(TRUSTS)),
        Setting("roots", _existing_path, many=True),
        Setting("roots-add", _existing_path, many=True),
        Setting("calendar", _existing_file),
        Setting("as-of", _moment),
        Setting("expiry-days", _days, from_text=_number_from_text),
        Setting("exclude", _pattern, many=True),
        Setting("select", _rules, many=True),
        Setting("ignore", _rules, many=True),
        Setting("fail-on", one_of(FAIL_LEVELS)),
        Setting("baseline", _existing_file),
        Setting("format", _destination, many=True),
        Setting("output", _file_to_write),
        Setting("sarif-profile", one_of(SARIF_PROFILES)),
        Setting("color", one_of(COLOURS)),
        Setting("verbose", _switch),
        Setting("environment", _environment_name, many=True),
        Setting("all-environments", _switch),
    )
}
"""Every setting that can stand in a configuration file, by name."""


COMMAND_LINE_SETTINGS = SETTINGS | {
    setting.name: setting
    for setting in (
        Setting("write-baseline", _file_to_write),
        Setting("prune-baseline", _switch),
    )
}
"""Every setting that can be given on the command line, by name."""


def _parameter_pattern(value: Any, scope: Scope) -> tuple[str, ...]:
    from iflint.environments import PLACEHOLDERS, begins_with_artifact, unknown_placeholders

    path = _text(value, "a path")
    unknown = unknown_placeholders(path)
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise ValueError(
            f"{shown(path)}: there is no placeholder {shown(unknown[0])}; known are {known}"
        )
    if "{" not in path:
        return _existing_file(path, scope)
    return (path if begins_with_artifact(path) else _path(path, scope),)


ENVIRONMENT_SETTINGS = {
    setting.name: setting
    for setting in (
        SETTINGS["landscape"],
        SETTINGS["trust"],
        Setting("parameters", _parameter_pattern, many=True),
        SETTINGS["certificates"],
        SETTINGS["roots"],
        SETTINGS["roots-add"],
    )
}
"""What an environment, ``[environments.NAME]``, can have of its own."""


def _line(value: Any, _scope: Scope) -> tuple[str, ...]:
    return (" ".join(_text(value, "a text").split()),)


def _path_pattern(value: Any, scope: Scope) -> tuple[str, ...]:
    (text,) = _pattern(value, scope)
    if text.startswith("!"):
        raise ValueError(f"{shown(text)}: a pattern here can't be turned round with an exclamation")
    return (text,)


def _fingerprint(value: Any, _scope: Scope) -> tuple[str, ...]:
    what = "the SHA-256 fingerprint of a certificate, 64 hexadecimal digits"
    text = _text(value, what)
    digits = text.replace(":", "").replace(" ", "").lower()
    if len(digits) != 64 or set(digits) - set("0123456789abcdef"):
        raise ValueError(f"takes {what}, not {shown(text, 100)}")
    return (digits,)


def _last_day(value: Any, _scope: Scope) -> tuple[date, ...]:
    if isinstance(value, date) and not isinstance(value, datetime):
        return (value,)
    what = "a date such as 2027-03-31"
    text = value.isoformat() if isinstance(value, datetime) else _text(value, what)
    try:
        return (date.fromisoformat(text),)
    except ValueError as error:
        raise ValueError(f"takes {what}, not {shown(text)}") from error


SUPPRESSION_SETTINGS = {
    setting.name: setting
    for setting in (
        Setting("rule", _rules, many=True),
        Setting("reason", _line),
        Setting("path", _path_pattern),
        Setting("channel", _line),
        Setting("dn", _line),
        Setting("certificate", _fingerprint),
        Setting("owner", _line),
        Setting("until", _last_day),
    )
}
"""What a suppression, ``[[suppressions]]``, is made of."""

SUPPRESSION_NEEDS = ("rule", "reason")
NARROWING = frozenset({"path", "channel", "dn", "certificate"})


def read_setting(
    setting: Setting,
    given: Any,
    scope: Scope,
    label: str,
    where: Callable[[int | None], str] = lambda _index: "",
) -> tuple[Any, list[Mistake]]:
    """Read what was given for ``setting``: its value (None: unusable), and what is wrong.

    ``given`` is a list or a single value, ``label`` the setting's name as the user wrote it;
    ``where`` names the place of the item with this index, or of the whole.
    """
    listed = isinstance(given, list)
    if listed and not setting.many:
        return None, [Mistake(where(None), f"{label} takes one value, not a list")]
    values: list[Any] = []
    mistakes = []
    for index, item in enumerate(given if listed else [given]):
        place = where(index if listed else None)
        try:
            values.extend(setting.read(item, scope))
        except ValueError as error:
            mistakes.append(Mistake(place, f"{label} {error}"))
    if mistakes:
        return None, mistakes
    return (tuple(values) if setting.many else values[0]), []
