"""Markdown for the summary of a CI job or a comment: what breaks next, then a table of findings.

It stays below 65,536 characters, GitHub's limit of a comment; a job's summary may have 1 MiB.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from iflint.report.findings import BaselineState
from iflint.reporters import Needs
from iflint.reporters.causes import causes_of, headline
from iflint.reporters.markdown import escaped
from iflint.reporters.remarks import remarks
from iflint.reporters.sentences import (
    LONGEST_TEXT,
    again,
    at,
    caller_name,
    channel_name,
    cut,
    iflow_name,
    looked_at,
    package_name,
    path_on_disk,
    shown,
    title,
    verdict,
    whereabouts,
)
from iflint.words.visible import visible
from iflint.words.wording import counted, dated, day, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iflint.places.location import FileLocation
    from iflint.report.findings import Finding
    from iflint.report.report import Report
    from iflint.reporters.causes import Cause

NEEDS = Needs()

MOST_CHARACTERS = 65_000
"""Ours: a little less than a comment may have, for what whoever posts it adds."""
_ROOM_AT_THE_END = 1_000
"""Characters for the count of findings that have no room and for what was checked: ours."""
_MOST_PLACES = 3
"""Places of a cause. Ours: so that a row stays short."""
_MOST_AHEAD = 10
"""Changes that are listed. Ours: the rest is counted."""
_LONGEST_CELL = 500
"""Characters. Ours: twice the longest name of a public CA (250)."""


def render(report: Report) -> str:
    """The report in GitHub's Markdown; findings that have no room are counted."""
    lines = [f"## iflint: {verdict(report)}", ""]
    if said := headline(causes_of(report.findings), report.outcomes):
        lines += [escaped(said), ""]
    lines.extend(_next_to_break(report))
    room = MOST_CHARACTERS - _ROOM_AT_THE_END - sum(len(line) + 1 for line in lines)
    lines.extend(_findings(report, room))
    lines.extend(_scope(report))
    return "\n".join(lines) + "\n"


def _next_to_break(report: Report) -> Iterator[str]:
    """The next days on which a verdict changes: of what was found, and of what is healthy."""
    ahead = sorted({*_breaking(report), *_healthy(report)})
    if not ahead:
        return
    yield "### What breaks next"
    yield ""
    yield "| day | where | iFlow | why |"
    yield "| --- | --- | --- | --- |"
    for moment, channel, iflow, why in ahead[:_MOST_AHEAD]:
        names = " | ".join(map(_cell, (channel, iflow, why)))
        yield f"| {dated(moment, report.as_of)} | {names} |"
    if (more := len(ahead) - _MOST_AHEAD) > 0:
        yield ""
        yield f"And {counted(more, 'later day')}; `iflint forecast` lists them."
    yield ""


def _breaking(report: Report) -> Iterator[tuple[datetime, str, str, str]]:
    """Each cause once a day, at the first of its places; what is known breaks no later."""
    for cause in causes_of((*report.findings, *report.known)):
        days: dict[datetime, list[Finding]] = {}
        for finding in cause.findings:
            if finding.breaks_on:
                days.setdefault(finding.breaks_on.astimezone(UTC), []).append(finding)
        for moment, (first, *others) in days.items():
            iflow = iflow_name(first.iflow) if first.iflow else ""
            known = all(each.baseline is BaselineState.UNCHANGED for each in (first, *others))
            why = f"{shown(first.code)} {shown(first.name)}{' (known)' if known else ''}"
            more = f" and {counted(len(others), 'more place')}" if others else ""
            yield moment, whereabouts(first) + more, iflow, why


def _healthy(report: Report) -> Iterator[tuple[datetime, str, str, str]]:
    for iflow in report.iflows:
        for channel in iflow.channels:
            for entry in channel.entries:
                if entry.healthy_until and not entry.findings:
                    where = f"{channel_name(channel)}, row {entry.ordinal}"
                    yield entry.healthy_until, where, iflow_name(iflow), "healthy until then"
    for caller in report.callers:
        if caller.healthy_until and not caller.findings:
            yield caller.healthy_until, caller_name(caller), "", "healthy until then"


def _findings(report: Report, room: int) -> Iterator[str]:
    """A row a cause, the worst first, while there is room."""
    if not report.findings:
        return
    head = [
        "### Findings",
        "",
        "| severity | rule | where | what | fix |",
        "| --- | --- | --- | --- | --- |",
    ]
    yield from head
    room -= sum(len(line) + 1 for line in head)
    causes = causes_of(report.findings)
    left_out = len(causes)
    for cause in causes:
        row = _row(cause, report)
        room -= len(row) + 1
        if room < 0:
            break
        yield row
        left_out -= 1
    yield ""
    if left_out:
        yield f"And {counted(left_out, 'more cause')}, for which there is no room here."
        yield ""


def _row(cause: Cause, report: Report) -> str:
    finding = cause.first
    rule = f"{shown(finding.code)} {shown(finding.name)}"
    what = title(finding)
    if finding.breaks_on:
        what += f" It breaks on {day(finding.breaks_on)}."
    if finding.environments:
        what += f" Environments: {listed([shown(name) for name in finding.environments])}."
    fixes = [
        (f"{whereabouts(each) or at(each.location)}: " if each is not finding else "")
        + visible(each.remedy[:LONGEST_TEXT])
        for each in cause.fixes[:_MOST_PLACES]
    ]
    first = cause.findings[:_MOST_PLACES]
    files = (None, *(each.location.file for each in first))
    places = "<br>".join(
        _where(each, report, told) for each, told in zip(first, files, strict=False)
    )
    if (more := len(cause.findings) - _MOST_PLACES) > 0:
        places += f"<br>and {counted(more, 'more place')}"
    cells = (_cell(rule), places, _cell(what), "<br>".join(map(_cell, fixes)))
    return f"| {finding.severity} | {' | '.join(cells)} |"


def _where(finding: Finding, report: Report, told: FileLocation | None) -> str:
    """Package, iFlow and channel, then the file; a line each.

    ``told`` is the file that was named just before: neither it nor its flow is named again.
    """
    lines = []
    if finding.iflow and finding.location.file != told:
        package = package_name(finding.iflow)
        lines.append(
            f"{package} › {iflow_name(finding.iflow)}" if package else iflow_name(finding.iflow)
        )
    if finding.channel or finding.caller:
        lines.append(whereabouts(finding))
    region = finding.location.region
    if finding.location.file == told:
        lines.append(again(finding.location))
    elif finding.location.file.members:
        lines.append(at(finding.location))
    else:
        place = f":{region.start_line}:{region.start_column}" if region else ""
        lines.append(path_on_disk(report, finding.location.file) + place)
    return "<br>".join(map(_cell, lines))


def _scope(report: Report) -> Iterator[str]:
    """What led to nothing, and what was checked, in one line."""
    for each in remarks(report)[:_MOST_AHEAD]:
        yield from (_cell(each.text), "")
    yield (
        f"{looked_at(report)} {counted(report.certificates, 'certificate')} against"
        f" {_cell(report.trust.name)}, as of {day(report.as_of)}."
    )


def _cell(text: str) -> str:
    """Text from input on one line of a table."""
    return escaped(cut(visible(text), _LONGEST_CELL))
