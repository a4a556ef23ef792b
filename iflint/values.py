"""Kinds of values that a user can give: what reads one, and its JSON Schema, side by side."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Generic, TypeVar

import msgspec

from iflint.words.nearest import did_you_mean
from iflint.words.visible import shown

T = TypeVar("T")

SHOWS = "\\S"
"""The pattern of a text that is not blank."""


class Kind(msgspec.Struct, Generic[T], frozen=True):
    """What one value has to be.

    ``read`` gives what the value stands for, or raises ValueError, whose text for people goes on
    after the name of the setting: ``takes true or false, not a text``. ``schema`` says the same in
    JSON Schema, ``words`` in plain words. ``many`` tells that a list of such values is taken, or
    one alone.
    """

    read: Callable[[Any], T]
    schema: Mapping[str, Any]
    words: str
    many: bool = False


def read_given(
    read: Callable[[Any], T], given: Any, *, many: bool
) -> tuple[list[T], list[tuple[int | None, str]]]:
    """Read a value or a list of them; what is wrong comes with its index, None for the whole."""
    if not isinstance(given, list | tuple):
        items: list[tuple[int | None, Any]] = [(None, given)]
    elif many:
        items = list(enumerate(given))
    else:
        return [], [(None, "takes one value, not a list")]
    values, wrong = [], []
    for index, item in items:
        try:
            values.append(read(item))
        except ValueError as error:
            wrong.append((index, str(error)))
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


def plain_text(what: str = "a text", *, many: bool = False) -> Kind[str]:
    """Any text that is not blank."""
    schema = {"type": "string", "pattern": SHOWS}
    words = "a list of texts" if many else what
    return Kind(lambda value: text_of(value, what), schema, words, many)


def one_of(choices: Collection[str]) -> Kind[str]:
    """One word out of ``choices``."""
    what = f"one of {', '.join(choices)}"

    def read(value: Any) -> str:
        word = text_of(value, what)
        if word not in choices:
            raise ValueError(f"takes {what}, not {shown(word)}{did_you_mean(word, choices)}")
        return word

    return Kind(read, {"type": "string", "enum": list(choices)}, what)


def switch() -> Kind[bool]:
    """True or false."""

    def read(value: Any) -> bool:
        if not isinstance(value, bool):
            raise ValueError(f"takes true or false, not {kind_of(value)}")
        return value

    return Kind(read, {"type": "boolean"}, "true or false")


def whole_number(least: int, most: int, unit: str = "") -> Kind[int]:
    """A whole number within bounds, of ``unit`` (``days``)."""
    accepted = f"a whole number{f' of {unit}' if unit else ''} from {least} to {most}"

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            given = shown(value) if isinstance(value, str) else kind_of(value)
            raise ValueError(f"takes {accepted}, not {given}")
        if not least <= value <= most:
            raise ValueError(f"takes {accepted}")
        return value

    return Kind(read, {"type": "integer", "minimum": least, "maximum": most}, accepted)


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
