"""`iflint renew`: a new certificate has come; what has to be done, where, and by when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
import msgspec

from iflint.console.arguments import (
    configuration_options,
    judging_options,
    paths_argument,
    request,
    table_format,
    table_options,
)
from iflint.console.interface import CLEAN, AnyPath, GroupedCommand

if TYPE_CHECKING:
    from iflint.answers.renewal import Renewal, RenewalStep, Touched
    from iflint.words.terminal import Style

FORMATS = ("text", "markdown", "json")


class Renewals(
    msgspec.Struct, frozen=True, kw_only=True, rename={"format_version": "formatVersion"}
):
    """The plans as JSON, in their envelope."""

    format: str = "iflint-renewal"
    format_version: str = "1"
    as_of: datetime
    renewals: tuple[Renewal, ...]


@click.command(
    "renew",
    cls=GroupedCommand,
    short_help="Plan the renewal with a new certificate.",
    examples=(
        "iflint renew partner-2027.pem exports --certificates certs",
        "iflint renew partner-2027.pem --format markdown --output plan.md",
    ),
)
@click.argument("certificate", type=AnyPath())
@paths_argument()
@judging_options
@table_options(FORMATS)
@configuration_options
def command(certificate: str, paths: tuple[str, ...], **arguments: Any) -> int:
    """Tell what a new CERTIFICATE means for the flows at PATH (default: the current folder).

    Which channels, flows and packages it touches and in which environment (each configured one,
    unless --environment names some), whether the pair changes, the rows to add and later to
    remove in SAP's order, the days left for each step, and what is wrong with the certificate
    itself. Exit code: 0 when it could answer.
    """
    import os

    from iflint.answers.renewal import plan_renewals
    from iflint.configuration.settings import Mistake
    from iflint.console import output
    from iflint.console.reading import read
    from iflint.console.run import call, prepare
    from iflint.words.visible import shown

    chosen, path, mistakes = table_format(arguments, FORMATS)
    if not os.path.exists(certificate):
        mistakes = (*mistakes, Mistake("", f"{shown(certificate, 200)} does not exist"))
    asked = request(arguments, paths=paths or (".",), mistakes=mistakes)
    run = prepare(asked, every_environment=True)
    sessions = read(run)
    clock = sessions[0].as_of
    plans = call(plan_renewals, certificate, sessions)
    if chosen == "json":
        from iflint.reporters.encoding import dumped

        output.write_data(path, dumped(Renewals(as_of=clock, renewals=plans)))
    elif chosen == "markdown":
        output.write_data(path, _markdown(plans, clock))
    else:
        output.write_text(path, run.colour, lambda *console: _text(plans, clock, *console))
    return CLEAN


def _text(
    plans: tuple[Renewal, ...], clock: datetime, colour: bool, width: int, ascii_only: bool
) -> str:
    from iflint.words.terminal import MINIMUM_WIDTH, Style, wrapped

    style = Style(colour, max(width, MINIMUM_WIDTH), ascii_only)
    lines: list[str] = []
    for plan in plans:
        for indent, text in _lines(plan, clock, style):
            if indent < 0:
                lines.append(" " * -indent + style.show(text))
                continue
            first, *rest = wrapped(style.show(text), indent, indent + 2, style.width) or [""]
            lines.append(" " * indent + first)
            lines.extend(" " * (indent + 2) + line for line in rest)
    return "\n".join(lines) + "\n"


def _lines(plan: Renewal, clock: datetime, style: Style) -> Iterator[tuple[int, str]]:
    """Each line with its indentation; negative where it must not be wrapped, to be copied."""
    from iflint.words.wording import day, relative

    certificate = plan.certificate
    yield 0, f"New certificate: {certificate.subject}"
    yield 2, f"issued by {certificate.issuer}"
    yield (
        2,
        f"valid {day(certificate.not_before)} to {day(certificate.not_after)}, ends "
        f"{relative(certificate.not_after, clock)}",
    )
    yield 0, ""
    yield 0, "The certificate itself" + (":" if plan.problems else ": nothing is wrong with it.")
    for finding in plan.problems:
        yield 2, f"{finding.severity}[{finding.code}] {finding.message}"
        yield 4, f"fix: {finding.remedy}"
    yield 0, ""
    yield 0, _verdict(plan)
    for one in plan.touched:
        yield 2, _touched(one)
    if plan.touched:
        yield 0, ""
        yield 0, "Steps:"
        for number, step in enumerate(plan.steps, 1):
            yield 2, f"{number}. {step.what}{_when(step)}"
            for channel in step.channels:
                yield 5, f"{style.within} {channel}"
            if step.row is not None:
                yield from ((-5, f"{role}  {dn}") for role, dn in _row(step.row))
    yield 0, ""


def _row(row: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """The two texts to enter, each for its cell."""
    yield from zip(("subject", "issuer "), row, strict=True)


def _verdict(plan: Renewal) -> str:
    from iflint.words.wording import counted

    if not plan.touched:
        return "No channel knows this sender: nothing to do in these flows."
    flows = len({one.iflow.location for one in plan.touched})
    touched = f"{counted(len(plan.touched), 'channel')} in {counted(flows, 'iFlow')}"
    if plan.pair_changes:
        return f"It touches {touched}; the pair changes, so flows must be redeployed:"
    return f"It touches {touched}; the pair stays, so there is nothing to deploy:"


def _touched(one: Touched) -> str:
    package = f"{one.iflow.package.name} › " if one.iflow.package else ""
    text = f"{package}{one.iflow.name}: {one.channel.adapter} {one.channel.address}".rstrip()
    if one.environments:
        text += f" ({', '.join(one.environments)})"
    if not one.changes:
        state = "lists this pair already"
    elif one.has_new:
        state = "lists the new pair already, and the old one still"
    else:
        state = "lists another pair"
    ends = f"; the old certificate ends on {one.old_until}" if one.old_until else ""
    return f"{text}: {state}{ends}"


def _when(step: RenewalStep) -> str:
    from iflint.words.wording import counted, left

    if step.since and step.until:
        text = f", from {step.since} to {step.until}"
    elif step.until:
        text = f", by {step.until}"
    elif step.since:
        text = f", from {step.since} on"
    else:
        return ""
    if step.days_left is None:
        return text
    if step.days_left < 0:
        return f"{text} ({counted(-step.days_left, 'day')} overdue)"
    return f"{text} ({left(step.days_left)})"


def _markdown(plans: tuple[Renewal, ...], clock: datetime) -> str:
    from iflint.reporters.markdown import escaped, in_block

    lines: list[str] = []
    for plan in plans:
        certificate = plan.certificate
        lines += [
            f"# Renewal: {escaped(certificate.subject)}",
            "",
            f"- Issuer: {escaped(certificate.issuer)}",
            f"- Valid: {certificate.not_before:%Y-%m-%d} to {certificate.not_after:%Y-%m-%d}",
            f"- Seen on: {clock:%Y-%m-%d}",
            "",
            "## The certificate itself",
            "",
        ]
        lines += [
            f"- **{f.severity} {f.code}** {escaped(f.message)} *{escaped(f.remedy)}*"
            for f in plan.problems
        ] or ["Nothing is wrong with it."]
        lines += ["", "## Where it matters", "", escaped(_verdict(plan)), ""]
        lines += [f"- {escaped(_touched(one))}" for one in plan.touched]
        if plan.touched:
            lines += ["", "## Steps", ""]
            for number, step in enumerate(plan.steps, 1):
                lines.append(f"{number}. [ ] {escaped(step.what)}{_when(step)}")
                lines += [f"   - {escaped(channel)}" for channel in step.channels]
                if step.row is not None:
                    lines += [
                        "",
                        "   ```",
                        *(f"   {r}  {in_block(dn)}" for r, dn in _row(step.row)),
                    ]
                    lines += ["   ```", ""]
        lines.append("")
    return "\n".join(lines)
