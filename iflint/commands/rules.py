"""`iflint rules`: the rules that are installed, with their codes and severities."""

from __future__ import annotations

from collections.abc import Sequence

from iflint.console.arguments import answer
from iflint.console.frame import show, subcommand
from iflint.console.invocation import Request, prepare, rule_infos
from iflint.console.tables import columns, table
from iflint.report.findings import RuleInfo
from iflint.reporters.encoding import enveloped
from iflint.values import STANDARD_OUTPUT
from iflint.words.terminal import Style
from iflint.words.visible import visible


@subcommand(
    "rules",
    "List the rules.",
    answer("table", "json"),
    examples=("iflint rules", "iflint rules --format json"),
)
def command(asked: Request) -> None:
    """List every rule as it is shipped: code, name, severity, and what it finds.

    A rule that is off, or in preview, speaks only when it is asked for. 'iflint explain CODE' shows
    a rule's page, 'iflint config' what your configuration makes of the rules.
    """
    run = prepare(asked)
    show(run, rule_infos(), table=_table, json=_json)
    if run.answer.format == "table" and run.answer.path in (None, STANDARD_OUTPUT):
        from iflint.console import next_steps

        steps = [("iflint explain CODE", "the page of a rule, with how to fix")]
        next_steps.say(steps, run.settings.color)


def _json(infos: Sequence[RuleInfo]) -> str:
    return enveloped("rules", rules=infos)


def _severity(info: RuleInfo) -> str:
    """The severity, with what is special about the rule's state: ``note (off)``."""
    state = "" if info.state == "stable" else str(info.state)
    if not state and not info.enabled:
        state = "off"
    return f"{info.severity} ({state})" if state else str(info.severity)


def _table(infos: Sequence[RuleInfo], style: Style) -> str:
    rows = [[f"{info.code} {info.name}", _severity(info), visible(info.summary)] for info in infos]
    return table(columns("Rule", "Severity", "Finds"), [("", rows)], style)
