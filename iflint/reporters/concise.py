"""One line a finding, ``path:line:column: CODE message``, for editors and for `grep`.

The last lines, which begin with no place, tell what was looked at, and what led to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iflint.reporters import Needs
from iflint.reporters.remarks import remarks
from iflint.reporters.sentences import SEVERITIES, scope
from iflint.words.terminal import DEFAULT_WIDTH, Style

if TYPE_CHECKING:
    from iflint.report.findings import Finding
    from iflint.report.report import Report

NEEDS = Needs(console=True, settings=("quiet",))


def render(
    report: Report,
    *,
    colour: bool = False,
    width: int = DEFAULT_WIDTH,
    quiet: bool = False,
    ascii: bool = False,  # noqa: A002 - the name by which every caller knows it
) -> str:
    """The findings of the report in its order, a line each, then what was looked at.

    A finding that is about a file as a whole stands at ``1:1``. A line is never broken. The
    environments in which it holds stand at its end, in brackets, when several are checked, then the
    id of its cause.
    ``quiet`` leaves out the last lines.
    """
    style = Style(colour, width, ascii)
    lines = [_line(finding, style) for finding in report.findings]
    if not quiet:
        lines += [*(style.show(each.text) for each in remarks(report)), scope(report)]
    return "".join(f"{line}\n" for line in lines)


def _line(finding: Finding, style: Style) -> str:
    region = finding.location.region
    line, column = (region.start_line, region.start_column) if region else (1, 1)
    place = f"{style.show(str(finding.location.file))}:{line}:{column}:"
    code = style.paint(style.show(finding.code), SEVERITIES[finding.severity])
    where = f" [{', '.join(finding.environments)}]" if finding.environments else ""
    cause = f" [cause {finding.cause}]" if finding.cause else ""
    return f"{place} {code} {style.show(finding.message + where + cause)}"
