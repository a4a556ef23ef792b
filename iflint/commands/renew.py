"""`iflint renew`: a new certificate has come; what has to be done, where, and by when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import click
import msgspec

from iflint.console.arguments import CONFIGURATION, JUDGING, PATHS, answer
from iflint.console.frame import show, subcommand
from iflint.console.interface import AnyPath
from iflint.console.invocation import Request, absent, call, prepare
from iflint.console.reading import read
from iflint.reporters.encoding import enveloped
from iflint.reporters.sentences import roles_of
from iflint.words.terminal import Style
from iflint.words.wording import counted, left, lifetime, listed, relative

if TYPE_CHECKING:
    from iflint.answers.renewal import Renewal, RenewalStep, Touched, TouchedCaller


class Renewals(msgspec.Struct, frozen=True):
    """The plan for each certificate, as of a moment."""

    as_of: datetime
    renewals: tuple[Renewal, ...]


@subcommand(
    "renew",
    "Plan the renewal with a new certificate.",
    (
        click.Argument(["certificate"], type=AnyPath()),
        PATHS,
        *JUDGING,
        *answer("text", "markdown", "json"),
        *CONFIGURATION,
    ),
    examples=(
        "iflint renew partner-2027.pem exports --certificates certs",
        "iflint renew partner-2027.pem --format markdown --output plan.md",
    ),
)
def command(asked: Request, certificate: str, paths: tuple[str, ...]) -> None:
    """Tell what a new CERTIFICATE means for the flows at PATH (default: the current folder).

    Which channels, flows and packages it touches and in which environment (each configured one,
    unless --environment names some), and which service keys and certificate-to-user mappings;
    whether the pair changes, the rows, keys and mappings to add and later to remove in SAP's
    order, the days left for each step, and what is wrong with the certificate itself. Exit code:
    0 when it could answer.
    """
    from iflint.answers.renewal import plan_renewals

    run = prepare(
        asked, paths or (".",), every_environment=True, mistakes=absent(("", certificate))
    )
    sessions = read(run)
    plans = call(plan_renewals, certificate, sessions)
    show(run, Renewals(sessions[0].as_of, plans), text=_text, markdown=_markdown, json=_json)


def _json(found: Renewals) -> str:
    return enveloped("renewal", as_of=found.as_of, renewals=found.renewals)


def _text(found: Renewals, style: Style) -> str:
    return "".join(
        f"{line}\n" for plan in found.renewals for line in _lines(plan, found.as_of, style)
    )


def _lines(plan: Renewal, clock: datetime, style: Style) -> Iterator[str]:
    def line(indent: int, text: str) -> Iterator[str]:
        return style.hung(style.show(text), indent, indent + 2)

    certificate = plan.certificate
    ends = "ended" if certificate.not_after < clock else "ends"
    span = f"valid {lifetime(certificate.not_before, certificate.not_after)}"
    yield from line(0, f"New certificate: {certificate.subject}")
    yield from line(2, f"issued by {certificate.issuer}")
    yield from line(2, f"{span}, {ends} {relative(certificate.not_after, clock)}")
    yield ""
    wrong = ":" if plan.problems else ": nothing is wrong with it."
    yield from line(0, f"The certificate itself{wrong}")
    for finding in plan.problems:
        yield from line(2, f"{finding.severity}[{finding.code}] {finding.message}")
        yield from line(4, f"fix: {finding.remedy}")
    yield ""
    for verdict, touched in _verdicts(plan):
        yield from line(0, verdict)
        for one in touched:
            yield from line(2, one)
    if plan.touched or plan.callers:
        yield ""
        yield "Steps:"
        for number, step in enumerate(plan.steps, 1):
            yield from line(2, f"{number}. {step.what}{_when(step)}")
            for channel in step.channels:
                yield from line(5, f"{style.within} {channel}")
            if step.row is not None:
                yield from (f"     {role}  {style.show(dn)}" for role, dn in _row(step.row))
    yield ""


def _row(row: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """The two texts to enter, each for its cell."""
    yield from zip(("subject", "issuer "), row, strict=True)


def _verdicts(plan: Renewal) -> Iterator[tuple[str, list[str]]]:
    """What it touches, and how, a sentence each for channels and for callers."""
    if plan.touched:
        yield _of_channels(plan), list(map(_touched, plan.touched))
    if plan.callers:
        yield _of_callers(plan), list(map(_caller, plan.callers))
    if not plan.touched and not plan.callers:
        yield "No channel, service key or mapping knows this sender: nothing to do here.", []


def _of_channels(plan: Renewal) -> str:
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


def _of_callers(plan: Renewal) -> str:
    kinds = [one.is_mapping for one in plan.callers]
    parts = [
        counted(number, noun)
        for number, noun in ((kinds.count(False), "service key"), (kinds.count(True), "mapping"))
        if number
    ]
    new = sum(one.needs_new for one in plan.callers)
    if not new:
        return f"It touches {listed(parts)}; no new one is needed:"
    needed = "a new one is" if new == 1 else f"{new} new ones are"
    return f"It touches {listed(parts)}; {needed} needed before the sender switches:"


def _caller(one: TouchedCaller) -> str:
    from iflint.answers.renewal import caller_label

    ends = f"; the old certificate ends on {one.old_until}" if one.old_until else ""
    opens = f"opens {listed(one.opens)}" if one.opens else roles_of(one.caller)
    return f"{caller_label(one)}, {opens}: {_state(one)}{ends}"


def _state(one: TouchedCaller) -> str:
    if one.has_new:
        return "holds the new certificate already"
    if one.accepts_new:
        return "accepts the new certificate, too, if it was issued later (Pin Certificate is off)"
    if one.replaced:
        return "another one holds the new certificate already"
    if one.is_mapping:
        return "maps another certificate"
    if one.pinned:
        assumed = ", as assumed: SAP's default" if one.pin_assumed else ""
        return f"accepts no other certificate (Pin Certificate is on{assumed})"
    return "accepts another pair only"


def _when(step: RenewalStep) -> str:
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


def _markdown(found: Renewals) -> str:
    from iflint.reporters.markdown import escaped, in_block

    lines: list[str] = []
    for plan in found.renewals:
        certificate = plan.certificate
        lines += [
            f"# Renewal: {escaped(certificate.subject)}",
            "",
            f"- Issuer: {escaped(certificate.issuer)}",
            f"- Valid: {lifetime(certificate.not_before, certificate.not_after)}",
            f"- Seen on: {found.as_of:%Y-%m-%d}",
            "",
            "## The certificate itself",
            "",
        ]
        lines += [
            f"- **{f.severity} {f.code}** {escaped(f.message)} *{escaped(f.remedy)}*"
            for f in plan.problems
        ] or ["Nothing is wrong with it."]
        lines += ["", "## Where it matters"]
        for verdict, touched in _verdicts(plan):
            lines += ["", escaped(verdict), "", *(f"- {escaped(one)}" for one in touched)]
        if plan.touched or plan.callers:
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
