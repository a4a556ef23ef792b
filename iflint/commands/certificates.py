"""`iflint certificates`: each certificate at hand, how long it works, and who depends on it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from iflint.console.arguments import CONFIGURATION, JUDGING, PATHS, answer
from iflint.console.frame import show, subcommand
from iflint.console.interface import OneOf, Option, complain
from iflint.console.invocation import Invocation, Request, call, prepare
from iflint.console.reading import read, say_what_was_not_read
from iflint.console.tables import Column, table
from iflint.limits import numbered
from iflint.report.fitting import certificates_within
from iflint.reporters.remarks import aside
from iflint.reporters.sentences import (
    caller_name,
    certificate_name,
    channel_name,
    not_listed,
    roles_of,
)
from iflint.words.terminal import Style, wrapped
from iflint.words.visible import shown, visible
from iflint.words.wording import counted, day, left, listed

if TYPE_CHECKING:
    from iflint.console.spreadsheets import Sheet
    from iflint.report.certificate_list import (
        CallerUse,
        CertificateUse,
        CertificateUses,
        EnvironmentStanding,
        Use,
    )

U = TypeVar("U", "Use", "CallerUse")

LANGUAGES = ("en", "de")
"""What letters are written in (``iflint/reporters/letters/``)."""

_OF_A_LIST = ("table", "json", "csv", "ics", "html", "markdown", "openmetrics")
_OF_A_LETTER = ("text", "markdown")

_MOST_IN_AN_EVENT = 100
"""Channels, service keys and mappings named in one event. Ours: a server may refuse a large one
(RFC 4791 §5.2.5)."""


@subcommand(
    "certificates",
    "List certificates and who needs them.",
    (
        PATHS,
        Option(
            "--letter",
            "Letter",
            "Write to the partner about this certificate instead: a file, or its subject.",
            metavar="CERTIFICATE|DN",
        ),
        Option(
            "--language",
            "Letter",
            f"Language of the letter. Default: {LANGUAGES[0]}.",
            type=OneOf(LANGUAGES),
        ),
        *JUDGING,
        *answer(*dict.fromkeys((*_OF_A_LIST, *_OF_A_LETTER))),
        *CONFIGURATION,
    ),
    examples=(
        "iflint certificates exports --certificates certs",
        "iflint certificates --format csv --output certificates.csv",
        "iflint certificates --format ics --output certificates.ics",
        "iflint certificates --format openmetrics --output certificates.prom",
        "iflint certificates --letter partner.pem --language de",
    ),
)
def command(
    asked: Request, paths: tuple[str, ...], letter: str | None, language: str | None
) -> None:
    """List every certificate and what needs it at PATH (default: the current folder).

    Shows of each certificate the last day, the days left and the verdict on its chain, and what
    to touch when it changes: every channel with its iFlow and package, every service key and
    certificate-to-user mapping that needs it. The format ics is a calendar with an event on each
    last day of use, and reminders 30 and 7 days before; openmetrics is for Prometheus. Exit code: 0
    whatever the verdicts are.

    With --letter, what to write to the partner, as text or Markdown: which certificate ends and
    when, what it opens, what the new one must be, and what to send back by when.
    """
    from iflint.answers.certificate_uses import uses_of

    run = prepare(asked, paths or (".",), mistakes=list(_mistakes(asked, letter, language)))
    if letter is not None:
        _show_letter(run, letter, language or LANGUAGES[0])
        return
    sessions = read(run, flows=False)
    uses, size = call(uses_of, sessions), sessions[0].inputs.size
    formats: dict[str, Callable[..., Any]] = {
        "table": _table,
        "json": _json,
        "csv": _csv,
        "ics": _calendar,
        "html": _html,
        "markdown": _markdown,
        "openmetrics": _openmetrics,
    }
    told = show(run, uses, certificates_within, size, **formats)
    if run.answer.format in ("csv", "openmetrics") and (left_out := not_listed(told)):
        complain(aside(left_out))
    if not uses.certificates and run.answer.format != "table":
        complain("no certificate found")
    say_what_was_not_read(len(uses.problems), "certificates or channels")


def _mistakes(asked: Request, letter: str | None, language: str | None) -> Iterator[str]:
    chosen = asked.answer.format
    if letter is None and language is not None:
        yield "--language is for a --letter"
    if letter is None and chosen in _OF_A_LETTER and chosen not in _OF_A_LIST:
        yield f"--format {chosen} is for a --letter"
    if letter is not None and chosen in _OF_A_LIST[1:] and chosen not in _OF_A_LETTER:
        yield f"--format {chosen}: a letter is {listed(_OF_A_LETTER, 'or')}"
    if language not in (None, *LANGUAGES):
        yield f"--language {shown(language)}: it is {listed(LANGUAGES, 'or')}"


def _show_letter(run: Invocation, certificate: str, language: str) -> None:
    from iflint.answers.letter import letter_about
    from iflint.reporters import letter as letters

    found = call(letter_about, certificate, read(run, flows=False))
    if not found.interfaces:
        complain("which channels it opens is not known: the letter names none")
    if found.renewed:
        complain(f"one that comes after it is at hand: {found.renewed}; see iflint renew")
    if run.answer.format not in _OF_A_LETTER:
        of_text = msgspec.structs.replace(run.answer, format=_OF_A_LETTER[0])
        run = msgspec.structs.replace(run, answer=of_text)
    show(
        run,
        found,
        text=lambda told, _: letters.text(told, language),
        markdown=lambda told: letters.markdown(told, language),
    )


def _html(uses: CertificateUses) -> str:
    from iflint.reporters.html import certificates_page

    return certificates_page(uses)


def _json(uses: CertificateUses) -> str:
    from iflint.reporters.json import certificates

    return certificates(uses)


def _table(uses: CertificateUses, style: Style) -> str:
    if not uses.certificates:
        return f"No certificates found.\n{_closing(uses, style.width)}"
    groups = [
        (
            "\n".join(map(visible, _titles(certificate))),
            [[_dates(certificate), _chain(certificate), _needed_by(certificate)]],
        )
        for certificate in uses.certificates
    ]
    columns = (Column("Last day"), Column("Chain"), Column("Needed by"))
    return f"{table(columns, groups, style)}\n{_closing(uses, style.width)}"


def _titles(use: CertificateUse) -> Iterator[str]:
    """The lines above what is said of a certificate."""
    yield certificate_name(use.certificate)
    for location in use.certificate.locations:
        line = f":{location.region.start_line}" if location.region else ""
        yield f"{location.file}{line}"


def _dates(use: CertificateUse) -> str:
    return f"{day(use.certificate.not_after)} ({left(use.days_left)})"


def _chain(use: CertificateUse) -> str:
    return "\n".join(visible(_verdict(standing, use)) for standing in use.standings)


def _verdict(standing: EnvironmentStanding, use: CertificateUse) -> str:
    text = standing.verdict
    until = standing.holds_until
    if standing.reasons:
        text += f": {'; '.join(standing.reasons)}"
    elif until is not None and until < use.certificate.not_after:
        text += f" until {day(until)} only"
    return f"{', '.join(standing.environments)}: {text}" if standing.environments else text


def _needed_by(use: CertificateUse) -> str:
    if not use.is_needed:
        return "nobody"
    by_flow: dict[str, dict[str, None]] = {}
    for one in use.uses:
        by_flow.setdefault(_flow(one), {})[f"  {_channel(one)}"] = None
    for caller in use.callers:
        opened = by_flow.setdefault(_caller(caller), {})
        opened.update((f"  {opens}", None) for opens in _opens(caller))
    lines = [line for needing, opened in by_flow.items() for line in (needing, *opened)]
    return "\n".join(map(visible, (*lines, *_more(use))))


def _more(use: CertificateUse) -> Iterator[str]:
    if use.more:
        yield f"and {numbered(use.more)} more"


def _caller(use: CallerUse) -> str:
    notes = _notes(use)
    return caller_name(use.caller) + (f" ({'; '.join(notes)})" if notes else "")


def _opens(use: CallerUse) -> Sequence[str]:
    """The channels that it opens, or why none is named."""
    if use.caller.roles is None:
        return ["roles not known"]
    return use.channels or [f"{roles_of(use.caller)}: no channel here"]


def _flow(use: Use) -> str:
    iflow = use.iflow
    name = f"{iflow.package.name} › {iflow.name}" if iflow.package else iflow.name
    return f"{name} {iflow.version}".rstrip()


def _channel(use: Use) -> str:
    channel = use.channel
    where = f"{channel.adapter} {channel.address or channel.name}".strip()
    return f"{where} ({'; '.join((f'row {use.entry.ordinal}', *_notes(use)))})"


_RELATIONS = {
    "chain": "in its chain",
    "meant": "meant, but its DN differs",
    "undecidable": "perhaps",
}


def _notes(use: Use | CallerUse) -> list[str]:
    """How a binding needs the certificate where it is not simply its own, and where that is so."""
    beside = "" if use.decides else "beside a better one"
    where = f"in {', '.join(use.environments)}" if use.environments else ""
    return [note for note in (_RELATIONS.get(use.relation, beside), where) if note]


def _closing(uses: CertificateUses, width: int) -> str:
    return "\n".join(wrapped(visible(_facts(uses)), 0, 0, width)) + "\n"


def _facts(uses: CertificateUses) -> str:
    """What the list amounts to, and which list of roots and clock it relies on."""
    unneeded = sum(not one.is_needed for one in uses.certificates)
    said = [counted(len(uses.certificates) + uses.more, "certificate")]
    if unneeded and not uses.more:
        said.append(f"{unneeded} needed by nobody")
    sentences = [", ".join(said) + ".", not_listed(uses)]
    if uses.entries_without:
        entries = counted(uses.entries_without, "row has", "rows have")
        sentences.append(f"{entries} no certificate at hand: 'iflint check' lists what to ask for.")
    for each in uses.lists:
        before = f"List for {each.environment}" if each.environment else "List"
        sentences.append(f"{before}: {each.name}, platform {each.platform}.")
    sentences.append(f"Clock: {day(uses.as_of)}.")
    return " ".join(filter(None, sentences))


def _csv(uses: CertificateUses) -> Sheet:
    headings = (
        *("subject", "issuer", "sha256", "role", "files", "not_before", "not_after", "days_left"),
        *("environments", "verdict", "reasons", "holds_until"),
        *("package", "iflow_id", "iflow", "version", "channel", "adapter", "address", "entry"),
        *("relation", "decides", "flow_file"),
        *("caller", "caller_kind", "caller_name", "tenant", "roles", "opens", "renewal"),
    )
    return headings, _csv_rows(uses)


def _csv_rows(uses: CertificateUses) -> Iterator[list[object]]:
    """A row for each certificate, verdict, and entry or caller that needs it; one if none does."""
    for each in uses.certificates:
        certificate = each.certificate
        files = "; ".join(dict.fromkeys(str(place.file) for place in certificate.locations))
        of_certificate = [
            certificate.subject,
            certificate.issuer,
            "" if each.by_facts else certificate.sha256,
            each.role,
            files,
            certificate.not_before,
            certificate.not_after,
            each.days_left,
        ]
        for standing in each.standings:
            of_chain = [standing.verdict, "; ".join(standing.reasons), standing.holds_until]
            needing: list[tuple[list[object], tuple[str, ...]]] = [
                *((_csv_use(use), names) for use, names in _needing(standing, each.uses)),
                *((_csv_caller(use), names) for use, names in _needing(standing, each.callers)),
            ]
            for cells, names in needing or [([None] * 18, standing.environments)]:
                yield [*of_certificate, ", ".join(names), *of_chain, *cells]


def _needing(
    standing: EnvironmentStanding, uses: Sequence[U]
) -> Iterator[tuple[U, tuple[str, ...]]]:
    """The uses in the environments of a verdict, each with those that both name."""
    for use in uses:
        common = tuple(name for name in use.environments if name in standing.environments)
        if common or not standing.environments:
            yield use, common


def _csv_use(use: Use) -> list[object]:
    iflow, channel = use.iflow, use.channel
    return [
        iflow.package.name if iflow.package else "",
        iflow.id,
        iflow.name,
        iflow.version,
        channel.name or channel.id,
        channel.adapter,
        channel.address,
        use.entry.ordinal,
        use.relation,
        "yes" if use.decides else "no",
        str(iflow.location),
        *[None] * 7,
    ]


def _csv_caller(use: CallerUse) -> list[object]:
    caller = use.caller
    return [
        *[None] * 8,
        use.relation,
        "yes" if use.decides else "no",
        None,
        caller_name(caller),
        caller.kind,
        caller.name,
        caller.tenant,
        "not known" if caller.roles is None else "; ".join(caller.roles),
        "; ".join(use.channels),
        use.renewal,
    ]


def _calendar(uses: CertificateUses) -> str:
    from iflint.__version__ import __version__
    from iflint.console.calendars import ALARM_DAYS, Event, calendar_text

    events = (
        Event(
            uid=f"{each.certificate.sha256}@iflint",
            day=_last_use(each).date(),
            summary=_summary(each),
            description=tuple(_description(each)),
            alarms=ALARM_DAYS if _last_use(each) >= uses.as_of else (),
        )
        for each in uses.certificates
    )
    about = not_listed(uses)
    return calendar_text("Client certificates", __version__, uses.as_of, events, about)


def _last_use(use: CertificateUse) -> datetime:
    """Its own end, or that of a chain which ends before, in whatever environment."""
    ends = [each.holds_until for each in use.standings if each.holds_until is not None]
    return min([use.certificate.not_after, *ends])


def _summary(use: CertificateUse) -> str:
    channels = {(one.iflow, one.channel.ordinal) for one in use.uses}
    kinds = [kind for kind, _ in {(one.caller.kind, one.caller.id) for one in use.callers}]
    needed = [
        counted(number, noun)
        for number, noun in (
            (len(channels), "channel"),
            (kinds.count("service-key"), "service key"),
            (kinds.count("mapping"), "mapping"),
        )
        if number
    ]
    needed += _more(use)
    what = ", ".join(needed) if use.more else listed(needed) or "nobody"
    of_use = "of use " if _last_use(use) < use.certificate.not_after else ""
    return f"Last day {of_use}of {use.certificate.subject or 'a certificate'} ({what})"


def _description(use: CertificateUse) -> Iterator[str]:
    certificate = use.certificate
    yield f"Subject: {certificate_name(certificate)}"
    if certificate.issuer:
        yield f"Issuer: {certificate.issuer}"
    yield f"Valid until: {certificate.not_after.isoformat().replace('+00:00', 'Z')}"
    if not use.by_facts:
        yield f"SHA-256: {certificate.sha256}"
    for location in certificate.locations:
        yield f"File: {location.file}"
    for standing in use.standings:
        yield f"Chain: {_verdict(standing, use)}"
    needing = [f"- {_flow(one)}: {_channel(one)}" for one in use.uses]
    needing += [
        f"- {_caller(caller)}: {', '.join(_opens(caller))}. {caller.renewal}".rstrip()
        for caller in use.callers
    ]
    yield "Needed by:" if needing else "Needed by nobody."
    yield from needing[:_MOST_IN_AN_EVENT]
    more = len(needing[_MOST_IN_AN_EVENT:]) + use.more
    if more:
        yield f"- and {more} more: 'iflint certificates' lists them"


def _markdown(uses: CertificateUses) -> str:
    from iflint.reporters.markdown import escaped, table_of

    def rows() -> Iterator[list[str]]:
        for each in uses.certificates:
            needing = _needed_by(each).splitlines()
            yield [
                escaped(certificate_name(each.certificate)),
                escaped(_dates(each)),
                "<br>".join(escaped(_verdict(standing, each)) for standing in each.standings),
                "<br>".join(escaped(line.strip()) for line in needing),
            ]

    headings = ("Certificate", "Last day", "Chain", "Needed by")
    return "\n".join((*table_of(headings, rows()), "", escaped(_facts(uses)), ""))


def _openmetrics(uses: CertificateUses) -> str:
    from iflint.console.metrics import Gauge, metrics_text

    told = [
        (each, standing, labels)
        for each in uses.certificates
        for standing in each.standings
        for labels in _labels(each, standing)
    ]
    return metrics_text(
        (
            Gauge(
                "x509_cert_not_after",
                "When the certificate ends (Unix time).",
                ((labels, _unix(each.certificate.not_after)) for each, _, labels in told),
            ),
            Gauge(
                "x509_cert_not_before",
                "When the certificate begins (Unix time).",
                (
                    (labels, _unix(each.certificate.not_before))
                    for each, _, labels in told
                    if each.certificate.not_before
                ),
            ),
            Gauge(
                "x509_cert_expired",
                "1 if the certificate had ended at the clock of the run.",
                ((labels, each.certificate.not_after < uses.as_of) for each, _, labels in told),
            ),
            Gauge(
                "iflint_cert_works_until",
                "When the certificate or its chain ends to work (Unix time); 0: it does not work.",
                (
                    (labels, _unix(standing.holds_until) if standing.holds_until else 0)
                    for _, standing, labels in told
                    if standing.verdict != "uncertain"
                ),
            ),
            Gauge(
                "iflint_run_timestamp_seconds",
                "The clock of the run (Unix time).",
                [({}, _unix(uses.as_of))],
            ),
        )
    )


def _unix(moment: datetime) -> int:
    return int(moment.timestamp())


def _labels(use: CertificateUse, standing: EnvironmentStanding) -> Iterator[dict[str, str]]:
    """The labels of each binding that needs a certificate, or of the certificate alone.

    The names are those of x509-certificate-exporter, where it has one.
    """
    certificate = use.certificate
    file = str(certificate.locations[0].file) if certificate.locations else ""
    common = {
        **_named("subject", certificate.subject),
        **_named("issuer", certificate.issuer),
        "filename": posixpath.basename(file),
        "filepath": file,
        "sha256": "" if use.by_facts else certificate.sha256,
    }
    bindings = [
        *((_row_labels(each), names) for each, names in _needing(standing, use.uses)),
        *((_caller_labels(each), names) for each, names in _needing(standing, use.callers)),
    ]
    nobody = dict.fromkeys(("package", "flow", "channel", "binding", "relation"), "")
    for labels, names in bindings or [(nobody, standing.environments)]:
        yield {**common, **labels, "environment": ", ".join(names)}


_PARTS = {
    f"2.5.4.{arc}": part
    for arc, part in ((6, "C"), (8, "ST"), (7, "L"), (10, "O"), (11, "OU"), (3, "CN"))
}


def _named(of: str, name: str) -> dict[str, str]:
    """The labels of a name, and the whole of it."""
    from iflint.pki.dn.grammar import MalformedName
    from iflint.pki.dn.parsing import parse_name

    labels = {f"{of}_{part}": "" for part in _PARTS.values()}
    try:
        rdns = parse_name(name).rdns if name else ()
    except MalformedName:
        rdns = ()
    for attribute in (each for rdn in rdns for each in rdn if each.oid in _PARTS):
        labels[f"{of}_{_PARTS[attribute.oid]}"] = attribute.value
    return {**labels, of: name}


def _row_labels(use: Use) -> dict[str, str]:
    return {
        "package": use.iflow.package.name if use.iflow.package else "",
        "flow": use.iflow.name,
        "channel": channel_name(use.channel),
        "binding": f"row {use.entry.ordinal}",
        "relation": use.relation,
    }


def _caller_labels(use: CallerUse) -> dict[str, str]:
    return {
        "package": "",
        "flow": "",
        "channel": "; ".join(use.channels),
        "binding": caller_name(use.caller),
        "relation": use.relation,
    }
