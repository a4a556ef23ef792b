"""A report that says of each finding what `iflint fix` would write for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from iflint.fixes.plan import plan_fixes
from iflint.options import UsageError
from iflint.places.location import Location
from iflint.places.text_file import TextFile
from iflint.report.findings import Finding, ProposedFix, Replacement

if TYPE_CHECKING:
    from iflint.engine.run import Run
    from iflint.options import Environment
    from iflint.places.edits import Edit
    from iflint.places.location import FileLocation
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
    before = {file.file: file.before for file in plan.files}
    edits: dict[str, set[Edit]] = {}
    for fix in plan.fixes:
        edits.setdefault(fix.finding.fingerprint, set()).update(c.edit for c in fix.changes)
    fixes = {fingerprint: _fix(found, before) for fingerprint, found in edits.items()}
    return msgspec.structs.replace(
        report, findings=_with(report.findings, fixes), known=_with(report.known, fixes)
    )


def _with(findings: Iterable[Finding], fixes: dict[str, ProposedFix]) -> tuple[Finding, ...]:
    return tuple(
        msgspec.structs.replace(finding, fix=fixes.get(finding.fingerprint)) for finding in findings
    )


def _fix(edits: Iterable[Edit], before: dict[FileLocation, bytes]) -> ProposedFix:
    return ProposedFix(
        tuple(Replacement(_location(e, before[e.file]), e.text) for e in sorted(edits))
    )


def _location(edit: Edit, data: bytes) -> Location:
    """What an edit of ``data``, the bytes of its file, replaces."""
    mark = "\ufeff".encode(edit.encoding, "ignore")
    preamble = len(mark) if data.startswith(mark) else 0
    text = data[preamble:].decode(edit.encoding, "replace")
    start, end = (
        len(data[preamble:at].decode(edit.encoding, "replace")) for at in (edit.start, edit.end)
    )
    return TextFile(edit.file, text, edit.encoding, preamble).locate(start, end)
