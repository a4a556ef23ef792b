"""`iflint channels`: every sender channel, who may call it, and for how long that works.

Who may call is told by rows of a channel, or by service keys and mappings that have its role.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from iflint.console.arguments import CONFIGURATION, JUDGING, PATHS, answer
from iflint.console.frame import show, subcommand
from iflint.console.interface import complain
from iflint.console.invocation import Request, check, prepare
from iflint.console.reading import say_what_has_no_parameters, say_what_was_not_read, size_of
from iflint.console.tables import columns, table
from iflint.reporters.encoding import enveloped
from iflint.reporters.remarks import aside, not_listed
from iflint.reporters.sentences import NO_NAMES, caller_name
from iflint.words.terminal import Style
from iflint.words.visible import visible
from iflint.words.wording import day, left, listed

if TYPE_CHECKING:
    from iflint.console.spreadsheets import Sheet
    from iflint.report.report import (
        CallerResult,
        CertificateResult,
        ChannelResult,
        EntryResult,
        IflowResult,
        Report,
    )


class CertificateRow(msgspec.Struct, frozen=True):
    """The certificate that an entry was joined to, or that a service key or mapping accepts."""

    file: str
    sha256: str
    not_before: datetime | None
    not_after: datetime


class EntryRow(msgspec.Struct, frozen=True):
    """One pair of names that a channel accepts, and what becomes of it."""

    entry: int
    subject: str
    issuer: str
    certificate: CertificateRow | None
    days_left: int | None
    healthy_until: datetime | None
    verdict: str
    findings: tuple[str, ...]


class CallerRow(msgspec.Struct, frozen=True):
    """A service key or a mapping; ``file`` and ``line`` are where its certificate is told.

    ``caller`` names it for people. ``roles`` are those that it opens, None where they are not
    known. ``environments`` are those in which it is so, none where there is nothing to tell apart.
    """

    caller: str
    kind: str
    name: str
    id: str
    tenant: str
    roles: tuple[str, ...] | None
    pinned: bool
    pin_assumed: bool
    subject: str
    issuer: str
    certificate: CertificateRow | None
    days_left: int | None
    healthy_until: datetime | None
    verdict: str
    findings: tuple[str, ...]
    file: str
    line: int | None
    environments: tuple[str, ...]


class ChannelRow(msgspec.Struct, frozen=True):
    """A sender channel; ``file`` and ``line`` are where it stands.

    ``authorization`` is the value of its setting, ``kind`` what that means, ``role`` the role
    that callers need where it asks for one. ``environment`` is set where several are checked and
    the channel is not the same in all: it then has a row each.
    """

    package: str
    iflow_id: str
    iflow: str
    version: str
    channel: str
    adapter: str
    address: str
    authorization: str
    kind: str
    role: str
    verdict: str
    file: str
    line: int | None
    environment: str
    entries: tuple[EntryRow, ...]
    callers: tuple[CallerRow, ...]


@subcommand(
    "channels",
    "List channels and who may call them.",
    (PATHS, *JUDGING, *answer("table", "json", "csv"), *CONFIGURATION),
    examples=(
        "iflint channels exports --certificates certs",
        "iflint channels --format csv --output channels.csv",
    ),
)
def command(asked: Request, paths: tuple[str, ...]) -> None:
    """List every sender channel at PATH (default: the current folder).

    Shows adapter, address and Authorization, and for each row the certificate, its days left and
    the verdict. Where the Authorization is User Role, it shows the same of each service key and
    certificate-to-user mapping that is known to have the role. Exit code: 0 whatever the verdicts
    are.
    """
    run = prepare(asked, paths or (".",)).but(baseline=None)
    report = check(run, describe_rules=True, whole_inventory=run.answer.format != "table")
    listing = _Listing(_lean(report), tuple(other_callers(report)))
    within = partial(_within, size=size_of(report))
    told = show(run, listing, within, size_of(report), table=_table, json=_json, csv=_csv)
    for text in not_listed(told.report) if run.answer.format == "csv" else ():
        complain(aside(text))
    environments = ((each.name, each.parameter_files) for each in report.environments)
    say_what_has_no_parameters(run, environments)
    on_problems = {rule.code for rule in report.rules if "problem" in rule.handed}
    unread = sum(finding.code in on_problems for finding in report.findings)
    say_what_was_not_read(unread, "channels or certificates")


class _Listing(msgspec.Struct, frozen=True):
    """What is shown: the channels of a report, and the callers that none of these lets in."""

    report: Report
    others: tuple[CallerRow, ...]


def _lean(report: Report) -> Report:
    """The report without what the list does not show; of findings, one tells the name of a rule."""
    named = {finding.code: finding for finding in report.findings}
    return msgspec.structs.replace(
        report, findings=tuple(named.values()), known=(), suppressed=(), wanted=(), skipped=()
    )


def _within(listing: _Listing, room: int, size: int) -> _Listing:
    from iflint.report.fitting import report_within

    report = report_within(listing.report, room, size, inventory=True)
    listed = {caller.id for caller in report.callers}
    return _Listing(report, tuple(each for each in listing.others if each.id in listed))


def rows(report: Report) -> Iterator[ChannelRow]:
    """Every sender channel in the order of the report."""
    names, callers = _names(report), _callers(report)
    for iflow in report.iflows:
        for channel in iflow.channels:
            yield _channel(iflow, channel, callers, names)


def other_callers(report: Report) -> Iterator[CallerRow]:
    """The service keys and mappings that no channel here is known to let in."""
    groups = {(id(each.callers), each.environment): each.callers for each in report.channels}
    known = {(id_, environment) for (_, environment), ids in groups.items() for id_ in ids}
    for id_, each in _callers(report).items():
        for row, environments in each:
            if known.isdisjoint((id_, name) for name in ("", *environments)):
                yield row


_Callers = dict[str, list[tuple[CallerRow, tuple[str, ...]]]]
"""Each caller by its id, as it is in some environments."""


def _callers(report: Report) -> _Callers:
    names = _names(report)
    found: _Callers = {}
    for caller in report.callers:
        row = _caller(caller, report, names)
        found.setdefault(caller.id, []).append((row, caller.environments))
    return found


def _names(report: Report) -> dict[str, str]:
    return {finding.code: finding.name for finding in report.findings}


def _channel(
    iflow: IflowResult, channel: ChannelResult, callers: _Callers, names: dict[str, str]
) -> ChannelRow:
    region = channel.location.region if channel.location else None
    return ChannelRow(
        package=iflow.package.name if iflow.package else "",
        iflow_id=iflow.id,
        iflow=iflow.name,
        version=iflow.version,
        channel=channel.name or channel.id,
        adapter=channel.adapter,
        address=channel.address,
        authorization=channel.authorization,
        kind=channel.kind,
        role=channel.role,
        verdict=_findings(channel.findings, names),
        file=str(iflow.location),
        line=region.start_line if region else None,
        environment=channel.environment,
        entries=tuple(_entry(entry, names) for entry in channel.entries),
        callers=tuple(
            row
            for id_ in channel.callers
            for row, environments in callers.get(id_, ())
            if not channel.environment or channel.environment in environments
        ),
    )


def _entry(entry: EntryResult, names: dict[str, str]) -> EntryRow:
    best = entry.certificates[0] if entry.certificates else None
    healthy = "ok" if entry.state == "joined" else entry.state
    return EntryRow(
        entry=entry.ordinal,
        subject=entry.subject,
        issuer=entry.issuer,
        certificate=_certificate(best) if best else None,
        days_left=best.days_left if best else None,
        healthy_until=entry.healthy_until,
        verdict=_findings(entry.findings, names) or healthy,
        findings=entry.findings,
    )


def _caller(caller: CallerResult, report: Report, names: dict[str, str]) -> CallerRow:
    best = caller.certificates[0] if caller.certificates else None
    region, everywhere = caller.location.region, len(report.environments)
    return CallerRow(
        caller=caller_name(caller),
        kind=caller.kind,
        name=caller.name,
        id=caller.id,
        tenant=caller.tenant,
        roles=caller.roles,
        pinned=caller.pinned,
        pin_assumed=caller.pin_assumed,
        subject=best.certificate.subject if best else "",
        issuer=best.certificate.issuer if best else "",
        certificate=_certificate(best) if best and not caller.by_facts else None,
        days_left=best.days_left if best else None,
        healthy_until=caller.healthy_until,
        verdict=_findings(caller.findings, names) or _state(caller),
        findings=caller.findings,
        file=str(caller.location.file),
        line=region.start_line if region else None,
        environments=() if len(caller.environments) == everywhere else caller.environments,
    )


def _state(caller: CallerResult) -> str:
    """The verdict on one that nothing was found about."""
    if not caller.certificates:
        return "certificate not known"
    return "ok by what the file tells" if caller.by_facts else "ok"


def _certificate(best: CertificateResult) -> CertificateRow:
    reference = best.certificate
    return CertificateRow(
        file=str(reference.locations[0].file) if reference.locations else "",
        sha256=reference.sha256,
        not_before=reference.not_before,
        not_after=reference.not_after,
    )


def _findings(codes: Sequence[str], names: dict[str, str]) -> str:
    return ", ".join(f"{code} {names.get(code, '')}".rstrip() for code in codes)


def _table(listing: _Listing, style: Style) -> str:
    report = listing.report
    groups: dict[tuple[str, str], list[list[str]]] = {}
    for row in rows(report):
        group = groups.setdefault((row.file, _title(row)), [])
        group.extend(_lines(row))
    titled = [(title, lines) for (_, title), lines in groups.items()]
    for title, unknown in _OTHERS.items():
        lines = [_other(caller) for caller in listing.others if (caller.roles is None) is unknown]
        titled += [(title, lines)] if lines else []
    shown = table(columns("Channel", "Authorization", "Certificate", "Verdict"), titled, style)
    if not groups:
        shown = "No sender channels found.\n" + f"\n{shown}" * bool(titled)
    return shown + "".join(f"\n{line}\n" for line in not_listed(report))


_OTHERS = {
    "Roles not known: no file tells which channels these may call": True,
    "No channel here is known to have their roles": False,
}
"""What is said of service keys and mappings beside all channels, and whether of unknown roles."""


def _title(row: ChannelRow) -> str:
    name = f"{row.package} › {row.iflow}" if row.package else row.iflow
    return visible(f"{name} {row.version}".rstrip()) + f"\n{visible(row.file)}"


def _lines(row: ChannelRow) -> Iterator[list[str]]:
    """The lines of a channel: one for each entry and caller, or one without."""
    name = row.channel if row.channel != row.adapter else ""
    where = f"in {row.environment}" if row.environment else ""
    place = f"{row.adapter} {row.address}".strip()
    channel, authorization = _stacked(place, name, where), _stacked(*_authorization(row))
    if not row.entries:
        nobody = "no caller known" if row.kind == "user-role" and not row.callers else ""
        yield [channel, authorization, "", _stacked(row.verdict or nobody)]
    for number, entry in enumerate(row.entries):
        yield [
            _stacked(f"{place}, row {entry.entry}") if number else channel,
            "" if number else authorization,
            _held(entry),
            _stacked("" if number else row.verdict, *_verdict(entry)),
        ]
    for caller in row.callers:
        head = _stacked(f"{place}, {caller.caller}")
        yield [head, "", _held(caller), _stacked(*_verdict(caller))]


def _other(caller: CallerRow) -> list[str]:
    roles = f"role {listed(caller.roles)}" if caller.roles else ""
    return [_stacked(caller.caller), _stacked(roles), _held(caller), _stacked(*_verdict(caller))]


def _held(binding: EntryRow | CallerRow) -> str:
    """Whose certificate it is, and where that stands."""
    if isinstance(binding, CallerRow):
        untold = NO_NAMES if binding.days_left is not None else "(not at hand)"
        return _stacked(binding.subject or untold, binding.file)
    file = binding.certificate.file if binding.certificate else ""
    return _stacked(binding.subject or "(no subject)", file)


def _verdict(binding: EntryRow | CallerRow) -> Iterator[str]:
    yield binding.verdict
    if binding.healthy_until:
        yield f"until {day(binding.healthy_until)}"
    if binding.days_left is not None:
        yield left(binding.days_left)
    if isinstance(binding, CallerRow) and binding.environments:
        yield f"in {listed(binding.environments)}"


def _authorization(row: ChannelRow) -> Iterator[str]:
    """The setting's value, and what it means where nobody would guess (the old format)."""
    if row.kind == "client-certificate" and "certificate" not in row.authorization.lower():
        yield f"{row.authorization} ({row.kind})".strip()
    else:
        yield row.authorization or row.kind
    if row.role:
        yield f"role {row.role}"
    elif row.kind == "user-role":
        yield "role not known"


def _stacked(*parts: str) -> str:
    return "\n".join(visible(part) for part in parts if part)


def _json(listing: _Listing) -> str:
    report = listing.report
    return enveloped(
        "channels",
        as_of=report.as_of,
        channels=tuple(rows(report)),
        other_callers=listing.others,
        **({"totals": report.totals} if report.totals else {}),
    )


def _csv(listing: _Listing) -> Sheet:
    several = ("entries", "callers")
    of_channel = [name for name in ChannelRow.__struct_fields__ if name not in several]
    of_binding = ["entry", "subject", "issuer", "days_left", "healthy_until", "verdict"]
    of_certificate = list(CertificateRow.__struct_fields__)
    of_caller = ["caller", "kind", "name", "id", "tenant", "roles", "pinned"]
    of_caller += ["pin_assumed", "file", "line", "environments"]

    def cells() -> Iterator[list[object]]:
        for row in (*rows(listing.report), None):
            bindings: Sequence[EntryRow | CallerRow]
            bindings = (*row.entries, *row.callers) if row else listing.others
            for binding in bindings or ((None,) if row else ()):
                certificate = binding.certificate if binding else None
                caller = binding if isinstance(binding, CallerRow) else None
                yield [
                    *(getattr(row, name, None) for name in of_channel),
                    *(getattr(binding, name, None) for name in of_binding),
                    *(getattr(certificate, name, None) for name in of_certificate),
                    *(_cell(caller, name) for name in of_caller),
                ]

    headings = [
        *("channel_verdict" if name == "verdict" else name for name in of_channel),
        *of_binding,
        *(f"certificate_{name}" for name in of_certificate),
        *(name if name == "caller" else f"caller_{name}" for name in of_caller),
    ]
    return headings, cells()


def _cell(caller: CallerRow | None, name: str) -> object:
    """A value in one cell: several texts together, yes or no."""
    value = getattr(caller, name, None)
    if caller is not None and name == "roles" and value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "; ".join(value) if isinstance(value, tuple) else value
