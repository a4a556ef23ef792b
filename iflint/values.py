"""Kinds of values that a user can give: what reads one, and its JSON Schema, side by side."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Generic, TypeVar

import msgspec

from iflint.limits import LARGEST, LIMITS, MISTAKES
from iflint.places.bounds import GIT, Bounds
from iflint.words.nearest import did_you_mean, nearest
from iflint.words.visible import shown

T = TypeVar("T")

Schema = Mapping[str, Any]

SHOWS = "\\S"
"""The pattern of a text that is not blank."""
STANDARD_OUTPUT = "-"
ALL_RULES = "all"
OWN_CODES = "IFL"
"""How the code of every rule that comes with iflint begins."""
PATHS = "paths"
"""What a shell offers where a path is typed."""


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


class Scope(msgspec.Struct, frozen=True):
    """What values are read against: the folder of relative paths (None: the current one).

    ``bounds`` are those of a file that nobody vouches for; None for what the user gave.
    """

    folder: str | None = None
    rules: Callable[[], RuleNames] = lambda: RuleNames((), ())
    bounds: Bounds | None = None


HERE = Scope()


class Kind(msgspec.Struct, Generic[T], frozen=True):
    """What one value has to be.

    ``take`` gives what the value stands for (a tuple where that may be several), or raises
    ValueError, whose text for people goes on after the name of the setting: ``takes true or false,
    not a text``. ``schema`` says the same in JSON Schema, ``words`` in plain words. ``many`` tells
    that a list of such values is taken, or one alone.

    On the command line, ``metavar`` stands for the value in help, and ``from_text`` makes what a
    file would have of what is typed. A shell offers ``choices``, or what ``offers`` names: paths,
    or a function of `iflint.console.suggestions`.
    """

    take: Callable[[Any, Scope], T]
    schema: Schema
    words: str = ""
    many: bool = False
    metavar: str | None = None
    choices: tuple[str, ...] = ()
    offers: str = ""
    from_text: Callable[[str], Any] = str

    def read(
        self, given: Any, scope: Scope = HERE, *, many: bool | None = None
    ) -> tuple[list[Any], list[tuple[int | None, str]]]:
        """Read a value or a list of them; what is wrong comes with its index, None for the whole.

        ``many`` goes over what the kind says.
        """
        if not isinstance(given, list | tuple):
            items: list[tuple[int | None, Any]] = [(None, given)]
        elif self.many if many is None else many:
            items = list(enumerate(given))
        else:
            return [], [(None, "takes one value, not a list")]
        values: list[Any] = []
        wrong = []
        for index, item in items:
            try:
                value = self.take(item, scope)
                values += value if isinstance(value, tuple) else (value,)
            except ValueError as error:
                wrong.append((index, str(error)))
            if len(wrong) > MISTAKES.value:
                break
        return values, wrong


def text_of(value: Any, what: str) -> str:
    """A text that is not blank; ``what`` says what it is for."""
    if not isinstance(value, str):
        raise ValueError(f"takes {what}, not {kind_of(value)}")
    if not value.strip():
        raise ValueError(f"takes {what}; this one is empty")
    return value


def kind_of(value: Any) -> str:
    """What a value is, in the words of messages."""
    if isinstance(value, bool):
        return "true or false"
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (str, "a text"),
        ((int, float), "a number"),
        ((list, tuple), "a list"),
        (Mapping, "a table"),
        ((date, datetime, time), "a date or time"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), type(value).__name__)


def plain_text(what: str = "a text", *, many: bool = False, **more: Any) -> Kind[str]:
    """Any text that is not blank."""
    schema = {"type": "string", "pattern": SHOWS}
    words = "a list of texts" if many else what
    return Kind(lambda value, _scope: text_of(value, what), schema, words, many, **more)


def one_of(choices: Collection[str]) -> Kind[str]:
    """One word out of ``choices``."""
    words = tuple(map(str, choices))
    what = f"one of {', '.join(words)}"

    def take(value: Any, _scope: Scope) -> str:
        word = text_of(value, what)
        if word not in words:
            raise ValueError(f"takes {what}, not {shown(word)}{did_you_mean(word, words)}")
        return word

    return Kind(take, {"type": "string", "enum": list(words)}, what, choices=words)


def switch() -> Kind[bool]:
    """True or false."""

    def take(value: Any, _scope: Scope) -> bool:
        if not isinstance(value, bool):
            raise ValueError(f"takes true or false, not {kind_of(value)}")
        return value

    return Kind(take, {"type": "boolean"}, "true or false")


def whole_number(least: int, most: int, unit: str = "") -> Kind[int]:
    """A whole number within bounds, of ``unit`` (``days``)."""
    accepted = f"a whole number{f' of {unit}' if unit else ''} from {least} to {most}"

    def take(value: Any, _scope: Scope) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            given = shown(value) if isinstance(value, str) else kind_of(value)
            raise ValueError(f"takes {accepted}, not {given}")
        if not least <= value <= most:
            raise ValueError(f"takes {accepted}")
        return value

    schema = {"type": "integer", "minimum": least, "maximum": most}
    return Kind(take, schema, accepted, metavar="N", from_text=_number_from_text)


AUTO = 0
"""As many as there are processors."""
_MOST_JOBS = 64
_JOBS = f"auto or a whole number from 1 to {_MOST_JOBS}"


def _jobs(value: Any, _scope: Scope) -> int:
    if value == "auto":
        return AUTO
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_JOBS:
        raise ValueError(f"takes {_JOBS}")
    return value


def _number_from_text(text: str) -> Any:
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else text


JOBS = Kind(
    _jobs,
    {"anyOf": [{"const": "auto"}, {"type": "integer", "minimum": 1, "maximum": _MOST_JOBS}]},
    _JOBS,
    metavar="N",
    from_text=_number_from_text,
)


def is_on(variable: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether an environment variable that is a switch is on."""
    given = environment.get(variable, "").strip().lower()
    return given not in ("", "0", "false", "no")


# paths


TRUST = "trust-configuration"
"""The option that vouches for a configuration file which was found, not named."""
UNTRUSTED = f"a configuration that was found may do so only with --{TRUST}"


def _path(value: Any, scope: Scope) -> str:
    """The one place where a setting becomes a path to read."""
    path = _anywhere(value, scope)
    if scope.bounds is not None and not scope.bounds.may_read(path):
        is_git = os.path.exists(os.path.join(scope.bounds.repository, GIT))
        what = "the repository" if is_git else "its folder, which lies in no Git repository"
        raise ValueError(f"{shown(value, 200)} leads out of {what}; {UNTRUSTED}")
    if scope.bounds is not None and os.path.exists(path) and not _can_be_read(path):
        raise ValueError(f"{shown(value, 200)} is neither a file nor a folder")
    return path


def _can_be_read(path: str) -> bool:
    """Whether nothing waits for ever there, as a pipe does."""
    return os.path.isfile(path) or os.path.isdir(path)


def _path_to_write(value: Any, scope: Scope) -> str:
    """The one place where a setting becomes a path to write."""
    path = _anywhere(value, scope)
    if scope.bounds is not None and not scope.bounds.may_write(path):
        raise ValueError(f"{shown(value, 200)} leads out of its folder or into .git; {UNTRUSTED}")
    return path


def _anywhere(value: Any, scope: Scope) -> str:
    path = text_of(value, "a path")
    if "\0" in path:
        raise ValueError(f"{shown(path)} is not a path")
    return path if scope.folder is None else os.path.join(scope.folder, path)


def _existing_path(value: Any, scope: Scope) -> str:
    path = _path(value, scope)
    if not os.path.exists(path):
        raise ValueError(f"{shown(value, 200)} does not exist")
    return path


def _existing_file(value: Any, scope: Scope) -> str:
    _existing_path(value, scope)
    return _file(value, scope)


def _file(value: Any, scope: Scope) -> str:
    path = _path(value, scope)
    if value == STANDARD_OUTPUT:
        raise ValueError("takes a file, not standard output")
    if os.path.isdir(path):
        raise ValueError(f"{shown(value, 200)} is a folder; give a file")
    return path


def file_to_write(value: Any, scope: Scope) -> str:
    """The path of a file, or standard output."""
    return STANDARD_OUTPUT if value == STANDARD_OUTPUT else _path_to_write(value, scope)


SOME_PATH = "[^\\u0000]*[^\\s\\u0000][^\\u0000]*"
_PATH = {"type": "string", "pattern": f"^{SOME_PATH}$"}

EXISTING_PATH = Kind(_existing_path, _PATH, "a path", metavar="PATH", offers=PATHS)
EXISTING_FILE = Kind(_existing_file, _PATH, "a file", metavar="FILE", offers=PATHS)
FILE = Kind(_file, _PATH, "a file", metavar="FILE", offers=PATHS)
FILE_TO_WRITE = Kind(file_to_write, _PATH, "a file, or -", metavar="FILE", offers=PATHS)


def _parameter_pattern(value: Any, scope: Scope) -> str:
    path = _path(value, HERE)
    unknown = [name for name in re.findall(PLACEHOLDER, path) if name not in PLACEHOLDERS]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise ValueError(
            f"{shown(path)}: there is no placeholder {shown(unknown[0])}; known are {known}"
        )
    if "{" not in path:
        return _existing_file(path, scope)
    return path if path.startswith(ARTIFACT_FOLDER) else _path(path, scope)


PLACEHOLDERS = ("artifact", "id", "name", "package")
PLACEHOLDER = r"\{([^{}]*)\}"
ARTIFACT_FOLDER = "{artifact}"
"""What a pattern begins with that starts from the artifact's own folder."""

PARAMETER_PATTERN = Kind(
    _parameter_pattern,
    {
        "allOf": [
            _PATH,
            {"pattern": f"^(?:[^{{]|[{{](?:{'|'.join(PLACEHOLDERS)})[}}]|[{{](?![^{{}}]*[}}]))*$"},
        ]
    },
    "a path, perhaps with placeholders",
)


# patterns, rules, passwords


def _pattern(value: Any, _scope: Scope) -> str:
    from iflint.sources.disk import slashes
    from iflint.sources.gitignore import parse

    given = text_of(value, _GITIGNORE)
    if parse(slashes(given)) is None:
        raise ValueError(f"{shown(given)} is no pattern as in .gitignore")
    return given


def _path_pattern(value: Any, scope: Scope) -> str:
    given = _pattern(text_of(value, _GITIGNORE).replace("\\", "/"), scope)
    if given.startswith("!"):
        raise ValueError(
            f"{shown(given)}: a pattern here can't be turned round with an exclamation"
        )
    return given


_GITIGNORE = "a pattern as in .gitignore"
_PATTERN = {"type": "string", "pattern": "^[^#]*\\S|^[^#].*\\S"}

PATTERN = Kind(_pattern, _PATTERN, _GITIGNORE, metavar="PATTERN")
PATH_PATTERN = Kind(_path_pattern, {"allOf": [_PATTERN, {"pattern": "^[^!]"}]}, _GITIGNORE)


def _rules(value: Any, scope: Scope) -> tuple[str, ...]:
    words = [word.strip() for word in text_of(value, _RULES).split(",")]
    if not any(words):
        raise ValueError(f"takes {_RULES}; {shown(value)} holds none")
    return tuple(_rule(word, scope.rules()) for word in words if word)


def _rule(word: str, known: RuleNames) -> str:
    label = word.lower()
    if label == ALL_RULES or label in known.names:
        return label
    if any(code.lower().startswith(label) for code in known.codes):
        return word.upper()
    raise ValueError(no_rule(word, known.words))


def no_rule(label: str, known: Collection[str]) -> str:
    """What is said of a label that names no rule; ``known`` are all codes and names.

    A label that could be of somebody's own rule leads to its package, too, which may be missing.
    """
    similar = nearest(label, known)
    meant = f"did you mean '{similar}'" if similar else ""
    own = label.strip().upper().startswith(OWN_CODES)
    package = "" if own else f"is its package {'not ' if meant else ''}installed"
    asked = ", or ".join(filter(None, (meant, package)))
    return (
        f"{shown(label)} names no rule{f'; {asked}?' if asked else ''} ('iflint rules' lists them)"
    )


_RULES = "codes or names of rules"

RULES = Kind(
    _rules, {"$ref": "#/definitions/rules"}, _RULES, metavar="RULES", offers="several_rules"
)


def _password_variable(value: Any, scope: Scope) -> tuple[str, ...]:
    """``NAME`` or ``PATH=NAME``, in a file also a table of them; a password is not repeated."""
    if scope.bounds is not None:
        raise ValueError(f"names a variable of your environment; {UNTRUSTED}")
    if isinstance(value, dict):
        named = [(path, _variable(name)) for path, name in value.items()]
        return tuple(f"{_existing_path(path, scope)}={name}" for path, name in named)
    path, separator, name = text_of(value, _VARIABLE).rpartition("=")
    name = _variable(name)
    return (f"{_existing_path(path, scope)}={name}" if separator else name,)


def _variable(value: Any) -> str:
    name = text_of(value, _VARIABLE)
    if not re.fullmatch(_NAME, name):
        raise ValueError(f"takes {_VARIABLE}, and this is none (never the password itself)")
    return name


_VARIABLE = "the name of an environment variable, or PATH=NAME"
_NAME = "[A-Za-z_][A-Za-z0-9_]*"

PASSWORD_VARIABLE = Kind(
    _password_variable,
    {
        "anyOf": [
            {"type": "string", "pattern": f"^(?:{SOME_PATH}=)?{_NAME}$"},
            {
                "type": "object",
                "patternProperties": {
                    _PATH["pattern"]: {"type": "string", "pattern": f"^{_NAME}$"}
                },
                "additionalProperties": False,
            },
        ]
    },
    _VARIABLE,
    metavar="[PATH=]NAME",
)


# limits


def _limit(value: Any, scope: Scope) -> tuple[str, ...]:
    """``NAME=NUMBER``, in a file a table of them; a file may lower a limit, never raise one."""
    if isinstance(value, dict):
        return tuple(_one_limit(name, number, scope) for name, number in value.items())
    name, _, number = text_of(value, _LIMIT).partition("=")
    digits = number.strip()
    is_number = digits.isascii() and digits.isdigit() and len(digits) < 20
    return (_one_limit(name.strip(), int(digits) if is_number else digits, scope),)


def _one_limit(name: str, number: Any, scope: Scope) -> str:
    limit = LIMITS.get(name)
    if limit is None:
        raise ValueError(f"{shown(name)} names no limit{did_you_mean(name, LIMITS)}")
    most = LARGEST if scope.folder is None else limit.default
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= LARGEST:
        raise ValueError(f"{name} takes a whole number above 0")
    if number > most:
        raise ValueError(
            f"{name} can be {limit.default} at most in a file: only the command line raises a limit"
        )
    return f"{name}={number}"


_LIMIT = "the name of a limit and its number, NAME=NUMBER"

LIMIT = Kind(
    _limit,
    {
        "anyOf": [
            {"type": "string", "pattern": "^[a-z-]+=[0-9]+$"},
            {
                "type": "object",
                "properties": {
                    name: {
                        "type": "integer",
                        "minimum": 1,
                        "maximum": limit.default,
                        "default": limit.default,
                        "description": f"At most so many: {limit.bounds}.",
                    }
                    for name, limit in LIMITS.items()
                },
                "additionalProperties": False,
            },
        ]
    },
    _LIMIT,
    metavar="NAME=NUMBER",
)


# days and moments

A_MOMENT = "a date such as 2026-11-24 or a timestamp such as 2026-11-24T08:30:00Z"

MOMENT_PATTERN = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[Tt ](?:[01][0-9]|2[0-3]):[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"
    r"(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
)
"""How a date or a timestamp is written, as a regular expression."""


def parse_as_of(text: str) -> datetime:
    """Read a date (00:00 UTC) or an ISO 8601 timestamp (UTC when it names no offset).

    Fractions of a second are dropped. Raises ValueError, whose text says what is accepted.
    """
    spelling = text.strip().upper()
    if not re.fullmatch(MOMENT_PATTERN, spelling):
        raise ValueError(f"not {A_MOMENT}")
    try:
        moment = datetime.fromisoformat(spelling)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"not a day or time that exists; give {A_MOMENT}") from error
    return moment.replace(microsecond=0)


def _moment(value: Any, _scope: Scope) -> datetime:
    is_toml = isinstance(value, date | datetime | time)
    text = value.isoformat() if is_toml else text_of(value, "a date")
    try:
        return parse_as_of(text)
    except ValueError as error:
        raise ValueError(f"{shown(text)} is {error}") from error


MOMENT = Kind(
    _moment, {"type": "string", "pattern": f"^\\s*{MOMENT_PATTERN}\\s*$"}, A_MOMENT, metavar="DATE"
)


def _last_day(value: Any, _scope: Scope) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    given = value.isoformat() if isinstance(value, datetime) else text_of(value, _A_DAY)
    try:
        if re.fullmatch(_DAY, given):
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise ValueError(f"takes {_A_DAY}, not {shown(given)}")


_A_DAY = "a date such as 2027-03-31"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

DAY = Kind(_last_day, {"type": "string", "pattern": f"^{_DAY}$"}, _A_DAY)


# what suppressions name


def _line(value: Any, _scope: Scope) -> str:
    return " ".join(text_of(value, "a text").split())


def _fingerprint(value: Any, _scope: Scope) -> str:
    given = text_of(value, _SHA_256)
    if not re.fullmatch(_FINGERPRINT, given):
        raise ValueError(f"takes {_SHA_256}, not {shown(given, 100)}")
    return re.sub("[: ]", "", given).lower()


_SHA_256 = "the SHA-256 fingerprint of a certificate, 64 hexadecimal digits"
_FINGERPRINT = "[: ]*(?:[0-9A-Fa-f][: ]*){64}"

LINE = Kind(_line, {"type": "string", "pattern": SHOWS}, "a text")
FINGERPRINT = Kind(_fingerprint, {"type": "string", "pattern": f"^{_FINGERPRINT}$"}, _SHA_256)
