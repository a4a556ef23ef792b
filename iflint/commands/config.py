"""`iflint config`: the settings that count, and where each of them comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from iflint.console.arguments import (
    OUTPUT,
    configuration_options,
    finding_options,
    judging_options,
    paths_argument,
    request,
    table_format,
    table_options,
)
from iflint.console.interface import CLEAN, GroupedCommand, Option

if TYPE_CHECKING:
    from iflint.configuration.effective import (
        EffectiveSetting,
        EffectiveSettings,
        EffectiveSuppression,
    )

FORMATS = ("table", "json")


@click.command(
    "config",
    cls=GroupedCommand,
    short_help="Show the settings in force.",
    examples=(
        "iflint config",
        "iflint config exports --landscape neo",
        "iflint config --format json",
        "iflint config --schema --output iflint.schema.json",
    ),
)
@paths_argument()
@judging_options
@finding_options
@table_options(FORMATS)
@configuration_options
@click.option(
    "--schema",
    cls=Option,
    heading=OUTPUT,
    is_flag=True,
    help="Print the JSON Schema of configuration files, for editors.",
)
def command(paths: tuple[str, ...], schema: bool, **arguments: Any) -> int:
    """Show the settings with which PATH (default: the current folder) would be checked.

    Tells of each where it comes from: the default, the place in the configuration file, or the
    command line. --format and --output are those of this list; what they are for 'iflint check'
    is told as the file has it. Exit code: 0, or 2 when something in the settings is wrong.
    """
    from iflint.configuration.effective import effective_settings
    from iflint.configuration.settings import SETTINGS, Mistake
    from iflint.console import output
    from iflint.console.run import prepare, rule_infos, rule_names

    chosen, path, mistakes = table_format(arguments, FORMATS)
    if schema:
        output.write_data(path, _schema())
        return CLEAN
    names = (name.replace("_", "-") for name, value in arguments.items() if value)
    mistakes += tuple(
        Mistake("", f"--{name} is no setting; it belongs to 'iflint check'")
        for name in names
        if name not in (*SETTINGS, "config", "isolated")
    )
    asked = request(arguments, paths=paths or (".",), mistakes=mistakes)
    run = prepare(asked)

    settings = effective_settings(
        asked.given, run.settings, run.configuration, rule_names, rule_infos()
    )
    if chosen == "json":
        output.write_data(path, _json(settings, run.configuration))
    else:
        output.write_text(
            path, run.colour, lambda *console: _table(settings, run.configuration, *console)
        )
    return CLEAN


def _schema() -> str:
    from iflint.configuration.schema import schema
    from iflint.console.run import installed_rules
    from iflint.reporters.encoding import dumped

    return dumped(schema(installed_rules()))


def _json(found: EffectiveSettings, configuration: str | None) -> str:
    from iflint.reporters.encoding import dumped

    return dumped(
        {
            "format": "iflint-config",
            "formatVersion": "1",
            "configuration": configuration,
            "settings": found.settings,
            "suppressions": [{**each.given, "place": each.place} for each in found.suppressions],
            "rules": found.rules,
        }
    )


def _table(
    found: EffectiveSettings,
    configuration: str | None,
    colour: bool,
    width: int,
    ascii_only: bool,
) -> str:
    from iflint.configuration.effective import relative
    from iflint.console.tables import Column, table
    from iflint.words import visible as text

    groups: dict[str, list[list[str]]] = {}
    for each in found.settings:
        title = f"environment {text.visible(each.environment)}" if each.environment else ""
        groups.setdefault(title, []).append(_row(each))
    told = [rule for rule in found.rules if rule.told]
    rows = [
        *groups.items(),
        *((f"rule {rule.code} {rule.name}", [*map(_row, rule.settings)]) for rule in told),
        *(
            (f"suppression {number}", _suppression_rows(each))
            for number, each in enumerate(found.suppressions, 1)
        ),
    ]
    columns = (Column("Setting", names=True), Column("From"), Column("Value"))
    shown = table(columns, rows, colour=colour, width=width)
    file = text.visible(relative(configuration)) if configuration else "none"
    shown = f"Configuration file: {file}\n\n{shown}\n{_rules_line(found)}\n"
    return text.ascii_only(shown) if ascii_only else shown


def _row(setting: EffectiveSetting) -> list[str]:
    from iflint.words.visible import visible

    return [setting.name, visible(setting.place or setting.origin), _value(setting)]


def _suppression_rows(suppression: EffectiveSuppression) -> list[list[str]]:
    from iflint.configuration.effective import texts
    from iflint.words.visible import visible

    rows = [
        [name, "", ", ".join(map(visible, texts(value)))]
        for name, value in suppression.given.items()
    ]
    rows[0][1] = visible(suppression.place)
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
    from iflint.configuration.settings import SETTINGS
    from iflint.words.visible import visible

    if setting.value is None:
        return SETTINGS[setting.name].absent or "not set"
    return ", ".join(map(visible, texts(setting.value)))
