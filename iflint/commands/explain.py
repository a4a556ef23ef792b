"""`iflint explain`: the page of one rule."""

from __future__ import annotations

from collections.abc import Sequence

import click

from iflint.console import output
from iflint.console.arguments import answer, suggested
from iflint.console.frame import show, subcommand
from iflint.console.interface import WrongUsage
from iflint.console.invocation import Request, prepare, rule_infos
from iflint.report.findings import RuleInfo
from iflint.values import STANDARD_OUTPUT
from iflint.words.nearest import did_you_mean
from iflint.words.terminal import Style
from iflint.words.visible import shown

MOST_NAMED = 12
"""Rules named to somebody who typed a part of a code or name."""


@subcommand(
    "explain",
    "Explain a rule: what fails, why, and what to do.",
    (
        click.Argument(
            ["rule"], metavar="CODE|NAME", required=False, shell_complete=suggested("rules")
        ),
        *answer("text", "markdown", "html"),
    ),
    examples=(
        "iflint explain IFL301",
        "iflint explain dn-mismatch --format html --output dn-mismatch.html",
    ),
)
def command(asked: Request, rule: str | None) -> None:
    """Show the page of the rule with this code or name.

    The format text is laid out on a terminal, and Markdown elsewhere; html is one file that
    needs nothing from outside.
    """
    run = prepare(asked)
    if rule is None:
        raise WrongUsage(
            ["give the code or name of a rule: 'iflint explain IFL301'; 'iflint rules' lists them"]
        )
    info = find(rule, rule_infos())
    at_terminal = run.answer.path in (None, STANDARD_OUTPUT) and output.is_terminal()

    def text(info: RuleInfo, style: Style) -> str:
        if not style.colour and not at_terminal:
            return _markdown(info)
        from iflint.console import tables

        return tables.page(_title(info), page(info), style)

    show(run, info, text=text, markdown=_markdown, html=_html)


def _title(info: RuleInfo) -> str:
    return f"{info.code} {info.name}"


def _markdown(info: RuleInfo) -> str:
    return f"# {_title(info)}\n\n{page(info)}"


def _html(info: RuleInfo) -> str:
    from iflint.reporters.html_page import html_page

    return html_page(_title(info), page(info))


def find(word: str, infos: Sequence[RuleInfo]) -> RuleInfo:
    """The rule with this code or name; raises `WrongUsage` with a suggestion if there is none."""
    wanted = word.strip().lower()
    for info in infos:
        if wanted in (info.code.lower(), info.name.lower()):
            return info

    known = [label for info in infos for label in (info.code, info.name)]
    longer = [label for label in known if wanted and wanted in label.lower()]
    several = 0 < len(longer) <= MOST_NAMED
    hint = f"; it is part of {', '.join(longer)}" if several else did_you_mean(word, known)
    raise WrongUsage(
        [f"no rule has the code or name {shown(word)}{hint} ('iflint rules' lists them)"]
    )


def page(info: RuleInfo) -> str:
    """The rule's page in Markdown, without its title."""
    state = "" if info.state == "stable" else f" This rule is in state *{info.state}*."
    if not info.enabled:
        state += " It is off unless it is asked for."
    parts = [
        f"**{info.summary}**",
        f"Severity: {info.severity}.{state}",
        info.documentation,
        f"More: {info.help_uri}" if info.help_uri else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"
