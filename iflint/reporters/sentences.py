"""A finding in words for reports that know a file, a line and a text: nothing else is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iflint.limits import REPORT_BYTES, numbered
from iflint.places.paths import absolute, from_root
from iflint.report.findings import Severity, total
from iflint.reporters.causes import causes_of, tally
from iflint.words.terminal import ERROR, NOTE, WARNING
from iflint.words.visible import visible
from iflint.words.wording import counted, day, listed, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iflint.places.location import FileLocation, Location
    from iflint.report.certificate_list import CertificateUses
    from iflint.report.findings import (
        CallerReference,
        CertificateReference,
        ChannelReference,
        Finding,
        IflowReference,
    )
    from iflint.report.report import CallerResult, ChannelResult, IflowResult, Report

LONGEST_NAME = 200
"""Characters of a name that a report shows. Ours: three times the longest name in a real flow."""
LONGEST_TEXT = 4000
"""Characters of a message that a report shows. Ours: ten times the longest of our own rules in the
fixtures (320)."""


NO_NAMES = "(known by its date alone)"
"""What stands in the place of the names of a certificate of which none is told."""
CALLERS = "Service keys and mappings"
"""The heading above what is about them, beside the headings of iFlows."""
ELSEWHERE = "Outside any iFlow"
"""The heading above what is about neither."""


def cut(text: str, most: int = LONGEST_TEXT) -> str:
    """The text, or as much of it as ``most`` characters hold with an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def shown(name: str) -> str:
    """A name from input, visible and not too long."""
    return cut(visible(name[: LONGEST_NAME + 1]), LONGEST_NAME)


def path_on_disk(report: Report, file: FileLocation) -> str:
    """The file, or the archive that holds it, relative to the repository's root."""
    return visible(from_root(absolute(report.directory, file.path), report.root))


def at(location: Location) -> str:
    """The whole way to a place: ``Acme.zip!/Orders.iflw:41:7``."""
    return visible(str(location))


def again(location: Location) -> str:
    """A place in the file that was named just before."""
    line = f", line {location.region.start_line}" if location.region else ""
    return f"the same file{line}"


def iflow_name(iflow: IflowReference | IflowResult) -> str:
    """What people know an iFlow by."""
    return shown(iflow.name or iflow.id).strip() or "(no name)"


def package_name(iflow: IflowReference | IflowResult) -> str:
    """What people know its package by; empty where there is none."""
    return shown(iflow.package.name or iflow.package.id) if iflow.package else ""


def channel_name(channel: ChannelReference | ChannelResult) -> str:
    """Adapter, name and address of a sender channel."""
    parts = [shown(channel.adapter) or "unknown adapter"]
    if channel.name and channel.name != channel.adapter:
        parts.append(f"'{shown(channel.name)}'")
    if channel.address:
        parts.append(shown(channel.address))
    return " ".join(parts)


def caller_name(caller: CallerReference | CallerResult) -> str:
    """A service key or a mapping, as a phrase."""
    return " ".join(caller_words(caller))


def caller_words(caller: CallerReference | CallerResult) -> tuple[str, str]:
    """The two parts of that phrase: what it is, and which one."""
    if caller.kind == "mapping":
        return "mapping", f"of user {shown(caller.name)}"
    tenant = f" of tenant {shown(caller.tenant)}" if caller.tenant else ""
    return "service key", f"{shown(caller.name)}{tenant}"


def roles_of(caller: CallerReference | CallerResult) -> str:
    """The roles that it opens, as a clause."""
    if caller.roles is None:
        return "roles not known"
    role = "role" if len(caller.roles) == 1 else "roles"
    return f"{role} {listed([shown(each) for each in caller.roles])}" if caller.roles else "no role"


def certificate_name(certificate: CertificateReference) -> str:
    """What a certificate is known by, as it came: its subject, or a word on why there is none."""
    if certificate.subject:
        return certificate.subject
    return "(no subject)" if certificate.issuer else NO_NAMES


def not_listed(uses: CertificateUses) -> str:
    """How much of certificates and of what needs them is left out, in a sentence; else empty."""
    needing = sum(each.more for each in uses.certificates)
    noun = "certificate" if uses.more == 1 else "certificates"
    parts = [f"{numbered(uses.more)} more {noun}, which end last"] * bool(uses.more)
    parts += [f"{numbered(needing)} more rows, service keys and mappings"] * bool(needing)
    if not parts:
        return ""
    return f"Not listed: {listed(parts)}. To list more, {REPORT_BYTES.option}."


def whereabouts(finding: Finding) -> str:
    """The channel and entry, the iFlow, or the caller of a finding; empty for any other one."""
    if finding.caller:
        return caller_name(finding.caller)
    if finding.channel:
        entry = f", row {finding.entry.ordinal}" if finding.entry else ""
        return channel_name(finding.channel) + entry
    return iflow_name(finding.iflow) if finding.iflow else ""


def title(finding: Finding) -> str:
    """The message as a sentence, on one line."""
    return cut(sentence(visible(finding.message[: LONGEST_TEXT + 1])))


def details(finding: Finding, opens: str = "") -> Iterator[str]:
    """What a reader wants to know besides the message, a sentence each; the last is the fix.

    ``opens`` names the channels that its caller is known to open.
    """
    if finding.iflow:
        package = package_name(finding.iflow)
        inside = f" of package {package}" if package else ""
        sender = f"{whereabouts(finding)}, in " if finding.channel else ""
        yield f"Found in {sender}iFlow {iflow_name(finding.iflow)}{inside}."
    if finding.caller:
        which = f", which opens {opens}" if opens else ""
        yield f"Found in {whereabouts(finding)} ({roles_of(finding.caller)}){which}."
    if finding.environments:
        yield f"It holds in {listed([shown(name) for name in finding.environments])}."
    yield from days(finding)
    if finding.location.file.members:
        yield f"It stands in {cut(at(finding.location))}."
    yield f"To fix it: {cut(sentence(visible(finding.remedy[: LONGEST_TEXT + 1])))}"


def cause_named(finding: Finding) -> Iterator[str]:
    """The id of its cause, by which findings that one act mends can be put together."""
    if finding.cause:
        yield f"Cause {shown(finding.cause)}."


def days(finding: Finding) -> Iterator[str]:
    """On which days a verdict changes, a sentence each."""
    if finding.breaks_on:
        yield f"It breaks on {day(finding.breaks_on)}."
    if finding.broken_since:
        yield f"It is broken since {day(finding.broken_since)}."
    if finding.works_from:
        yield f"It works from {day(finding.works_from)} on."


def channel_counts(report: Report) -> str:
    """How the sender channels are authorized: ``1 by Client Certificate, 2 by User Role``."""
    _, parts = _channels(report)
    return ", ".join(parts) or "none"


def binding_counts(report: Report) -> str:
    """What lets certificates in: ``2 rows and 1 service key; 2 with a certificate at hand``."""
    parts = _bindings(report)
    return f"{listed(parts)}; {report.bindings.with_certificate} {_AT_HAND}" if parts else "none"


def scope(report: Report) -> str:
    """What was found and what was looked at, in two sentences: the summary of every format."""
    return f"{sentence(verdict(report))} {looked_at(report)}"


def looked_at(report: Report) -> str:
    """What was looked at, in one sentence."""
    total, by = _channels(report)
    channels = counted(total, "sender channel") + (f" ({', '.join(by)})" if by else "")
    parts = [counted(report.counts.iflows, "iFlow"), channels]
    if kinds := _bindings(report):
        parts.append(f"{listed(kinds)}, {report.bindings.with_certificate} {_AT_HAND}")
    return "; ".join(parts) + "."


_AT_HAND = "with a certificate at hand"


def _channels(report: Report) -> tuple[int, list[str]]:
    """How many sender channels concern certificates, and how they are authorized."""
    counts = report.counts
    by_certificate, by_role, unknown = counts.by_certificate, counts.by_role, counts.unknown
    parts = [f"{by_certificate} by Client Certificate"] * bool(by_certificate)
    parts += [f"{by_role} by User Role"] * bool(by_role)
    parts += [f"{unknown} unknown"] * bool(unknown)
    return by_certificate + by_role + unknown, parts


def _bindings(report: Report) -> list[str]:
    """How many bindings there are of each kind."""
    counts = report.bindings
    kinds = {"row": counts.rows, "service key": counts.service_keys, "mapping": counts.mappings}
    return [counted(number, noun) for noun, number in kinds.items() if number]


def verdict(report: Report) -> str:
    """What a report found, in a clause: ``1 error and 2 notes besides 3 known findings``.

    Where causes have several places, their number stands first: ``2 causes in 9 places: 9 errors``.
    """
    counts = [
        counted(number, str(severity))
        for severity in Severity
        if (number := report.count(severity))
    ]
    by_cause = str(tally(causes_of(report.findings)))
    counts = [f"{by_cause}: {listed(counts)}"] if by_cause else counts
    looked = report.counts.iflows or report.bindings.total or report.callers
    found = listed(counts) or ("nothing found" if looked else "no iFlow found")
    others = apart(total(report.known), total(report.suppressed))
    return f"{found} besides {others}" if others else found


def apart(known: int, suppressed: int) -> str:
    """Findings that don't count: ``37 known and 1 suppressed finding``; empty where none is."""
    parts = [f"{known} known"] * bool(known) + [f"{suppressed} suppressed"] * bool(suppressed)
    last = suppressed or known
    return f"{listed(parts)} finding{'s' * (last != 1)}" if parts else ""


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by severity: those at a channel or a caller before those of files, then by day.

    That is when it broke or will break; what has none comes last.
    """
    return sorted(
        findings,
        key=lambda each: (
            each.severity.rank,
            each.channel is None and each.caller is None,
            _moment(each),
        ),
    )


def _moment(finding: Finding) -> float:
    moment = finding.broken_since or finding.breaks_on
    return moment.timestamp() if moment else float("inf")


def stale_table(known_until: str, days: int) -> str:
    """What to know about a table of roots that ends long before the clock."""
    return (
        f"The list of roots is known until {known_until} only, {counted(days, 'day')} before the "
        "clock: a newer release may have dropped or added roots. `iflint roots update` reads one."
    )


SEVERITIES = {Severity.ERROR: ERROR, Severity.WARNING: WARNING, Severity.NOTE: NOTE}
