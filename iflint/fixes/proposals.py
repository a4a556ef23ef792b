"""A report that says of each finding what `iflint fix` would write for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from iflint.fixes.plan import plan_fixes
from iflint.options import UsageError
from iflint.places.text_file import ByteIndex, TextFile
from iflint.report.findings import Finding, ProposedFix, Replacement

if TYPE_CHECKING:
    from iflint.engine.run import Run
    from iflint.options import Environment
    from iflint.places.edits import Edit
    from iflint.places.location import FileLocation, Location
    from iflint.report.report import Report


def with_fixes(report: Report, run: Run, *, also: Sequence[Environment] = ()) -> Report:
    """The ``report`` of a run with what `plan_fixes` would write in each finding's ``fix``.

    Where an environment of ``also`` can't be judged, no fix is known to be good, and none proposed.
    """
    if not any(finding.fixable for finding in (*report.findings, *report.known)):
        return report
    try:
        plan = plan_fixes(run, also=also)
    except (UsageError, FileNotFoundError):
        return report
    places = _places({file.file: file.before for file in plan.files})
    edits: dict[str, set[Edit]] = {}
    for fix in plan.fixes:
        edits.setdefault(fix.finding.fingerprint, set()).update(c.edit for c in fix.changes)
    fixes = {fingerprint: _fix(found, places) for fingerprint, found in edits.items()}
    return msgspec.structs.replace(
        report, findings=_with(report.findings, fixes), known=_with(report.known, fixes)
    )


def _with(findings: Iterable[Finding], fixes: dict[str, ProposedFix]) -> tuple[Finding, ...]:
    return tuple(
        msgspec.structs.replace(finding, fix=fixes.get(finding.fingerprint)) for finding in findings
    )


def _fix(edits: Iterable[Edit], places: Callable[[Edit], Location]) -> ProposedFix:
    return ProposedFix(tuple(Replacement(places(edit), edit.text) for edit in sorted(edits)))


def _places(before: dict[FileLocation, bytes]) -> Callable[[Edit], Location]:
    """Tells what an edit replaces, in files that have these bytes."""

    @cache
    def read(file: FileLocation, encoding: str) -> tuple[TextFile, ByteIndex, bytes]:
        data, mark = before[file], "\ufeff".encode(encoding, "ignore")
        preamble = len(mark) if data.startswith(mark) else 0
        text = data[preamble:].decode(encoding, "replace")
        file_text = TextFile(file, text, encoding, preamble)
        return file_text, ByteIndex(text, encoding), data[preamble:]

    def place(edit: Edit) -> Location:
        text, index, data = read(edit.file, edit.encoding)
        ends = (at - text.preamble for at in (edit.start, edit.end))
        return text.locate(*(index.character(data, at) for at in ends))

    return place
