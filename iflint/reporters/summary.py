"""The end of the text report: what was read, what was checked, and what to ask for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from iflint.limits import numbered
from iflint.report.findings import Severity, total
from iflint.report.report import WantedCertificate
from iflint.reporters.causes import causes_of, tally
from iflint.reporters.remarks import remarks
from iflint.reporters.sentences import (
    SEVERITIES,
    binding_counts,
    caller_name,
    channel_counts,
    stale_table,
)
from iflint.words.terminal import BOLD, QUIET, Style, wrapped
from iflint.words.wording import counted, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from iflint.report.findings import Finding
    from iflint.report.report import Report, TrustSummary

_LABEL = 17
"""The column at which facts begin, after their labels: the longest, with two blanks."""
_MOST_WANTED = 10
"""Pairs to ask certificates for that are named. Ours: so that the counts stay on the screen."""
_PLATFORMS = {"cf": "Cloud Foundry", "neo": "Neo", "custom": "custom"}


def summary(report: Report, style: Style, *, verbose: bool) -> Iterator[str]:
    """The closing lines of a report, without line ends."""
    yield from _remarks(report, style)
    if asked := _to_ask_for(report):
        yield from _wanted(report, asked, style, verbose=verbose)
        yield ""
    yield style.paint("Summary", BOLD)
    for label, text in _counts(report):
        yield from _row(label, style.show(text), style)
    yield from _skipped(report, style, verbose=verbose)
    if report.environments:
        for each in report.environments:
            of_flows = f"{each.parameter_files} of {counted(len(report.iflows), 'iFlow')}"
            own = f"own parameters for {of_flows}" if each.parameter_files else "no own parameters"
            text = f"{style.show(each.name)}: {_trust(each.trust, style)}, {own}"
            yield from _row("environment", text, style)
    else:
        yield from _row("list of roots", _trust(report.trust, style), style)
    if report.trust.stale_days:
        known_until = style.show(report.trust.known_until)
        yield from _row("", stale_table(known_until, report.trust.stale_days), style)
    yield from _row("clock", _moment(report.as_of), style)
    yield from _set_apart(report, style, verbose=verbose)
    yield _labelled("findings", _findings(report, style), style)
    fixable = sum(finding.fixable for finding in report.findings)
    if fixable:
        yield from _row("", f"iflint fix may write {fixable} of them (--diff shows)", style)


def _counts(report: Report) -> Iterator[tuple[str, str]]:
    packed = [iflow.package for iflow in report.iflows if iflow.package]
    some = f", {len(packed)} of them" if len(packed) < len(report.iflows) else ""
    packages = counted(len({(package.id, package.name) for package in packed}), "package")
    within = f"{some} in {packages}" if packed else ""
    yield "iFlows", f"{len(report.iflows)}{within}"
    yield "sender channels", channel_counts(report)
    yield "let in by", binding_counts(report)
    for line in _other_bindings(report):
        yield "", line
    files = f" in {counted(report.certificate_files, 'file')}" if report.certificate_files else ""
    yield "certificates", f"{report.certificates}{files}"
    for file in report.parameters:
        used = f"{file.used or 'none'} used by sender channels"
        yield "parameters", f"{file.location}: {counted(file.values, 'value')}, {used}"


def _other_bindings(report: Report) -> Iterator[str]:
    """What became of the bindings without a certificate at hand, and which rows are none."""
    rows = report.rows
    states = Counter(row.state for row in rows if row.checked and not row.certificates)
    unchecked = sum(not row.checked for row in rows)
    callers = [each for each in report.callers if each.by_facts or not each.certificates]
    by_facts = sum(each.by_facts for each in callers)
    parts = [f"{states[state]} {state.replace('-', ' ')}" for state in sorted(states)]
    parts += [f"{by_facts} known by names or dates alone"] * bool(by_facts)
    parts += [f"{len(callers) - by_facts} not known"] * (len(callers) > by_facts)
    if parts:
        yield f"{states.total() + len(callers)} without: {', '.join(parts)}"
    if unchecked:
        more = counted(unchecked, "more row")
        anywhere = " in any environment" if len(report.environments) > 1 else ""
        yield f"{more} in channels not known to use rows{anywhere}: not checked"


def _set_apart(report: Report, style: Style, *, verbose: bool) -> Iterator[str]:
    """What does not count: suppressed findings, and those that the baseline knows."""
    hint = "" if verbose else " (--verbose names them)"
    if report.suppressed:
        apart = counted(total(report.suppressed), "finding")
        yield from _row("suppressed", f"{apart}{hint}", style)
    if verbose:
        for finding in report.suppressed:
            why = finding.suppression
            said = f": {style.show(why.reason)}" if why else ""
            owner = f" ({style.show(why.owner)})" if why and why.owner else ""
            until = f", until {why.until.isoformat()}" if why and why.until else ""
            yield from _row("", f"{_named(finding, style)}{said}{owner}{until}", style)
    baseline = report.baseline
    if baseline is None:
        return
    known = f"{counted(total(report.known), 'known finding')} of {style.show(baseline.path)}"
    yield from _row("baseline", known + (hint if report.known else ""), style)
    if verbose:
        for finding in report.known:
            yield from _row("", _named(finding, style), style)
    if moved := len(baseline.moved) + baseline.more_moved:
        count = f"{moved} of them in a file of another name or a row"
        yield from _row("", f"{count} written otherwise (--write-baseline notes it)", style)
    if baseline.worse:
        worse = f"{counted(baseline.worse, 'finding')} it knows as less severe or elsewhere: new"
        yield from _row("", worse, style)
    if vanished := len(baseline.vanished) + baseline.more_vanished:
        gone = counted(vanished, "known finding")
        first = "mend what is new first, it may hide them; " if report.findings else ""
        text = f"{gone} no longer found ({first}--prune-baseline removes them)"
        yield from _row("", text, style)
    if verbose:
        for row in baseline.vanished:
            place = "!/".join(filter(None, (row.path, row.member)))
            text = f"gone: {row.code} {row.name}, {place} {row.channel or row.caller}".rstrip()
            yield from _row("", style.show(text), style)
        if baseline.more_vanished:
            yield from _row("", f"gone: {numbered(baseline.more_vanished)} more", style)


def _named(finding: Finding, style: Style) -> str:
    channel, caller = finding.channel, finding.caller
    where = f" {channel.adapter} {channel.address or channel.name}" if channel else ""
    if caller:
        where = f" {caller_name(caller)}"
    text = f"{finding.code} {finding.name}, {finding.location.file}{where}"
    return style.show(text)


def _findings(report: Report, style: Style) -> str:
    parts = [
        style.paint(counted(number, str(severity)), SEVERITIES[severity])
        for severity in Severity
        if (number := report.count(severity))
    ]
    by_cause = str(tally(causes_of(report.findings)))
    return (f"{by_cause}: " if by_cause else "") + (listed(parts) or "none")


def _skipped(report: Report, style: Style, *, verbose: bool) -> Iterator[str]:
    every = report.counts.skipped
    if not every:
        return
    counts = ", ".join(f"{_kind(kind, style)}: {count}" for kind, count in sorted(every.items()))
    hint = "" if verbose else " (--verbose names them)"
    yield from _row("skipped", f"{counts}{hint}", style)
    for item in sorted(report.skipped, key=lambda item: item.kind) if verbose else ():
        detail = f": {style.show(item.detail)}" if item.detail else ""
        place = style.file(item.location)
        yield from _row("", f"{place} ({_kind(item.kind, style)}{detail})", style)


def _kind(kind: str, style: Style) -> str:
    return style.show(kind).replace("-", " ")


def _trust(trust: TrustSummary, style: Style) -> str:
    platform = _PLATFORMS.get(trust.platform, style.show(trust.platform))
    return f"{style.show(trust.name)}, for platform {platform}"


def _moment(moment: datetime) -> str:
    return f"{moment.isoformat(sep=' ', timespec='seconds').removesuffix('+00:00')} UTC"


def _to_ask_for(report: Report) -> list[WantedCertificate]:
    """The pairs to ask certificates for: with a baseline, those that it does not know."""
    every = list(_distinct(report.wanted))
    if report.baseline is None:
        return every
    new = {(f.entry.subject, f.entry.issuer) for f in report.findings if f.entry}
    return [item for item in every if (item.subject, item.issuer) in new]


def _wanted(
    report: Report, asked: Sequence[WantedCertificate], style: Style, *, verbose: bool
) -> Iterator[str]:
    yield style.paint("Certificates to ask for", BOLD)
    rows = counted(report.entries_not_found, "row names a pair", "rows name a pair")
    text = (
        f"{rows} that no certificate at hand has or resembles."
        " Checked there: Authorization, parameters and DN texts."
        " Not checked: validity, chain, root and key usage. Ask the senders for:"
    )
    if report.baseline is not None:
        text = text[:-1] + " (what the baseline knows is left out):"
    yield from wrapped(text, 0, 0, style.width)
    shown = asked if verbose else asked[:_MOST_WANTED]
    for item in shown:
        yield ""
        yield from _row("  subject", style.show(item.subject), style)
        yield from _row("  issuer", style.show(item.issuer), style)
        yield from _row("  used by", listed([style.show(name) for name in item.channels]), style)
        if item.closest:
            hint = f"{style.show(item.closest)}; look for a typing error before you ask"
            yield from _row("  closest", hint, style)
    yield ""
    if more := len(asked) - len(shown):
        yield f"And {more} more (--verbose names them)."
        yield ""
    how = "Give them with --certificates PATH: a file or a folder, as often as needed."
    yield from wrapped(how, 0, 0, style.width)
    yield ""


def _distinct(wanted: tuple[WantedCertificate, ...]) -> Iterator[WantedCertificate]:
    """Each pair once, with every channel that names it."""
    pairs: dict[tuple[str, str], WantedCertificate] = {}
    for item in wanted:
        known = pairs.get((item.subject, item.issuer), item)
        channels = tuple(dict.fromkeys((*known.channels, *item.channels)))
        merged = WantedCertificate(item.subject, item.issuer, channels, known.closest)
        pairs[(item.subject, item.issuer)] = merged
    yield from pairs.values()


def _remarks(report: Report, style: Style) -> Iterator[str]:
    said = remarks(report)
    for each in said:
        yield from wrapped(style.show(each.text), 0, 0, style.width)
    if said:
        yield ""


def _row(label: str, text: str, style: Style) -> Iterator[str]:
    return style.hung(text, _LABEL, head=_labelled(label, "", style))


def _labelled(label: str, text: str, style: Style) -> str:
    return style.paint(f"{label:<{_LABEL}}", QUIET) + text
