"""The settings that count in the end, each with where it comes from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from os.path import abspath
from typing import Any

import msgspec

from iflint.configuration.file import (
    ENVIRONMENTS,
    RULES,
    SERVICE_KEYS,
    SUPPRESSIONS,
    USERS,
    Configuration,
    relative,
)
from iflint.configuration.settings import SETTINGS
from iflint.configuration.tables import (
    ENVIRONMENT_SETTINGS,
    SERVICE_KEY_SETTINGS,
    SUPPRESSION_SETTINGS,
    USER_SETTINGS,
)
from iflint.engine.rule_settings import ENABLED, SEVERITY, is_asked
from iflint.options import Environment, Options
from iflint.report.findings import RuleInfo

DEFAULT, FILE, COMMAND_LINE = "default", "file", "command line"


class EffectiveSetting(msgspec.Struct, frozen=True):
    """A setting and the value that counts; None: none, so that its absence counts.

    ``origin`` is ``default``, ``file`` or ``command line``; ``place`` is where in the file, as
    ``iflint.toml:3:1``. ``environment`` is the configured one for which it counts; what such a one
    does not set itself is ``inherited`` from the run.
    """

    name: str
    value: Any
    origin: str
    place: str = ""
    environment: str = ""
    inherited: bool = False


class EffectiveTable(msgspec.Struct, frozen=True):
    """A table of a list in the file: what is given in it by name, and its place.

    ``environment`` is the one that it belongs to, empty where it is for all.
    """

    given: dict[str, Any]
    place: str
    environment: str = ""


class EffectiveRule(msgspec.Struct, frozen=True):
    """A rule as a run with these settings has it.

    ``asked`` tells whether the run asks it, ``told`` whether the file has a table for it;
    ``settings`` are its severity, whether it is enabled, and its options.
    """

    code: str
    name: str
    state: str
    asked: bool
    told: bool
    settings: tuple[EffectiveSetting, ...]


class EffectiveSettings(msgspec.Struct, frozen=True):
    """Everything that counts in a run: settings, suppressions, and each rule that is installed.

    ``service_keys`` and ``users`` are what the file says of callers. ``configuration`` is the path
    of the file that counts, ``extends`` those of the files that it extends.
    """

    settings: tuple[EffectiveSetting, ...]
    suppressions: tuple[EffectiveTable, ...] = ()
    rules: tuple[EffectiveRule, ...] = ()
    configuration: str | None = None
    extends: tuple[str, ...] = ()
    service_keys: tuple[EffectiveTable, ...] = ()
    users: tuple[EffectiveTable, ...] = ()


def effective_settings(
    typed: Collection[str],
    given: Mapping[str, Any],
    configuration: Configuration | None,
    rules: Collection[RuleInfo],
) -> EffectiveSettings:
    """Every setting of a run, also as each configured environment has it.

    ``typed`` are the names that stand on the command line, ``given`` the merged values by name,
    ``configuration`` is the file that counts, ``rules`` are all installed.
    """
    file = configuration or Configuration("")
    listed = {name: _setting(name, typed, given, file) for name in SETTINGS}
    of_environments = [
        _in_environment(
            environment, listed.get(name) or EffectiveSetting(name, None, DEFAULT), file
        )
        for environment in file.values.get(ENVIRONMENTS, ())
        for name in ENVIRONMENT_SETTINGS
    ]
    return EffectiveSettings(
        (*listed.values(), *of_environments),
        tuple(_tables(file, SUPPRESSIONS, SUPPRESSION_SETTINGS)),
        tuple(_rule(info, given, file, listed) for info in rules),
        configuration.path if configuration else None,
        tuple(map(abspath, file.files[1:])),
        tuple(_tables(file, SERVICE_KEYS, SERVICE_KEY_SETTINGS)),
        tuple(_tables(file, USERS, USER_SETTINGS)),
    )


def _setting(
    name: str, typed: Collection[str], given: Mapping[str, Any], file: Configuration
) -> EffectiveSetting:
    if name in typed:
        return EffectiveSetting(name, given[name], COMMAND_LINE)
    if name in file.values and name in given:
        return EffectiveSetting(name, given[name], FILE, file.place(name))
    return EffectiveSetting(name, SETTINGS[name].default, DEFAULT)


def _in_environment(
    environment: Environment, of_run: EffectiveSetting, file: Configuration
) -> EffectiveSetting:
    value = getattr(environment, of_run.name.replace("-", "_"))
    if value in (None, ()):
        return msgspec.structs.replace(of_run, environment=environment.name, inherited=True)
    where = file.place(ENVIRONMENTS, environment.name, of_run.name)
    return EffectiveSetting(of_run.name, value, FILE, where, environment.name)


def _tables(file: Configuration, name: str, settings: Collection[str]) -> Iterator[EffectiveTable]:
    """The tables of a list, those for all environments first."""
    yield from _tables_at(file, (name,), file.values.get(name, ()), settings)
    for environment in file.values.get(ENVIRONMENTS, ()):
        own = getattr(environment, name.replace("-", "_"), ())
        place = (ENVIRONMENTS, environment.name, name)
        yield from _tables_at(file, place, own, settings, environment.name)


def _tables_at(
    file: Configuration,
    place: tuple[str, ...],
    tables: Iterable[msgspec.Struct],
    settings: Collection[str],
    environment: str = "",
) -> Iterator[EffectiveTable]:
    for number, table in enumerate(tables):
        values = {name: getattr(table, name) for name in settings}
        given = {name: value for name, value in values.items() if value not in (None, (), "")}
        yield EffectiveTable(given, file.place(*place, number), environment)


def _rule(
    info: RuleInfo,
    given: Mapping[str, Any],
    file: Configuration,
    listed: Mapping[str, EffectiveSetting],
) -> EffectiveRule:
    table = given.get(RULES, {}).get(info.code, {})
    own = {
        name: EffectiveSetting(name, value, FILE, file.place(RULES, info.code, name))
        for name, value in table.items()
    }
    options = Options(select=given.get("select", ()), ignore=given.get("ignore", ()))
    asked = is_asked(info, options, table.get(ENABLED))
    shipped = [
        EffectiveSetting(SEVERITY, str(info.severity), DEFAULT),
        EffectiveSetting(ENABLED, info.enabled, DEFAULT),
        *(
            listed[option.name]
            if option.inherits
            else EffectiveSetting(option.name, option.default, DEFAULT)
            for option in info.options
        ),
    ]
    found = tuple(own.get(setting.name, setting) for setting in shipped)
    told = info.code in file.rule_labels
    return EffectiveRule(info.code, info.name, str(info.state), asked, told, found)


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
