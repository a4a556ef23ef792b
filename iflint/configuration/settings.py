"""Each setting of a run: its name and what it accepts, on the command line as in a file."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, time
from typing import Any

import msgspec

from iflint.options import DEFAULT_EXPIRY_DAYS, LONGEST_EXPIRY_DAYS
from iflint.values import (
    MOMENT_PATTERN,
    SHOWS,
    Kind,
    one_of,
    parse_as_of,
    plain_text,
    read_given,
    switch,
    text_of,
    whole_number,
)
from iflint.words.nearest import did_you_mean
from iflint.words.visible import shown

LANDSCAPES = ("btp", "neo", "custom")
TRUSTS = ("complete", "btp-required")
FORMATS = ("text", "sarif", "json", "concise", "github", "gitlab", "junit", "markdown", "html")
SARIF_PROFILES = ("github", "full")
FAIL_LEVELS = ("error", "warning", "note", "never")
COLOURS = ("auto", "always", "never")
STANDARD_OUTPUT = "-"
ALL_RULES = "all"
OWN_CODES = "IFL"
"""How the code of every rule that comes with iflint begins."""


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
    """The codes and names of the rules that are installed, and what the table of each can hold.

    ``notes`` are the codes of those that only note something, as they are shipped.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    settings: Mapping[str, Mapping[str, Kind[Any]]] = {}
    notes: frozenset[str] = frozenset()

    @property
    def words(self) -> tuple[str, ...]:
        """Everything that may name a rule, but for prefixes of codes."""
        return (*self.codes, *self.names)

    def code_of(self, label: str) -> str | None:
        """The code of the rule with this whole code or name, in any letter case."""
        wanted = label.strip().lower()
        pairs = zip(self.codes, self.names, strict=True)
        return next((code for code, name in pairs if wanted in (code.lower(), name)), None)

    def are_all(self, labels: Collection[str]) -> bool:
        """Whether ``labels`` mean every rule that comes with iflint, but perhaps for notes."""
        from iflint.report.findings import means

        return all(
            any(means(label, code, name) for label in labels)
            for code, name in zip(self.codes, self.names, strict=True)
            if code.startswith(OWN_CODES) and code not in self.notes
        )


class Scope(msgspec.Struct, frozen=True):
    """What values are read against: the folder of relative paths (None: the current one)."""

    folder: str | None = None
    rules: Callable[[], RuleNames] = lambda: RuleNames((), ())


Reader = Callable[[Any, Scope], tuple[Any, ...]]
"""Gives what one given value stands for; raises ValueError, its text for people."""

Schema = Mapping[str, Any]


class Setting(msgspec.Struct, frozen=True):
    """A setting, under the one name that it has everywhere.

    ``schema`` says in JSON Schema what ``read`` takes. ``many`` tells that it holds a list (a
    tuple); else the last value given counts. ``from_text`` turns what stands on the command line
    into the type that a file has. ``summary`` is one sentence for people; ``default`` is the value
    that counts where none is given, None where its absence counts, for which ``absent`` may have
    words.
    """

    name: str
    read: Reader
    schema: Schema
    summary: str = ""
    many: bool = False
    default: Any = None
    absent: str = ""
    from_text: Callable[[str], Any] = str


def of_kind(name: str, kind: Kind[Any], summary: str = "", **more: Any) -> Setting:
    """A setting that takes the values of a kind, which need nothing to be read against."""
    return Setting(
        name, lambda value, _scope: (kind.read(value),), kind.schema, summary, kind.many, **more
    )


_TEXT = {"type": "string", "pattern": SHOWS}
_PATH = {"type": "string", "pattern": "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$"}


def _path(value: Any, scope: Scope) -> str:
    path = text_of(value, "a path")
    if "\0" in path:
        raise ValueError(f"{shown(path)} is not a path")
    return path if scope.folder is None else os.path.join(scope.folder, path)


def _existing_path(value: Any, scope: Scope) -> tuple[str, ...]:
    path = _path(value, scope)
    if not os.path.exists(path):
        raise ValueError(f"{shown(value, 200)} does not exist")
    return (path,)


def _existing_file(value: Any, scope: Scope) -> tuple[str, ...]:
    _existing_path(value, scope)
    return _file(value, scope)


def _file(value: Any, scope: Scope) -> tuple[str, ...]:
    path = _path(value, scope)
    if value == STANDARD_OUTPUT:
        raise ValueError("takes a file, not standard output")
    if os.path.isdir(path):
        raise ValueError(f"{shown(value, 200)} is a folder; give a file")
    return (path,)


def _file_to_write(value: Any, scope: Scope) -> tuple[str, ...]:
    return (STANDARD_OUTPUT if value == STANDARD_OUTPUT else _path(value, scope),)


def _password_variable(value: Any, scope: Scope) -> tuple[str, ...]:
    """``NAME`` or ``PATH=NAME``, in a file also a table of them; a password is not repeated."""
    if isinstance(value, dict):
        named = [(path, _variable(name)) for path, name in value.items()]
        return tuple(f"{_existing_path(path, scope)[0]}={name}" for path, name in named)
    path, separator, name = text_of(value, _VARIABLE).rpartition("=")
    name = _variable(name)
    return (f"{_existing_path(path, scope)[0]}={name}" if separator else name,)


def _variable(value: Any) -> str:
    from iflint.pki.passwords import VARIABLE

    name = text_of(value, _VARIABLE)
    if not VARIABLE.fullmatch(name):
        raise ValueError(f"takes {_VARIABLE}, and this is none (never the password itself)")
    return name


_VARIABLE = "the name of an environment variable, or PATH=NAME"
_NAME = "[A-Za-z_][A-Za-z0-9_]*"
_PASSWORD_VARIABLE = {
    "anyOf": [
        {"type": "string", "pattern": f"^(?:[^\\u0000]*[^\\s\\u0000][^\\u0000]*=)?{_NAME}$"},
        {
            "type": "object",
            "patternProperties": {_PATH["pattern"]: {"type": "string", "pattern": f"^{_NAME}$"}},
            "additionalProperties": False,
        },
    ]
}


def _destination(value: Any, scope: Scope) -> tuple[Destination, ...]:
    name, separator, file = text_of(value, "FORMAT or FORMAT=FILE").partition("=")
    name = one_of(FORMATS).read(name)
    if not separator:
        return (Destination(name),)
    return (Destination(name, *_file_to_write(file, scope)),)


_DESTINATION = {
    "anyOf": [
        {"type": "string", "enum": list(FORMATS)},
        {
            "type": "string",
            "pattern": f"^(?:{'|'.join(FORMATS)})=[^\\u0000]*[^\\s\\u0000][^\\u0000]*$",
        },
    ]
}


def _number_from_text(text: str) -> Any:
    digits = text.strip()
    # More digits than any setting takes: Python refuses to read some thousands of them.
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else text


def _moment(value: Any, _scope: Scope) -> tuple[datetime, ...]:
    is_toml = isinstance(value, date | datetime | time)
    text = value.isoformat() if is_toml else text_of(value, "a date")
    try:
        return (parse_as_of(text),)
    except ValueError as error:
        raise ValueError(f"{shown(text)} is {error}") from error


_MOMENT = {"type": "string", "pattern": f"^\\s*{MOMENT_PATTERN}\\s*$"}


def _pattern(value: Any, _scope: Scope) -> tuple[str, ...]:
    from iflint.sources.gitignore import parse

    given = text_of(value, "a pattern as in .gitignore")
    if parse(given) is None:
        raise ValueError(f"{shown(given)} is no pattern as in .gitignore")
    return (given,)


_PATTERN = {"type": "string", "pattern": "^[^#]*\\S|^[^#].*\\S"}


def _rules(value: Any, scope: Scope) -> tuple[str, ...]:
    what = "codes or names of rules"
    words = [word.strip() for word in text_of(value, what).split(",")]
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


_RULES = {"$ref": "#/definitions/rules"}

SETTINGS = {
    setting.name: setting
    for setting in (
        Setting(
            "certificates",
            _existing_path,
            _PATH,
            "File or folder with client certificates and intermediates.",
            many=True,
            absent="all under the checked paths",
        ),
        Setting(
            "keystore-password-env",
            _password_variable,
            _PASSWORD_VARIABLE,
            "Environment variable that holds the password of keystores, or of the one at PATH.",
            many=True,
        ),
        Setting(
            "parameters",
            _existing_file,
            _PATH,
            "File with an environment's parameter values.",
            many=True,
        ),
        of_kind(
            "landscape",
            one_of(LANDSCAPES),
            "Whose list of supported roots counts.",
            default="btp",
        ),
        of_kind(
            "trust",
            one_of(TRUSTS),
            "How much of SAP's list for BTP counts: btp-required are the roots that BTP itself"
            " uses.",
            default="complete",
        ),
        Setting(
            "roots",
            _existing_path,
            _PATH,
            "Roots that replace the list: files, folders or a table.",
            many=True,
        ),
        Setting(
            "roots-add",
            _existing_path,
            _PATH,
            "Roots that extend the list: files or folders.",
            many=True,
        ),
        Setting(
            "calendar",
            _existing_file,
            _PATH,
            "Rows that correct the calendar of public CAs, in JSON.",
        ),
        Setting(
            "as-of",
            _moment,
            _MOMENT,
            "Judge as if it were this day or time (UTC).",
            absent="now",
        ),
        of_kind(
            "expiry-days",
            whole_number(0, LONGEST_EXPIRY_DAYS, "days"),
            "Warn when a certificate ends within N days.",
            default=DEFAULT_EXPIRY_DAYS,
            from_text=_number_from_text,
        ),
        Setting(
            "exclude",
            _pattern,
            _PATTERN,
            "Leave out what matches, as in .gitignore.",
            many=True,
        ),
        Setting(
            "select",
            _rules,
            _RULES,
            "Only these rules: codes, names or prefixes as IFL1, separated by commas.",
            many=True,
        ),
        Setting("ignore", _rules, _RULES, "All but these rules.", many=True),
        of_kind(
            "fail-on",
            one_of(FAIL_LEVELS),
            "The least severity that gives exit code 1.",
            default="error",
        ),
        Setting(
            "baseline",
            _file,
            _PATH,
            "Known findings: only what this file does not have counts.",
        ),
        Setting(
            "format",
            _destination,
            _DESTINATION,
            f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}; with =FILE it goes there.",
            many=True,
            default=("text",),
        ),
        Setting("output", _file_to_write, _PATH, "File for a single format."),
        of_kind(
            "sarif-profile",
            one_of(SARIF_PROFILES),
            "github leaves out what is suppressed or known, full marks it.",
            default="github",
        ),
        of_kind("color", one_of(COLOURS), "Colours.", default="auto"),
        of_kind(
            "verbose",
            switch(),
            "Name what was skipped, suppressed or known.",
            default=False,
        ),
        of_kind(
            "quiet",
            switch(),
            "Findings only: no summary, no progress, no next steps.",
            default=False,
        ),
        of_kind(
            "environment",
            plain_text("the name of an environment", many=True),
            "Check with the settings of this configured environment.",
        ),
        of_kind(
            "all-environments",
            switch(),
            "Check each configured environment; a finding says in which it holds.",
            default=False,
        ),
    )
}
"""Every setting that can stand in a configuration file, by name."""


COMMAND_LINE_SETTINGS = SETTINGS | {
    setting.name: setting
    for setting in (
        Setting(
            "write-baseline",
            _file,
            _PATH,
            "Write what is found to FILE, so that it is known from now on.",
        ),
        of_kind("prune-baseline", switch(), "Remove from the baseline what is not found any more."),
    )
}
"""Every setting that can be given on the command line, by name."""


def _parameter_pattern(value: Any, scope: Scope) -> tuple[str, ...]:
    from iflint.engine.environments import PLACEHOLDERS, begins_with_artifact, unknown_placeholders

    path = _path(value, Scope())
    unknown = unknown_placeholders(path)
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise ValueError(
            f"{shown(path)}: there is no placeholder {shown(unknown[0])}; known are {known}"
        )
    if "{" not in path:
        return _existing_file(path, scope)
    return (path if begins_with_artifact(path) else _path(path, scope),)


_PLACEHOLDERS = "^(?:[^{]|[{](?:artifact|id|name|package)[}]|[{](?![^{}]*[}]))*$"

ENVIRONMENT_SETTINGS = {
    setting.name: setting
    for setting in (
        SETTINGS["landscape"],
        SETTINGS["trust"],
        Setting(
            "parameters",
            _parameter_pattern,
            {"allOf": [_PATH, {"pattern": _PLACEHOLDERS}]},
            "Files with the environment's parameter values, by pattern:"
            " configuration/{package}/{artifact}.json.",
            many=True,
        ),
        SETTINGS["certificates"],
        SETTINGS["roots"],
        SETTINGS["roots-add"],
    )
}
"""What an environment, ``[environments.NAME]``, can have of its own."""


def _line(value: Any, _scope: Scope) -> tuple[str, ...]:
    return (" ".join(text_of(value, "a text").split()),)


def _path_pattern(value: Any, scope: Scope) -> tuple[str, ...]:
    (given,) = _pattern(text_of(value, "a pattern as in .gitignore").replace("\\", "/"), scope)
    if given.startswith("!"):
        raise ValueError(
            f"{shown(given)}: a pattern here can't be turned round with an exclamation"
        )
    return (given,)


def _fingerprint(value: Any, _scope: Scope) -> tuple[str, ...]:
    what = "the SHA-256 fingerprint of a certificate, 64 hexadecimal digits"
    given = text_of(value, what)
    if not re.fullmatch(_FINGERPRINT, given):
        raise ValueError(f"takes {what}, not {shown(given, 100)}")
    return (re.sub("[: ]", "", given).lower(),)


def _last_day(value: Any, _scope: Scope) -> tuple[date, ...]:
    if isinstance(value, date) and not isinstance(value, datetime):
        return (value,)
    what = "a date such as 2027-03-31"
    given = value.isoformat() if isinstance(value, datetime) else text_of(value, what)
    try:
        if re.fullmatch(_DAY, given):
            return (date.fromisoformat(given),)
    except ValueError:
        pass
    raise ValueError(f"takes {what}, not {shown(given)}")


_FINGERPRINT = "[: ]*(?:[0-9A-Fa-f][: ]*){64}"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

SUPPRESSION_SETTINGS = {
    setting.name: setting
    for setting in (
        Setting("rule", _rules, _RULES, "The rules whose findings are suppressed.", many=True),
        Setting("reason", _line, _TEXT, "Why it is right to live with them."),
        Setting(
            "path",
            _path_pattern,
            {"allOf": [_PATTERN, {"pattern": "^[^!]"}]},
            "Only in files that match, as in .gitignore, but that a backslash is a slash.",
        ),
        Setting(
            "channel",
            _line,
            _TEXT,
            "Only of channels with this name, address, adapter or label; * and ? are wildcards.",
        ),
        Setting("dn", _line, _TEXT, "Only of entries with this subject or issuer DN."),
        Setting(
            "certificate",
            _fingerprint,
            {"type": "string", "pattern": f"^{_FINGERPRINT}$"},
            "Only of the certificate with this SHA-256 fingerprint.",
        ),
        Setting("owner", _line, _TEXT, "Who answers for it."),
        Setting(
            "until",
            _last_day,
            {"type": "string", "pattern": f"^{_DAY}$"},
            "The last day on which it holds; then the findings are back.",
        ),
    )
}
"""What a suppression, ``[[suppressions]]``, is made of."""

SUPPRESSION_NEEDS = ("rule", "reason")


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
    read, wrong = read_given(lambda item: setting.read(item, scope), given, many=setting.many)
    if wrong:
        return None, [Mistake(where(index), f"{label} {message}") for index, message in wrong]
    values = tuple(value for each in read for value in each)
    return (values if setting.many else values[0]), []
