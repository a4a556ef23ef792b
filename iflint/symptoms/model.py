"""What is known of symptoms, their causes, and the words that are ours: read from data."""

from __future__ import annotations

from functools import cache

import msgspec

from iflint.places.packaged import packaged_file


class Cause(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What can be behind a symptom, as ``causes.toml`` tells it.

    ``rules`` are the names of those that guard it. ``outside``: no file can tell it.
    """

    title: str
    text: str
    rules: tuple[str, ...] = ()
    source: str = ""
    inferred: bool = False
    outside: bool = False


class Command(msgspec.Struct, frozen=True, array_like=True):
    """What to type, and what it gives."""

    line: str
    gain: str


class Symptom(msgspec.Struct, frozen=True):
    """What people see or read when a call fails, with all that can be behind it."""

    name: str
    title: str
    text: str
    causes: tuple[Cause, ...]
    run: tuple[Command, ...]
    source: str = ""
    signs: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A word that is ours; ``also`` are other words for it, or words that it explains, too."""

    name: str
    meaning: str
    more: str = ""
    also: tuple[str, ...] = ()


class _Symptom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A symptom as ``symptoms.toml`` tells it: causes and commands by name, alerts by number."""

    name: str
    title: str
    text: str
    causes: tuple[str, ...]
    run: tuple[str, ...]
    source: str = ""
    alert: int | None = None
    signs: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


class _Symptoms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    commands: dict[str, Command]
    symptom: tuple[_Symptom, ...]


class _Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    term: tuple[Term, ...]


@cache
def causes() -> dict[str, Cause]:
    """The causes by name."""
    return msgspec.toml.decode(packaged_file("symptoms/causes.toml"), type=dict[str, Cause])


@cache
def symptoms() -> tuple[Symptom, ...]:
    """The symptoms, in the order in which they are looked for."""
    told = msgspec.toml.decode(packaged_file("symptoms/symptoms.toml"), type=_Symptoms)
    return tuple(
        Symptom(
            name=each.name,
            title=each.title,
            text=each.text,
            causes=tuple(causes()[name] for name in each.causes),
            run=tuple(told.commands[name] for name in each.run),
            source=_standard(each),
            signs=(*_signs_of_alert(each), *each.signs),
            hints=each.hints,
        )
        for each in told.symptom
    )


@cache
def terms() -> tuple[Term, ...]:
    """The terms, in the order in which one leads to the next."""
    return msgspec.toml.decode(packaged_file("symptoms/terms.toml"), type=_Terms).term


def _standard(symptom: _Symptom) -> str:
    return symptom.source if symptom.alert is None else "RFC 8446 §6.2"


def _signs_of_alert(symptom: _Symptom) -> tuple[str, ...]:
    """Its name, and its number as OpenSSL and Windows tell it."""
    if symptom.alert is None:
        return ()
    numbered = (f"{said} {symptom.alert}" for said in ("alert number", "alert code is", "alert"))
    return (symptom.name, *numbered)
