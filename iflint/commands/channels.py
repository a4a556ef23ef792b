"""`iflint channels`: every sender channel, who may call it, and for how long that works."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from iflint.console.arguments import CONFIGURATION, JUDGING, PATHS, answer
from iflint.console.frame import show, subcommand
from iflint.console.reading import say_what_has_no_parameters, say_what_was_not_read
from iflint.console.run import Request, check, prepare
from iflint.console.tables import columns, table
from iflint.reporters.encoding import enveloped
from iflint.words.terminal import Style
from iflint.words.visible import visible
from iflint.words.wording import day, left

if TYPE_CHECKING:
    from iflint.report.report import ChannelResult, EntryResult, IflowResult, Report


class CertificateRow(msgspec.Struct, frozen=True):
    """The certificate that an entry was joined to."""

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


class ChannelRow(msgspec.Struct, frozen=True):
    """A sender channel; ``file`` and ``line`` are where it stands.

    ``authorization`` is the value of its setting, ``kind`` what that means. ``environment`` is
    set where several are checked and the channel is not the same in all: it then has a row each.
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
    verdict: str
    file: str
    line: int | None
    environment: str
    entries: tuple[EntryRow, ...]


@subcommand(
    "channels",
    "List channels and their certificates.",
    (PATHS, *JUDGING, *answer("table", "json", "csv"), *CONFIGURATION),
    examples=(
        "iflint channels exports --certificates certs",
        "iflint channels --format csv --output channels.csv",
    ),
)
def command(asked: Request, paths: tuple[str, ...]) -> None:
    """List every sender channel at PATH (default: the current folder).

    Shows adapter, address and authorization and, for each certificate entry, the certificate,
    its days left and the verdict. Exit code: 0 whatever the verdicts are.
    """
    run = prepare(asked, paths or (".",)).but(baseline=None)
    report = check(run, describe_rules=True, whole_inventory=run.answer.format != "table")
    show(run, report, table=_table, json=_json, csv=_csv)
    environments = ((each.name, each.parameter_files) for each in report.environments)
    say_what_has_no_parameters(run, environments)
    on_problems = {rule.code for rule in report.rules if "problem" in rule.handed}
    unread = sum(finding.code in on_problems for finding in report.findings)
    say_what_was_not_read(unread, "channels or certificates")


def rows(report: Report) -> Iterator[ChannelRow]:
    """Every sender channel in the order of the report."""
    names = {finding.code: finding.name for finding in report.findings}
    for iflow in report.iflows:
        for channel in iflow.channels:
            yield _channel(iflow, channel, names)


def _channel(iflow: IflowResult, channel: ChannelResult, names: dict[str, str]) -> ChannelRow:
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
        verdict=_findings(channel.findings, names),
        file=str(iflow.location),
        line=region.start_line if region else None,
        environment=channel.environment,
        entries=tuple(_entry(entry, names) for entry in channel.entries),
    )


def _entry(entry: EntryResult, names: dict[str, str]) -> EntryRow:
    best = entry.certificates[0] if entry.certificates else None
    reference = best.certificate if best else None
    healthy = "ok" if entry.state == "joined" else entry.state
    return EntryRow(
        entry=entry.ordinal,
        subject=entry.subject,
        issuer=entry.issuer,
        certificate=None
        if reference is None
        else CertificateRow(
            file=str(reference.locations[0].file) if reference.locations else "",
            sha256=reference.sha256,
            not_before=reference.not_before,
            not_after=reference.not_after,
        ),
        days_left=best.days_left if best else None,
        healthy_until=entry.healthy_until,
        verdict=_findings(entry.findings, names) or healthy,
        findings=entry.findings,
    )


def _findings(codes: Sequence[str], names: dict[str, str]) -> str:
    return ", ".join(f"{code} {names.get(code, '')}".rstrip() for code in codes)


def _table(report: Report, style: Style) -> str:
    groups: dict[tuple[str, str], list[list[str]]] = {}
    for row in rows(report):
        group = groups.setdefault((row.file, _title(row)), [])
        group.extend(_lines(row))
    if not groups:
        return "No sender channels found.\n"
    titled = [(title, lines) for (_, title), lines in groups.items()]
    return table(columns("Channel", "Authorization", "Certificate", "Verdict"), titled, style)


def _title(row: ChannelRow) -> str:
    name = f"{row.package} › {row.iflow}" if row.package else row.iflow
    return visible(f"{name} {row.version}".rstrip()) + f"\n{visible(row.file)}"


def _lines(row: ChannelRow) -> Iterator[list[str]]:
    """The lines of a channel: one for each entry, or one without."""
    name = row.channel if row.channel != row.adapter else ""
    where = f"in {row.environment}" if row.environment else ""
    place = f"{row.adapter} {row.address}".strip()
    channel, authorization = _stacked(place, name, where), _stacked(_authorization(row))
    if not row.entries:
        yield [channel, authorization, "", _stacked(row.verdict)]
    for number, entry in enumerate(row.entries):
        file = entry.certificate.file if entry.certificate else ""
        certificate = _stacked(entry.subject or "(no subject)", file)
        until = f"until {day(entry.healthy_until)}" if entry.healthy_until else ""
        days_left = "" if entry.days_left is None else left(entry.days_left)
        own = row.verdict if number == 0 else ""
        yield [
            _stacked(f"{place}, entry {entry.entry}") if number else channel,
            "" if number else authorization,
            certificate,
            _stacked(own, entry.verdict, until, days_left),
        ]


def _authorization(row: ChannelRow) -> str:
    """The setting's value, and what it means where nobody would guess (the old format)."""
    if row.kind == "client-certificate" and "certificate" not in row.authorization.lower():
        return f"{row.authorization} ({row.kind})".strip()
    return row.authorization or row.kind


def _stacked(*parts: str) -> str:
    return "\n".join(visible(part) for part in parts if part)


def _json(report: Report) -> str:
    return enveloped("channels", as_of=report.as_of, channels=tuple(rows(report)))


def _csv(report: Report) -> str:
    from iflint.console.spreadsheets import csv_text

    of_channel = [name for name in ChannelRow.__struct_fields__ if name != "entries"]
    of_entry = ["entry", "subject", "issuer", "days_left", "healthy_until", "verdict"]
    of_certificate = list(CertificateRow.__struct_fields__)

    def cells() -> Iterator[list[object]]:
        for row in rows(report):
            for entry in row.entries or (None,):
                certificate = entry.certificate if entry else None
                yield [
                    *(getattr(row, name) for name in of_channel),
                    *(getattr(entry, name, None) for name in of_entry),
                    *(getattr(certificate, name, None) for name in of_certificate),
                ]

    headings = [
        *("channel_verdict" if name == "verdict" else name for name in of_channel),
        *of_entry,
        *(f"certificate_{name}" for name in of_certificate),
    ]
    return csv_text(headings, cells())
