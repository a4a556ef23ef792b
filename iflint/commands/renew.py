"""`iflint renew`: a new certificate has come; what has to be done, where, and by when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click
import msgspec

from iflint.console.arguments import CONFIGURATION, JUDGING, PATHS, answer
from iflint.console.frame import show, subcommand
from iflint.console.interface import CLEAN, FOUND, AnyPath, Option, complain
from iflint.console.invocation import Request, absent, call, prepare
from iflint.console.reading import read
from iflint.limits import REPORT_BYTES
from iflint.options import Environment
from iflint.reporters.encoding import enveloped
from iflint.reporters.sentences import roles_of
from iflint.words.terminal import Style
from iflint.words.wording import (
    NO_SUBJECT,
    as_argument,
    counted,
    day,
    left,
    lifetime,
    listed,
    relative,
    sentence,
)

if TYPE_CHECKING:
    from iflint.answers.renewal_plan import (
        Predecessor,
        Renewal,
        RenewalStep,
        Schedule,
        Touched,
        TouchedCaller,
    )
    from iflint.report.fitting import Room


class Renewals(msgspec.Struct, frozen=True):
    """The plan for each certificate, as of a moment, for the ``paths`` that were typed.

    ``renewals`` are as much of the plans as is listed, ``whole`` are all of them; ``excluded`` is
    what of the paths was not looked at.
    """

    as_of: datetime
    renewals: tuple[Renewal, ...]
    whole: tuple[Renewal, ...]
    paths: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def command(self, *words: str) -> str:
        """What to type for another plan of the same paths."""
        return " ".join(("iflint renew", *map(as_argument, (*words, *self.paths))))


@subcommand(
    "renew",
    "Plan the renewal with a new certificate.",
    (
        click.Argument(["certificate"], type=AnyPath()),
        PATHS,
        Option(
            "--replaces",
            "Renewal",
            "Certificate file or subject DN: whose certificate the new one takes the place of.",
            metavar="CERTIFICATE|DN",
        ),
        *JUDGING,
        *answer("text", "markdown", "json"),
        *CONFIGURATION,
    ),
    examples=(
        "iflint renew partner-2027.pem exports --certificates certs",
        "iflint renew partner-2027.pem --format markdown --output plan.md",
        "iflint renew partner-2027.pem --replaces certs/partner-2026.pem",
    ),
)
def command(asked: Request, certificate: str, paths: tuple[str, ...], replaces: str | None) -> int:
    """Tell what a new CERTIFICATE means for the flows at PATH (default: the current folder).

    The answer names the channels, flows and packages, the service keys and the certificate-to-user
    mappings that it touches, in each configured environment (or in those that --environment names).
    It tells whether the subject or issuer changes, and what is wrong with the certificate itself.
    Then come the steps in SAP's order, each with its days: which rows, keys and mappings to add,
    and later to remove. A certificate that is in use already gets the plan for the one to come.
    Where nothing knows the sender, the answer names those that it may replace: say with --replaces
    which. Exit code: 0 when it could answer, 1 when the certificate itself would be refused, or
    when a part of the file can't be read.
    """
    from iflint.answers.renewal import plan_renewals

    run = prepare(
        asked, paths or (".",), every_environment=True, mistakes=absent(("", certificate))
    )
    sessions = read(run)
    others = [sessions[0].in_environment(each) for each in run.settings.other_environments]
    if sessions[0].name and not others:
        others = [sessions[0].in_environment(Environment(name=""))]  # the flow as it stands
    planned = call(plan_renewals, certificate, sessions, others=others, replaces=replaces)
    plans = planned.renewals
    found = Renewals(sessions[0].as_of, plans, plans, paths, run.settings.exclude)
    told = show(run, found, _within, text=_text, markdown=_markdown, json=_json)
    if more := len(plans) - len(told.renewals):
        rest = counted(more, "more certificate")
        complain(f"not listed: the plans for {rest}. To list more, {REPORT_BYTES.option}")
    for problem in planned.problems:
        complain(f"{problem.location}: {problem.in_one_line}")
    return FOUND if planned.problems or any(plan.fails for plan in plans) else CLEAN


def _within(found: Renewals, room: int) -> Renewals:
    """The plans that fit, which name as many channels as people read; the last one is cut."""
    from iflint.report.fitting import Room

    left = Room(room)
    if left.has_room_for(found.renewals):
        return found
    told: list[Renewal] = []
    for plan in map(_brief, found.renewals):
        if left.has_room_for([plan]):
            left.take(plan)
            told.append(plan)
        else:
            told += _cut(plan, left)
            break
    return msgspec.structs.replace(found, renewals=tuple(told))


def _brief(plan: Renewal) -> Renewal:
    from msgspec.structs import replace

    from iflint.report.fitting import few

    schedules = (
        replace(each, steps=tuple(replace(s, channels=few(s.channels)) for s in each.steps))
        for each in plan.schedules
    )
    return replace(
        plan,
        schedules=tuple(schedules),
        callers=tuple(replace(each, opens=few(each.opens)) for each in plan.callers),
        below=few(plan.below, "certificate"),
        predecessors=tuple(replace(each, places=few(each.places)) for each in plan.predecessors),
    )


def _cut(plan: Renewal, left: Room) -> Iterator[Renewal]:
    """What fits of a plan, the steps before what they are for; the rest is counted.

    Nothing, where there is no room for what it is about.
    """
    from msgspec.structs import replace

    parts = {"schedules": (), "touched": (), "callers": (), "unknown": ()}
    if not left.take(replace(plan, **parts)):
        return
    schedules = [replace(each, steps=tuple(left.some(each.steps, 2))) for each in plan.schedules]
    short = replace(
        plan,
        schedules=tuple(each for each in schedules if each.steps),
        touched=tuple(left.some(plan.touched, 2)),
        callers=tuple(left.some(plan.callers, 2)),
        unknown=tuple(left.some(plan.unknown, 1)),
    )
    yield replace(short, more=_things(plan) - _things(short))


def _things(plan: Renewal) -> int:
    """How much of a plan is listed line by line."""
    steps = sum(len(each.steps) for each in plan.schedules)
    return steps + len(plan.touched) + len(plan.callers) + len(plan.unknown)


def _not_listed(plan: Renewal) -> Iterator[str]:
    """That a plan is cut."""
    if plan.more:
        lines = counted(plan.more, "more step, channel, key or mapping", _LISTED)
        yield f"Not listed: {lines}. To list more, {REPORT_BYTES.option}."


_LISTED = "more steps, channels, keys and mappings"


def _json(found: Renewals) -> str:
    return enveloped("renewal", as_of=found.as_of, renewals=found.renewals)


def _text(found: Renewals, style: Style) -> str:
    plans = zip(found.renewals, found.whole, strict=False)
    return "".join(f"{line}\n" for plan in plans for line in _lines(*plan, found, style))


def _lines(plan: Renewal, whole: Renewal, found: Renewals, style: Style) -> Iterator[str]:
    def line(indent: int, text: str) -> Iterator[str]:
        return style.hung(style.show(text), indent, indent + 2)

    certificate, clock = plan.certificate, found.as_of
    ends = "ended" if certificate.not_after < clock else "ends"
    span = f"valid {lifetime(certificate.not_before, certificate.not_after)}"
    yield from line(0, f"{_heading(plan)}: {_subject(plan)}")
    yield from line(2, f"issued by {certificate.issuer}")
    yield from line(2, f"{span}, {ends} {relative(certificate.not_after, clock)}")
    yield ""
    asides = list(_asides(plan))
    wrong = ":" if plan.problems or asides else ": nothing is wrong with it."
    yield from line(0, f"The certificate itself{wrong}")
    for aside in asides:
        yield from line(2, aside)
    for finding in plan.problems:
        yield from line(2, f"{finding.severity}[{finding.code}] {finding.message}")
        yield from line(4, f"fix: {finding.remedy}")
    yield ""
    for verdict, touched in _verdicts(plan, whole, found):
        yield from line(0, verdict)
        for one in touched:
            yield from line(2, one)
    if pair := _of_a_new_sender(whole):
        yield from line(0, _NEW_ROW)
        yield from (f"  {role}  {style.show(dn)}" for role, dn in _row(pair))
    for schedule in plan.schedules:
        yield ""
        yield f"{style.show(_steps_in(schedule))}:"
        for number, step in enumerate(schedule.steps, 1):
            yield from line(2, f"{number}. {step.what}{_when(step)}")
            for channel in step.channels:
                yield from line(5, f"{style.within} {channel}")
            if step.row is not None:
                yield from (f"     {role}  {style.show(dn)}" for role, dn in _row(step.row))
    for rest in _not_listed(plan):
        yield from ("", *line(0, rest))
    yield ""


def _row(row: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """The two texts to enter, each for its cell."""
    yield from zip(("Subject DN", "Issuer DN "), row, strict=True)


_NEW_ROW = "If it is a new sender's, this is the row for the channel that it is to call:"


def _of_a_new_sender(plan: Renewal) -> tuple[str, str] | None:
    """The pair to enter for a certificate whose sender may be new."""
    if plan.touched or plan.callers or plan.predecessors or plan.fails or plan.of_ca:
        return None
    return (plan.subject, plan.issuer) if plan.subject != plan.issuer else None


def _heading(plan: Renewal) -> str:
    if plan.of_ca:
        return "Certificate of a CA"
    return "Certificate in use" if plan.in_use else "New certificate"


def _asides(plan: Renewal) -> Iterator[str]:
    """What is to be known of the certificate that no finding tells."""
    from iflint.answers.renewal_plan import cannot_work

    if plan.without_subject:
        yield sentence(NO_SUBJECT)
    if plan.of_ca:
        yield "It belongs in no row, service key or mapping: these are for senders' certificates."
    elif plan.refused and not cannot_work(plan.problems):
        yield "SAP would refuse it, although no rule in force calls that an error."


def _subject(plan: Renewal) -> str:
    return plan.certificate.subject or "(no subject)"


def _steps_in(schedule: Schedule) -> str:
    where = f" in {listed(schedule.environments)}" if schedule.environments else ""
    return f"Steps{where}"


def _verdicts(plan: Renewal, whole: Renewal, found: Renewals) -> Iterator[tuple[str, list[str]]]:
    """What it touches, and how, a sentence each for channels and for callers.

    The sentences are about the whole plan, however much of it is listed.
    """
    if whole.of_ca:
        yield from _of_a_ca(plan, whole)
        return
    if whole.in_use:
        yield _of_one_in_use(whole, found), []
    if whole.touched:
        yield _of_channels(whole), list(map(_touched, plan.touched))
    if whole.callers:
        yield _of_callers(whole), list(map(_caller, plan.callers))
    if plan.predecessors:
        yield _of_predecessors(plan.predecessors), list(map(_predecessor, plan.predecessors))
        yield _how_to_say(plan, found), []
        yield from _not_looked_at(found)
    elif not whole.touched and not whole.callers:
        to_do = "." if whole.unknown else ": nothing to do here."
        yield f"No channel, service key or mapping knows this sender{to_do}", []
        yield from _not_looked_at(found)
    if whole.unknown:
        yield "No name of their certificates is known, so it may be for these:", [*plan.unknown]
    if whole.schedules and not (whole.at_hand or whole.fails or whole.refused):
        keep = "Keep the new certificate with the others"
        yield f"{keep}: else iflint check goes on to warn of the old one.", []


def _of_a_ca(plan: Renewal, whole: Renewal) -> Iterator[tuple[str, list[str]]]:
    """What to do with a CA's certificate."""
    if whole.refused:
        yield "It can't be used: ask the CA for the one that came after it.", []
    if whole.below:
        present = "" if whole.refused else "; let their senders present it with their own"
        yield f"It may stand above these{present}:", [*plan.below]
    if not whole.at_hand and not whole.refused:
        yield "Keep it with the others: iflint check completes chains with it.", []
    if whole.touched or whole.callers:
        those = [*map(_touched, plan.touched), *map(_caller, plan.callers)]
        yield "It is entered as if it were a sender's; enter the sender's own there:", those


def _of_one_in_use(plan: Renewal, found: Renewals) -> str:
    if plan.until is None:
        text = "This certificate is in use, but calls with it fail"
    else:
        was = "was" if plan.until < found.as_of else "is"
        text = f"This certificate {was} in use until {day(plan.until)}"
    if plan.schedules and plan.renewed is None:
        text += ": here is the plan for the one that comes after it"
    if plan.renewed is None:
        return f"{text}."
    if any(plan.renewed.file == each.file for each in plan.certificate.locations):
        return f"{text}. One that comes after it is in the same file, with a plan of its own."
    command = found.command(str(plan.renewed.file))
    return f"{text}. One that comes after it is at hand: {command} gives its plan."


_LIKENESS = {
    "spelling": "with a common name that is a letter or two away",
    "common-name": "with the same common name, but another organization",
    "organization-and-issuer": "of the same organization and issuer",
    "organization": "of the same organization",
    "ending-soon": "with other names, which end soon",
}


def _of_predecessors(found: Sequence[Predecessor]) -> str:
    one = len(found) == 1
    what = f"{'this one' if one else 'one of these'}, {_LIKENESS[found[0].likeness]}"
    if one:
        what = what.replace("other names, which end", "another name, which ends")
    return f"Nothing knows this sender. It may take the place of {what} (inferred):"


def _predecessor(one: Predecessor) -> str:
    ends = f", ends on {one.until}" if one.until else ""
    return f"{one.readable}{ends}: {listed(one.places)}"


def _how_to_say(plan: Renewal, found: Renewals) -> str:
    new = str(plan.certificate.locations[0].file)
    only = plan.predecessors[0].subject if len(plan.predecessors) == 1 else "SUBJECT DN"
    command = found.command("--replaces", only, new)
    if plan.predecessors[0].likeness == "spelling":
        entered = f"If its row has a typing error, enter Subject DN {plan.subject} there"
        return f"{entered}. If it is another certificate of the sender's, say so: {command}"
    return f"If not, no flow, key or mapping changes. If so, say which: {command}"


def _not_looked_at(found: Renewals) -> Iterator[tuple[str, list[str]]]:
    """Where else the sender may be known."""
    if found.excluded:
        yield f"Not looked at, by exclude: {listed(found.excluded)}", []


def _of_channels(plan: Renewal) -> str:
    flows = len({one.iflow.location for one in plan.touched})
    channels = len({(one.iflow.location, one.channel.ordinal) for one in plan.touched})
    touched = f"{counted(channels, 'channel')} in {counted(flows, 'iFlow')}"
    if plan.in_use:
        lets, are = ("lets", "is") if channels == 1 else ("let", "are")
        meant = f", or {are} meant to" if any(one.wrong for one in plan.touched) else ""
        return f"{touched} {lets} it in{meant}:"
    if plan.without_subject:
        return f"It touches {touched}, in which no row can list it:"
    if plan.pair_changes:
        flow = "the flow" if flows == 1 else "the flows"
        if not any(one.old for one in plan.touched):
            return f"A row keeps it out of {touched}; correct the row and redeploy {flow}:"
        return f"It touches {touched}; the pair changes, so redeploy {flow}:"
    if any(one.needs_new for one in plan.callers):
        return f"It touches {touched}; the pair stays, so no flow changes:"
    return f"It touches {touched}; the pair stays, so there is nothing to deploy:"


def _touched(one: Touched) -> str:
    from iflint.answers.renewal_steps import flow_name

    text = f"{flow_name(one)}: {one.channel.adapter} {one.channel.address}".rstrip()
    if one.environments:
        text += f" ({', '.join(one.environments)})"
    if one.uncertain:
        state = "has a row that may have this pair, which its text does not tell: test the call"
    elif not one.changes:
        state = "has a row with this pair"
    elif one.wrong:
        state = "has a row that is meant for it, but does not accept it"
    elif one.has_new:
        state = "has a row with the new pair already, and still the old one"
    else:
        state = f"has a row with {'almost this' if one.doubtful else 'another'} pair"
    ends = f"; the old certificate works until {one.old_until}" if one.old_until else ""
    return f"{text}: {state}{ends}"


def _of_callers(plan: Renewal) -> str:
    each = {one.caller.id: one for one in plan.callers}
    kinds = [one.is_mapping for one in each.values()]
    parts = [
        counted(number, noun)
        for number, noun in ((kinds.count(False), "service key"), (kinds.count(True), "mapping"))
        if number
    ]
    if plan.in_use:
        return f"{listed(parts)} {'holds' if len(each) == 1 else 'hold'} it:"
    new = len({_made_together(one) for one in plan.callers if one.needs_new})
    if not new:
        return f"It touches {listed(parts)}; no new one is needed:"
    needed = "a new one is" if new == 1 else f"{new} new ones are"
    return f"It touches {listed(parts)}; {needed} needed before the sender switches:"


def _made_together(one: TouchedCaller) -> tuple[str, ...]:
    """Equal for keys of which one new one takes the place."""
    if one.is_mapping or one.made_by_sap or not one.caller.tenant:
        return (one.caller.kind, one.caller.id)
    return (one.caller.kind, "", one.caller.tenant)


def _caller(one: TouchedCaller) -> str:
    from iflint.answers.renewal_steps import caller_label

    ends = f"; the old certificate works until {one.old_until}" if one.old_until else ""
    opens = f"opens {listed(one.opens)}" if one.opens else roles_of(one.caller)
    return f"{caller_label(one)}, {opens}: {_state(one)}{ends}"


def _state(one: TouchedCaller) -> str:
    if one.has_new:
        return "holds this certificate"
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
    for plan, whole in zip(found.renewals, found.whole, strict=False):
        certificate = plan.certificate
        lines += [
            f"# {_heading(plan)}: {escaped(_subject(plan))}",
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
        ]
        asides = [f"- {escaped(aside)}" for aside in _asides(plan)]
        lines += asides
        if not plan.problems and not asides:
            lines.append("Nothing is wrong with it.")
        lines += ["", "## Where it matters"]
        for verdict, touched in _verdicts(plan, whole, found):
            lines += ["", escaped(verdict), "", *(f"- {escaped(one)}" for one in touched)]
        if pair := _of_a_new_sender(whole):
            rows = (f"{role}  {in_block(dn)}" for role, dn in _row(pair))
            lines += ["", _NEW_ROW, "", "```", *rows, "```"]
        for schedule in plan.schedules:
            lines += ["", f"## {escaped(_steps_in(schedule))}", ""]
            for number, step in enumerate(schedule.steps, 1):
                lines.append(f"{number}. [ ] {escaped(step.what)}{_when(step)}")
                lines += [f"   - {escaped(channel)}" for channel in step.channels]
                if step.row is not None:
                    lines += [
                        "",
                        "   ```",
                        *(f"   {r}  {in_block(dn)}" for r, dn in _row(step.row)),
                    ]
                    lines += ["   ```", ""]
        lines += (f"\n{rest}" for rest in _not_listed(plan))
        lines.append("")
    return "\n".join(lines)
