"""`iflint config`: the settings that count, and where each of them comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iflint.configuration.settings import SETTINGS
from iflint.console import output
from iflint.console.arguments import CONFIGURATION, FINDINGS, JUDGING, PATHS, answer
from iflint.console.frame import show, subcommand
from iflint.console.interface import Option
from iflint.console.invocation import Request, installed_rules, prepare, rule_infos
from iflint.console.tables import columns, table
from iflint.options import OUTPUT
from iflint.reporters.encoding import dumped, enveloped
from iflint.words.terminal import Style
from iflint.words.visible import visible
from iflint.words.wording import listed

if TYPE_CHECKING:
    from iflint.configuration.effective import (
        EffectiveSetting,
        EffectiveSettings,
        EffectiveTable,
    )

SCHEMA = Option("--schema", OUTPUT, "Print the JSON Schema of configuration files, for editors.")


@subcommand(
    "config",
    "Show the settings in force.",
    (PATHS, *JUDGING, *FINDINGS, *answer("table", "json"), *CONFIGURATION, SCHEMA),
    examples=(
        "iflint config",
        "iflint config exports --platform neo",
        "iflint config --format json",
        "iflint config --schema --output iflint.schema.json",
    ),
)
def command(asked: Request, paths: tuple[str, ...], schema: bool) -> None:
    """Show the settings with which PATH (default: the current folder) would be checked.

    Tells where each setting comes from: the default, the place in the configuration file, or the
    command line. --format and --output are for this list; those of 'iflint check' are shown as the
    file has them. Exit code: 0, or 2 when something in the settings is wrong.
    """
    from iflint.configuration.effective import effective_settings

    if schema:
        output.write_data(asked.answer.path, _schema())
        return
    run = prepare(
        asked,
        paths or (".",),
        mistakes=[
            f"--{name} is no setting; it belongs to 'iflint check'"
            for name in asked.given
            if name not in SETTINGS
        ],
    )
    settings = effective_settings(asked.given, run.given, run.configuration, rule_infos())
    show(run, settings, table=_table, json=_json)


def _schema() -> str:
    from iflint.configuration.schema import schema

    return dumped(schema(installed_rules()))


def _json(found: EffectiveSettings) -> str:
    return enveloped(
        "config",
        configuration=found.configuration,
        extends=found.extends,
        settings=found.settings,
        suppressions=[{**each.given, "place": each.place} for each in found.suppressions],
        rules=found.rules,
        service_keys=list(map(_of_callers, found.service_keys)),
        users=list(map(_of_callers, found.users)),
    )


def _of_callers(table: EffectiveTable) -> dict[str, object]:
    return {**table.given, "environment": table.environment, "place": table.place}


def _table(found: EffectiveSettings, style: Style) -> str:
    from iflint.configuration.file import relative

    groups: dict[str, list[list[str]]] = {}
    for each in found.settings:
        title = f"environment {visible(each.environment)}" if each.environment else ""
        groups.setdefault(title, []).append(_row(each))
    for rule in found.rules:
        if rule.told:
            groups[f"rule {rule.code} {rule.name}"] = [*map(_row, rule.settings)]
    for what, tables in (
        ("service keys", found.service_keys),
        ("user", found.users),
        ("suppression", found.suppressions),
    ):
        for number, each_table in enumerate(tables, 1):
            where = f" of environment {visible(each_table.environment)}"
            title = f"{what} {number}{where if each_table.environment else ''}"
            groups[title] = _rows(each_table)
    shown = table(columns("Setting", "From", "Value"), [*groups.items()], style)
    file = visible(relative(found.configuration)) if found.configuration else "none"
    if found.extends:
        file += f", which extends {listed([visible(relative(path)) for path in found.extends])}"
    return f"Configuration file: {file}\n\n{shown}\n{_rules_line(found)}\n"


def _row(setting: EffectiveSetting) -> list[str]:
    return [setting.name, visible(setting.place or setting.origin), _value(setting)]


def _rows(table: EffectiveTable) -> list[list[str]]:
    from iflint.configuration.effective import texts

    rows = [
        [name, "", ", ".join(map(visible, texts(value)))] for name, value in table.given.items()
    ]
    rows[0][1] = visible(table.place)
    return rows


def _rules_line(found: EffectiveSettings) -> str:
    """How many rules are asked, and which are not."""
    silent = [rule.code for rule in found.rules if not rule.asked]
    asked = f"Rules in force: {len(found.rules) - len(silent)} of {len(found.rules)}"
    if not silent:
        return f"{asked}."
    some = [*silent[:_MOST_NAMED], "…"] if len(silent) > _MOST_NAMED else silent
    return f"{asked}; off: {', '.join(some)}."


_MOST_NAMED = 5  # ours: they fit a line of 80 columns


def _value(setting: EffectiveSetting) -> str:
    from iflint.configuration.effective import texts

    if setting.value is None:
        told = SETTINGS.get(setting.name)
        return (told and told.absent) or "not set"
    return ", ".join(map(visible, texts(setting.value)))
