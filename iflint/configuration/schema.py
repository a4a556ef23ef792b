"""The JSON Schema of configuration files, made from the settings themselves, for editors.

It says draft-07 and uses only what draft-04 has, too: the editors that read TOML know these. A
schema can't know whether a path, an environment or a rule of a plugin exists.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from iflint.configuration.file import ENVIRONMENTS, RULES, SERVICE_KEYS, SUPPRESSIONS, USERS
from iflint.configuration.settings import SETTINGS, needed
from iflint.configuration.tables import (
    ENVIRONMENT_SETTINGS,
    EXTENDS,
    SERVICE_KEY_SETTINGS,
    SUPPRESSION_SETTINGS,
    USER_SETTINGS,
)
from iflint.engine.rule_settings import ENABLED, SEVERITY, known_settings
from iflint.links import schema_id
from iflint.options import Setting
from iflint.values import ALL_RULES, SHOWS

if TYPE_CHECKING:
    from iflint.rule.rule import Rule

Json = dict[str, Any]


def schema(rules: Sequence[type[Rule]]) -> Json:
    """The schema of `iflint.toml`, and of ``[tool.iflint]``, where these rules are installed."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": schema_id("iflint"),
        "title": "iflint",
        "description": "Settings of iflint: iflint.toml, or [tool.iflint] in pyproject.toml.",
        **_table(SETTINGS.values()),
        "definitions": {
            "rules": {
                "description": "Codes, names or prefixes of codes, separated by commas.",
                "anyOf": [
                    {"type": "string", "enum": [*_labels(rules), ALL_RULES]},
                    {"type": "string", "pattern": "[^,\\s]"},
                ],
            },
            "environment": _environment(),
            "suppression": _filled_table(SUPPRESSION_SETTINGS),
            "service-key": _filled_table(SERVICE_KEY_SETTINGS),
            "user": _filled_table(USER_SETTINGS),
            **{rule.code: _rule(rule) for rule in rules},
        },
    } | {"properties": _properties((EXTENDS, *SETTINGS.values())) | _tables(rules)}


def _tables(rules: Sequence[type[Rule]]) -> Json:
    """The settings that are tables."""
    return {
        ENVIRONMENTS: {
            "type": "object",
            "description": "Environments that the flows are deployed to: [environments.NAME].",
            "patternProperties": {SHOWS: {"$ref": "#/definitions/environment"}},
            "additionalProperties": False,
        },
        SUPPRESSIONS: {
            "type": "array",
            "description": "Findings that somebody decided to live with.",
            "items": {"$ref": "#/definitions/suppression"},
        },
        RULES: {
            "type": "object",
            "description": "Settings of single rules: [rules.CODE] or [rules.name].",
            "properties": {
                label: {"$ref": f"#/definitions/{rule.code}"}
                for rule in rules
                for label in (rule.code, rule.name)
            },
            "additionalProperties": False,
        },
        **_of_callers(),
    }


def _environment() -> Json:
    table = _table(ENVIRONMENT_SETTINGS.values())
    return table | {"properties": table["properties"] | _of_callers()}


def _of_callers() -> Json:
    """The lists of tables on who else may call."""
    return {
        SERVICE_KEYS: {
            "type": "array",
            "description": "What the files of service keys do not tell: [[service-keys]].",
            "items": {"$ref": "#/definitions/service-key"},
        },
        USERS: {
            "type": "array",
            "description": "The roles of users to whom certificates are mapped: [[users]].",
            "items": {"$ref": "#/definitions/user"},
        },
    }


def _filled_table(settings: Mapping[str, Setting]) -> Json:
    """A table in which what is needed has to stand."""
    needs = needed(settings)
    return {**_table(settings.values(), needs), "required": list(needs)}


def _table(settings: Iterable[Setting], filled: Collection[str] = ()) -> Json:
    """A table of ``settings``; the lists of those in ``filled`` must not be empty."""
    return {
        "type": "object",
        "properties": _properties(settings, filled),
        "additionalProperties": False,
    }


def _properties(settings: Iterable[Setting], filled: Collection[str] = ()) -> Json:
    return {setting.name: _described(setting, setting.name in filled) for setting in settings}


def _described(setting: Setting, filled: bool) -> Json:
    described: Json = {"description": setting.summary}
    if setting.default is not None:
        described["default"] = setting.default
    item = dict(setting.kind.schema)
    if setting.many:
        several = {"type": "array", "items": item} | ({"minItems": 1} if filled else {})
        return described | {"anyOf": [item, several]}
    return described | item


def _rule(rule: type[Rule]) -> Json:
    info = rule.info()
    about = {
        SEVERITY: (f"The severity of every finding of {info.name}.", str(info.severity)),
        ENABLED: (
            f"Whether {info.name} is asked; goes over select and ignore in this file.",
            info.enabled,
        ),
        **{option.name: (option.summary, option.default) for option in info.options},
    }
    settings = [
        Setting(kind, about[name][0], name=name, many=kind.many, default=about[name][1])
        for name, kind in known_settings(rule).items()
    ]
    description = f"{info.code} {info.name}: {info.summary}"
    return {"type": "object", "description": description} | _table(settings)


def _labels(rules: Sequence[type[Rule]]) -> Iterable[str]:
    return [*(rule.code for rule in rules), *(rule.name for rule in rules)]
