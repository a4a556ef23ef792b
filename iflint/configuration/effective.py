"""The settings that count in the end, each with where it comes from."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import msgspec

from iflint.configuration.file import ENVIRONMENTS, read
from iflint.configuration.positions import Positions
from iflint.configuration.search import SHARED_FILE, TABLE
from iflint.configuration.settings import ENVIRONMENT_SETTINGS, SETTINGS, RuleNames
from iflint.options import Options

DEFAULT, FILE, COMMAND_LINE = "default", "file", "command line"

_OF_COMMANDS = {
    "fail-on": "error",
    "format": ("text",),
    "sarif-profile": "github",
    "color": "auto",
    "verbose": False,
    "all-environments": False,
}
"""Defaults of the settings that the library does not know."""


class EffectiveSetting(msgspec.Struct, frozen=True):
    """A setting and the value that counts; None: none, so that its absence counts.

    ``origin`` is ``default``, ``file`` or ``command line``; ``place`` is where in the file, as
    ``iflint.toml:3:1``. ``environment`` is the configured one whose own setting this is.
    """

    name: str
    value: Any
    origin: str
    place: str = ""
    environment: str = ""


def effective_settings(
    given: Collection[str],
    settings: Mapping[str, Any],
    configuration: str | None,
    rules: Callable[[], RuleNames],
) -> tuple[EffectiveSetting, ...]:
    """Every setting of a run, then those of each configured environment.

    ``given`` are the names that stand on the command line, ``settings`` the merged values by
    name, ``configuration`` is the path of the file that counts.
    """
    found = read(configuration, rules) if configuration else None
    place = _places(configuration) if configuration else _nowhere
    in_file = found.values if found else {}
    listed = [_setting(name, given, settings, in_file, place) for name in SETTINGS]
    for environment in in_file.get(ENVIRONMENTS, ()):
        for name in ENVIRONMENT_SETTINGS:
            value = getattr(environment, name.replace("-", "_"))
            if value not in (None, ()):
                where = place(ENVIRONMENTS, environment.name, name)
                listed.append(EffectiveSetting(name, value, FILE, where, environment.name))
    return tuple(listed)


def _setting(
    name: str,
    given: Collection[str],
    settings: Mapping[str, Any],
    in_file: Mapping[str, Any],
    place: Callable[..., str],
) -> EffectiveSetting:
    if name in given:
        return EffectiveSetting(name, settings[name], COMMAND_LINE)
    if name in in_file and name in settings:
        return EffectiveSetting(name, settings[name], FILE, place(name))
    default = getattr(Options(), name.replace("-", "_"), _OF_COMMANDS.get(name))
    return EffectiveSetting(name, None if default == () else default, DEFAULT)


def _nowhere(*_keys: str) -> str:
    return ""


def _places(path: str) -> Callable[..., str]:
    """A function from the keys that lead to a setting to its place in the file at ``path``."""
    with open(path, "rb") as file:
        text = file.read().removeprefix(codecs.BOM_UTF8).decode()
    positions = Positions(text)
    prefix = TABLE if os.path.basename(path) == SHARED_FILE else ()
    label = relative(path)

    def place(*keys: str) -> str:
        line, column = positions.key((*prefix, *keys))
        return f"{label}:{line}:{column}"

    return place


def relative(path: str) -> str:
    """The path relative to the current folder if it lies below it, else as it is."""
    return path.removeprefix(os.path.join(os.getcwd(), ""))


def texts(value: Any) -> Iterator[str]:
    """A value as it would be written on the command line, a text for each of its items."""
    from datetime import datetime

    for item in value if isinstance(value, tuple) else (value,):
        if isinstance(item, bool):
            yield "true" if item else "false"
        elif isinstance(item, datetime):
            yield item.isoformat().replace("+00:00", "Z")
        elif isinstance(item, msgspec.Struct):
            parts = (getattr(item, name) for name in item.__struct_fields__)
            yield "=".join(relative(part) for part in parts if part is not None)
        else:
            yield relative(str(item))
