"""`iflint explain`, also called `iflint rules`: what a rule, a symptom or a term means."""

from __future__ import annotations

import os
import re
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click
import msgspec

from iflint.console import output
from iflint.console.arguments import CONFIGURATION, answer, suggested
from iflint.console.frame import show, subcommand
from iflint.console.interface import AnyPath, GroupedCommand, WrongUsage
from iflint.console.invocation import Request, absent, call, prepare, rule_infos
from iflint.limits import MIB
from iflint.report.findings import RuleInfo
from iflint.reporters.encoding import enveloped
from iflint.symptoms.model import Symptom, Term, symptoms, terms
from iflint.symptoms.pages import next_steps, symptom_page, term_lines, term_page
from iflint.symptoms.recognition import symptoms_in, term_named
from iflint.symptoms.trace import MOST_READ, pairs_in
from iflint.values import STANDARD_OUTPUT
from iflint.words.nearest import did_you_mean
from iflint.words.terminal import BOLD, ERROR, NOTE, WARNING, Style
from iflint.words.visible import shown, visible
from iflint.words.wording import counted, day, listed

if TYPE_CHECKING:
    from iflint.answers.refusal import Refusal, Row

STANDARD_INPUT = "-"
LISTS = ("rules", "symptoms", "terms")
"""What can be listed, by the words that ask for a list of one kind."""
MOST_NAMED = 12
"""Rules, symptoms and terms named to somebody who typed a part of a word. Ours: two lines."""
MOST_CHANNELS = 5
"""Channels named that could not be compared. Ours: so that it stays a sentence."""
_IN_PIECES = (
    "a line that holds double quotation marks stands in single ones, or comes from standard input:"
    " iflint explain - PATH"
)
_CODE = re.compile(r"\b[A-Z]{2,9}[0-9]{2,5}\b")
_LABEL = 12


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked about: its page in Markdown under a title; without a title, a list of all."""

    title: str = ""
    page: str = ""
    rules: tuple[RuleInfo, ...] = ()
    symptoms: tuple[Symptom, ...] = ()
    terms: tuple[Term, ...] = ()
    refusal: Refusal | None = None


def named(name: str, summary: str) -> GroupedCommand:
    """The command under one of its two names."""
    return subcommand(
        name,
        summary,
        (
            click.Argument(
                ["word"],
                metavar="[RULE|SYMPTOM|TERM]",
                required=False,
                shell_complete=suggested("explained"),
            ),
            click.Argument(["paths"], nargs=-1, type=AnyPath(), metavar="[PATH]..."),
            *("certificates", "keystore-password-env", "parameters"),
            *("environment", "all-environments", "exclude", "limit", "no-cache"),
            *answer("text", "markdown", "html", "json"),
            *CONFIGURATION,
        ),
        examples=(
            f"iflint {name} IFL301",
            f"iflint {name} 403",
            f'iflint {name} "Received fatal alert: unknown_ca"',
            f'iflint {name} "Unauthorized. Subject and issuer (subject: …" exports',
            f"iflint {name} terms",
        ),
    )(_explain)


def _explain(asked: Request, word: str | None, paths: tuple[str, ...]) -> None:
    """Tell what a RULE, a SYMPTOM or a TERM means; without one, list them.

    RULE is a code or a name. SYMPTOM is what somebody saw when a call failed: a status (403), a TLS
    alert (bad_certificate), or the line itself in quotation marks, single ones if it holds double
    ones; - reads it from standard input. Several rules may be named.
    TERM is a word of iflint's own; 'terms' are all. Where a line of the trace holds a Subject DN
    and an Issuer DN, the rows at PATH that list this pair are told, and those that nearly do, with
    the difference and the text to paste.
    """
    text, paths = _typed(word, paths)
    pairs = pairs_in(text)
    if paths and not pairs:
        raise WrongUsage(["PATH goes with a line that holds a Subject DN and an Issuer DN"])
    if pairs and paths:
        from iflint.answers.refusal import refusal_of
        from iflint.console.reading import read

        run = prepare(asked, paths, every_environment=True)
        refusal = call(refusal_of, pairs, read(run))
    else:
        run = prepare(msgspec.structs.replace(asked, isolated=True, config=None))
        refusal = None
        if pairs:
            from iflint.answers.refusal import refusal_of

            refusal = refusal_of(pairs)
    infos = rule_infos()
    found = _found(text, infos, refusal) if text or word is not None else _everything(infos)
    show(run, found, text=_text, markdown=_markdown, html=_html, json=_json)
    at_terminal = run.answer.path in (None, STANDARD_OUTPUT) and run.answer.format == "text"
    if not found.title and at_terminal:
        from iflint.console.next_steps import say

        steps = [
            ("iflint explain CODE", "the page of a rule, with how to fix"),
            ("iflint explain 403", "what can be behind a failed call; also a pasted line"),
        ]
        say(steps, run.settings.color)


command = named("explain", "Explain a rule, a symptom or a term.")


def _typed(word: str | None, paths: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The text and the paths; words without quotation marks around them are one text."""
    if word is None:
        return "", ()
    if word == STANDARD_INPUT:
        wrong = list(absent(*(("", path) for path in paths)))
        if wrong:
            raise WrongUsage(wrong)
        return _standard_input(), paths
    unknown = [number for number, path in enumerate(paths, 1) if not os.path.lexists(path)]
    if unknown and len(word.split()) > 1:
        wrong = list(absent(*(("", path) for path in paths)))
        if pairs_in(word) != pairs_in(" ".join((word, *paths))):
            wrong.append(_IN_PIECES)
        raise WrongUsage(wrong)
    last = unknown[-1] if unknown else 0
    return " ".join((word, *paths[:last])), paths[last:]


def _standard_input() -> str:
    data = sys.stdin.buffer.read(MIB)
    encoding = "utf-16" if data[:2] in (BOM_UTF16_LE, BOM_UTF16_BE) else "utf-8-sig"
    return data.decode(encoding, "replace")


def _found(text: str, infos: Sequence[RuleInfo], refusal: Refusal | None) -> Explained:
    """What a text asks about. Raises `WrongUsage` where that is nothing that is known."""
    wanted = text.strip().lower()
    if wanted in LISTS:
        return Explained(**{wanted: getattr(_everything(infos), wanted)})
    if rules := _rules_named(wanted, infos):
        return _of_rules(rules)
    if refusal is None:
        by_code = {each.code: each for each in infos}
        codes = _CODE.findall(text[:MOST_READ])
        if code := next((each for each in codes if each in by_code), None):
            return _of_rules([by_code[code]])
    if refusal is not None:
        return _of_pair(refusal, infos)
    if term := term_named(text):
        title = f"{term.name[:1].upper()}{term.name[1:]}"
        return Explained(title=title, page=term_page(term), terms=(term,))
    if seen := symptoms_in(text):
        return _of_symptoms(seen, infos)
    raise WrongUsage([_unknown(text, infos)])


def _rules_named(wanted: str, infos: Sequence[RuleInfo]) -> list[RuleInfo]:
    """The rules whose codes and names a text consists of, each once; none if it says more."""
    by_label = {label.lower(): each for each in infos for label in (each.code, each.name)}
    found = [by_label.get(word) for word in dict.fromkeys(wanted[:MOST_READ].split())]
    rules = [each for each in found if each is not None]
    return list({each.code: each for each in rules}.values()) if len(rules) == len(found) else []


def _of_rules(rules: Sequence[RuleInfo]) -> Explained:
    """The page of a rule, and those of others below it."""
    titles = [f"{each.code} {each.name}" for each in rules]
    first, *others = map(_rule_page, rules)
    below = (f"\n# {title}\n\n{page}" for title, page in zip(titles[1:], others, strict=True))
    return Explained(title=titles[0], page="".join((first, *below)), rules=tuple(rules))


def _of_symptoms(seen: Sequence[Symptom], infos: Sequence[RuleInfo]) -> Explained:
    """The first symptom, with the names of the others."""
    first, *others = seen
    body = symptom_page(first, {each.name: each.code for each in infos}, others)
    return Explained(title=first.title, page=body, symptoms=tuple(seen))


def _of_pair(refusal: Refusal, infos: Sequence[RuleInfo]) -> Explained:
    """A pair, with all that can be behind it, unless a row is found that is nearly right."""
    standings = {str(row.standing) for row in refusal.rows}
    name = "listed" if "listed" in standings else "trace"
    symptom = next(each for each in symptoms() if each.name == name)
    if refusal.compared:  # by that command
        run = tuple(each for each in symptom.run if not each.line.startswith("iflint explain"))
        symptom = msgspec.structs.replace(symptom, run=run)
    found = _of_symptoms([symptom], infos)
    page = next_steps(symptom) if standings and name == "trace" else found.page
    return msgspec.structs.replace(found, page=page, refusal=refusal)


def _everything(infos: Sequence[RuleInfo]) -> Explained:
    return Explained(rules=tuple(infos), symptoms=symptoms(), terms=terms())


def _unknown(text: str, infos: Sequence[RuleInfo]) -> str:
    word = text.strip()
    known = [label for info in infos for label in (info.code, info.name)]
    known += [*(each.name for each in symptoms()), *(each.name for each in terms()), *LISTS]
    longer = [label for label in known if word and word.lower() in label.lower()]
    several = 0 < len(longer) <= MOST_NAMED
    if os.path.isfile(word):
        return f"to explain what stands in a file, run: iflint explain - < {shown(word, 200)}"
    hint = f"; it is part of {', '.join(longer)}" if several else did_you_mean(word, known)
    return f"no rule, symptom or term is called {shown(word)}{hint} ('iflint rules' lists them)"


def _rule_page(info: RuleInfo) -> str:
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


def _json(found: Explained) -> str:
    content = {"rules": found.rules, "symptoms": found.symptoms, "terms": found.terms}
    more = {} if found.refusal is None else {"refusal": found.refusal}
    return enveloped("rules", **content, **more)


def _html(found: Explained) -> str:
    from iflint.reporters.html_page import html_page
    from iflint.reporters.markdown import NOTHING

    if not found.title:
        return html_page(_what_is_listed(found), "\n".join(_list_markdown(found)))
    return html_page(found.title, _refusal_markdown(found).replace(NOTHING, "") + found.page)


def _markdown(found: Explained) -> str:
    if not found.title:
        return "\n".join((f"# {_what_is_listed(found)}", "", *_list_markdown(found)))
    return f"# {found.title}\n\n{_refusal_markdown(found)}{found.page}"


def _text(found: Explained, style: Style) -> str:
    if not found.title:
        return _list_text(found, style)
    above = ""
    if found.refusal is not None:
        lines = (*_refusal_lines(found.refusal, style), "", "")
        above = "".join(f"{line.rstrip()}\n" for line in lines)
    if not style.colour and not output.is_terminal():
        return above + f"# {found.title}\n\n{found.page}"
    from iflint.console import tables

    return above + tables.page(found.title, found.page, style)


# lists


def _what_is_listed(found: Explained) -> str:
    kinds = [kind for kind in LISTS if getattr(found, kind)]
    said = listed(kinds)
    return f"{said[:1].upper()}{said[1:]}"


def _severity(info: RuleInfo) -> str:
    """The severity, with what is special about the rule's state: ``note (off)``."""
    state = "" if info.state == "stable" else str(info.state)
    if not state and not info.enabled:
        state = "off"
    return f"{info.severity} ({state})" if state else str(info.severity)


def _list_markdown(found: Explained) -> Iterator[str]:
    from iflint.reporters.markdown import escaped

    if found.rules:
        yield from ("| rule | severity | finds |", "| --- | --- | --- |")
        for info in found.rules:
            name = escaped(f"{info.code} {info.name}")
            yield f"| {name} | {_severity(info)} | {escaped(info.summary)} |"
        yield ""
    if found.symptoms:
        yield from (f"- `{each.name}`: {each.title}" for each in found.symptoms)
        yield ""
    if found.terms:
        yield from (*term_lines(found.terms), "")


def _list_text(found: Explained, style: Style) -> str:
    from iflint.console.tables import columns, table

    parts = []
    if found.rules:
        rows = [
            [f"{info.code} {info.name}", _severity(info), visible(info.summary)]
            for info in found.rules
        ]
        parts.append(table(columns("Rule", "Severity", "Finds"), [("", rows)], style))
    if found.symptoms:
        rows = [[style.show(each.name), style.show(each.title)] for each in found.symptoms]
        parts.append(table(columns("Symptom", "What somebody sees"), [("", rows)], style))
    if found.terms:
        rows = [[each.name, style.show(each.meaning.replace("*", ""))] for each in found.terms]
        parts.append(table(columns("Term", "Means"), [("", rows)], style))
    return "\n".join(parts)


# a pair that was refused


_STANDINGS = {
    "listed": ("lists this pair", "list this pair", NOTE),
    "uncertain": (
        "may list this pair: its text can't tell",
        "may list this pair: their texts can't tell",
        WARNING,
    ),
    "near-miss": ("nearly lists this pair", "nearly list this pair", ERROR),
}
"""How rows stand to a pair, said of one and of several, and in which colour."""


def _heading(refusal: Refusal) -> str:
    return f"The pair of this line{'' if refusal.malformed else ', as texts for a row'}"


def _verdict(refusal: Refusal) -> Iterator[str]:
    """What was found, in sentences."""
    if refusal.malformed:
        yield refusal.malformed
        return
    if not refusal.compared:
        yield "Give the path of your flows behind the line: then the rows are compared with it."
        return
    if not refusal.channels and not refusal.unresolved:
        yield "No channel here is authorized by client certificate, so no row decides."
    elif not refusal.rows and refusal.channels:
        yield (
            f"Of {counted(refusal.channels, 'channel')} authorized by client certificate none "
            "has a row with this pair, or nearly. If the sender is to be let in, add this pair as "
            "a row to the channel that it calls, and redeploy the flow."
        )
    if refusal.unresolved:
        more = len(refusal.unresolved) - MOST_CHANNELS
        named = [*refusal.unresolved[:MOST_CHANNELS], *([f"{more} more"] if more > 0 else [])]
        yield f"Not compared, as a parameter has no value: {listed(named)}."
    for certificate in refusal.certificates[:1]:
        file, until = certificate.locations[0].file, day(certificate.not_after)
        yield f"A certificate at hand has this pair: {file}, valid until {until}."
    for holder in refusal.holders:
        where = f" ({', '.join(holder.environments)})" if holder.environments else ""
        opens = f"; it opens {listed(holder.opens)}" if holder.opens else ""
        yield (
            f"The {holder.label}{where} holds a certificate with this pair{opens}. It counts for "
            "channels with User Role only, never for one with rows."
        )


def _said_of_rows(refusal: Refusal) -> Iterator[tuple[str, str, list[Row]]]:
    """The rows, those of one standing together, under a sentence and in a colour."""
    for standing, (one, several, colour) in _STANDINGS.items():
        rows = [row for row in refusal.rows if row.standing == standing]
        if rows:
            said = f"{counted(len(rows), 'row')} {one if len(rows) == 1 else several}:"
            yield said, colour, rows


def _row_name(row: Row) -> str:
    package = f"{row.iflow.package.name} › " if row.iflow.package else ""
    channel = f"{row.channel.adapter} {row.channel.address}".strip()
    where = f" ({', '.join(row.environments)})" if row.environments else ""
    return f"{package}{row.iflow.name}: {channel}, row {row.ordinal}{where}"


def _said(row: Row) -> str:
    return f"[{row.code}] {row.message}" if row.code else row.message


def _refusal_lines(refusal: Refusal, style: Style) -> Iterator[str]:
    from iflint.reporters.text import comparison_lines

    yield style.paint(_heading(refusal), BOLD)
    for label, dn in (("Subject DN", refusal.subject), ("Issuer DN", refusal.issuer)):
        yield f"  {label:{_LABEL}}{style.show(dn)}"
    yield ""
    for said in _verdict(refusal):
        yield from style.hung(style.show(said), 0, 0)
    for said, colour, rows in _said_of_rows(refusal):
        yield ""
        yield style.paint(said, f"{BOLD};{colour}")
        for row in rows:
            yield ""
            yield from style.hung(style.show(_row_name(row)), 0, 2)
            region = row.location.region
            place = f":{region.start_line}:{region.start_column}" if region else ""
            yield f"  --> {style.file(row.location.file)}{place}"
            if row.message:
                yield from style.hung(style.show(_said(row)), 2, 2)
            for comparison in row.comparisons:
                yield from comparison_lines(comparison, style)
            if row.remedy:
                yield from style.hung(style.show(f"fix: {row.remedy}"), 2, 7)
    if refusal.more_rows:
        yield from ("", f"And {counted(refusal.more_rows, 'more row')}.")


def _refusal_markdown(found: Explained) -> str:
    if found.refusal is None:
        return ""
    from iflint.reporters.markdown import escaped, in_block

    refusal = found.refusal
    lines = [f"## {_heading(refusal)}", "", "```"]
    lines += [f"Subject DN  {in_block(refusal.subject)}", f"Issuer DN   {in_block(refusal.issuer)}"]
    lines += ["```", ""]
    for said in _verdict(refusal):
        lines += [escaped(said), ""]
    for said, _, rows in _said_of_rows(refusal):
        lines += [f"## {said[:-1]}", ""]
        for row in rows:
            lines.append(f"- **{escaped(_row_name(row))}** ({escaped(str(row.location))})")
            if row.message:
                lines.append(f"  {escaped(_said(row))} *{escaped(row.remedy)}*")
            for each in row.comparisons:
                lines += ["", "  ```", f"  {each.role} in the channel: {in_block(each.stored)}"]
                lines += [f"  {each.role} of this line:  {in_block(each.certificate)}", "  ```"]
        lines.append("")
    return "\n".join((*lines, ""))
