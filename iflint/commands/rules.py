"""`iflint rules`: the rules that are installed, with their codes and severities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from iflint.console.arguments import debug_option, table_format, table_options
from iflint.console.interface import CLEAN, GroupedCommand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iflint.report.findings import RuleInfo

FORMATS = ("table", "json")


@click.command(
    "rules",
    cls=GroupedCommand,
    short_help="List the rules.",
    examples=("iflint rules", "iflint rules --format json"),
)
@table_options(FORMATS)
@debug_option
def command(**arguments: Any) -> int:
    """List every rule as it is shipped: code, name, severity, and what it finds.

    A rule that is off, or in preview, speaks only when it is asked for. 'iflint explain CODE' shows
    a rule's page, 'iflint config' what your configuration makes of the rules.
    """
    from iflint.configuration.settings import STANDARD_OUTPUT
    from iflint.console import next_steps, output
    from iflint.console.run import choose_colour, rule_infos

    chosen, path, mistakes = table_format(arguments, FORMATS)
    colour = choose_colour(arguments, mistakes)
    infos = rule_infos()
    if chosen == "table":
        output.write_text(path, colour, lambda *console: _table(infos, *console))
        if path in (None, STANDARD_OUTPUT):
            next_steps.say([("iflint explain CODE", "the page of a rule, with how to fix")], colour)
    else:
        from iflint.reporters.encoding import dumped

        envelope = {"format": "iflint-rules", "formatVersion": "1"}
        output.write_data(path, dumped({**envelope, "rules": infos}))
    return CLEAN


def _severity(info: RuleInfo) -> str:
    """The severity, with what is special about the rule's state: ``note (off)``."""
    state = "" if info.state == "stable" else str(info.state)
    if not state and not info.enabled:
        state = "off"
    return f"{info.severity} ({state})" if state else str(info.severity)


def _table(infos: Sequence[RuleInfo], colour: bool, width: int, ascii_only: bool) -> str:
    from iflint.console.tables import Column, table
    from iflint.words import visible as text

    rows = [
        [f"{info.code} {info.name}", _severity(info), text.visible(info.summary)] for info in infos
    ]
    columns = (Column("Rule", names=True), Column("Severity"), Column("Finds"))
    shown = table(columns, [("", rows)], colour=colour, width=width)
    return text.ascii_only(shown) if ascii_only else shown
