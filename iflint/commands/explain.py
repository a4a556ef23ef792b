"""`iflint explain`: the page of one rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from iflint.console.arguments import debug_option, suggested, table_format, table_options
from iflint.console.interface import CLEAN, GroupedCommand, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iflint.report.findings import RuleInfo

FORMATS = ("text", "markdown", "html")
MOST_NAMED = 12
"""Rules named to somebody who typed a part of a code or name."""


@click.command(
    "explain",
    cls=GroupedCommand,
    short_help="Explain a rule.",
    examples=(
        "iflint explain IFL301",
        "iflint explain dn-mismatch --format html --output dn-mismatch.html",
    ),
)
@click.argument("rule", metavar="CODE|NAME", required=False, shell_complete=suggested("rules"))
@table_options(FORMATS)
@debug_option
def command(rule: str | None, **arguments: Any) -> int:
    """Show the page of the rule with this code or name.

    The format text is laid out on a terminal, and Markdown elsewhere; html is one file that
    needs nothing from outside.
    """
    from iflint.configuration.settings import STANDARD_OUTPUT
    from iflint.console import output
    from iflint.console.run import choose_colour, rule_infos

    chosen, path, mistakes = table_format(arguments, FORMATS)
    setting = choose_colour(arguments, mistakes)
    if rule is None:
        raise WrongUsage(
            ["give the code or name of a rule: 'iflint explain IFL301'; 'iflint rules' lists them"]
        )
    info = find(rule, rule_infos())
    title, markdown = f"{info.code} {info.name}", page(info)
    if chosen == "markdown":
        output.write_data(path, f"# {title}\n\n{markdown}")
        return CLEAN
    if chosen == "html":
        from iflint.reporters.html_page import html_page

        output.write_data(path, html_page(title, markdown))
        return CLEAN

    def render(colour: bool, width: int, ascii_only: bool) -> str:
        from iflint.words import visible as text

        if colour or (path in (None, STANDARD_OUTPUT) and output.is_terminal()):
            from iflint.console import tables

            shown = tables.page(title, markdown, colour=colour, width=width)
        else:
            shown = f"# {title}\n\n{markdown}"
        return text.ascii_only(shown) if ascii_only else shown

    output.write_text(path, setting, render)
    return CLEAN


def find(word: str, infos: Sequence[RuleInfo]) -> RuleInfo:
    """The rule with this code or name; raises `WrongUsage` with a suggestion if there is none."""
    wanted = word.strip().lower()
    for info in infos:
        if wanted in (info.code.lower(), info.name.lower()):
            return info
    from iflint.words.nearest import did_you_mean
    from iflint.words.visible import shown

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
