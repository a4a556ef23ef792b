"""The report for people at a terminal: each cause with its line and places, then a summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iflint.report.findings import MOST_PLACES, DnRow
from iflint.reporters import Needs
from iflint.reporters.causes import causes_of, headline
from iflint.reporters.sentences import (
    SEVERITIES,
    again,
    caller_name,
    caller_words,
    certificate_name,
    roles_of,
)
from iflint.reporters.summary import summary
from iflint.words.terminal import (
    BAR,
    BOLD,
    DEFAULT_WIDTH,
    MINIMUM_WIDTH,
    QUIET,
    WARNING,
    Style,
)
from iflint.words.visible import cells
from iflint.words.wording import counted, dated, lifetime

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from iflint.places.location import FileLocation, Location
    from iflint.report.findings import (
        CertificateReference,
        ChannelReference,
        DnComparison,
        Finding,
        IflowReference,
    )
    from iflint.report.report import Report
    from iflint.reporters.causes import Cause
    from iflint.reporters.opened import OpenedBy

NEEDS = Needs(console=True, settings=("verbose", "quiet"))

_LABEL = 13
"""The column at which the facts about a finding begin, after their labels: the longest, with a
blank."""
_INDENT = " " * 2
_MOST_RELATED = 10
"""Places that are listed for a finding, and files of its certificate. Ours: most seen: 3."""
_MOST_PLACES = 3
"""Places of a cause besides the first. Ours: so that a report fits on a screen."""
_WITHOUT_CERTIFICATES = "No certificate is at hand: what the names alone tell"


def render(
    report: Report,
    *,
    colour: bool = False,
    width: int = DEFAULT_WIDTH,
    verbose: bool = False,
    quiet: bool = False,
    ascii: bool = False,  # noqa: A002 - the name by which every caller knows it
) -> str:
    """The report as text, lines ending in ``\\n``.

    ``colour`` allows ANSI colours, ``ascii`` forbids everything else than ASCII, ``width`` is
    the terminal's, in columns; ``verbose`` names what was skipped,
    ``quiet`` leaves out the summary.
    """
    style = Style(colour, max(width, MINIMUM_WIDTH), ascii)
    most = None if verbose else _MOST_PLACES
    lines = list(_findings(report, style, most)) if report.findings else []
    if quiet:
        lines = lines[:-2]
    else:
        lines.extend(summary(report, style, verbose=verbose))
    return "".join(f"{line.rstrip(' ')}\n" for line in lines)


def _findings(report: Report, style: Style, most: int | None) -> Iterator[str]:
    """What they come to, then each cause."""
    from iflint.reporters.opened import OpenedBy

    by_names = [each for each in report.findings if each.by_names and not report.certificates]
    others = [each for each in report.findings if not each.by_names or report.certificates]
    opened = OpenedBy(report)
    if said := headline(causes_of(report.findings), report.outcomes):
        yield from (*style.hung(style.show(said), 0, 0), "")
    for cause in causes_of(others):
        yield from (*_cause(cause, report.as_of, opened, style, most), "", "")
    if by_names:
        yield from (*_by_names(by_names, style, most), "", "")


def _by_names(findings: Iterable[Finding], style: Style, most: int | None) -> Iterator[str]:
    """What names tell where no certificate is at hand: each thing once, with its places."""
    yield style.paint(_WITHOUT_CERTIFICATES, BOLD)
    for cause in causes_of(findings):
        yield ""
        yield from _title(cause.first, style)
        yield from _places("found in", cause.findings, cause, style, most)
        yield from _fixes(cause, style, most)


def _places(
    label: str, findings: Sequence[Finding], cause: Cause, style: Style, most: int | None
) -> Iterator[str]:
    """The places of a cause, a line each; those that are too many are counted."""
    several = len({_held(finding) for finding in cause.findings}) > 1
    told = None if findings[:1] == cause.findings[:1] else cause.first.location.file
    for finding in findings[:most]:
        where = _whereabouts(finding, style)
        if several and finding.certificate:
            where += f", {style.show(certificate_name(finding.certificate))}"
        yield from _fact(label, f"{where} ({_at(finding.location, style, told)})", style)
        label, told = "", finding.location.file
    if most is not None and (more := len(findings) - most) > 0:
        yield from _fact(label, f"and {counted(more, 'more place')} (--verbose names them)", style)


def _held(finding: Finding) -> str:
    return finding.certificate.sha256 if finding.certificate else ""


def _whereabouts(finding: Finding, style: Style) -> str:
    """Where something is said of: the iFlow with the channel's entry, or the caller."""
    parts = []
    if finding.iflow:
        parts.append(style.show(finding.iflow.name or finding.iflow.id))
    if finding.channel:
        entry = f", row {finding.entry.ordinal}" if finding.entry else ""
        parts.append(_channel(finding.channel, style) + entry)
    if finding.caller:
        parts.append(style.show(caller_name(finding.caller)))
    environments = ", ".join(map(style.show, finding.environments))
    return ": ".join(parts) + (f" ({environments})" if environments else "")


def _iflow(iflow: IflowReference, style: Style) -> str:
    name = style.show(iflow.name or iflow.id)
    if iflow.package:
        package = style.show(iflow.package.name or iflow.package.id)
        name = f"{package} {style.within} {name}"
    return f"{style.paint(name, BOLD)} {style.show(iflow.version)}".rstrip()


def _cause(
    cause: Cause,
    clock: datetime,
    opened: OpenedBy,
    style: Style,
    most: int | None,
) -> Iterator[str]:
    """A cause at the first of its places, then the others."""
    finding, *others = cause.findings
    yield from _title(finding, style)
    yield from _place(finding.location, SEVERITIES[finding.severity], style)
    if finding.iflow:
        yield from _fact("iFlow", _iflow(finding.iflow, style), style)
    if finding.channel:
        entry = f", row {finding.entry.ordinal}" if finding.entry else ""
        yield from _fact("channel", _channel(finding.channel, style) + entry, style)
    if finding.caller:
        label, which = caller_words(finding.caller)
        yield from _fact(label, style.show(f"{which}, {roles_of(finding.caller)}"), style)
        if opens := opened.named_in(finding):
            yield from _fact("opens", style.show(opens), style)
        elif finding.caller.roles is not None:
            yield from _fact("opens", "no channel here", style)
    if finding.environments:
        names = ", ".join(map(style.show, finding.environments))
        yield from _fact("environment", names, style)
    if finding.certificate:
        yield from _certificate(finding.certificate, finding.location.file, style)
    for comparison in finding.comparisons:
        yield from comparison_lines(comparison, style)
    yield from _related(finding, style)
    yield from _places("also at", others, cause, style, most)
    if finding.breaks_on:
        yield from _fact("breaks on", dated(finding.breaks_on, clock), style)
    if finding.broken_since:
        yield from _fact("broken since", dated(finding.broken_since, clock), style)
    if finding.works_from:
        yield from _fact("works from", dated(finding.works_from, clock), style)
    yield from _fixes(cause, style, most)


def _fixes(cause: Cause, style: Style, most: int | None) -> Iterator[str]:
    """What is to be done, and from the second one on for which place."""
    first, *others = cause.fixes
    yield from _fact("fix:", style.show(first.remedy), style, BOLD)
    for finding in others[:most]:
        where = _whereabouts(finding, style) or _at(finding.location, style)
        yield from _fact("", f"{where}: {style.show(finding.remedy)}", style)


def _related(finding: Finding, style: Style) -> Iterator[str]:
    """The other places, except the files that the certificate's facts name already."""
    named = finding.certificate.locations[:_MOST_RELATED] if finding.certificate else ()
    places = [related for related in finding.related if related.location not in named]
    for related in places[:_MOST_RELATED]:
        at = _at(related.location, style, finding.location.file)
        place = f"{at}: {style.show(related.message)}"
        yield from _fact("see", place, style)
    if (more := len(places) - _MOST_RELATED) > 0:
        yield from _fact("", f"and {counted(more, 'more place')}", style)


def _title(finding: Finding, style: Style) -> Iterator[str]:
    label = f"{finding.severity}[{style.show(finding.code)}] {style.show(finding.name)}:"
    colour = f"{BOLD};{SEVERITIES[finding.severity]}"
    return style.led(label, style.show(finding.message), colour)


def _place(location: Location, colour: str, style: Style) -> Iterator[str]:
    from iflint.reporters.excerpt import excerpt

    region = location.region
    gutter = max(len(str(region.start_line)), 2) + 1 if region else 3
    yield f"{' ' * (gutter - 1)}{style.paint('-->', QUIET)} {_at(location, style)}"
    if region is None or not region.excerpt:
        return
    room = style.width - gutter - 3
    line, start, end = excerpt(region, room, style.show, style.ellipsis)
    bar = style.paint(BAR, QUIET)
    number = style.paint(f"{region.start_line:>{gutter}}", QUIET)
    yield f"{number} {bar} {line}"
    yield f"{' ' * gutter} {bar} {' ' * start}{style.paint('^' * (end - start), colour)}"


def _at(location: Location, style: Style, told: FileLocation | None = None) -> str:
    """A place as ``path:line:column``, which terminals and editors make a link of.

    ``told`` is the file that was named just before: a long path is not said again.
    """
    region = location.region
    if location.file == told:
        return again(location)
    place = style.file(location.file)
    return f"{place}:{region.start_line}:{region.start_column}" if region else place


def _fact(label: str, text: str, style: Style, code: str = QUIET) -> Iterator[str]:
    """A fact about a finding, its label in a column of its own."""
    head = _labelled(label, "", style, code)
    return style.hung(text, len(_INDENT) + _LABEL, head=head)


def _labelled(label: str, text: str, style: Style, code: str = QUIET) -> str:
    return _INDENT + style.paint(label, code) + " " * (_LABEL - len(label)) + text


def _channel(channel: ChannelReference, style: Style) -> str:
    parts = [style.show(channel.adapter) or "unknown adapter"]
    if channel.name and channel.name != channel.adapter:
        parts.append(f'"{style.show(channel.name)}"')
    if channel.address:
        parts.append(style.show(channel.address))
    return " ".join(parts)


def _certificate(
    certificate: CertificateReference, told: FileLocation, style: Style
) -> Iterator[str]:
    yield from _fact("certificate", style.show(certificate_name(certificate)), style)
    if certificate.issuer:
        yield from _fact("issued by", style.show(certificate.issuer), style)
    yield from _fact("valid", lifetime(certificate.not_before, certificate.not_after), style)
    label = "file"
    for location in certificate.locations[:_MOST_RELATED]:
        yield from _fact(label, _at(location, style, told), style)
        label = ""
    if (more := len(certificate.locations) - _MOST_RELATED) > 0:
        least = "at least " if len(certificate.locations) == MOST_PLACES else ""
        yield from _fact("", f"and {least}{counted(more, 'more file')}", style)


def comparison_lines(comparison: DnComparison, style: Style) -> Iterator[str]:
    """Two names, an RDN a line: beside each other if they fit, else below each other."""
    role = style.show(comparison.role)
    if not comparison.kind:
        yield from _fact(role, f"the same: {style.show(comparison.stored)}", style)
        return
    facing = comparison.rows or (DnRow(comparison.stored, comparison.certificate, same=False),)
    rows = [(style.show(row.stored), style.show(row.certificate), row) for row in facing]
    stored_width = max((cells(stored) for stored, _, _ in rows), default=0)
    stored_width = max(stored_width, len("in the channel"))
    other_width = max((cells(other) for _, other, _ in rows), default=0)
    margin = " " * (len(_INDENT) + _LABEL)
    if len(margin) + stored_width + 2 + other_width <= style.width:
        head = f"{'in the channel':<{stored_width}}  in the certificate"
        yield _labelled(role, style.paint(head, QUIET), style)
        for stored, other, row in rows:
            gap = " " * (stored_width - cells(stored) + 2)
            yield _marked(stored + gap + other, row, margin, style)
        return
    yield from _fact(role, f"{style.differs} marks what differs", style)
    for stored, other, row in rows:
        if row.same:
            yield _marked(stored, row, margin, style)
        else:
            yield _marked(f"channel:     {stored or '(nothing)'}", row, margin, style)
            yield _marked(f"certificate: {other or '(nothing)'}", row, margin, style)


def _marked(text: str, row: DnRow, margin: str, style: Style) -> str:
    if row.same:
        return margin + text
    mark = style.paint(style.differs, WARNING)
    return f"{margin[:-2]}{mark} {style.paint(text, BOLD)}"
