"""What a run has to tell that is no finding: of paths and patterns that lead to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from iflint.limits import MISTAKES, REPORT_BYTES, numbered
from iflint.report.findings import Severity
from iflint.words.visible import shown
from iflint.words.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iflint.report.report import IdlePattern, MisnamedValue, Report

_LONGEST_PATH = 200
"""Characters of a path that is shown. Ours: as everywhere."""
_MATCHES = {"exclude": "excludes nothing", "parameters": "leads to no file of any iFlow"}
"""What is said of a pattern of each setting."""


class Remark(msgspec.Struct, frozen=True):
    """A sentence about the run as a whole; an error where the run fails because of it."""

    severity: Severity
    text: str


def remarks(report: Report) -> list[Remark]:
    """Everything that each format says of the run, and the console where no format does."""
    lack = Severity.ERROR if report.flows_expected else Severity.NOTE
    found = [Remark(lack, no_iflow(path)) for path in report.paths_without]
    if report.lacks_flows and not found:
        found.append(Remark(lack, "No iFlow found, only service keys or mappings."))
    if report.untold:
        found.append(Remark(Severity.NOTE, _untold(report.untold)))
    found += (Remark(Severity.NOTE, text) for text in _of_no_use(report))
    return found + [Remark(Severity.NOTE, text) for text in not_listed(report)]


def no_iflow(path: str) -> str:
    """What is said of a path in which nothing is checked."""
    ignored = "what Git ignores is read only where it is named itself"
    return f"No iFlow found in {shown(path, _LONGEST_PATH)} ({ignored})."


def aside(text: str) -> str:
    """A remark as it stands behind the name of the program."""
    return f"{text[:1].lower()}{text[1:].rstrip('.')}"


def _untold(count: int) -> str:
    inputs = "input" if count == 1 else "inputs"
    return f"{numbered(count)} {inputs} could not be read; a check without --select says which."


def _of_no_use(report: Report) -> Iterator[str]:
    for path in report.certificate_paths_without:
        yield f"No certificate found in {shown(path, _LONGEST_PATH)}."
    most = MISTAKES.value
    yield from map(_idle, report.idle_patterns[:most])
    more = len(report.idle_patterns) - most
    if more > 0:
        match = "pattern matches" if more == 1 else "patterns match"
        yield f"{numbered(more)} more {match} nothing."
    yield from map(_misnamed, report.misnamed_values[:most])
    if (more := len(report.misnamed_values) - most) > 0:
        belong = "value belongs" if more == 1 else "values belong"
        yield f"{numbered(more)} more {belong} to no parameter."


def not_listed(report: Report) -> Iterator[str]:
    """How much of what was looked at the report lists, where that is not all."""
    if report.totals is None:
        return
    every, here = report.totals, msgspec.structs.replace(report, totals=None).counts
    kinds = (
        (here.channels, every.channels, "sender channels"),
        (here.rows, every.rows, "rows"),
        (here.callers, every.callers, "service keys and mappings"),
        (here.wanted, every.wanted, "certificates to ask for"),
        (sum(here.skipped.values()), sum(every.skipped.values()), "skipped inputs"),
    )
    said = [
        f"{numbered(some)} of {numbered(total)} {noun}"
        for some, total, noun in kinds
        if some < total
    ]
    yield f"Listed are {listed(said)}; all are counted. To list more, {REPORT_BYTES.option}."


def _misnamed(value: MisnamedValue) -> str:
    file, name, meant = (
        shown(each, _LONGEST_PATH) for each in (str(value.file), value.name, value.meant)
    )
    said = f"{file} has a value for {name}, which is no parameter of {shown(value.iflow)}."
    return f"{said} Did you mean {meant}? The file has no value for it."


def _idle(idle: IdlePattern) -> str:
    of = f" of environment {shown(idle.environment)}" if idle.environment else ""
    pattern = shown(idle.pattern, _LONGEST_PATH)
    return f"The pattern {pattern} in {idle.setting}{of} {_MATCHES[idle.setting]}."
